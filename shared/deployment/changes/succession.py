"""What a declared body means beside the one that was declared before it.

Most changes show when a body is compared with what Azure holds. Two kinds never do: what is no
longer declared, which looks like something that others added, and a reference to another secret,
since Azure never shows one. Both are told by comparing one declared body with its predecessor.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.deployment.changes.paths import element, join, label
from shared.deployment.messages import Change, Json
from shared.deployment.specs.secrets import is_secret


def without_dropped(desired: Json, before: Json, name: str) -> Json:
    """`desired` with what its map `name` no longer declares told as absent: {"old": None}."""
    declared = {key.casefold() for key in desired.get(name) or {}}
    dropped = {key: None for key in before.get(name) or {} if key.casefold() not in declared}
    return {**desired, name: {**desired.get(name, {}), **dropped}} if dropped else desired


def renewed(desired: Any, before: Any, path: str = "") -> Iterator[Change]:
    """The references of `desired` that lead to another secret than before, or to a first one."""
    if is_secret(desired):
        if desired != before:
            yield Change(path=path, before=before, after=desired)
    elif isinstance(desired, Mapping):
        there = before if isinstance(before, Mapping) else {}
        for key, value in desired.items():
            yield from renewed(value, there.get(key), join(path, key))
    elif isinstance(desired, list):
        old = before if isinstance(before, list) else []
        for place, item in enumerate(desired):
            labelled = isinstance(item, Mapping) and bool(label(item))
            inner = element(path, item) if labelled else f"{path}[{place}]"
            alike = (o for o in old if labelled and label(o) == label(item))
            predecessor = next(alike, None) if labelled else (old[place : place + 1] or [None])[0]
            yield from renewed(item, predecessor, inner)
