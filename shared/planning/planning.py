"""Reads Azure and decides everything: the plan of a deployment, of a destroy, of nothing at all.

A plan is made once, before the first write. Each resource of the spec is read (the group first:
where it is absent, so is all that lies in it) and compared with what is wanted. What exists and is
neither ours nor identical is a refusal, unless the spec says `adopt`.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shared.azure.calls import observe
from shared.azure.clients import AzureClients
from shared.deployment.checks import cautions
from shared.deployment.cost import about_cost, estimate, over_budget
from shared.deployment.diff import applied
from shared.deployment.drift import EXTRA
from shared.deployment.messages import Advice, Change, Json, MonthlyCost, Plan, Provenance, Step
from shared.deployment.outputs import outputs
from shared.deployment.resource_id import same
from shared.deployment.schedule import in_order
from shared.deployment.spec import DeploymentSpec
from shared.deployment.succession import renewed
from shared.planning.advice import (
    degraded,
    disturbing,
    foreign,
    replacement,
    unconfirmed,
    unshrinkable,
)
from shared.resources.base import DEPLOYMENT, MANAGED_BY, RESOURCE_GROUP, Resource, edges
from shared.resources.catalogue import catalogue
from shared.resources.prices import PRICE_LIST, monthly

READERS = 8  # reads at once: well below ARM's 25 per second (Learn: request limits and throttling)

Inventory = Mapping[str, Mapping[str, Any]]
"""What the record knows of a deployment: key -> {id, provenance}."""


def plan_deploy(
    clients: AzureClients,
    spec: DeploymentSpec,
    inventory: Inventory,
    deployed: DeploymentSpec | None = None,
) -> Plan:
    """What has to change for Azure to hold what `spec` asks for, in place of `deployed`."""
    wanted = catalogue().wanted(spec)
    there = _read(clients, {r.key: r.id(spec) for r in wanted}, spec.group)
    steps: list[Step] = []
    refusals: list[Advice] = []
    found: list[Advice] = []
    keys = {resource.key for resource in wanted}
    for resource in wanted:
        mine = [s["id"] for s in steps if s.get("provenance") == "created"]
        step, refusal = _decide(resource, spec, there[resource.key], inventory, mine, deployed)
        step["dependsOn"] = [key for key in step["dependsOn"] if key in keys]
        step["startsAfter"] = [key for key in step["startsAfter"] if key in keys]
        steps.append(step)
        refusals += refusal
        if (observed := there[resource.key]) is not None:
            found += disturbing(resource, observed, step["changes"]) + degraded(resource, observed)
            found += unshrinkable(resource, resource.tagged_body(spec), observed)
    steps += _unwanted(clients, spec.group, inventory, steps)
    total = estimate(steps, PRICE_LIST)
    advice = [*cautions(spec), *(a for r in wanted for a in r.advice(spec))]
    return Plan(
        deployment=spec.name,
        purpose="deploy",
        steps=steps,
        warnings=[*advice, *about_cost(total, steps), *found],
        refusals=refusals + over_budget(spec, total, steps),
        outputs=outputs(spec),
        retained=[],
        monthlyCost=total,
    )


def plan_drift(clients: AzureClients, spec: DeploymentSpec, inventory: Inventory) -> Plan:
    """The plan that should be empty; what is in our group and not ours is warned of too."""
    plan = plan_deploy(clients, spec, inventory)
    group = next(step for step in plan["steps"] if step["key"] == RESOURCE_GROUP)
    if (
        group.get("provenance") == "created" and group["action"] != "create"
    ):  # it is ours, and there
        known = {s["key"]: {"id": s["id"]} for s in plan["steps"]}
        for stranger in _strangers(clients, spec.group, {**inventory, **known}):
            message = f"{stranger} is in our resource group and not ours"
            plan["warnings"].append(Advice(code=EXTRA, message=message, target=stranger))
    return plan


def plan_destroy(
    clients: AzureClients, spec: DeploymentSpec, inventory: Inventory, *, delete_data: bool
) -> Plan:
    """What has to be deleted: only what we created, data only where that is said."""
    ours = [k for k, item in inventory.items() if item["provenance"] == "created"]
    retained: list[Json] = [
        {"key": k, "id": item["id"], "reason": f"was there before ({item['provenance']})"}
        for k, item in inventory.items()
        if item["provenance"] != "created"
    ]
    found = _deletions(clients, spec.group, inventory, ours)
    steps: list[Step] = [{**step, "prior": None} for step in found]  # nothing undoes a destroy
    data = [unconfirmed(s) for s in steps if catalogue()[s["key"]].holds_data]
    emptied = any(step["key"] == RESOURCE_GROUP for step in steps)
    strangers = _strangers(clients, spec.group, inventory) if emptied else []
    if strangers:
        steps = [s for s in steps if s["key"] != RESOURCE_GROUP]
        reason = f"holds resources that are not ours: {', '.join(strangers)}"
        group_id = inventory[RESOURCE_GROUP]["id"]
        retained.append({"key": RESOURCE_GROUP, "id": group_id, "reason": reason})
    return Plan(
        deployment=spec.name,
        purpose="destroy",
        steps=steps,
        warnings=[],
        refusals=[] if delete_data else data,
        outputs={},
        retained=retained,
        monthlyCost=estimate(steps, PRICE_LIST),
    )


def _decide(
    resource: Resource,
    spec: DeploymentSpec,
    observed: Json | None,
    inventory: Inventory,
    mine: list[str],
    deployed: DeploymentSpec | None,
) -> tuple[Step, list[Advice]]:
    """The step of one resource, and a refusal where it is somebody else's and different."""
    body = resource.tagged_body(spec)
    known = inventory.get(resource.key, {}).get("provenance")
    step = _step(resource, spec, body)
    if observed is None:
        _price(step, resource, None, body)
        return {**step, "action": "create", "provenance": "created"}, []
    ours = known in {"created", "updated"} or _marked_ours(resource, spec, observed, mine)
    if not ours:
        step["body"] = body = _unmarked(body)
    before = _declared_before(resource, spec, deployed) if known in {"created", "updated"} else None
    if before is not None:
        step["body"] = body = resource.succeeding(body, before, observed)
    changes = resource.differences(body, observed)
    if before is not None:
        changes += renewed(body, before)
    _price(step, resource, observed, applied(observed, changes))
    provenance: Provenance = known or ("created" if ours else "adopted")
    # What ended as Failed is put again, even where its body is as wanted.
    if not changes and resource.state(observed) != "failed":
        # Never walked, so its body would only weigh on the history.
        return {**step, "body": {}, "provenance": provenance}, []
    _make_update(step, resource, observed, changes)
    step["provenance"] = provenance if ours else "updated"
    refused = [] if ours or spec.adopt else [foreign(resource, step["id"], changes)]
    immutable = [c["path"] for c in changes if resource.fixed(c)]
    if immutable:
        refused.append(replacement(resource, immutable))
    refused += resource.refusals(spec, changes)
    return step, refused


def _declared_before(
    resource: Resource, spec: DeploymentSpec, deployed: DeploymentSpec | None
) -> Json | None:
    """What the deployed spec declared of the same resource; None where it had none."""
    if deployed is None or not resource.wanted(deployed):
        return None
    same_one = same(resource.id(deployed), resource.id(spec))
    return resource.tagged_body(deployed) if same_one else None


def _make_update(step: Step, resource: Resource, observed: Json, changes: Iterable[Change]) -> None:
    """Turn a step into an update that makes these changes, each told with how sure it is."""
    step["action"] = "update"
    step["changes"] = [_told(resource, observed, change) for change in changes]
    step["prior"] = resource.snapshot(step["body"], observed)
    update = resource.timing.update or resource.timing.create
    step["expectedSeconds"] = step["undoSeconds"] = update.total_seconds()


def _told(resource: Resource, observed: Json, change: Change) -> Change:
    """A change with how sure it is, and whether there is a way back."""
    told = Change({**change, "certainty": resource.certainty(change, observed)})
    if resource.one_way(change):
        told["oneWay"] = True
    return told


def _unwanted(
    clients: AzureClients, group: str, inventory: Inventory, steps: list[Step]
) -> list[Step]:
    """Deletions of what the spec no longer has; last, when nothing refers to it any more."""
    keys = {step["key"] for step in steps}
    ours = [k for k, item in inventory.items() if item["provenance"] == "created"]
    gone = _deletions(clients, group, inventory, [key for key in ours if key not in keys])
    changing = [step["key"] for step in steps if step["action"] != "no-op"]
    for step in gone:
        step["dependsOn"] += changing
    return gone


def _step(resource: Resource, spec: DeploymentSpec, body: Json) -> Step:
    kind, timing = type(resource), resource.timing
    return Step(
        key=resource.key,
        armType=resource.arm_type,
        id=resource.id(spec),
        action="no-op",
        body=body,
        prior=None,
        changes=[],
        dependsOn=edges(kind),
        startsAfter=[gate.key for gate in kind.starts_after],
        locks=list(resource.locks(spec)),
        expectedSeconds=timing.create.total_seconds(),
        timeoutSeconds=timing.timeout.total_seconds(),
        undoSeconds=timing.delete.total_seconds(),
    )


def _price(step: Step, resource: Resource, before: Json | None, after: Json | None) -> None:
    """Note in a step what its resource costs, where it is not free."""
    was, will_be = (0.0 if b is None else monthly(resource.meters(b)) for b in (before, after))
    if was != 0 or will_be != 0:
        step["monthlyCost"] = MonthlyCost(before=was, after=will_be)


def _deletions(
    clients: AzureClients, group: str, inventory: Inventory, keys: Iterable[str]
) -> list[Step]:
    """Delete steps for what is still there, dependents first."""
    there = _read(clients, {key: inventory[key]["id"] for key in keys}, group)
    found = [key for key in there if there[key] is not None and key in catalogue()]
    before = {key: [e for e in edges(type(catalogue()[key])) if e in found] for key in found}
    steps = []
    for key in reversed(in_order(before)):
        resource, timing = catalogue()[key], catalogue()[key].timing
        step = Step(
            key=key,
            armType=resource.arm_type,
            id=inventory[key]["id"],
            action="delete",
            body={},
            prior=resource.snapshot({}, there[key] or {}),
            changes=[],
            dependsOn=[other for other in found if key in before[other]],
            startsAfter=[],
            locks=[inventory[key]["id"].casefold()],
            expectedSeconds=timing.delete.total_seconds(),
            timeoutSeconds=max(timing.timeout, 4 * timing.delete).total_seconds(),
            undoSeconds=timing.create.total_seconds(),
        )
        _price(step, resource, there[key], None)
        steps.append(step)
    return steps


def _read(clients: AzureClients, ids: Mapping[str, str], group: str) -> dict[str, Json | None]:
    """Every resource as it is now; nothing of a group is asked for where the group is absent."""
    group_key = f"/resourcegroups/{group}".casefold()
    found: dict[str, Json | None] = dict.fromkeys(ids)
    left = dict(ids)
    if RESOURCE_GROUP in left:
        found[RESOURCE_GROUP] = observe(
            clients, catalogue()[RESOURCE_GROUP], left.pop(RESOURCE_GROUP)
        )
        if found[RESOURCE_GROUP] is None:
            left = {k: i for k, i in left.items() if f"{group_key}/" not in i.casefold()}
    with ThreadPoolExecutor(READERS) as pool:
        bodies = pool.map(lambda key: observe(clients, catalogue()[key], left[key]), left)
        found.update(zip(left, bodies, strict=True))
    return found


def _strangers(clients: AzureClients, group: str, inventory: Inventory) -> list[str]:
    """Ids in the group that the record does not know; what a resource of ours manages is ours."""
    known = [item["id"].casefold() for item in inventory.values()]
    strangers = []
    for found in clients.resources.resources.list_by_resource_group(group):
        name, manager = str(found.id), str(found.managed_by or "").casefold()
        inside = any(f"{name.casefold()}/".startswith(f"{k}/") for k in known if "/providers/" in k)
        if not inside and manager not in known:
            strangers.append(name)
    return strangers


def _marked_ours(resource: Resource, spec: DeploymentSpec, observed: Json, mine: list[str]) -> bool:
    """By its tag; what carries no tags is ours where it lies inside something of ours."""
    if resource.taggable:
        return (observed.get("tags") or {}).get(DEPLOYMENT) == spec.name
    inside = resource.id(spec).casefold()
    return any(inside.startswith(f"{i}/".casefold()) for i in mine if "/providers/" in i)


def _unmarked(body: Json) -> Json:
    """Somebody else's resource is not marked as ours: nothing may ever delete it on our behalf."""
    tags = {k: v for k, v in body.get("tags", {}).items() if k not in {MANAGED_BY, DEPLOYMENT}}
    return {**body, "tags": tags} if tags else {k: v for k, v in body.items() if k != "tags"}
