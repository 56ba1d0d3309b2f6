"""The app may be down for days: what was under way goes on from where it is in Azure by then."""

from datetime import timedelta
from typing import Any

import pytest

Json = dict[str, Any]


def down(world: Any, state: Any, hours: float) -> None:
    """The host stops, and Azure goes on."""
    world.host.stop()
    world.clock.advance_to(world.clock.now() + timedelta(hours=hours))
    world.start(jumps=False, state=state)


@pytest.mark.parametrize("minutes", [0.2, 6, 20])
def test_a_deployment_goes_on_after_two_days_without_the_app(
    simulation: Any, lean: Json, tmp_path: Any, minutes: float
) -> None:
    simulation.host.stop()
    state = tmp_path / "host.db"
    simulation.start(jumps=False, state=state)
    identity = simulation.request("POST", "deployments", json=lean).json()["id"]
    simulation.advance(minutes=minutes)
    down(simulation, state, 48)
    simulation.advance(hours=3)
    told = simulation.operation(identity)
    assert told["status"] == "Succeeded", told["failure"]
    assert {s["state"] for s in told["steps"]} == {"succeeded"}


def test_a_rollback_goes_on_after_two_days_without_the_app(
    simulation: Any, lean: Json, tmp_path: Any
) -> None:
    there = simulation.resources()
    simulation.host.stop()
    state = tmp_path / "host.db"
    simulation.start(jumps=False, state=state)
    identity = simulation.request("POST", "deployments", json=lean).json()["id"]
    simulation.advance(minutes=12)
    simulation.request("POST", f"operations/{identity}/cancel")
    simulation.advance(minutes=4)
    down(simulation, state, 48)
    simulation.advance(hours=3)
    told = simulation.operation(identity)
    assert (told["status"], told["residue"]) == ("Canceled", [])
    assert simulation.resources() == there


def test_a_destroy_goes_on_after_two_days_without_the_app(
    simulation: Any, lean: Json, tmp_path: Any
) -> None:
    there = set(simulation.resources())
    lean = simulation.standing(lean)
    simulation.host.stop()
    state = tmp_path / "host.db"
    simulation.start(jumps=False, state=state)
    path = f"deployments/{lean['name']}?deleteData=true"
    identity = simulation.request("DELETE", path).json()["id"]
    simulation.advance(minutes=3)
    down(simulation, state, 48)
    simulation.advance(hours=3)
    told = simulation.operation(identity)
    assert (told["status"], told["residue"]) == ("Succeeded", [])
    assert set(simulation.resources()) == there
