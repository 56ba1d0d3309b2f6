"""One body laid over another: what an update sends, so that it drops nothing of others."""

from collections.abc import Mapping
from typing import Any

from shared.deployment.changes.bodies import absent
from shared.deployment.changes.paths import at, changed, element, join, label, labelled
from shared.deployment.changes.rules import NO_RULES, TWO_FORMS, Rules
from shared.deployment.specs.secrets import is_secret


def merged(desired: Any, observed: Any, rules: Rules = NO_RULES, path: str = "") -> Any:
    """`desired` laid over `observed`: what an update sends, so that it drops nothing of others.

    Lists of labelled objects keep the elements that only `observed` has, except at exact paths;
    what may not stand beside what is desired goes; what Azure does not show is not sent.
    """
    if isinstance(desired, Mapping) and isinstance(observed, Mapping) and not is_secret(desired):
        return _merged_objects(desired, observed, rules, path)
    if rules.outgrown(path, desired, observed):
        return observed
    if not isinstance(desired, list) or not isinstance(observed, list) or not desired:
        return desired  # an empty list says that nothing should be there
    if labelled(desired + observed):
        there = {label(item).casefold(): item for item in observed}
        found = [(item, there.pop(label(item).casefold(), None)) for item in desired]
        laid = [
            merged(item, known, rules, element(path, item))
            for item, known in found
            if not absent(item)
        ]
        return laid if rules.at(path).exact else laid + list(there.values())
    return desired


def _merged_objects(
    desired: Mapping[str, Any], observed: Mapping[str, Any], rules: Rules, path: str
) -> Any:
    names = rules.spelling(path, observed)
    superseded = {TWO_FORMS.get(name) for name in desired} - set(desired)
    superseded |= {there for name in desired if (there := names(name)) != name}
    both: Any = {name: value for name, value in observed.items() if name not in superseded}
    for name, value in desired.items():
        inner, found = join(path, name), observed.get(names(name))
        if not rules.unseen(inner, found) or is_secret(value):
            both[name] = merged(value, found, rules, inner)
    gone_by_name = {name for name, value in desired.items() if value is None or absent(value)}
    both = {n: v for n, v in both.items() if n not in gone_by_name and v is not None}
    for name in desired:
        gone = [(other, None) for other in rules.excluded(join(path, name), desired)]
        both = changed(both, [pair for pair in gone if at(both, pair[0]) is not None])
    return both
