"""Whatever fails, Azure ends as it was before."""

from typing import Any

import pytest

from local.arm_emulator.settings import OTHER_SUBSCRIPTION_ID
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.catalogue import catalogue

Json = dict[str, Any]

OPTIONAL = {"private-dns-link-hub", "workspace", "postgres-administrator"}
MONITORS = ("diagnosticSettings", "metricAlerts", "actionGroups")
# What lies in the networks and zones of others is tried in test_existing_ground.py, what watches
# in test_observed.py.
ELSEWHERE = ("privateDnsZones/A", "virtualNetworks/subnets", "virtualNetworkPeerings", *MONITORS)
KEYS = [
    r.key
    for r in catalogue().resources
    if not r.arm_type.endswith(ELSEWHERE) and r.key not in OPTIONAL
]
ASYNCHRONOUS = [
    key for key in KEYS if key not in {"resource-group", "waf-policy", "postgres-parameters"}
]
"""Resources whose submit starts an operation; the others have been written once it returns."""

THREE = ("virtual-network", "postgres-server", "application-gateway")


def fault(spec: Json, key: str) -> Json:
    """What makes the creation of one resource fail: its method, type and name."""
    model = DeploymentSpec.model_validate({"subscriptionId": SUBSCRIPTION, **spec})
    resource = catalogue()[key]
    method = "PATCH" if key == "postgres-parameters" else "PUT"
    name = "*" if key == "postgres-parameters" else resource.name(model)
    return {"method": method, "type": resource.arm_type, "name": name}


def ends_as_before(simulation: Any, spec: Json, **what: Any) -> None:
    there = simulation.resources()
    simulation.azure.fail(**what)
    told = simulation.deploy(spec)
    assert told["status"] == "Failed"
    assert told["failure"]["code"] == "QuotaExceeded"
    assert told["residue"] == []
    assert simulation.resources() == there


@pytest.mark.parametrize("key", THREE)
def test_a_refused_submit_leaves_nothing_behind(simulation: Any, spec: Json, key: str) -> None:
    ends_as_before(simulation, spec, **fault(spec, key), status=409, code="QuotaExceeded")


@pytest.mark.parametrize("key", THREE)
def test_a_failed_operation_leaves_nothing_behind(simulation: Any, spec: Json, key: str) -> None:
    ends_as_before(simulation, spec, **fault(spec, key), operation="Failed", code="QuotaExceeded")


@pytest.mark.slow
@pytest.mark.parametrize("key", [key for key in KEYS if key not in THREE])
def test_any_refused_submit_leaves_nothing_behind(simulation: Any, spec: Json, key: str) -> None:
    ends_as_before(simulation, spec, **fault(spec, key), status=409, code="QuotaExceeded")


@pytest.mark.slow
@pytest.mark.parametrize("key", [key for key in ASYNCHRONOUS if key not in THREE])
def test_any_failed_operation_leaves_nothing_behind(simulation: Any, spec: Json, key: str) -> None:
    ends_as_before(simulation, spec, **fault(spec, key), operation="Failed", code="QuotaExceeded")


def test_the_instance_of_a_failed_deployment_is_failed_too(simulation: Any, spec: Json) -> None:
    simulation.azure.fail(**fault(spec, "route-table"), status=400, code="InvalidParameter")
    started = simulation.request("POST", "deployments", json=spec)
    status = simulation.host.wait_for(started.json()["id"])
    assert status["runtimeStatus"] == "Failed"
    assert "route-table" in status["output"]


def test_a_failed_update_restores_what_it_had_changed(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    there = simulation.resources()
    changed = lean
    changed["onPremises"] = {"prefixes": ["10.77.0.0/16"]}
    changed["postgres"] = {"parameters": {"work_mem": "8192", "max_connections": "150"}}
    wanted = fault(lean, "postgres-parameters") | {"nth": 2}
    simulation.azure.fail(**wanted, status=400, code="InvalidParameterValue")
    told = simulation.deploy(changed)
    assert told["status"] == "Failed"
    assert told["residue"] == []
    assert comparable(simulation.resources()) == comparable(there)


def test_a_restored_connection_carries_the_key_that_azure_does_not_show(
    simulation: Any, spec: Json, lean: Json, assume: Any
) -> None:
    assume(connection_key_is_kept=False)
    circuit = spec["expressRoute"]["circuitId"].replace(SUBSCRIPTION, OTHER_SUBSCRIPTION_ID)
    key = {"authorizationKey": "a-key", "authorizationUseStatus": "Available"}
    authorizations = [{"name": "ours", "properties": key}]
    simulation.azure.put(circuit, {"properties": {"authorizations": authorizations}})
    simulation.azure.set_secret("circuit-key", "a-key")
    reference = {"keyVaultSecret": f"{simulation.azure.url}/secrets/circuit-key"}
    route = {"circuitId": circuit, "authorizationKey": reference}
    told = simulation.deploy(lean | {"expressRoute": route})
    assert told["status"] == "Succeeded", told["failure"]
    parameters = {"work_mem": "8192", "max_connections": "150"}
    changed = {
        "expressRoute": route | {"routingWeight": 10},
        "postgres": {"parameters": parameters},
    }
    wanted = fault(spec, "postgres-parameters") | {"nth": 2}
    simulation.azure.fail(**wanted, status=400, code="InvalidParameterValue")
    told = simulation.deploy(lean | changed)
    assert (told["status"], told["residue"]) == ("Failed", [])
    states = {step["key"]: step["action"] for step in told["steps"]}
    assert states["express-route-connection"] == "restore"
    connection = next(b for i, b in simulation.resources().items() if "/connections/" in i)
    assert connection["properties"]["routingWeight"] == 0


def test_an_update_that_somebody_has_overtaken_is_stale_and_overwrites_nothing(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    group = next(i for i in simulation.resources() if "nsg-database" in i)

    def overtake() -> None:
        rules = simulation.resources()[group]["properties"]["securityRules"]
        rules[0]["properties"]["sourceAddressPrefixes"] = ["203.0.113.0/24"]
        simulation.azure.edit(group, {"properties": {"securityRules": rules}})

    changed = lean | {"onPremises": {"prefixes": ["10.77.0.0/16"]}}
    told = with_overtaking(simulation, changed, overtake)
    assert told["status"] == "Failed"
    assert told["failure"]["code"] == "PlanStale"
    rules = simulation.resources()[group]["properties"]["securityRules"]
    assert rules[0]["properties"]["sourceAddressPrefixes"] == ["203.0.113.0/24"]


def with_overtaking(simulation: Any, spec: Json, overtake: Any) -> Json:
    """Deploy on a host that lets somebody act between the plan and the first submit."""
    simulation.host.stop()
    acted: list[bool] = []

    def boundary(place: str) -> None:
        if "submit_steps" in place and not acted:
            acted.append(True)
            overtake()

    simulation.start(boundary=boundary)
    told: Json = simulation.deploy(spec)
    assert acted, "the host names no boundary of submit_steps"
    return told


def test_an_undo_that_fails_does_not_stop_the_others(
    simulation: Any, spec: Json, lean: Json
) -> None:
    there = simulation.resources()
    simulation.azure.fail(**fault(spec, "postgres-server"), operation="Failed", code="X")
    simulation.azure.fail(
        method="DELETE", type="*/routeTables", times=0, status=409, code="ScopeLocked"
    )
    told = simulation.deploy(lean)
    assert {left["key"] for left in told["residue"]} == {"route-table", "resource-group"}
    reasons = {left["key"]: left["reason"] for left in told["residue"]}
    assert reasons["route-table"].startswith("ScopeLocked")
    assert reasons["resource-group"] == "waits for route-table"
    left = set(simulation.resources()) - set(there)
    assert {i.rsplit("/", 1)[-1] for i in left} == {
        spec["resourceGroup"],
        f"rt-database-{spec['name']}",
    }


@pytest.mark.parametrize("minutes", [0.5, 6, 20])
def test_cancelling_rolls_everything_back(simulation: Any, spec: Json, minutes: float) -> None:
    there = simulation.resources()
    simulation.host.stop()
    simulation.start(jumps=False)
    started = simulation.request("POST", "deployments", json=spec).json()
    simulation.advance(minutes=minutes)
    assert simulation.operation(started["id"])["phase"] == "deploying"
    simulation.request("POST", f"operations/{started['id']}/cancel")
    simulation.advance(minutes=100)
    told = simulation.operation(started["id"])
    assert told["status"] == "Canceled"
    assert simulation.resources() == there


def comparable(resources: dict[str, Json]) -> dict[str, Json]:
    """Bodies without what every write moves."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            moving = {"etag", "systemData", "source", "resourceGuid", "changedTime"}
            moving |= {"earliestRestoreDate"}
            return {k: clean(v) for k, v in value.items() if k not in moving}
        return [clean(v) for v in value] if isinstance(value, list) else value

    return {i: clean(body) for i, body in resources.items() if "/configurations/" not in i}


SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
