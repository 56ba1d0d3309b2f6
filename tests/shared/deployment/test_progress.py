"""What the walk of a plan does next, and what it makes of the answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.deployment.messages import Plan
from shared.deployment.operation import outline
from shared.deployment.walks.listening import next_due, watch
from shared.deployment.walks.progress import Progress

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DONE = {"state": "succeeded"}
CRASHED = {"state": "unknown", "failure": {"message": "the worker is gone"}}
BUSY = {"state": "inProgress", "operationUrl": "https://arm/operation", "operationRetryAfter": 10}


def step(key: str, *after: str, **changes: Any) -> Any:
    made: Any = {
        "key": key,
        "armType": "Test/things",
        "id": f"/{key}",
        "action": "create",
        "body": {},
        "prior": None,
        "changes": [],
        "dependsOn": list(after),
        "startsAfter": [],
        "locks": [f"/{key}"],
        "expectedSeconds": 100,
        "timeoutSeconds": 1000,
        "undoSeconds": 50,
    }
    return {**made, **changes}


def walking(*steps: Any, purpose: Any = "deploy") -> Progress:
    plan = Plan(
        deployment="d",
        purpose=purpose,
        steps=list(steps),
        warnings=[],
        refusals=[],
        outputs={},
        retained=[],
    )
    return Progress(outline(plan))


def due(progress: Progress, now: datetime) -> list[str]:
    """What is to be done now: looks, then submits."""
    looks = [step["key"] for step in watch(progress, now)["steps"] if step["looks"][0] <= 0]
    return looks + progress.submits(now)


def answer(progress: Progress, now: datetime, **answers: Any) -> list[str]:
    """One round: every step is answered as said by its key, or is still busy."""
    keys, submits = due(progress, now), progress.submits(now)
    told: dict[str, Any] = {key: {"key": key, **answers.get(key, BUSY)} for key in keys}
    progress.settle({key: told.pop(key) for key in submits}, now)
    progress.observe(told, now)
    return keys


def failed(code: str, **more: Any) -> Any:
    failure: Any = {"code": code, "message": code, **more}
    return {"state": "failed", "failure": failure}


def test_a_step_starts_as_soon_as_its_own_dependencies_have_succeeded() -> None:
    progress = walking(step("a"), step("b"), step("c", "a"))
    assert answer(progress, NOW, a=DONE) == ["a", "b"]
    assert due(progress, NOW) == ["c"]  # b is still in progress


def test_a_gate_opens_once_arm_has_accepted_the_step_before_it() -> None:
    progress = walking(step("cheap"), step("slow", startsAfter=["cheap"]))
    assert answer(progress, NOW) == ["cheap"]
    assert due(progress, NOW) == ["slow"]


def test_steps_that_share_a_lock_never_run_at_once() -> None:
    progress = walking(step("a", locks=["/vnet"]), step("b", locks=["/vnet"]))
    assert answer(progress, NOW) == ["a"]
    assert due(progress, NOW) == []
    later = NOW + timedelta(seconds=200)
    answer(progress, later, a=DONE)
    assert due(progress, later) == ["b"]


def test_of_two_that_share_a_lock_the_more_critical_goes_first() -> None:
    long_tail = step("tail", "b", expectedSeconds=1000)
    progress = walking(step("a", locks=["/l"]), step("b", locks=["/l"]), long_tail)
    assert due(progress, NOW) == ["b"]


def test_nothing_new_starts_after_a_failure_and_what_runs_settles() -> None:
    progress = walking(step("a"), step("b"), step("c", "b"))
    answer(progress, NOW, a=failed("QuotaExceeded", retryable=False))
    assert not progress.finished
    later = NOW + timedelta(seconds=200)
    assert answer(progress, later, b=DONE) == ["b"]
    assert progress.finished
    assert progress.failed == ["a"]
    assert progress.runs["c"]["state"] == "waiting"


def test_a_relentless_walk_goes_on_and_skips_only_what_waits_for_the_failure() -> None:
    progress = walking(step("a"), step("b", "a"), step("c"), purpose="roll-back")
    now = NOW
    while progress.runs["a"]["state"] != "failed":
        answer(progress, now, a=failed("ScopeLocked", retryable=False), c=DONE)
        now += timedelta(minutes=2)
    assert progress.finished
    assert {k: r["state"] for k, r in progress.runs.items()} == {
        "a": "failed",
        "b": "skipped",
        "c": "succeeded",
    }
    assert progress.runs["a"]["attempts"] == 3


def test_contention_waits_as_long_as_its_patience_and_not_longer() -> None:
    progress = walking(step("a"))
    refusal = failed("AnotherOperationInProgress", retryable=True, patienceSeconds=600)
    now = NOW
    while not progress.finished:
        answer(progress, now, a=refusal)
        now = next_due(progress, now) or now
    assert now - NOW >= timedelta(seconds=600)
    assert progress.runs["a"]["attempts"] > 5


def test_a_transient_failure_is_submitted_again_a_bounded_number_of_times() -> None:
    progress = walking(step("a"))
    refusal = failed("InternalServerError", retryable=True, maxAttempts=3)
    now = NOW
    while not progress.finished:
        answer(progress, now, a=refusal)
        now = next_due(progress, now) or now
    assert progress.runs["a"]["attempts"] == 3


def test_contention_does_not_use_up_the_tries_of_a_transient_failure() -> None:
    progress = walking(step("a"))
    now = NOW
    for _ in range(5):
        answer(progress, now, a=failed("AnotherOperationInProgress", retryable=True))
        now = next_due(progress, now) or now
    answer(progress, now, a=failed("InternalServerError", retryable=True, maxAttempts=3))
    assert progress.runs["a"]["state"] == "waiting"


def test_retry_after_is_honoured_before_the_next_try() -> None:
    progress = walking(step("a"))
    answer(progress, NOW, a=failed("Busy", retryable=True, retryAfterSeconds=40))
    assert due(progress, NOW + timedelta(seconds=39)) == []
    assert due(progress, NOW + timedelta(seconds=40)) == ["a"]


def test_an_activity_that_gave_no_answer_is_asked_again_and_then_counts_as_failed() -> None:
    progress = walking(step("a"))
    now = NOW
    rounds = 0
    while not progress.finished:
        rounds += bool(answer(progress, now, a=CRASHED))
        now = next_due(progress, now) or now
    assert rounds == 4
    failure = progress.runs["a"]["failure"]
    assert failure
    assert failure["code"] == "OutcomeUnknown"
    assert "the worker is gone" in failure["message"]


def test_an_operation_past_its_deadline_has_failed() -> None:
    progress = walking(step("a", timeoutSeconds=300))
    answer(progress, NOW)
    answer(progress, NOW + timedelta(seconds=301))
    failure = progress.runs["a"]["failure"]
    assert failure
    assert failure["code"] == "OperationTimedOut"


def test_a_walk_goes_on_from_its_runs_alone() -> None:
    progress = walking(step("a"), step("b", "a"))
    answer(progress, NOW, a=DONE)
    again = Progress(progress.plan, progress.runs)
    assert due(again, NOW) == ["b"]


def test_a_no_op_counts_as_succeeded_for_what_depends_on_it() -> None:
    progress = walking(step("a", action="no-op"), step("b", "a"))
    assert due(progress, NOW) == ["b"]


def test_a_look_says_what_it_is_about_and_nothing_of_the_step() -> None:
    progress = walking(step("a", action="update", prior={"big": 1}, changes=[]))
    answer(progress, NOW)
    [watched] = watch(progress, NOW + timedelta(seconds=100))["steps"]
    assert watched["operationUrl"] == "https://arm/operation"
    assert watched["elapsed"] == 100
    assert not {"body", "prior", "changes", "id"} & set(watched)
