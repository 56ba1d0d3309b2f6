"""What a plan says beside its steps: the warnings and refusals that come from what was read."""

from collections.abc import Sequence

from shared.deployment.changes.drift import DEGRADED
from shared.deployment.changes.paths import at
from shared.deployment.messages import Advice, Change, Json, Step
from shared.deployment.walks.ending import NOT_REPAIRED
from shared.resources.base import Resource

DATA_GONE = "DataGone"
SHOWN = 5  # paths that are named in a message


def degraded(resource: Resource, observed: Json) -> list[Advice]:
    """What is as declared, but not well."""
    return [
        Advice(
            code=DEGRADED,
            message=f"{c['path']} is {c['before']}, should be {c['after']}",
            target=resource.key,
        )
        for c in resource.health(observed)
    ]


def emptied(resource: Resource, resource_id: str) -> Advice:
    """Why what held data and is gone is worth a look before it is made anew."""
    return Advice(
        code=DATA_GONE,
        message=(
            f"{resource_id} is gone with its data, and would be made anew, empty: for five days "
            "Azure may still restore a dropped server (Learn: Restore a dropped server)"
        ),
        target=resource.key,
    )


def disturbing(resource: Resource, observed: Json, changes: Sequence[Change]) -> list[Advice]:
    """What those who use it will notice of an update."""
    noticed: dict[str, list[str]] = {}
    for change in changes:
        if what := resource.disturbance(change, observed):
            noticed.setdefault(what, []).append(change["path"])
    return [
        Advice(
            code="UpdateDisturbs",
            message=f"changing {_some(paths)}: {what}",
            target=resource.key,
        )
        for what, paths in noticed.items()
    ]


def foreign(resource: Resource, resource_id: str, changes: Sequence[Change]) -> Advice:
    """Why what is not ours is not changed."""
    paths = _some([change["path"] for change in changes])
    return Advice(
        code="ForeignResourceDiffers",
        message=(
            f"{resource_id} exists, is not ours and differs at {paths}; "
            "set adopt to true to change it, or choose another name"
        ),
        target=resource.key,
    )


def replacement(resource: Resource, paths: Sequence[str]) -> Advice:
    """Why what Azure cannot change in place is not changed; what holds data is never replaced."""
    way = (
        "keep the old value, or move the data to a deployment of another name"
        if resource.holds_data
        else f"keep the old value, or name {resource.key} in replace to have it made anew"
    )
    return Advice(
        code="ReplacementNeeded",
        message=f"Azure cannot change {_some(paths)} of {resource.key} in place: {way}",
        target=resource.key,
    )


def unrepaired(refused: Advice) -> Advice:
    """What a repair leaves as it is: it would be a refusal of anything else."""
    return {**refused, "code": NOT_REPAIRED, "message": f"{refused['code']}: {refused['message']}"}


def unshrinkable(resource: Resource, desired: Json, observed: Json) -> list[Advice]:
    """What is larger than it is wanted, and stays so."""
    growing = [path.at for path in resource.paths if path.grows]
    sizes = [(path, at(desired, path), at(observed, path)) for path in growing]
    return [
        Advice(
            code="NeverShrinks",
            message=f"{path} is {there} and never shrinks: {wanted} is not applied",
            target=resource.key,
        )
        for path, wanted, there in sizes
        if isinstance(there, int) and isinstance(wanted, int) and wanted < there
    ]


def _some(paths: Sequence[str]) -> str:
    """The first paths, and how many more there are."""
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return f"{', '.join(paths[:SHOWN])}{more}"


def moved(step: Step, new_id: str, fields: Sequence[str]) -> Advice:
    """What becomes of a resource whose id has changed."""
    return Advice(
        code="ResourceMoves",
        message=(
            f"{', '.join(fields[:SHOWN])} moves it: {new_id} is created first, then {step['id']} "
            "is deleted"
        ),
        target=step["key"],
    )


def unconfirmed(step: Step, fields: Sequence[str] = ()) -> Advice:
    """Why data is not deleted without being asked twice."""
    way = f", or put {' and '.join(fields[:SHOWN])} back" if fields else ""
    return Advice(
        code="DataDeletionNotConfirmed",
        message=f"{step['id']} holds data; say deleteData=true to lose it{way}",
        target=fields[0] if fields else step["key"],
    )
