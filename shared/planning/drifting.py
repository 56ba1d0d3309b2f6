"""Drift: a plan that should be empty, and what the spec leaves open beside what it was.

What is declared is compared by a plan. What is not is compared with the baseline, which is what the
resource showed when it was last as declared. That counts in what we have created only: the rest of
what was there before is its owner's. What Azure moves by itself is in neither comparison.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from shared.azure.clients import clients_for
from shared.deployment.changes.bodies import applied
from shared.deployment.changes.diff import all_differences
from shared.deployment.changes.drift import UNDECLARED, bounded, changes_of, drift_report
from shared.deployment.changes.paths import starts
from shared.deployment.drift_check import DriftReport, DriftRequest, Still
from shared.deployment.inventory import UNREAD, Observed
from shared.deployment.messages import Change, Json, Plan, Step
from shared.deployment.specs.spec import DeploymentSpec
from shared.deployment.walks.ending import complete
from shared.planning.authors import with_authors
from shared.planning.beside import PLACES, beside, is_beside
from shared.planning.decisions.deciding import plan_deploy, with_strangers
from shared.planning.decisions.owning import Owner
from shared.planning.observing import inside, observe, seen, targets
from shared.planning.triage import shown, unmoved
from shared.planning.validation.levels import has_agent, with_agent
from shared.records.entities import Record
from shared.resources.base import RESOURCE_GROUP
from shared.resources.catalogue import catalogue
from shared.resources.postgres_server import PostgresServer

Baselines = Mapping[str, Json]
"""ARM id, without case -> what was anybody's to set there, as it was."""


class Seen(NamedTuple):
    """What a drift check has found, the baselines that it has made, and what to compare with."""

    report: DriftReport
    baselines: dict[str, Json]
    still: Still | None = None


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
    wanted = targets(spec, record.inventory)
    observed = observe(clients_for, wanted, seen(record.inventory), by_list=True)
    plan = plan_deploy(spec, observed, record.inventory, Owner(record.name, installation))
    places = [step for step in plan["steps"] if _ours_there(step) and step["key"] in PLACES]
    groups = [step["id"] for step in places if step["key"] == RESOURCE_GROUP]
    strangers = [stranger for group in groups for stranger in inside(clients_for, group)]
    plan = with_strangers(plan, strangers, record.inventory)
    lying = {step["id"]: beside(spec, step["id"], step["key"]) for step in places}
    left_open = dict(_left_open(spec, plan, observed))
    for step in places:
        resource_id, body = lying[step["id"]]
        left_open[resource_id] = (step["key"], {}, _undeclared(plan, body))
    edits, made = _edits(plan, left_open, baselines, record, _with_addresses(written, lying, plan))
    report = drift_report(plan, edits, at=at, policy=spec.drift)
    attributed = with_authors(report, record.drift, created=record.createdAt)
    still = Still(at=at, shown=shown(wanted, observed, dict(lying.values())))
    return Seen(bounded(attributed), made, still)


def still_holding(record: Record, spec: DeploymentSpec, order: DriftRequest) -> Seen | None:
    """The last report, where nothing has moved since everything was read; otherwise None."""
    spec = with_agent(spec, there=has_agent(record.inventory))
    if not record.still or not unmoved(record, spec, datetime.fromisoformat(order["at"])):
        return None
    at = order["at"]
    report: Any = {**(record.drift or {}), "checkedAt": at, "readAt": record.still["at"]}
    return Seen(report, {})


Open = tuple[str, Json, Json]
"""Key of a resource, what is desired of it, and what it shows that is anybody's to set."""


def _edits(
    plan: Plan,
    left_open: Mapping[str, Open],
    baselines: Baselines,
    record: Record,
    written: Collection[str],
) -> tuple[list[Json], dict[str, Json]]:
    """The changes of what nobody declared, and new baselines.

    Args:
        plan: that should be empty.
        left_open: what is compared with its baseline, by id.
        baselines: how it was.
        record: of the deployment, with its last report.
        written: ids, without case, of what an operation of ours has just written.
    """
    known = {(c["id"].casefold(), c.get("path")) for c in (record.drift or {}).get("changes", [])}
    declared = {step["id"]: [c["path"] for c in step["changes"]] for step in plan["steps"]}
    made: dict[str, Json] = {}
    found: list[Json] = []
    for resource_id, (key, desired, now) in left_open.items():
        baseline = baselines.get(resource_id.casefold(), now)
        edits = undeclared(key, desired, baseline, now, declared.get(resource_id, []))
        if resource_id.casefold() in written:
            edits = [e for e in edits if (resource_id.casefold(), e["path"]) in known]
            made[resource_id] = applied(now, edits)
        elif resource_id.casefold() not in baselines:
            made[resource_id] = now
        step = {"key": key, "id": resource_id}
        found += [{**each, UNDECLARED: True} for each in changes_of(step, edits)]
    return found, made


def _ours_there(step: Step) -> bool:
    return step.get("provenance") == "created" and step["action"] != "create"


def _undeclared(plan: Plan, lying: Json) -> Json:
    """What lies beside the bodies, less the locks that the plan is about."""
    declared = {step["id"].casefold() for step in plan["steps"]}
    return {
        name: [
            {part: value for part, value in each.items() if part != "id"}
            for each in found
            if each.get("id", "").casefold() not in declared
        ]
        for name, found in lying.items()
    }


def _with_addresses(
    written: Collection[str], lying: Mapping[str, tuple[str, Json]], plan: Plan
) -> set[str]:
    """What was written; with a server go the addresses that Azure writes for it."""
    ids = {i.casefold() for i in written}
    servers = {s["id"].casefold() for s in plan["steps"] if s["key"] == PostgresServer.key}
    if ids & servers:
        ids |= {i.casefold() for i, body in lying.values() if "records" in body}
    return ids


def _left_open(spec: DeploymentSpec, plan: Plan, observed: Observed) -> Iterator[tuple[str, Open]]:
    """What we have created and what it shows."""
    for step in plan["steps"]:
        there = observed.get(step["id"].casefold())
        if not _ours_there(step) or step["key"] not in catalogue():
            continue
        resource = catalogue()[step["key"]]
        if there is None or there is UNREAD or resource.state(there) != "succeeded":
            continue
        if step["action"] in {"update", "no-op"}:
            now = resource.settable(clients_for(step["id"]), there)
            yield step["id"], (step["key"], resource.tagged_body(spec), now)


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
    if is_beside(now):
        return all_differences(baseline, now)
    paths = list(declared)
    found = catalogue()[key].undeclared(desired, baseline, now)
    return [edit for edit in found if not any(_overlap(edit["path"], path) for path in paths)]


def _overlap(one: str, other: str) -> bool:
    return starts(one, other) or starts(other, one)
