"""The roles of the app: whatever it asks of Azure is granted, and whatever is granted is asked."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from local.arm_emulator.emulator import ArmEmulator
from shared.deployment.specs.parsing import parse_spec
from shared.planning.roles import CIRCUIT, PRIVILEGED, PROBER, READS
from shared.resources.catalogue import catalogue
from shared.resources.virtual_network import HubVirtualNetwork
from tests.azure_actions import action_of, granted_actions, used_actions
from tests.shared.strategies import SUBSCRIPTION

ROOT = Path(__file__).parents[1]
GRANTED: dict[str, list[str]] = json.loads((ROOT / "infra" / "roles.json").read_text())
# Of what Azure asks by itself, for a disk that is declared inside of its machine, and of who lets
# something write to a workspace (Learn: Diagnostic settings, permissions).
INHERENT = {
    "microsoft.compute/disks/write",
    "microsoft.compute/disks/delete",
    "microsoft.operationalinsights/workspaces/sharedkeys/action",
    # What lists run commands (Learn: managed run commands for Linux, permissions).
    "microsoft.compute/locations/runcommands/read",
    # Asked in other clouds than the public one, whose answers are known.
    "microsoft.network/applicationgatewayavailablessloptions/read",
    "microsoft.network/applicationgatewayavailablewafrulesets/read",
}
LOGS = "microsoft.operationalinsights/workspaces/sharedkeys"  # writes logs, and opens nothing
STOPPED = ("/flexibleServers/psql", "/applicationGateways/appgw")


def test_whatever_any_sample_asks_in_its_life_is_granted_and_the_reverse(
    simulation: Any, load_sample: Any
) -> None:
    specs = [
        load_sample(name) | {"approval": None}
        for name in ("recipe", "lean", "direct", "full", "hub", "spoke")
    ]
    recipe, lean, direct, full, in_hub, spoke = specs
    lean |= {part: load_sample("two-regions")[part] for part in ("secondRegion", "dns")}
    in_hub["monitoring"] = {"alerts": {"emails": ["dba@corp.example"]}}
    in_hub["postgres"] = load_sample("secure")["postgres"]
    in_hub["protect"] = {"locks": ["postgres-server"]}
    hub = HubVirtualNetwork().id(parse_spec(direct, subscription_id=SUBSCRIPTION))
    space = {"addressPrefixes": ["10.1.0.0/16"]}
    simulation.azure.put(hub, {"location": "eastus", "properties": {"addressSpace": space}})
    assigned = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments"
    simulation.azure.put(f"{assigned}/audit", {"properties": {"displayName": "denies nothing"}})
    direct["adopt"] = True
    for spec in specs:
        deployed = simulation.deploy(spec)
        assert deployed["status"] == "Succeeded", deployed["failure"]
    simulation.finish(simulation.request("POST", f"deployments/{recipe['name']}/validate"))
    simulation.deploy(recipe | {"jumpBox": {"networkWatcher": False}})
    server, proxy = (one_of(simulation, recipe, kind) for kind in STOPPED)
    simulation.azure.edit(server, {"properties": {"state": "Stopped"}})
    simulation.azure.edit(proxy, {"properties": {"operationalState": "Stopped"}})
    simulation.finish(simulation.request("POST", f"deployments/{recipe['name']}/drift/repair"))
    named = {"resources": ["route-table"]}
    forgetting = simulation.request("POST", f"deployments/{direct['name']}/forget", json=named)
    assert simulation.finish(forgetting)["status"] == "Succeeded"
    assert simulation.deploy(in_hub | {"protect": False})["status"] == "Succeeded"
    for spec in (recipe, lean, full, in_hub, spoke):
        assert simulation.destroy(spec["name"])["status"] == "Succeeded"
    move_to_a_port(simulation.azure, recipe["expressRoute"]["circuitId"])
    simulation.finish(simulation.request("POST", f"deployments/{recipe['name']}/plan", json=recipe))
    used = used_actions(simulation.azure)
    assert sorted(used - granted_actions()) == []
    assert sorted(granted_actions() - used - INHERENT) == []


def move_to_a_port(azure: ArmEmulator, circuit: str) -> None:
    """Let the circuit be one of ExpressRoute Direct."""
    port = circuit.replace("expressRouteCircuits/er-circuit-hub", "expressRoutePorts/port")
    azure.put(port, {"location": "eastus", "properties": {"peeringLocation": "Equinix-Ashburn"}})
    there = {"expressRoutePort": {"id": port}, "bandwidthInGbps": 10}
    azure.edit(circuit, {"sku": {"tier": "Premium"}, "properties": there})


def one_of(simulation: Any, spec: dict[str, Any], name: str) -> str:
    """The id of a deployment's resource whose name begins so."""
    group = f"/resourceGroups/{spec['resourceGroup']}/"
    ids: list[str] = list(simulation.resources())
    return next(i for i in ids if group in i and name in i)


def test_nothing_dangerous_is_in_the_role_that_is_on_by_default() -> None:
    text = " ".join(GRANTED["deployer"]).casefold().replace(LOGS, "")
    for danger in (
        *("runcommand", "extensions/", "assign/action", "roleassignments", "roledefinitions"),
        *("listkeys", "sharedkey", "elevateaccess", "listcredential", "/*"),
    ):
        assert danger not in text


@pytest.mark.parametrize("table", [READS, CIRCUIT, PRIVILEGED, PROBER])
def test_an_action_that_follows_from_no_resource_says_what_it_is_for(table: Any) -> None:
    of_resources = {action for resource in catalogue().resources for action in resource.actions}
    assert not set(table) & of_resources
    assert all(re.fullmatch(r"[a-z].{10,}", reason) for reason in table.values())


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "/subscriptions/s", "microsoft.resources/subscriptions/read"),
        (
            "GET",
            "/subscriptions/s/resourceGroups/g/resources",
            "microsoft.resources/subscriptions/resourcegroups/resources/read",
        ),
        (
            "GET",
            "/subscriptions/s/providers/X.Y",
            "microsoft.resources/subscriptions/providers/read",
        ),
        ("GET", "/subscriptions/s/providers/X.Y/skus", "x.y/skus/read"),
        ("POST", "/subscriptions/s/providers/X.Y/zs/n/start", "x.y/zs/start/action"),
        ("PATCH", "/subscriptions/s/resourceGroups/g/providers/X.Y/zs/n", "x.y/zs/write"),
    ],
)
def test_a_request_takes_the_action_of_its_type(method: str, path: str, action: str) -> None:
    assert action_of(method, path) == action
