"""The checks read Azure through the real SDKs, write nothing, and answer everything at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.arm_emulator.emulator import ArmEmulator
from shared.azure.clients import AzureClients
from shared.deployment.messages import Advice, Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight import CHECKS, preflight
from shared.resources.catalogue import catalogue
from tests.certificates import cer_of

Assume = Callable[..., object]

NOW = datetime(2026, 11, 23, tzinfo=UTC)
READS = {"GET", "HEAD"}
QUESTIONS = (
    "/checkNameAvailability",
    "/checkPolicyRestrictions",
    "/Microsoft.ResourceGraph/resources",
)
MOST_READS = 40  # of Azure Resource Manager, for the whole recipe


def ask(
    clients: AzureClients, spec: Json, there: Any = (), **fields: Any
) -> tuple[list[Advice], list[Advice]]:
    return preflight(clients, whole(clients, spec, **fields), there, now=NOW)


def whole(clients: AzureClients, spec: Json, **fields: Any) -> DeploymentSpec:
    subscription = {"subscriptionId": clients.subscription_id}
    return DeploymentSpec.model_validate({**spec, **subscription, **fields})


def refused(answer: tuple[list[Advice], list[Advice]]) -> list[tuple[str, str]]:
    return [(advice["code"], advice["target"]) for advice in answer[1]]


def circuit_of(spec: Json) -> str:
    return str(spec["expressRoute"]["circuitId"])


def test_the_recipe_is_accepted_without_a_warning(clients: AzureClients, spec: Json) -> None:
    assert ask(clients, spec) == ([], [])


def test_few_reads_are_enough(azure: ArmEmulator, clients: AzureClients, spec: Json) -> None:
    before = len(azure.calls())
    ask(clients, spec)
    made = [c for c in azure.calls()[before:] if not c["path"].startswith("/secrets/")]
    assert len(made) <= MOST_READS


def test_nothing_is_read_inside_a_group_that_is_not_there(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    before = len(azure.calls())
    ask(clients, spec)
    group = f"{group_of(clients, spec)}/".casefold()
    assert not [c for c in azure.calls()[before:] if c["path"].casefold().startswith(group)]


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
    wanted = whole(clients, spec)
    network = catalogue()["virtual-network"].id(wanted)
    subnet = {"id": f"{network}/subnets/GatewaySubnet"}
    configuration = {"name": "default", "properties": {"subnet": subnet}}
    properties = {
        "gatewayType": "ExpressRoute",
        "sku": {"name": "ErGw1AZ"},
        "ipConfigurations": [configuration],
    }
    other = catalogue()["express-route-gateway"].id(wanted) + "-other"
    azure.put(other, {"location": "eastus", "properties": properties})
    assert ("GatewayExists", "expressRoute") in refused(
        ask(clients, spec, there={"virtual-network"})
    )


@pytest.mark.parametrize(
    ("settings", "code", "target"),
    [
        ({"unregistered": ("Microsoft.Compute",)}, "ProviderNotRegistered", "subscriptionId"),
        ({"quotas": {"VirtualNetworks": 0}}, "QuotaExceeded", "location"),
        ({"quotas": {"StandardSkuPublicIpAddresses": 1}}, "QuotaExceeded", "location"),
        ({"quotas": {"postgresql/standardDSv3Family": 1}}, "QuotaExceeded", "postgres.sku"),
        ({"quotas": {"standardBSFamily": 1}}, "QuotaExceeded", "jumpBox.size"),
        ({"quotas": {"cores": 1}}, "QuotaExceeded", "jumpBox.size"),
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
    warnings, refusals = ask(clients, spec, there={"resource-group"})
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


def test_policies_are_asked_only_where_some_are_assigned(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    ask(clients, spec)
    assert not [c for c in azure.calls() if c["path"].endswith("/checkPolicyRestrictions")]


def server_in(group: str, spec: DeploymentSpec) -> str:
    return catalogue()["postgres-server"].id(spec).replace(spec.group, group)


@pytest.mark.parametrize(("elsewhere", "taken"), [(True, True), (False, False)])
def test_a_name_is_taken_unless_the_server_is_in_our_group(
    azure: ArmEmulator, clients: AzureClients, spec: Json, elsewhere: bool, taken: bool
) -> None:
    wanted = whole(clients, spec)
    sku = {"name": "Standard_D2s_v3", "tier": "GeneralPurpose"}
    body = {"location": "eastus", "sku": sku, "properties": {"version": "17"}}
    azure.put(server_in("rg-other" if elsewhere else wanted.group, wanted), body)
    found = refused(ask(clients, spec))
    assert (("ServerNameNotAvailable", "postgres.serverName") in found) is taken


def with_password(azure: ArmEmulator, spec: Json) -> Json:
    password = {"keyVaultSecret": f"{azure.url}/secrets/pw"}
    return {"postgres": {**spec["postgres"], "adminPassword": password}}


def with_key(azure: ArmEmulator, spec: Json) -> Json:
    key = {"keyVaultSecret": f"{azure.url}/secrets/key"}
    return {"expressRoute": {**spec["expressRoute"], "authorizationKey": key}}


def test_a_secret_that_is_not_in_the_vault_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    found = refused(ask(clients, spec, **with_password(azure, spec)))
    assert found == [("SecretNotFound", "postgres.adminPassword")]


def test_a_password_that_is_too_simple_is_refused_and_not_repeated(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    azure.set_secret("pw", "correcthorse")
    answer = ask(clients, spec, **with_password(azure, spec))
    assert refused(answer) == [("PasswordNotComplex", "postgres.adminPassword")]
    assert "correcthorse" not in str(answer)


def test_a_key_is_looked_for_without_reading_it(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    azure.set_secret("key", "11111111-1111-1111-1111-111111111111")
    use = {"name": "ours", "properties": {"authorizationUseStatus": "Available"}}
    azure.edit(circuit_of(spec), {"properties": {"authorizations": [use]}})
    assert refused(ask(clients, spec, **with_key(azure, spec))) == []
    asked = azure.calls(type="Microsoft.KeyVault/vaults/secrets")
    assert {c["target"] for c in asked if c["status"] == 200} == {"/secrets/key/versions"}


@pytest.mark.parametrize(
    ("field", "given"), [("postgres.adminPassword", True), ("postgres.adminPassword", False)]
)
def test_a_vault_that_the_app_may_not_read_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json, field: str, given: bool
) -> None:
    kind = "Microsoft.KeyVault/vaults/secrets"
    azure.fail(type=kind, status=403, code="Forbidden", times=0)
    fields = with_password(azure, spec) if given else {}
    found = refused(ask(clients, spec, **fields))
    assert found == [("SecretForbidden", field), ("SecretForbidden", "jumpBox.sshPublicKey")]


def test_a_key_gives_access_to_a_circuit_that_the_app_may_not_see(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    azure.set_secret("key", "11111111-1111-1111-1111-111111111111")
    azure.remove(circuit_of(spec))
    warnings, refusals = ask(clients, spec, **with_key(azure, spec))
    assert refusals == []
    assert [w["code"] for w in warnings] == ["CircuitNotVisible"]


def connect(azure: ArmEmulator, spec: Json, number: int) -> None:
    """As many connections of other networks to the circuit."""
    group = circuit_of(spec).partition("/providers/")[0].replace("expressroute", "others")
    network = f"{group}/providers/Microsoft.Network"
    sku = {"name": "ErGw3AZ"}
    for n in range(number):
        space = {"addressPrefixes": [f"10.{100 + n}.0.0/24"]}
        subnet = {"name": "GatewaySubnet", "properties": {"addressPrefix": f"10.{100 + n}.0.0/27"}}
        properties: Json = {"addressSpace": space, "subnets": [subnet]}
        vnet, gateway = f"{network}/virtualNetworks/v{n}", f"{network}/virtualNetworkGateways/g{n}"
        azure.put(vnet, {"location": "eastus", "properties": properties})
        address = {"name": "a", "properties": {"subnet": {"id": f"{vnet}/subnets/GatewaySubnet"}}}
        properties = {"gatewayType": "ExpressRoute", "sku": sku, "ipConfigurations": [address]}
        azure.put(gateway, {"location": "eastus", "properties": properties})
        properties = {
            "connectionType": "ExpressRoute",
            "virtualNetworkGateway1": {"id": gateway},
            "peer": {"id": circuit_of(spec)},
        }
        azure.put(f"{network}/connections/c{n}", {"location": "eastus", "properties": properties})


@pytest.mark.parametrize(("number", "full"), [(9, False), (10, True)])
def test_a_circuit_that_has_all_the_connections_it_takes_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json, number: int, full: bool
) -> None:
    connect(azure, spec, number)
    found = refused(ask(clients, spec))
    assert found == ([("CircuitFull", "expressRoute.circuitId")] if full else [])


def test_a_circuit_on_a_port_whose_links_are_down_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    port = circuit_of(spec).replace("expressRouteCircuits/er-circuit-hub", "expressRoutePorts/port")
    azure.put(port, {"location": "eastus", "properties": {"peeringLocation": "Equinix-Ashburn"}})
    changes = {"expressRoutePort": {"id": port}, "bandwidthInGbps": 10}
    azure.edit(circuit_of(spec), {"sku": {"tier": "Premium"}, "properties": changes})
    assert refused(ask(clients, spec)) == [("CircuitPortDown", "expressRoute.circuitId")]


def existing_network(azure: ArmEmulator, wanted: DeploymentSpec, **properties: Any) -> str:
    """A network where ours will be, made by somebody else."""
    identity = catalogue()["virtual-network"].id(wanted)
    space = {"addressPrefixes": list(wanted.network.address_space)}
    body = {"location": "eastus", "properties": {"addressSpace": space, **properties}}
    azure.put(identity, body)
    return identity


def test_a_network_with_the_same_addresses_is_a_warning(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    existing_network(azure, whole(clients, spec, name="another"))
    warnings, refusals = ask(clients, spec)
    assert refusals == []
    assert [(w["code"], w["target"]) for w in warnings] == [
        ("NetworkOverlapsAnother", "network.addressSpace")
    ]


def test_a_peered_network_with_the_same_addresses_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    wanted = whole(clients, spec)
    elsewhere = {"network": {**spec["network"], "addressSpace": ["10.8.0.0/16"]}}
    peer = existing_network(azure, whole(clients, spec, **{**elsewhere, "name": "another"}))
    peering = {"name": "p", "properties": {"remoteVirtualNetwork": {"id": peer}}}
    existing_network(azure, wanted, virtualNetworkPeerings=[peering])
    wider = {**spec["network"], "addressSpace": ["10.1.0.0/16", "10.8.0.0/24"]}
    found = refused(ask(clients, spec, network=wider))
    assert found == [("PeerOverlapsNetwork", "network.addressSpace")]


def test_a_network_that_asks_its_own_name_servers_is_a_warning(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    existing_network(azure, whole(clients, spec), dhcpOptions={"dnsServers": ["10.1.4.4"]})
    warnings, refusals = ask(clients, spec)
    assert refusals == []
    assert [w["code"] for w in warnings] == ["CustomNameServers"]


def test_a_database_subnet_that_serves_something_else_is_refused(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    service = {"name": "d", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}
    properties = {"addressPrefix": "10.1.3.0/24", "delegations": [service]}
    subnet = {"name": "DatabaseSubnet", "properties": properties}
    existing_network(azure, whole(clients, spec), subnets=[subnet])
    found = refused(ask(clients, spec))
    assert found == [("SubnetDelegatedElsewhere", "network.subnets.database")]


def certified(azure: ArmEmulator, spec: Json) -> Json:
    """A web application behind the gateway, and an alias in the customer's zone."""
    group = circuit_of(spec).partition("/resourceGroups/")[0] + "/resourceGroups"
    identities = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    zone = f"{group}/rg-dns/providers/Microsoft.Network/privateDnsZones/corp.example"
    certificate = {"keyVaultSecret": f"{azure.url}/secrets/web"}
    https = {
        "hostName": "app.corp.example",
        "backendAddresses": ["10.1.4.10"],
        "certificate": certificate,
    }
    gateway = {
        **spec["gateway"],
        "identityId": f"{group}/rg-identities/{identities}/id-gateway",
        "https": https,
        "alias": {"zoneId": zone},
    }
    return {"gateway": gateway}


def store(azure: ArmEmulator, *names: str, days: float = 300, **policy: Json) -> None:
    begins, ends = NOW - timedelta(days=30), NOW + timedelta(days=days)
    azure.set_certificate("web", cer_of(*names, begins=begins, ends=ends), policy)


def test_a_good_certificate_is_accepted(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    store(azure, "*.corp.example")
    assert ask(clients, spec, **certified(azure, spec)) == ([], [])


@pytest.mark.parametrize(
    ("names", "options", "code"),
    [
        (("app.corp.example",), {"days": -1}, "CertificateExpired"),
        (("db.corp.example",), {}, "CertificateOfAnotherName"),
        (("app.corp.example",), {"key_props": {"exportable": False}}, "CertificateNotExportable"),
    ],
)
def test_a_certificate_that_the_gateway_cannot_show_is_refused(
    azure: ArmEmulator,
    clients: AzureClients,
    spec: Json,
    names: tuple[str, ...],
    options: Any,
    code: str,
) -> None:
    store(azure, *names, **options)
    found = refused(ask(clients, spec, **certified(azure, spec)))
    assert found == [(code, "gateway.https.certificate")]


@pytest.mark.parametrize(
    ("plain", "told"),
    [(False, "CertificateNotFound"), (True, "CertificateNotChecked")],
)
def test_a_certificate_that_is_none_is_refused_unless_a_secret_has_its_name(
    azure: ArmEmulator, clients: AzureClients, spec: Json, plain: bool, told: str
) -> None:
    if plain:
        azure.set_secret("web", "a PFX file, perhaps")
    warnings, refusals = ask(clients, spec, **certified(azure, spec))
    assert [advice["code"] for advice in (warnings if plain else refusals)] == [told]
    assert not (refusals if plain else warnings)


def test_a_certificate_that_the_app_may_not_see_is_a_warning(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    store(azure, "app.corp.example")
    kind = "Microsoft.KeyVault/vaults/certificates"
    azure.fail(type=kind, status=403, code="Forbidden")
    warnings, refusals = ask(clients, spec, **certified(azure, spec))
    assert refusals == []
    assert [w["code"] for w in warnings] == ["CertificateNotChecked"]


@pytest.mark.parametrize("field", ["gateway.alias.zoneId", "gateway.identityId"])
def test_rights_are_needed_on_what_lies_elsewhere(
    azure: ArmEmulator, clients: AzureClients, spec: Json, field: str
) -> None:
    store(azure, "app.corp.example")
    fields = certified(azure, spec)
    _, *path = field.split(".")
    scope: Any = fields["gateway"]
    for name in path:
        scope = scope[name]
    azure.put(*extended(scope, "permissions", {"actions": ["*/read"]}))
    (refusal,) = ask(clients, spec, **fields)[1]
    assert (refusal["code"], refusal["target"]) == ("PermissionMissing", field)
    assert "/read" not in refusal["message"].split(" on /")[0]


@pytest.mark.parametrize(
    ("level", "refusals"),
    [("ReadOnly", [("ScopeLocked", "gateway.alias.zoneId")]), ("CanNotDelete", [])],
)
def test_a_zone_that_takes_no_record_is_refused(
    azure: ArmEmulator,
    clients: AzureClients,
    spec: Json,
    level: str,
    refusals: list[tuple[str, str]],
) -> None:
    store(azure, "app.corp.example")
    fields = certified(azure, spec)
    zone = fields["gateway"]["alias"]["zoneId"]
    azure.put(*extended(zone, "locks", {"level": level}))
    answer = ask(clients, spec, **fields)
    assert refused(answer) == refusals
    assert [w["target"] for w in answer[0]] == ([] if refusals else ["gateway.alias.zoneId"])


def test_a_lock_on_the_zone_of_the_server_breaks_its_failover(
    azure: ArmEmulator, clients: AzureClients, spec: Json
) -> None:
    postgres = {**spec["postgres"], "highAvailability": "ZoneRedundant"}
    zone = catalogue()["private-dns-zone"].id(whole(clients, spec))
    azure.put(zone, {"location": "global", "properties": {}})
    azure.put(*extended(zone, "locks", {"level": "CanNotDelete"}))
    found = refused(ask(clients, spec, there={"private-dns-zone"}, postgres=postgres))
    assert found == [("LockBreaksFailover", "postgres.highAvailability")]


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
    answer = ask(clients, spec, there={"virtual-network"})
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


@pytest.mark.parametrize("where", ["subscription", "circuit"])
def test_a_lock_above_a_group_that_is_yet_to_be_made_is_told_once(
    azure: ArmEmulator, clients: AzureClients, spec: Json, where: str
) -> None:
    scope = {
        "subscription": f"/subscriptions/{clients.subscription_id}",
        "circuit": circuit_of(spec),
    }
    azure.put(*extended(scope[where], "locks", {"level": "ReadOnly"}))
    found = [target for code, target in refused(ask(clients, spec)) if code == "ScopeLocked"]
    both = ["resourceGroup", "expressRoute.circuitId"]
    assert found == (both if where == "subscription" else both[1:])
