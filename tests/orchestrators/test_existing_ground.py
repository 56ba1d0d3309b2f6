"""Deployments where people really are: a circuit that is weeks away, or none at all."""

from typing import Any

import pytest

Json = dict[str, Any]

SAMPLES = ("deferred",)

every_sample = pytest.mark.parametrize("sample", SAMPLES)


def actions(told: Json) -> dict[str, str]:
    """What each step of a plan does that does something."""
    return {s["key"]: s["action"] for s in told["plan"] if s["action"] not in {"no-op", "check"}}


@every_sample
def test_a_sample_deploys_stays_and_goes_without_a_trace(
    simulation: Any, load_sample: Any, sample: str
) -> None:
    spec, before = load_sample(sample), simulation.resources()
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    validated = simulation.finish(
        simulation.request("POST", f"deployments/{spec['name']}/validate")
    )
    assert validated["status"] == "Succeeded", validated["failure"]
    assert simulation.drift(spec["name"])["status"] == "inSync"
    assert actions(simulation.deploy(spec)) == {}
    assert simulation.destroy(spec["name"])["status"] == "Succeeded"
    assert simulation.resources() == before


def circuit_of(spec: Json) -> str:
    """The circuit of the surroundings."""
    return str(spec["expressRoute"]["circuitId"])


def test_a_deferred_connection_is_all_that_a_later_update_makes(
    simulation: Any, lean: Json, load_sample: Any
) -> None:
    later = lean | {"expressRoute": "deferred"}
    told = simulation.deploy(later)
    assert told["status"] == "Succeeded", told["failure"]
    assert actions(told)["express-route-gateway"] == "create"
    assert "express-route-connection" not in actions(told)
    assert "ConnectionDeferred" in {w["code"] for w in told["warnings"]}
    assert actions(simulation.deploy(lean)) == {"express-route-connection": "create"}


def test_a_deferred_circuit_may_be_named_before_it_is_ready(
    simulation: Any, azure: Any, lean: Json
) -> None:
    waiting = {"serviceProviderProvisioningState": "NotProvisioned"}
    azure.edit(circuit_of(lean), {"properties": waiting})
    mode = {**lean["expressRoute"], "mode": "deferred"}
    assert simulation.deploy(lean | {"expressRoute": mode})["status"] == "Succeeded"


def test_without_express_route_there_is_neither_gateway_nor_connection(
    simulation: Any, lean: Json
) -> None:
    simulation.deploy(lean)
    told = simulation.deploy(lean | {"expressRoute": "none"})
    assert told["status"] == "Succeeded", told["failure"]
    gone = {"express-route-connection": "delete", "express-route-gateway": "delete"}
    assert actions(told) == gone
    assert not [i for i in simulation.resources() if "/virtualNetworkGateways/" in i]
