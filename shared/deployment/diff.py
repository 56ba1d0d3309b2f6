"""How desired and observed bodies differ, as Azure sees it.

Only what the desired body mentions matters: ARM adds ids, etags, states and defaults to everything.
Lists of objects are matched by name, lists of values are sets, text is compared without case (ARM
rewrites the case of ids, locations and enums), and a secret is never compared, since ARM never
returns one. Where a list must hold nothing but what is desired (the rules of an NSG), the resource
says so, and an extra element is a difference too.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.deployment.messages import Change, Json
from shared.deployment.secrets import is_secret

READ_ONLY = frozenset({"etag", "systemData", "provisioningState", "resourceGuid"})
"""Names of fields that ARM writes and refuses or ignores in a PUT, at any depth."""


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
    changes: list[Change] = []
    _compare(desired, observed, "", frozenset(exact), frozenset(ignore), changes)
    return changes


def _compare(
    desired: Any,
    observed: Any,
    path: str,
    exact: frozenset[str],
    ignore: frozenset[str],
    changes: list[Change],
) -> None:
    if _plain(path) in ignore or is_secret(desired):
        return
    if isinstance(desired, Mapping):
        there = observed if isinstance(observed, Mapping) else {}
        for name, value in desired.items():
            _compare(value, there.get(name), _join(path, name), exact, ignore, changes)
    elif isinstance(desired, list) and desired and _named(desired):
        there = {_name(item): item for item in observed or [] if isinstance(item, Mapping)}
        for item in desired:
            key = _name(item)
            inner = f"{path}[{item['name']}]"
            if key not in there:
                changes.append(Change(path=inner, before=None, after=item))
            else:
                _compare(item, there.pop(key), inner, exact, ignore, changes)
        if path in exact:
            changes += [
                Change(path=f"{path}[{item.get('name')}]", before=item, after=None)
                for item in there.values()
            ]
    elif isinstance(desired, list) and not desired and path in exact:
        changes += [
            Change(path=f"{path}[{item.get('name')}]", before=item, after=None)
            for item in observed or []
        ]
    elif not _equal(desired, observed):
        changes.append(Change(path=path, before=observed, after=desired))


def merged(desired: Any, observed: Any, *, exact: Iterable[str] = (), path: str = "") -> Any:
    """`desired` laid over `observed`: what an update sends, so that it drops nothing of others.

    Lists of named objects keep the elements that only `observed` has, except at `exact` paths.
    """
    if isinstance(desired, Mapping) and isinstance(observed, Mapping) and not is_secret(desired):
        both = dict(observed)
        for name, value in desired.items():
            both[name] = merged(value, observed.get(name), exact=exact, path=_join(path, name))
        return both
    if isinstance(desired, list) and isinstance(observed, list) and _named(desired + observed):
        there = {_name(item): item for item in observed}
        laid = [
            merged(item, there.pop(_name(item), None), exact=exact, path=path) for item in desired
        ]
        return laid if path in frozenset(exact) else laid + list(there.values())
    return desired


def without_read_only(body: Any) -> Any:
    """A body as ARM answered it, less the fields that a PUT must not carry."""
    if isinstance(body, Mapping):
        return {k: without_read_only(v) for k, v in body.items() if k not in READ_ONLY}
    if isinstance(body, list):
        return [without_read_only(item) for item in body]
    return body


def _equal(desired: Any, observed: Any) -> bool:
    if desired in (None, [], "") and observed in (None, [], ""):
        return True
    if isinstance(desired, list) and isinstance(observed, list):
        return sorted(map(_folded, desired)) == sorted(map(_folded, observed))
    if isinstance(desired, bool) or isinstance(observed, bool):
        return desired is observed
    return _folded(desired) == _folded(observed)


def _folded(value: Any) -> str:
    return str(value).casefold().replace(" ", "")  # "East US" is eastus, PostgreSQL says so


def _named(items: list[Any]) -> bool:
    return all(isinstance(item, Mapping) and "name" in item for item in items)


def _name(item: Mapping[str, Any]) -> str:
    return str(item.get("name", "")).casefold()


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _plain(path: str) -> str:
    """The path without the names of list elements: a.b[c].d is a.b.d."""
    kept, depth = [], 0
    for letter in path:
        depth += letter == "["
        if not depth:
            kept.append(letter)
        depth -= letter == "]"
    return "".join(kept)
