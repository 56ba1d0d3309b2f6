"""The undone plan: edges flipped, what was created is deleted, what was updated is restored.

What was only adopted has no step to undo. A step that failed or hung is undone as well, because a
refused PUT may have left something behind; deleting what is absent is a success.
"""

import json

from shared.deployment.changes.bodies import reverted
from shared.deployment.messages import Action, Json, Plan, Residue, Run, Step
from shared.deployment.resource_id import lies_in

UNDONE_BY: dict[Action, Action] = {"create": "delete", "update": "restore", "delete": "restore"}


def undone(plan: Plan, runs: dict[str, Run]) -> Plan:
    """The plan whose walk leaves things as they were before `plan` was walked as far as `runs`."""
    touched = [s for s in plan["steps"] if s["action"] in UNDONE_BY and _touched(runs, s["key"])]
    gone = [s["id"] for s in touched if s["action"] == "create"]
    touched = [s for s in touched if not (s.get("vanishes") and _goes(s["id"], gone))]
    return Plan(
        deployment=plan["deployment"],
        purpose="roll-back",
        steps=[_undo_step(step, touched) for step in reversed(touched)],
        warnings=[],
        refusals=[],
        outputs={},
        retained=[],
    )


def _goes(resource_id: str, gone: list[str]) -> bool:
    return any(lies_in(resource_id, holder) for holder in gone)


def _touched(runs: dict[str, Run], key: str) -> bool:
    run = runs.get(key)
    return run is not None and run["attempts"] > 0


def _undo_step(step: Step, touched: list[Step]) -> Step:
    action = UNDONE_BY[step["action"]]
    body: Json = reverted(step["body"], step["changes"])
    if step["action"] == "delete":
        body = step["prior"] or {}
    return Step(
        key=step["key"],
        resource=step.get("resource", step["key"]),
        armType=step["armType"],
        id=step["id"],
        action=action,
        body=body if action == "restore" else {},
        prior=step["prior"],
        changes=step["changes"],
        dependsOn=[s["key"] for s in touched if step["key"] in s["dependsOn"]],
        startsAfter=[],
        locks=step["locks"],
        expectedSeconds=step["undoSeconds"],
        timeoutSeconds=max(step["timeoutSeconds"], 4 * step["undoSeconds"]),
        undoSeconds=step["expectedSeconds"],
    )


def residue(plan: Plan, runs: dict[str, Run]) -> list[Residue]:
    """What a relentless walk could not do, each with its reason and the command to finish it."""
    left = []
    steps = {step["key"]: step for step in plan["steps"]}
    for key, run in runs.items():
        step = steps[key]
        if run["state"] == "failed":
            failure = run.get("failure")
            reason = f"{failure['code']}: {failure['message']}" if failure else "unknown"
        elif run["state"] == "skipped":
            blockers = [k for k in step["dependsOn"] if _stuck(runs, k)]
            reason = f"waits for {', '.join(blockers)}"
        elif step["action"] == "restore" and "detail" in run:
            reason = run["detail"]
        else:
            continue
        command = _command(step, run)
        left.append(Residue(key=key, id=step["id"], reason=reason, command=command))
    return left


def still_there(fresh: Plan) -> list[Residue]:
    """What a destroy planned anew would delete, although its walk has.

    What lies in something that is there goes with that, and by no command of its own.
    """
    left = []
    for step in fresh["steps"]:
        holder = next((s for s in fresh["steps"] if s != step and _holds(s, step)), None)
        reason = "Azure still shows it after its deletion, or somebody has made it again"
        if holder:
            reason = f"goes with {holder['key']}, which is still there"
        command = _command(holder or step)
        left.append(Residue(key=step["key"], id=step["id"], reason=reason, command=command))
    return left


def _holds(holder: Step, step: Step) -> bool:
    return lies_in(step["id"], holder["id"])


def _stuck(runs: dict[str, Run], key: str) -> bool:
    return key in runs and runs[key]["state"] in {"failed", "skipped"}


def _command(step: Step, run: Run | None = None) -> str:
    """The az command that finishes the undo of a step by hand; ids and bodies hold no secret."""
    if run and run["state"] == "succeeded":  # nothing can; this shows what stays
        return f"az resource show --ids '{step['id']}'"
    if step["action"] == "delete":
        return f"az resource delete --ids '{step['id']}'"
    body = json.dumps(step["prior"]).replace("'", "'\\''")
    return f"az resource create --id '{step['id']}' --is-full-object --properties '{body}'"
