"""A made-up resource is added as one file in a folder of its own; no other file is touched.

What it is tried on is what every resource goes through: the plan, the walk and its rollback, drift
and repair, the contract tests, the roles and the tables of the documentation.
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import shared.resources
from generate.reference import resources as table_of_resources
from shared.planning.preflight.permissions import needed_actions
from shared.planning.roles import roles
from shared.resources.base import edges
from shared.resources.catalogue import catalogue
from shared.resources.prices import monthly
from tests.shared.resources import test_contract
from tests.shared.resources.conftest import sample
from tests.shared.resources.typed_dicts import shape_of, unknown_keys

LOCAL_NETWORK_GATEWAY = '''
"""The VPN device on-premises, as Azure knows it: made up for a test."""

from shared.resources.base import Resource, Timing, seconds


class LocalNetworkGateway(Resource):
    """Says which networks lie behind the device on-premises."""

    key = "local-network-gateway"
    arm_type = "Microsoft.Network/localNetworkGateways"
    free = "https://azure.microsoft.com/pricing/details/vpn-gateway"
    timing = Timing(create=seconds(10), delete=seconds(10))

    def name(self, spec):
        return f"lgw-{spec.name}"

    def body(self, spec, ids):
        behind = {"addressPrefixes": list(spec.on_premises.prefixes)}
        properties = {"localNetworkAddressSpace": behind, "gatewayIpAddress": "203.0.113.7"}
        return {"location": spec.location, "properties": properties}

    def operation_group(self, clients):
        return clients.network.local_network_gateways
'''
PROTECTION_PLAN = '''
"""The protection of the network against floods: made up for a test."""

from shared.deployment.changes.rules import Path
from shared.resources.base import Resource, Timing, seconds
from shared.resources.prices import Meter, Price
from shared.resources.virtual_network import HubVirtualNetwork

MONTH = Price(2944, "productName eq 'Azure DDOS Protection' and meterName eq 'Standard Protection'")


class ProtectionPlan(Resource):
    """Protects the public addresses of the network."""

    key = "protection-plan"
    arm_type = "Microsoft.Network/ddosProtectionPlans"
    verbs = (*Resource.verbs, "join/action")
    timing = Timing(create=seconds(10), delete=seconds(10))
    amends = (HubVirtualNetwork,)
    amended_paths = (Path(at="properties.ddosProtectionPlan", optional=True),)

    def wanted(self, spec):
        return spec.jump_box.enabled

    def name(self, spec):
        return f"ddos-{spec.name}"

    def body(self, spec, ids):
        return {"location": spec.location, "properties": {}}

    def amend(self, other, body, resource_id):
        body["properties"]["ddosProtectionPlan"] = {"id": resource_id}

    def meters(self, body):
        yield Meter("protection plan", 1, MONTH)

    def operation_group(self, clients):
        return clients.network.ddos_protection_plans
'''
FILES = {"local_network_gateway": LOCAL_NETWORK_GATEWAY, "protection_plan": PROTECTION_PLAN}
KEYS = ("local-network-gateway", "protection-plan")

every_one = pytest.mark.parametrize("key", KEYS)


@pytest.fixture(autouse=True)
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package of resources has one more folder, with the files of the made-up ones."""
    for name, source in FILES.items():
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    folders = [*shared.resources.__path__, str(tmp_path)]
    monkeypatch.setattr(shared.resources, "__path__", folders)
    catalogue.cache_clear()
    yield
    for name in FILES:
        sys.modules.pop(f"shared.resources.{name}", None)
        vars(shared.resources).pop(name, None)
    catalogue.cache_clear()


def named(found: dict[str, Any], text: str) -> list[str]:
    """The ids that hold a text."""
    return [identity for identity in found if text in identity]


def test_the_plan_creates_it_and_the_walk_makes_it(simulation: Any, spec: Any) -> None:
    deployed = simulation.deploy(spec)
    assert deployed["status"] == "Succeeded"
    assert {step["key"] for step in deployed["plan"]} >= set(KEYS)
    there = simulation.resources()
    [gateway] = named(there, "/localNetworkGateways/")
    assert there[gateway]["tags"]["hybriddb-deployment"] == spec["name"]
    again = simulation.deploy(spec)
    assert again["unchanged"] == len(again["plan"])


def test_a_failure_elsewhere_takes_it_back(simulation: Any, spec: Any) -> None:
    before = set(simulation.resources())
    gateway = "Microsoft.Network/virtualNetworkGateways"
    simulation.azure.fail(type=gateway, method="PUT", status=400, code="QuotaExceeded")
    assert simulation.deploy(spec)["status"] == "Failed"
    assert set(simulation.resources()) == before


def test_drift_of_it_is_found_and_repaired(simulation: Any, spec: Any) -> None:
    simulation.deploy(spec)
    [gateway] = named(simulation.resources(), "/localNetworkGateways/")
    simulation.azure.edit(gateway, {"properties": {"gatewayIpAddress": "203.0.113.66"}})
    found = simulation.drift(spec["name"])["changes"]
    assert [change["key"] for change in found] == ["local-network-gateway"]
    simulation.finish(simulation.request("POST", f"deployments/{spec['name']}/drift/repair"))
    there = simulation.resources()[gateway]
    assert there["properties"]["gatewayIpAddress"] == "203.0.113.7"


def test_what_it_changes_in_another_is_made_and_taken_back_with_it(
    simulation: Any, spec: Any
) -> None:
    simulation.deploy(spec)
    [plan] = named(simulation.resources(), "/ddosProtectionPlans/")
    assert hub(simulation)["properties"]["ddosProtectionPlan"] == {"id": plan}
    without = spec | {"jumpBox": {"enabled": False}}
    assert simulation.deploy(without)["status"] == "Succeeded"
    assert "ddosProtectionPlan" not in hub(simulation)["properties"]
    assert named(simulation.resources(), "/ddosProtectionPlans/") == []


def hub(simulation: Any) -> Any:
    """The hub network."""
    there = simulation.resources()
    [identity] = [i for i in there if "/virtualNetworks/vnet-hub" in i and "/subnets/" not in i]
    return there[identity]


def test_what_it_changes_in_another_stands_before_it() -> None:
    assert "protection-plan" in edges(catalogue()["virtual-network"])


@every_one
def test_every_contract_holds_for_it(key: str) -> None:
    resource, spec = catalogue()[key], sample("full")
    held = 0
    for name, test in inspect.getmembers(test_contract, inspect.isfunction):
        wants = set(inspect.signature(test).parameters)
        if name.startswith("test_") and wants in ({"resource", "spec"}, {"resource"}):
            test(**{name: {"resource": resource, "spec": spec}[name] for name in wants})
            held += 1
    assert held >= 15


@every_one
def test_its_shape_is_that_of_the_sdk(key: str) -> None:
    shape = shape_of(catalogue()[key])
    assert shape is not None
    assert unknown_keys({"properties": {"misspelt": 1}}, shape) == ["properties.misspelt"]


@every_one
def test_the_role_and_the_preflight_ask_for_its_actions(key: str) -> None:
    resource = catalogue()[key]
    wanted = {f"{resource.arm_type}/{verb}" for verb in ("read", "write", "delete")}
    assert wanted <= set(roles()["deployer"])
    assert wanted <= set(needed_actions([resource]))


@every_one
def test_the_documentation_has_a_row_for_it(key: str) -> None:
    assert f"| `{key}` | `{catalogue()[key].arm_type}` |" in table_of_resources()


def test_it_brings_its_own_price() -> None:
    plan, spec = catalogue()["protection-plan"], sample("recipe")
    assert monthly(plan.meters(plan.tagged_body(spec))) == 2944
