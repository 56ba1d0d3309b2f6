"""External events: early, late, twice, in another case, to whom (cases 29, 30)."""

# mypy: disable-error-code="untyped-decorator"

import json
from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def after(context: Context, **span: float) -> Any:
    return context.create_timer(context.current_utc_datetime + timedelta(**span))


def wait(context: Context) -> Steps:
    return (yield context.wait_for_external_event("go"))


@pytest.mark.case(29)
def test_an_event_reaches_an_open_wait(bench: "Bench") -> None:
    bench.start(wait)
    bench.begin("wait")
    assert bench.settled() == "Running"
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
    assert bench.settled() == "Running"
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
