"""How an operation ended: what is recorded of it, what is told, what there is from now on.

Decided from what was stored of it: the plan, the undone plan where it was rolled back, its runs.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.deployment.inventory import Inventory, Item, deployed, destroyed, rolled_back
from shared.deployment.messages import Failure, Json, Phase, Plan, Remains, Residue, Run, Step
from shared.deployment.operation import Before, Health, OperationState, outline
from shared.deployment.walks.status import ABOUT, briefly, ended
from shared.deployment.walks.undo import residue

End = Literal["Succeeded", "Failed", "Canceled"]

NOT_REPAIRED = "NotRepaired"  # code of a warning about what a repair leaves alone
BY_A_PERSON = {"Canceled", "Rejected"}  # failures that are somebody's wish
QUERY = "query-answered"  # key of the check that asks the database itself
UNPROVEN = "ValidationFailed"  # code of a check that did not find what has to be proven
STANDING: set[Health | None] = {"Deployed", "Unvalidated"}  # all of it is there
UNDOING: set[Phase] = {"destroying", "rolling-back"}
UNCHANGING: set[Phase] = {"planning", "awaiting-approval", "validating"}
NOT_ABSENT = Failure(
    code="NotAbsent", message="something is left of what was to be destroyed", retryable=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of one operation."""

    status: End
    failure: Failure | None
    result: Json  # for the record of the operation
    output: Json  # of its instance
    custom_status: Json  # the custom status of its instance
    inventory: dict[str, Item] | None  # what there is now; None: as before
    outputs: Json | None  # likewise
    health: Health | None  # likewise
    stays: Json  # field of the spec -> what Azure has made of it and never takes back
    let_go: list[Json]  # what is not ours any more, though it is there
    monthly_cost: Json | None  # of what there is from now on, where that has changed
    secret_versions: dict[str, str] | None  # in use from now on, where the plan was walked
    query: Json | None = None  # what the last query has found, and when; None: as before


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that was stored of an operation, and what its deployment consists of on record."""

    plan: Plan | None = None  # None where even that failed
    undone: Plan | None = None  # where it was rolled back
    forward_runs: dict[str, Run] | None = None  # how far it had come before that
    remains: Remains  # what a destroy found afterwards
    before: Before  # before the plan was walked
    now: Inventory


def ending(
    state: OperationState,
    story: Story,
    failure: Failure | None,
    *,
    at: str = "",
    operation: str = "",
) -> Ending:
    """The end of an operation.

    Args:
        state: how far it came.
        story: what was stored of it.
        failure: why it did not succeed, where no step says so.
        at: when it ended.
        operation: its id.
    """
    plan, walked = story.plan, story.undone or story.plan
    runs = (state["runs"] if walked else None) or {}
    left = residue(walked, runs) if walked and state["phase"] in UNDOING else []
    known = {item["key"] for item in left}
    left += [item for item in story.remains["left"] if item["key"] not in known]
    failure = failure or root_failure(runs) or (NOT_ABSENT if left else None)
    if plan and state["kind"] == "repair":
        failure = failure or _not_repaired(plan)
    status: End = "Succeeded"
    if failure:
        failure = complete(failure, target=plan["deployment"] if plan else "", at=at, id=operation)
        status = "Canceled" if failure["code"] in BY_A_PERSON else "Failed"
    steps = briefly(outline(walked), runs) if walked else []
    health = _health(state, story, failure, left)
    there = plan and health in STANDING and state["phase"] == "deploying"
    cost = _cost(state, plan, runs, left) if plan and health else None
    retained = story.remains["retained"] or (plan["retained"] if plan else [])
    if plan and state["kind"] == "forget":
        gone = _let_go(plan, runs) if state["phase"] == "deploying" else set()
        retained = [item for item in retained if item["id"] in gone]
    output: Json = {
        "status": status,
        "outputs": plan["outputs"] if plan and there else {},
        "retained": retained,
    }
    result: Json = {**output, "residue": left, "failure": failure, "steps": steps}
    query = _query(plan, runs) if plan and not story.undone else None
    if plan and "validation" in plan and not story.undone:
        result["validation"] = {**plan["validation"], "query": query or _last_query(plan)}
    if cost and plan and "monthlyCost" in plan:
        result["monthlyCost"] = {**plan["monthlyCost"], **cost}
    if plan and story.undone:
        result["forwardSteps"] = briefly(outline(plan), story.forward_runs or {})
    destroyed_now = status == "Succeeded" and state["phase"] == "destroying"
    return Ending(
        status=status,
        failure=failure,
        result=result,
        output=output,
        custom_status=ended(status, steps=steps, failure=failure, residue=left),
        inventory=_inventory(state, plan, story, left) if plan else None,
        outputs={} if destroyed_now or _partly_gone(state, runs) else output["outputs"] or None,
        stays=_stays(story.undone, runs) if story.undone else {},
        let_go=retained if state["kind"] == "forget" else [],
        monthly_cost=result.get("monthlyCost"),
        health=health,
        secret_versions=plan.get("secretVersions") if plan else None,
        query=query,
    )


def _query(plan: Plan, runs: dict[str, Run]) -> Json | None:
    """What a query has found that was asked now: nothing where it did not go through."""
    run = runs.get(QUERY)
    if not run or "settledAt" not in run or any("last" in s["body"] for s in plan["steps"]):
        return None
    at = datetime.fromisoformat(run["settledAt"]).isoformat(timespec="seconds")
    return {"at": at, "found": run["detail"]} if "detail" in run else {}


def _last_query(plan: Plan) -> Json | None:
    """What the last query has found, where none was asked now."""
    return next((s["body"]["last"] or None for s in plan["steps"] if "last" in s["body"]), None)


def has_written(state: OperationState, story: Story) -> bool:
    """Whether an operation has changed a deployment that is still to be there."""
    steps = story.plan["steps"] if story.plan else []
    writing = any(step["action"] not in {"no-op", "check"} for step in steps)
    return writing and bool(state["runs"]) and state["kind"] in {"deploy", "repair"}


def complete(failure: Failure, *, target: str, at: str, id: str) -> Failure:
    """A failure with all that is told of one, also where the step it is of does not say it."""
    told = {"target": target, "time": at, "correlationId": id}
    return Failure(**{**told, **failure})  # type: ignore[typeddict-item]


def _partly_gone(state: OperationState, runs: dict[str, Run]) -> bool:
    """Whether a destroy has begun to take away what outputs tell of."""
    return state["phase"] == "destroying" and any(r["state"] == "succeeded" for r in runs.values())


def _cost(
    state: OperationState, plan: Plan, runs: dict[str, Run], left: list[Residue]
) -> Json | None:
    """What costs money a month from now on; None where the plan does not speak of all there is."""
    if state["kind"] in {"rotate", "forget"}:
        return None
    stuck = {item["id"].casefold() for item in left}

    def made(step: Step) -> bool:
        if state["phase"] == "rolling-back":
            return step["id"].casefold() in stuck
        if state["phase"] == "destroying":
            return step["id"].casefold() not in stuck
        done = {key for key, run in runs.items() if run["state"] == "succeeded"}
        return step["action"] == "no-op" or step["key"] in done

    priced = [step for step in plan["steps"] if "monthlyCost" in step]
    costs = [s["monthlyCost"]["after" if made(s) else "before"] for s in priced]
    return {"after": round(sum(cost or 0 for cost in costs), 2), "complete": None not in costs}


def _not_repaired(plan: Plan) -> Failure | None:
    """Why a repair did not put everything right, although nothing failed; None where it did."""
    why = [w["message"] for w in plan["warnings"] if w["code"] == NOT_REPAIRED]
    return Failure(code=NOT_REPAIRED, message="; ".join(why), retryable=False) if why else None


def refusal(plan: Json) -> Failure | None:
    """Why a plan is refused, every reason at once; None where it is not."""
    refusals = plan.get("refusals", [])
    if not refusals:
        return None
    message = "; ".join(f"{r['target']}: {r['message']}" for r in refusals)
    if len(refusals) > 1:
        return Failure(code="Refused", message=message, retryable=False)
    (only,) = refusals
    return Failure(code=only["code"], message=message, retryable=False, target=only["target"])


def root_failure(runs: dict[str, Run]) -> Failure | None:
    """The failure that came first, with the step it is of; None where none has failed."""
    lost = [key for key, run in runs.items() if run["state"] == "failed"]
    if not lost:
        return None
    key = min(lost, key=lambda key: runs[key].get("settledAt", ""))
    cause = runs[key].get("failure") or Failure(
        code="Unknown", message="no reason known", retryable=False
    )
    root = Failure(
        code=cause["code"], message=f"{key}: {cause['message']}", retryable=cause["retryable"]
    )
    about = {name: told for name, told in cause.items() if name in ABOUT}
    return Failure(**{**root, "target": key, **about})  # type: ignore[typeddict-item]


def _stays(undone: Plan, runs: dict[str, Run]) -> Json:
    """What a rollback could not take back, by the fields of the spec that say it."""
    told = {key: run["detail"] for key, run in runs.items() if "detail" in run}
    return {
        change["field"]: change["after"]
        for step in undone["steps"]
        for change in step["changes"]
        if "field" in change and change["path"] in told.get(step["key"], "")
    }


def _let_go(plan: Plan, runs: dict[str, Run]) -> set[str]:
    """Ids that we have let go of: nothing of them had to be changed, or that has been done."""
    held = {
        s["id"] for s in plan["steps"] if runs.get(s["key"], {"state": ""})["state"] != "succeeded"
    }
    return {item["id"] for item in plan["retained"]} - held


def _inventory(
    state: OperationState, plan: Plan, story: Story, left: list[Residue]
) -> dict[str, Item] | None:
    """What the deployment consists of now; None where nothing changed: the record keeps its own."""
    stuck = [item["id"] for item in left]
    if state["phase"] in UNCHANGING:
        return None
    if state["phase"] == "destroying":
        return destroyed(story.now, stuck)
    if state["phase"] == "rolling-back":
        return rolled_back(story.before["inventory"], plan, stuck)
    runs = state["runs"] or {}
    if state["kind"] == "forget":
        gone = _let_go(plan, runs)
        return {i: item for i, item in story.now.items() if i not in gone}
    made = {key for key, run in runs.items() if run["state"] == "succeeded"}
    missing = [s["id"] for s in plan["steps"] if s["action"] == "create" and s["key"] not in made]
    return {**deployed(story.now, plan), **{i: story.now[i] for i in missing if i in story.now}}


def _health(
    state: OperationState, story: Story, failure: Failure | None, left: list[Residue]
) -> Health | None:
    """How the deployment is now; None where nothing changed.

    What was rolled back without a rest is as it was before, where there was something before.
    """
    if state["phase"] in UNCHANGING:
        return None
    if state["kind"] in {"rotate", "forget"} and not left:
        return story.before["health"]
    if failure is None:
        return "Destroyed" if state["phase"] == "destroying" else "Deployed"
    if state["kind"] == "repair":
        return "Drifted"
    if failure["code"] == UNPROVEN and state["phase"] == "deploying":
        return "Unvalidated"
    restored = state["phase"] == "rolling-back" and not left and story.before["inventory"]
    return story.before["health"] if restored else "DeployFailed"
