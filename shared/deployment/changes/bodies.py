"""A body of ARM, or what one says, with or without some of its parts.

None stands for what should not be there, and so does an object with `ABSENT`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.deployment.changes.paths import changed, join, last_label
from shared.deployment.messages import Change

READ_ONLY = frozenset({"etag", "systemData", "provisioningState", "resourceGuid"})
"""Names of fields that ARM writes and refuses or ignores in a PUT, at any depth."""

ABSENT = "$absent"
"""Key of an object that only says what should not be there: a member, or an element by its name."""


def absent(value: Any) -> bool:
    """Whether a value only says that something should not be there."""
    return isinstance(value, Mapping) and ABSENT in value


def reverted(body: Any, changes: Iterable[Change]) -> Any:
    """`body` with every changed path set back to what it was before, and all else left alone."""
    return changed(body, [(change["path"], change["before"]) for change in changes])


def applied(body: Any, changes: Iterable[Change]) -> Any:
    """`body` with every change made, and all else left alone."""
    return changed(body, [(change["path"], change["after"]) for change in changes])


def laid(body: Any, path: str, value: Any) -> Any:
    """`body` with a value at a path; None says that nothing should be there."""
    if value is None:
        name = last_label(path)
        value = {ABSENT: True} if name is None else {"name": name, ABSENT: True}
    return changed(body, [(path, value)])


def without(body: Any, changes: Iterable[Change]) -> Any:
    """`body` less every changed path."""
    return changed(body, [(change["path"], None) for change in changes])


def without_paths(body: Any, paths: Iterable[str], path: str = "") -> Any:
    """A body less the members at `paths`, written without the names of list elements: a.b.c."""
    if isinstance(body, Mapping):
        return {
            name: without_paths(value, paths, join(path, name))
            for name, value in body.items()
            if join(path, name) not in paths
        }
    if isinstance(body, list):
        return [without_paths(item, paths, path) for item in body]
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
