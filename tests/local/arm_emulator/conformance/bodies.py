"""Bodies made from Azure's type definitions: what may stand in them, and how each may be broken.

A body starts from the one that makes a resource in its file of facts. Whatever a definition closes
(a truth value, a choice, a number within its documented bounds) is a place; its values are known.
Free text and ids of other resources are left alone: what they may be no definition says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.azure_types import definitions
from tests.local.arm_emulator.conformance.facts import Json, Kind, bounds, kinds

Path = tuple[str | int, ...]
DEEP = 4  # objects that a body does not have yet are entered no deeper


@dataclass(frozen=True)
class Place:
    """A member of a body whose values are closed."""

    at: Path
    values: tuple[Any, ...]  # some that Azure takes
    wrong: tuple[Any, ...]  # some that it refuses

    @property
    def dotted(self) -> str:
        """Such as ``properties.sku.name``."""
        return ".".join(str(step) for step in self.at)


@dataclass(frozen=True)
class Defined:
    """A kind of resource with what its definition says of its body."""

    kind: Kind
    places: tuple[Place, ...]
    objects: tuple[Path, ...]  # that are closed: a member that nobody knows is refused
    required: tuple[Path, ...]  # members that the body has and may not lack


@cache
def defined() -> tuple[Defined, ...]:
    """Every kind with facts and a definition."""
    every = {each.type: (name, each) for name, each in kinds().items() if each.body}
    return tuple(
        _read(kind, _numbers(name))
        for name, kind in every.values()
        if kind.type.casefold() in definitions()
    )


def with_value(body: Json, at: Path, value: Any) -> Json:
    """A body with a value at a place, and the objects on the way."""
    made: Json = _copied(body)
    node: Any = made
    for step in at[:-1]:
        node = node[step] if isinstance(step, int) else node.setdefault(step, {})
    node[at[-1]] = value
    return made


def without(body: Json, at: Path) -> Json:
    """A body without a member."""
    made: Json = _copied(body)
    node: Any = made
    for step in at[:-1]:
        node = node[step]
    del node[at[-1]]
    return made


def _numbers(name: str) -> dict[str, tuple[int, int]]:
    """The documented bounds of a kind's numbers, by their dotted paths."""
    return {b["at"]: (b["least"], b["most"]) for b in bounds() if b["facts"] == name}


def _read(kind: Kind, numbers: dict[str, tuple[int, int]]) -> Defined:
    schema = definitions()[kind.type.casefold()]
    reader = _Reader(schema["$defs"], numbers)
    reader.enter(schema, kind.body, ())
    return Defined(kind, tuple(reader.places), tuple(reader.objects), tuple(reader.required))


class _Reader:
    """Walks a definition and a body side by side."""

    def __init__(self, texts: Json, numbers: dict[str, tuple[int, int]]) -> None:
        self._texts, self._numbers = texts, numbers
        self.places: list[Place] = []
        self.objects: list[Path] = []
        self.required: list[Path] = []

    def enter(self, schema: Json, body: Any, at: Path) -> None:
        """Look at one node of a definition; a body of None is not there yet."""
        node = self._resolved(schema, body)
        if node is None or node.get("readOnly"):
            return
        if node.get("type") == "object":
            self._object(node, body, at)
        elif node.get("type") == "array":
            for number, item in enumerate(body or ()):
                self.enter(node.get("items", {}), item, (*at, number))
        elif at:
            self.places += self._place(node, at)

    def _object(self, node: Json, body: Any, at: Path) -> None:
        there = isinstance(body, dict)
        names = node.get("properties", {})
        if not there and at and (len(at) > DEEP or node.get("required") or "id" in names):
            return  # it could not stand alone, or it names another resource
        if there and node.get("additionalProperties") is False:
            self.objects.append(at)
        for name, member in names.items():
            inner = body.get(name) if there else None
            if there and name in node.get("required", ()) and inner is not None:
                self.required.append((*at, name))
            if not member.get("readOnly"):
                self.enter(member, inner, (*at, name))

    def _place(self, node: Json, at: Path) -> Iterator[Place]:
        bounded = self._numbers.get(".".join(str(step) for step in at))
        if node.get("type") == "boolean":
            yield Place(at, (True, False), ("perhaps", 7))
        elif "enum" in node or "const" in node:
            values = tuple(node.get("enum", [node.get("const")]))
            yield Place(at, values, ("Nobody", 7))
        elif node.get("type") in ("integer", "number") and bounded:
            low, high = bounded
            yield Place(at, (low, high, (low + high) // 2), (low - 1, high + 1, "many"))
        elif node.get("type") in ("integer", "number"):
            yield Place(at, (), ("many",))
        elif node.get("type") == "string" and "examples" in node:
            yield Place(at, tuple(node["examples"]), (7,))
        elif node.get("type") == "string":
            yield Place(at, (), ({"not": "text"}, 7))

    def _resolved(self, node: Json, body: Any) -> Json | None:
        """The node behind a reference; of several the one that the body is."""
        for part in node.get("allOf", ()):
            node = {**node, **part}
        if node.get("readOnly"):
            return None
        while "$ref" in node:
            node = self._texts[node["$ref"].rpartition("/")[2]]
        if "oneOf" not in node:
            return node
        for branch in node["oneOf"]:
            inner: Json = branch["allOf"][0] if "allOf" in branch else branch
            marks = {n: p["const"] for n, p in inner["properties"].items() if "const" in p}
            if isinstance(body, dict) and marks.items() <= body.items():
                return inner
        return None


def _copied(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _copied(value) for key, value in node.items()}
    return [_copied(each) for each in node] if isinstance(node, list) else node
