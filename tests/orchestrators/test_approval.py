"""A plan that has to be approved: nothing is written before a person says yes."""

from typing import Any

import pytest

Json = dict[str, Any]


@pytest.fixture
def waiting(simulation: Any, lean: Json) -> Any:
    """A world whose time stands still, and in it a deployment that waits for approval."""
    simulation.host.stop()
    simulation.start(jumps=False)
    gated = lean | {"approval": {"withinHours": 3}}
    simulation.started = simulation.request("POST", "deployments", json=gated).json()["id"]
    simulation.advance(minutes=1)
    return simulation


def decide(world: Any, verb: str) -> Any:
    return world.request("POST", f"operations/{world.started}/{verb}")


def told(world: Any) -> Json:
    answer: Json = world.operation(world.started)
    return answer


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_it_waits_with_its_plan_in_view_and_nothing_written(waiting: Any) -> None:
    waiting.advance(hours=2)
    now = told(waiting)
    assert (now["status"], now["phase"]) == ("Running", "awaiting-approval")
    assert {step["action"] for step in now["plan"]} == {"create"}
    assert "approveBefore" in now
    assert waiting.writes() == []


def test_once_approved_it_is_deployed(waiting: Any) -> None:
    answer = decide(waiting, "approve")
    assert (answer.status_code, answer.json()["decision"]) == (202, "approve")
    waiting.advance(hours=2)
    assert told(waiting)["status"] == "Succeeded", told(waiting)["failure"]


def test_rejected_it_ends_with_nothing_written(waiting: Any) -> None:
    decide(waiting, "reject")
    waiting.advance(hours=1)
    now = told(waiting)
    assert (now["status"], now["failure"]["code"]) == ("Canceled", "Rejected")
    assert waiting.writes() == []


def test_cancelled_it_ends_with_nothing_written(waiting: Any) -> None:
    decide(waiting, "cancel")
    waiting.advance(hours=1)
    now = told(waiting)
    assert (now["status"], now["failure"]["code"]) == ("Canceled", "Canceled")
    assert waiting.writes() == []


def test_decided_by_nobody_in_time_it_fails_with_nothing_written(waiting: Any) -> None:
    waiting.advance(hours=4)
    now = told(waiting)
    assert (now["status"], now["failure"]["code"]) == ("Failed", "ApprovalTimedOut")
    assert waiting.writes() == []


def test_what_changed_since_the_plan_was_made_is_not_overwritten(waiting: Any) -> None:
    step = next(s for s in told(waiting)["plan"] if s["key"] == "route-table")
    waiting.azure.put(step["id"], {"location": "eastus", "tags": {"of": "somebody"}})
    decide(waiting, "approve")
    waiting.advance(hours=1)
    now = told(waiting)
    assert (now["status"], now["failure"]["code"]) == ("Failed", "PlanStale")
    assert waiting.resources()[step["id"]]["tags"] == {"of": "somebody"}
    assert waiting.writes() == []


def test_a_decision_is_made_once(waiting: Any) -> None:
    assert decide(waiting, "approve").status_code == 202
    assert decide(waiting, "approve").status_code == 202
    assert code(decide(waiting, "reject")) == (409, "NotAwaitingApproval")


def test_a_decision_on_what_has_ended_is_refused(waiting: Any) -> None:
    decide(waiting, "reject")
    waiting.advance(hours=1)
    assert code(decide(waiting, "approve")) == (409, "NotAwaitingApproval")


def test_an_operation_that_needs_no_approval_takes_no_decision(waiting: Any, lean: Json) -> None:
    open_ = lean | {"name": f"{lean['name']}-open", "resourceGroup": "rg-open"}
    waiting.started = waiting.request("POST", "deployments", json=open_).json()["id"]
    waiting.advance(minutes=5)
    assert told(waiting)["phase"] == "deploying"
    assert code(decide(waiting, "approve")) == (409, "NotAwaitingApproval")


def test_an_update_that_drops_the_gate_and_a_destroy_wait_as_well(waiting: Any, lean: Json) -> None:
    decide(waiting, "approve")
    waiting.advance(hours=2)
    ungated = lean | {"tags": {"another": "tag"}}
    path = f"deployments/{lean['name']}"
    waiting.started = waiting.request("PUT", path, json=ungated).json()["id"]
    waiting.advance(minutes=5)
    assert told(waiting)["phase"] == "awaiting-approval"
    decide(waiting, "reject")
    waiting.advance(hours=1)
    waiting.started = waiting.request("DELETE", f"{path}?deleteData=true").json()["id"]
    waiting.advance(minutes=5)
    assert told(waiting)["phase"] == "awaiting-approval"


def test_where_nothing_would_change_nobody_is_asked(waiting: Any, lean: Json) -> None:
    decide(waiting, "approve")
    waiting.advance(hours=2)
    gated = lean | {"approval": {"withinHours": 24}}
    path = f"deployments/{lean['name']}"
    waiting.started = waiting.request("PUT", path, json=gated).json()["id"]
    waiting.advance(minutes=5)
    assert told(waiting)["status"] == "Succeeded"
