"""The checks read Azure through the real SDKs, write nothing, and answer everything at once."""

from collections.abc import Callable
from typing import Any

import pytest

from local.arm_emulator.emulator import ArmEmulator
from shared.cloud.clients import AzureClients
from shared.cloud.preflight import CHECKS, preflight
from shared.cloud.secrets import Vaults
from shared.deployment.messages import Advice, Json
from shared.deployment.spec import DeploymentSpec
from shared.resources.catalogue import catalogue

Assume = Callable[..., object]

READS = {"GET", "HEAD"}
QUESTIONS = ("/checkNameAvailability", "/checkPolicyRestrictions")


def ask(
    clients: AzureClients, spec: Json, inventory: Any = None, **fields: Any
) -> tuple[list[Advice], list[Advice]]:
    subscription = {"subscriptionId": clients.subscription_id}
    whole = DeploymentSpec.model_validate({**spec, **subscription, **fields})
    return preflight(clients, whole, inventory or {})


def refused(answer: tuple[list[Advice], list[Advice]]) -> list[tuple[str, str]]:
    return [(advice["code"], advice["target"]) for advice in answer[1]]


def circuit_of(spec: Json) -> str:
    return str(spec["expressRoute"]["circuitId"])


def test_the_recipe_is_accepted_without_a_warning(clients: AzureClients, spec: Json) -> None:
    assert ask(clients, spec) == ([], [])


def test_nothing_is_written(azure: ArmEmulator, clients: AzureClients, spec: Json) -> None:
    ask(clients, spec)
    asked = [c for c in azure.calls() if c["method"] not in READS]
    assert all(c["action"] or c["target"].endswith(QUESTIONS) for c in asked)
    assert {c["method"] for c in asked} <= {"POST"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"serviceProviderProvisioningState": "NotProvisioned"}, "CircuitNotReady"),
        ({"circuitProvisioningState": "Disabled"}, "CircuitNotReady"),
        ({"peerings": []}, "CircuitWithoutPrivatePeering"),
    ],
)
def test_a_circuit_in_a_bad_state_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json, changes: Json, code: str
) -> None:
    azure.edit(circuit_of(spec), {"properties": changes})
    assert refused(ask(clients, spec)) == [(code, "expressRoute.circuitId")]


def test_a_circuit_that_does_not_exist_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    azure.remove(circuit_of(spec))
    assert ("CircuitNotFound", "expressRoute.circuitId") in refused(ask(clients, spec))


def test_every_fault_comes_in_one_answer(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    azure.edit(circuit_of(spec), {"sku": {"tier": "Local"}, "properties": {"peerings": []}})
    zone = circuit_of(spec).replace("expressRouteCircuits/er-circuit-hub", "privateDnsZones/none")
    gateway = {**spec["gateway"], "alias": {"zoneId": zone}}
    found = refused(ask(clients, spec, location="westus2", gateway=gateway))
    assert set(found) >= {
        ("CircuitWithoutPrivatePeering", "expressRoute.circuitId"),
        ("CircuitOutOfReach", "location"),
        ("ZoneNotFound", "gateway.alias.zoneId"),
    }


def test_a_region_that_is_none_is_refused(clients: AzureClients, spec: Json) -> None:
    assert ("LocationNotAvailable", "location") in refused(ask(clients, spec, location="atlantis"))


def test_a_gateway_of_somebody_else_in_the_network_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    whole = DeploymentSpec.model_validate({**spec, "subscriptionId": clients.subscription_id})
    network = catalogue()["virtual-network"].id(whole)
    subnet = {"id": f"{network}/subnets/GatewaySubnet"}
    configuration = {"name": "default", "properties": {"subnet": subnet}}
    properties = {
        "gatewayType": "ExpressRoute",
        "sku": {"name": "ErGw1AZ"},
        "ipConfigurations": [configuration],
    }
    other = catalogue()["express-route-gateway"].id(whole) + "-other"
    azure.put(other, {"location": "eastus", "properties": properties})
    assert ("GatewayExists", "expressRoute") in refused(ask(clients, spec))


@pytest.mark.parametrize(
    ("settings", "code", "target"),
    [
        ({"unregistered": ("Microsoft.Compute",)}, "ProviderNotRegistered", "subscriptionId"),
        ({"quotas": {"VirtualNetworks": 0}}, "QuotaExceeded", "location"),
        ({"quotas": {"StandardSkuPublicIpAddresses": 1}}, "QuotaExceeded", "location"),
        ({"quotas": {"postgresql/standardDSv3Family": 1}}, "QuotaExceeded", "postgres.sku"),
        ({"restricted_sizes": ("Standard_B2s",)}, "SkuNotAvailable", "jumpBox.size"),
        ({"postgresql_restricted": ("eastus",)}, "LocationRestricted", "location"),
    ],
)
def test_what_the_subscription_may_not_have_is_refused(
    assume: Assume, clients: AzureClients, spec: Json, settings: Json, code: str, target: str
) -> None:
    assume(**settings)
    assert refused(ask(clients, spec)) == [(code, target)]


def test_a_size_that_is_restricted_in_one_zone_is_accepted(
    assume: Assume, clients: AzureClients, spec: Json
) -> None:
    assume(restricted_sizes=("Standard_B2s/1",))
    assert refused(ask(clients, spec)) == []


def test_high_availability_needs_a_region_that_has_it(
    assume: Assume, clients: AzureClients, spec: Json
) -> None:
    assume(postgresql_without_ha=("eastus",))
    postgres = {**spec["postgres"], "highAvailability": "ZoneRedundant"}
    found = refused(ask(clients, spec, postgres=postgres))
    assert set(found) == {("HighAvailabilityNotSupported", "postgres.highAvailability")}


def extended(scope: str, kind: str, properties: Json) -> tuple[str, Json]:
    """A resource of Microsoft.Authorization at a scope."""
    identity = f"{scope}/providers/Microsoft.Authorization/{kind}/one"
    return identity, {"properties": properties}


def group_of(clients: AzureClients, spec: Json) -> str:
    return f"/subscriptions/{clients.subscription_id}/resourceGroups/{spec['resourceGroup']}"


def test_a_role_that_only_reads_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    scope = f"/subscriptions/{clients.subscription_id}"
    azure.put(*extended(scope, "permissions", {"actions": ["*/read"]}))
    _, refusals = ask(clients, spec)
    assert [r["target"] for r in refusals] == ["subscriptionId", "expressRoute.circuitId"]
    assert "Microsoft.DBforPostgreSQL/flexibleServers/write" in refusals[0]["message"]
    assert "expressRouteCircuits/join/action" in refusals[1]["message"]


@pytest.mark.parametrize(
    ("level", "found"),
    [("ReadOnly", [("ScopeLocked", "resourceGroup")]), ("CanNotDelete", [])],
)
def test_a_locked_group_is_refused_where_it_takes_no_writes(
    azure: ArmEmulator,
    clients: AzureClients,
    spec: Json,
    level: str,
    found: list[tuple[str, str]],
) -> None:
    azure.put(*extended(group_of(clients, spec), "locks", {"level": level}))
    warnings, refusals = ask(clients, spec)
    assert refused((warnings, refusals)) == found
    assert bool(warnings) is not bool(found)


def test_a_policy_that_denies_public_addresses_is_refused_for_each_kind(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    rule = {"if": {"field": "type", "equals": "Microsoft.Network/publicIPAddresses"}}
    scope = f"/subscriptions/{clients.subscription_id}"
    azure.put(*extended(scope, "policyAssignments", {"policyRule": rule}))
    (refusal,) = ask(clients, spec)[1]
    assert refusal["code"] == "RequestDisallowedByPolicy"
    assert "policyAssignments/one" in refusal["message"]


def server_in(group: str, spec: DeploymentSpec) -> str:
    return catalogue()["postgres-server"].id(spec).replace(spec.group, group)


@pytest.mark.parametrize(("elsewhere", "taken"), [(True, True), (False, False)])
def test_a_name_is_taken_unless_the_server_is_in_our_group(
    azure: ArmEmulator, clients: AzureClients, spec: Json, elsewhere: bool, taken: bool
) -> None:
    whole = DeploymentSpec.model_validate({**spec, "subscriptionId": clients.subscription_id})
    sku = {"name": "Standard_D2s_v3", "tier": "GeneralPurpose"}
    body = {"location": "eastus", "sku": sku, "properties": {"version": "17"}}
    azure.put(server_in("rg-other" if elsewhere else whole.group, whole), body)
    found = refused(ask(clients, spec))
    assert (("ServerNameNotAvailable", "postgres.serverName") in found) is taken


def test_a_secret_that_is_not_in_the_vault_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    password = {"keyVaultSecret": f"{azure.url}/secrets/pw"}
    postgres = {**spec["postgres"], "adminPassword": password}
    assert refused(ask(clients, spec, postgres=postgres)) == [("SecretNotFound", "postgres-server")]


def test_a_secret_is_looked_for_without_reading_it(
    azure: ArmEmulator, clients: AzureClients, vaults: Vaults, spec: Json
) -> None:
    azure.set_secret("pw", "correct-horse-battery")
    postgres = {
        **spec["postgres"],
        "adminPassword": {"keyVaultSecret": f"{azure.url}/secrets/pw"},
    }
    assert refused(ask(clients, spec, postgres=postgres)) == []
    asked = azure.calls(type="Microsoft.KeyVault/vaults/secrets")
    assert {c["target"] for c in asked if c["status"] == 200} == {"/secrets/pw/versions"}


def test_a_check_that_is_forbidden_is_a_warning(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    kind = "Microsoft.Network/expressRouteCircuits"
    azure.fail(type=kind, status=403, code="AuthorizationFailed")
    warnings, refusals = ask(clients, spec)
    assert refusals == []
    (told,) = [w["message"] for w in warnings if "the ExpressRoute circuit" in w["message"]]
    assert told.startswith("could not check the ExpressRoute circuit (AuthorizationFailed")


def test_what_was_found_before_a_failure_is_kept(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    azure.fail(type="Microsoft.Network/privateDnsZones", status=500, times=0)
    azure.edit(circuit_of(spec), {"properties": {"peerings": []}})
    answer = ask(clients, spec)
    assert refused(answer) == [("CircuitWithoutPrivatePeering", "expressRoute.circuitId")]
    assert any("existing private DNS zones" in w["message"] for w in answer[0])


def test_an_azure_that_does_not_answer_is_a_warning_per_check(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    azure.fail(reset="before", times=0)
    warnings, refusals = ask(clients, spec)
    assert refusals == []
    assert 1 < len(warnings) <= len(CHECKS)
    assert {w["code"] for w in warnings} == {"NotChecked"}
