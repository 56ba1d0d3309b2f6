"""Recorded histories: the same on every clock, and replayed by the SDK to the byte (55, 56).

`golden/<orchestrator>.json` holds the requests that the host sent and the answers that the SDK
gave. After a wanted change of the protocol, delete a file and run the tests: it is recorded anew,
and that run fails so that nobody overlooks it.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import azure.functions as func
import httpx
import pytest

from local.clock import Clock, RunningClock, VirtualClock
from local.functions_host.host import FunctionsHost
from local.functions_host.worker.loader import loaded
from local.functions_host.worker.timestamps import remembered

APP = Path(__file__).parents[1] / "app"
GOLDEN = Path(__file__).parent / "golden"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")

pytestmark = pytest.mark.usefixtures("settings")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")
    monkeypatch.setenv("RECORD", str(tmp_path / "record"))


@pytest.fixture
def start() -> Iterator[Callable[..., FunctionsHost]]:
    hosts = []

    def start(clock: Clock, **options: Any) -> FunctionsHost:
        numbers = count()
        host = FunctionsHost(APP, clock=clock, new_id=lambda: f"{next(numbers):032x}", **options)
        hosts.append(host)
        return host.start()

    yield start
    for host in hosts:
        host.stop()


def begin(host: FunctionsHost, name: str) -> None:
    assert httpx.post(f"{host.url}/api/start/{name}/i1").status_code == 202


def without_moments(host: FunctionsHost, instance_id: str) -> str:
    return MOMENT.sub("-", json.dumps(host.history(instance_id)))


@pytest.mark.case(55)
def test_a_45_minute_poll_leaves_the_same_history_on_a_virtual_and_on_a_running_clock(
    start: Callable[..., FunctionsHost],
) -> None:
    histories = []
    for clock in (VirtualClock(), RunningClock(speed=20_000)):
        host = start(clock)
        begin(host, "poll")
        assert host.wait_for("i1")["output"] == "done"
        histories.append(without_moments(host, "i1"))
        host.stop()
    assert histories[0] == histories[1]
    assert histories[0].count('"EventType": 11') == 45


def record(host: FunctionsHost, name: str) -> list[dict[str, Any]]:
    """Run an orchestration on a virtual clock; its exchanges."""
    exchanges: list[dict[str, Any]] = []
    for function in host.functions:
        if function.name == name:
            observe(function, exchanges)
    begin(host, name)
    host.wait_idle()
    if name == "approval":
        url = f"{host.url}/runtime/webhooks/durabletask/instances/i1/raiseEvent/approved-0"
        assert httpx.post(url, json={"by": "ann"}).status_code == 202
        host.wait_idle()
    host.advance(timedelta(hours=1))
    assert host.wait_for("i1")["runtimeStatus"] == "Completed"
    return exchanges


def observe(function: Any, exchanges: list[dict[str, Any]]) -> None:
    replay = function.call

    def call(context: func.OrchestrationContext) -> str:
        answer: str = replay(context)
        exchanges.append({"request": json.loads(context.body), "answer": answer})
        return answer

    object.__setattr__(function, "call", call)


RECORDED = ["journey", "approval"]


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.case(56)
def test_the_host_sends_the_requests_that_were_recorded(
    start: Callable[..., FunctionsHost], name: str
) -> None:
    host = start(VirtualClock(), jumps=False)
    exchanges = record(host, name)
    file = GOLDEN / f"{name}.json"
    if not file.exists():
        file.write_text(json.dumps(exchanges, indent=1, sort_keys=True) + "\n")
        pytest.fail(f"{file.name} was missing and is recorded now: look at it and commit it")
    assert exchanges == json.loads(file.read_text())


@pytest.mark.parametrize("around", [nullcontext, remembered])
@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.case(56)
def test_the_sdk_answers_the_recorded_requests_to_the_byte(name: str, around: Any) -> None:
    exchanges = json.loads((GOLDEN / f"{name}.json").read_text())
    with around(), loaded(APP) as functions:
        (replay,) = [f.call for f in functions if f.name == name]
        for exchange in exchanges:
            context = func.OrchestrationContext(json.dumps(exchange["request"]))
            assert replay(context=context) == exchange["answer"]
