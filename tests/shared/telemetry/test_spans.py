"""An operation as a trace: which spans there are, with which ids, and when."""

from typing import Any

import pytest

from shared.azure.correlation import ArmCall
from shared.deployment.tracing import trace_of, usable
from shared.records.entities import Operation
from shared.telemetry.spans import (
    Walked,
    call_spans,
    kind_of,
    operation_span,
    step_span_id,
    step_spans,
)

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OPERATION = Operation(
    id="prod-20261128",
    deployment="prod",
    kind="deploy",
    status="Running",
    startedAt="2026-11-28T05:00:00+00:00",
)
TRACE = trace_of(OPERATION.id)
STEP: Any = {
    "key": "nat-gateway",
    "action": "create",
    "expectedSeconds": 10.0,
    "armType": "Microsoft.Network/natGateways",
    "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/natGateways/n",
}
RUN: Any = {
    "state": "succeeded",
    "attempts": 1,
    "startedAt": "2026-11-28T05:00:01+00:00",
    "settledAt": "2026-11-28T05:00:13.5+00:00",
}


def walked(run: Any, *, undo: bool = False) -> Walked:
    plan: Any = {"steps": [STEP]}
    return Walked(plan, {STEP["key"]: run}, undo=undo)


def test_an_operation_goes_on_with_the_trace_of_its_caller() -> None:
    trace = trace_of("prod-1", CALLER)
    assert (trace.id, trace.parent) == (CALLER[3:35], CALLER[36:52])
    assert trace.root == trace_of("prod-1").root


def test_an_operation_without_a_caller_is_a_trace_of_its_own_and_always_the_same() -> None:
    assert trace_of("prod-1") == trace_of("prod-1")
    assert trace_of("prod-1").id != trace_of("prod-2").id
    assert trace_of("prod-1").parent is None


def test_azure_knows_the_trace_as_a_correlation_id() -> None:
    assert trace_of("x", CALLER).correlation == "0af76519-16cd-43dd-8448-eb211c80319c"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "rubbish",
        CALLER.upper(),
        CALLER[:-1],
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
        f"ff{CALLER[2:]}",
        f"{CALLER}\n",
    ],
)
def test_a_header_that_is_no_traceparent_is_as_if_there_were_none(header: str | None) -> None:
    assert usable(header) is None


def test_a_later_version_of_the_header_may_say_more() -> None:
    assert usable(f"01{CALLER[2:]}-more") is not None


def test_the_span_of_an_operation_lasts_from_its_request_to_its_end() -> None:
    at = "2026-11-28T05:34:00+00:00"
    span = operation_span(OPERATION, TRACE, {"status": "Succeeded", "failure": None}, at=at)
    assert (span.ended - span.began) / 1e9 == 34 * 60
    assert (span.id, span.parent, span.error) == (TRACE.root, None, "")


def test_an_operation_that_failed_says_why() -> None:
    failure = {"code": "QuotaExceeded", "message": "no more of them"}
    end = {"status": "Failed", "failure": failure, "residue": [{}, {}]}
    span = operation_span(OPERATION, TRACE, end, at="2026-11-28T05:34:00+00:00")
    assert span.error == "QuotaExceeded: no more of them"
    assert span.attributes["hybriddb.residue"] == 2


def test_a_step_lasts_from_its_first_submit_to_its_end() -> None:
    (span,) = step_spans(OPERATION, TRACE, walked(RUN))
    assert (span.ended - span.began) / 1e9 == 12.5
    assert (span.name, span.parent, span.trace) == ("create nat-gateway", TRACE.root, TRACE.id)


def test_a_step_that_was_done_and_undone_is_two_spans() -> None:
    (done,), (undone,) = (
        list(step_spans(OPERATION, TRACE, walked(RUN, undo=u))) for u in (False, True)
    )
    assert done.id != undone.id


@pytest.mark.parametrize("run", [{"state": "waiting", "attempts": 0}, {**RUN, "settledAt": ""}])
def test_a_step_that_was_never_begun_is_no_span(run: Any) -> None:
    run = {name: value for name, value in run.items() if value != ""}
    assert list(step_spans(OPERATION, TRACE, walked(run))) == []


def test_a_call_hangs_on_its_step() -> None:
    parent = step_span_id(OPERATION.id, STEP["key"], undo=False)
    (step,) = step_spans(OPERATION, TRACE, walked(RUN))
    call = ArmCall("PUT", "management.azure.com", 443, STEP["id"], "an-id", 1, 2, 201)
    (span,) = call_spans(TRACE, parent, [call])
    assert span.parent == step.id
    assert span.name == "PUT Microsoft.Network/natGateways"
    assert span.error == ""


@pytest.mark.parametrize(("status", "failed"), [(404, False), (409, True), (None, True)])
def test_a_call_failed_where_azure_refused_it_or_did_not_answer(
    status: int | None, failed: bool
) -> None:
    call = ArmCall("GET", "host", 443, "/x", "an-id", 1, 2, status)
    (span,) = call_spans(TRACE, TRACE.root, [call])
    assert bool(span.error) is failed


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/subscriptions/s/resourceGroups/g", "subscriptions/resourceGroups"),
        (
            f"{STEP['id']}/providers/Microsoft.Insights/diagnosticSettings/d",
            "Microsoft.Insights/diagnosticSettings",
        ),
        (
            "/subscriptions/s/providers/Microsoft.Network/locations/l/operations/o",
            "Microsoft.Network/locations/operations",
        ),
        ("/", "/"),
        ("", "/"),
        ("/providers", ""),
    ],
)
def test_names_of_resources_are_no_part_of_the_name_of_a_span(path: str, kind: str) -> None:
    assert kind_of(path) == kind
