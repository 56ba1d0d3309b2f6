"""What has ended long ago is cleared away by the timer; what runs, and what is there, stays."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.settings import settings
from tests.conftest import Simulation

Json = dict[str, Any]


@pytest.fixture
def quiet(simulation: Any) -> Simulation:
    """The app in a world that stands still, looking for drift once a day: days pass quickly."""
    simulation.host.stop()
    simulation.settings["DRIFT_SCHEDULE"] = "0 0 0 * * *"
    there: Simulation = simulation.start(jumps=False)
    return there


@pytest.fixture
def forgetful(quiet: Any) -> Iterator[Simulation]:
    """The same where what has ended is kept for a day."""
    quiet.host.stop()
    settings.cache_clear()
    quiet.settings["RETENTION_DAYS"] = "1"
    yield quiet.start(jumps=False)
    settings.cache_clear()


def test_the_timer_leaves_what_runs_and_what_ended_lately(quiet: Any, small: Json) -> None:
    identity = quiet.request("POST", "deployments", json=small).json()["id"]
    quiet.advance(hours=30)  # it has fired at a quarter past two
    told = quiet.operation(identity)
    assert told["status"] == "Succeeded"
    assert quiet.request("GET", f"operations/{identity}/status").status_code == 200
    assert quiet.request("GET", f"deployments/{small['name']}").json()["status"] == "Deployed"


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
    forgetful.advance(hours=60)
    told = forgetful.operation(identity)
    assert (told["status"], told["phase"]) == ("Running", "awaiting-approval")
    assert instance(forgetful, identity) == 202
