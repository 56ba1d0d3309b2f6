"""The part of a spec that makes a deployment the spoke of a hub that is there."""

from typing import Literal

from pydantic import Field

from shared.deployment.resource_id import ResourceId
from shared.deployment.specs.fields import Address, NetworkId
from shared.deployment.specs.part import Part


class Hub(Part):
    """The network that ours is peered with, both ways."""

    virtual_network: NetworkId
    """The hub's network, in whatever subscription."""
    gateway: bool = True
    """Whether on-premises is reached by the hub's gateway, ExpressRoute or VPN."""
    side: Literal["ours", "owners"] = "ours"
    """Who makes the peering in the hub: this deployment, or the owner of the hub by a command."""
    link_zone: bool = True
    """Whether the private zone is linked to the hub too; not where it is one of the hub's."""
    name_servers: list[Address] = Field(default=[], max_length=20)
    """What the network asks for names, such as the hub's resolver; absent: Azure's own."""
    firewall: Address | None = None
    """What everything goes out through, the hub's firewall; absent: no such route."""

    @property
    def name(self) -> str:
        """Name of the hub's network."""
        return ResourceId.of(self.virtual_network).name


def command_for_owner(hub_id: str, peering_id: str, *, gateway: bool) -> str:
    """What the owner of a hub runs to make its side of a peering.

    Args:
        hub_id: the hub's network.
        peering_id: our side, which lies in our network.
        gateway: whether the hub's gateway is to be used.
    """
    hub, ours = ResourceId.of(hub_id), peering_id.rpartition("/virtualNetworkPeerings/")[0]
    transit = " --allow-gateway-transit" if gateway else ""
    return (
        f"`az network vnet peering create --subscription {hub.subscription} -g {hub.group} "
        f"--vnet-name {hub.name} -n peer-to-{ResourceId.of(ours).name} --remote-vnet {ours} "
        f"--allow-vnet-access --allow-forwarded-traffic{transit}`"
    )
