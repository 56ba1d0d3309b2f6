"""What the management API shows and purges: histories, lists (cases 42, 43, 46)."""

# mypy: disable-error-code="untyped-decorator"

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def echo(value: Any) -> Any:
    return value


def boom(text: str) -> None:
    raise ValueError(text)


def quick(context: Context) -> Any:
    return {"done": True}


def bad(context: Context) -> Any:
    raise ValueError("bad")


def wait(context: Context) -> Steps:
    return (yield context.wait_for_external_event("go"))


def with_history(context: Context) -> Steps:
    yield context.call_activity("echo", {"a": 1})
    try:
        yield context.call_activity("boom", "x")
    except Exception:
        yield context.create_timer(context.current_utc_datetime + timedelta(minutes=1))
    yield context.call_sub_orchestrator("quick", 2)
    return "output"


def events(bench: "Bench", query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.call("GET", f"instances/i1?{query}").json()["historyEvents"]
    return found


@pytest.mark.case(42)
def test_a_history_folds_the_scheduling_into_the_completion(bench: "Bench") -> None:
    bench.run(with_history, quick, echo, boom)
    shown = events(bench, "showHistory=True")
    assert [e["EventType"] for e in shown] == [
        "ExecutionStarted",
        "TaskCompleted",
        "TaskFailed",
        "TimerCreated",
        "TimerFired",
        "SubOrchestrationInstanceCompleted",
        "ExecutionCompleted",
    ]
    hidden = {"EventId", "IsPlayed", "TaskScheduledId", "TimerId", "Result"}
    assert all(not hidden & set(e) for e in shown)
    assert (shown[0]["FunctionName"], "Name" in shown[0]) == ("with_history", False)
    assert not {"OrchestrationInstance", "ParentInstance", "Version", "Tags"} & set(shown[0])
    assert (shown[1]["FunctionName"], shown[1]["ScheduledTime"][:10]) == ("echo", "2026-01-01")
    assert shown[1]["Input"] is None  # inputs are not kept in the history
    assert shown[6]["OrchestrationStatus"] == "Completed"


@pytest.mark.case(42)
def test_results_and_inputs_are_shown_as_asked(bench: "Bench") -> None:
    bench.run(with_history, quick, echo, boom)
    shown = events(bench, "showHistory=true&showHistoryOutput=true&showInput=false")
    assert shown[1]["Result"] == {"a": 1}
    assert shown[-1]["Result"] == "output"
    assert not any("Input" in e for e in shown)
    assert bench.call("GET", "instances/i1?showInput=false").json()["input"] is None


@pytest.mark.case(42)
def test_what_is_not_completed_stays_in_the_history_by_name(bench: "Bench") -> None:
    def parent(context: Context) -> Steps:
        yield context.call_sub_orchestrator("wait", instance_id="child")

    bench.run(parent, wait)
    created = events(bench, "showHistory=true")[-1]
    assert (created["EventType"], created["Name"]) == ("SubOrchestrationInstanceCreated", "wait")


def test_a_pending_instance_has_no_history_to_show(bench: "Bench") -> None:
    bench.host_json = {"extensions": {"durableTask": {"defaultVersion": "1.0"}}}
    bench.start(wait)
    bench.call("POST", "orchestrators/wait/i1?version=2.0")
    bench.host.wait_idle()
    assert "historyEvents" not in bench.call("GET", "instances/i1?showHistory=true").json()


def many(bench: "Bench", number: int) -> None:
    bench.start(quick, wait)
    for index in range(number):
        bench.begin("quick", id=f"n{index:03d}")
    bench.host.wait_idle()


def listed(bench: "Bench", query: str = "", **options: Any) -> list[str]:
    answer = bench.call("GET", f"instances/?{query}", **options)
    return [i["instanceId"] for i in answer.json()]


@pytest.mark.case(43)
def test_two_hundred_and_fifty_instances_come_in_pages_of_a_hundred(bench: "Bench") -> None:
    many(bench, 250)
    found: list[str] = []
    sizes, headers = [], dict[str, str]()
    while True:
        answer = bench.call("GET", "instances/", headers=headers)
        page = [i["instanceId"] for i in answer.json()]
        sizes.append(len(page))
        found += page
        token = answer.headers.get("x-ms-continuation-token")
        if token is None:
            break
        headers = {"x-ms-continuation-token": token}
    assert sizes == [100, 100, 50]
    assert len(set(found)) == 250
    assert len(listed(bench, "top=7")) == 7


@pytest.mark.case(43)
def test_a_list_is_filtered_by_prefix_time_and_several_statuses(bench: "Bench") -> None:
    bench.start(quick, wait, bad, jumps=False)
    for name, id in (("quick", "a1"), ("wait", "a2"), ("bad", "a3")):
        bench.begin(name, id=id)
    bench.host.wait_idle()
    bench.advance(hours=1)
    bench.begin("quick", id="b1")
    bench.host.wait_idle()
    assert listed(bench, "instanceIdPrefix=a") == ["a1", "a2", "a3"]
    assert listed(bench, "runtimeStatus=Failed,Running") == ["a2", "a3"]
    assert listed(bench, "runtimeStatus=completed") == ["a1", "b1"]
    assert listed(bench, "createdTimeFrom=2026-01-01T00:30:00.000000Z") == ["b1"]
    assert listed(bench, "createdTimeTo=2026-01-01T00:30:00Z&instanceIdPrefix=a1") == ["a1"]


def test_filters_that_cannot_be_read_are_ignored(bench: "Bench") -> None:
    many(bench, 2)
    assert listed(bench, "createdTimeFrom=soon&runtimeStatus=Happy&top=lots") == ["n000", "n001"]


@pytest.mark.case(46)
def test_a_purge_of_one_deletes_it_and_is_404_afterwards(bench: "Bench") -> None:
    bench.run(quick)
    answer = bench.call("DELETE", "instances/i1")
    assert (answer.status_code, answer.json()) == (200, {"instancesDeleted": 1})
    assert bench.call("DELETE", "instances/i1").status_code == 404
    assert bench.call("GET", "instances/i1").status_code == 404


def test_a_purge_of_one_does_not_look_at_its_status(bench: "Bench") -> None:
    bench.start(wait)
    bench.begin("wait")
    bench.host.wait_idle()
    assert bench.call("DELETE", "instances/i1").status_code == 200
    assert bench.raise_event("go").status_code == 404
    bench.host.wait_idle()


@pytest.mark.case(46)
def test_a_purge_of_many_wants_a_time_and_spares_what_runs(bench: "Bench") -> None:
    bench.start(quick, wait, bad)
    for name, id in (("quick", "a1"), ("wait", "a2"), ("bad", "a3")):
        bench.begin(name, id=id)
    bench.host.wait_idle()
    assert bench.call("DELETE", "instances/?runtimeStatus=Completed").status_code == 400
    since = "createdTimeFrom=2025-12-31T00:00:00Z"
    some = bench.call("DELETE", f"instances/?{since}&runtimeStatus=Completed,Running")
    assert some.json() == {"instancesDeleted": 1}
    assert bench.call("DELETE", f"instances/?{since}").json() == {"instancesDeleted": 1}
    assert bench.call("DELETE", f"instances/?{since}").status_code == 404
    assert listed(bench) == ["a2"]
