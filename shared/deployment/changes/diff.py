"""How desired and observed bodies differ, as Azure sees it.

Only what the desired body mentions matters: ARM adds ids, etags, states and defaults to everything.
Lists of objects are matched by name, lists of values are sets, text is compared without case (ARM
rewrites the case of ids, locations and enums), what is off or empty may be left out, and a secret
is never compared, since ARM never returns one. Where a type is particular about a path, its rules
say so: a list that holds nothing else, a value that Azure leaves out in some states, a member that
may not stand beside another one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.deployment.changes.bodies import absent, without_read_only
from shared.deployment.changes.paths import at, element, join, label, labelled
from shared.deployment.changes.rules import NO_RULES, TWO_FORMS, Rules
from shared.deployment.messages import Change, Json
from shared.deployment.specs.secrets import is_secret


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
        desired = None if absent(desired) else desired
        if is_secret(desired) or is_secret(observed) or self.rules.unseen(path, observed):
            return
        if self.rules.outgrown(path, desired, observed):
            return
        if isinstance(desired, Mapping):
            self._objects(desired, observed if isinstance(observed, Mapping) else {}, path)
        elif isinstance(desired, list) and self._by_label(desired, observed or [], path):
            self._labelled_lists(desired, observed or [], path)
        elif not self._equal(desired, observed, path):
            self._note(path, observed, desired)

    def _objects(self, desired: Mapping[str, Any], there: Mapping[str, Any], path: str) -> None:
        names = self.rules.spelling(path, there)
        for name, value in desired.items():
            inner, found = join(path, name), there.get(names(name))
            if self._is_key(path, value, known=names(name) in there):
                self.changes.append(Change(path=inner, before=None, after=value))
            elif (other := TWO_FORMS.get(name)) is None:
                self.compare(value, found, inner)
            elif _folded_set(value, desired.get(other)) != _folded_set(found, there.get(other)):
                self._note(inner, found, value)
                self._note(join(path, other), there.get(other), None)
            for excluded in self.rules.excluded(inner, desired):
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
        says = value is not None and not absent(value)
        return says and not known and self.rules.at(path).keys_fold

    def _by_label(self, desired: list[Any], observed: list[Any], path: str) -> bool:
        return labelled(desired or observed) and bool(desired or self._exact(path))

    def _labelled_lists(self, desired: list[Any], observed: list[Any], path: str) -> None:
        there = {label(item).casefold(): item for item in observed if isinstance(item, Mapping)}
        for item in desired:
            inner = element(path, item)
            found = there.pop(label(item).casefold(), None)
            if absent(item) or found is None:
                self._note(inner, found, None if absent(item) else item)
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


def _below(path: str, inner: str) -> str:
    return f"{path}.{inner}" if path else inner


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
