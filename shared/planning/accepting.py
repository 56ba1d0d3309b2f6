"""What accepting drift makes of a spec: a field where one says it, an exception where none does.

A field is found by trial: one value of the spec is replaced, and the bodies that follow are
compared with what is there. It is the one that brings them nearer and changes nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from shared.deployment.changes.bodies import laid
from shared.deployment.changes.diff import all_differences
from shared.deployment.changes.merge_patch import merge_patch
from shared.deployment.changes.watching import MOST_ACCEPTED as MOST
from shared.deployment.changes.watching import Accepted
from shared.deployment.drift_check import Acceptance
from shared.deployment.errors import ExpectedError
from shared.deployment.messages import Json
from shared.deployment.specs.checks.faults import faults
from shared.deployment.specs.secrets import MARK
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.catalogue import catalogue
from shared.resources.marks import MARKS

Path = tuple[str, ...]
Places = frozenset[tuple[str, str]]
"""Keys and paths at which what a spec declares differs from what is to be accepted."""

KEPT_AS_IT_IS = {"name", "location", "subscriptionId", "resourceGroup", "drift", "approval"}
KEPT_AS_IT_IS |= {"validation", "budget", "replace", "adopt", "expressRoute"}
"""Fields that say no property of a resource, or which deployment this is."""


class NotAcceptable(ExpectedError):
    """A difference that cannot become part of a spec."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key} cannot be accepted: {why}")


class Note(NamedTuple):
    """One field that was changed by accepting drift."""

    field: str  # postgres.backupRetentionDays
    value: Any


def accept(
    spec: DeploymentSpec, changes: Iterable[Json], *, by: str, at: str, comment: str
) -> Acceptance:
    """What becomes of a spec that is to have these differences in it.

    Args:
        spec: as it is recorded.
        changes: of a drift report.
        by: who accepts them.
        at: when.
        comment: why.

    Raises:
        NotAcceptable: one of them is no change of a property.
    """
    changes, before = list(changes), wire(spec)
    for change in changes:
        if change["class"] != "changed" or change["path"].startswith("locks"):
            raise NotAcceptable(change["key"], WHY_NOT.get(change["class"], LOCKED))
        if MARK in repr(change["before"]):
            raise NotAcceptable(change["key"], f"{change['path']} holds a reference to a secret")
        if change["path"].removeprefix("tags.") in MARKS:
            raise NotAcceptable(change["key"], "the mark of whose it is stays")
    target = _target(spec, changes)
    notes: list[Note] = []
    while left := _differing(spec, target):
        step = _nearer(spec, target, left, changes)
        if step is None:
            break
        note, spec = step
        notes.append(note)
    exceptions = [
        Accepted(
            resource=change["key"],
            path=change["path"],
            value=change["before"],
            by=by,
            at=at,
            comment=comment,
        )
        for change in changes
        if any(key == change["key"] and _near(path, change["path"]) for key, path in left)
        or not _declared(spec, change)
    ]
    places = {(each.resource, each.path) for each in exceptions}
    kept = [each for each in spec.drift.accepted if (each.resource, each.path) not in places]
    if len(kept) + len(exceptions) > MOST:
        raise NotAcceptable(exceptions[0].resource, f"{MOST} exceptions are the most: drop some")
    drift = spec.drift.model_copy(update={"accepted": [*kept, *exceptions]})
    after = wire(spec.model_copy(update={"drift": drift}))
    said = {"by": by, "at": at, "comment": comment}
    return Acceptance(
        patch=merge_patch(before, after),
        fields=[{"field": note.field, "value": note.value, **said} for note in notes],
        exceptions=[each.model_dump(mode="json", by_alias=True) for each in exceptions],
        changes=[{"id": change["id"], "path": change["path"]} for change in changes],
    )


WHY_NOT = {
    "missing": "it is not there; repair it, or take it out of the spec",
    "degraded": "it is not well, which no spec declares",
    "extra": "it is not ours; let a policy of drift.policies ignore it",
}
LOCKED = "a lock is its owner's; let a policy of drift.policies ignore it"


def wire(spec: DeploymentSpec) -> Json:
    """A spec as it is sent and recorded."""
    return spec.model_dump(mode="json", by_alias=True)


def _target(spec: DeploymentSpec, changes: Iterable[Json]) -> dict[str, Json]:
    """The declared bodies with what is to be accepted in them."""
    bodies = {r.key: r.tagged_body(spec) for r in catalogue().wanted(spec)}
    for change in changes:
        bodies[change["key"]] = laid(bodies[change["key"]], change["path"], change["before"])
    return bodies


def _differing(spec: DeploymentSpec, target: Mapping[str, Json]) -> Places:
    return frozenset(
        (key, change["path"])
        for key, body in target.items()
        for change in all_differences(
            body, catalogue()[key].tagged_body(spec), catalogue()[key].paths
        )
    )


def _nearer(
    spec: DeploymentSpec, target: Mapping[str, Json], left: Places, changes: Iterable[Json]
) -> tuple[Note, DeploymentSpec] | None:
    """The one field whose change leaves fewer differences and makes none; None where none does."""
    whole = wire(spec)
    keys = {r.key: r.id(spec) for r in catalogue().wanted(spec)}
    touched = {change["key"] for change in changes}
    nearby = {key: body for key, body in target.items() if key in touched}
    for path, value in _candidates(whole, changes):
        try:
            other = DeploymentSpec.model_validate(_with(whole, path, value))
        except ValidationError:
            continue
        if faults(other) or {r.key: r.id(other) for r in catalogue().wanted(other)} != keys:
            continue
        if _differing(other, nearby) < left and _differing(other, target) < left:
            return Note(".".join(path), value), other
    return None


def _candidates(whole: Json, changes: Iterable[Json]) -> Iterator[tuple[Path, Any]]:
    """Fields with the values that they might have been changed to."""
    leaves = [leaf for leaf in _leaves(whole) if leaf[0][0] not in KEPT_AS_IT_IS]
    for change in changes:
        found, last = change["before"], change["path"].rpartition(".")[2].strip('"')
        names = (("tags", last), ("postgres", "parameters", change["path"][11:].strip('"')))
        yield from ((path, found) for path in names)
        for path, old in leaves:
            if isinstance(old, bool):
                yield path, not old
            elif found != old and isinstance(found, int | str | list):
                yield path, found


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    else:
        yield path, value


def _with(whole: Json, path: Path, value: Any) -> Json:
    head, *rest = path
    if rest:
        return {**whole, head: _with(whole.get(head) or {}, tuple(rest), value)}
    if value is None:
        return {name: inner for name, inner in whole.items() if name != head}
    return {**whole, head: value}


def _declared(spec: DeploymentSpec, change: Json) -> bool:
    """Whether a body of the spec, as it is now, holds what is to be accepted."""
    resource = catalogue()[change["key"]]
    body = resource.tagged_body(spec)
    return not all_differences(laid(body, change["path"], change["before"]), body, resource.paths)


def _near(one: str, other: str) -> bool:
    return one == other or one.startswith((f"{other}.", f"{other}[")) or other.startswith(f"{one}.")
