"""Shapes of bodies as Azure's own type definitions have them, for types that no SDK here knows.

The definitions lie in local/arm_emulator/definitions, whose README says where they come from. Their
bounds (lengths, patterns, least and most) are checked as their types are. Bicep has no numbers but
whole ones: where they say integer, Azure takes 0.5 as well (recorded: a threshold of 10.0).
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from local.arm_emulator.wire.messages import Json
from local.arm_emulator.wire.schema import (
    Checker,
    Field,
    Shape,
    anything,
    enum_of,
    list_of,
    scalar,
)

FOLDER = Path(__file__).parents[1] / "definitions"
SCALARS = {"string": str, "boolean": bool, "integer": float, "number": float}
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern")


@cache
def defined_shape(arm_type: str) -> Shape:
    """The shape of a type, such as ``Microsoft.Insights/metricAlerts``.

    Raises:
        LookupError: no file defines it.
    """
    namespace = arm_type.partition("/")[0].lower()
    for file in sorted(FOLDER.glob(f"{namespace}@*.json"), reverse=True):
        text: Json = json.loads(file.read_text(encoding="utf-8"))
        reference = text["resources"].get(arm_type)
        if reference is not None:
            return Definitions(text["$defs"]).shape(reference["$ref"], arm_type)
    raise LookupError(f"{FOLDER} has no definition of {arm_type}")


class Definitions:
    """The definitions of one file, as shapes that may contain each other."""

    def __init__(self, texts: Mapping[str, Json]) -> None:
        self._texts = texts
        self._shapes: dict[str, Shape] = {}

    def shape(self, reference: str, name: str = "") -> Shape:
        """The object that a ``$ref`` names."""
        key = reference.rpartition("/")[2]
        if key not in self._shapes:
            self._shapes[key] = shape = Shape(name or key)
            self._fill(shape, self._texts[key])
        return self._shapes[key]

    def _fill(self, shape: Shape, text: Json) -> None:
        required = text.get("required", ())
        for name, node in text["properties"].items():
            check, fixed = self._checker(node, name), node.get("readOnly", False)
            shape.fields[name] = Field(check, read_only=fixed, required=name in required)
        others = text.get("additionalProperties", False)
        if others is not False:
            shape.others = self._checker(others, shape.name) if others else anything

    def _checker(self, node: Json, name: str) -> Checker:
        """What checks a value against any node of a definition."""
        if "$ref" in node:
            text = self._texts[node["$ref"].rpartition("/")[2]]
            known = "properties" in text
            return self.shape(node["$ref"]).check if known else self._later(text, name)
        if "oneOf" in node:
            return self._one_of(node["oneOf"], name)
        if "enum" in node or "const" in node:
            return enum_of(name, {str(each) for each in node.get("enum", [node.get("const")])})
        if "properties" in node:
            shape = Shape(name)
            self._fill(shape, node)
            return shape.check
        if node.get("type") == "array":
            return _bounded(list_of(self._checker(node.get("items", {}), name)), node)
        return _bounded(scalar(SCALARS.get(str(node.get("type")))), node)

    def _later(self, text: Json, name: str) -> Checker:
        """A definition that is no object is looked into when it is used: it may be its own part."""

        def check(value: Any, path: str, faults: list[str]) -> Any:
            return self._checker(text, name)(value, path, faults)

        return check

    def _one_of(self, branches: list[Json], name: str) -> Checker:
        """One of several objects, told apart by a member that is constant in each."""
        texts = [each["allOf"][0] if "allOf" in each else each for each in branches]
        mark = next(
            member
            for member in texts[0]["properties"]
            if all("const" in each["properties"].get(member, {}) for each in texts)
        )
        by_value = {each["properties"][mark]["const"]: each for each in texts}

        def check(value: Any, path: str, faults: list[str]) -> Any:
            told = value.get(mark) if isinstance(value, Mapping) else None
            if isinstance(told, str) and told in by_value:
                return self._checker(by_value[told], name)(value, path, faults)
            faults.append(f"{path}.{mark}: '{told}' is not one of {', '.join(sorted(by_value))}")
            return value

        return check


def _bounded(check: Checker, node: Json) -> Checker:
    """A check of a value's kind, and then of its size."""
    if not any(bound in node for bound in BOUNDS):
        return check

    def bounded(value: Any, path: str, faults: list[str]) -> Any:
        before = len(faults)
        kept = check(value, path, faults)
        if len(faults) == before and not _fits(kept, node):
            said = ", ".join(f"{bound} {node[bound]}" for bound in BOUNDS if bound in node)
            faults.append(f"{path}: {kept!r} is out of bounds: {said}")
        return kept

    return bounded


def _fits(value: Any, node: Json) -> bool:
    if isinstance(value, list | str):
        unit = "Items" if isinstance(value, list) else "Length"
        most = node.get(f"max{unit}", len(value))
        if not node.get(f"min{unit}", 0) <= len(value) <= most:
            return False
        return not isinstance(value, str) or re.search(node.get("pattern", ""), value) is not None
    return bool(node.get("minimum", value) <= value <= node.get("maximum", value))
