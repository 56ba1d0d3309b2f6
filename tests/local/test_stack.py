"""The local stack as people run it: child processes, real ports, a host that is killed for real."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack import LocalStack

ROOT = Path(__file__).parents[2]

Json = dict[str, Any]

pytestmark = pytest.mark.timeout(200)


def until(look: Callable[[], Json], seen: Callable[[Json], bool]) -> Json:
    """Look again and again until something is seen; the time limit of the test bounds it."""
    while True:
        told = look()
        if seen(told):
            return told


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

        def creating(told: Json) -> bool:
            steps = {step["key"]: step["state"] for step in told.get("steps", [])}
            return steps.get("express-route-gateway") == "running"

        until(look, creating)
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
