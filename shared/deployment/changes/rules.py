"""What Azure does with the parts of a body, as one table a type: the rules of its paths.

A path is written without the labels of list elements, and a rule holds for all below its path,
except that `exact`, `optional`, `shown` and `excludes` are about what stands at the path itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.deployment.changes.paths import at, starts, unlabelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One path and what is particular about it."""

    at: str  # properties.securityRules
    exact: bool = False  # a list that holds nothing but what we declare
    ignored: bool = False  # never compared
    optional: bool = False  # goes when the spec no longer asks for it; may name a list's element
    shown: bool = False  # Azure shows it and does not take it back
    omitted: bool = False  # Azure leaves it out in some states: absent is unknown, not changed
    keys_fold: bool = False  # a map whose keys have no case
    verbatim: bool = False  # its texts have case, and every space counts
    fixed: bool = False  # only a replacement changes it
    order: tuple[str, ...] = ()  # changed in place in this order only, there being no way back
    families: tuple[frozenset[str], ...] = ()  # changed in place within one of these only
    grows: bool = False  # a number that changes upwards only, and by itself
    field: str | None = None  # of the spec, which says it: recorded where it cannot go back
    excludes: tuple[str, ...] = ()  # may not stand beside it; from the object that it lies in
    disturbs: str | None = None  # what its users notice while it is changed


EVERYWHERE = (
    Path(at="location", fixed=True),
    # Learn: Tag resources, "Tag names are case-insensitive for operations ... values are not"
    Path(at="tags", keys_fold=True, verbatim=True),
    # ARM compares ids without case, and shows the keys of this map in its own
    Path(at="identity.userAssignedIdentities", keys_fold=True),
)
NEUTRAL = Path(at="")

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


class Rules:
    """The rules of one type, beside those that hold everywhere."""

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._paths = (*EVERYWHERE, *paths)
        self._by_path = {path.at: path for path in self._paths}

    def with_(self, paths: Iterable[Path]) -> "Rules":
        """These rules and more."""
        return Rules((*self._paths[len(EVERYWHERE) :], *paths))

    def __iter__(self) -> Iterator[Path]:
        return iter(self._paths)

    def at(self, path: str) -> Path:
        """The rule of this very path; one that says nothing where there is none."""
        return self._by_path.get(unlabelled(path), NEUTRAL)

    def over(self, path: str) -> Iterator[Path]:
        """The rules of this path and of all that it lies in, in the order declared."""
        plain = unlabelled(path)
        return (rule for rule in self._paths if starts(plain, rule.at))

    def unseen(self, path: str, observed: Any) -> bool:
        """Whether nothing can be said of what is there: never compared, or left out by Azure."""
        return any(r.ignored or (r.omitted and observed is None) for r in self.over(path))

    def outgrown(self, path: str, desired: Any, observed: Any) -> bool:
        """Whether a number that grows by itself is at least what is desired."""
        numbers = isinstance(observed, int) and isinstance(desired, int)
        return self.at(path).grows and numbers and observed >= desired

    def excluded(self, path: str, desired: Mapping[str, Any]) -> list[str]:
        """What may not stand beside a member, from the object that it lies in."""
        return [other for other in self.at(path).excludes if at(desired, other) is None]

    def spelling(self, path: str, there: Mapping[str, Any]) -> Callable[[str], str]:
        """Under which key a member is found: in a map without case, under any spelling of it."""
        if not self.at(path).keys_fold:
            return str
        spelt = {key.casefold(): key for key in there}
        return lambda name: name if name in there else spelt.get(name.casefold(), name)

    def fixed(self, path: str, before: Any, after: Any) -> bool:
        """Whether Azure refuses this change in place, so that only a replacement makes it."""
        return any(rule.fixed or _backwards(rule, before, after) for rule in self.over(path))

    def one_way(self, path: str, before: Any, after: Any) -> bool:
        """Whether this change is made in place and cannot be taken back."""
        return not self.fixed(path, before, after) and self.fixed(path, after, before)

    def field(self, path: str) -> str | None:
        """The field of the spec that says what stands at this path, where it is told."""
        return next((rule.field for rule in self.over(path) if rule.field), None)

    def disturbance(self, path: str) -> str | None:
        """What users notice of a change at this path."""
        return next((rule.disturbs for rule in self.over(path) if rule.disturbs), None)


NO_RULES = Rules()


def _backwards(rule: Path, before: Any, after: Any) -> bool:
    """Whether a value would go against its direction; one that is not in the order stays."""
    if rule.grows:
        return isinstance(before, int) and isinstance(after, int) and after < before
    was, will_be = str(before).casefold(), str(after).casefold()
    if rule.families:
        return not any({was, will_be} <= set(map(str.casefold, f)) for f in rule.families)
    if not rule.order:
        return False
    places = {value.casefold(): place for place, value in enumerate(rule.order)}
    return not (was in places and will_be in places and places[was] <= places[will_be])
