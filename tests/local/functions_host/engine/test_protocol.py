"""What the host sends to the SDK's replay code, and what it makes of the answers (cases 10-20)."""

import json
from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

from local.functions_host.engine.history import EventType

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def hello(name: str) -> str:
    return f"Hello {name}"


def echo(value: Any) -> Any:
    return value


def boom(text: str) -> None:
    raise ValueError(text)


def child(context: Context) -> Steps:
    return (yield context.call_activity("echo", context.get_input()))


@pytest.mark.case(10)
def test_the_first_request_is_orchestrator_started_and_execution_started(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        return (yield context.call_activity("hello", "Tokyo"))

    assert bench.run(flow, hello, value={"k": 2})["output"] == "Hello Tokyo"
    request, answer = bench.exchanges[0]
    first, second = request["history"]
    assert (first["EventType"], second["EventType"]) == (12, 0)
    assert second["Version"] is None
    assert second["IsPlayed"] is False
    assert second["Input"] == '"{\\"k\\": 2}"'
    assert request["input"] == '{"k": 2}'
    assert json.loads(answer)["schemaVersion"] == 2


def test_a_call_to_an_activity_leaves_the_history_of_the_worked_example(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        return (yield context.call_activity("hello", "Tokyo"))

    bench.run(flow, hello)
    events = bench.history()
    assert [e["EventType"] for e in events] == [12, 0, 4, 13, 12, 5, 1, 13]
    scheduled, completed, ended = events[2], events[5], events[6]
    assert (scheduled["EventId"], scheduled["Input"]) == (0, None)
    assert (completed["TaskScheduledId"], completed["Result"]) == (0, '"Hello Tokyo"')
    assert (ended["EventId"], ended["Result"]) == (1, '"Hello Tokyo"')
    assert [e["IsPlayed"] for e in events] == [False, True, False, False, False, True, False, False]


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (json.dumps(json.dumps({"a": 1})), {"a": 1}),
        (json.dumps({"a": 1}), {"a": 1}),
        ("", None),
    ],
    ids=["client", "http", "nothing"],
)
@pytest.mark.case(11)
def test_a_start_gives_its_input_to_the_orchestrator(bench: "Bench", body: str, seen: Any) -> None:
    def flow(context: Context) -> Any:
        return {"input": context.get_input()}

    bench.start(flow)
    bench.call("POST", "orchestrators/flow/i1", content=body)
    assert bench.finish()["output"] == {"input": seen}


@pytest.mark.case(11)
def test_a_list_started_over_http_fails_with_the_error_of_the_sdk(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.call_activity("echo", context.get_input())

    bench.start(flow, echo)
    bench.call("POST", "orchestrators/flow/i1", json=[1, 2])
    status = bench.finish()
    assert status["runtimeStatus"] == "Failed"
    assert "must be str, bytes or bytearray, not list" in status["output"]


@pytest.mark.parametrize(
    "value",
    [None, "text", 7, 1.5, True, [1, [2]], {"a": {"b": None}}, "Grüße ✓ 漢", '"q" \\ {"x": \'y\'}'],
    ids=["None", "str", "int", "float", "bool", "list", "dict", "unicode", "quotes"],
)
@pytest.mark.case(12)
def test_an_activity_receives_and_returns_what_json_can_say(bench: "Bench", value: Any) -> None:
    def flow(context: Context) -> Steps:
        return [(yield context.call_activity("echo", value))]

    assert bench.run(flow, echo)["output"] == [value]


class Point:
    """A class as the SDK wants them across the border."""

    def __init__(self, x: int) -> None:
        self.x = x

    @staticmethod
    def to_json(point: "Point") -> dict[str, int]:
        return {"x": point.x}

    @staticmethod
    def from_json(data: dict[str, int]) -> "Point":
        return Point(data["x"])


@pytest.mark.case(12)
def test_an_activity_returns_an_object_with_to_json(bench: "Bench") -> None:
    def make(x: int) -> Any:
        return Point(x)

    def flow(context: Context) -> Steps:
        point = yield context.call_activity("make", 3, expected_type=Point)
        return point.x

    assert bench.run(flow, make)["output"] == 3


@pytest.mark.case(13)
def test_ids_go_to_activities_timers_and_children_but_not_to_events(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        later = context.current_utc_datetime + timedelta(minutes=1)
        yield context.task_all(
            [
                context.call_activity("echo", 1),
                context.create_timer(later),
                context.call_sub_orchestrator("child", {"n": 1}),
                context.wait_for_external_event("go"),
            ]
        )

    bench.start(flow, echo, child)
    bench.begin("flow")
    bench.raise_event("go")
    assert bench.finish()["runtimeStatus"] == "Completed"
    decided = [e for e in bench.history() if e["EventType"] in (4, 7, 10)]
    assert [(e["EventType"], e["EventId"]) for e in decided] == [(4, 0), (10, 1), (7, 2)]


@pytest.mark.case(14)
def test_two_completions_in_one_batch_are_one_episode_in_child_order(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        now = context.current_utc_datetime
        pair = [context.create_timer(now + timedelta(minutes=5)) for _ in range(2)]
        yield context.task_all(pair)
        return (
            yield context.task_all([context.call_activity("echo", n) for n in ("left", "right")])
        )

    assert bench.run(flow, echo)["output"] == ["left", "right"]
    both = [e["EventType"] for e in bench.history()]
    assert both[both.index(11) - 1 : both.index(11) + 2] == [12, 11, 11]


@pytest.mark.case(15)
def test_a_line_guarded_by_is_replaying_is_said_once_per_step(bench: "Bench") -> None:
    said: list[str] = []

    def flow(context: Context) -> Steps:
        for step in ("one", "two", "three"):
            if not context.is_replaying:
                said.append(step)
            yield context.call_activity("echo", step)
        if not context.is_replaying:
            said.append("end")

    bench.run(flow, echo, strict=False)
    assert said == ["one", "two", "three", "end"]


@pytest.mark.case(16)
def test_time_and_uuids_of_a_step_are_the_same_in_every_replay(bench: "Bench") -> None:
    seen: dict[int, set[tuple[str, str]]] = {}

    def flow(context: Context) -> Steps:
        for step in range(4):
            moment = context.current_utc_datetime
            seen.setdefault(step, set()).add((moment.isoformat(), context.new_uuid()))
            yield context.create_timer(moment + timedelta(minutes=1))

    bench.run(flow)
    assert [len(values) for values in seen.values()] == [1, 1, 1, 1]
    moments = [moment for values in seen.values() for moment, _ in values]
    assert moments == sorted(moments)


@pytest.mark.case(17)
def test_a_task_that_is_never_yielded_is_never_scheduled(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        context.call_activity("echo", "forgotten")
        return (yield context.call_activity("echo", "yielded"))

    bench.run(flow, echo)
    results = [e["Result"] for e in bench.history() if e["EventType"] == EventType.TASK_COMPLETED]
    assert results == ['"yielded"']


@pytest.mark.case(18)
def test_an_unhandled_failure_carries_reason_and_details(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.call_activity("boom", "no luck")

    status = bench.run(flow, boom)
    assert status["runtimeStatus"] == "Failed"
    assert status["output"] == (
        "Orchestrator function 'flow' failed: "
        "Activity function 'boom' failed:  ValueError: no luck \n None"
    )


@pytest.mark.case(18)
def test_a_handled_failure_completes_the_orchestration(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        try:
            yield context.call_activity("boom", "no luck")
        except Exception as error:
            return str(error)

    status = bench.run(flow, boom)
    assert status["runtimeStatus"] == "Completed"
    assert "ValueError: no luck" in status["output"]


MARKER = '$OutOfProcData$:{"isDone": true, "actions": [[]]}'


@pytest.mark.parametrize(
    "text", ["", 'quotes " and \\ and \n lines', MARKER], ids=["empty", "quotes", "marker"]
)
@pytest.mark.case(18)
def test_any_failure_text_arrives_whole(bench: "Bench", text: str) -> None:
    def flow(context: Context) -> Steps:
        yield context.call_activity("echo", 1)
        raise RuntimeError(text)

    status = bench.run(flow, echo)
    assert status["runtimeStatus"] == "Failed"
    expected = text or "<class 'RuntimeError'>"
    assert status["output"] == f"Orchestrator function 'flow' failed: {expected}"


@pytest.mark.case(19)
def test_an_orchestrator_without_yield_returns_its_value(bench: "Bench") -> None:
    def flow(context: Context) -> Any:
        return {"id": context.instance_id}

    assert bench.run(flow)["output"] == {"id": "i1"}


@pytest.mark.case(19)
def test_an_orchestrator_without_yield_that_raises_is_failed(bench: "Bench") -> None:
    def flow(context: Context) -> Any:
        raise KeyError("missing")

    status = bench.run(flow)
    assert status["runtimeStatus"] == "Failed"
    assert status["output"] == "Orchestrator function 'flow' failed: KeyError: 'missing'"


@pytest.mark.case(20)
def test_an_output_that_is_not_json_fails_the_orchestration(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.call_activity("echo", 1)
        return {1, 2}

    status = bench.run(flow, echo)
    assert status["runtimeStatus"] == "Failed"
    assert "not JSON serializable" in status["output"]


def test_an_activity_result_that_is_not_json_fails_the_activity(bench: "Bench") -> None:
    def bad(value: Any) -> Any:
        return {1, 2}

    def flow(context: Context) -> Steps:
        yield context.call_activity("bad", 1)

    status = bench.run(flow, bad)
    assert "Activity function 'bad' failed:  ValueError:" in status["output"]


@pytest.mark.case(10)
def test_a_replay_in_schema_v1_is_refused_loudly(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.call_activity("echo", 1)

    def old(context: func.OrchestrationContext) -> str:
        return '{"isDone": false, "actions": [[{"actionType": 0, "functionName": "echo"}]]}'

    bench.add(flow, echo)
    bench.declare(lambda app: setattr(app._function_builders[0]._function, "_func", old))
    bench.start()
    bench.begin("flow")
    assert "replay schema V1" in bench.finish()["output"]
