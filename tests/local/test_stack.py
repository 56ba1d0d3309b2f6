"""The local stack as people run it: child processes, real ports, a host that is killed for real."""

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.__main__ import main
from local.stack import LocalStack, PortTaken
from local.world import read_json
from shared.deployment.tracing import trace_of
from shared.telemetry.measures import DURATION
from tests.otlp import Receiver

ROOT = Path(__file__).parents[2]

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

Json = dict[str, Any]

pytestmark = pytest.mark.timeout(300)


def until(look: Callable[[], Json], seen: Callable[[Json], bool]) -> Json:
    """Look again and again until something is seen; the time limit of the test bounds it."""
    while True:
        told = look()
        if seen(told):
            return told


def creates_the_gateway(told: Json) -> bool:
    steps = {step["key"]: step["state"] for step in told.get("steps", [])}
    return steps.get("express-route-gateway") == "running"


@dataclass
class Survived:
    """A deployment whose host was killed while the gateway was created, and what was told of it."""

    told: Json
    resources: set[str]
    spans: list[Json]
    measures: list[Json]
    log: str


@pytest.fixture(scope="module")
def survived(
    tmp_path_factory: pytest.TempPathFactory, surroundings: list[Json]
) -> Iterator[Survived]:
    spec = read_json(ROOT / "samples" / "recipe.json") | {
        "name": "survivor",
        "gateway": {"mode": "none"},
        "bastion": {"enabled": False},
    }
    folder = tmp_path_factory.mktemp("killed")
    with ExitStack() as all_of_it:
        receiver = all_of_it.enter_context(Receiver())
        environment = all_of_it.enter_context(pytest.MonkeyPatch.context())
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        stack = LocalStack(
            ROOT, folder=folder, speed=240, port=0, arm_port=0, surroundings=surroundings
        )
        all_of_it.enter_context(stack)
        headers = {"traceparent": CALLER}
        started = httpx.post(
            f"{stack.url}/api/deployments", json=spec, timeout=60, headers=headers
        ).json()

        def look() -> Json:
            path = f"{stack.url}/api/operations/{started['id']}"
            told: Json = httpx.get(path, timeout=60).json()
            return told

        until(look, creates_the_gateway)
        stack.host.kill()
        stack.start_host()
        told = until(look, lambda told: told["status"] != "Running")
        root = trace_of(started["id"]).root
        receiver.wait_for(lambda there: any(span["id"] == root for span in there.spans))
        receiver.wait_for(lambda there: any(m["name"] == DURATION.name for m in there.measures))
        yield Survived(
            told=told,
            resources={i["id"].casefold() for i in stack.azure("GET", "resources")["value"]},
            spans=list(receiver.spans),
            measures=list(receiver.measures),
            log=(folder / "host.log").read_text(encoding="utf-8"),
        )


def test_kill_9_of_the_host_while_the_gateway_is_created_loses_nothing(survived: Survived) -> None:
    assert survived.told["status"] == "Succeeded", survived.told["failure"]
    plan = survived.told["plan"]
    planned = {step["id"].casefold() for step in plan if step["key"] != "postgres-parameters"}
    assert planned <= survived.resources
    assert "Traceback" not in survived.log


def test_over_a_kill_9_every_step_is_told_once_and_the_operation_too(survived: Survived) -> None:
    mine = [span for span in survived.spans if span["trace"] == CALLER[3:35]]
    told = [*survived.told["steps"], *survived.told["checks"]]
    walked = [step for step in told if "settledAt" in step]
    names = Counter(span["name"] for span in mine if span["kind"] == 1)
    assert names == Counter(f"{step['action']} {step['key']}" for step in walked)
    (operation,) = [span for span in mine if span["kind"] == 2]
    assert (operation["name"], operation["parent"]) == ("deploy", CALLER[36:52])


def test_over_a_kill_9_no_call_is_told_twice_and_each_hangs_on_its_step(survived: Survived) -> None:
    calls = [s for s in survived.spans if s["kind"] == 3 and s["trace"] == CALLER[3:35]]
    parents = {span["id"]: span["name"] for span in survived.spans if span["kind"] != 3}
    ids = Counter(span["id"] for span in survived.spans)
    assert set(ids.values()) == {1}
    assert {span["parent"] for span in calls} <= set(parents)
    written = [span for span in calls if span["name"].startswith("PUT ")]
    assert written
    assert all(parents[span["parent"]].startswith("create ") for span in written)


def test_what_is_measured_of_an_operation_is_measured_once(survived: Survived) -> None:
    durations = [m for m in survived.measures if m["name"] == DURATION.name]
    (mine,) = [m for m in durations if m["hybriddb.kind"] == "deploy"]
    began, ended = (
        datetime.fromisoformat(survived.told[name]) for name in ("startedAt", "endedAt")
    )
    assert mine["value"] == pytest.approx((ended - began).total_seconds())


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


@pytest.mark.parametrize("given", ["65536", "-1", "http", "1_0", "²"])
def test_what_is_no_port_is_refused_in_one_sentence(
    given: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["local", f"--port={given}"])
    with pytest.raises(SystemExit):
        main()
    assert f"argument --port: {given} is no port" in capsys.readouterr().err


def test_a_port_that_is_taken_is_named_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"^port {port} is taken; choose another with --port"):
            LocalStack(ROOT, folder=tmp_path, port=port, arm_port=0).start()
        with pytest.raises(PortTaken, match=rf"^port {port} is taken.*--arm-port"):
            LocalStack(ROOT, folder=tmp_path, port=0, arm_port=port).start()
