"""Plans and progress of operations: kept once, apart from the records, on a real table."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

from shared.deployment.messages import Plan, Remains, Run
from shared.deployment.operation import StepOrder, first_state
from shared.records.errors import PlanUnknown
from shared.records.plans import Plans
from shared.records.records import Records

operations = count()


@pytest.fixture
def operation() -> str:
    """An operation that no other test knows."""
    return f"operation-{next(operations):03}"


@pytest.fixture
def plans(connected: Records) -> Plans:
    return connected.plans


def step(key: str, **changes: Any) -> Any:
    made = {"key": key, "id": f"/{key}", "action": "create", "body": {"of": key}, "prior": None}
    return {**made, "changes": [], "locks": [f"/{key}"], **changes}


def plan(*steps: Any, **changes: Any) -> Plan:
    made: Any = {
        "deployment": "d",
        "purpose": "deploy",
        "steps": list(steps),
        "warnings": [],
        "refusals": [],
        "outputs": {},
        "retained": [],
        **changes,
    }
    whole: Plan = made
    return whole


def order(operation: str, key: str, *, undo: bool = False) -> StepOrder:
    return StepOrder(operation=operation, key=key, undo=undo)


def test_a_plan_is_read_back_as_it_was_kept(plans: Plans, operation: str) -> None:
    made = plan(step("b"), step("a"))
    assert plans.keep(operation, made) == made
    assert plans.find(operation) == made


def test_callers_are_shown_no_bodies_and_snapshots(plans: Plans, operation: str) -> None:
    plans.keep(operation, plan(step("k", prior={"old": 1}, body={"secret": 1})))
    short = plans.short(operation)
    assert short is not None
    assert short["steps"] == [{"key": "k", "id": "/k", "action": "create", "changes": []}]


def test_of_plans_kept_at_once_one_holds_with_all_its_steps(plans: Plans, operation: str) -> None:
    made = [plan(step("a", body={"of": n}), step("b", body={"of": n})) for n in range(16)]
    with ThreadPoolExecutor(16) as pool:
        kept = list(pool.map(lambda each: plans.keep(operation, each), made))
    assert {json.dumps(each) for each in kept} == {json.dumps(plans.find(operation))}
    first, second = plans.get(operation)["steps"]
    assert first["body"] == second["body"]


def test_a_plan_that_comes_late_changes_nothing(plans: Plans, operation: str) -> None:
    plans.keep(operation, plan(step("a")))
    plans.keep(operation, plan(step("a", body={"other": 1}), step("b")))
    assert plans.find(operation) == plan(step("a"))


def test_the_undone_plan_stands_beside_the_plan(plans: Plans, operation: str) -> None:
    plans.keep(operation, plan(step("a")))
    plans.keep(operation, plan(step("a", action="delete")), undo=True)
    assert plans.step(order(operation, "a"))["action"] == "create"
    assert plans.step(order(operation, "a", undo=True))["action"] == "delete"


def test_a_step_that_was_not_planned_is_unknown(plans: Plans, operation: str) -> None:
    plans.keep(operation, plan(step("a")))
    with pytest.raises(PlanUnknown, match="step b of operation"):
        plans.step(order(operation, "b"))
    with pytest.raises(PlanUnknown):
        plans.step(order(operation, "a", undo=True))


def test_a_plan_of_forty_large_steps_is_kept_whole(plans: Plans, operation: str) -> None:
    made = plan(*(step(f"step-{n}", body={"text": "größer 🙂" * 900}) for n in range(40)))
    plans.keep(operation, made)
    assert plans.find(operation) == made


def test_what_azure_says_is_added_to_the_plan(plans: Plans, operation: str) -> None:
    advice: Any = {"code": "C", "message": "m", "target": "t"}
    plans.keep(operation, plan(step("a")))
    plans.advise(operation, [advice], [advice, advice])
    short = plans.short(operation)
    assert short is not None
    assert (len(short["warnings"]), len(short["refusals"])) == (1, 2)


def test_a_state_is_read_back_as_it_was_saved_last(plans: Plans, operation: str) -> None:
    assert plans.state(operation) is None
    state = first_state("deploy")
    runs = {f"step-{n}": Run(state="running", attempts=1) for n in range(40)}
    plans.save_state(operation, {**state, "runs": runs})
    plans.save_state(operation, {**state, "runs": {"a": Run(state="waiting", attempts=0)}})
    assert plans.state(operation) == {**state, "runs": {"a": {"state": "waiting", "attempts": 0}}}


def test_what_a_destroy_has_found_is_kept(plans: Plans, operation: str) -> None:
    assert plans.remains(operation) == {"left": [], "retained": []}
    remains = Remains(left=[], retained=[{"id": "/a", "reason": "r"}])
    plans.save_remains(operation, remains)
    assert plans.remains(operation) == remains


def test_nothing_is_left_of_an_operation_that_is_removed(plans: Plans, operation: str) -> None:
    plans.keep(operation, plan(*(step(f"step-{n}") for n in range(40))))
    plans.save_state(operation, first_state("deploy"))
    plans.remove(operation)
    plans.remove(operation)
    assert (plans.find(operation), plans.state(operation)) == (None, None)
