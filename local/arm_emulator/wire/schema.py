"""Is this body what Azure would read? Unknown properties, wrong types and missing ones, by path.

The shapes are read from the models of the installed SDKs, so nothing is declared twice and a new
SDK brings its own properties. Types that have no SDK here give their shape as plain data: a dict of
properties, a list of one item shape, ``{str: shape}`` under the key ``"*"``, or a scalar type.
"""

import importlib
import inspect
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cache
from types import ModuleType, NoneType
from typing import Any

from local.arm_emulator.wire.messages import ArmError, Json

SDK_MODELS = {
    "network": "azure.mgmt.network.models",
    "privatedns": "azure.mgmt.privatedns.models",
    "postgresql": "azure.mgmt.postgresqlflexibleservers.models",
    "resources": "azure.mgmt.resource.resources.models",
}
Checker = Callable[[Any, str, list[str]], Any]
MISSING = ": required, and missing"
# Reported by many, with its code: autocloudarc/0026-azure-automation-plus-dsc-lab.
NO_REFERENCE = "Value for reference id is missing."
NOWHERE = f"location{MISSING}"  # Resource Manager has a code of its own for it
DIGITS = re.compile(r"-?\d+")


@dataclass(slots=True)
class Field:
    """One property of an object: how it is checked, and whether it may or must be sent."""

    check: Checker
    read_only: bool = False
    required: bool = False


@dataclass(slots=True)
class Shape:
    """The properties of one object; filled when first used, as shapes contain each other."""

    name: str
    fields: dict[str, Field] = field(default_factory=dict)
    others: Checker | None = None  # what checks members of any other name; None: there are none

    def check(self, value: Any, path: str, faults: list[str]) -> Any:
        """The value without its read-only properties; what is wrong is added to `faults`."""
        if not isinstance(value, Mapping):
            faults.append(f"{path or '$'}: {_kind(value)} where {self.name} is an object")
            return value
        kept: Json = {}
        for name, item in value.items():
            where = f"{path}.{name}" if path else str(name)
            field_name = name if name in self.fields else self._folded().get(str(name).lower())
            if field_name is None and self.others is not None:
                kept[name] = None if item is None else self.others(item, where, faults)
                continue
            if field_name is None:
                faults.append(f"{where}: could not find member '{name}' on {self.name}")
                continue
            known = self.fields[field_name]
            if not known.read_only and item is not None:
                kept[field_name] = known.check(item, where, faults)
        # A reference is sent as its id alone.
        told = next((each for name, each in value.items() if str(name).lower() == "id"), None)
        if "id" not in self.fields or not str(told or "").startswith("/"):
            self._check_missing(kept, path, faults)
        return kept

    def _check_missing(self, kept: Json, path: str, faults: list[str]) -> None:
        """What is required, the name of a child, what its properties must hold; or a whole id."""
        listed = path.endswith("]") and self.fields.keys() >= {"id", "name", "properties"}
        if self._refers() and not kept.keys() - {"id"} and path and not listed:
            faults.append(f"{path}: {NO_REFERENCE}")
            return
        for name, known in self.fields.items():
            if kept.get(name) is None and (known.required or (listed and name == "name")):
                faults.append(f"{path}.{name}".lstrip(".") + MISSING)
        inner = self.fields.get("properties")
        if inner is not None and not inner.read_only and kept.get("properties") is None:
            inner.check({}, f"{path}.properties".lstrip("."), faults)

    def _refers(self) -> bool:
        """Whether it stands for another resource: by its id alone, or else by the whole of it."""
        return "id" in self.fields and (len(self.fields) == 1 or "properties" in self.fields)

    def _folded(self) -> dict[str, str]:
        """The names by their lower case: Azure reads properties without regard to it."""
        return {name.lower(): name for name in self.fields}


def check_body(
    shape: Shape,
    body: Any,
    code: str = "InvalidRequestFormat",
    shown: frozenset[str] = frozenset(),
    *,
    whole: bool = True,
) -> Json:
    """The body without read-only properties, and without what Azure shows and the SDK lacks.

    Args:
        shape: of the type or of its named child.
        body: as it was sent.
        code: of the refusal.
        shown: names of members that come back with whatever a GET has shown.
        whole: whether what is required has to be there; a PATCH sends a part.

    Raises:
        ArmError: 400 with every fault and its path in the details.
    """
    found: list[str] = []
    cleaned = shape.check(body, "", found)
    faults = [
        each
        for each in found
        if each != NOWHERE
        and not _is_shown(each, shown)
        and (whole or "[" in each or not each.endswith(MISSING))  # an item is sent as a whole
    ]
    if faults:
        details = [
            {"code": _code(fault), "message": fault, "target": fault.partition(":")[0]}
            for fault in faults
        ]
        raise ArmError(400, code, f"Cannot parse the request. {faults[0]}", details=details)
    assert isinstance(cleaned, dict)  # noqa: S101 - no fault means an object
    return cleaned


def _code(fault: str) -> str:
    return "MissingJsonReferenceId" if fault.endswith(NO_REFERENCE) else "InvalidJson"


def _is_shown(fault: str, shown: frozenset[str]) -> bool:
    where, _, what = fault.partition(": ")
    return what.startswith("could not find member") and where.rpartition(".")[2] in shown


@cache
def sdk_shape(sdk: str, model: str) -> Shape:
    """The shape of a model of one of our SDKs, such as ``("network", "Subnet")``."""
    module = importlib.import_module(SDK_MODELS[sdk])
    shape = Shape(model)
    _SHAPES[(sdk, model)] = shape
    for class_ in reversed(getattr(module, model).__mro__):
        for attribute, annotation in inspect.get_annotations(class_).items():
            rest = class_.__dict__.get(attribute)
            if type(rest).__name__ == "_RestField":
                name = rest._rest_name_input or attribute
                shape.fields[name] = _sdk_field(sdk, module, annotation, rest._visibility)
    return shape


_SHAPES: dict[tuple[str, str], Shape] = {}


def _sdk_field(sdk: str, module: ModuleType, annotation: Any, visibility: Any) -> Field:
    arguments = typing.get_args(annotation)
    optional = NoneType in arguments
    read_only = visibility == ["read"]
    check = _checker(sdk, module, annotation)
    return Field(check, read_only=read_only, required=not optional and not read_only)


def _checker(sdk: str, module: ModuleType, annotation: Any) -> Checker:
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return _named(sdk, module, annotation.rpartition(".")[2])
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Union:
        checkers = [_checker(sdk, module, item) for item in arguments if item is not NoneType]
        return checkers[-1]  # Optional[X] is X; Union[str, "AnEnum"] is the enum
    if origin is list:
        return list_of(_checker(sdk, module, arguments[0]))
    if origin is dict:
        return _map_of(_checker(sdk, module, arguments[1]))
    return scalar(annotation)


def _named(sdk: str, module: ModuleType, name: str) -> Checker:
    named = getattr(module, name, None)
    if isinstance(named, type) and issubclass(named, Enum):
        return enum_of(name, {str(item.value) for item in named})
    if not isinstance(named, type):
        return anything

    def check(value: Any, path: str, faults: list[str]) -> Any:
        shape = _SHAPES.get((sdk, name)) or sdk_shape(sdk, name)
        return shape.check(value, path, faults)

    return check


def declared(name: str, tree: Mapping[str, Any], required: tuple[str, ...] = ()) -> Shape:
    """A shape given as data; `required` names properties of its first level."""
    shape = Shape(name)
    for key, node in tree.items():
        shape.fields[key] = Field(_declared_checker(key, node), required=key in required)
    return shape


def _declared_checker(name: str, node: Any) -> Checker:
    if isinstance(node, list):
        return list_of(_declared_checker(name, node[0]))
    if isinstance(node, Mapping):
        return (
            _map_of(_declared_checker(name, node["*"]))
            if "*" in node
            else declared(name, node).check
        )
    if isinstance(node, frozenset):
        return enum_of(name, {str(item) for item in node})
    return scalar(node)


def enum_of(name: str, allowed: set[str]) -> Checker:
    """A closed set of words, compared without regard to case."""
    known = {item.lower() for item in allowed}

    def check(value: Any, path: str, faults: list[str]) -> Any:
        if not isinstance(value, str):
            faults.append(f"{path}: {_kind(value)} where {name} is a string")
        elif value.lower() not in known:
            faults.append(f"{path}: '{value}' is not one of {', '.join(sorted(allowed))}")
        return value

    return check


def list_of(item: Checker) -> Checker:
    """A list of such items."""

    def check(value: Any, path: str, faults: list[str]) -> Any:
        if not isinstance(value, list):
            faults.append(f"{path}: {_kind(value)} where a list is expected")
            return value
        return [item(each, f"{path}[{at}]", faults) for at, each in enumerate(value)]

    return check


def _map_of(item: Checker) -> Checker:
    def check(value: Any, path: str, faults: list[str]) -> Any:
        if not isinstance(value, Mapping):
            faults.append(f"{path}: {_kind(value)} where an object is expected")
            return value
        return {
            key: None if each is None else item(each, f"{path}.{key}", faults)
            for key, each in value.items()
        }

    return check


def scalar(wanted: Any) -> Checker:
    """A text, a number, a boolean; anything where no such type is wanted."""
    if wanted in (str, datetime):
        return _exactly((str,), "a string")
    if wanted is bool:
        return _exactly((bool,), "true or false")
    if wanted is int:
        return _exactly((int,), "a whole number")
    if wanted is float:
        return _exactly((int, float), "a number")
    return anything


def _exactly(types: tuple[type, ...], wanted: str) -> Checker:
    def check(value: Any, path: str, faults: list[str]) -> Any:
        if int in types and isinstance(value, str) and DIGITS.fullmatch(value):
            return int(value)  # as Azure reads it: `az` sends ports so, in its templates
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            faults.append(f"{path}: {_kind(value)} where {wanted} is expected")
        return value

    return check


def anything(value: Any, path: str, faults: list[str]) -> Any:
    """Whatever it is."""
    return value


def _kind(value: Any) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    names |= {list: "a list", dict: "an object", NoneType: "null"}
    return names.get(type(value), type(value).__name__)
