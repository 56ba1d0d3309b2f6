"""The local stack as people run it: child processes, real ports, a host that is killed for real."""

import json
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack import LocalStack, PortTaken

ROOT = Path(__file__).parents[2]

Json = dict[str, Any]

pytestmark = pytest.mark.timeout(200)


def until(look: Callable[[], Json], seen: Callable[[Json], bool]) -> Json:
    """Look again and again until something is seen; the time limit of the test bounds it."""
    while True:
        told = look()
        if seen(told):
            return told


def creates_the_gateway(told: Json) -> bool:
    steps = {step["key"]: step["state"] for step in told.get("steps", [])}
    return steps.get("express-route-gateway") == "running"


def test_kill_9_of_the_host_while_the_gateway_is_created_loses_nothing(
    tmp_path: Path, load_sample: Callable[[str], Json], surroundings: list[Json]
) -> None:
    spec = load_sample("recipe") | {"gateway": {"mode": "none"}, "bastion": {"enabled": False}}
    with LocalStack(
        ROOT, folder=tmp_path, speed=240, port=0, arm_port=0, surroundings=surroundings
    ) as stack:
        started = httpx.post(f"{stack.url}/api/deployments", json=spec, timeout=60).json()

        def look() -> Json:
            path = f"{stack.url}/api/operations/{started['id']}"
            told: Json = httpx.get(path, timeout=60).json()
            return told

        until(look, creates_the_gateway)
        stack.host.kill()
        stack.start_host()
        told = until(look, lambda told: told["status"] != "Running")
        assert told["status"] == "Succeeded", told["failure"]
        made = {item["id"].casefold() for item in stack.azure("GET", "resources")["value"]}
        planned = {s["id"].casefold() for s in told["plan"] if s["key"] != "postgres-parameters"}
        assert planned <= made
    assert "Traceback" not in (tmp_path / "host.log").read_text(encoding="utf-8")


def test_a_stack_carries_on_with_what_an_earlier_one_left(
    tmp_path: Path, surroundings: list[Json]
) -> None:
    options: Any = {"folder": tmp_path, "port": 0, "arm_port": 0, "surroundings": surroundings}
    with LocalStack(ROOT, **options) as first:
        there = {item["id"] for item in first.azure("GET", "resources")["value"]}
    with LocalStack(ROOT, **options) as second:
        assert {item["id"] for item in second.azure("GET", "resources")["value"]} == there
        assert httpx.get(f"{second.url}/api/health").json() == {"status": "healthy"}
    assert json.loads((ROOT / "samples" / "surroundings.json").read_text()) == surroundings


def test_a_stack_that_is_started_again_finishes_the_deployment_that_it_was_stopped_in(
    tmp_path: Path, load_sample: Callable[[str], Json], surroundings: list[Json]
) -> None:
    spec = load_sample("recipe") | {"gateway": {"mode": "none"}, "bastion": {"enabled": False}}
    options: Any = {"folder": tmp_path, "port": 0, "arm_port": 0, "surroundings": surroundings}

    def look(stack: LocalStack) -> Json:
        path = f"{stack.url}/api/operations/{identity}"
        told: Json = httpx.get(path, timeout=60).json()
        return told

    with LocalStack(ROOT, speed=240, **options) as first:
        started = httpx.post(f"{first.url}/api/deployments", json=spec, timeout=60)
        identity = started.json()["id"]
        until(lambda: look(first), creates_the_gateway)
    with LocalStack(ROOT, speed=480, **options) as second:
        told = until(lambda: look(second), lambda told: told["status"] != "Running")
    assert told["status"] == "Succeeded", told["failure"]
    began, ended = (datetime.fromisoformat(told[name]) for name in ("startedAt", "endedAt"))
    assert ended - began < timedelta(days=1), "days, where host and Azure differ in time"


def test_a_port_that_is_taken_is_named_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"^port {port} is taken; choose another with --port"):
            LocalStack(ROOT, folder=tmp_path, port=port, arm_port=0).start()
        with pytest.raises(PortTaken, match=rf"^port {port} is taken.*--arm-port"):
            LocalStack(ROOT, folder=tmp_path, port=0, arm_port=port).start()
