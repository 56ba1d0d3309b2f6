"""Of every change of an update: whether it is the spec's, somebody's, or both; pure.

Three sides are compared: what was declared before, what is declared now, and what is in Azure. What
somebody changed in Azure is undone by an update, asked about, or kept, as the spec says; an update
that takes back what was accepted of drift says so as well.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from shared.deployment.changes.bodies import reverted
from shared.deployment.changes.diff import differences
from shared.deployment.changes.paths import at
from shared.deployment.changes.watching import Accepted
from shared.deployment.inventory import item_of
from shared.deployment.messages import Advice, Change, Json, Origin, Plan, Step
from shared.deployment.specs.spec import DeploymentSpec
from shared.records.entities import Record
from shared.resources.catalogue import catalogue

ANSWERED_WITHIN = timedelta(hours=24)  # where the spec has no approval of its own


def with_origins(
    plan: Plan, spec: DeploymentSpec, previous: DeploymentSpec | None, record: Record
) -> Plan:
    """The plan of an update, with whose each change is, and what the spec says about others'.

    Args:
        plan: as it was decided.
        spec: what is asked for.
        previous: what is deployed; None where nothing is.
        record: of the deployment, with its last drift report.
    """
    if previous is None or not record.inventory:
        made_up = _made_up(spec.drift.accepted)
        return {**plan, "refusals": [*plan["refusals"], *made_up]}
    steps = [_told(step, previous, record) for step in plan["steps"]]
    undone = [(s, c) for s in steps for c in s["changes"] if c.get("origin", "spec") != "spec"]
    warnings = [*plan["warnings"], *_taken_back(spec, previous, record)]
    if spec.drift.on_update == "keep":
        steps = [_kept(step) for step in steps]
        warnings += [_advice("EditKept", s, c, "stays") for s, c in undone if _is_edit(c)]
        undone = [(s, c) for s, c in undone if not _is_edit(c)]
    warnings += [_advice("EditUndone", s, c, "is undone") for s, c in undone]
    warnings += [_anew(step) for step in steps if _was_deleted(step, record)]
    refusals = [*plan["refusals"], *_made_up(_dropped(spec, previous))]
    found: Plan = {**plan, "steps": steps, "warnings": warnings, "refusals": refusals}
    if undone and spec.drift.on_update == "ask":
        found["approvalSeconds"] = ANSWERED_WITHIN.total_seconds()
    return found


def _told(step: Step, previous: DeploymentSpec, record: Record) -> Step:
    known = step["action"] == "update" and step["key"] in catalogue()
    if not known or not catalogue()[step["key"]].wanted(previous):
        return step
    before = catalogue()[step["key"]].tagged_body(previous)
    return {**step, "changes": [_with_origin(step, c, before, record) for c in step["changes"]]}


def _with_origin(step: Step, change: Change, before: Json, record: Record) -> Change:
    declared = at(before, change["path"])
    origin: Origin = "spec"
    if declared is not None or change["after"] is None:
        if _same(declared, change["after"]):
            origin = "edit"
        elif not _same(declared, change["before"]):
            origin = "both"
    told: Change = {**change, "origin": origin}
    if origin != "spec" and (author := _author(step, change, record)):
        told["by"] = author
    return told


def _same(one: Any, other: Any) -> bool:
    return not differences({"is": one}, {"is": other})


def _author(step: Step, change: Change, record: Record) -> str | None:
    """Who made it, where a drift report knows."""
    for seen in (record.drift or {}).get("changes", []):
        here = seen["id"].casefold() == step["id"].casefold()
        if here and seen.get("path") == change["path"]:
            return (seen.get("attribution") or {}).get("by")
    return None


def _is_edit(change: Change) -> bool:
    return change.get("origin") == "edit"


def _kept(step: Step) -> Step:
    """The step without what would undo somebody's edit."""
    edits = [change for change in step["changes"] if _is_edit(change)]
    if not edits:
        return step
    left = [change for change in step["changes"] if change not in edits]
    if not left:
        return {**step, "action": "no-op", "changes": [], "body": {}, "prior": None}
    return {**step, "changes": left, "body": reverted(step["body"], edits)}


def _advice(code: str, step: Step, change: Change, what: str) -> Advice:
    who = change.get("by") or "somebody"
    by_both = ", which the spec changes as well" if change.get("origin") == "both" else ""
    return Advice(
        code=code,
        message=f"{who} changed {change['path']} to {change['before']}{by_both}: it {what}",
        target=step["key"],
    )


def _taken_back(spec: DeploymentSpec, previous: DeploymentSpec, record: Record) -> Iterator[Advice]:
    """What was accepted of drift and the new spec no longer says."""
    new, old = (s.model_dump(mode="json", by_alias=True) for s in (spec, previous))
    for note in record.accepted or []:
        if _at(old, note["field"]) == note["value"] != _at(new, note["field"]):
            yield _undone(note["field"], note["by"], note["at"], note["comment"])
    for each in _dropped(previous, spec):
        yield _undone(f"{each.resource}: {each.path}", each.by, each.at, each.comment)


def _undone(what: str, by: str, when: str, why: str) -> Advice:
    said = f" ({why})" if why else ""
    message = f"{by or 'somebody'} accepted it at {when}{said}, and this spec takes it back"
    return Advice(code="AcceptedChangeUndone", message=f"{what}: {message}", target=what)


def _dropped(previous: DeploymentSpec, spec: DeploymentSpec) -> list[Accepted]:
    return [each for each in previous.drift.accepted if each not in spec.drift.accepted]


def _was_deleted(step: Step, record: Record) -> bool:
    item = item_of(record.inventory, step["id"])
    return step["action"] == "create" and item is not None and item["state"] == "seen"


def _anew(step: Step) -> Advice:
    message = f"somebody deleted {step['id']}: it is created anew"
    return Advice(code="EditUndone", message=message, target=step["key"])


def _made_up(exceptions: Iterable[Accepted]) -> Iterator[Advice]:
    """Exceptions that nobody accepted: accepting drift is the only way to one."""
    for each in exceptions:
        yield Advice(
            code="ExceptionNotAccepted",
            message=f"{each.path} of {each.resource} was never accepted: accept it as drift",
            target="drift.accepted",
        )


def _at(whole: Any, field: str) -> Any:
    """The value of a field, {a}.{b}; a key of a map may have dots in it."""
    while field and isinstance(whole, dict):
        if field in whole:
            return whole[field]
        head, _, field = field.partition(".")
        whole = whole.get(head)
    return None
