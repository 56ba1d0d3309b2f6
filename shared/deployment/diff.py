"""How desired and observed bodies differ, as Azure sees it.

Only what the desired body mentions matters: ARM adds ids, etags, states and defaults to everything.
Lists of objects are matched by name, lists of values are sets, text is compared without case (ARM
rewrites the case of ids, locations and enums), what is off or empty may be left out, and a secret
is never compared, since ARM never returns one. Where a list must hold nothing but what is desired
(the rules of an NSG), the resource says so, and an extra element is a difference too.
"""

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.deployment.messages import Change, Json
from shared.deployment.secrets import is_secret

_AWKWARD = re.compile(r"[.\[\]]")
_SEGMENT = re.compile(r'"([^"]*)"|(\[[^\]]*\]|[^.\["]+)')
_LABEL = re.compile(r"\[[^\]]*\]")

READ_ONLY = frozenset({"etag", "systemData", "provisioningState", "resourceGuid"})
"""Names of fields that ARM writes and refuses or ignores in a PUT, at any depth."""

LABELS = ("name", "service", "id")
"""What elements of ARM lists are told apart by; service endpoints have no other name."""

_SINGULAR = (
    "addressPrefix",
    "sourceAddressPrefix",
    "destinationAddressPrefix",
    "sourcePortRange",
    "destinationPortRange",
)
_PLURAL = [name + ("es" if name.endswith("x") else "s") for name in _SINGULAR]
TWO_FORMS = dict(zip([*_SINGULAR, *_PLURAL], [*_PLURAL, *_SINGULAR], strict=True))
"""Fields with a form for one value and another for several; ARM reads both as one set."""


def differences(
    desired: Json, observed: Json, *, exact: Iterable[str] = (), ignore: Iterable[str] = ()
) -> list[Change]:
    """What would change in `observed` if `desired` were applied.

    Args:
        desired: an ARM body.
        observed: what ARM answered for the same resource.
        exact: paths of lists that may hold nothing else, such as ``properties.securityRules``.
        ignore: paths that never count.
    """
    comparison = _Comparison(frozenset(exact), frozenset(ignore))
    comparison.compare(desired, observed, "")
    return comparison.changes


def leftovers(desired: Json, observed: Json, paths: Iterable[str]) -> list[Change]:
    """Of the parts that come and go with the spec, those that are there and no longer desired."""
    found = ((path, _at(observed, path)) for path in paths if _at(desired, path) is None)
    return [
        Change(path=path, before=without_read_only(part), after=None)
        for path, part in found
        if part
    ]


@dataclass(slots=True)
class _Comparison:
    """One walk over both bodies; it stops where desired mentions nothing."""

    exact: frozenset[str]
    ignore: frozenset[str]
    changes: list[Change] = field(default_factory=list)

    def compare(self, desired: Any, observed: Any, path: str) -> None:
        if _unlabelled(path) in self.ignore or is_secret(desired):
            return
        if isinstance(desired, Mapping):
            self._objects(desired, observed if isinstance(observed, Mapping) else {}, path)
        elif isinstance(desired, list) and _labelled(desired) and (desired or path in self.exact):
            self._labelled_lists(desired, observed or [], path)
        elif not _equal(desired, observed):
            self._note(path, observed, desired)

    def _objects(self, desired: Mapping[str, Any], there: Mapping[str, Any], path: str) -> None:
        for name, value in desired.items():
            if (other := TWO_FORMS.get(name)) is None:
                self.compare(value, there.get(name), _join(path, name))
            elif _folded_set(value) != _folded_set(there.get(name), there.get(other)):
                self._note(_join(path, name), there.get(name), value)
                if there.get(other):
                    self._note(_join(path, other), there[other], None)

    def _labelled_lists(self, desired: list[Any], observed: list[Any], path: str) -> None:
        there = {_label(item).casefold(): item for item in observed if isinstance(item, Mapping)}
        for item in desired:
            inner = f"{path}[{_label(item)}]"
            if (found := there.pop(_label(item).casefold(), None)) is None:
                self._note(inner, None, item)
            else:
                self.compare(item, found, inner)
        if path in self.exact:
            for item in there.values():
                self._note(f"{path}[{_label(item)}]", item, None)

    def _note(self, path: str, before: Any, after: Any) -> None:
        self.changes.append(Change(path=path, before=without_read_only(before), after=after))


def merged(desired: Any, observed: Any, *, exact: Iterable[str] = (), path: str = "") -> Any:
    """`desired` laid over `observed`: what an update sends, so that it drops nothing of others.

    Lists of labelled objects keep the elements that only `observed` has, except at `exact` paths.
    """
    if isinstance(desired, Mapping) and isinstance(observed, Mapping) and not is_secret(desired):
        superseded = {TWO_FORMS.get(name) for name in desired} - set(desired)
        both = {name: value for name, value in observed.items() if name not in superseded}
        for name, value in desired.items():
            both[name] = merged(value, observed.get(name), exact=exact, path=_join(path, name))
        return both
    if not isinstance(desired, list) or not isinstance(observed, list) or not desired:
        return desired  # an empty list says that nothing should be there
    if _labelled(desired + observed):
        there = {_label(item).casefold(): item for item in observed}
        laid = [
            merged(item, there.pop(_label(item).casefold(), None), exact=exact, path=path)
            for item in desired
        ]
        return laid if path in frozenset(exact) else laid + list(there.values())
    return desired


def reverted(body: Any, changes: Iterable[Change]) -> Any:
    """`body` with every changed path set back to what it was before, and all else left alone."""
    return _changed(body, [(change["path"], change["before"]) for change in changes])


def applied(body: Any, changes: Iterable[Change]) -> Any:
    """`body` with every change made, and all else left alone."""
    return _changed(body, [(change["path"], change["after"]) for change in changes])


def without(body: Any, changes: Iterable[Change]) -> Any:
    """`body` less every changed path."""
    return _changed(body, [(change["path"], None) for change in changes])


def without_paths(body: Any, paths: Iterable[str], at: str = "") -> Any:
    """A body less the members at `paths`, written without the names of list elements: a.b.c."""
    if isinstance(body, Mapping):
        return {
            name: without_paths(value, paths, _join(at, name))
            for name, value in body.items()
            if _join(at, name) not in paths
        }
    if isinstance(body, list):
        return [without_paths(item, paths, at) for item in body]
    return body


def without_read_only(body: Any) -> Any:
    """A body as ARM answered it, less the fields that a PUT must not carry."""
    if isinstance(body, Mapping):
        # The type of a resource, and of a part that has an id, is ARM's; other types are not.
        owned = READ_ONLY | {"type"} if {"id", "name"} <= body.keys() else READ_ONLY
        return {k: without_read_only(v) for k, v in body.items() if k not in owned}
    if isinstance(body, list):
        return [without_read_only(item) for item in body]
    return body


# Paths


def _changed(body: Any, values: Iterable[tuple[str, Any]]) -> Any:
    result = copy.deepcopy(body)
    for path, value in values:
        _set(result, _segments(path), value)
    return result


def _at(there: Any, path: str) -> Any:
    """What stands at a path; None where nothing does."""
    for segment in _segments(path):
        if segment.startswith("["):
            there = next((item for item in there or [] if _is(item, segment)), None)
        else:
            there = there.get(segment) if isinstance(there, Mapping) else None
    return there


def _set(there: Any, segments: list[str], value: Any) -> None:
    *parents, last = segments
    for segment, following in zip(parents, segments[1:], strict=True):
        if segment.startswith("["):
            there = next((item for item in there if _is(item, segment)), None)
        else:
            there = there.setdefault(segment, [] if following.startswith("[") else {})
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
    """The path cut into keys and ``[labels]``; a key with a dot in it stands in quotes."""
    return [quoted or plain for quoted, plain in _SEGMENT.findall(path)]


def _join(path: str, name: str) -> str:
    segment = f'"{name}"' if _AWKWARD.search(name) else name
    return f"{path}.{segment}" if path else segment


def _unlabelled(path: str) -> str:
    """The path without the labels of list elements: a.b[c].d is a.b.d."""
    return _LABEL.sub("", path)


# Values


def _labelled(items: list[Any]) -> bool:
    return all(isinstance(item, Mapping) and _label(item) for item in items)


def _label(item: Mapping[str, Any]) -> str:
    """What tells an element of a list from the others: its name, or what stands in for one."""
    return next((str(item[key]) for key in LABELS if key in item), "")


def _is(item: Any, segment: str) -> bool:
    return f"[{_label(item)}]".casefold() == segment.casefold()


def _equal(desired: Any, observed: Any) -> bool:
    if not desired and not observed:  # absent, empty, and off: ARM leaves out what is off
        return True
    if isinstance(desired, list) and isinstance(observed, list):
        return len(desired) == len(observed) and all(
            any(_covers(there, item) for there in observed) for item in desired
        )
    if isinstance(desired, bool) or isinstance(observed, bool):
        return desired is observed
    return _folded(desired) == _folded(observed)


def _covers(there: Any, item: Any) -> bool:
    """Whether an element without a label holds what is desired of it."""
    if isinstance(item, Mapping):
        return isinstance(there, Mapping) and not differences(dict(item), dict(there))
    return _folded(item) == _folded(there)


def _folded(value: Any) -> str:
    return str(value).casefold().replace(" ", "")  # "East US" is eastus, PostgreSQL says so


def _folded_set(*values: Any) -> set[str]:
    """The elements of a field that has a form for one and a form for several."""
    lists = [value if isinstance(value, list) else [value] for value in values if value]
    return {_folded(element) for elements in lists for element in elements}
