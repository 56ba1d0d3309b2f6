"""Application gateways, firewall policies and Bastion hosts."""

from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., str]
Edit = Callable[[dict[str, Any]], None]


def document(azure: Any) -> dict[str, Any]:
    """The gateway of the architecture: PostgreSQL's wire passed through on layer 4."""
    own = azure.id("applicationGateways/gw")
    subnet = {"id": azure.id("virtualNetworks/vnet/subnets/ApplicationGatewaySubnet")}

    def to(collection: str, name: str) -> dict[str, str]:
        return {"id": f"{own}/{collection}/{name}"}

    def one(name: str, **properties: Any) -> list[dict[str, Any]]:
        return [{"name": name, "properties": properties}]

    private = {"privateIPAllocationMethod": "Static", "privateIPAddress": "10.1.2.10"}
    public = {"publicIPAddress": {"id": azure.id("publicIPAddresses/pip-appgw")}}
    properties = {
        "sku": {"name": "Standard_v2", "tier": "Standard_v2"},
        "autoscaleConfiguration": {"minCapacity": 2, "maxCapacity": 5},
        "gatewayIPConfigurations": one("gwip", subnet=subnet),
        "frontendIPConfigurations": [
            *one("public", **public),
            *one("private", subnet=subnet, **private),
        ],
        "frontendPorts": one("pg", port=5432),
        "backendAddressPools": one(
            "pool", backendAddresses=[{"fqdn": "x.postgres.database.azure.com"}]
        ),
        "probes": one(
            "probe", protocol="Tcp", port=5432, interval=30, timeout=20, unhealthyThreshold=3
        ),
        "backendSettingsCollection": one(
            "pg", protocol="Tcp", port=5432, probe=to("probes", "probe")
        ),
        "listeners": one(
            "pg",
            protocol="Tcp",
            frontendIPConfiguration=to("frontendIPConfigurations", "private"),
            frontendPort=to("frontendPorts", "pg"),
        ),
        "routingRules": one(
            "pg",
            ruleType="Basic",
            priority=100,
            listener=to("listeners", "pg"),
            backendAddressPool=to("backendAddressPools", "pool"),
            backendSettings=to("backendSettingsCollection", "pg"),
        ),
        "sslPolicy": {"policyType": "Predefined", "policyName": "AppGwSslPolicy20220101S"},
    }
    return {"location": "eastus", "zones": ["1", "2", "3"], "properties": properties}


def first(body: dict[str, Any], collection: str) -> dict[str, Any]:
    found: dict[str, Any] = body["properties"][collection][0]["properties"]
    return found


def sku(name: str) -> dict[str, str]:
    return {"name": name, "tier": name}


def another(body: dict[str, Any], collection: str, **more: Any) -> dict[str, Any]:
    return {"name": "another", "properties": first(body, collection) | more}


def web_listener(body: dict[str, Any], protocol: str = "Tcp") -> dict[str, Any]:
    return {"name": "web", "properties": first(body, "listeners") | {"protocol": protocol}}


WRONG: list[tuple[Edit, str]] = [
    (
        lambda b: b["properties"].update(sku={"name": "WAF_v2", "tier": "Standard_v2"}),
        "application_gateway_sku_code",
    ),
    (
        lambda b: b["properties"].update(sku=sku("WAF_v2")),
        "ApplicationGatewayFirewallNotConfiguredForSelectedSku",
    ),
    (
        lambda b: b["properties"]["sku"].update(capacity=2),
        "application_gateway_capacity_code",
    ),
    (
        lambda b: b["properties"]["autoscaleConfiguration"].update(minCapacity=9),
        "application_gateway_autoscale_code",
    ),
    (
        lambda b: b["properties"].update(gatewayIPConfigurations=[]),
        "application_gateway_place_count_code",
    ),
    (
        lambda b: b["properties"].update(frontendIPConfigurations=[]),
        "frontend_count_code",
    ),
    (
        lambda b: b["properties"]["frontendIPConfigurations"][1]["properties"].update(
            privateIPAllocationMethod="Dynamic"
        ),
        "private_frontend_code",
    ),
    (
        lambda b: b["properties"]["frontendIPConfigurations"][1]["properties"].update(
            privateIPAddress="10.1.9.10"
        ),
        "PrivateIPAddressNotInSubnet",
    ),
    (lambda b: first(b, "probes").update(host="a"), "probe_property_code"),
    (
        lambda b: first(b, "probes").update(protocol="Http", path="/health"),
        "probe_host_code",
    ),
    (
        lambda b: first(b, "probes").update(protocol="Http", host="a", path="health"),
        "probe_path_code",
    ),
    (
        lambda b: first(b, "probes").update(protocol="Http", host="a", path="/health"),
        "probe_protocol_code",
    ),
    (
        lambda b: first(b, "probes").update(timeout=31),
        "probe_timeout_code",
    ),
    (
        lambda b: first(b, "backendSettingsCollection").update(protocol="Http"),
        "backend_protocol_code",
    ),
    (
        lambda b: first(b, "listeners").update(hostNames=["a.b"]),
        "listener_property_code",
    ),
    (
        lambda b: first(b, "listeners").update(protocol="Tls"),
        "listener_certificate_code",
    ),
    (
        lambda b: first(b, "listeners").pop("frontendPort"),
        "listener_incomplete_code",
    ),
    (
        lambda b: b["properties"].update(listeners=[], routingRules=[]),
        "listener_missing_code",
    ),
    (
        lambda b: first(b, "routingRules").update(priority=20_001),
        "rule_priority_range_code",
    ),
    (
        lambda b: first(b, "routingRules").pop("backendSettings"),
        "rule_incomplete_code",
    ),
    (
        lambda b: b["properties"].update(routingRules=[]),
        "listener_unused_code",
    ),
    (
        lambda b: first(b, "routingRules")["backendAddressPool"].update(
            id=first(b, "routingRules")["backendAddressPool"]["id"] + "-absent"
        ),
        "InvalidResourceReference",
    ),
    (
        lambda b: b["properties"]["sslPolicy"].pop("policyName"),
        "ssl_policy_code",
    ),
    (
        lambda b: b["properties"].update(
            sslPolicy={"policyType": "CustomV2", "minProtocolVersion": "TLSv1_0"}
        ),
        "ApplicationGatewayDeprecatedTlsVersionUsedInSslPolicy",
    ),
    (
        lambda b: b["properties"].update(sslCertificates=[{"name": "c", "properties": {}}]),
        "certificate_data_code",
    ),
    (
        lambda b: b["properties"]["frontendPorts"].append(b["properties"]["frontendPorts"][0]),
        "duplicate_child_code",
    ),
    (
        lambda b: b["properties"].update(
            sslPolicy={"policyType": "Predefined", "policyName": "AppGwSslPolicy20170401"}
        ),
        "ApplicationGatewayDeprecatedTlsVersionUsedInSslPolicy",
    ),
    (
        lambda b: b["properties"].update(firewallPolicy={"id": "/subscriptions/s/waf"}),
        "ApplicationGatewayFirewallCannotBeEnabledForSelectedSku",
    ),
    (
        lambda b: b["properties"].update(webApplicationFirewallConfiguration={"enabled": True}),
        "InvalidRequestFormat",
    ),
    (
        lambda b: first(b, "gatewayIPConfigurations").pop("subnet"),
        "SubnetIsRequired",
    ),
    (
        lambda b: first(b, "frontendIPConfigurations").pop("publicIPAddress"),
        "ApplicationGatewayFrontendIpBothPublicIpAddressAndSubnetCannotBeNull",
    ),
    (
        lambda b: b["properties"]["frontendIPConfigurations"][1]["properties"].update(
            subnet={"id": first(b, "gatewayIPConfigurations")["subnet"]["id"] + "-other"}
        ),
        "frontend_subnet_code",
    ),
    (
        lambda b: first(b, "frontendPorts").update(port=65503),
        "ApplicationGatewayFrontendPortInvalidPortNumber",
    ),
    (
        lambda b: b["properties"]["listeners"].append(another(b, "listeners")),
        "listener_port_shared_code",
    ),
    (
        lambda b: b["properties"]["routingRules"].append(another(b, "routingRules")),
        "rule_priority_taken_code",
    ),
    (
        lambda b: b["properties"]["routingRules"].append(another(b, "routingRules", priority=2)),
        "rule_listener_taken_code",
    ),
    (
        lambda b: b["properties"].update(
            sslCertificates=[{"name": "c", "properties": {"keyVaultSecretId": "https://v/s/c"}}]
        ),
        "certificate_identity_code",
    ),
    (
        lambda b: b["properties"].update(httpListeners=[web_listener(b)]),
        "listener_protocol_code",
    ),
    (lambda b: first(b, "listeners").update(colour="red"), "InvalidRequestFormat"),
]


def web_document(azure: Any) -> dict[str, Any]:
    """The same gateway with HTTP in front and behind."""
    body = document(azure)
    own, properties = azure.id("applicationGateways/gw"), body["properties"]
    listener, rule = first(body, "listeners"), first(body, "routingRules")
    backend = {"name": "web", "properties": {"protocol": "Http", "port": 80}}
    del rule["backendSettings"], rule["listener"]
    rule["httpListener"] = {"id": f"{own}/httpListeners/web"}
    rule["backendHttpSettings"] = {"id": f"{own}/backendHttpSettingsCollection/web"}
    properties |= {
        "httpListeners": [{"name": "web", "properties": listener | {"protocol": "Http"}}],
        "requestRoutingRules": [{"name": "web", "properties": rule}],
        "backendHttpSettingsCollection": [backend],
        "backendSettingsCollection": [],
        "listeners": [],
        "routingRules": [],
        "probes": [],
    }
    return body


WRONG_WEB: list[tuple[Edit, str]] = [
    (
        lambda b: first(b, "httpListeners").pop("frontendPort"),
        "ApplicationGatewayHttpListenerMustReference",
    ),
    (
        lambda b: b["properties"]["httpListeners"].append(another(b, "httpListeners")),
        "ApplicationGatewayHttpListenersUsingSameFrontendPort",
    ),
    (
        lambda b: first(b, "frontendPorts").update(port=443),
        "ApplicationGatewayPortNotValidForProtocol",
    ),
    (
        lambda b: first(b, "backendHttpSettingsCollection").update(port=0),
        "ApplicationGatewayBackendHttpSettingsPortIsInvalid",
    ),
    (
        lambda b: first(b, "requestRoutingRules").pop("priority"),
        "ApplicationGatewayRequestRoutingRulePriorityCannotBeEmpty",
    ),
    (
        lambda b: first(b, "requestRoutingRules").pop("backendAddressPool"),
        "ApplicationGatewayRequestRoutingRuleMustReference",
    ),
]


@pytest.mark.parametrize(("spoil", "code"), WRONG_WEB, ids=[code for _, code in WRONG_WEB])
def test_an_impossible_web_gateway_is_refused(
    network: Any, refusal: Refusal, spoil: Edit, code: str
) -> None:
    body = web_document(network)
    write = network.network.application_gateways.begin_create_or_update
    write("rg", "gw", body).result()
    spoil(body)
    assert refusal(write, "rg", "gw", body, polling=False) == f"400 {code}"


@pytest.mark.parametrize(("spoil", "code"), WRONG, ids=[code for _, code in WRONG])
def test_an_impossible_gateway_is_refused(
    network: Any, refusal: Refusal, spoil: Edit, code: str
) -> None:
    body = document(network)
    spoil(body)
    write = network.network.application_gateways.begin_create_or_update
    assert refusal(write, "rg", "gw", body, polling=False) == network.told(f"400 {code}")


def test_a_gateway_takes_about_8_minutes_and_shows_who_uses_what(network: Any) -> None:
    started = network.clock.now()
    made = network.network.application_gateways.begin_create_or_update(
        "rg", "gw", document(network)
    ).result()
    assert 8 <= (network.clock.now() - started).total_seconds() / 60 < 9
    assert made.properties.operational_state == "Running"
    shown = made.as_dict()["properties"]
    assert shown["probes"][0]["properties"]["backendSettings"][0]["id"].endswith("/pg")
    assert shown["listeners"][0]["properties"]["routingRules"]
    assert shown["frontendPorts"][0]["type"].endswith("/applicationGateways/frontendPorts")
    subnet = network.network.subnets.get("rg", "vnet", "ApplicationGatewaySubnet")
    assert subnet.properties.application_gateway_ip_configurations[0].id.endswith("/gwip")


def test_what_a_get_shows_can_be_put_again(network: Any) -> None:
    gateways = network.network.application_gateways
    gateways.begin_create_or_update("rg", "gw", document(network)).result()
    first_time = gateways.get("rg", "gw")
    second = gateways.begin_create_or_update("rg", "gw", first_time).result()
    again, before = second.as_dict(), first_time.as_dict()
    assert _without_etags(again) == _without_etags(before)


def _without_etags(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_etags(value) for key, value in node.items() if key != "etag"}
    return [_without_etags(each) for each in node] if isinstance(node, list) else node


def test_a_later_put_supersedes_the_one_that_runs(network: Any) -> None:
    gateways = network.network.application_gateways
    gateways.begin_create_or_update("rg", "gw", document(network), polling=False)
    later = document(network) | {"tags": {"a": "b"}}
    assert gateways.begin_create_or_update("rg", "gw", later).result().tags == {"a": "b"}
    first_one, second = network.emulator.operations()
    assert (first_one["status"], second["status"]) == ("Canceled", "Succeeded")
    assert first_one["error"]["code"] == "CanceledAndSupersededDueToAnotherOperation"


def test_a_refused_put_supersedes_nothing(network: Any, refusal: Refusal) -> None:
    gateways = network.network.application_gateways
    gateways.begin_create_or_update("rg", "gw", document(network), polling=False)
    wrong = document(network)
    first(wrong, "probes").update(timeout=99)
    refusal(gateways.begin_create_or_update, "rg", "gw", wrong, polling=False)
    assert [each["status"] for each in network.emulator.operations()] == ["InProgress"]


def test_superseding_can_be_switched_off(network: Any, refusal: Refusal) -> None:
    network.emulator.settings({"application_gateway_supersedes": False})
    gateways = network.network.application_gateways
    gateways.begin_create_or_update("rg", "gw", document(network), polling=False)
    later = document(network) | {"tags": {"a": "b"}}
    told = refusal(gateways.begin_create_or_update, "rg", "gw", later, polling=False)
    assert told == "409 AnotherOperationInProgress"


BLOCKED = "400 ApplicationGatewaySubnetInboundTrafficBlockedByNetworkSecurityGroup"


def open_rule(priority: int = 100) -> dict[str, Any]:
    properties = {
        "priority": priority,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "sourceAddressPrefix": "GatewayManager",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "65200-65535",
    }
    return {"name": "AllowGatewayManager", "properties": properties}


def attach(network: Any, *rules: dict[str, Any]) -> dict[str, Any]:
    body = {"location": "eastus", "properties": {"securityRules": list(rules)}}
    network.emulator.put(network.id("networkSecurityGroups/nsg"), body)
    group = {"id": network.id("networkSecurityGroups/nsg")}
    return {"properties": {"addressPrefix": "10.1.2.0/24", "networkSecurityGroup": group}}


def test_a_security_group_without_the_gateway_ports_is_refused_from_every_side(
    network: Any, refusal: Refusal
) -> None:
    clients = network.network
    write_subnet, name = clients.subnets.begin_create_or_update, "ApplicationGatewaySubnet"
    write_gateway = clients.application_gateways.begin_create_or_update
    closed = attach(network)
    write_subnet("rg", "vnet", name, closed).result()
    assert refusal(write_gateway, "rg", "gw", document(network), polling=False) == BLOCKED
    write_subnet("rg", "vnet", name, attach(network, open_rule())).result()
    write_gateway("rg", "gw", document(network)).result()
    gone = clients.security_rules.begin_delete
    assert refusal(gone, "rg", "nsg", "AllowGatewayManager", polling=False) == BLOCKED
    deny = open_rule(priority=99 + 1)
    deny["name"] = "DenyAll"
    deny["properties"] |= {"access": "Deny", "sourceAddressPrefix": "*"}
    body = {"location": "eastus", "properties": {"securityRules": [deny]}}
    write_group = clients.network_security_groups.begin_create_or_update
    assert refusal(write_group, "rg", "nsg", body, polling=False) == BLOCKED


def test_only_application_gateways_share_their_subnet(network: Any, refusal: Refusal) -> None:
    network.network.application_gateways.begin_create_or_update(
        "rg", "gw", document(network)
    ).result()
    subnet = {"id": network.id("virtualNetworks/vnet/subnets/ApplicationGatewaySubnet")}
    configuration = {"name": "ipc", "properties": {"subnet": subnet}}
    body = {"location": "eastus", "properties": {"ipConfigurations": [configuration]}}
    write = network.network.network_interfaces.begin_create_or_update
    told = refusal(write, "rg", "nic", body, polling=False)
    assert told == "400 ApplicationGatewaySubnetCannotBeUsedByOtherResources"


def test_the_data_of_a_certificate_is_kept_and_never_shown(network: Any) -> None:
    body = document(network)
    certificate = {"name": "c", "properties": {"data": "TUlJQw==", "password": "Secret-Pfx"}}
    body["properties"]["sslCertificates"] = [certificate]
    gateways = network.network.application_gateways
    gateways.begin_create_or_update("rg", "gw", body).result()
    shown = gateways.get("rg", "gw")
    assert "TUlJQw==" not in str(shown.as_dict())
    assert shown.properties.ssl_certificates[0].properties.public_cert_data
    gateways.begin_create_or_update("rg", "gw", shown).result()
    stored = network.emulator.cloud.store.get(network.id("applicationGateways/gw"))
    assert "Secret-Pfx" in stored.secrets.values()
    assert "Secret-Pfx" not in str(network.emulator.resources())


def policy() -> dict[str, Any]:
    rules = [{"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"}]
    return {"location": "eastus", "properties": {"managedRules": {"managedRuleSets": rules}}}


def test_a_firewall_policy_is_written_in_a_moment_and_stays_while_it_is_used(
    network: Any, refusal: Refusal
) -> None:
    policies = network.network.web_application_firewall_policies
    made = policies.create_or_update("rg", "waf", policy())
    assert made.properties.provisioning_state == "Updating"
    network.advance(seconds=10)
    assert policies.get("rg", "waf").properties.provisioning_state == "Succeeded"
    body = document(network)
    body["properties"] |= {
        "sku": sku("WAF_v2"),
        "firewallPolicy": {
            "id": network.id("ApplicationGatewayWebApplicationFirewallPolicies/waf")
        },
    }
    network.network.application_gateways.begin_create_or_update("rg", "gw", body).result()
    used = policies.get("rg", "waf").properties.application_gateways
    assert [each.id for each in used] == [network.id("applicationGateways/gw")]
    code = network.emulator.settings()["waf_policy_in_use_code"]
    assert refusal(policies.begin_delete, "rg", "waf", polling=False) == f"400 {code}"


def test_a_firewall_policy_needs_managed_rules(azure: Any, refusal: Refusal) -> None:
    write = azure.network.web_application_firewall_policies.create_or_update
    body = {"location": "eastus", "properties": {}}
    assert refusal(write, "rg", "waf", body) == "400 InvalidRequestFormat"


def test_a_pool_may_come_as_its_name_alone(network: Any) -> None:
    body = document(network)
    body["properties"]["backendAddressPools"].append({"name": "empty"})
    gateways = network.network.application_gateways
    gateways.begin_create_or_update("rg", "gw", body).result()
    pools = gateways.get("rg", "gw").properties.backend_address_pools
    assert [(pool.name, pool.properties.backend_addresses) for pool in pools][1] == ("empty", [])


def test_a_listener_may_be_there_before_its_rule(network: Any) -> None:
    body = document(network)
    port = {"id": network.id("applicationGateways/gw/frontendPorts/second")}
    body["properties"]["frontendPorts"].append({"name": "second", "properties": {"port": 6432}})
    listener = body["properties"]["listeners"][0]
    more = {**listener, "name": "second", "properties": {**listener["properties"]}}
    more["properties"]["frontendPort"] = port
    body["properties"]["listeners"].append(more)
    gateways = network.network.application_gateways
    gateways.begin_create_or_update("rg", "gw", body).result()
    assert len(gateways.get("rg", "gw").properties.listeners) == 2
