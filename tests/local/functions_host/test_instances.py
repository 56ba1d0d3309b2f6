"""Events, terminate, suspend, continue-as-new, children, reuse, rewind, versions (29-37, 40)."""

# mypy: disable-error-code="untyped-decorator"

import json
import threading
from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import azure.functions as func
import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def echo(value: Any) -> Any:
    return value


def boom(text: str) -> None:
    raise ValueError(text)


def after(context: Context, **span: float) -> Any:
    return context.create_timer(context.current_utc_datetime + timedelta(**span))


def wait(context: Context) -> Steps:
    return (yield context.wait_for_external_event("go"))


def settled(bench: "Bench", id: str = "i1") -> str:
    bench.host.wait_idle()
    return str(bench.status(id)["runtimeStatus"])


# Events


@pytest.mark.case(29)
def test_an_event_reaches_an_open_wait(bench: "Bench") -> None:
    bench.start(wait)
    bench.begin("wait")
    assert settled(bench) == "Running"
    assert bench.raise_event("go", {"by": "ann"}).status_code == 202
    assert bench.finish()["output"] == '{"by": "ann"}'


@pytest.mark.case(29)
def test_an_event_that_comes_before_its_wait_is_kept(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield after(context, minutes=5)
        return (yield context.wait_for_external_event("go"))

    bench.start(flow, jumps=False)
    bench.begin("flow")
    bench.host.wait_idle()
    bench.raise_event("go", 1)
    bench.advance(minutes=5)
    assert bench.status()["output"] == "1"


@pytest.mark.case(29)
def test_an_early_event_seen_by_two_waits_hangs_as_on_azure(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield after(context, minutes=5)
        first = yield context.wait_for_external_event("go")
        return [first, (yield context.wait_for_external_event("go"))]

    bench.start(flow, jumps=False, strict=False)
    bench.begin("flow")
    bench.host.wait_idle()
    bench.raise_event("go", 1)
    bench.advance(minutes=5)
    assert bench.status()["runtimeStatus"] == "Running"
    assert json.loads(bench.exchanges[-1][1])["output"] == ["1", "1"]
    assert bench.diagnosis()["waitsForEvents"] == ["go"]


@pytest.mark.case(29)
def test_two_events_of_one_name_reach_two_waits_in_order(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        first = yield context.wait_for_external_event("go")
        return [first, (yield context.wait_for_external_event("go"))]

    bench.start(flow, strict=False)
    bench.begin("flow")
    for number in (1, 2):
        bench.host.wait_idle()
        bench.raise_event("go", number)
    assert bench.finish()["output"] == ["1", "2"]


@pytest.mark.case(29)
def test_two_open_waits_of_one_name_are_served_last_in_first_out(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        waits = [context.wait_for_external_event("go") for _ in range(2)]
        return (yield context.task_all(waits))

    bench.start(flow, strict=False)
    bench.begin("flow")
    for number in (1, 2):
        bench.host.wait_idle()
        bench.raise_event("go", number)
    assert bench.finish()["output"] == ["2", "1"]


@pytest.mark.case(29)
def test_an_event_in_another_case_resolves_the_host_but_not_the_sdk(bench: "Bench") -> None:
    bench.start(wait, strict=False)
    bench.begin("wait")
    bench.host.wait_idle()
    bench.raise_event("GO", 1)
    assert settled(bench) == "Running"
    assert "another case" in bench.diagnosis()["because"]


@pytest.mark.case(29)
def test_an_event_to_an_unknown_or_finished_instance_is_404_or_410(bench: "Bench") -> None:
    def flow(context: Context) -> Any:
        return 1

    bench.start(flow)
    assert bench.raise_event("go", id="nobody").status_code == 404
    bench.begin("flow")
    bench.host.wait_idle()
    assert bench.raise_event("go").status_code == 410


@pytest.mark.case(30)
def test_an_event_over_http_is_parsed_where_the_client_s_is_text(bench: "Bench") -> None:
    bench.start(wait)
    bench.begin("wait", id="http")
    bench.call("POST", "instances/http/raiseEvent/go", json={"k": 1})
    bench.begin("wait", id="client")
    bench.raise_event("go", {"k": 1}, id="client")
    assert bench.finish("http")["output"] == {"k": 1}
    assert bench.finish("client")["output"] == '{"k": 1}'


# Terminate


@pytest.mark.case(31)
def test_terminate_ends_at_once_despite_open_tasks_and_drops_late_results(
    bench: "Bench",
) -> None:
    def flow(context: Context) -> Steps:
        yield after(context, hours=1)

    bench.start(flow, jumps=False)
    bench.begin("flow")
    bench.host.wait_idle()
    answer = bench.call("POST", "instances/i1/terminate?reason=enough")
    assert answer.status_code == 202
    status = bench.finish()
    assert (status["runtimeStatus"], status["output"]) == ("Terminated", "enough")
    before = bench.history()
    bench.advance(hours=2)
    assert bench.history() == before
    assert bench.call("POST", "instances/i1/terminate?reason=again").status_code == 410


@pytest.mark.case(31)
def test_terminate_of_a_pending_instance_runs_nothing(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.call_activity("echo", 1)

    bench.host_json = versioned("1.0", "Strict", "Reject")
    bench.start(flow, echo)
    bench.call("POST", "orchestrators/flow/i1?version=2.0")
    assert settled(bench) == "Pending"
    bench.call("POST", "instances/i1/terminate?reason=never%20mind")
    bench.host_json = versioned("2.0", "Strict", "Reject")
    bench.restart()
    status = bench.finish()
    assert (status["runtimeStatus"], status["output"]) == ("Terminated", "never mind")
    assert [e for e in bench.history() if e["EventType"] == 4] == []


@pytest.mark.case(31, 34)
def test_terminate_leaves_children_running_and_is_a_failure_to_the_parent(bench: "Bench") -> None:
    def parent(context: Context) -> Steps:
        try:
            yield context.call_sub_orchestrator("wait", instance_id="child")
        except Exception as error:
            return str(error)

    bench.start(parent, wait)
    bench.begin("parent", id="p1")
    bench.host.wait_idle()
    bench.call("POST", "instances/child/terminate?reason=enough")
    assert bench.finish("p1")["output"] == "enough \n None"
    bench.begin("parent", id="p2")
    bench.host.wait_idle()
    bench.call("POST", "instances/p2/terminate?reason=enough")
    assert settled(bench, "p2") == "Terminated"
    assert settled(bench, "child") == "Running"


# Suspend


@pytest.mark.case(29, 32)
def test_what_arrives_while_suspended_is_applied_in_order_after_resume(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        first = yield context.wait_for_external_event("first")
        yield context.call_activity("echo", 1)
        return [first, (yield context.wait_for_external_event("second"))]

    bench.start(flow, echo)
    bench.begin("flow")
    bench.host.wait_idle()
    assert bench.call("POST", "instances/i1/suspend?reason=lunch").status_code == 202
    status = bench.finish()
    assert (status["runtimeStatus"], status["output"]) == ("Suspended", "lunch")
    bench.raise_event("first", 1)
    bench.raise_event("second", 2)
    assert settled(bench) == "Suspended"
    assert [e for e in bench.history() if e["EventType"] == 4] == []
    assert bench.call("POST", "instances/i1/resume?reason=back").status_code == 202
    assert bench.finish()["output"] == ["1", "2"]


@pytest.mark.case(31)
def test_a_suspended_instance_can_be_terminated(bench: "Bench") -> None:
    bench.start(wait)
    bench.begin("wait")
    bench.call("POST", "instances/i1/suspend?reason=lunch")
    assert settled(bench) == "Suspended"
    bench.call("POST", "instances/i1/terminate?reason=enough")
    assert settled(bench) == "Terminated"


@pytest.mark.parametrize("operation", ["suspend", "resume"])
def test_suspend_and_resume_know_unknown_and_finished(bench: "Bench", operation: str) -> None:
    def flow(context: Context) -> Any:
        return 1

    bench.start(flow)
    assert bench.call("POST", f"instances/nobody/{operation}").status_code == 404
    bench.begin("flow")
    bench.host.wait_idle()
    assert bench.call("POST", f"instances/i1/{operation}").status_code == 410


# Continue as new


@pytest.mark.case(33)
def test_a_hundred_rounds_of_continue_as_new_keep_the_history_short(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        left = context.get_input()
        yield context.call_activity("echo", left)
        if left:
            context.continue_as_new(left - 1)
        return left

    bench.start(flow, echo)
    bench.begin("flow", 100)
    bench.host.wait_idle()
    executions = {
        request["history"][1]["OrchestrationInstance"]["ExecutionId"]
        for request, _ in bench.exchanges
    }
    assert len(executions) == 101
    assert len(bench.history()) == 8
    assert bench.status()["output"] == 0


@pytest.mark.case(33)
def test_continue_as_new_drops_buffered_events_and_carries_those_that_come_after(
    bench: "Bench",
) -> None:
    def flow(context: Context) -> Steps:
        if context.get_input() == "first":
            yield context.wait_for_external_event("start")
            context.continue_as_new("second")
            return None
        return (yield context.wait_for_external_event("data"))

    bench.start(flow, jumps=False)
    bench.begin("flow", "first")
    bench.host.wait_idle()
    bench.raise_event("data", "buffered before")
    bench.host.wait_idle()
    bench.call("POST", "instances/i1/suspend")
    bench.host.wait_idle()
    bench.raise_event("start")
    bench.raise_event("data", "after the action")
    bench.call("POST", "instances/i1/resume")
    assert bench.finish()["output"] == '"after the action"'


@pytest.mark.case(33)
def test_a_timer_of_the_previous_execution_is_dropped(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        if context.get_input() == 1:
            timer = after(context, hours=1)
            yield context.task_any([timer, context.call_activity("echo", 1)])
            timer.cancel()
            context.continue_as_new(2)
            return None
        yield after(context, hours=3)
        return context.current_utc_datetime.hour

    assert bench.run(flow, echo, value=1)["output"] == 3


@pytest.mark.case(33)
def test_a_completion_of_the_previous_execution_is_dropped(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        value = yield context.call_activity("slow", context.get_input())
        if context.get_input() == "old":
            context.continue_as_new("new")
        return value

    entered, leave = threading.Event(), threading.Event()

    def slow(name: str) -> str:
        if name == "new":
            entered.set()
            leave.wait(20)
        return name

    bench.start(flow, slow)
    bench.begin("flow", "old")
    assert entered.wait(20)
    old = bench.exchanges[0][0]["history"][1]["OrchestrationInstance"]["ExecutionId"]
    bench.complete(0, "too late", execution_id=old)
    leave.set()
    assert bench.finish()["output"] == "new"
    assert [e["Result"] for e in bench.history() if e["EventType"] == 5] == ['"new"']


# Sub-orchestrations


def child(context: Context) -> Steps:
    value = yield context.call_activity("echo", context.get_input())
    return {"value": value, "parent": context.parent_instance_id, "id": context.instance_id}


@pytest.mark.case(34)
def test_a_child_gets_input_parent_and_an_id_of_the_parent_s_execution(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        return (yield context.call_sub_orchestrator("child", {"n": 7}))

    output = bench.run(flow, child, echo)["output"]
    execution = bench.history()[1]["OrchestrationInstance"]["ExecutionId"]
    assert output == {"value": {"n": 7}, "parent": "i1", "id": f"{execution}:0"}
    started = bench.history(output["id"])[1]
    assert started["Input"] == '"{\\"n\\": 7}"'
    assert started["ParentInstance"]["TaskScheduleId"] == 0


@pytest.mark.case(34)
def test_a_child_can_have_an_explicit_id(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        return (yield context.call_sub_orchestrator("child", 1, instance_id="my-child"))

    assert bench.run(flow, child, echo)["output"]["id"] == "my-child"


@pytest.mark.parametrize("name", ["i1", "a/b", "x" * 101])
def test_a_child_with_an_impossible_id_fails_the_parent(bench: "Bench", name: str) -> None:
    def flow(context: Context) -> Steps:
        yield context.call_sub_orchestrator("child", 1, instance_id=name)

    assert bench.run(flow, child, echo)["runtimeStatus"] == "Failed"


@pytest.mark.case(34)
def test_a_failed_child_gives_its_failure_text_to_the_parent(bench: "Bench") -> None:
    def bad(context: Context) -> Steps:
        yield context.call_activity("echo", 1)
        raise ValueError("childboom")

    def flow(context: Context) -> Steps:
        try:
            yield context.call_sub_orchestrator("bad")
        except Exception as error:
            return str(error)

    output = bench.run(flow, bad, echo)["output"]
    assert output == "Orchestrator function 'bad' failed: childboom \n None"


@pytest.mark.case(34)
def test_a_child_can_be_retried(bench: "Bench") -> None:
    runs: set[str] = set()

    def shaky(context: Context) -> Steps:
        yield context.call_activity("note", context.instance_id)
        if (yield context.call_activity("count", 1)) < 2:
            raise ValueError("not yet")
        return "done"

    def note(name: str) -> None:
        runs.add(name)

    def count(value: int) -> int:
        return len(runs)

    def flow(context: Context) -> Steps:
        again = df.RetryOptions(1000, 3)
        return (yield context.call_sub_orchestrator_with_retry("shaky", again))

    assert bench.run(flow, shaky, note, count)["output"] == "done"
    assert len(runs) == 2


def test_a_child_on_a_running_instance_is_a_failure_to_the_parent(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.call_sub_orchestrator("wait", instance_id="busy")

    bench.start(flow, wait)
    bench.begin("wait", id="busy")
    bench.begin("flow")
    assert "An Orchestration instance with the status" in bench.finish()["output"]


# Reuse, restart, rewind


@pytest.mark.case(35)
def test_a_finished_id_is_replaced_and_a_running_one_is_refused(bench: "Bench") -> None:
    bench.start(wait)
    bench.begin("wait")
    bench.host.wait_idle()
    refused = bench.call("POST", "orchestrators/wait/i1")
    assert refused.status_code == 409
    assert refused.json()["ExceptionMessage"] == (
        "An Orchestration instance with the status Running already exists."
    )
    bench.raise_event("go", 1)
    assert settled(bench) == "Completed"
    bench.begin("wait")
    assert settled(bench) == "Running"
    assert [e["EventType"] for e in bench.history()] == [12, 0, 13]


@pytest.mark.case(35)
def test_the_client_raises_when_a_start_meets_a_running_instance(bench: "Bench") -> None:
    def declare(app: df.DFApp) -> None:
        @app.route(route="twice")
        @app.durable_client_input(client_name="client")
        async def twice(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> str:
            await client.start_new("wait", "i1")
            try:
                await client.start_new("wait", "i1")
            except Exception as error:
                return str(error)
            return "started twice"

    bench.declare(declare)
    bench.start(wait)
    assert "already exists" in bench.http.get(f"{bench.host.url}/api/twice").text
    assert len(bench.call("GET", "instances").json()) == 1


ANY_STATE = {"extensions": {"durableTask": {"overridableExistingInstanceStates": "AnyState"}}}


@pytest.mark.case(35)
def test_with_any_state_a_start_takes_the_place_of_a_live_instance(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield after(context, minutes=context.get_input())
        return context.get_input()

    bench.host_json = ANY_STATE
    bench.start(flow, jumps=False)
    bench.begin("flow", 5)
    bench.host.wait_idle()
    bench.begin("flow", 7)
    bench.host.wait_idle()
    bench.advance(minutes=6)
    assert settled(bench) == "Running"
    bench.advance(minutes=1)
    assert bench.status()["output"] == 7


def test_with_any_state_the_replaced_instance_is_terminated_for_its_parent(bench: "Bench") -> None:
    def parent(context: Context) -> Steps:
        try:
            yield context.call_sub_orchestrator("wait", instance_id="child")
        except Exception as error:
            return str(error)

    bench.host_json = ANY_STATE
    bench.start(parent, wait)
    bench.begin("parent", id="p1")
    bench.host.wait_idle()
    bench.begin("wait", id="child")
    output = bench.finish("p1")["output"]
    assert output == "A new instance with the same id has taken its place. \n None"
    assert settled(bench, "child") == "Running"


def test_with_any_state_an_episode_of_the_replaced_instance_counts_for_nothing(
    bench: "Bench",
) -> None:
    def flow(context: Context) -> Steps:
        if context.get_input() == "first":
            bench.begin("flow", "second")  # while this very episode runs
        return (yield context.call_activity("echo", context.get_input()))

    bench.host_json = ANY_STATE
    bench.start(flow, echo, strict=False)
    bench.begin("flow", "first")
    assert bench.finish()["output"] == "second"


@pytest.mark.parametrize("new_id", [True, False])
@pytest.mark.case(37)
def test_restart_runs_the_same_input_again(bench: "Bench", new_id: bool) -> None:
    def flow(context: Context) -> Any:
        return context.get_input()

    bench.run(flow, value={"a": 1})
    flag = str(new_id).lower()
    answer = bench.call("POST", f"instances/i1/restart?restartWithNewInstanceId={flag}")
    assert answer.status_code == 202
    assert (answer.json()["id"] != "i1") == new_id
    assert bench.finish(answer.json()["id"])["output"] == {"a": 1}


@pytest.mark.case(41)
def test_restart_of_an_unknown_instance_is_400(bench: "Bench") -> None:
    bench.start(wait)
    answer = bench.call("POST", "instances/nobody/restart")
    assert answer.status_code == 400
    assert "nobody" in answer.json()["ExceptionMessage"]


@pytest.mark.case(36)
def test_rewind_runs_only_the_failed_activity_again(bench: "Bench") -> None:
    runs: list[str] = []

    def step(name: str) -> str:
        runs.append(name)
        if name == "bad" and runs.count("bad") == 1:
            raise ValueError("first time")
        return name

    def flow(context: Context) -> Steps:
        results = []
        for name in ("good", "bad"):
            results.append((yield context.call_activity("step", name)))
        return results

    assert bench.run(flow, step)["runtimeStatus"] == "Failed"
    assert bench.call("POST", "instances/i1/rewind?reason=fixed").status_code == 202
    assert bench.finish()["output"] == ["good", "bad"]
    assert runs == ["good", "bad", "bad"]


@pytest.mark.case(36)
def test_rewind_goes_into_failed_children_and_runs_nothing_else_again(bench: "Bench") -> None:
    runs: list[str] = []

    def step(name: str) -> str:
        runs.append(name)
        if name == "bad" and runs.count("bad") == 1:
            raise ValueError("first time")
        return name

    def inner(context: Context) -> Steps:
        first = yield context.call_activity("step", "inner")
        return [first, (yield context.call_activity("step", "bad"))]

    def flow(context: Context) -> Steps:
        first = yield context.call_activity("step", "outer")
        return [first, (yield context.call_sub_orchestrator("inner"))]

    assert bench.run(flow, inner, step)["runtimeStatus"] == "Failed"
    bench.call("POST", "instances/i1/rewind?reason=fixed")
    assert bench.finish()["output"] == ["outer", ["inner", "bad"]]
    assert runs == ["outer", "inner", "bad", "bad"]


@pytest.mark.case(36)
def test_rewind_refuses_what_has_not_failed(bench: "Bench") -> None:
    def flow(context: Context) -> Any:
        return 1

    bench.start(flow, wait)
    assert bench.call("POST", "instances/nobody/rewind").status_code == 404
    bench.begin("flow", id="done")
    bench.begin("wait", id="running")
    bench.host.wait_idle()
    assert bench.call("POST", "instances/done/rewind").status_code == 410
    assert bench.call("POST", "instances/running/rewind").status_code == 500


# Versions


def versioned(version: str, match: str, failure: str) -> dict[str, Any]:
    durable = {
        "defaultVersion": version,
        "versionMatchStrategy": match,
        "versionFailureStrategy": failure,
    }
    return {"version": "2.0", "extensions": {"durableTask": durable}}


def tell_version(context: Context) -> Steps:
    own = context.version
    return [own, (yield context.call_sub_orchestrator("tell", version=context.get_input()))]


def tell(context: Context) -> Any:
    return context.version


@pytest.mark.case(40)
def test_the_default_version_is_stamped_on_instances_and_children(bench: "Bench") -> None:
    bench.host_json = versioned("1.5", "CurrentOrOlder", "Reject")
    assert bench.run(tell_version, tell)["output"] == ["1.5", "1.5"]


@pytest.mark.case(40)
def test_an_explicit_version_wins_over_the_default(bench: "Bench") -> None:
    bench.host_json = versioned("1.5", "CurrentOrOlder", "Reject")
    bench.start(tell_version, tell)
    body = json.dumps(json.dumps("1.1"))
    bench.call("POST", "orchestrators/tell_version/i1?version=1.2", content=body)
    assert bench.finish()["output"] == ["1.2", "1.1"]


@pytest.mark.parametrize(
    ("match", "version", "runs"),
    [
        ("None", "9.0", True),
        ("Strict", "1.5", True),
        ("Strict", "1.4", False),
        ("CurrentOrOlder", "1.10", False),
        ("CurrentOrOlder", "1.4", True),
        ("CurrentOrOlder", "alpha", False),
    ],
)
@pytest.mark.case(40)
def test_a_host_runs_the_versions_that_its_strategy_accepts(
    bench: "Bench", match: str, version: str, runs: bool
) -> None:
    bench.host_json = versioned("1.5", match, "Reject")
    bench.start(tell)
    bench.call("POST", f"orchestrators/tell/i1?version={version}")
    assert settled(bench) == ("Completed" if runs else "Pending")


@pytest.mark.case(40)
def test_a_rejected_instance_is_run_by_a_host_that_accepts_it(bench: "Bench") -> None:
    bench.host_json = versioned("1.5", "Strict", "Reject")
    bench.start(tell)
    bench.call("POST", "orchestrators/tell/i1?version=2.0")
    assert settled(bench) == "Pending"
    bench.host_json = versioned("2.0", "Strict", "Reject")
    bench.restart()
    assert bench.finish()["output"] == "2.0"


@pytest.mark.case(40)
def test_the_strategy_fail_fails_what_it_does_not_accept(bench: "Bench") -> None:
    bench.host_json = versioned("1.5", "Strict", "Fail")
    bench.start(tell)
    bench.call("POST", "orchestrators/tell/i1?version=2.0")
    status = bench.finish()
    assert status["runtimeStatus"] == "Failed"
    assert "its version '2.0' does not match the host's version '1.5'" in status["output"]
