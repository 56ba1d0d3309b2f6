"""Decides everything, before the first write, from what was read; pure.

What the spec asks for is compared with what is there, by id. What exists and is neither ours nor
identical is a refusal, unless the spec says `adopt`. What is ours by the record and no longer
wanted is deleted, last; where an id has moved, the new one is created first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from shared.deployment.checks import cautions
from shared.deployment.cost import about_cost, estimate, over_budget
from shared.deployment.diff import reverted
from shared.deployment.drift import EXTRA
from shared.deployment.inventory import UNREAD, Inventory, Item, Observed, Stranger, item_of
from shared.deployment.messages import Advice, Change, Json, Plan, Provenance, Step
from shared.deployment.outputs import outputs
from shared.deployment.resource_id import same
from shared.deployment.spec import DeploymentSpec
from shared.deployment.succession import renewed
from shared.planning.advice import (
    degraded,
    disturbing,
    foreign,
    moved,
    replacement,
    unconfirmed,
    unrepaired,
    unshrinkable,
)
from shared.planning.moving import moving_fields
from shared.planning.naming import naming_refusals, ours_by_mistake
from shared.planning.replacing import Plot, replacing
from shared.planning.steps import (
    Leaving,
    deletions,
    still_in,
    taken_out,
    unread_step,
    wanted_step,
)
from shared.resources.base import (
    DEPLOYMENT,
    INSTALLATION,
    MARKS,
    RESOURCE_GROUP,
    Resource,
    edges,
)
from shared.resources.catalogue import catalogue
from shared.resources.prices import PRICE_LIST


class Owner(NamedTuple):
    """Who we are: what the marks on everything of ours say."""

    deployment: str
    installation: str

    @property
    def marks(self) -> dict[str, str]:
        """The tags that tell ours from everybody else's."""
        return {DEPLOYMENT: self.deployment, INSTALLATION: self.installation}

    def has_marked(self, tags: Mapping[str, str]) -> bool:
        """Whether these tags are the marks of this deployment in this installation."""
        return self.marks.items() <= dict(tags).items()


def plan_deploy(
    spec: DeploymentSpec,
    observed: Observed,
    inventory: Inventory,
    owner: Owner,
    *,
    previous: DeploymentSpec | None = None,
    delete_data: bool = False,
    repair: bool = False,
) -> Plan:
    """What has to change for Azure to hold what `spec` asks for.

    Args:
        spec: what is asked for.
        observed: by id, all that the spec asks for and all that the inventory holds.
        inventory: what the deployment consists of.
        owner: who we are.
        previous: the spec that is deployed.
        delete_data: whether data may be lost.
        repair: leave alone what cannot be put right, rather than refuse all of it.
    """
    wanted = catalogue().wanted(spec)
    keys = {resource.key for resource in wanted}
    ours: list[str] = []
    steps: list[Step] = []
    refusals: list[Advice] = []
    found: list[Advice] = []
    plots: dict[str, Plot] = {}
    for resource in wanted:
        there = observed[resource.id(spec).casefold()]
        item = item_of(inventory, resource.id(spec))
        step, refused = _decide(
            resource, spec, there, item, owner, ours, keys, previous, repair=repair
        )
        steps.append(step)
        refusals += refused
        if step.get("provenance") == "created":
            ours.append(step["id"])
        if there is not None and there is not UNREAD:
            found += disturbing(resource, there, step["changes"]) + degraded(resource, there)
            found += unshrinkable(resource, resource.tagged_body(spec), there)
        plots[resource.key] = _plot(resource, spec, step, there, item, owner, keys)
    refusals += naming_refusals(spec, wanted)
    refusals += ours_by_mistake(spec, inventory)
    replaced = replacing(spec, plots, refusals)
    if not repair:
        steps, refusals = replaced.steps, replaced.refusals
        found += replaced.warnings
    leaving, retained = _leaving(inventory, observed, {s["id"].casefold() for s in steps})
    gone = [] if repair else _last(deletions(leaving, keys), steps)
    about_moves, unsaid = _moves(gone, spec, previous, delete_data=delete_data)
    total = estimate([*steps, *gone], PRICE_LIST)
    refusals += [*unsaid, *over_budget(spec, total, [*steps, *gone])]
    spared = [unrepaired(refused) for refused in refusals] if repair else []
    refusals = [] if repair else refusals
    advice = [*cautions(spec), *(a for r in wanted for a in r.advice(spec))]
    return Plan(
        deployment=spec.name,
        purpose="repair" if repair else "deploy",
        steps=[*steps, *gone],
        warnings=[*advice, *about_cost(total, [*steps, *gone]), *about_moves, *found, *spared],
        refusals=refusals,
        outputs=outputs(spec),
        retained=retained,
        monthlyCost=total,
    )


def _plot(
    resource: Resource,
    spec: DeploymentSpec,
    step: Step,
    observed: Json | None,
    item: Item | None,
    owner: Owner,
    keys: set[str],
) -> Plot:
    """A resource as a replacement sees it."""
    anew = wanted_step(resource, spec, _marked(resource, spec, owner), None, [], "created", keys)
    ours = item is not None and item["provenance"] == "created"
    leaving = None
    if ours and observed is not None and observed is not UNREAD:
        leaving = Leaving(step["id"], resource, observed)
    return Plot(resource, step, anew, leaving)


def _marked(resource: Resource, spec: DeploymentSpec, owner: Owner) -> Json:
    """The desired body with the marks of this deployment."""
    body = resource.tagged_body(spec)
    if not resource.taggable:
        return body
    return {**body, "tags": {**body["tags"], **owner.marks}}


def with_strangers(plan: Plan, strangers: Iterable[Stranger], inventory: Inventory) -> Plan:
    """A drift plan that also warns of what lies in our group and is not ours."""
    known = [*inventory, *(step["id"] for step in plan["steps"])]
    extra = [
        Advice(code=EXTRA, message=f"{i} is in our resource group and not ours", target=i)
        for i in unknown(strangers, known)
    ]
    return {**plan, "warnings": [*plan["warnings"], *extra]}


def plan_destroy(
    observed: Observed,
    inventory: Inventory,
    strangers: Sequence[Stranger],
    owner: Owner,
    *,
    delete_data: bool,
) -> Plan:
    """What has to be deleted: only what we created, data only where that is said.

    Args:
        observed: by id, all that the inventory holds.
        inventory: what the deployment consists of.
        strangers: what lies in the groups that would be deleted.
        owner: who we are.
        delete_data: whether data may be lost.
    """
    leaving, retained = _leaving(inventory, observed, set(), owner)
    kept = [each for each in leaving if each.resource.key != RESOURCE_GROUP]
    for group in (each for each in leaving if each.resource.key == RESOURCE_GROUP):
        inside = [s for s in strangers if s.id.casefold().startswith(f"{group.id}/".casefold())]
        if foreigners := unknown(inside, inventory):
            reason = f"holds resources that are not ours: {', '.join(foreigners)}"
            retained.append({"key": RESOURCE_GROUP, "id": group.id, "reason": reason})
        else:
            kept.append(group)
    steps = _cleaned(deletions(kept), inventory, observed)
    data = [unconfirmed(s) for s in steps if resource_of(s).holds_data and s["action"] == "delete"]
    return Plan(
        deployment=owner.deployment,
        purpose="destroy",
        steps=[{**step, "prior": None} for step in steps],  # nothing undoes a destroy
        warnings=[],
        refusals=[] if delete_data else data,
        outputs={},
        retained=retained,
        monthlyCost=estimate(steps, PRICE_LIST),
    )


def forgotten(
    strangers: Iterable[Stranger], known: Collection[str], owner: Owner
) -> dict[str, Item]:
    """What bears our marks and is not among the known ids: it was ours before a record was lost."""
    there = {i.casefold() for i in known}
    types = {resource.arm_type.casefold(): resource.key for resource in catalogue().resources}
    return {
        each.id: Item(key=types[each.arm_type.casefold()], provenance="created", state="seen")
        for each in strangers
        if owner.has_marked(each.tags)
        and each.arm_type.casefold() in types
        and each.id.casefold() not in there
    }


def unknown(strangers: Iterable[Stranger], known_ids: Iterable[str]) -> list[str]:
    """Ids that are not known; what a resource of ours manages, or holds inside, is ours."""
    known = {i.casefold() for i in known_ids}
    holders = tuple(f"{i}/" for i in known if "/providers/" in i)
    return [
        each.id
        for each in strangers
        if not f"{each.id.casefold()}/".startswith(holders)
        and each.managed_by.casefold() not in known
    ]


def resource_of(step: Step) -> Resource:
    """The resource that a step is about."""
    return catalogue()[step.get("resource", step["key"])]


def _decide(
    resource: Resource,
    spec: DeploymentSpec,
    observed: Json | None,
    item: Item | None,
    owner: Owner,
    ours: Sequence[str],
    keys: set[str],
    previous: DeploymentSpec | None,
    *,
    repair: bool,
) -> tuple[Step, list[Advice]]:
    """The step of one resource, and a refusal where it is somebody else's and different."""
    provenance: Provenance
    body = _marked(resource, spec, owner)
    if observed is None:
        return wanted_step(resource, spec, body, None, [], "created", keys), []
    if observed is UNREAD:
        provenance = item["provenance"] if item else "adopted"
        return unread_step(resource, spec, body, provenance, keys), []
    mine = _is_ours(resource, resource.id(spec), observed, item, owner, ours)
    if not mine:
        body = _unmarked(body)
    before = _declared_before(resource, spec, previous) if mine and item else None
    if before is not None:
        body = resource.succeeding(body, before, observed)
    changes = resource.differences(body, observed)
    if before is not None:
        changes += renewed(body, before)
    refused = []
    if changes and not mine and not spec.adopt:
        refused.append(foreign(resource, resource.id(spec), changes))
    immutable = [change["path"] for change in changes if resource.fixed(change)]
    if immutable:
        refused.append(replacement(resource, immutable))
    refused += resource.refusals(spec, changes)
    if repair:
        left_alone = [c for c in changes if not (mine or spec.adopt) or _refuses(resource, spec, c)]
        changes = [change for change in changes if change not in left_alone]
        body = reverted(body, left_alone)
    if mine:
        provenance = item["provenance"] if item else "created"
    else:
        provenance = "updated" if changes else "adopted"
    step = wanted_step(resource, spec, body, observed, changes, provenance, keys)
    return step, refused


def _refuses(resource: Resource, spec: DeploymentSpec, change: Change) -> bool:
    """Whether this change is one of those that are not made."""
    return resource.fixed(change) or any(resource.refusals(spec, [change]))


def _declared_before(
    resource: Resource, spec: DeploymentSpec, previous: DeploymentSpec | None
) -> Json | None:
    """What the deployed spec declared of the same resource; None where it had none."""
    if previous is None or not resource.made(previous):
        return None
    same_one = same(resource.id(previous), resource.id(spec))
    return resource.tagged_body(previous) if same_one else None


def _is_ours(
    resource: Resource,
    resource_id: str,
    observed: Json,
    item: Item | None,
    owner: Owner,
    ours: Sequence[str],
) -> bool:
    """By the record of its id; without one, or while only intended, by its marks.

    What carries no tags is ours where it lies inside something of ours.
    """
    if item and item["provenance"] != "adopted" and item["state"] == "seen":
        return True
    if resource.taggable:
        tags = observed.get("tags") or {}
        return owner.has_marked(tags) or (
            item is not None and tags.get(DEPLOYMENT) == owner.deployment
        )
    inside = resource_id.casefold()
    return any(inside.startswith(f"{i}/".casefold()) for i in ours if "/providers/" in i)


def _leaving(
    inventory: Inventory, observed: Observed, wanted: set[str], owner: Owner | None = None
) -> tuple[list[Leaving], list[Json]]:
    """What is ours and there and no longer wanted, and what stays with a word about it."""
    leaving: list[Leaving] = []
    retained: list[Json] = []
    for i, item in inventory.items():
        if i.casefold() in wanted:
            continue
        why = _why_kept(item, observed.get(i.casefold()), owner)
        if why:
            retained.append({"key": item["key"], "id": i, "reason": why})
        elif (there := observed.get(i.casefold())) is not None:
            leaving.append(Leaving(i, catalogue()[item["key"]], there))
    return leaving, retained


def _why_kept(item: Item, there: Json | None, owner: Owner | None) -> str | None:
    if item["provenance"] != "created":
        return f"was there before ({item['provenance']})"
    if item["key"] not in catalogue():
        return f"this release does not know what a {item['key']} is"
    if owner and there and item["state"] == "intended" and catalogue()[item["key"]].taggable:
        tags = there.get("tags") or {}
        if tags.get(DEPLOYMENT) != owner.deployment:
            return "was to be created, and somebody else's is there"
    return None


def _last(gone: Iterable[Step], steps: Iterable[Step]) -> list[Step]:
    """Deletions that wait for all that changes: until then something may still refer to them."""
    changing = [step["key"] for step in steps if step["action"] != "no-op"]
    return [{**step, "dependsOn": [*step["dependsOn"], *changing]} for step in gone]


def _moves(
    gone: Iterable[Step],
    spec: DeploymentSpec,
    previous: DeploymentSpec | None,
    *,
    delete_data: bool,
) -> tuple[list[Advice], list[Advice]]:
    """What is told of each thing whose place another one takes, and of data that would be lost."""
    warnings: list[Advice] = []
    refusals: list[Advice] = []
    for step in gone:
        resource = resource_of(step)
        fields = moving_fields(resource, spec, previous) if resource.made(spec) else []
        if fields:
            warnings.append(moved(step, resource.id(spec), fields))
        if resource.holds_data and not delete_data:
            refusals.append(unconfirmed(step, fields))
    return warnings, refusals


def _cleaned(steps: list[Step], inventory: Inventory, observed: Observed) -> list[Step]:
    """With what we had put into networks of others taken out, once nothing of ours uses it."""
    for i, item in inventory.items():
        there = observed.get(i.casefold())
        if there is None or not (parts := still_in(item, there)):
            continue
        key = item["key"]
        beneath = edges(catalogue()[key])
        users = [s["key"] for s in steps if key in edges(resource_of(s))]
        later: list[Step] = [
            {**s, "dependsOn": [*s["dependsOn"], key]} for s in steps if _is(s, beneath)
        ]
        steps = [
            *(s for s in steps if not _is(s, beneath)),
            taken_out(i, item, parts, users),
            *later,
        ]
    return steps


def _is(step: Step, keys: Sequence[str]) -> bool:
    return resource_of(step).key in keys


def _unmarked(body: Json) -> Json:
    """Somebody else's resource is not marked as ours: nothing may ever delete it on our behalf."""
    tags = {k: v for k, v in body.get("tags", {}).items() if k not in MARKS}
    return {**body, "tags": tags} if tags else {k: v for k, v in body.items() if k != "tags"}
