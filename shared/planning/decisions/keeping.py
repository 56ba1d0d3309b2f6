"""What is not deleted although a plan would: what is protected, and what a spec retains; pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from shared.deployment.inventory import UNREAD, Inventory
from shared.deployment.messages import Advice, Json, Step
from shared.deployment.resource_id import within
from shared.planning.decisions.letting_go import marks_of
from shared.planning.decisions.steps import Leaving, free_key, resource_of, taken_out
from shared.resources.base import edges
from shared.resources.catalogue import catalogue


class Keeping(NamedTuple):
    """What the spec that is deployed says of deletions."""

    protected: bool = False
    retain: Sequence[str] = ()  # keys


NOTHING_KEPT = Keeping()


def keeping(spec: Json, *, deployed: bool) -> Keeping:
    """What a spec on record says; what was never deployed is not protected."""
    protected = deployed and bool(spec.get("protect"))
    return Keeping(protected=protected, retain=tuple(spec.get("retain") or ()))


def refused_deletions(steps: Iterable[Step]) -> Iterator[Advice]:
    """Why each of these deletions is refused, in a deployment that is protected."""
    for step in steps:
        if step["action"] == "delete" and not resource_of(step).protects:
            yield Advice(
                code="DeploymentProtected",
                message=(
                    f"{step['id']} would be deleted, and the deployment is protected: set protect "
                    "to false by an update of its own first"
                ),
                target="protect",
            )


def unknown_retained(retain: Iterable[str]) -> Iterator[Advice]:
    """Names that are of no resource, so that a slip is not noticed when it is too late."""
    for key in retain:
        if key not in catalogue():
            message = f"{key} is no resource: a plan names them"
            yield Advice(code="RetainUnknown", message=message, target="retain")


def staying(leaving: Sequence[Leaving], retain: Collection[str]) -> dict[str, str]:
    """Ids of what stays, with the reason: what is retained, what lies in it, what it stands on."""
    stays = {each.id: "retained, as the spec says" for each in leaving if _is(each, retain)}
    for each in leaving:
        if each.id not in stays and any(_part_of(each.id, named) for named in stays):
            stays[each.id] = "is part of what is retained"
    waiting = [each for each in leaving if each.id in stays]
    while waiting:
        below = edges(waiting.pop().resource)
        beneath = [each for each in leaving if each.id not in stays and _is(each, below)]
        stays |= {each.id: "what is retained stands on it" for each in beneath}
        waiting += beneath
    return stays


def unmarked(stays: Iterable[Leaving], inventory: Inventory) -> list[Step]:
    """Steps that take our marks off what outlives its deployment: nothing finds it ours again."""
    steps: list[Step] = []
    for each in stays:
        marks = [] if each.observed is UNREAD else marks_of(each.observed)
        if marks:
            step = taken_out(each.id, inventory[each.id], marks, [])
            key = free_key(step["key"], {other["key"] for other in steps})
            steps.append({**step, "key": key, "resource": step["key"]})
    return steps


def _is(each: Leaving, keys: Collection[str]) -> bool:
    return each.resource.key in keys


def _part_of(resource_id: str, holder: str) -> bool:
    """Whether it lies in another one; what only extends that, such as a lock, has its own say."""
    inside = within(resource_id, holder) and "/providers/" in holder
    return inside and "/providers/" not in resource_id[len(holder) :]
