"""Who refers to whom: references found inside a body, and the ids given to its named children.

A named child (a subnet, a listener) is an object with ``name`` and ``properties`` inside a list; it
is addressed as ``<owner>/<list>/<name>``. Every other ``{"id": ...}`` points somewhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.arm_emulator.wire.messages import Json

ID_PREFIX = "/subscriptions/"


@dataclass(frozen=True, slots=True)
class Reference:
    """One pointer out of a stored resource."""

    owner: str  # key of the stored resource
    element: str  # id of the innermost named child that holds the pointer, or of the owner
    via: str  # the property that holds it, such as networkSecurityGroup
    target: str  # lower-cased id


def find_references(owner_key: str, owner_id: str, body: Json) -> Iterator[Reference]:
    """Every pointer in a body, each with the named child it sits in."""
    for element, via, target in _walk(body.get("properties"), owner_id, "properties"):
        if target.lower() != element.lower():
            yield Reference(owner_key, element, via, target.lower())
    identities = (body.get("identity") or {}).get("userAssignedIdentities") or {}
    for target in identities:
        yield Reference(owner_key, owner_id, "identity", target.lower())


def _walk(node: Any, element: str, via: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, str):
        if node[: len(ID_PREFIX)].lower() == ID_PREFIX:
            yield element, via, node
    elif isinstance(node, list):
        for item in node:
            inner = child_id(element, via, item)
            yield from _walk(item, inner or element, via)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, element, via if key in ("id", "properties") else key)


def child_id(element: str, collection: str, item: Any) -> str | None:
    """The id of an item of a list if it is a named child, else None."""
    if isinstance(item, dict) and "name" in item and isinstance(item.get("properties"), dict):
        return f"{element}/{collection}/{item['name']}"
    return None


def named_children(element: str, node: Json) -> Iterator[tuple[str, str, Json]]:
    """Every named child of a body at any depth: its id, the list it is in, the child itself."""
    for collection, items in (node.get("properties") or {}).items():
        if isinstance(items, list):
            for item in items:
                inner = child_id(element, collection, item)
                if inner is not None:
                    yield inner, collection, item
                    yield from named_children(inner, item)
