"""What has ended long ago is cleared away by the timer; what runs, and what is there, stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.world import World
from shared.settings import settings

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def forgetful(simulation: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The app where what has ended is kept for a day, in a world that stands still."""
    simulation.host.stop()
    settings.cache_clear()
    simulation.settings["RETENTION_DAYS"] = "1"
    yield simulation.start(jumps=False)
    settings.cache_clear()


def test_the_timer_leaves_what_runs_and_what_ended_lately(still: Any, small: Json) -> None:
    identity = still.request("POST", "deployments", json=small).json()["id"]
    still.advance(hours=30)  # it has fired at a quarter past two
    told = still.operation(identity)
    assert told["status"] == "Succeeded"
    assert still.request("GET", f"operations/{identity}/status").status_code == 200
    assert still.request("GET", f"deployments/{small['name']}").json()["status"] == "Deployed"


def instance(world: Any, identity: str) -> int:
    status: int = world.request("GET", f"operations/{identity}/status").status_code
    return status


def test_what_ended_before_the_retention_is_gone_with_its_instance(
    forgetful: Any, small: Json
) -> None:
    identity = forgetful.request("POST", "deployments", json=small).json()["id"]
    forgetful.advance(hours=5)
    planned = forgetful.request("POST", f"deployments/{small['name']}/plan").json()["id"]
    forgetful.advance(hours=1)
    assert [instance(forgetful, each) for each in (identity, planned)] == [200, 200]
    forgetful.advance(hours=72)
    for each in (identity, planned):
        assert forgetful.request("GET", f"operations/{each}").status_code == 404
        assert instance(forgetful, each) == 404
    record = forgetful.request("GET", f"deployments/{small['name']}").json()
    assert (record["status"], len(record["inventory"]) > 5) == ("Deployed", True)


def test_what_waits_for_days_is_not_cleared_away(forgetful: Any, small: Json) -> None:
    asked = small | {"approval": {"withinHours": 168}}
    identity = forgetful.request("POST", "deployments", json=asked).json()["id"]
    forgetful.advance(hours=100)
    told = forgetful.operation(identity)
    assert (told["status"], told["phase"]) == ("Running", "awaiting-approval")
    assert instance(forgetful, identity) == 202
