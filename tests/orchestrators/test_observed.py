"""Everything that a deployment makes is watched, and people are told."""

from typing import Any

import pytest

from tests.orchestrators.test_existing_ground import actions

Json = dict[str, Any]

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
WORKSPACE = (
    f"{SUBSCRIPTION}/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights"
    "/workspaces/log-corp"
)


@pytest.fixture
def watched(lean: Json) -> Json:
    """A small deployment that is watched."""
    return lean | {"monitoring": {"alerts": {"emails": ["dba@corp.example"]}}}


def test_an_observed_deployment_is_made_stays_and_goes(simulation: Any, load_sample: Any) -> None:
    spec, before = load_sample("observed"), simulation.resources()
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    assert simulation.drift(spec["name"])["status"] == "inSync"
    assert actions(simulation.deploy(spec)) == {}
    assert simulation.destroy(spec["name"])["status"] == "Succeeded"
    assert simulation.resources() == before


KINDS = ("*/workspaces", "*/diagnosticSettings", "*/actionGroups", "*/metricAlerts")


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_at_what_watches_takes_everything_back(
    simulation: Any, watched: Json, kind: str
) -> None:
    before = simulation.resources()
    simulation.azure.fail(type=kind, method="PUT", status=400, code="QuotaExceeded")
    told = simulation.deploy(watched)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "QuotaExceeded")
    assert told["residue"] == []
    assert simulation.resources() == before


def test_what_watches_is_watched_and_repaired(simulation: Any, watched: Json) -> None:
    simulation.deploy(watched)
    keys = {
        "diagnostics-postgres-server": {"properties": {"logs": []}},
        "alert-database-cpu": {"properties": {"enabled": False}},
        "action-group": {"properties": {"emailReceivers": []}},
        "workspace": {"properties": {"retentionInDays": 7}},
    }
    ids = ids_of(simulation, watched)
    for key, edit in keys.items():
        simulation.azure.edit(ids[key], edit)
    assert {c["key"] for c in simulation.drift(watched["name"])["changes"]} == set(keys)
    name = watched["name"]
    simulation.finish(simulation.request("POST", f"deployments/{name}/drift/repair"))
    assert simulation.drift(name)["status"] == "inSync"


def ids_of(simulation: Any, spec: Json) -> dict[str, str]:
    """The ids of everything in a deployment, by key."""
    listed = simulation.deploy(spec)["plan"]
    return {step["key"]: step["id"] for step in listed}


def test_everything_writes_to_the_workspace_that_is_there(simulation: Any, watched: Json) -> None:
    body = {"location": "eastus", "properties": {"sku": {"name": "PerGB2018"}}}
    simulation.azure.put(WORKSPACE, body)
    spec = watched | {"existing": {"workspace": WORKSPACE}}
    assert simulation.deploy(spec)["status"] == "Succeeded"
    written = [
        body["properties"]["workspaceId"]
        for i, body in simulation.resources().items()
        if "/diagnosticsettings/" in i.casefold()
    ]
    assert len(written) > 8
    assert set(written) == {WORKSPACE}
    assert simulation.destroy(spec["name"])["status"] == "Succeeded"
    assert WORKSPACE in simulation.resources()


def test_thresholds_are_those_of_the_spec(simulation: Any, watched: Json) -> None:
    alerts = watched["monitoring"]["alerts"] | {"connectionsPercent": 50, "cpuPercent": 60}
    told = simulation.deploy(watched | {"monitoring": {"alerts": alerts}})
    assert told["status"] == "Succeeded", told["failure"]
    thresholds = {
        criterion["metricName"]: criterion["threshold"]
        for i, body in simulation.resources().items()
        if "/metricAlerts/" in i
        for criterion in body["properties"]["criteria"]["allOf"]
    }
    assert thresholds["cpu_percent"] == 60
    assert thresholds["active_connections"] == 100  # of the 200 that the recipe asks for
    assert thresholds["BgpAvailability"] == 100
