"""Azure knows what is asked of it by the trace of the operation that asks."""

from typing import Any

from shared.deployment.tracing import trace_of

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

Json = dict[str, Any]


def correlations(simulation: Any) -> set[str]:
    """Under which ids the app has asked ARM for anything; the vault takes none."""
    return {
        call.correlation
        for call in simulation.azure.cloud.calls
        if call.caller and call.target.startswith(("/subscriptions/", "/providers/"))
    }


def test_every_call_of_an_operation_is_known_by_the_trace_of_its_caller(
    simulation: Any, lean: Json
) -> None:
    path, headers = f"deployments/{lean['name']}/plan", {"traceparent": CALLER}
    planned = simulation.finish(simulation.request("POST", path, json=lean, headers=headers))
    assert planned["traceId"] == CALLER[3:35]
    assert correlations(simulation) == {"0af76519-16cd-43dd-8448-eb211c80319c"}


def test_every_call_of_an_operation_without_a_caller_is_known_by_its_own_trace(
    simulation: Any, lean: Json
) -> None:
    path = f"deployments/{lean['name']}/plan"
    planned = simulation.finish(simulation.request("POST", path, json=lean))
    trace = trace_of(planned["id"])
    assert planned["traceId"] == trace.id
    assert correlations(simulation) == {trace.correlation}
