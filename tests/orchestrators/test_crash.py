"""The host dies at any moment and comes back: the same end, and nothing done twice that counts."""

from pathlib import Path
from typing import Any

import pytest

from local.functions_host.errors import HostKilled

Json = dict[str, Any]


class Deaths:
    """Kills the host at its nth chance."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0

    def __call__(self, place: str) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise HostKilled


@pytest.mark.parametrize("at", [40, 90, 150, 230])
def test_a_host_killed_mid_way_ends_the_same_once_restarted(
    simulation: Any, lean: Json, tmp_path: Path, at: int
) -> None:
    simulation.host.stop()
    state = tmp_path / "taskhub.db"
    simulation.start(state=state, boundary=Deaths(at))
    started = simulation.request("POST", "deployments", json=lean).json()
    assert simulation.host.killed.wait(60), "the host saw fewer chances to die"
    simulation.host.stop()
    simulation.start(state=state)
    simulation.host.wait_for(started["id"])
    told = simulation.operation(started["id"])
    assert told["status"] == "Succeeded", told["failure"]
    again = simulation.deploy(lean)
    assert again["unchanged"] == len(again["plan"])


def test_kill_9_of_the_host_while_the_gateway_is_being_created(
    simulation: Any, spec: Json, tmp_path: Path
) -> None:
    simulation.host.stop()
    state = tmp_path / "taskhub.db"
    simulation.start(state=state, jumps=False)
    started = simulation.request("POST", "deployments", json=spec).json()
    simulation.advance(minutes=8)
    steps = {s["key"]: s["state"] for s in simulation.operation(started["id"])["steps"]}
    assert steps["express-route-gateway"] == "running"
    simulation.host.kill()
    simulation.start(state=state)
    simulation.host.wait_for(started["id"])
    assert simulation.operation(started["id"])["status"] == "Succeeded"
    gateways = [c for c in simulation.writes() if c["type"].endswith("/virtualNetworkGateways")]
    assert len(gateways) == 1
