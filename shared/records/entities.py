"""What is recorded of deployments and operations, and how that becomes entities of a table.

Lists and objects are written as JSON text, cut over numbered properties where it is too long for
one; what is flat stays a plain property, so that a person can read the table.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypedDict

from shared.deployment.inventory import Item
from shared.deployment.messages import Json
from shared.deployment.operation import Decision, Kind

PIECE = 32_000  # characters; a property holds 64 KiB of UTF-16, an entity 1 MiB
# https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model


class OperationNote(TypedDict):
    """The last operation of a deployment."""

    id: str
    kind: Kind
    startedAt: str
    status: str  # Running, Succeeded, Failed, Canceled


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One deployment."""

    name: str
    spec: Json  # what is deployed; of a first deployment, what is to be
    generation: int  # counts the specs it has had
    status: str  # of its last operation
    operation: OperationNote
    inventory: dict[str, Item]  # by ARM id
    outputs: Json
    requests: dict[str, str]  # Repeatability-Request-ID -> id of the operation that answered it
    createdAt: str
    proposed: Json | None = None  # what the running operation brings; deployed once it succeeds
    drift: Json | None = None  # what the last check found
    etag: str = ""  # empty: not written yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation, as far as its writers have told."""

    id: str
    deployment: str
    kind: Kind
    status: str
    startedAt: str
    whatIf: bool = False
    deleteData: bool = False
    endedAt: str | None = None
    result: Json | None = None
    cancelRequested: bool = False
    decision: Decision | None = None


def packed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that hold `values`; None is an absent property."""
    properties: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, bool | int | str):
            properties[name] = value
        elif value is not None:
            text = json.dumps(value, separators=(",", ":"))  # ASCII, so characters count as one
            pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
            # The count makes a shorter value, merged over a longer one, hide the rest of that.
            properties[f"{name}_pieces"] = len(pieces)
            properties |= {f"{name}_{index}": piece for index, piece in enumerate(pieces)}
    return properties


def unpacked(entity: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an entity written by `packed`, less what it has never been told."""
    values: dict[str, Any] = {}
    for name, value in entity.items():
        if name.endswith("_pieces"):
            whole = name.removesuffix("_pieces")
            values[whole] = json.loads("".join(entity[f"{whole}_{i}"] for i in range(value)))
        else:
            values.setdefault(name, value)
    return values


def as_record(entity: Any) -> Record:
    """The deployment that an entity holds."""
    values = {**unpacked(entity), "name": entity["RowKey"], "etag": entity.metadata["etag"]}
    return Record(**{f.name: values[f.name] for f in fields(Record) if f.name in values})


def as_operation(entity: Any) -> Operation:
    """The operation that an entity holds."""
    values = {**unpacked(entity), "id": entity["PartitionKey"]}
    return Operation(**{f.name: values[f.name] for f in fields(Operation) if f.name in values})


def properties_of(record: Record) -> dict[str, Any]:
    """What is written of a deployment, less its keys and its ETag."""
    names = (f.name for f in fields(Record) if f.name not in {"name", "etag"})
    return packed({name: getattr(record, name) for name in names})
