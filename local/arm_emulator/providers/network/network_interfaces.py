"""Network interfaces."""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.arm_emulator.providers.network.base import NetworkType, check_public_address
from local.arm_emulator.providers.network.effective_routes import effective_routes
from local.arm_emulator.providers.network.virtual_networks.subnets import (
    check_entry,
    check_static_address,
    free_address,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.references import Reference
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import BackReference, Quota, Timing
from local.arm_emulator.wire.messages import ArmError, Json


class NetworkInterfaces(NetworkType):
    """Network interfaces."""

    type = "Microsoft.Network/networkInterfaces"
    model = "NetworkInterface"
    timing = Timing(4, 3, 5)
    in_use = "NicInUse"
    synchronous_create = True  # recorded in azure-service-operator, as are the defaults
    defaults: ClassVar[Mapping[str, Any]] = {
        "kind": "Regular",
        "properties": {
            "vnetEncryptionSupported": False,
            "disableTcpStateTracking": False,
            "allowPort25Out": True,
            "auxiliaryMode": "None",
            "auxiliarySku": "None",
            "defaultOutboundConnectivityEnabled": False,
        },
    }
    lag = "nic_lag_seconds"
    joined = True
    quotas = (Quota("NetworkInterfaces", 65536, "network_interface_quota_code"),)
    actions: ClassVar[Mapping[str, float]] = {"effectiveRouteTable": 15.0}
    back_references = (BackReference("virtualMachine", "networkInterfaces", single=True),)

    def in_use_error(self, target: str, code: str, users: list[Reference]) -> ArmError:
        """After its machine is gone the interface stays reserved for 180 seconds."""
        if not any(each in self.world.store.references_to(target) for each in users):
            code = "NicReservedForAnotherVm"
        return super().in_use_error(target, code, users)

    def act(self, resource: Resource, action: str, sent: Any, call: Call) -> Any:
        """The routes that hold for what it carries."""
        inner = resource.properties["ipConfigurations"][0]["properties"]
        return {"value": effective_routes(self.world, inner["subnet"]["id"])}

    def check(self, change: Change) -> None:
        """Each configuration is in a subnet it may enter, with an address it may have."""
        configurations = change.properties.get("ipConfigurations") or []
        if not configurations:
            message = f"Network interface {change.id} has no IP configuration."
            # This code and the next: the notes of the makers of Azure PowerShell.
            raise ArmError(400, "InvalidIPConfigCount", message)
        taken: set[str] = set()
        for configuration in configurations:
            inner = configuration.get("properties") or {}
            _check_once(inner, taken)
            subnet = (inner.get("subnet") or {}).get("id")
            if not subnet:
                # The notes of the makers of Azure PowerShell.
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
        given = {
            str((each.get("properties") or {}).get("privateIPAddress") or "")
            for each in properties.get("ipConfigurations") or []
        }
        for at, configuration in enumerate(properties.get("ipConfigurations") or []):
            inner = configuration["properties"]
            inner.setdefault("primary", at == 0)
            inner.setdefault("privateIPAddressVersion", "IPv4")
            inner.setdefault("privateIPAllocationMethod", "Dynamic")
            if not inner.get("privateIPAddress") and inner.get("subnet"):
                known = _address_before(change, configuration["name"])
                free = known or free_address(change, inner["subnet"]["id"], given)
                inner["privateIPAddress"] = free
                given.add(free)


def _check_once(inner: Json, taken: set[str]) -> None:
    """An address is had by one configuration.

    https://learn.microsoft.com/azure/virtual-network/ip-services/virtual-network-network-interface-addresses
    """
    address = str(inner.get("privateIPAddress") or "")
    if address in taken:
        message = f"IP address {address} is already allocated in the same interface."
        raise ArmError(400, "PrivateIPAddressIsAllocated", message)
    taken |= {address} - {""}


def _address_before(change: Change, name: str) -> str | None:
    for configuration in change.before("properties", "ipConfigurations") or []:
        if configuration["name"] == name:
            known = configuration["properties"].get("privateIPAddress")
            return str(known) if known else None
    return None
