"""Virtual networks with their subnets, security groups, route tables, addresses, interfaces."""

import ipaddress
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from local.arm_emulator.families import NETWORK
from local.arm_emulator.locations import LOCATIONS
from local.arm_emulator.messages import ArmError, Json
from local.arm_emulator.names import Network, parse_prefix
from local.arm_emulator.operations import Operation
from local.arm_emulator.resource_ids import parse_id
from local.arm_emulator.resource_type import BackReference, Change, Child, ResourceType, Timing
from local.arm_emulator.store import Resource

API_VERSIONS = (
    "2026-03-01",
    "2026-01-01",
    "2025-07-01",
    "2025-05-01",
    "2025-03-01",
    "2025-01-01",
    "2024-10-01",
    "2024-07-01",
    "2024-05-01",
    "2024-03-01",
    "2024-01-01",
    "2023-11-01",
    "2023-09-01",
    "2022-11-01",
    "2022-07-01",
    "2022-01-01",
    "2018-10-01",
)


class NetworkType(ResourceType):
    """What all types of Microsoft.Network share."""

    api_versions = API_VERSIONS
    family = NETWORK

    def fill(self, change: Change) -> None:
        """A GUID that stays for life."""
        change.properties["resourceGuid"] = change.before("properties", "resourceGuid") or (
            self.guid(change.id.key, change.now)
        )


class VirtualNetworks(NetworkType):
    """Virtual networks; subnets and peerings live inside."""

    type = "Microsoft.Network/virtualNetworks"
    model = "VirtualNetwork"
    timing = Timing(9, 6, 20)
    retry_after = (3,)
    children: ClassVar[Mapping[str, Child]] = {
        "subnets": Child("Subnet", Timing(6, 5, 10), "InUseSubnetCannotBeDeleted"),
        "virtualNetworkPeerings": Child("VirtualNetworkPeering", Timing(10, 8, 8)),
    }
    back_references = (
        BackReference("ipConfigurations", "subnet", "/ipConfigurations/", "subnets"),
        BackReference(
            "applicationGatewayIPConfigurations", "subnet", "/gatewayIPConfigurations/", "subnets"
        ),
    )
    tolerated = ("virtualNetwork",)

    def check(self, change: Change) -> None:
        """Prefixes are canonical, subnets lie inside, apart from each other, and stay if used."""
        space = [parse_prefix(each) for each in _prefixes(change.properties)]
        if not space:
            message = "The address space of a virtual network may not be empty."
            raise ArmError(400, "VnetAddressSpaceEmpty", message)
        seen: list[tuple[str, Network]] = []
        for subnet in change.properties.get("subnets") or []:
            for network in _subnet_networks(change, subnet):
                _check_subnet(change, space, seen, subnet["name"], network)
                seen.append((subnet["name"], network))
        self._check_dropped_subnets(change)

    def fill(self, change: Change) -> None:
        """Defaults of the network and of every subnet."""
        super().fill(change)
        properties = change.properties
        properties.pop("enableVmProtection", None)  # dropped from replies (recorded)
        properties.setdefault("enableDdosProtection", False)
        properties.setdefault("privateEndpointVNetPolicies", "Disabled")
        properties.setdefault("virtualNetworkPeerings", [])
        for subnet in properties.setdefault("subnets", []):
            self._fill_subnet(change, subnet)

    def takes(self, change: Change) -> tuple[str, ...]:
        """The network's lock."""
        return (change.id.key,) if self.cloud.settings.vnet_locking else ()

    def holds(self, change: Change) -> dict[str, str]:
        """The network, and the security groups and route tables that its subnets name."""
        keys = [change.id.key]
        for subnet in change.properties.get("subnets") or []:
            for via in ("networkSecurityGroup", "routeTable"):
                target = (subnet.get("properties") or {}).get(via)
                if target:
                    keys.append(str(target["id"]).lower())
        return dict.fromkeys(keys, "AnotherOperationInProgress")

    def busy_error(self, running: Operation) -> ArmError:
        """Contention within one network is the network's lock."""
        refusal = super().busy_error(running)
        refusal.status = self.cloud.settings.lock_status
        refusal.headers["Retry-After"] = "10"
        return refusal

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """No subnet may be in use."""
        for subnet in resource.properties.get("subnets") or []:
            self.refuse_in_use(subnet["id"], "InUseSubnetCannotBeDeleted", now)
        super().check_delete(resource, now)

    def _check_dropped_subnets(self, change: Change) -> None:
        kept = {s["name"].lower() for s in change.properties.get("subnets") or []}
        for subnet in change.before("properties", "subnets") or []:
            if subnet["name"].lower() not in kept:
                self.refuse_in_use(subnet["id"], "InUseSubnetCannotBeDeleted", change.now)

    def _fill_subnet(self, change: Change, subnet: Json) -> None:
        properties = subnet.setdefault("properties", {})
        properties.setdefault("privateEndpointNetworkPolicies", "Disabled")
        properties.setdefault("privateLinkServiceNetworkPolicies", "Enabled")
        for delegation in properties.setdefault("delegations", []):
            service = delegation["properties"]["serviceName"]
            delegation["type"] = "Microsoft.Network/virtualNetworks/subnets/delegations"
            delegation["properties"]["actions"] = DELEGATION_ACTIONS.get(service, [])
        region = change.body["location"].replace(" ", "").lower()
        for endpoint in properties.get("serviceEndpoints") or []:
            pair = LOCATIONS[region].pair if region in LOCATIONS else region
            if not endpoint.get("locations"):
                endpoint["locations"] = [region, pair]
            endpoint["provisioningState"] = "Succeeded"


DELEGATION_ACTIONS = {
    "Microsoft.DBforPostgreSQL/flexibleServers": [
        "Microsoft.Network/virtualNetworks/subnets/join/action"
    ],
    "Microsoft.Network/applicationGateways": [
        "Microsoft.Network/virtualNetworks/subnets/join/action"
    ],
}


def _prefixes(properties: Json) -> list[str]:
    return list((properties.get("addressSpace") or {}).get("addressPrefixes") or [])


def _subnet_networks(change: Change, subnet: Json) -> list[Network]:
    properties = subnet.get("properties") or {}
    texts = properties.get("addressPrefixes") or [properties.get("addressPrefix")]
    if texts == [None]:
        message = f"Subnet '{subnet['name']}' has no address prefix."
        raise ArmError(400, "NetcfgSubnetRangeMissing", message)
    return [parse_prefix(text) for text in texts]


def _check_subnet(
    change: Change,
    space: list[Network],
    seen: list[tuple[str, Network]],
    name: str,
    network: Network,
) -> None:
    inside = any(
        network.version == each.version and network.subnet_of(each)  # type: ignore[arg-type]
        for each in space
    )
    if not inside:
        message = (
            f"Subnet '{name}' is not valid because its IP address range is outside the IP address "
            f"range of virtual network '{change.id.name}'."
        )
        raise ArmError(400, "NetcfgInvalidSubnet", message)
    for other, taken in seen:
        if network.overlaps(taken):
            message = (
                f"Subnet '{name}' is not valid because its IP address range overlaps with that of "
                f"an existing subnet '{other}' in virtual network '{change.id.name}'."
            )
            raise ArmError(400, "NetcfgSubnetRangesOverlap", message)


class NetworkSecurityGroups(NetworkType):
    """Security groups; their rules live inside."""

    type = "Microsoft.Network/networkSecurityGroups"
    model = "NetworkSecurityGroup"
    timing = Timing(4, 3, 5)
    children: ClassVar[Mapping[str, Child]] = {
        "securityRules": Child("SecurityRule", Timing(3, 3, 3))
    }
    back_references = (
        BackReference("subnets", "networkSecurityGroup", "/subnets/"),
        BackReference("networkInterfaces", "networkSecurityGroup", "/networkInterfaces/"),
    )
    in_use = "InUseNetworkSecurityGroupCannotBeDeleted"
    lag = "reference_lag_seconds"

    def check(self, change: Change) -> None:
        """Priorities are unique per direction and lie between 100 and 4096."""
        seen: dict[tuple[str, int], str] = {}
        for rule in change.properties.get("securityRules") or []:
            properties = rule.get("properties") or {}
            priority = properties.get("priority")
            if not isinstance(priority, int) or not 100 <= priority <= 4096:
                message = (
                    f"Security rule has invalid Priority. Value provided: {priority} Allowed range "
                    f"100-4096. Rule: {rule['name']}."
                )
                raise ArmError(400, "SecurityRuleInvalidPriority", message)
            place = (str(properties.get("direction", "")).lower(), priority)
            if place in seen:
                message = (
                    f"Security rule {rule['name']} conflicts with rule {seen[place]}. Rules cannot "
                    "have the same Priority and Direction."
                )
                raise ArmError(400, "SecurityRuleConflict", message)
            seen[place] = rule["name"]

    def fill(self, change: Change) -> None:
        """The six default rules, and empty plural forms."""
        super().fill(change)
        change.properties["defaultSecurityRules"] = _default_rules()
        for rule in change.properties.setdefault("securityRules", []):
            for plural in PLURALS:
                rule["properties"].setdefault(plural, [])

    def takes(self, change: Change) -> tuple[str, ...]:
        """A network that names it may be in the middle of a write."""
        return (change.id.key,) if self.cloud.settings.vnet_locking else ()


PLURALS = (
    "sourcePortRanges",
    "destinationPortRanges",
    "sourceAddressPrefixes",
    "destinationAddressPrefixes",
)


def _default_rules() -> list[Json]:
    rows = (
        ("AllowVnetInBound", 65000, "Allow", "Inbound", "VirtualNetwork", "VirtualNetwork"),
        ("AllowAzureLoadBalancerInBound", 65001, "Allow", "Inbound", "AzureLoadBalancer", "*"),
        ("DenyAllInBound", 65500, "Deny", "Inbound", "*", "*"),
        ("AllowVnetOutBound", 65000, "Allow", "Outbound", "VirtualNetwork", "VirtualNetwork"),
        ("AllowInternetOutBound", 65001, "Allow", "Outbound", "*", "Internet"),
        ("DenyAllOutBound", 65500, "Deny", "Outbound", "*", "*"),
    )
    return [
        {
            "name": name,
            "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
            "properties": {
                "priority": priority,
                "access": access,
                "direction": direction,
                "protocol": "*",
                "sourcePortRange": "*",
                "destinationPortRange": "*",
                "sourceAddressPrefix": source,
                "destinationAddressPrefix": destination,
            }
            | {plural: [] for plural in PLURALS},
        }
        for name, priority, access, direction, source, destination in rows
    ]


class RouteTables(NetworkType):
    """Route tables; their routes live inside."""

    type = "Microsoft.Network/routeTables"
    model = "RouteTable"
    timing = Timing(4, 3, 5)
    children: ClassVar[Mapping[str, Child]] = {"routes": Child("Route", Timing(3, 3, 3))}
    back_references = (BackReference("subnets", "routeTable", "/subnets/"),)
    in_use = "InUseRouteTableCannotBeDeleted"
    lag = "reference_lag_seconds"

    def fill(self, change: Change) -> None:
        """Propagation is on unless refused."""
        super().fill(change)
        change.properties.setdefault("disableBgpRoutePropagation", False)
        for route in change.properties.setdefault("routes", []):
            route["properties"].setdefault("hasBgpOverride", False)

    def takes(self, change: Change) -> tuple[str, ...]:
        """A network that names it may be in the middle of a write."""
        return (change.id.key,) if self.cloud.settings.vnet_locking else ()


class PublicIPAddresses(NetworkType):
    """Public addresses."""

    type = "Microsoft.Network/publicIPAddresses"
    model = "PublicIPAddress"
    timing = Timing(3, 2, 6)
    retry_after = (1,)
    back_references = (BackReference("ipConfiguration", "publicIPAddress", single=True),)
    in_use = "PublicIPAddressCannotBeDeleted"
    lag = "public_ip_lag_seconds"

    def check(self, change: Change) -> None:
        """SKU, zones, allocation and version never change."""
        before = change.prior.body if change.prior else None
        if before is None:
            return
        pairs: list[tuple[str, Any, Any]] = [
            ("sku", before.get("sku", {}).get("name"), (change.body.get("sku") or {}).get("name")),
            ("zones", sorted(before.get("zones") or []), sorted(change.body.get("zones") or [])),
        ]
        for name, had, wants in pairs:
            if wants and had != wants:
                message = f"The {name} of public IP address {change.id} cannot be changed."
                raise ArmError(400, "PublicIPAddressPropertyCannotBeChanged", message)

    def fill(self, change: Change) -> None:
        """An address out of the documentation ranges, chosen by the seed."""
        super().fill(change)
        properties = change.properties
        sku = change.body.setdefault("sku", {"name": "Standard"})
        sku.setdefault("tier", "Regional")
        properties.setdefault("publicIPAllocationMethod", "Static")
        properties.setdefault("publicIPAddressVersion", "IPv4")
        properties.setdefault("idleTimeoutInMinutes", 4)
        properties.setdefault("ddosSettings", {"protectionMode": "VirtualNetworkInherited"})
        tags = [{"ipTagType": "FirstPartyUsage", "tag": "/Unprivileged"}]
        properties["ipTags"] = tags if self.cloud.settings.injected_ip_tags else []
        properties["ipAddress"] = change.before("properties", "ipAddress") or (
            f"203.0.113.{1 + int(self.guid(change.id.key)[:4], 16) % 254}"
        )


class NetworkInterfaces(NetworkType):
    """Network interfaces."""

    type = "Microsoft.Network/networkInterfaces"
    model = "NetworkInterface"
    timing = Timing(4, 3, 5)
    in_use = "NicInUse"
    lag = "nic_lag_seconds"
    back_references = (BackReference("virtualMachine", "networkInterfaces", single=True),)

    def fill(self, change: Change) -> None:
        """A private address in the subnet."""
        super().fill(change)
        properties = change.properties
        properties.setdefault("enableAcceleratedNetworking", False)
        properties.setdefault("enableIPForwarding", False)
        properties.setdefault("tapConfigurations", [])
        properties.setdefault("hostedWorkloads", [])
        properties.setdefault("nicType", "Standard")
        properties.setdefault("dnsSettings", {"dnsServers": [], "appliedDnsServers": []})
        for at, configuration in enumerate(properties.get("ipConfigurations") or []):
            inner = configuration["properties"]
            inner.setdefault("primary", at == 0)
            inner.setdefault("privateIPAddressVersion", "IPv4")
            inner.setdefault("privateIPAllocationMethod", "Dynamic")
            if not inner.get("privateIPAddress") and inner.get("subnet"):
                inner["privateIPAddress"] = free_address(self, inner["subnet"]["id"], change)


def free_address(type_: ResourceType, subnet_id: str, change: Change) -> str:
    """The next free address of a subnet; its first four are Azure's."""
    subnet = type_.cloud.store.find(subnet_id) or {"properties": {}}
    properties = subnet["properties"]
    prefix = (
        properties.get("addressPrefix") or (properties.get("addressPrefixes") or ["10.0.0.0/24"])[0]
    )
    network = ipaddress.ip_network(prefix)
    before = change.before("properties", "ipConfigurations") or []
    for configuration in before:
        known = configuration["properties"].get("privateIPAddress")
        if known and ipaddress.ip_address(known) in network:
            return str(known)
    users = len(type_.cloud.store.references_to(subnet_id))
    return str(network.network_address + 4 + users)


def subnet_network_key(subnet_id: str) -> str:
    """The key of the virtual network that a subnet is in."""
    subnet = parse_id(subnet_id)
    return subnet.parent.key if subnet is not None and subnet.parent is not None else ""


TYPES = (
    VirtualNetworks,
    NetworkSecurityGroups,
    RouteTables,
    PublicIPAddresses,
    NetworkInterfaces,
)
