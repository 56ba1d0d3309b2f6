"""The host dies at any moment and comes back: the same end, and nothing done twice that counts."""

import json
from pathlib import Path
from typing import Any

from local.functions_host.engine.history import EventType
from local.functions_host.errors import HostKilled

Json = dict[str, Any]


def test_an_end_that_is_recorded_again_after_a_crash_is_no_failure(
    simulation: Any, lean: Json, tmp_path: Path
) -> None:
    def boundary(place: str) -> None:
        if place.startswith("after answer: activity record_end"):
            raise HostKilled

    simulation.host.stop()
    state = tmp_path / "taskhub.db"
    simulation.start(state=state, boundary=boundary)
    path = f"deployments/{lean['name']}/plan"
    identity = simulation.request("POST", path, json=lean).json()["id"]
    assert simulation.host.killed.wait(60)
    simulation.host.stop()
    simulation.start(state=state)
    simulation.host.wait_for(identity)
    history = simulation.host.history(identity)
    answers = [e["Result"] for e in history if e["EventType"] == EventType.TASK_COMPLETED]
    assert json.loads(answers[-1])["status"] == "Succeeded", "it was saved without a failure"


def test_kill_9_of_the_host_while_the_gateway_is_being_created(
    simulation: Any, spec: Json, tmp_path: Path
) -> None:
    simulation.host.stop()
    state = tmp_path / "taskhub.db"
    simulation.start(state=state, jumps=False)
    started = simulation.request("POST", "deployments", json=spec).json()
    simulation.advance(minutes=8)
    steps = {s["key"]: s for s in simulation.operation(started["id"])["steps"]}
    assert steps["express-route-gateway"]["state"] == "running", steps
    simulation.host.kill()
    simulation.start(state=state)
    simulation.host.wait_for(started["id"])
    assert simulation.operation(started["id"])["status"] == "Succeeded"
    gateways = [c for c in simulation.writes() if c["type"].endswith("/virtualNetworkGateways")]
    assert len(gateways) == 1
