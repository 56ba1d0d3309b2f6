"""The steps of a plan, each built in one go from what is wanted and what is there; pure."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, NotRequired, TypedDict

from shared.deployment.changes.bodies import applied
from shared.deployment.inventory import UNREAD, Item
from shared.deployment.messages import Change, Json, MonthlyCost, Provenance, Step
from shared.deployment.resource_id import lies_in
from shared.deployment.specs.spec import DeploymentSpec
from shared.deployment.walks.schedule import in_order
from shared.resources.base import Resource, edges
from shared.resources.catalogue import catalogue
from shared.resources.prices import monthly

OLD = "-old"  # ends the key of what is deleted because another one takes its place


class Leaving(NamedTuple):
    """Something that is there and is to go."""

    id: str
    resource: Resource
    observed: Json


def wanted_step(
    resource: Resource,
    spec: DeploymentSpec,
    body: Json,
    observed: Json | None,
    changes: list[Change],
    provenance: Provenance,
    keys: Collection[str],
) -> Step:
    """The step of a resource that the spec asks for: a create, an update or nothing.

    Args:
        resource: what it is.
        spec: what is asked for.
        body: as desired.
        observed: as it is; None where it is not.
        changes: what applying the body would change.
        provenance: whose it is.
        keys: of everything that the spec asks for.
    """
    timing = resource.timing
    # What ended as Failed is put again, even where its body is as wanted.
    updates = observed is not None and (changes or resource.state(observed) == "failed")
    seconds = timing.update if updates and timing.update else timing.create
    step = Step(
        key=resource.key,
        armType=resource.arm_type,
        id=resource.id(spec),
        action="create" if observed is None else "update" if updates else "no-op",
        body=body if updates or observed is None else {},  # what is never walked needs none
        prior=resource.snapshot(body, observed) if updates and observed is not None else None,
        changes=changes if observed is None else _sure(resource, changes, observed),
        dependsOn=[key for key in edges(resource) if key in keys],
        startsAfter=[gate.key for gate in resource.starts_after if gate.key in keys],
        locks=list(resource.locks(spec)),
        expectedSeconds=seconds.total_seconds(),
        timeoutSeconds=timing.timeout.total_seconds(),
        undoSeconds=(seconds if updates else timing.delete).total_seconds(),
        provenance=provenance,
        holdsData=resource.holds_data,
    )
    if resource.vanishes:
        step["vanishes"] = True
    after = body if observed is None else applied(observed, changes)
    return {**step, **_priced(resource, observed, after)}


def unread_step(
    resource: Resource,
    spec: DeploymentSpec,
    body: Json,
    provenance: Provenance,
    keys: Collection[str],
) -> Step:
    """The step of a resource that could not be read: the walk reads it, and makes what differs."""
    step = wanted_step(resource, spec, body, None, [], provenance, keys)
    step.pop("monthlyCost", None)
    return {**step, "action": "update", "unread": True}


def deletions(leaving: Iterable[Leaving], taken: Collection[str] = ()) -> list[Step]:
    """Delete steps for what is to go, dependents first.

    Args:
        leaving: what it is.
        taken: keys of other steps of the plan.
    """
    keys: dict[str, Leaving] = {}
    for each in leaving:
        keys[free_key(each.resource.key, {*taken, *keys})] = each
    before = {
        key: [k for k, other in keys.items() if other.resource.key in edges(each.resource)]
        for key, each in keys.items()
    }
    return [
        _delete(key, keys[key], [other for other in keys if key in before[other]])
        for key in reversed(in_order(before))
    ]


def by_themselves(leaving: Sequence[Leaving]) -> list[Leaving]:
    """Without what Azure deletes with that in which it lies, where that goes too.

    For what is never undone: to put something back, its own deletion has to be in the plan.
    """
    gone = [each.id for each in leaving if not each.resource.vanishes]
    return [
        each
        for each in leaving
        if not each.resource.vanishes or not any(lies_in(each.id, holder) for holder in gone)
    ]


def still_in(item: Item, observed: Json) -> list[Change]:
    """Of what we had put into somebody else's resource, what is in it now and still ours."""
    added = [] if observed is UNREAD else item.get("added", [])
    left = catalogue()[item["key"]].differences(applied({}, added), observed)
    gone = {change["path"] for change in left}
    return [change for change in added if change["path"] not in gone]


def taken_out(resource_id: str, item: Item, parts: list[Change], after: list[str]) -> Step:
    """Takes what we had put into somebody else's resource out of it again."""
    resource, timing = catalogue()[item["key"]], catalogue()[item["key"]].timing
    seconds = (timing.update or timing.create).total_seconds()
    return Step(
        key=resource.key,
        armType=resource.arm_type,
        id=resource_id,
        action="restore",
        body={},
        prior=None,
        changes=parts,
        dependsOn=after,
        startsAfter=[],
        locks=[resource_id.casefold()],
        expectedSeconds=seconds,
        timeoutSeconds=timing.timeout.total_seconds(),
        undoSeconds=seconds,
    )


def _sure(resource: Resource, changes: list[Change], observed: Json) -> list[Change]:
    """The changes, each told with how sure it is, and whether there is a way back."""
    judged: list[Change] = []
    for change in changes:
        sure: Change = {**change, "certainty": resource.certainty(change, observed)}
        if resource.one_way(change):
            sure["oneWay"] = True
            if field := resource.paths.field(change["path"]):
                sure["field"] = field
        judged.append(sure)
    return judged


def free_key(key: str, taken: set[str]) -> str:
    """A key for a step that no other step has."""
    free, count = key, 1
    while free in taken:
        free, count = f"{key}{OLD}" if count == 1 else f"{key}{OLD}-{count}", count + 1
    return free


def _delete(key: str, leaving: Leaving, after: list[str]) -> Step:
    resource, timing = leaving.resource, leaving.resource.timing
    step = Step(
        key=key,
        resource=resource.key,
        armType=resource.arm_type,
        id=leaving.id,
        action="delete",
        body={},
        prior=None if leaving.observed is UNREAD else resource.snapshot({}, leaving.observed),
        changes=[],
        dependsOn=after,
        startsAfter=[],
        locks=[resource.lock(leaving.id)],
        expectedSeconds=timing.delete.total_seconds(),
        timeoutSeconds=max(timing.timeout, 4 * timing.delete).total_seconds(),
        undoSeconds=timing.create.total_seconds(),
        holdsData=resource.holds_data,
    )
    return (
        step
        if leaving.observed is UNREAD
        else {**step, **_priced(resource, leaving.observed, None)}
    )


class _Price(TypedDict):
    monthlyCost: NotRequired[MonthlyCost]


def _priced(resource: Resource, before: Json | None, after: Json | None) -> _Price:
    """What a resource costs, where it is not free."""
    was, will_be = (0.0 if b is None else monthly(resource.meters(b)) for b in (before, after))
    free = was == 0 and will_be == 0
    return {} if free else {"monthlyCost": MonthlyCost(before=was, after=will_be)}


def resource_of(step: Step) -> Resource:
    """The resource that a step is about."""
    return catalogue()[step.get("resource", step["key"])]
