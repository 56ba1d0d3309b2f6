"""What crosses the durable border stays small, however much a deployment is made of."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrators.walk import MOST
from shared.deployment.messages import Failure, Outcome, Plan, Remains, Run
from shared.deployment.operation import (
    Before,
    ListenOrder,
    PlanAnswer,
    StateReport,
    SubmitAnswer,
    first_state,
    outline,
)
from shared.deployment.walks.ending import Story, ending
from shared.deployment.walks.listening import watch
from shared.deployment.walks.progress import Progress
from shared.deployment.walks.status import STATUS_LIMIT, ended, fitting
from shared.deployment.walks.undo import residue, undone

LARGEST = 45_000  # bytes of a message; a larger one takes a detour by way of a blob
MANY = 40
GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/" + "g" * 90
URL = f"https://management.azure.com{GROUP}/operations/{'0' * 36}?c={'x' * 200}"


def step(number: int, **changes: Any) -> Any:
    key = f"a-resource-with-a-long-key-{number:02}"
    made = {
        "key": key,
        "armType": "Microsoft.Network/networkSecurityGroups",
        "id": f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/{key}",
        "action": "create",
        "body": {"properties": {"rules": ["x" * 500] * 20}},
        "prior": None,
        "changes": [],
        "dependsOn": [
            f"a-resource-with-a-long-key-{n:02}" for n in range(max(0, number - 4), number)
        ],
        "startsAfter": [],
        "locks": [f"{GROUP}/{key}", f"{GROUP}/shared"],
        "expectedSeconds": 100.0,
        "timeoutSeconds": 1000.0,
        "undoSeconds": 50.0,
    }
    return {**made, **changes}


def plan(**changes: Any) -> Plan:
    return Plan(
        deployment="d",
        purpose="deploy",
        steps=[step(number, **changes) for number in range(MANY)],
        warnings=[],
        refusals=[],
        outputs={},
        retained=[],
    )


def running() -> Run:
    at = "2026-01-01T00:00:00.123456+00:00"
    return Run(
        state="running",
        attempts=1,
        startedAt=at,
        lookedAt=at,
        operationAfter=at,
        legStartedAt=at,
        legEndsAt=at,
        operationUrl=URL,
        failure=None,
    )


def lost(message: str = "m" * 500) -> Run:
    failure = Failure(code="ScopeLocked", message=message, retryable=False)
    return Run(state="failed", attempts=3, startedAt="2026-01-01T00:00:00+00:00", failure=failure)


def size(message: Any) -> int:
    return len(json.dumps(message).encode())


def test_the_outline_of_forty_steps_is_a_small_message() -> None:
    assert size(PlanAnswer(outline=outline(plan()))) < LARGEST


@pytest.mark.parametrize("run", [running(), lost()], ids=["running", "failed"])
def test_the_state_of_forty_steps_is_a_small_message(run: Run) -> None:
    shown = outline(plan())
    state = first_state("deploy")
    runs = {s["key"]: run for s in shown["steps"]}
    report = StateReport(operation="o" * 60, state={**state, "outline": shown, "runs": runs})
    assert size(report) < LARGEST


def test_a_score_for_forty_short_steps_under_way_is_a_small_message() -> None:
    shown = outline(plan(dependsOn=[], locks=[], expectedSeconds=4.0))
    ends = "2026-01-01T00:00:04+00:00"
    runs = {s["key"]: Run(**{**running(), "legEndsAt": ends}) for s in shown["steps"]}
    score = watch(Progress(shown, runs), datetime(2026, 1, 1, second=10, tzinfo=UTC))
    assert len(score["steps"]) == MANY
    order = ListenOrder(operation="o" * 60, undo=False, watch=score, cancelable=True)
    assert size(order) < LARGEST


def test_the_answers_to_as_many_submits_as_are_made_at_once_are_a_small_message() -> None:
    failure = Failure(code="c" * 100, message="m" * 500, retryable=True, retryAfterSeconds=10.0)
    refused = Outcome(key="k" * 40, state="failed", failure=failure, operationUrl=URL * 3)
    assert size(SubmitAnswer(outcomes={f"{n:>40}": refused for n in range(MOST)})) < LARGEST


def test_locks_that_nobody_else_needs_are_left_out_of_the_outline() -> None:
    assert {tuple(s["locks"]) for s in outline(plan())["steps"]} == {("0",)}


def test_steps_without_work_are_left_out_of_the_outline() -> None:
    assert outline(plan(action="no-op"))["steps"] == []


@pytest.mark.parametrize("message", ["m" * 500, "ß" * 500, "\N{GRINNING FACE}" * 500])
def test_the_end_of_a_rollback_of_which_nothing_could_be_undone_fits_a_status(message: str) -> None:
    undo = undone(plan(), {s["key"]: running() for s in plan()["steps"]})
    runs = {s["key"]: lost(message) for s in undo["steps"]}
    state = first_state("deploy")
    root = Failure(code="QuotaExceeded", message="the root", retryable=False)
    nothing = Remains(left=[], retained=[])
    story = Story(
        plan=plan(),
        undone=undo,
        remains=nothing,
        before=Before(inventory={}, health="NotDeployed"),
        now={},
    )
    end = ending({**state, "phase": "rolling-back", "runs": runs}, story, root)
    assert len(json.dumps(end.custom_status, ensure_ascii=False).encode("utf-16-le")) <= 16_384
    assert end.custom_status["failure"]["code"] == "QuotaExceeded"
    assert len(end.result["residue"]) == MANY, "the whole list is in the operation"


def test_what_fits_a_status_is_told_whole() -> None:
    told = {"steps": [{"key": "a", "detail": "d" * 300}], "phase": "deploying"}
    assert fitting(told) == told


def test_even_a_thousand_steps_fit_a_status() -> None:
    steps = [{"key": f"step-{n}", "action": "create", "state": "running"} for n in range(1000)]
    told = ended("Failed", steps=steps, failure=None, residue=residue(plan(), {}))
    assert len(json.dumps(told)) <= STATUS_LIMIT
    assert told["leftOut"] > 900
