"""What is recorded of deployments and operations, and how that becomes entities of a table.

Lists and objects are written as JSON text, cut over numbered properties where it is too long for
one; what is flat stays a plain property, so that a person can read the table.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypedDict

from shared.deployment.drift_check import Acceptance
from shared.deployment.inventory import Item
from shared.deployment.messages import Json
from shared.deployment.operation import Decision, Health, Kind

RUNNING = "Running"
SCHEMA = 2  # of a record: 1 had its inventory by key
PIECE = 32_000  # characters; a property holds 64 KiB of UTF-16, an entity 1 MiB
# https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model


class OperationNote(TypedDict):
    """The last operation of a deployment."""

    id: str
    kind: Kind
    startedAt: str
    status: str  # Running, Succeeded, Failed, Canceled


class Answered(TypedDict):
    """A request that may be repeated, and the operation that answered it."""

    operation: str
    digest: str  # of method, route and body: another request is not answered by it


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One deployment."""

    name: str
    spec: Json  # what is deployed; of a first deployment, what is to be
    generation: int  # counts the specs it has had
    status: Health
    operation: OperationNote
    inventory: dict[str, Item]  # by ARM id
    outputs: Json
    requests: dict[str, Answered]  # by Repeatability-Request-ID
    createdAt: str
    secretVersions: Mapping[str, str] = field(default_factory=dict)  # of those deployed, by name
    letGo: list[Json] = field(default_factory=list)  # what was forgotten: {key, id, reason}
    monthlyCost: Json | None = None  # of what there is: {after, complete, currency, ...}
    proposed: Json | None = None  # what the running operation brings; deployed once it succeeds
    drift: Json | None = None  # what the last check found
    lastQuery: Json | None = None  # what the last query of the database found: {at, found}
    still: Json | None = None  # what it is compared with: {at, shown}
    accepted: list[Json] | None = None  # fields of the spec that drift became: {field, value, by}
    schema: int = SCHEMA
    etag: str = ""  # empty: not written yet

    @property
    def busy(self) -> bool:
        """Whether an operation has claimed it."""
        return self.operation["status"] == RUNNING

    @property
    def digest(self) -> str:
        """What a plan is made from: it changes when the spec or the inventory does."""
        made_from = json.dumps([self.spec, self.inventory], sort_keys=True)
        return hashlib.sha256(made_from.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation, as far as its writers have told."""

    id: str
    deployment: str
    kind: Kind
    status: str
    startedAt: str
    spec: Json | None = None  # of a plan, which has no claim on the record
    base: str | None = None  # of a plan: digest of the record that it was made from
    planOf: str | None = None  # the plan that is walked, where one was named
    request: str | None = None  # of a plan or drift check: digest of the request it answers
    forgets: list[str] | None = None  # what is to be let go of
    actor: Json | None = None  # who asked for it: {name, objectId, client}
    decidedBy: Json | None = None  # who decided on its plan, with their comment
    canceledBy: Json | None = None
    deleteData: bool = False
    paths: list[str] | None = None  # of a drift report: what is repaired or accepted; None: all
    comment: str = ""  # of whoever asked for it
    byScan: bool = False  # asked for by a policy, and not by a person
    endedAt: str | None = None
    result: Json | None = None
    accepted: Acceptance | None = None  # what accepting drift has made of the spec
    cancelRequested: bool = False
    decision: Decision | None = None
    traceparent: str | None = None  # of the request: the span of its caller
    rewinds: int = 0  # how often its orchestration was lost, and went on


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
    """The deployment that an entity holds, also one of an older schema."""
    values = {**unpacked(entity), "name": entity["RowKey"], "etag": entity.metadata["etag"]}
    if values.get("schema", 1) < SCHEMA:
        values = _renewed(values)
    return Record(**{f.name: values[f.name] for f in fields(Record) if f.name in values})


def as_operation(entity: Any) -> Operation:
    """The operation that an entity holds."""
    values = {**unpacked(entity), "id": entity["PartitionKey"]}
    return Operation(**{f.name: values[f.name] for f in fields(Operation) if f.name in values})


def properties_of(record: Record) -> dict[str, Any]:
    """What is written of a deployment, less its keys and its ETag."""
    names = (f.name for f in fields(Record) if f.name not in {"name", "etag"})
    return packed({name: getattr(record, name) for name in names})


def _renewed(values: dict[str, Any]) -> dict[str, Any]:
    """A record of the first schema: by key, with the state of its last operation as its own."""
    items = values.get("inventory", {})
    inventory = {
        item["id"]: Item(key=key, provenance=item["provenance"], state="seen")
        for key, item in items.items()
    }
    ended: dict[str, Health] = {"Succeeded": "Deployed"}
    health = ended.get(values["status"], "DeployFailed") if inventory else "NotDeployed"
    newer = {"inventory": inventory, "status": health, "requests": {}, "schema": SCHEMA}
    return {**values, **newer}
