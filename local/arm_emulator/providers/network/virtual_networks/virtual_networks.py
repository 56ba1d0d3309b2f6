"""Virtual networks with their subnets and peerings, which live inside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from local.arm_emulator.engine.locks import BUSY
from local.arm_emulator.providers.network.base import NetworkType
from local.arm_emulator.providers.network.virtual_networks.address_space import (
    check_place,
    space_of,
    subnet_networks,
)
from local.arm_emulator.providers.network.virtual_networks.association_links import (
    check_held_subnets,
    holder_of,
    show_association_links,
)
from local.arm_emulator.providers.network.virtual_networks.peerings import (
    check_peerings,
    fill_peering,
    show_peerings,
)
from local.arm_emulator.providers.network.virtual_networks.required_rules import check_subnet
from local.arm_emulator.providers.network.virtual_networks.subnets import users_of
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import BackReference, Child, Quota, Timing
from local.arm_emulator.wire.locations import LOCATIONS
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.names import Network

JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action"

# Recorded in azure-service-operator and azure-cli, as those of the network below.
PEERING_DEFAULTS = {
    "peerCompleteVnets": True,
    "routeServiceVips": {},
    "remoteAddressSpace": {"ipamPoolPrefixAllocations": []},
    "remoteVirtualNetworkAddressSpace": {"ipamPoolPrefixAllocations": []},
}


class VirtualNetworks(NetworkType):
    """Virtual networks; a PUT that leaves a subnet out asks for its deletion."""

    type = "Microsoft.Network/virtualNetworks"
    model = "VirtualNetwork"
    bounds = (
        Bound(
            "properties.flowTimeoutInMinutes",
            f"{LEARN}rest/api/virtualnetwork/virtual-networks",
            4,
            30,
        ),
    )
    timing = Timing(9, 6, 20)
    retry_after = (3,)
    joined = True
    quotas = (Quota("VirtualNetworks", 1000, "VnetCountLimitReached"),)
    defaults: ClassVar[Mapping[str, Any]] = {
        "properties": {
            "addressSpace": {"ipamPoolPrefixAllocations": []},
            "dhcpOptions": {"dnsServers": []},
        }
    }
    children: ClassVar[Mapping[str, Child]] = {
        "subnets": Child(
            "Subnet",
            Timing(6, 5, 10),
            "InUseSubnetCannotBeDeleted",
            joined=True,
            defaults={"ipamPoolPrefixAllocations": []},
        ),
        "virtualNetworkPeerings": Child(
            "VirtualNetworkPeering",
            Timing(10, 8, 8),
            defaults=PEERING_DEFAULTS,
            retry_after=(10,),  # recorded in azure-service-operator
        ),
    }
    back_references = (
        BackReference("ipConfigurations", "subnet", "/ipConfigurations/", "subnets"),
        BackReference(
            "applicationGatewayIPConfigurations", "subnet", "/gatewayIPConfigurations/", "subnets"
        ),
    )
    in_use = "InUseVirtualNetworkCannotBeDeleted"

    def check(self, change: Change) -> None:
        """The space is sound; subnets fit into it, lie apart, and change only as far as allowed."""
        self._keep_absent_subnets(change)
        space = space_of(change)
        check_peerings(change, space)
        _check_encryption(change)
        seen: list[tuple[str, Network]] = []
        names: set[str] = set()
        for subnet in change.properties.get("subnets") or []:
            name = str(subnet.get("name", ""))
            if name.lower() in names:
                message = f"Subnet name {name} is used twice in {change.id.name}."
                raise ArmError(400, self.world.settings.duplicate_child_code, message)
            names.add(name.lower())
            for network in subnet_networks(subnet):
                check_place(change, space, seen, name, network)
                seen.append((name, network))
            self._check_subnet(change, subnet)
        self._check_dropped(change, names)
        check_held_subnets(change)

    def fill(self, change: Change) -> None:
        """Defaults of the network and of every subnet."""
        super().fill(change)
        properties = change.properties
        properties.pop("enableVmProtection", None)  # dropped from replies (recorded)
        properties.setdefault("enableDdosProtection", False)
        properties.setdefault("privateEndpointVNetPolicies", "Disabled")
        for subnet in properties.setdefault("subnets", []):
            _fill_subnet(change, subnet)
        for peering in properties.setdefault("virtualNetworkPeerings", []):
            fill_peering(change, peering)

    def takes(self, change: Change) -> tuple[str, ...]:
        """The network's lock."""
        return (change.id.key,) if self.world.settings.vnet_locking else ()

    def holds(self, change: Change) -> dict[str, str]:
        """The network, and the security groups and route tables that its subnets name."""
        keys = [change.id.key]
        for subnet in change.properties.get("subnets") or []:
            for via in ("networkSecurityGroup", "routeTable"):
                target = (subnet.get("properties") or {}).get(via)
                if target:
                    keys.append(str(target["id"]).lower())
        return dict.fromkeys(keys, BUSY) if self.world.settings.vnet_locking else {}

    def busy_error(self, running: Operation) -> ArmError:
        """Contention within one network is the network's lock."""
        refusal = super().busy_error(running)
        refusal.status = self.world.settings.lock_status
        refusal.headers["Retry-After"] = "10"
        return refusal

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """No subnet may be in use, nor the network peered."""
        for subnet in resource.properties.get("subnets") or []:
            self.refuse_in_use(subnet["id"], "InUseSubnetCannotBeDeleted", now)
        tolerated = ["remoteVirtualNetwork"]  # field report: the remote peering is Disconnected
        if not self.world.settings.dns_link_blocks_vnet_deletion:
            tolerated.append("virtualNetwork")
        blocking = [
            each
            for each in self.world.store.references_to(resource.key)
            if each.via not in tolerated
        ]
        if blocking:
            raise self.in_use_error(str(resource.id), self.in_use, blocking)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """Services that hold a subnet, also for a while after they are gone; peers' states."""
        show_association_links(self.world, body, now)
        show_peerings(self.world, resource, body)

    def _keep_absent_subnets(self, change: Change) -> None:
        """Peerings are kept where a PUT does not speak of them; subnets only if so set."""
        kept = ["virtualNetworkPeerings"]
        if self.world.settings.absent_subnets_are_kept:
            kept.append("subnets")
        for collection in kept:
            before = change.before("properties", collection)
            if before and collection not in change.properties:
                change.properties[collection] = before

    def _check_subnet(self, change: Change, subnet: Json) -> None:
        id_ = f"{change.id}/subnets/{subnet['name']}"
        check_subnet(self.world, subnet, id_)
        before = self.world.store.find(id_)
        if before is None:
            return
        users = users_of(self.world, id_)
        had, wants = before["properties"], subnet.get("properties") or {}
        if not users:
            return
        if subnet_networks(before) != subnet_networks(subnet):
            raise _in_use(id_, "addressPrefix", str(users[0].id), "InUsePrefixCannotBeDeleted")
        had_outbound = had.get("defaultOutboundAccess")
        if wants.get("defaultOutboundAccess", had_outbound) != had_outbound:
            code = "InUseSubnetCannotBeUpdated"
            raise _in_use(id_, "defaultOutboundAccess", str(users[0].id), code)
        ours = any(each.id.namespace == "Microsoft.Network" for each in users)
        held = holder_of(self.world, id_, change.now)  # and asked about by itself
        if ours and not held and _services(had) != _services(wants):
            code = "SubnetDelegationsCannotChangeWhenSubnetUsedByResource"
            raise _in_use(id_, "delegations", str(users[0].id), code)

    def _check_dropped(self, change: Change, kept: set[str]) -> None:
        for subnet in change.before("properties", "subnets") or []:
            if subnet["name"].lower() not in kept:
                self.refuse_in_use(subnet["id"], "InUseSubnetCannotBeDeleted", change.now)


def _check_encryption(change: Change) -> None:
    """Whether to encrypt and what to do with what is not are said together or not at all.

    Recorded in azure-cli, test_network_vnet_with_encryption.
    """
    encryption = change.properties.get("encryption") or {}
    if encryption.get("enabled") and not encryption.get("enforcement"):
        message = f"Network {change.id} says to encrypt, and not what happens to what is not."
        raise ArmError(400, "MustSpecifyBothEncryptionIntentAndEnforcementPolicy", message)


def _fill_subnet(change: Change, subnet: Json) -> None:
    properties = subnet.setdefault("properties", {})
    properties.setdefault("privateEndpointNetworkPolicies", "Disabled")
    properties.setdefault("privateLinkServiceNetworkPolicies", "Enabled")
    for delegation in properties.setdefault("delegations", []):
        delegation["type"] = "Microsoft.Network/virtualNetworks/subnets/delegations"
        delegation.setdefault("properties", {})["actions"] = [JOIN]
    region = str(change.body["location"]).replace(" ", "").lower()
    for endpoint in properties.get("serviceEndpoints") or []:
        if not endpoint.get("locations"):
            pair = LOCATIONS[region].pair if region in LOCATIONS else region
            endpoint["locations"] = [region, pair]
        endpoint["provisioningState"] = "Succeeded"


def _services(properties: Json) -> set[str]:
    found = properties.get("delegations") or []
    return {str((each.get("properties") or {}).get("serviceName", "")).lower() for each in found}


def _in_use(subnet: str, what: str, user: str, code: str) -> ArmError:
    """The refusal to change what is in use.

    Of a prefix: https://github.com/hashicorp/terraform-provider-azurerm/issues/11211.
    """
    message = f"Subnet {subnet} is in use by {user}; its {what} cannot be updated."
    return ArmError(400, code, message)
