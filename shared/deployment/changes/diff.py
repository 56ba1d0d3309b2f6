"""How desired and observed bodies differ, as Azure sees it.

Only what the desired body mentions matters: ARM adds ids, etags, states and defaults to everything.
Lists of objects are matched by name, lists of values are sets, text is compared without case (ARM
rewrites the case of ids, locations and enums), what is off or empty may be left out, and a secret
is never compared, since ARM never returns one. None stands for what should not be there, and so
does an object with `ABSENT`. Where a type is particular about a path, its rules say so: a list that
holds nothing else, a value that Azure leaves out in some states, a member that may not stand beside
another one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.deployment.changes.paths import at, changed, element, join, label, labelled, last_label
from shared.deployment.changes.rules import Rules
from shared.deployment.messages import Change, Json
from shared.deployment.specs.secrets import is_secret

READ_ONLY = frozenset({"etag", "systemData", "provisioningState", "resourceGuid"})
"""Names of fields that ARM writes and refuses or ignores in a PUT, at any depth."""

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

NO_RULES = Rules()
ABSENT = "$absent"
"""Key of an object that only says what should not be there: a member, or an element by its name."""


def differences(desired: Json, observed: Json, rules: Rules = NO_RULES) -> list[Change]:
    """What would change in `observed` if `desired` were applied."""
    comparison = _Comparison(rules)
    comparison.compare(desired, observed, "")
    return comparison.changes + leftovers(desired, observed, rules)


def all_differences(whole: Json, observed: Json, rules: Rules = NO_RULES) -> list[Change]:
    """How `observed` differs from `whole`, which leaves nothing open: what is more, differs too."""
    comparison = _Comparison(rules, closed=True)
    comparison.compare(whole, observed, "")
    return comparison.changes


def leftovers(desired: Json, observed: Json, rules: Rules) -> list[Change]:
    """Of the parts that come and go with the spec, those that are there and no longer desired."""
    gone = (rule.at for rule in rules if rule.optional and at(desired, rule.at) is None)
    found = ((path, at(observed, path)) for path in gone)
    return [
        Change(path=path, before=without_read_only(part), after=None)
        for path, part in found
        if part
    ]


@dataclass(slots=True)
class _Comparison:
    """One walk over both bodies; unless it is closed, it stops where desired mentions nothing."""

    rules: Rules
    closed: bool = False
    changes: list[Change] = field(default_factory=list)

    def compare(self, desired: Any, observed: Any, path: str) -> None:
        desired = None if _absent(desired) else desired
        if is_secret(desired) or is_secret(observed) or _unseen(self.rules, path, observed):
            return
        if self.rules.at(path).grows and _at_least(observed, desired):
            return
        if isinstance(desired, Mapping):
            self._objects(desired, observed if isinstance(observed, Mapping) else {}, path)
        elif isinstance(desired, list) and self._by_label(desired, observed or [], path):
            self._labelled_lists(desired, observed or [], path)
        elif not self._equal(desired, observed, path):
            self._note(path, observed, desired)

    def _objects(self, desired: Mapping[str, Any], there: Mapping[str, Any], path: str) -> None:
        names = _names(self.rules, path, there)
        for name, value in desired.items():
            inner, found = join(path, name), there.get(names(name))
            if self._is_key(path, value, known=names(name) in there):
                self.changes.append(Change(path=inner, before=None, after=value))
            elif (other := TWO_FORMS.get(name)) is None:
                self.compare(value, found, inner)
            elif _folded_set(value, desired.get(other)) != _folded_set(found, there.get(other)):
                self._note(inner, found, value)
                self._note(join(path, other), there.get(other), None)
            for excluded in _excluded(self.rules, inner, desired):
                self._note(_below(path, excluded), at(there, excluded), None)
        if self.closed:
            known = {names(name) for name in desired} | {TWO_FORMS.get(n) for n in desired}
            for name in (name for name in there if name not in known):
                if self._is_key(path, there[name], known=False):
                    change = Change(path=join(path, name), before=there[name], after=None)
                    self.changes.append(change)
                else:
                    self.compare(None, there[name], join(path, name))

    def _is_key(self, path: str, value: Any, *, known: bool) -> bool:
        """Whether a member is a key of a map: it says something where its value is empty, too."""
        says = value is not None and not _absent(value)
        return says and not known and self.rules.at(path).keys_fold

    def _by_label(self, desired: list[Any], observed: list[Any], path: str) -> bool:
        return labelled(desired or observed) and bool(desired or self._exact(path))

    def _labelled_lists(self, desired: list[Any], observed: list[Any], path: str) -> None:
        there = {label(item).casefold(): item for item in observed if isinstance(item, Mapping)}
        for item in desired:
            inner = element(path, item)
            found = there.pop(label(item).casefold(), None)
            if _absent(item) or found is None:
                self._note(inner, found, None if _absent(item) else item)
            else:
                self.compare(item, found, inner)
        if self._exact(path):
            for item in there.values():
                self._note(element(path, item), item, None)

    def _equal(self, desired: Any, observed: Any, path: str) -> bool:
        verbatim = any(rule.verbatim for rule in self.rules.over(path))
        more = self.closed and isinstance(observed, list)  # no element holds more than is desired
        return _equal(desired, observed, verbatim=verbatim) and (
            not more or _equal(observed, desired, verbatim=verbatim)
        )

    def _exact(self, path: str) -> bool:
        return self.closed or self.rules.at(path).exact

    def _note(self, path: str, before: Any, after: Any) -> None:
        before = without_read_only(before)
        if before != after and (before or after):  # a difference that nobody could see is none
            self.changes.append(Change(path=path, before=before, after=after))


def merged(desired: Any, observed: Any, rules: Rules = NO_RULES, path: str = "") -> Any:
    """`desired` laid over `observed`: what an update sends, so that it drops nothing of others.

    Lists of labelled objects keep the elements that only `observed` has, except at exact paths;
    what may not stand beside what is desired goes; what Azure does not show is not sent.
    """
    if isinstance(desired, Mapping) and isinstance(observed, Mapping) and not is_secret(desired):
        return _merged_objects(desired, observed, rules, path)
    if rules.at(path).grows and _at_least(observed, desired):
        return observed
    if not isinstance(desired, list) or not isinstance(observed, list) or not desired:
        return desired  # an empty list says that nothing should be there
    if labelled(desired + observed):
        there = {label(item).casefold(): item for item in observed}
        found = [(item, there.pop(label(item).casefold(), None)) for item in desired]
        laid = [
            merged(item, known, rules, element(path, item))
            for item, known in found
            if not _absent(item)
        ]
        return laid if rules.at(path).exact else laid + list(there.values())
    return desired


def _merged_objects(
    desired: Mapping[str, Any], observed: Mapping[str, Any], rules: Rules, path: str
) -> Any:
    names = _names(rules, path, observed)
    superseded = {TWO_FORMS.get(name) for name in desired} - set(desired)
    superseded |= {there for name in desired if (there := names(name)) != name}
    both: Any = {name: value for name, value in observed.items() if name not in superseded}
    for name, value in desired.items():
        inner, found = join(path, name), observed.get(names(name))
        if not _unseen(rules, inner, found) or is_secret(value):
            both[name] = merged(value, found, rules, inner)
    gone_by_name = {name for name, value in desired.items() if value is None or _absent(value)}
    both = {n: v for n, v in both.items() if n not in gone_by_name and v is not None}
    for name in desired:
        gone = [(other, None) for other in _excluded(rules, join(path, name), desired)]
        both = changed(both, [pair for pair in gone if at(both, pair[0]) is not None])
    return both


def _names(rules: Rules, path: str, there: Mapping[str, Any]) -> Any:
    """Under which key a member is found: in a map without case, under any spelling of it."""
    if not rules.at(path).keys_fold:
        return lambda name: name
    spelt = {key.casefold(): key for key in there}
    return lambda name: name if name in there else spelt.get(name.casefold(), name)


def _unseen(rules: Rules, path: str, observed: Any) -> bool:
    """Whether nothing can be said of what is there: never compared, or left out by Azure."""
    return any(rule.ignored or (rule.omitted and observed is None) for rule in rules.over(path))


def _excluded(rules: Rules, path: str, desired: Mapping[str, Any]) -> list[str]:
    """What may not stand beside this member, from the object that it lies in."""
    return [other for other in rules.at(path).excludes if at(desired, other) is None]


def _below(path: str, inner: str) -> str:
    return f"{path}.{inner}" if path else inner


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


# Values


def _absent(value: Any) -> bool:
    return isinstance(value, Mapping) and ABSENT in value


def _equal(desired: Any, observed: Any, *, verbatim: bool) -> bool:
    if not desired and not observed:  # absent, empty, and off: ARM leaves out what is off
        return True
    if isinstance(desired, list) and isinstance(observed, list):
        return len(desired) == len(observed) and _paired(desired, observed)
    if isinstance(desired, bool) or isinstance(observed, bool):
        return desired is observed
    if verbatim:
        return str(desired) == str(observed)
    return _folded(desired) == _folded(observed)


def _paired(desired: list[Any], observed: list[Any]) -> bool:
    """Whether each desired element has one of its own among those observed."""
    left = list(observed)
    for item in desired:
        place = next((n for n, there in enumerate(left) if _covers(there, item)), None)
        if place is None:
            return False
        del left[place]
    return True


def _at_least(observed: Any, desired: Any) -> bool:
    return isinstance(observed, int) and isinstance(desired, int) and observed >= desired


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
