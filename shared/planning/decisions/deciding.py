"""Decides everything, before the first write, from what was read; pure.

What the spec asks for is compared with what is there, by id. What exists and is neither ours nor
identical is a refusal, unless the spec says `adopt`. What is ours by the record and no longer
wanted is deleted, last; where an id has moved, the new one is created first.
"""

from collections.abc import Iterable, Sequence

from shared.deployment.changes.bodies import reverted
from shared.deployment.changes.drift import EXTRA
from shared.deployment.changes.succession import renewed
from shared.deployment.cost import about_cost, estimate, over_budget
from shared.deployment.inventory import UNREAD, Inventory, Item, Observed, Stranger, item_of
from shared.deployment.messages import Advice, Change, Json, Plan, Provenance, Step
from shared.deployment.outputs import outputs
from shared.deployment.resource_id import same
from shared.deployment.specs.checks.faults import cautions
from shared.deployment.specs.secrets import NO_VERSIONS, Versions, pinned
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.advice import (
    degraded,
    disturbing,
    emptied,
    foreign,
    moved,
    replacement,
    unconfirmed,
    unrepaired,
    unshrinkable,
)
from shared.planning.decisions.keeping import staying, unknown_retained
from shared.planning.decisions.moving import moving_fields
from shared.planning.decisions.naming import adoption_refusals, naming_refusals, ours_by_mistake
from shared.planning.decisions.occupancy import in_use
from shared.planning.decisions.owning import Owner, is_ours, unknown, with_marks, without_marks
from shared.planning.decisions.removing import no_longer_wanted, told
from shared.planning.decisions.replacing import Plot, replacing
from shared.planning.decisions.steps import (
    Leaving,
    deletions,
    resource_of,
    unread_step,
    wanted_step,
)
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue
from shared.resources.prices import PRICE_LIST


def plan_deploy(
    spec: DeploymentSpec,
    observed: Observed,
    inventory: Inventory,
    owner: Owner,
    *,
    previous: DeploymentSpec | None = None,
    versions: Versions = NO_VERSIONS,
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
        versions: of the secrets that both refer to.
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
            resource, spec, there, item, owner, ours, keys, previous, versions, repair=repair
        )
        steps.append(step)
        refusals += refused
        if step.get("provenance") == "created":
            ours.append(step["id"])
        if there is None and item and item["state"] == "seen" and resource.holds_data:
            found.append(emptied(resource, resource.id(spec)))
        if there is not None and there is not UNREAD:
            found += disturbing(resource, there, step["changes"]) + degraded(resource, there)
            found += unshrinkable(resource, resource.tagged_body(spec), there)
        plots[resource.key] = _plot(resource, spec, step, there, item, owner, keys, versions)
    refusals += naming_refusals(spec, wanted)
    refusals += adoption_refusals(spec, wanted, observed, inventory)
    refusals += ours_by_mistake(spec, inventory)
    refusals += in_use(spec, steps, observed)
    replaced = replacing(spec, plots, refusals)
    if not repair:
        steps, refusals = replaced.steps, replaced.refusals
        found += replaced.warnings
    going, retained = no_longer_wanted(inventory, observed, {s["id"].casefold() for s in steps})
    stays = staying(going, spec.retain)
    retained += told(going, stays)
    leaving = [each for each in going if each.id not in stays]
    refusals += unknown_retained(spec.retain)
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
        secretVersions=dict(versions.newest),
    )


def _plot(
    resource: Resource,
    spec: DeploymentSpec,
    step: Step,
    observed: Json | None,
    item: Item | None,
    owner: Owner,
    keys: set[str],
    versions: Versions,
) -> Plot:
    """A resource as a replacement sees it."""
    body = pinned(with_marks(resource, spec, owner), versions.newest)
    anew = wanted_step(resource, spec, body, None, [], "created", keys)
    ours = item is not None and item["provenance"] == "created"
    leaving = None
    if ours and observed is not None and observed is not UNREAD:
        leaving = Leaving(step["id"], resource, observed)
    return Plot(resource, step, anew, leaving)


def with_strangers(plan: Plan, strangers: Iterable[Stranger], inventory: Inventory) -> Plan:
    """A drift plan that also warns of what lies in our group and is not ours."""
    known = [*inventory, *(step["id"] for step in plan["steps"])]
    extra = [
        Advice(code=EXTRA, message=f"{i} is in our resource group and not ours", target=i)
        for i in unknown(strangers, known)
    ]
    return {**plan, "warnings": [*plan["warnings"], *extra]}


def _decide(
    resource: Resource,
    spec: DeploymentSpec,
    observed: Json | None,
    item: Item | None,
    owner: Owner,
    ours: Sequence[str],
    keys: set[str],
    previous: DeploymentSpec | None,
    versions: Versions,
    *,
    repair: bool,
) -> tuple[Step, list[Advice]]:
    """The step of one resource, and a refusal where it is somebody else's and different."""
    provenance: Provenance
    body = pinned(with_marks(resource, spec, owner), versions.newest)
    if observed is None:
        return wanted_step(resource, spec, body, None, [], "created", keys), []
    if observed is UNREAD:
        provenance = item["provenance"] if item else "adopted"
        return unread_step(resource, spec, body, provenance, keys), []
    mine = is_ours(resource, resource.id(spec), observed, item, owner, ours)
    if not mine or (item and item["provenance"] == "updated"):
        body = without_marks(body)
    before = _declared_before(resource, spec, previous) if mine and item else None
    if before is not None:
        body = resource.succeeding(body, before, observed)
    changes = resource.differences(body, observed)
    if before is not None:
        changes += renewed(body, pinned(before, versions.deployed))
    refused = []
    if changes and not mine and not spec.adopts(resource.key):
        refused.append(foreign(resource, resource.id(spec), changes))
    immutable = [change["path"] for change in changes if resource.fixed(change)]
    if immutable:
        refused.append(replacement(resource, immutable))
    refused += resource.refusals(spec, changes, observed)
    if repair:
        left_alone = [
            c
            for c in changes
            if not (mine or spec.adopts(resource.key)) or _refuses(resource, spec, c, observed)
        ]
        changes = [change for change in changes if change not in left_alone]
        body = reverted(body, left_alone)
    if mine:
        provenance = item["provenance"] if item else "created"
    else:
        provenance = "updated" if changes else "adopted"
    step = wanted_step(resource, spec, body, observed, changes, provenance, keys)
    return step, refused


def _refuses(resource: Resource, spec: DeploymentSpec, change: Change, observed: Json) -> bool:
    """Whether this change is one of those that are not made."""
    return resource.fixed(change) or any(resource.refusals(spec, [change], observed))


def _declared_before(
    resource: Resource, spec: DeploymentSpec, previous: DeploymentSpec | None
) -> Json | None:
    """What the deployed spec declared of the same resource; None where it had none."""
    if previous is None or not resource.made(previous):
        return None
    same_one = same(resource.id(previous), resource.id(spec))
    return resource.tagged_body(previous) if same_one else None


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
