"""What is measured of operations, steps and calls."""

from dataclasses import replace
from typing import Any

import pytest

from shared.azure.correlation import ArmCall
from shared.records.entities import Operation
from shared.telemetry import telling
from shared.telemetry.measures import Measure, of_calls, of_end, of_steps
from shared.telemetry.spans import Span, Walked

OPERATION = Operation(
    id="prod-1",
    deployment="prod",
    kind="destroy",
    status="Running",
    startedAt="2026-11-28T05:00:00+00:00",
)
AT = "2026-11-28T05:10:00+00:00"
ENDED = {"status": "Failed", "failure": {"code": "C", "message": "m"}, "residue": [{}, {}]}


def by_name(measures: Any) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = {}
    for measure in measures:
        found.setdefault(measure.name, []).append(measure)
    return found


def test_an_operation_is_measured_from_its_request_to_its_end() -> None:
    measured = by_name(of_end(OPERATION, ENDED, at=AT))
    (duration,) = measured["hybriddb.operation.duration"]
    assert (duration.value, duration.attributes["hybriddb.status"]) == (600.0, "Failed")
    (residue,) = measured["hybriddb.operation.residue"]
    assert (residue.value, residue.attributes["hybriddb.deployment"]) == (2, "prod")


def test_an_operation_that_left_nothing_behind_has_no_residue() -> None:
    assert "hybriddb.operation.residue" not in by_name(
        of_end(OPERATION, {"status": "Succeeded"}, at=AT)
    )


@pytest.mark.parametrize(("state", "ratios"), [("succeeded", [2.0]), ("failed", [])])
def test_only_a_step_that_succeeded_says_how_well_it_was_expected(
    state: str, ratios: list[float]
) -> None:
    plan: Any = {"steps": [{"key": "k", "action": "create", "expectedSeconds": 300.0}]}
    run: Any = {"state": state, "startedAt": OPERATION.startedAt, "settledAt": AT}
    measured = by_name(of_steps(Walked(plan, {"k": run})))
    assert [m.value for m in measured["hybriddb.step.duration"]] == [600.0]
    assert [m.value for m in measured.get("hybriddb.step.duration.ratio", [])] == ratios


def test_a_call_that_azure_puts_off_is_counted_by_what_it_was_about() -> None:
    path = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/natGateways/n"
    calls = [ArmCall("GET", "host", 443, path, "r", 1, 2, status) for status in (200, 429, None)]
    measured = by_name(of_calls(calls))
    codes = [m.attributes["http.response.status_code"] for m in measured["hybriddb.arm.calls"]]
    assert codes == [200, 429, 0]
    (put_off,) = measured["hybriddb.arm.throttled"]
    assert put_off.attributes["hybriddb.called"] == "Microsoft.Network/natGateways"


def test_an_end_that_is_told_again_is_the_same_spans_and_is_not_measured_again() -> None:
    def told(operation: Operation) -> tuple[list[Span], list[Measure]]:
        given = (operation, ENDED, AT, ())
        return list(telling._ended(*given)), list(telling._measured(*given))

    spans, measures = told(OPERATION)
    again, nothing = told(replace(OPERATION, endedAt=AT, status="Failed"))
    assert again == spans
    assert measures
    assert nothing == []
