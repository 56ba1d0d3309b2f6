"""Drift: a plan that should be empty, and what the spec leaves open beside what it was.

What is declared is compared by a plan. What is not is compared with the baseline, which is what the
resource showed when it was last as declared. That counts in what we have created only: the rest of
what was there before is its owner's. What Azure moves by itself is in neither comparison.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from shared.azure.clients import clients_for
from shared.deployment.changes.bodies import applied
from shared.deployment.changes.diff import all_differences
from shared.deployment.changes.drift import UNDECLARED, bounded, changes_of, drift_report
from shared.deployment.changes.paths import starts
from shared.deployment.inventory import UNREAD, Observed
from shared.deployment.messages import Change, Json, Plan, Step
from shared.deployment.operation import DriftReport, DriftRequest
from shared.deployment.resource_id import ResourceId
from shared.deployment.specs.spec import DeploymentSpec
from shared.deployment.walks.ending import complete
from shared.planning.authors import with_authors
from shared.planning.deciding import plan_deploy, with_strangers
from shared.planning.observing import inside, locks, observe, seen, targets
from shared.planning.owning import Owner
from shared.planning.validation.levels import has_agent, with_agent
from shared.records.entities import Record
from shared.resources.base import RESOURCE_GROUP
from shared.resources.catalogue import catalogue

Baselines = Mapping[str, Json]
"""ARM id, without case -> what was anybody's to set there, as it was."""


class Seen(NamedTuple):
    """What a drift check has found, and the baselines that it has made."""

    report: DriftReport
    baselines: dict[str, Json]


def drift_of(
    record: Record,
    spec: DeploymentSpec,
    installation: str,
    baselines: Baselines,
    order: DriftRequest,
    written: Collection[str] = (),
) -> Seen:
    """What has drifted; busy while an operation runs, failed where the order says that it did.

    Args:
        record: of the deployment.
        spec: as it is recorded.
        installation: whose marks are ours.
        baselines: of the deployment.
        order: what is asked.
        written: ids of what an operation of ours has just written.
    """
    at = order["at"]
    if record.busy:
        return Seen(DriftReport(checkedAt=at, status="busy", changes=[]), {})
    if failure := order.get("failure"):
        told = complete(failure, target=record.name, at=at, id=record.name)
        return Seen(DriftReport(checkedAt=at, status="failed", changes=[], failure=told), {})
    spec = with_agent(spec, there=has_agent(record.inventory))
    observed = observe(clients_for, targets(spec, record.inventory), seen(record.inventory))
    plan = plan_deploy(spec, observed, record.inventory, Owner(record.name, installation))
    groups = [step["id"] for step in plan["steps"] if _our_group(step)]
    strangers = [stranger for group in groups for stranger in inside(clients_for, group)]
    plan = with_strangers(plan, strangers, record.inventory)
    known = {(c["id"].casefold(), c.get("path")) for c in (record.drift or {}).get("changes", [])}
    left_open = dict(_left_open(spec, plan, observed))
    ours = {step["id"].casefold() for step in plan["steps"]}
    left_open |= {f"{group}/{LOCKS}": _locked(group, ours) for group in groups}
    declared = {step["id"]: [c["path"] for c in step["changes"]] for step in plan["steps"]}
    made: dict[str, Json] = {}
    found: list[Json] = []
    for resource_id, (key, desired, now) in left_open.items():
        baseline = baselines.get(resource_id.casefold(), now)
        edits = undeclared(key, desired, baseline, now, declared.get(resource_id, []))
        if resource_id.casefold() in {i.casefold() for i in written}:
            edits = [e for e in edits if (resource_id.casefold(), e["path"]) in known]
            made[resource_id] = applied(now, edits)
        elif resource_id.casefold() not in baselines:
            made[resource_id] = now
        step = {"key": key, "id": resource_id}
        found += [{**each, UNDECLARED: True} for each in changes_of(step, edits)]
    report = drift_report(plan, found, at=at, policy=spec.drift)
    attributed = with_authors(report, record.drift, created=record.createdAt)
    return Seen(bounded(attributed), made)


LOCKS = "providers/Microsoft.Authorization/locks"
Open = tuple[str, Json, Json]
"""Key of a resource, what is desired of it, and what it shows that is anybody's to set."""


def _our_group(step: Step) -> bool:
    ours = step["key"] == RESOURCE_GROUP and step.get("provenance") == "created"
    return ours and step["action"] != "create"


def _left_open(spec: DeploymentSpec, plan: Plan, observed: Observed) -> Iterator[tuple[str, Open]]:
    """What we have created and what it shows."""
    for step in plan["steps"]:
        there = observed.get(step["id"].casefold())
        if step.get("provenance") != "created" or step["key"] not in catalogue():
            continue
        resource = catalogue()[step["key"]]
        if there is None or there is UNREAD or resource.state(there) != "succeeded":
            continue
        if step["action"] in {"update", "no-op"}:
            now = resource.settable(clients_for(step["id"]), there)
            yield step["id"], (step["key"], resource.tagged_body(spec), now)


def _locked(group_id: str, declared: Collection[str]) -> Open:
    """The locks on a group that nobody declared, as if they were one resource."""
    found = [
        {"name": lock["name"], "properties": lock["properties"]}
        for lock in locks(clients_for, group_id)
        if ResourceId.of(group_id).group.casefold() in lock["id"].casefold()
        and lock["id"].casefold() not in declared
    ]
    return RESOURCE_GROUP, {}, {"locks": found}


def undeclared(
    key: str, desired: Json, baseline: Json, now: Json, declared: Iterable[str]
) -> list[Change]:
    """How that which nobody declared differs from what it was.

    Args:
        key: of the resource.
        desired: its declared body.
        baseline: what was anybody's to set there, as it was.
        now: as it is.
        declared: paths of the differences that its declared body has from it.
    """
    if "locks" in now:
        return all_differences(baseline, now)
    paths = list(declared)
    found = catalogue()[key].undeclared(desired, baseline, now)
    return [edit for edit in found if not any(_overlap(edit["path"], path) for path in paths)]


def _overlap(one: str, other: str) -> bool:
    return starts(one, other) or starts(other, one)
