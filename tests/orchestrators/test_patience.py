"""An outage is waited out: what Azure goes on building meanwhile is worth half an hour."""

from typing import Any

import pytest

Json = dict[str, Any]


def outage(world: Any, minutes: float, **what: Any) -> None:
    """Nothing is answered for a while."""
    world.azure.fail(times=0, status=503, code="ServiceUnavailable", **what)
    world.advance(minutes=minutes)
    world.azure.clear_faults()


@pytest.mark.parametrize(("begins", "lasts"), [(0.2, 25), (4, 25), (10, 5)])
def test_an_outage_during_a_creation_fails_nothing(
    still: Any, lean: Json, begins: float, lasts: float
) -> None:
    identity = still.request("POST", "deployments", json=lean).json()["id"]
    still.advance(minutes=begins)
    outage(still, lasts)
    still.advance(hours=3)
    told = still.operation(identity)
    assert told["status"] == "Succeeded", told["failure"]


@pytest.mark.parametrize("lasts", [0.75, 10, 25])
def test_an_outage_during_a_rollback_leaves_nothing_behind(
    still: Any, lean: Json, lasts: float
) -> None:
    there = still.resources()
    identity = still.request("POST", "deployments", json=lean).json()["id"]
    still.advance(minutes=12)
    still.request("POST", f"operations/{identity}/cancel")
    while still.operation(identity)["phase"] in {"deploying", "canceling"}:
        still.advance(seconds=20)
    outage(still, lasts)
    still.advance(hours=3)
    told = still.operation(identity)
    assert (told["status"], told["residue"]) == ("Canceled", [])
    assert still.resources() == there


def test_a_cancel_shows_at_once_and_says_what_it_waits_for(still: Any, lean: Json) -> None:
    identity = still.request("POST", "deployments", json=lean).json()["id"]
    still.advance(minutes=12)
    answer = still.request("POST", f"operations/{identity}/cancel").json()
    assert (answer["phase"], answer["cancelRequested"]) == ("canceling", True)
    still.advance(minutes=3)
    told = still.operation(identity)
    assert (told["phase"], told["waitsFor"]) == ("canceling", ["express-route-gateway"])
    assert "expectedEnd" in told


def test_an_approval_is_answered_with_the_state_of_that_moment(still: Any, lean: Json) -> None:
    gated = lean | {"approval": {"withinHours": 3}}
    identity = still.request("POST", "deployments", json=gated).json()["id"]
    still.advance(minutes=1)
    answer = still.request("POST", f"operations/{identity}/approve").json()
    assert (answer["phase"], answer["decision"]) == ("awaiting-approval", "approve")
