"""Paths into ARM bodies: properties.securityRules[allow-ssh].properties.priority.

An element of a list is named by its label in brackets; a key with a dot in it stands in quotes.
"""

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

_AWKWARD = re.compile(r"[.\[\]]")
_SEGMENT = re.compile(r'"([^"]*)"|(\[[^\]]*\]|[^.\["]+)')
_LABEL = re.compile(r"\[[^\]]*\]")

LABELS = ("name", "service", "id")
"""What elements of ARM lists are told apart by; service endpoints have no other name."""


def label(item: Mapping[str, Any]) -> str:
    """What tells an element of a list from the others: its name, or what stands in for one."""
    return next((str(item[key]) for key in LABELS if key in item), "")


def labelled(items: list[Any]) -> bool:
    """Whether all elements of a list are objects that can be told apart."""
    return all(isinstance(item, Mapping) and label(item) for item in items)


def join(path: str, name: str) -> str:
    """The path of a member."""
    segment = f'"{name}"' if _AWKWARD.search(name) else name
    return f"{path}.{segment}" if path else segment


def element(path: str, item: Mapping[str, Any]) -> str:
    """The path of an element of a list."""
    return f"{path}[{label(item)}]"


def unlabelled(path: str) -> str:
    """The path without the labels of list elements: a.b[c].d is a.b.d."""
    return _LABEL.sub("", path)


def starts(path: str, parent: str) -> bool:
    """Whether a path is another one or lies below it."""
    return path == parent or path.startswith((f"{parent}.", f"{parent}["))


def at(there: Any, path: str) -> Any:
    """What stands at a path; None where nothing does."""
    for segment in _segments(path):
        if segment.startswith("["):
            there = next((item for item in there or [] if _is(item, segment)), None)
        else:
            there = there.get(segment) if isinstance(there, Mapping) else None
    return there


def last_label(path: str) -> str | None:
    """The label of the element that a path ends at; None where it ends at a member."""
    last = _segments(path)[-1]
    return last[1:-1] if last.startswith("[") else None


def changed(body: Any, values: Iterable[tuple[str, Any]]) -> Any:
    """A copy of `body` with a value at each path; None takes away what stands there."""
    result = copy.deepcopy(body)
    for path, value in values:
        _set(result, _segments(path), value)
    return result


def _set(there: Any, segments: list[str], value: Any) -> None:
    *parents, last = segments
    for segment, following in zip(parents, segments[1:], strict=True):
        if segment.startswith("["):
            there = next((item for item in there if _is(item, segment)), None)
        else:
            if there.get(segment) is None:
                there[segment] = [] if following.startswith("[") else {}
            there = there[segment]
        if there is None:
            return
    if last.startswith("["):
        rest = [item for item in there if not _is(item, last)]
        there[:] = rest if value is None else [*rest, value]
    elif value is None:
        there.pop(last, None)
    else:
        there[last] = value


def _segments(path: str) -> list[str]:
    return [quoted or plain for quoted, plain in _SEGMENT.findall(path)]


def _is(item: Any, segment: str) -> bool:
    return isinstance(item, Mapping) and f"[{label(item)}]".casefold() == segment.casefold()
