"""What all types of Microsoft.Network share; public addresses and network interfaces."""

from typing import Any, ClassVar

from local.arm_emulator.providers.network.virtual_networks.subnets import (
    check_entry,
    check_static_address,
    free_address,
)
from local.arm_emulator.providers.quotas import check_network_quota
from local.arm_emulator.state.references import Reference
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.families import NETWORK
from local.arm_emulator.types.resource_type import BackReference, ResourceType, Timing
from local.arm_emulator.wire.locations import LOCATIONS, canonical
from local.arm_emulator.wire.messages import ArmError, Json

API_VERSIONS = (
    "2026-03-01",
    "2026-01-01",
    "2025-09-01",
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
    "2022-05-01",
    "2022-01-01",
    "2018-10-01",
    "2015-06-15",
)


class NetworkType(ResourceType):
    """What all types of Microsoft.Network share."""

    api_versions = API_VERSIONS
    family = NETWORK
    has_guid: ClassVar[bool] = True  # as the SDK's models have it

    def check_quota(self, change: Change) -> None:
        """So many of a type per region."""
        check_network_quota(change)

    def fill(self, change: Change) -> None:
        """A GUID that stays for life."""
        if self.has_guid:
            change.properties["resourceGuid"] = change.before("properties", "resourceGuid") or (
                self.guid(change.id.key, change.now)
            )


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
        """Standard and static; zones only where there are any; most of it never changes."""
        check_zones(change)
        properties = change.properties
        sku = str((change.body.get("sku") or {}).get("name", "Standard"))
        if sku == "Basic" and change.creates:
            message = "Basic public IP addresses cannot be created any more; use Standard."
            raise ArmError(400, "IPv4BasicSkuPublicIpCountLimitReached", message)
        if str(properties.get("publicIPAllocationMethod", "Static")).lower() != "static":
            message = f"Standard sku publicIp {change.id} must have AllocationMethod set to Static."
            raise ArmError(400, self.world.settings.public_address_method_code, message)
        minutes = properties.get("idleTimeoutInMinutes", 4)
        if not 4 <= minutes <= 30:
            message = f"The idle timeout {minutes} is not between 4 and 30 minutes."
            raise ArmError(400, self.world.settings.idle_timeout_code, message)
        self._check_immutable(change)

    def _check_immutable(self, change: Change) -> None:
        if change.prior is None:
            return
        had, wants = change.prior.body, change.body
        pairs: list[tuple[str, Any, Any]] = [
            ("sku", had["sku"]["name"], (wants.get("sku") or {}).get("name", "Standard")),
            ("zones", sorted(had.get("zones") or []), sorted(wants.get("zones") or [])),
        ]
        for name in ("publicIPAllocationMethod", "publicIPAddressVersion"):
            before = had["properties"][name]
            pairs.append((name, before, wants["properties"].get(name, before)))
        for name, before, after in pairs:
            if str(before).lower() != str(after).lower():
                message = f"The {name} of public IP address {change.id} cannot be changed."
                raise ArmError(400, self.world.settings.public_address_fixed_code, message)

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
        properties["ipTags"] = tags if self.world.settings.injected_ip_tags else []
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

    def in_use_error(self, target: str, code: str, users: list[Reference]) -> ArmError:
        """After its machine is gone the interface stays reserved for 180 seconds."""
        if not any(each in self.world.store.references_to(target) for each in users):
            code = "NicReservedForAnotherVm"
        return super().in_use_error(target, code, users)

    def check(self, change: Change) -> None:
        """Each configuration is in a subnet it may enter, with an address it may have."""
        configurations = change.properties.get("ipConfigurations") or []
        if not configurations:
            message = f"Network interface {change.id} has no IP configuration."
            # This code and the next: the notes of the makers of Azure PowerShell.
            raise ArmError(400, "InvalidIPConfigCount", message)
        for configuration in configurations:
            inner = configuration.get("properties") or {}
            subnet = (inner.get("subnet") or {}).get("id")
            if not subnet:
                message = f"IP configuration {configuration.get('name')} has no subnet."
                raise ArmError(400, "SubnetIsRequired", message)
            check_entry(change, subnet)
            if inner.get("privateIPAddress"):
                check_static_address(change, subnet, inner["privateIPAddress"])
            check_public_address(change, inner)

    def fill(self, change: Change) -> None:
        """A private address in the subnet."""
        super().fill(change)
        properties = change.properties
        properties.setdefault("enableAcceleratedNetworking", False)
        properties.setdefault("enableIPForwarding", False)
        properties.setdefault("tapConfigurations", [])
        properties.setdefault("hostedWorkloads", [])
        properties.setdefault("nicType", "Standard")
        names = properties.setdefault("dnsSettings", {})
        names["appliedDnsServers"] = names.setdefault("dnsServers", [])
        for at, configuration in enumerate(properties.get("ipConfigurations") or []):
            inner = configuration["properties"]
            inner.setdefault("primary", at == 0)
            inner.setdefault("privateIPAddressVersion", "IPv4")
            inner.setdefault("privateIPAllocationMethod", "Dynamic")
            if not inner.get("privateIPAddress") and inner.get("subnet"):
                known = _address_before(change, configuration["name"])
                inner["privateIPAddress"] = known or free_address(change, inner["subnet"]["id"])


def check_zones(change: Change) -> None:
    """Refuse zones in a region without any."""
    region = LOCATIONS.get(canonical(str(change.body.get("location", ""))))
    if change.body.get("zones") and region is not None and not region.zones:
        message = (
            f"Resource {change.id} has availability zones, which {region.name} does not support."
        )
        raise ArmError(400, change.world.settings.zones_code, message)


def check_public_address(change: Change, configuration: Json) -> None:
    """Refuse a public address that something else uses."""
    target = (configuration.get("publicIPAddress") or {}).get("id")
    for reference in change.world.store.references_to(str(target)) if target else ():
        if reference.owner != change.id.key:
            message = f"Resource {change.id} cannot use {target}: {reference.element} has it."
            raise ArmError(400, "PublicIPAddressInUse", message)


def _address_before(change: Change, name: str) -> str | None:
    for configuration in change.before("properties", "ipConfigurations") or []:
        if configuration["name"] == name:
            known = configuration["properties"].get("privateIPAddress")
            return str(known) if known else None
    return None


TYPES = (PublicIPAddresses, NetworkInterfaces)
