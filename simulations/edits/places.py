"""Every edit that Azure's type definitions allow of a body as it is shown, one property each.

An edit changes one writable property, sets one that is absent, adds or removes an element of a list
or a key of a map. What another resource is referred by is its id, so only that is edited.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]
Steps = tuple[str | int, ...]

DEFINITIONS = Path(__file__).parents[2] / "local" / "arm_emulator" / "definitions"
ELSEWHERE = "/subscriptions/00000000-0000-0000-0000-00000000dead/resourceGroups/theirs"
NAMED = {"id", "name", "type", "apiVersion"}
"""What says which resource, or which element, something is: another one is another edit."""
UNSEEN = {
    "etag": "the version of a resource, which is Azure's; some definitions call it writable",
    "properties.storage.storageSizeGB": "it grows by itself, and never shrinks",
    "properties.storageProfile.imageReference": "a deallocated machine does not show it",
    "properties.storageProfile.osDisk.managedDisk": "a deallocated machine does not show it",
}
"""Properties whose edit, or absence, says nothing: why."""

USERS = {
    ("virtualNetworks", "properties.subnets[].properties.applicationGatewayIPConfigurations"),
    ("subnets", "properties.applicationGatewayIPConfigurations"),
    ("publicIPAddresses", "properties.natGateway"),
    ("extensions", "properties.instanceView"),
}
"""Who uses something, as Azure lists it there: an edit of the user, wherever it is written."""
ZONES = ("properties.availabilityZone", "properties.highAvailability.standbyAvailabilityZone")
"""Of a server and its standby: a failover exchanges them."""


class Edit(NamedTuple):
    """One edit; `property` is the path without the places in lists."""

    kind: str
    property: str
    at: Steps
    value: Any  # None: take it away

    def made(self, body: Json) -> Json:
        """The body with the edit made in it."""
        edited = copy.deepcopy(body)
        there: Any = edited
        for step, following in zip(self.at, self.at[1:], strict=False):
            if isinstance(there, dict) and there.get(str(step)) is None:
                there[step] = [] if isinstance(following, int) else {}
            there = there[step]
        last = self.at[-1]
        if isinstance(there, list) and last == len(there):
            there.append(self.value)
        elif self.value is None:
            del there[last]
        else:
            there[last] = self.value
        return edited


def edits(arm_type: str, body: Json) -> Iterator[Edit]:
    """Every edit of a body."""
    schema, known = definition(arm_type)
    last = arm_type.rpartition("/")[2]
    users = tuple(path for of, path in USERS if of == last)
    available = (body.get("properties") or {}).get("highAvailability") or {}
    standby = available.get("mode", "Disabled") != "Disabled"
    for edit in _object(resolved(schema, known), body, (), known, ()):
        if users and edit.property.startswith(users):
            continue
        silent = edit.property in UNSEEN and (
            edit.value is None or not edit.kind.startswith("reference")
        )
        moves = standby and edit.property in ZONES
        if not silent and not moves:
            yield edit


@cache
def definition(arm_type: str) -> tuple[Json, Json]:
    """The definition of a type, and what it refers to."""
    for file in sorted(DEFINITIONS.glob("*.json"), reverse=True):
        text = json.loads(file.read_text(encoding="utf-8"))
        for name, reference in text["resources"].items():
            if name.casefold() == arm_type.casefold():
                return reference, text["$defs"]
    raise LookupError(f"no definition of {arm_type}")


def resolved(schema: Json, known: Json) -> Json:
    """A definition with what it refers to in its place."""
    while "$ref" in schema:
        schema = {**known[schema["$ref"].rpartition("/")[2]], **_marks(schema)}
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return resolved({**schema[choice][0], **_marks(schema)}, known)
    return schema


def _marks(schema: Json) -> Json:
    return {name: schema[name] for name in ("readOnly", "writeOnly") if name in schema}


def _object(
    schema: Json, body: Any, at: Steps, known: Json, within: tuple[str, ...]
) -> Iterator[Edit]:
    there = body if isinstance(body, Mapping) else {}
    for name, part in schema.get("properties", {}).items():
        if name in NAMED and (not at or isinstance(at[-1], int)):
            continue
        of = resolved(part, known)
        if of.get("readOnly") or of.get("writeOnly"):
            continue
        identity = json.dumps(part.get("$ref", name))
        if within.count(identity) == 0:
            yield from _value(of, there.get(name), (*at, name), known, (*within, identity))


def _value(
    schema: Json, here: Any, at: Steps, known: Json, within: tuple[str, ...]
) -> Iterator[Edit]:
    kind = schema.get("type")
    if kind == "object" and not isinstance(at[-1], int) and "id" in schema.get("properties", {}):
        if here is None:
            yield _edit("reference added", at, {"id": f"{ELSEWHERE}/it"})
        else:
            yield _edit("reference led elsewhere", (*at, "id"), f"{ELSEWHERE}/it")
            yield _edit("reference removed", at, None)
    elif kind == "object" and not schema.get("properties"):
        yield from _map(schema, here, at, known)
    elif kind == "object":
        yield from _object(schema, here, at, known, within)
    elif kind == "array":
        yield from _list(resolved(schema.get("items", {}), known), here, at, known, within)
    elif "const" not in schema:
        value = _another(schema, here)
        yield _edit("value set" if here is None else "value changed", at, value)


def _map(schema: Json, here: Any, at: Steps, known: Json) -> Iterator[Edit]:
    values = resolved(schema.get("additionalProperties") or {}, known)
    of_objects = values.get("type") == "object"  # whose values are Azure's: keys alone are edited
    yield _edit("key added", (*at, "edited"), {} if of_objects else "edited")
    for name in here or {}:
        yield _edit("key removed", (*at, name), None)
        if not of_objects:
            yield _edit("key changed", (*at, name), "edited")


def _list(
    items: Json, here: Any, at: Steps, known: Json, within: tuple[str, ...]
) -> Iterator[Edit]:
    there = here or []
    if not items.get("properties"):
        yield _edit("value added to a list", (*at, len(there)), _another(items, None))
        for place in range(len(there)):
            yield _edit("value removed from a list", (*at, place), None)
        return
    yield _edit("foreign child added", (*at, len(there)), _element(items, known))
    for place, element in enumerate(there):
        yield _edit("child removed", (*at, place), None)
        yield from _object(items, element, (*at, place), known, within)


def _element(items: Json, known: Json) -> Json:
    """An element with a name, and with one property besides."""
    properties = items["properties"]
    made: Json = {}
    if "name" in properties:
        made["name"] = "edited"
    for name, part in properties.items():
        of = resolved(part, known)
        if of.get("readOnly") or of.get("writeOnly") or name in NAMED:
            continue
        if of.get("type") in {"string", "integer", "boolean"} or "enum" in of:
            return {**made, name: _another(of, None)}
    if "id" in properties:
        made["id"] = f"{ELSEWHERE}/edited"
    return made


def _another(schema: Json, here: Any) -> Any:
    """Another value than this one, of its type."""
    if isinstance(here, Mapping):
        return {**here, "edited": "edited"}
    for value in [*schema.get("enum", []), *schema.get("examples", [])]:
        if str(value).casefold() != str(here).casefold() and value:
            return value
    match schema.get("type"):
        case "boolean":
            return not here
        case "integer" | "number":
            return (here or 0) + 1 if (here or 0) < schema.get("maximum", 10**9) else here - 1
    return f"{here or ''}edited"


def _edit(kind: str, at: Steps, value: Any) -> Edit:
    text = "".join("[]" if isinstance(step, int) else f".{step}" for step in at)
    return Edit(kind, text.lstrip("."), at, value)
