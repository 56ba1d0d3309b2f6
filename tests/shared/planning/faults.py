"""Faults to plant in a deployment in which all is well, and what has to find each, by name."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.certificates import cer_of
from tests.conftest import Simulation

Json = dict[str, Any]
NAME = "validated"
HOST = "pgadmin.corp.example"


class Deployed:
    """A deployment in which all is well, to be broken by a test."""

    def __init__(self, world: Simulation) -> None:
        self.world, self.azure = world, world.azure

    def id(self, kind: str, *inside: str) -> str:
        """The id of the one resource of a type whose name holds some words."""
        (found,) = [
            i
            for i, body in self.world.resources().items()
            if body.get("type", "").casefold() == f"microsoft.{kind}"
            and all(word in i for word in (NAME, *inside))
        ]
        return found

    def edit(self, kind: str, *inside: str, **properties: Any) -> None:
        """Change properties of a resource, as somebody else would."""
        self.azure.edit(self.id(kind, *inside), {"properties": properties})

    def body(self, kind: str, *inside: str) -> Json:
        """A resource as Azure shows it."""
        found: Json = self.world.resources()[self.id(kind, *inside)]["properties"]
        return found

    def password(self) -> str:
        """What the app takes for the password of the server."""
        return str(self.azure.cloud.keyvault.value(f"{NAME}-postgres-admin"))

    def validate(self) -> dict[str, Json]:
        """Run every check; the steps by key."""
        told = self.world.finish(self.world.request("POST", f"deployments/{NAME}/validate"))
        return {step["key"]: step for step in told["steps"]} | {"": told}


def gateway_not_provisioned(there: Deployed) -> None:
    there.edit("network/virtualnetworkgateways", provisioningState="Failed")


def connection_not_connected(there: Deployed) -> None:
    resource = there.azure.cloud.store.get(there.id("network/connections"))
    assert resource is not None
    resource.notes["connectionStatus"] = "NotConnected"


def circuit_down(there: Deployed) -> None:
    (circuit,) = [i for i in there.world.resources() if "expressRouteCircuits" in i]
    down = {"properties": {"serviceProviderProvisioningState": "Deprovisioning"}}
    there.azure.edit(circuit, down)


def route_not_announced(there: Deployed) -> None:
    there.azure.settings({"announced_prefixes": ["192.168.0.0/16"]})


def server_stopped(there: Deployed) -> None:
    there.edit("dbforpostgresql/flexibleservers", state="Stopped")


def restart_pending(there: Deployed) -> None:
    there.edit(
        "dbforpostgresql/flexibleservers/configurations",
        "max_connections",
        isConfigPendingRestart=True,
    )


def clear_text_allowed(there: Deployed) -> None:
    server = there.id("dbforpostgresql/flexibleservers")
    there.azure.put(
        f"{server}/configurations/require_secure_transport", {"properties": {"value": "off"}}
    )


def record_gone(there: Deployed) -> None:
    there.azure.remove(there.id("network/privatednszones/a"))


def record_elsewhere(there: Deployed) -> None:
    there.edit("network/privatednszones/a", aRecords=[{"ipv4Address": "10.1.4.77"}])


def zone_unlinked(there: Deployed) -> None:
    there.azure.remove(there.id("network/privatednszones/virtualnetworklinks"))


def gateway_stopped(there: Deployed) -> None:
    there.edit("network/applicationgateways", operationalState="Stopped")


def other_port(there: Deployed) -> None:
    ports = there.body("network/applicationgateways")["frontendPorts"]
    for port in ports:
        if port["properties"]["port"] == 5432:
            port["properties"]["port"] = 5433
    there.edit("network/applicationgateways", frontendPorts=ports)


def firewall_detached(there: Deployed) -> None:
    there.edit("network/applicationgateways", firewallPolicy=None)


def certificate_expired(there: Deployed) -> None:
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    cer = cer_of(HOST, begins=begins, ends=begins + timedelta(days=90))
    there.azure.set_certificate("listener", cer)


def _without(there: Deployed, group: str, *names: str) -> None:
    rules = there.body("network/networksecuritygroups", group)["securityRules"]
    kept = [rule for rule in rules if rule["name"] not in names]
    assert len(kept) < len(rules)
    there.edit("network/networksecuritygroups", group, securityRules=kept)


def database_shut_to_on_premises(there: Deployed) -> None:
    _without(there, "nsg-database", "AllowExpressRouteToPostgreSQL")


def gateway_shut_to_on_premises(there: Deployed) -> None:
    _without(there, "nsg-application-gateway", "AllowOnPremises")


def denied_above(there: Deployed) -> None:
    """Everything of ours is there, and a rule above it denies a part of on-premises."""
    rules = there.body("network/networksecuritygroups", "nsg-database")["securityRules"]
    deny = json.loads(json.dumps(rules[0])) | {"name": "DenyBranch"}
    del deny["id"]
    deny["properties"] = {
        "priority": 100,
        "direction": "Inbound",
        "access": "Deny",
        "protocol": "*",
        "sourcePortRange": "*",
        "sourceAddressPrefix": "10.20.7.0/24",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "5000-6000",
    }
    there.edit("network/networksecuritygroups", "nsg-database", securityRules=[*rules, deny])


def backend_shut_off(there: Deployed) -> None:
    _without(there, "nsg-database", "AllowApplicationGatewayToPostgreSQL")


def jump_box_shut_off(there: Deployed) -> None:
    _without(there, "nsg-database", "AllowManagementToPostgreSQL")


def replies_dropped(there: Deployed) -> None:
    route = {
        "name": "drop",
        "properties": {"addressPrefix": "10.20.0.0/16", "nextHopType": "None"},
    }
    there.edit("network/routetables", routes=[route])


def server_disabled(there: Deployed) -> None:
    there.edit("dbforpostgresql/flexibleservers", state="Disabled")


def circuit_without_peering(there: Deployed) -> None:
    (circuit,) = [i for i in there.world.resources() if "expressRouteCircuits" in i]
    peering = there.world.resources()[circuit]["properties"]["peerings"][0]
    peering["properties"]["state"] = "Disabled"
    there.azure.edit(circuit, {"properties": {"peerings": [peering]}})


def zone_linked_to_another_network(there: Deployed) -> None:
    network = there.id("network/virtualnetworks").replace("vnet-hub", "vnet-other")
    space = {"addressSpace": {"addressPrefixes": ["10.9.0.0/16"]}}
    there.azure.put(network, {"location": "eastus", "properties": space})
    there.edit("network/privatednszones/virtualnetworklinks", virtualNetwork={"id": network})


def record_of_nobody(there: Deployed) -> None:
    """It leads into the right subnet, where nobody has that address."""
    there.edit("network/privatednszones/a", aRecords=[{"ipv4Address": "10.1.3.77"}])


def pool_elsewhere(there: Deployed) -> None:
    pools = there.body("network/applicationgateways")["backendAddressPools"]
    for pool in pools:
        pool["properties"]["backendAddresses"] = [{"ipAddress": "10.1.3.78"}]
    there.edit("network/applicationgateways", backendAddressPools=pools)


def backend_port_wrong(there: Deployed) -> None:
    settings = there.body("network/applicationgateways")["backendSettingsCollection"]
    for each in settings:
        each["properties"]["port"] = 5433
    there.edit("network/applicationgateways", backendSettingsCollection=settings)


def certificate_of_tomorrow(there: Deployed) -> None:
    begins = datetime(2090, 1, 1, tzinfo=UTC)
    cer = cer_of(HOST, begins=begins, ends=begins + timedelta(days=90))
    there.azure.set_certificate("listener", cer)


def _with(there: Deployed, name: str, **changes: Any) -> None:
    """Change one rule of the database's group."""
    rules = there.body("network/networksecuritygroups", "nsg-database")["securityRules"]
    (rule,) = [rule for rule in rules if rule["name"] == name]
    rule["properties"] |= changes
    there.edit("network/networksecuritygroups", "nsg-database", securityRules=rules)


def rule_for_another_port(there: Deployed) -> None:
    for_pool = {"destinationPortRange": "6432", "destinationPortRanges": []}
    _with(there, "AllowExpressRouteToPostgreSQL", **for_pool)


def rule_for_another_protocol(there: Deployed) -> None:
    _with(there, "AllowExpressRouteToPostgreSQL", protocol="Udp")


def rule_that_denies(there: Deployed) -> None:
    _with(there, "AllowExpressRouteToPostgreSQL", access="Deny")


def rules_out_of_order(there: Deployed) -> None:
    """The rule that denies the rest stands before those that allow."""
    _with(there, "DenyAllInbound", priority=101)


def group_taken_off(there: Deployed) -> None:
    subnet = f"{there.id('network/virtualnetworks')}/subnets/DatabaseSubnet"
    there.azure.edit(subnet, {"properties": {"networkSecurityGroup": None}})


def _routed(there: Deployed, prefix: str, hop: str, address: str | None = None) -> None:
    inner = {"addressPrefix": prefix, "nextHopType": hop}
    inner |= {"nextHopIpAddress": address} if address else {}
    route = {"name": "drop", "properties": inner}
    there.edit("network/routetables", routes=[route])


def replies_to_an_appliance(there: Deployed) -> None:
    _routed(there, "10.20.0.0/16", "VirtualAppliance", "10.1.4.99")


def replies_of_a_branch_dropped(there: Deployed) -> None:
    _routed(there, "10.20.30.0/24", "None")


def replies_dropped_by_a_wider_route(there: Deployed) -> None:
    """As wide as the one that BGP brings, and made by hand: it wins."""
    _routed(there, "10.0.0.0/8", "None")


def routes_of_bgp_kept_out(there: Deployed) -> None:
    there.edit("network/routetables", disableBgpRoutePropagation=True)


def jump_box_led_astray(there: Deployed) -> None:
    network = there.id("network/virtualnetworks")
    table = f"{network.rpartition('/virtualNetworks/')[0]}/routeTables/rt-of-somebody"
    route = {"addressPrefix": "10.20.0.0/16", "nextHopType": "None"}
    routes = [{"name": "drop", "properties": route}]
    there.azure.put(table, {"location": "eastus", "properties": {"routes": routes}})
    subnet = f"{network}/subnets/ManagementSubnet"
    there.azure.edit(subnet, {"properties": {"routeTable": {"id": table}}})


PLANTED: list[tuple[Callable[[Deployed], None], str, str]] = [
    (gateway_not_provisioned, "gateway-provisioned", "provisioningState is Failed"),
    (circuit_down, "circuit-provisioned", "its provider's side is Deprovisioning"),
    (connection_not_connected, "circuit-connected", "connectionStatus is NotConnected"),
    (route_not_announced, "routes-learned", "no route to 10.20.0.0/16"),
    (server_stopped, "server-ready", "state is Stopped"),
    (restart_pending, "parameters-in-effect", "max_connections waits for a restart"),
    (clear_text_allowed, "parameters-in-effect", "require_secure_transport is off"),
    (record_gone, "name-resolvable", "the zone leads to nothing"),
    (record_elsewhere, "name-resolvable", "the zone leads to 10.1.4.77"),
    (zone_unlinked, "zone-linked", "ResourceNotFound"),
    (gateway_stopped, "gateway-running", "operationalState is Stopped"),
    (other_port, "gateway-listening", "listens on 10.1.2.10:5433"),
    (firewall_detached, "firewall-attached", "the policy is absent"),
    (certificate_expired, "certificate-valid", "it ends on 2020-03-31"),
    (backend_shut_off, "backend-healthy", "is Down"),
    (database_shut_to_on_premises, "database-admits", "is stopped by DenyAllInbound"),
    (denied_above, "database-admits", "10.20.0.0/16 is stopped by DenyBranch"),
    (gateway_shut_to_on_premises, "gateway-admits", "is stopped by DenyAllInbound"),
    (replies_dropped, "routes-lead-back", "drop leads 10.20.0.0/16 to None"),
    (jump_box_shut_off, "database-reachable", "NetworkSecurityRule"),
    (group_taken_off, "database-admits", "it is attached to no subnet"),
    (replies_dropped_by_a_wider_route, "routes-learned", "drop leads 10.20.0.0/16 to None"),
    (routes_of_bgp_kept_out, "routes-lead-back", "kept out of the subnet"),
    (jump_box_led_astray, "routes-effective", "10.20.0.0/16 leads to None"),
]
# Of the same kinds, in other words.
SIBLINGS: list[tuple[Callable[[Deployed], None], str, str]] = [
    (server_disabled, "server-ready", "state is Disabled"),
    (circuit_without_peering, "circuit-provisioned", "its private peering is Disabled"),
    (zone_linked_to_another_network, "zone-linked", "the link to vnet-other"),
    (record_of_nobody, "backend-healthy", "is Down"),
    (record_of_nobody, "database-reachable", "is Unreachable"),
    (pool_elsewhere, "backend-healthy", "10.1.3.78 is Down"),
    (backend_port_wrong, "backend-healthy", "is Down"),
    (certificate_of_tomorrow, "certificate-valid", "it begins on 2090-01-01"),
    (rule_for_another_port, "database-admits", "is stopped by DenyAllInbound"),
    (rule_for_another_protocol, "database-admits", "is stopped by DenyAllInbound"),
    (rule_that_denies, "database-admits", "is stopped by AllowExpressRouteToPostgreSQL"),
    (rules_out_of_order, "database-admits", "is stopped by DenyAllInbound"),
    (replies_to_an_appliance, "routes-lead-back", "10.20.0.0/16 to VirtualAppliance 10.1.4.99"),
    (replies_of_a_branch_dropped, "routes-lead-back", "drop leads 10.20.30.0/24 to None"),
]


def wrong_password(there: Deployed) -> None:
    there.azure.set_secret(f"{NAME}-postgres-admin", "Another-1-password")


QUERIED: list[tuple[Callable[[Deployed], None], str]] = [
    (wrong_password, "direct login: 28P01"),
    (other_port, "gateway port: Connection refused"),
    (record_elsewhere, "direct name: 10.1.4.77"),
    (record_gone, "direct name: "),
    (jump_box_shut_off, "direct port: no answer within 10 s"),
    (server_stopped, "direct port: no answer within 10 s"),
    (backend_shut_off, "gateway encryption: "),
    (restart_pending, "direct restart: waiting: max_connections"),
    (clear_text_allowed, "direct clear text: SASL is asked for, without TLS"),
]
