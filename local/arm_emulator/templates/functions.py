"""The functions of ARM templates that depend on their arguments alone.

Those that ask about the deployment (parameters, resourceId, reference, ...) are in `templates.py`.
https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions
"""

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from local.arm_emulator.templates.expressions import Function

# The namespace of guid(): https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-string#guid
GUID_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
PLACEHOLDER = re.compile(r"\{(\d+)(?::([^}]*))?\}")


def _concat(*given: Any) -> Any:
    if given and all(isinstance(each, list) for each in given):
        return [item for each in given for item in each]
    return "".join(_text(each) for each in given)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)  # True and False, as .NET writes them
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    return "" if value is None else str(value)


def _format(pattern: str, *given: Any) -> str:
    def fill(found: "re.Match[str]") -> str:
        value, how = given[int(found[1])], found[2] or ""
        if re.fullmatch(r"[Dd]\d+", how):
            return f"{int(value):0{how[1:]}d}"
        if how:
            raise ValueError(f"the format '{how}' is not emulated")
        return _text(value)

    return PLACEHOLDER.sub(fill, pattern)


def _unique_string(*given: str) -> str:
    """13 letters and digits that only the arguments decide; not the ones that Azure computes."""
    digest = hashlib.sha256("-".join(given).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:13]


def _split(text: str, by: str | list[str]) -> list[str]:
    separators = [by] if isinstance(by, str) else by
    return re.split("|".join(re.escape(each) for each in separators), text)


def _contains(container: Any, wanted: Any) -> bool:
    if isinstance(container, dict):
        return str(wanted).lower() in {key.lower() for key in container}
    return wanted in container


def _union(first: Any, *rest: Any) -> Any:
    if isinstance(first, dict):
        merged = dict(first)
        for each in rest:
            merged |= each
        return merged
    joined = list(first)
    for each in rest:
        joined += [item for item in each if item not in joined]
    return joined


def _range(start: int, count: int) -> list[int]:
    return list(range(start, start + count))


def _substring(text: str, start: int, length: int | None = None) -> str:
    end = len(text) if length is None else start + length
    if not 0 <= start <= end <= len(text):
        raise ValueError("the index and the length must lie within the string")
    return text[start:end]


def _int(value: Any) -> int:
    return int(value)


def _bool(value: Any) -> bool:
    return value.lower() == "true" if isinstance(value, str) else bool(value)


def _equals(one: Any, other: Any) -> bool:
    return bool(one == other)


def _create_object(*given: Any) -> dict[str, Any]:
    return dict(zip(given[::2], given[1::2], strict=True))


def _min(*given: Any) -> Any:
    return min(given[0] if isinstance(given[0], list) else given)


def _max(*given: Any) -> Any:
    return max(given[0] if isinstance(given[0], list) else given)


def _coalesce(*given: Any) -> Any:
    return next((each for each in given if each is not None), None)


def _never(*_: Any) -> Any:
    raise AssertionError("the evaluator takes this one itself")


PURE: Mapping[str, Function] = {
    "concat": _concat,
    "format": _format,
    "tolower": str.lower,
    "toupper": str.upper,
    "trim": str.strip,
    "replace": str.replace,
    "split": _split,
    "join": lambda items, by: by.join(_text(each) for each in items),
    "substring": _substring,
    "startswith": lambda text, what: text.lower().startswith(what.lower()),
    "endswith": lambda text, what: text.lower().endswith(what.lower()),
    "indexof": lambda text, what: text.lower().find(what.lower()),
    "padleft": lambda text, width, fill=" ": _text(text).rjust(width, fill),
    "uniquestring": _unique_string,
    "guid": lambda *given: str(uuid.uuid5(GUID_NAMESPACE, "-".join(given))),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64tostring": lambda text: base64.b64decode(text).decode(),
    "string": _text,
    "int": _int,
    "bool": _bool,
    "json": json.loads,
    "array": lambda value: value if isinstance(value, list) else [value],
    "createarray": lambda *given: list(given),
    "createobject": _create_object,
    "length": len,
    "empty": lambda value: value is None or len(value) == 0,
    "first": lambda items: items[0] if items else None,
    "last": lambda items: items[-1] if items else None,
    "take": lambda items, count: items[: max(count, 0)],
    "skip": lambda items, count: items[max(count, 0) :],
    "contains": _contains,
    "union": _union,
    "range": _range,
    "coalesce": _coalesce,
    "equals": _equals,
    "not": lambda value: not value,
    "and": lambda *given: all(given),
    "or": lambda *given: any(given),
    "if": _never,
    "true": lambda: True,
    "false": lambda: False,
    "null": lambda: None,
    "greater": lambda one, other: one > other,
    "greaterorequals": lambda one, other: one >= other,
    "less": lambda one, other: one < other,
    "lessorequals": lambda one, other: one <= other,
    "add": lambda one, other: one + other,
    "sub": lambda one, other: one - other,
    "mul": lambda one, other: one * other,
    "div": lambda one, other: int(one / other),
    "mod": lambda one, other: one - other * int(one / other),
    "min": _min,
    "max": _max,
}
