"""Whether a machine can speak to Azure itself, as its agent must to tell what it did."""

from local.arm_emulator.providers.network.virtual_networks.security_rules import Flow, verdict
from local.arm_emulator.providers.network.watcher.reachability import (
    associated,
    network_of,
    reach,
    start_of,
)
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Json

AZURE = "20.60.0.1"  # some address of the service tag AzureCloud


def has_egress(world: World, machine: Resource) -> bool:
    """A way out (a NAT gateway, an address of its own, or the old default) and rules that let 443.

    https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access
    """
    interface, source = start_of(world, machine)
    subnet: Json = world.store.find(source.subnet) or {"properties": {}}
    settings = interface.properties["ipConfigurations"][0]["properties"]
    default = subnet["properties"].get("defaultOutboundAccess") is True
    if not (associated(subnet, "natGateway") or settings.get("publicIPAddress") or default):
        return False
    inside = tuple(reach(world, network_of(source.subnet)))
    flow = Flow(source.address, AZURE, 443, "Tcp", inside)
    groups = (*source.groups, associated(subnet, "networkSecurityGroup"))
    return all(
        verdict(world.store.find(each) if each else None, flow, "Outbound")[0] for each in groups
    )
