"""What a deployment consists of, by ARM id: written ahead, before anything is created.

An id is a thing; a key or a name is only what it is called. All that a plan will create is in the
inventory before its first write, as intended, and nothing leaves it but by a deletion, or because
it was never ours and is no longer wanted.
"""

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple, NotRequired, TypedDict

from shared.deployment.messages import Change, Json, Plan, Provenance, Step


class Item(TypedDict):
    """One resource of a deployment."""

    key: str  # what the architecture calls it
    provenance: Provenance
    state: Literal["intended", "seen"]  # whether it has been there
    holdsData: NotRequired[bool]  # deleting it loses what nothing here can bring back
    added: NotRequired[list[Change]]  # what we have put into a resource of somebody else


Inventory = Mapping[str, Item]
"""ARM id -> item."""

Observed = Mapping[str, Json | None]
"""ARM id, without case -> what ARM shows, or `UNREAD`; None where there is nothing."""

UNREAD: Json = {"$unread": True}
"""Stands for what Azure does not show while its parent is not well: it is there, as nobody knows.

It is no failure of a plan, but a fact about the parent. What depends on it is read by the walk.
"""


class Stranger(NamedTuple):
    """A resource that was found by where it lies or by its tags, and not by its id."""

    id: str
    arm_type: str
    tags: Mapping[str, str]
    managed_by: str


def item_of(inventory: Inventory, resource_id: str) -> Item | None:
    """The item of an id, however its letters are written."""
    wanted = resource_id.casefold()
    return next((item for i, item in inventory.items() if i.casefold() == wanted), None)


def intended(inventory: Inventory, plan: Plan) -> dict[str, Item]:
    """The inventory as it has to be on record before the first write of a plan.

    What is to be deleted and was forgotten is in it from now on too. Whose a thing is does not
    change because it, or what we have put into it, is to go.
    """
    spelled = {i.casefold(): i for i in inventory}
    ahead = dict(inventory)
    for step in plan["steps"]:
        known = step["id"].casefold() in spelled
        if step["action"] == "check" or (step["action"] in {"delete", "restore"} and known):
            continue
        at = spelled.get(step["id"].casefold(), step["id"])
        ahead[at] = _item(step, inventory.get(at))
    return ahead


def deployed(inventory: Inventory, plan: Plan) -> dict[str, Item]:
    """The inventory once a plan has been walked to its end."""
    made = {s["id"].casefold() for s in plan["steps"] if s["action"] == "create"}
    gone = {s["id"].casefold() for s in plan["steps"] if s["action"] == "delete"} - made
    return {
        i: {**item, "state": "seen"} for i, item in inventory.items() if i.casefold() not in gone
    }


def holding_data(inventory: Inventory) -> list[str]:
    """Ids of what a destroy would delete with data in it."""
    return [
        i
        for i, item in inventory.items()
        if item["provenance"] == "created" and item.get("holdsData")
    ]


def rolled_back(before: Inventory, plan: Plan, stuck: Collection[str]) -> dict[str, Item]:
    """The inventory once a plan has been undone: as before it, and what could not be removed.

    Args:
        before: as it was when the plan was made.
        plan: what was walked, and undone.
        stuck: ids of what could not be undone.
    """
    left = {i.casefold() for i in stuck}
    replaced = {s["id"].casefold() for s in plan["steps"] if s["action"] == "delete"}
    made = [s for s in plan["steps"] if s["action"] == "create"]
    created = {s["id"].casefold(): s for s in made if s["id"].casefold() not in replaced}
    kept = {i: item for i, item in before.items() if i.casefold() not in created}
    # What we have put into somebody else's, and could not take out again, is ours to remove later.
    created |= {
        step["id"].casefold(): step
        for step in plan["steps"]
        if step["action"] == "update" and item_of(before, step["id"]) is None
    }
    found: dict[str, Item] = {
        step["id"]: {**_item(step, None), "state": "seen"}
        for i, step in created.items()
        if i in left
    }
    return {**kept, **found}


def destroyed(inventory: Inventory, stuck: Collection[str]) -> dict[str, Item]:
    """The inventory once all of it was to be removed: nothing, or what could not be."""
    left = {i.casefold() for i in stuck}
    if not left:
        return {}
    return {
        i: item
        for i, item in inventory.items()
        if i.casefold() in left or item["provenance"] != "created"
    }


def _item(step: Step, known: Item | None) -> Item:
    item = Item(
        key=step.get("resource", step["key"]),
        provenance=step.get("provenance", "created"),
        state="intended" if step["action"] == "create" else "seen",
    )
    if step.get("holdsData"):
        item["holdsData"] = True
    if item["provenance"] == "updated" and (added := _added(step, known)):
        item["added"] = added
    return item


def _added(step: Step, known: Item | None) -> list[Change]:
    """Elements of lists and tags that are ours in what is somebody else's, such as our subnets."""
    parts = {change["path"]: change for change in (known.get("added", []) if known else [])}
    for change in step["changes"]:
        path = change["path"]
        parts.pop(path, None)
        if change["before"] is None and (path.endswith("]") or path.startswith("tags.")):
            parts[path] = Change(path=path, before=None, after=change["after"])
    return list(parts.values())
