"""What has to go: all that we created, at a destroy, and what is no longer wanted; pure.

What was there before stays, with a word about why.
"""

from collections.abc import Mapping, Sequence

from shared.deployment.cost import estimate
from shared.deployment.inventory import Inventory, Item, Observed, Stranger
from shared.deployment.messages import Json, Plan, Step
from shared.planning.decisions.advice import (
    unconfirmed,
)
from shared.planning.decisions.keeping import (
    NOTHING_KEPT,
    Keeping,
    refused_deletions,
    staying,
    unmarked,
)
from shared.planning.decisions.owning import Owner, unknown
from shared.planning.decisions.steps import (
    Leaving,
    by_themselves,
    deletions,
    resource_of,
    still_in,
    taken_out,
)
from shared.resources.base import RESOURCE_GROUP, edges
from shared.resources.catalogue import catalogue
from shared.resources.marks import DEPLOYMENT
from shared.resources.prices import PRICE_LIST


def plan_destroy(
    observed: Observed,
    inventory: Inventory,
    strangers: Sequence[Stranger],
    owner: Owner,
    *,
    delete_data: bool,
    keeping: Keeping = NOTHING_KEPT,
) -> Plan:
    """What has to be deleted: only what we created, data only where that is said.

    Args:
        observed: by id, all that the inventory holds.
        inventory: what the deployment consists of.
        strangers: what lies in the groups that would be deleted.
        owner: who we are.
        delete_data: whether data may be lost.
        keeping: what the deployed spec says of deletions.
    """
    going, retained = no_longer_wanted(inventory, observed, set(), owner)
    stays = staying(going, keeping.retain)
    retained += told(going, stays)
    leaving = [each for each in going if each.id not in stays]
    kept = [each for each in leaving if each.resource.key != RESOURCE_GROUP]
    for group in (each for each in leaving if each.resource.key == RESOURCE_GROUP):
        inside = [s for s in strangers if s.id.casefold().startswith(f"{group.id}/".casefold())]
        if foreigners := unknown(inside, inventory):
            reason = f"holds resources that are not ours: {', '.join(foreigners)}"
            retained.append({"key": RESOURCE_GROUP, "id": group.id, "reason": reason})
        else:
            kept.append(group)
    steps = _cleaned(deletions(by_themselves(kept)), inventory, observed)
    data = [unconfirmed(s) for s in steps if resource_of(s).holds_data and s["action"] == "delete"]
    refusals = [] if delete_data else data
    if keeping.protected:
        refusals += refused_deletions(steps)
    steps += unmarked((each for each in going if each.id in stays), inventory)
    return Plan(
        deployment=owner.deployment,
        purpose="destroy",
        steps=[{**step, "prior": None} for step in steps],  # nothing undoes a destroy
        warnings=[],
        refusals=refusals,
        outputs={},
        retained=retained,
        monthlyCost=estimate(steps, PRICE_LIST),
    )


def told(leaving: Sequence[Leaving], stays: Mapping[str, str]) -> list[Json]:
    """What stays of what was to go, as it is told."""
    return [
        {"key": each.resource.key, "id": each.id, "reason": stays[each.id]}
        for each in leaving
        if each.id in stays
    ]


def no_longer_wanted(
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
