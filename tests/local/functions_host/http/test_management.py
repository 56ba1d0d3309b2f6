"""The management API: starts, status, events, addresses (cases 41, 44, 45, 47)."""

# mypy: disable-error-code="untyped-decorator"

import socket
from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def quick(context: Context) -> Any:
    return {"done": True}


def bad(context: Context) -> Any:
    raise ValueError("bad")


def wait(context: Context) -> Steps:
    return (yield context.wait_for_external_event("go"))


def slow(context: Context) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=30))
    return "slow"


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
    ("POST", "/rewind?reason=x"): (404, 412, 412, 412, 410, 202, 410),
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
