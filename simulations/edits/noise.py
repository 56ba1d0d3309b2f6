"""What Azure moves by itself, and ways to say the same: none of it is drift."""

import copy
import random
from collections.abc import Callable
from typing import Any

from simulations.edits.places import Json, definition, resolved

STATES = {
    *("provisioningState", "operationalState", "state", "virtualNetworkLinkState"),
    *("connectionStatus", "peeringState", "peeringSyncLevel", "replicationRole"),
}
"""What says that something is not well; that is told, as degraded."""


def moved(arm_type: str, body: Json, chance: random.Random, *, shows_off: bool = False) -> Json:
    """A body after Azure has moved some of it, by any of these ways.

    `shows_off` keeps what is off as it is shown: left out, it may not be known.
    """
    schema, known = definition(arm_type)
    changed = copy.deepcopy(body)
    possible = [way for way in WAYS if not (shows_off and way is _off)]
    ways = chance.sample(possible, chance.randint(1, len(possible)))
    for way in ways:
        changed = _through(changed, schema, known, way, chance)
    return changed


Way = Callable[[Any, Json, Json, random.Random], Any]
"""What becomes of a value, given its definition and all definitions."""


def _through(value: Any, schema: Json, known: Json, way: Way, chance: random.Random) -> Any:
    """A value with a way gone at every place in it."""
    schema = resolved(schema, known)
    if isinstance(value, dict):
        parts = schema.get("properties", {})
        inner = {
            name: _through(each, parts.get(name, {}), known, way, chance)
            for name, each in value.items()
        }
        return way(inner, schema, known, chance)
    if isinstance(value, list):
        items = schema.get("items", {})
        return way([_through(v, items, known, way, chance) for v in value], schema, known, chance)
    return way(value, schema, known, chance)


def _ids(value: Any, schema: Json, known: Json, chance: random.Random) -> Any:
    """Ids in another case."""
    if isinstance(value, str) and value.startswith("/subscriptions/"):
        return "/".join(chance.choice([s, s.upper(), s.lower()]) for s in value.split("/"))
    return value


def _order(value: Any, schema: Json, known: Json, chance: random.Random) -> Any:
    """Lists and members in another order."""
    if isinstance(value, list):
        return chance.sample(value, len(value))
    if isinstance(value, dict):
        return dict(chance.sample(list(value.items()), len(value)))
    return value


def _written_by_azure(value: Any, schema: Json, known: Json, chance: random.Random) -> Any:
    """What only Azure writes: other values, and more of it."""
    if not isinstance(value, dict):
        return value
    for name, part in schema.get("properties", {}).items():
        of = resolved(part, known)
        if (
            not of.get("readOnly")
            or name in STATES | {"id", "name", "type", "objectId"}
            or "const" in of
        ):
            continue
        if of.get("type") == "string":
            value[name] = f"moved-{chance.random()}"
        elif of.get("type") in {"integer", "number"}:
            value[name] = chance.randint(1, 10**6)
    return value


def _off(value: Any, schema: Json, known: Json, chance: random.Random) -> Any:
    """What is off or empty: left out, or written out; the keys of a map stay."""
    if not isinstance(value, dict) or not schema.get("properties"):
        return value
    kept = {
        n: v for n, v in value.items() if v not in (False, [], {}, None) or chance.random() < 0.5
    }
    for name, part in schema.get("properties", {}).items():
        of = resolved(part, known)
        if name not in value and chance.random() < 0.5 and not of.get("writeOnly"):
            empty: dict[str, Any] = {"boolean": False, "array": [], "object": None}
            if of.get("type") in empty:
                kept[name] = empty[of["type"]]
    return kept


def _spelling(value: Any, schema: Json, known: Json, chance: random.Random) -> Any:
    """Values of a closed or an open set in another case."""
    open_or_closed = "enum" in schema or "examples" in schema
    if isinstance(value, str) and open_or_closed and not schema.get("readOnly"):
        return chance.choice([value.upper(), value.lower(), value])
    return value


def _location(value: Any, schema: Json, known: Json, chance: random.Random) -> Any:
    """A region by the name that people call it."""
    return "East US" if value == "eastus" else value


WAYS: list[Way] = [_ids, _order, _written_by_azure, _off, _spelling, _location]
