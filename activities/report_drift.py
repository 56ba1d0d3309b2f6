"""Checks a deployment for drift by a plan that should be empty; keeps the report and logs it."""

import logging

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.changes.choosing import of_course
from shared.deployment.drift_check import DriftAnswer, DriftReport, DriftRequest, Turn
from shared.deployment.events import drift_event
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.accepting import NotAcceptable, accept
from shared.planning.drifting import Seen, drift_of, still_holding
from shared.planning.purposes import recorded_spec
from shared.planning.spending import reached, tell, turn
from shared.records.entities import Record
from shared.records.records import records
from shared.settings import settings
from shared.telemetry.telling import tell_drift, traced

blueprint = df.Blueprint()
log = logging.getLogger(__name__)


@blueprint.activity_trigger(input_name="order")
@traced
@failures_as_data
def report_drift(order: DriftRequest) -> DriftAnswer:
    """{deployment or check, at, failure?} -> what was found, in short; a failure is kept.

    A scan, {deployment, at, quiet, paid?}, is told when to come back where it is not its turn.
    """
    kept, check = records(), order.get("check")
    record = kept.get(kept.operations.get(check).deployment if check else order["deployment"])
    spec = recorded_spec(record.spec)
    if wait := turn(record, spec, order, kept.budgets):
        return DriftAnswer(status="waiting", changes=0, turn=wait)
    quiet = order.get("quiet") and not order.get("failure")
    try:
        seen = still_holding(record, spec, order) if quiet else _read(record, spec, order)
    finally:
        tell(reached(record, spec), kept.budgets, order["at"])
    if seen is None:
        anew = Turn(quiet=False, paid=False, waitSeconds=0)
        return DriftAnswer(status="moved", changes=0, turn=anew)
    return _kept(record, order, seen)


def _kept(record: Record, order: DriftRequest, seen: Seen) -> DriftAnswer:
    """What was found, once it is on record, and what follows from it."""
    kept, check, report = records(), order.get("check"), seen.report
    event = drift_event(record.name, _last_good(record), report)
    told = settings().receivers if event else ()
    if event:
        kept.events.post(event, told)
    if report["status"] != "busy":
        kept.watch.keep_baselines(record.name, seen.baselines)
        kept.watch.keep_report(record.name, report)
        kept.save_drift(record.name, report, seen.still)
    asked = kept.operations.get(check) if check else None
    if check:
        kept.operations.end_drift(check, report)
    tell_drift(record.name, report, asked)
    if wanted := of_course(report["changes"], "accept"):
        accept_by_policy(record, wanted, order["at"])
    _log(record.name, report)
    answer = DriftAnswer(status=report["status"], changes=len(report["changes"]))
    if of_course(report["changes"], "repair"):
        answer["repair"] = record.name
    if event and told:
        answer["events"] = [event["id"]]
    return answer


def _log(deployment: str, report: DriftReport) -> None:
    fields = {"deployment": deployment, "state": report["status"]}
    if report["status"] == "failed":
        log.warning("drift not checked: %s", report["failure"]["code"], extra=fields)
    elif report["changes"]:
        log.warning("drift: %s change(s)", len(report["changes"]), extra=fields)


def _last_good(record: Record) -> Json | None:
    """The last report that is none of a check that failed."""
    if (record.drift or {}).get("status") != "failed":
        return record.drift
    reports = records().watch.reports(record.name)
    return next((report for report in reports if report["status"] != "failed"), None)


def _read(record: Record, spec: DeploymentSpec, order: DriftRequest) -> Seen:
    kept = records()
    return drift_of(
        record,
        spec,
        kept.agreements.installation(),
        kept.watch.baselines(record.name),
        order,
        kept.plans.written(order["operation"]) if "operation" in order else (),
    )


def accept_by_policy(record: Record, changes: list[Json], at: str) -> None:
    """Make what the spec accepts part of it; what cannot be stays in the report."""
    spec = recorded_spec(record.spec)
    try:
        taken = accept(spec, changes, by="drift policy", at=at, comment="by drift.policies")
    except NotAcceptable as why:
        log.warning("not accepted: %s", why, extra={"deployment": record.name})
    else:
        records().accept(record.name, taken)
