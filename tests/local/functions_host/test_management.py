"""The management API over HTTP (cases 41-47)."""

# mypy: disable-error-code="untyped-decorator"

import json
import socket
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


def quick(context: Context) -> Any:
    return {"done": True}


def bad(context: Context) -> Any:
    raise ValueError("bad")


def wait(context: Context) -> Steps:
    return (yield context.wait_for_external_event("go"))


def slow(context: Context) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=30))
    return "slow"


# Start


@pytest.mark.case(41)
def test_a_start_answers_202_with_urls_but_without_rewind(bench: "Bench") -> None:
    bench.start(wait)
    answer = bench.call("POST", "orchestrators/wait/my-id")
    assert answer.status_code == 202
    body = answer.json()
    assert body["id"] == "my-id"
    assert set(body) == {
        "id",
        "statusQueryGetUri",
        "sendEventPostUri",
        "terminatePostUri",
        "purgeHistoryDeleteUri",
        "restartPostUri",
        "suspendPostUri",
        "resumePostUri",
    }
    assert answer.headers["location"] == body["statusQueryGetUri"]
    assert answer.headers["retry-after"] == "10"


def test_a_start_without_an_id_makes_one_of_32_hex_digits(bench: "Bench") -> None:
    bench.start(wait)
    made = bench.call("POST", "orchestrators/wait").json()["id"]
    assert len(made) == 32
    assert int(made, 16) >= 0


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("orchestrators/nobody", "", "The function 'nobody' doesn't exist"),
        ("orchestrators/wait", "{", "not valid JSON"),
        ("orchestrators/wait/@id", "", "begins with @"),
        ("orchestrators/wait/my/id", "", "contains one of / "),
        ("orchestrators/wait/" + "x" * 101, "", "is longer than 100 characters"),
    ],
)
@pytest.mark.case(41, 45)
def test_a_start_that_makes_no_sense_is_400_in_json(
    bench: "Bench", path: str, body: str, text: str
) -> None:
    bench.start(wait)
    answer = bench.call("POST", path, content=body)
    assert answer.status_code == 400
    assert text in answer.json()["ExceptionMessage"]
    assert set(answer.json()) == {"Message", "ExceptionMessage", "ExceptionType", "StackTrace"}


@pytest.mark.case(47)
def test_a_start_that_waits_gives_the_output_if_it_comes_in_time(bench: "Bench") -> None:
    bench.start(slow)
    answer = bench.call("POST", "orchestrators/slow?timeout=60&pollingInterval=1")
    assert (answer.status_code, answer.json()) == (200, "slow")


def test_a_start_that_waits_gives_500_for_a_failure(bench: "Bench") -> None:
    bench.start(bad)
    answer = bench.call("POST", "orchestrators/bad?timeout=60&pollingInterval=1")
    assert answer.status_code == 500
    assert answer.json()["runtimeStatus"] == "Failed"


@pytest.mark.parametrize("query", ["timeout=10&pollingInterval=1", "timeout=60"])
@pytest.mark.case(47)
def test_a_start_is_202_after_the_time_or_without_an_interval(bench: "Bench", query: str) -> None:
    bench.start(slow)
    assert bench.call("POST", f"orchestrators/slow?{query}").status_code == 202


# Status


@pytest.mark.case(41)
def test_a_status_is_202_while_it_runs_and_200_once_it_ended(bench: "Bench") -> None:
    bench.start(wait)
    bench.begin("wait", {"n": 1})
    bench.host.wait_idle()
    running = bench.call("GET", "instances/i1")
    assert running.status_code == 202
    assert running.headers["retry-after"] == "5"
    assert "/instances/i1?" in running.headers["location"]
    assert running.json() == {
        "name": "wait",
        "instanceId": "i1",
        "runtimeStatus": "Running",
        "input": '{"n": 1}',
        "customStatus": None,
        "output": None,
        "createdTime": "2026-01-01T00:00:00Z",
        "lastUpdatedTime": "2026-01-01T00:00:00Z",
    }
    bench.raise_event("go", 1)
    bench.host.wait_idle()
    assert bench.call("GET", "instances/i1").status_code == 200


@pytest.mark.case(41)
def test_the_status_of_nobody_is_an_empty_404(bench: "Bench") -> None:
    bench.start(wait)
    answer = bench.call("GET", "instances/nobody")
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(("flag", "code"), [("", 200), ("true", 500)])
@pytest.mark.case(42)
def test_a_failure_is_500_only_for_those_who_ask(bench: "Bench", flag: str, code: int) -> None:
    bench.run(bad)
    query = f"?returnInternalServerErrorOnFailure={flag}" if flag else ""
    answer = bench.call("GET", f"instances/i1{query}")
    assert answer.status_code == code
    assert answer.json()["output"].startswith("Orchestrator function 'bad' failed:")


@pytest.mark.case(41)
def test_case_trailing_slash_hub_and_connection_do_not_matter(bench: "Bench") -> None:
    bench.run(quick)
    url = f"{bench.host.url}/RunTime/WebHooks/DurableTask"
    found = bench.http.get(f"{url}/Instances/i1?taskHub=other&connection=Other&connectionName=x")
    assert found.json()["output"] == {"done": True}
    assert len(bench.http.get(f"{url}/instances/").json()) == 1
    assert len(bench.http.get(f"{url}/instances").json()) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "instances/i1"),
        ("GET", "orchestrators/quick"),
        ("POST", "instances/i1/dance"),
        ("POST", "instances/i1/raiseEvent"),
        ("GET", "nothing"),
        ("GET", ""),
    ],
)
@pytest.mark.case(41)
def test_any_other_verb_or_operation_is_404(bench: "Bench", method: str, path: str) -> None:
    bench.run(quick)
    assert bench.call(method, path).status_code == 404


STATES = ("unknown", "pending", "running", "suspended", "completed", "failed", "terminated")
CODES = {
    ("GET", ""): (404, 202, 202, 202, 200, 200, 200),
    ("DELETE", ""): (404, 200, 200, 200, 200, 200, 200),
    ("POST", "/raiseEvent/other"): (404, 202, 202, 202, 410, 410, 410),
    ("POST", "/terminate?reason=x"): (404, 202, 202, 202, 410, 410, 410),
    ("POST", "/suspend?reason=x"): (404, 202, 202, 202, 410, 410, 410),
    ("POST", "/resume?reason=x"): (404, 202, 202, 202, 410, 410, 410),
    ("POST", "/rewind?reason=x"): (404, 500, 500, 500, 410, 202, 410),
    ("POST", "/restart"): (400, 202, 202, 202, 202, 202, 202),
    ("POST", "/restart?restartWithNewInstanceId=false"): (400, 409, 409, 409, 202, 202, 202),
}


def in_every_state(bench: "Bench") -> None:
    """Bring an instance into each of the states, under the name of the state."""
    bench.host_json = {"extensions": {"durableTask": {"defaultVersion": "1.0"}}}
    bench.start(wait, bad)
    bench.call("POST", "orchestrators/wait/pending?version=2.0")
    bench.begin("bad", id="failed")
    for state in ("running", "suspended", "completed", "terminated"):
        bench.begin("wait", id=state)
    bench.host.wait_idle()
    bench.raise_event("go", id="completed")
    bench.call("POST", "instances/suspended/suspend")
    bench.call("POST", "instances/terminated/terminate")
    bench.host.wait_idle()
    shown = {
        i["instanceId"]: i["runtimeStatus"].lower() for i in bench.call("GET", "instances").json()
    }
    assert shown == {state: state for state in STATES[1:]}


@pytest.mark.case(41)
@pytest.mark.parametrize(("method", "operation"), CODES)
def test_a_route_answers_by_the_state_of_its_instance(
    bench: "Bench", method: str, operation: str
) -> None:
    in_every_state(bench)
    codes = [bench.call(method, f"instances/{s}{operation}").status_code for s in STATES]
    assert dict(zip(STATES, codes, strict=True)) == dict(
        zip(STATES, CODES[method, operation], strict=True)
    )


@pytest.mark.case(41)
def test_entities_are_501_with_a_sentence(bench: "Bench") -> None:
    bench.start(quick)
    answer = bench.call("GET", "entities/counter/k")
    assert answer.status_code == 501
    assert answer.json()["ExceptionMessage"] == "This local host runs no entities."


# History


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
    assert shown[1]["Input"] == ['{"a": 1}']
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


# Lists


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


# Events


@pytest.mark.case(44)
def test_an_event_in_plain_text_or_broken_json_is_400(bench: "Bench") -> None:
    bench.start(wait)
    bench.begin("wait")
    path = "instances/i1/raiseEvent/go"
    plain = bench.call("POST", path, content="x", headers={"content-type": "text/plain"})
    broken = bench.call("POST", path, content="{", headers={"content-type": "application/json"})
    assert (plain.status_code, broken.status_code) == (400, 400)
    assert "application/json" in plain.json()["ExceptionMessage"]


@pytest.mark.case(44)
def test_an_event_without_a_body_is_null(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        return [(yield context.wait_for_external_event("go"))]

    bench.start(flow)
    bench.begin("flow")
    assert bench.call("POST", "instances/i1/raiseEvent/go").status_code == 202
    assert bench.finish()["output"] == [None]


# Purge


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


# The SDK's client against all of it


def with_client(bench: "Bench", work: Any) -> Any:
    """Run `work(client)` inside an HTTP function; its result through JSON."""

    def declare(app: df.DFApp) -> None:
        @app.route(route="work")
        @app.durable_client_input(client_name="client")
        async def run(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> str:
            return json.dumps(await work(client))

    bench.declare(declare)
    bench.start(quick, wait, bad)
    bench.host.wait_idle()
    answer = bench.http.get(f"{bench.host.url}/api/work")
    assert answer.status_code == 200
    return answer.json()


async def ended(client: Any, instance_id: str) -> Any:
    while True:
        status = await client.get_status(instance_id)
        if status.runtime_status.value in ("Completed", "Failed", "Terminated"):
            return status


def test_the_client_walks_through_the_life_of_an_instance(bench: "Bench") -> None:
    async def work(client: Any) -> Any:
        await client.start_new("wait", "life", {"a": 1})
        await client.suspend("life", "for a while")
        await client.resume("life", "go on")
        await client.raise_event("life", "go", {"k": 1})
        status = await ended(client, "life")
        for late in (client.terminate, client.suspend, client.resume):
            await late("life", "too late")
        again = await client.restart("life", False)
        await client.terminate("life", "enough")
        return [status.output, status.input_, again["id"], (await ended(client, "life")).output]

    assert with_client(bench, work) == ['{"k": 1}', '{"a": 1}', "life", "enough"]


@pytest.mark.case(45)
def test_the_client_raises_on_what_does_not_exist(bench: "Bench") -> None:
    async def work(client: Any) -> Any:
        said = [bool(await client.get_status("nobody"))]
        attempts: list[Any] = [
            lambda: client.start_new("nobody"),
            lambda: client.start_new("wait", "my/id"),
            lambda: client.raise_event("nobody", "go", 1),
            lambda: client.terminate("nobody", "x"),
            lambda: client.rewind("nobody", "x"),
        ]
        for attempt in attempts:
            try:
                await attempt()
            except Exception as error:
                said.append(bool(str(error)))
        return said

    assert with_client(bench, work) == [False, True, True, True, True, True]


def test_the_client_shows_history_and_lists_and_purges(bench: "Bench") -> None:
    async def work(client: Any) -> Any:
        for id in ("x1", "x2", "y1"):
            await client.start_new("quick", id)
            await ended(client, id)
        status = await client.get_status("x1", show_history=True)
        since = bench.clock.START - timedelta(days=1)
        completed = [df.OrchestrationRuntimeStatus.Completed]
        found = await client.get_status_by(since, None, completed, "x")
        purged = await client.purge_instance_history_by(since, None, completed)
        single = await client.purge_instance_history("x1")
        names = [e["EventType"] for e in status.historyEvents]
        return [names, len(found), purged.instances_deleted, single.instances_deleted]

    assert with_client(bench, work) == [["ExecutionStarted", "ExecutionCompleted"], 2, 3, 0]


@pytest.mark.case(45)
def test_both_addresses_are_loopback_and_the_rpc_one_has_no_functions(bench: "Bench") -> None:
    bench.run(quick)
    assert bench.host.url.startswith("http://127.0.0.1:")
    assert bench.host.rpc_url.startswith("http://127.0.0.1:")
    assert bench.http.get(f"{bench.host.rpc_url}/durabletask/instances/i1").status_code == 200
    assert bench.http.get(f"{bench.host.rpc_url}/api/anything").status_code == 404


@pytest.mark.case(45)
def test_a_taken_rpc_port_is_replaced_by_another_one(bench: "Bench") -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bench.start(quick, rpc_port=taken.getsockname()[1])
        assert 30_000 <= bench.host.ports[1] <= 31_000
    assert bench.http.get(f"{bench.host.rpc_url}/durabletask/instances/").json() == []
