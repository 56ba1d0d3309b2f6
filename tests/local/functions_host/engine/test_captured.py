"""The wire is that of the real extension: what it sent and showed for the same orchestrators.

`captured/<orchestrator>.json` holds the requests that the Durable Task extension 3.19.0 (with
DurableTask.AzureStorage 2.11.2 on Azurite) sent for one instance, and its status with history.
Ids and moments differ from run to run; every other member and value has to be the same, except
the details of a .NET exception, of which this host has none.
"""

# mypy: disable-error-code="no-any-return"

import json
import re
from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]
Json = dict[str, Any]

CAPTURED = Path(__file__).parent / "captured"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?(Z|\+00:00)")
DETAILS = re.compile(r" \n (\.\.\.|None)$")


def hello(name: str) -> str:
    return f"Hello {name}!"


def boom(text: str) -> str:
    raise ValueError(text)


def sequence(context: Context) -> Steps:
    said = []
    for city in ("Tokyo", "Oslo"):
        said.append((yield context.call_activity("hello", city)))
    context.set_custom_status({"said": len(said)})
    return said


def parent(context: Context) -> Steps:
    said = yield context.call_sub_orchestrator("sequence", {"n": 1}, "child-1")
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=2))
    return said


def waiting(context: Context) -> Steps:
    return (yield context.wait_for_external_event("go"))


def raising(context: Context) -> Steps:
    context.set_custom_status({"phase": "before"})
    yield context.call_activity("hello", "x")
    raise RuntimeError("no way on")


def failing(context: Context) -> Steps:
    yield context.call_activity("boom", "it broke")


def retrying(context: Context) -> Steps:
    try:
        yield context.call_activity_with_retry("boom", df.RetryOptions(1000, 2), "again")
    except Exception as error:
        return str(error)


def oversized(context: Context) -> Steps:
    context.set_custom_status({"text": "x" * 9000})
    yield context.call_activity("hello", "x")
    return "never"


def oversized_late(context: Context) -> Steps:
    yield context.call_activity("hello", "x")
    context.set_custom_status({"text": "x" * 9000})
    yield context.call_activity("hello", "y")
    return "never"


def race(context: Context) -> Steps:
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=60))
    event = context.wait_for_external_event("go")
    won = yield context.task_any([timer, event])
    timer.cancel()
    return won == event


def captured(name: str) -> Json:
    loaded: Json = json.loads((CAPTURED / f"{name}.json").read_text())
    return loaded


def same(value: Any, key: str = "") -> Any:
    """A value with its ids, moments and .NET details taken out."""
    if isinstance(value, dict):
        return {k: same(v, k) for k, v in value.items() if k != "Details"}
    if isinstance(value, list):
        return [same(item, key) for item in value]
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return "a moment" + value[value.index("T") + 9 :].lstrip(".0123456789")
    if key == "ExecutionId":
        return "an id"
    return DETAILS.sub("", value) if isinstance(value, str) else value


def run(bench: "Bench", function: Callable[..., Steps], *others: Callable[..., Any]) -> str:
    """Start the instance that was captured; its id. Strict mode would ask everything twice."""
    bench.start(function, *others, strict=False, jumps=function is not race)
    name = function.__name__
    return bench.begin(name, captured(name)["status"]["input"] and {"k": 1}, id=f"{name}-1")


def status(bench: "Bench", name: str) -> Json:
    path = f"instances/{name}-1?showHistory=true&showHistoryOutput=true"
    shown: Json = bench.call("GET", path).json()
    return shown


def requests(bench: "Bench", name: str) -> list[Json]:
    return [request for request, _ in bench.exchanges if request["instanceId"] == f"{name}-1"]


def check(bench: "Bench", name: str) -> None:
    bench.host.wait_idle()
    wanted = captured(name)
    assert same(requests(bench, name)) == same(wanted["requests"])
    assert same(status(bench, name)) == same(wanted["status"])


@pytest.mark.parametrize(
    "function", [sequence, raising, failing, retrying, oversized, oversized_late]
)
def test_an_orchestrator_is_asked_and_shown_as_the_extension_does(
    bench: "Bench", function: Callable[..., Steps]
) -> None:
    run(bench, function, hello, boom)
    check(bench, function.__name__)


def test_a_child_and_a_timer_are_asked_and_shown_as_the_extension_does(bench: "Bench") -> None:
    run(bench, parent, sequence, hello)
    check(bench, "parent")


def test_an_event_that_beats_a_timer_is_asked_and_shown_as_the_extension_does(
    bench: "Bench",
) -> None:
    race_id = run(bench, race)
    bench.advance(seconds=10)
    bench.raise_event("go", {"a": 1}, id=race_id)
    check(bench, "race")


def test_suspending_and_resuming_is_asked_and_shown_as_the_extension_does(bench: "Bench") -> None:
    waiting_id = run(bench, waiting)
    bench.host.wait_idle()
    bench.call("POST", f"instances/{waiting_id}/suspend?reason=wait%20a%20bit")
    bench.host.wait_idle()
    assert same(status(bench, "waiting")) == same(captured("waiting")["suspended"])
    bench.raise_event("go", {"a": 1}, id=waiting_id)
    bench.host.wait_idle()
    bench.call("POST", f"instances/{waiting_id}/resume?reason=go%20on")
    check(bench, "waiting")


def test_a_second_start_of_a_live_instance_is_refused_as_the_extension_does(
    bench: "Bench",
) -> None:
    waiting_id = run(bench, waiting)
    bench.host.wait_idle()
    again = bench.call("POST", f"orchestrators/waiting/{waiting_id}")
    assert again.status_code == 409
    assert again.json() == {
        "Message": "An Orchestration instance with the status Running already exists."
    }
