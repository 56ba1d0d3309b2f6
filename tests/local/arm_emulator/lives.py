"""What one needs to know of a type to lead a resource of it through its life by the real SDKs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]
EAST: Body = {"location": "eastus"}
ZONE = "db.private.postgres.database.azure.com"
SERVER = "Microsoft.DBforPostgreSQL/flexibleServers"
VM = "Microsoft.Compute/virtualMachines"
WORKSPACE = "Microsoft.OperationalInsights/workspaces"
INSIGHTS = "Microsoft.Insights"
STORAGE = "Microsoft.Storage/storageAccounts"
IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
AUTHORIZATION = "Microsoft.Authorization"
ALLOWED_LOCATIONS = "e56962a6-4747-49cd-b67b-bf8b01975c4c"
TENANT = "5ca1ab1e-0000-4000-8000-00000000ffff"


@dataclass(frozen=True)
class Life:
    """A type, the operations of its group, a body, and a change that must show."""

    type: str
    group: Callable[[Any], Any]
    at: tuple[str, ...]
    body: Callable[[Any], Body]
    change: Body
    beforehand: Callable[[Any], Iterator[tuple[str, Body]]] = lambda azure: iter(())
    create: str = "begin_create_or_update"
    update: str = ""  # where it is not a second PUT
    read: str = "get"
    delete: str = "begin_delete"  # nothing where it is always there


class ById:
    """The generic resources client, as if it were the operation group of one type."""

    def __init__(self, azure: Any, api_version: str) -> None:
        self._azure, self._version = azure, {"api_version": api_version}
        self._client = azure.resources.resources

    def begin_create_or_update(self, path: str, body: Any) -> Any:
        id_ = self._azure.id(path)
        return self._client.begin_create_or_update_by_id(id_, body, **self._version)

    def get(self, path: str) -> Any:
        return self._client.get_by_id(self._azure.id(path), **self._version)

    def begin_delete(self, path: str) -> Any:
        return self._client.begin_delete_by_id(self._azure.id(path), **self._version)


class Protection:
    """Threat protection is written by one operation group and read by another."""

    def __init__(self, azure: Any) -> None:
        self.begin_create_or_update = (
            azure.postgresql.server_threat_protection_settings.begin_create_or_update
        )
        self.get = azure.postgresql.advanced_threat_protection_settings.get


def fixed(body: Body) -> Callable[[Any], Body]:
    """A body that does not depend on ids."""
    return lambda azure: body


def inner(**properties: Any) -> Callable[[Any], Body]:
    return fixed({"properties": properties})


def subnet(azure: Any, name: str) -> Body:
    return {"id": azure.id(f"virtualNetworks/vnet/subnets/{name}")}


def east(**properties: Any) -> Body:
    return EAST | {"properties": properties}


def gateway(azure: Any) -> Body:
    configuration = {"name": "default", "properties": {"subnet": subnet(azure, "GatewaySubnet")}}
    return east(
        gatewayType="ExpressRoute",
        sku={"name": "ErGw1AZ", "tier": "ErGw1AZ"},
        ipConfigurations=[configuration],
    )


def connection(azure: Any) -> Body:
    return east(
        connectionType="ExpressRoute",
        virtualNetworkGateway1={"id": azure.id("virtualNetworkGateways/gw")},
        peer={"id": azure.id("expressRouteCircuits/er")},
    )


def circuit(azure: Any) -> Body:
    provider = {
        "serviceProviderName": "Equinix",
        "peeringLocation": "Washington DC",
        "bandwidthInMbps": 50,
    }
    sku = {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"}
    return east(serviceProviderProperties=provider) | {"sku": sku}


def ports(azure: Any) -> Body:
    return east(peeringLocation="Equinix-Washington-DC", bandwidthInGbps=100, encapsulation="QinQ")


def server(azure: Any) -> Body:
    sku = {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"}
    account = {"administratorLogin": "dbadmin", "administratorLoginPassword": "Never-Shown-1"}
    entra = {"activeDirectoryAuth": "Enabled", "passwordAuth": "Enabled"}
    storage = {"storageSizeGB": 128}
    return east(version="17", authConfig=entra, storage=storage, **account) | {"sku": sku}


def replica(azure: Any) -> Body:
    sku = {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"}
    source = azure.id(f"{SERVER}/db-1")
    return east(createMode="Replica", sourceServerResourceId=source) | {"sku": sku}


def a_server(azure: Any) -> Iterator[tuple[str, Body]]:
    yield f"{SERVER}/db-1", server(azure)


def a_pair(azure: Any) -> Iterator[tuple[str, Body]]:
    yield from a_server(azure)
    yield f"{SERVER}/db-2", replica(azure)


def a_zone(azure: Any) -> Iterator[tuple[str, Body]]:
    yield f"privateDnsZones/{ZONE}", {"location": "global"}


def interface(azure: Any) -> Body:
    place = {"subnet": subnet(azure, "ManagementSubnet")}
    return east(ipConfigurations=[{"name": "ipc", "properties": place}])


def an_interface(azure: Any) -> Iterator[tuple[str, Body]]:
    yield "networkInterfaces/nic", interface(azure)


def machine(azure: Any) -> Body:
    disk = {"createOption": "FromImage", "deleteOption": "Delete"}
    return east(
        hardwareProfile={"vmSize": "Standard_B2s"},
        storageProfile={"osDisk": disk},
        networkProfile={"networkInterfaces": [{"id": azure.id("networkInterfaces/nic")}]},
    )


def a_machine(azure: Any) -> Iterator[tuple[str, Body]]:
    yield from an_interface(azure)
    yield f"{VM}/vm", machine(azure)


def both_ends(azure: Any) -> Iterator[tuple[str, Body]]:
    yield "virtualNetworkGateways/gw", gateway(azure)
    yield "expressRouteCircuits/er", {}


def a_circuit(azure: Any) -> Iterator[tuple[str, Body]]:
    yield "expressRouteCircuits/er", {"properties": {"peerings": []}}


def another_network(azure: Any) -> Iterator[tuple[str, Body]]:
    yield "virtualNetworks/other", east(addressSpace={"addressPrefixes": ["10.2.0.0/16"]})


def peering(azure: Any) -> Body:
    return {"properties": {"remoteVirtualNetwork": {"id": azure.id("virtualNetworks/other")}}}


def resolver_network(azure: Any) -> Iterator[tuple[str, Body]]:
    places = {"in": "10.4.0.0/28", "out": "10.4.0.16/28"}
    subnets = [
        {"name": name, "properties": {"addressPrefix": text}} for name, text in places.items()
    ]
    yield (
        "virtualNetworks/dns",
        east(addressSpace={"addressPrefixes": ["10.4.0.0/16"]}, subnets=subnets),
    )


def resolver(azure: Any) -> Body:
    return east(virtualNetwork={"id": azure.id("virtualNetworks/dns")})


def inbound(azure: Any) -> Body:
    place = {"subnet": {"id": azure.id("virtualNetworks/dns/subnets/in")}}
    return east(ipConfigurations=[place | {"privateIpAllocationMethod": "Dynamic"}])


def outbound(azure: Any) -> Body:
    return east(subnet={"id": azure.id("virtualNetworks/dns/subnets/out")})


def a_resolver(azure: Any) -> Iterator[tuple[str, Body]]:
    yield from resolver_network(azure)
    yield "dnsResolvers/dns", resolver(azure)


def ruleset(azure: Any) -> Body:
    return east(
        dnsResolverOutboundEndpoints=[{"id": azure.id("dnsResolvers/dns/outboundEndpoints/out")}]
    )


def an_outbound(azure: Any) -> Iterator[tuple[str, Body]]:
    yield from a_resolver(azure)
    yield "dnsResolvers/dns/outboundEndpoints/out", outbound(azure)


def a_ruleset(azure: Any) -> Iterator[tuple[str, Body]]:
    yield from an_outbound(azure)
    yield "dnsForwardingRulesets/onward", ruleset(azure)


def ruleset_link(azure: Any) -> Body:
    return {"properties": {"virtualNetwork": {"id": azure.id("virtualNetworks/dns")}}}


def a_workspace(azure: Any) -> Iterator[tuple[str, Body]]:
    yield f"{WORKSPACE}/log", EAST


def watched(azure: Any) -> Iterator[tuple[str, Body]]:
    yield from a_workspace(azure)
    yield from an_action_group(azure)
    yield "virtualNetworks/watched", east(addressSpace={"addressPrefixes": ["10.5.0.0/16"]})


def setting(azure: Any) -> Body:
    logs = [{"categoryGroup": "allLogs", "enabled": True}]
    return {"properties": {"workspaceId": azure.id(f"{WORKSPACE}/log"), "logs": logs}}


def an_action_group(azure: Any) -> Iterator[tuple[str, Body]]:
    yield f"{INSIGHTS}/actionGroups/oncall", ACTION_GROUP


def metric_alert(azure: Any) -> Body:
    criterion = {
        "criterionType": "StaticThresholdCriterion",
        "name": "flood",
        "metricName": "IfUnderDDoSAttack",
        "operator": "GreaterThan",
        "threshold": 0,
        "timeAggregation": "Maximum",
    }
    kind = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
    properties = {
        "severity": 2,
        "enabled": True,
        "scopes": [azure.id("virtualNetworks/watched")],
        "evaluationFrequency": "PT1M",
        "windowSize": "PT5M",
        "criteria": {"odata.type": kind, "allOf": [criterion]},
        "actions": [{"actionGroupId": azure.id(f"{INSIGHTS}/actionGroups/oncall")}],
    }
    return {"location": "global", "properties": properties}


def log_alert(azure: Any) -> Body:
    leaf = {"field": "category", "equals": "Administrative"}
    group = {"actionGroupId": azure.id(f"{INSIGHTS}/actionGroups/oncall")}
    properties = {
        "scopes": [azure.id("virtualNetworks/watched")],
        "condition": {"allOf": [leaf]},
        "actions": {"actionGroups": [group]},
    }
    return {"location": "global", "properties": properties}


def flow_log(azure: Any) -> Body:
    return east(
        targetResourceId=azure.id("virtualNetworks/vnet"),
        storageId=azure.id(f"{STORAGE}/logs4vnet"),
    )


def to_log(azure: Any) -> Iterator[tuple[str, Body]]:
    yield "networkWatchers/nw", EAST
    yield f"{STORAGE}/logs4vnet", ACCOUNT


def monitor(azure: Any) -> Body:
    ends: list[Body] = [
        {"name": "jump", "resourceId": azure.id(f"{VM}/vm")},
        {"name": "db", "address": "db.example.com"},
    ]
    test = {"name": "pg", "protocol": "Tcp", "tcpConfiguration": {"port": 5432}}
    group = {
        "name": "all",
        "sources": ["jump"],
        "destinations": ["db"],
        "testConfigurations": ["pg"],
    }
    return east(endpoints=ends, testConfigurations=[test], testGroups=[group])


def to_monitor(azure: Any) -> Iterator[tuple[str, Body]]:
    yield "networkWatchers/nw", EAST
    yield from a_machine(azure)


def role(azure: Any) -> Body:
    reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    properties = {
        "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{reader}",
        "principalId": TENANT,
        "principalType": "ServicePrincipal",
    }
    return {"properties": properties}


def link(azure: Any) -> Body:
    network = {"id": azure.id("virtualNetworks/vnet")}
    properties = {"virtualNetwork": network, "registrationEnabled": False}
    return {"location": "global", "properties": properties}


def bastion(azure: Any) -> Body:
    place = {
        "subnet": subnet(azure, "AzureBastionSubnet"),
        "publicIPAddress": {"id": azure.id("publicIPAddresses/pip-bastion")},
    }
    return east(ipConfigurations=[{"name": "ipc", "properties": place}], scaleUnits=2) | {
        "sku": {"name": "Standard"}
    }


def application_gateway(azure: Any) -> Body:
    own = azure.id("applicationGateways/agw")

    def to(path: str) -> Body:
        return {"id": f"{own}/{path}"}

    def one(name: str, **properties: Any) -> list[Body]:
        return [{"name": name, "properties": properties}]

    public = {"id": azure.id("publicIPAddresses/pip-appgw")}
    front = {
        "frontendIPConfiguration": to("frontendIPConfigurations/public"),
        "frontendPort": to("frontendPorts/pg"),
    }
    return east(
        sku={"name": "Standard_v2", "tier": "Standard_v2"},
        autoscaleConfiguration={"minCapacity": 2, "maxCapacity": 5},
        gatewayIPConfigurations=one("gwip", subnet=subnet(azure, "ApplicationGatewaySubnet")),
        frontendIPConfigurations=one("public", publicIPAddress=public),
        frontendPorts=one("pg", port=5432),
        backendAddressPools=one("pool", backendAddresses=[{"fqdn": "db.example.com"}]),
        backendSettingsCollection=one("pg", protocol="Tcp", port=5432),
        listeners=one("pg", protocol="Tcp", **front),
        routingRules=one(
            "pg",
            ruleType="Basic",
            priority=100,
            listener=to("listeners/pg"),
            backendAddressPool=to("backendAddressPools/pool"),
            backendSettings=to("backendSettingsCollection/pg"),
        ),
    )


ACTION_GROUP: Body = {
    "location": "global",
    "properties": {"groupShortName": "oncall", "enabled": True},
}
ACCOUNT: Body = EAST | {"sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
RULE = {
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "sourceAddressPrefix": "*",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "5432",
}
PEERING = {
    "peeringType": "AzurePrivatePeering",
    "peerASN": 65001,
    "primaryPeerAddressPrefix": "172.16.0.0/30",
    "secondaryPeerAddressPrefix": "172.16.0.4/30",
    "vlanId": 100,
}
RECORDS: dict[str, Body] = {
    "A": {"aRecords": [{"ipv4Address": "10.1.4.9"}]},
    "AAAA": {"aaaaRecords": [{"ipv6Address": "fd00::9"}]},
    "CNAME": {"cnameRecord": {"cname": "db.example.com"}},
    "MX": {"mxRecords": [{"preference": 1, "exchange": "mail.example.com"}]},
    "PTR": {"ptrRecords": [{"ptrdname": "db.example.com"}]},
    "SRV": {"srvRecords": [{"priority": 1, "weight": 1, "port": 5432, "target": "db"}]},
    "TXT": {"txtRecords": [{"value": ["hello"]}]},
}
TAGS: Body = {"tags": {"a": "b"}}
MANAGED = {"managedRuleSets": [{"ruleSetType": "OWASP", "ruleSetVersion": "3.2"}]}


def network_life(type_name: str, group: str, *names: str, **more: Any) -> Life:
    """A type of Microsoft.Network."""
    told: dict[str, Any] = {"body": fixed(EAST), "change": TAGS} | more
    return Life(
        f"Microsoft.Network/{type_name}",
        lambda azure: getattr(azure.network, group),
        ("rg", *names),
        **told,
    )


def server_life(type_name: str, group: str, *names: str, **more: Any) -> Life:
    """A child of a PostgreSQL server."""
    return Life(
        f"{SERVER}/{type_name}",
        lambda azure: getattr(azure.postgresql, group),
        ("rg", "db-1", *names),
        **{"beforehand": a_server, **more},
    )


def record_life(kind: str) -> Life:
    """Records of one type."""
    return Life(
        f"Microsoft.Network/privateDnsZones/{kind}",
        lambda azure: azure.dns.record_sets,
        ("rg", ZONE, kind, "alias"),
        inner(ttl=300, **RECORDS[kind]),
        {"properties": {"ttl": 600}},
        a_zone,
        create="create_or_update",
        delete="delete",
    )


def by_id(type_name: str, at: str, version: str, **more: Any) -> Life:
    """A type that the generic client leads, as the product does."""
    return Life(type_name, lambda azure: ById(azure, version), (at,), **more)


def resolver_life(type_name: str, at: str, **more: Any) -> Life:
    """A type of the DNS private resolver."""
    return by_id(f"Microsoft.Network/{type_name}", at, "2025-05-01", **more)


ALWAYS_THERE = (
    server_life(
        "configurations",
        "configurations",
        "work_mem",
        body=inner(value="8192", source="user-override"),
        change={"properties": {"value": "16384"}},
        create="begin_put",
        delete="",
    ),
    Life(
        f"{SERVER}/advancedThreatProtectionSettings",
        Protection,
        ("rg", "db-1", "Default"),
        inner(state="Enabled"),
        {"properties": {"state": "Disabled"}},
        a_server,
        delete="",
    ),
    Life(
        "Microsoft.Network/privateDnsZones/SOA",
        lambda azure: azure.dns.record_sets,
        ("rg", ZONE, "SOA", "@"),
        inner(ttl=300),
        {"properties": {"ttl": 600}},
        a_zone,
        create="update",
        delete="",
    ),
)
LIVES = (
    Life(
        "Microsoft.Resources/resourceGroups",
        lambda azure: azure.resources.resource_groups,
        ("another",),
        fixed(EAST),
        TAGS,
        create="create_or_update",
    ),
    network_life(
        "virtualNetworks",
        "virtual_networks",
        "v",
        body=fixed(east(addressSpace={"addressPrefixes": ["10.9.0.0/16"]})),
    ),
    network_life(
        "virtualNetworks/subnets",
        "subnets",
        "vnet",
        "s",
        body=inner(addressPrefix="10.1.9.0/24"),
        change={"properties": {"serviceEndpoints": [{"service": "Microsoft.Storage"}]}},
    ),
    network_life(
        "virtualNetworks/virtualNetworkPeerings",
        "virtual_network_peerings",
        "vnet",
        "p",
        body=peering,
        change={"properties": {"allowForwardedTraffic": True}},
        beforehand=another_network,
    ),
    network_life(
        "publicIPAddresses",
        "public_ip_addresses",
        "pip",
        body=fixed(EAST | {"sku": {"name": "Standard"}}),
        change={"properties": {"idleTimeoutInMinutes": 30}},
    ),
    network_life("virtualNetworkGateways", "virtual_network_gateways", "gw", body=gateway),
    network_life(
        "connections",
        "virtual_network_gateway_connections",
        "c",
        body=connection,
        change={"properties": {"routingWeight": 10}},
        beforehand=both_ends,
    ),
    network_life("expressRouteCircuits", "express_route_circuits", "er", body=circuit),
    network_life("expressRoutePorts", "express_route_ports", "port", body=ports),
    network_life(
        "expressRouteCircuits/peerings",
        "express_route_circuit_peerings",
        "er",
        "AzurePrivatePeering",
        body=fixed({"properties": PEERING}),
        change={"properties": {"vlanId": 200}},
        beforehand=a_circuit,
    ),
    network_life(
        "expressRouteCircuits/authorizations",
        "express_route_circuit_authorizations",
        "er",
        "for-us",
        body=inner(),
        change={},
        beforehand=a_circuit,
    ),
    Life(
        SERVER,
        lambda azure: azure.postgresql.servers,
        ("rg", "db-9"),
        server,
        {"properties": {"storage": {"storageSizeGB": 256}}},
    ),
    Life(
        SERVER,
        lambda azure: azure.postgresql.servers,
        ("rg", "copy"),
        replica,
        TAGS,
        a_server,
        update="begin_update",
    ),
    server_life(
        "administrators",
        "administrators_microsoft_entra",
        TENANT,
        body=inner(principalType="Group", principalName="dba", tenantId=TENANT),
        change={"properties": {"principalName": "operators"}},
    ),
    by_id(
        f"{INSIGHTS}/workbooks",
        f"{INSIGHTS}/workbooks/7c2f2a9e-4c35-4bd8-9f0f-0e7a4a2f5a11",
        "2023-06-01",
        body=fixed(
            EAST
            | {
                "kind": "shared",
                "properties": {
                    "displayName": "Connectivity",
                    "serializedData": '{"version": "Notebook/1.0", "items": []}',
                    "category": "workbook",
                    "sourceId": "azure monitor",
                },
            }
        ),
        change={"properties": {"displayName": "Reachability"}},
    ),
    by_id(
        f"{SERVER}/backups",
        f"{SERVER}/db-1/backups/before",
        "2026-10-01",
        body=fixed({}),
        change={},
        beforehand=a_server,
    ),
    server_life(
        "databases",
        "databases",
        "app",
        body=inner(charset="UTF8", collation="en_US.utf8"),
        change={"properties": {"collation": "C"}},
        create="begin_create",
    ),
    server_life(
        "firewallRules",
        "firewall_rules",
        "office",
        body=inner(startIpAddress="198.51.100.1", endIpAddress="198.51.100.9"),
        change={"properties": {"endIpAddress": "198.51.100.5"}},
    ),
    server_life(
        "virtualendpoints",
        "virtual_endpoints",
        "always",
        body=inner(endpointType="ReadWrite", members=["db-1"]),
        change={"properties": {"members": ["db-1", "db-2"]}},
        create="begin_create",
        update="begin_update",
        beforehand=a_pair,
    ),
    network_life("applicationGateways", "application_gateways", "agw", body=application_gateway),
    network_life(
        "ApplicationGatewayWebApplicationFirewallPolicies",
        "web_application_firewall_policies",
        "waf",
        body=fixed(east(managedRules=MANAGED)),
        change={"properties": {"policySettings": {"state": "Enabled", "mode": "Prevention"}}},
        create="create_or_update",
    ),
    Life(
        "Microsoft.Network/privateDnsZones",
        lambda azure: azure.dns.private_zones,
        ("rg", ZONE),
        fixed({"location": "global"}),
        TAGS,
    ),
    Life(
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        lambda azure: azure.dns.virtual_network_links,
        ("rg", ZONE, "link"),
        link,
        {"properties": {"registrationEnabled": True}},
        a_zone,
    ),
    *(record_life(kind) for kind in RECORDS),
    network_life("networkSecurityGroups", "network_security_groups", "nsg"),
    network_life(
        "networkSecurityGroups/securityRules",
        "security_rules",
        "nsg",
        "pg",
        body=fixed({"properties": RULE}),
        change={"properties": {"priority": 200}},
        beforehand=lambda azure: iter([("networkSecurityGroups/nsg", EAST)]),
    ),
    network_life("routeTables", "route_tables", "rt"),
    network_life(
        "natGateways",
        "nat_gateways",
        "nat",
        body=lambda azure: {"location": "eastus", "sku": {"name": "Standard"}},
        change={"properties": {"idleTimeoutInMinutes": 10}},
    ),
    network_life(
        "routeTables/routes",
        "routes",
        "rt",
        "r",
        body=inner(addressPrefix="10.3.0.0/16", nextHopType="VnetLocal"),
        change={"properties": {"nextHopType": "None"}},
        beforehand=lambda azure: iter([("routeTables/rt", EAST)]),
    ),
    network_life(
        "bastionHosts",
        "bastion_hosts",
        "b",
        body=bastion,
        change={"properties": {"scaleUnits": 3}},
    ),
    network_life("networkInterfaces", "network_interfaces", "nic", body=interface),
    network_life("networkWatchers", "network_watchers", "nw", create="create_or_update"),
    Life(
        VM,
        lambda azure: ById(azure, "2025-04-01"),
        (f"{VM}/vm",),
        machine,
        {"properties": {"hardwareProfile": {"vmSize": "Standard_B2ms"}}},
        an_interface,
    ),
    Life(
        f"{VM}/extensions",
        lambda azure: ById(azure, "2025-04-01"),
        (f"{VM}/vm/extensions/agent",),
        fixed(east(type="NetworkWatcherAgentLinux", typeHandlerVersion="1.4")),
        TAGS,
        a_machine,
    ),
    Life(
        f"{VM}/runCommands",
        lambda azure: ById(azure, "2025-04-01"),
        (f"{VM}/vm/runCommands/probe",),
        fixed(east(source={"script": "true"})),
        TAGS,
        a_machine,
    ),
    Life(
        "Microsoft.Compute/disks",
        lambda azure: ById(azure, "2025-01-02"),
        ("Microsoft.Compute/disks/data",),
        fixed(east(creationData={"createOption": "Empty"}, diskSizeGB=32)),
        {"properties": {"diskSizeGB": 64}},
    ),
    resolver_life(
        "dnsResolvers", "dnsResolvers/r", body=resolver, change=TAGS, beforehand=resolver_network
    ),
    resolver_life(
        "dnsResolvers/inboundEndpoints",
        "dnsResolvers/dns/inboundEndpoints/in",
        body=inbound,
        change=TAGS,
        beforehand=a_resolver,
    ),
    resolver_life(
        "dnsResolvers/outboundEndpoints",
        "dnsResolvers/dns/outboundEndpoints/out",
        body=outbound,
        change=TAGS,
        beforehand=a_resolver,
    ),
    resolver_life(
        "dnsForwardingRulesets",
        "dnsForwardingRulesets/r",
        body=ruleset,
        change=TAGS,
        beforehand=an_outbound,
    ),
    resolver_life(
        "dnsForwardingRulesets/forwardingRules",
        "dnsForwardingRulesets/onward/forwardingRules/corp",
        body=inner(domainName="corp.example.", targetDnsServers=[{"ipAddress": "10.0.0.53"}]),
        change={"properties": {"forwardingRuleState": "Disabled"}},
        beforehand=a_ruleset,
    ),
    resolver_life(
        "dnsForwardingRulesets/virtualNetworkLinks",
        "dnsForwardingRulesets/onward/virtualNetworkLinks/hub",
        body=ruleset_link,
        change={"properties": {"metadata": {"for": "hub"}}},
        beforehand=a_ruleset,
    ),
    by_id(
        WORKSPACE,
        f"{WORKSPACE}/work",
        "2025-07-01",
        body=fixed(east(sku={"name": "PerGB2018"})),
        change={"properties": {"retentionInDays": 60}},
    ),
    by_id(
        f"{INSIGHTS}/diagnosticSettings",
        f"virtualNetworks/watched/providers/{INSIGHTS}/diagnosticSettings/all",
        "2021-05-01-preview",
        body=setting,
        change={"properties": {"metrics": [{"category": "AllMetrics", "enabled": True}]}},
        beforehand=watched,
    ),
    by_id(
        f"{INSIGHTS}/actionGroups",
        f"{INSIGHTS}/actionGroups/team",
        "2023-01-01",
        body=fixed(ACTION_GROUP),
        change={"properties": {"enabled": False}},
    ),
    by_id(
        f"{INSIGHTS}/metricAlerts",
        f"{INSIGHTS}/metricAlerts/flood",
        "2018-03-01",
        body=metric_alert,
        change={"properties": {"severity": 1}},
        beforehand=watched,
    ),
    by_id(
        f"{INSIGHTS}/activityLogAlerts",
        f"{INSIGHTS}/activityLogAlerts/changes",
        "2020-10-01",
        body=log_alert,
        change={"properties": {"enabled": False}},
        beforehand=watched,
    ),
    network_life(
        "networkWatchers/flowLogs",
        "flow_logs",
        "nw",
        "all",
        body=flow_log,
        change={"properties": {"retentionPolicy": {"days": 7, "enabled": True}}},
        beforehand=to_log,
    ),
    network_life(
        "networkWatchers/connectionMonitors",
        "connection_monitors",
        "nw",
        "to-db",
        body=monitor,
        change=TAGS,
        beforehand=to_monitor,
    ),
    by_id(STORAGE, f"{STORAGE}/logs4all", "2023-05-01", body=fixed(ACCOUNT), change=TAGS),
    by_id(IDENTITY, f"{IDENTITY}/for-vault", "2024-11-30", body=fixed(EAST), change=TAGS),
    by_id(
        f"{AUTHORIZATION}/roleAssignments",
        f"{AUTHORIZATION}/roleAssignments/ed3c9f84-ae20-4aea-8602-58ed2eeffef1",
        "2022-04-01",
        body=role,
        change={"properties": {"description": "for the probe"}},
    ),
    by_id(
        f"{AUTHORIZATION}/policyAssignments",
        f"{AUTHORIZATION}/policyAssignments/here",
        "2025-03-01",
        body=inner(
            policyDefinitionId=f"/providers/{AUTHORIZATION}/policyDefinitions/{ALLOWED_LOCATIONS}",
            enforcementMode="DoNotEnforce",
        ),
        change={"properties": {"description": "nothing elsewhere"}},
    ),
    by_id(
        f"{AUTHORIZATION}/locks",
        f"{AUTHORIZATION}/locks/keep",
        "2020-05-01",
        body=inner(level="CanNotDelete"),
        change={"properties": {"notes": "kept"}},
    ),
)
