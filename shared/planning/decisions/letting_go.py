"""The plan that forgets resources: our marks go from them, and nothing else of them changes; pure.

They stay as they are, out of the inventory and for whoever takes them over. Without our marks
nothing finds them to be ours again; a later deployment treats them as anybody's.
"""

from collections.abc import Iterable, Sequence

from shared.deployment.inventory import UNREAD, Inventory, Observed
from shared.deployment.messages import Advice, Change, Json, Plan, Step
from shared.planning.decisions.steps import free_key, taken_out
from shared.resources.base import edges
from shared.resources.catalogue import catalogue
from shared.resources.marks import MARKS


def plan_letting_go(
    deployment: str, observed: Observed, inventory: Inventory, named: Sequence[str], *, by: str
) -> Plan:
    """What lets go of resources.

    Args:
        deployment: whose they are.
        observed: by id, all that the inventory holds.
        inventory: what the deployment consists of.
        named: what is to be forgotten, by key or id.
        by: who wants it.
    """
    found = {name: _ids(name, inventory) for name in named}
    chosen = {i for ids in found.values() for i in ids}
    steps: list[Step] = []
    for i in sorted(chosen):
        there = observed.get(i.casefold())
        if there is None or there is UNREAD or not (marks := marks_of(there)):
            continue
        step = taken_out(i, inventory[i], marks, [])
        key = free_key(step["key"], {other["key"] for other in steps})
        steps.append({**step, "key": key, "resource": step["key"]})
    return Plan(
        deployment=deployment,
        purpose="repair",  # what was let go of stays so, whatever else fails
        steps=steps,
        warnings=[*_still_needed(chosen, inventory)],
        refusals=[_unknown(name) for name, ids in found.items() if not ids],
        outputs={},
        retained=[
            {"key": inventory[i]["key"], "id": i, "reason": f"{by or 'somebody'} let go of it"}
            for i in sorted(chosen)
        ],
    )


def _ids(name: str, inventory: Inventory) -> list[str]:
    wanted = name.casefold()
    return [i for i, item in inventory.items() if wanted in {i.casefold(), item["key"]}]


def marks_of(there: Json) -> list[Change]:
    """Our marks on a resource as read, as what we have put into it."""
    tags: Json = there.get("tags") or {}
    names = sorted(MARKS & set(tags))
    return [Change(path=f"tags.{name}", before=None, after=tags[name]) for name in names]


def _still_needed(chosen: Iterable[str], inventory: Inventory) -> Iterable[Advice]:
    """What stays ours although something that is let go of stands on it."""
    held = {item["key"] for i, item in inventory.items() if i not in set(chosen)}
    for key in sorted({inventory[i]["key"] for i in chosen}):
        if key in catalogue() and (
            needs := [below for below in edges(catalogue()[key]) if below in held]
        ):
            yield Advice(
                code="StillNeeded",
                message=f"{key} stands on {', '.join(needs)}, which a destroy would try to delete",
                target=key,
            )


def _unknown(name: str) -> Advice:
    message = f"the inventory holds no {name[:200]}: name keys or ids that it shows"
    return Advice(code="NotInInventory", message=message, target="resources")
