"""Peerings: what a network may be joined to, and whether both sides know of each other.

https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview
"""

import hashlib
import uuid
from collections.abc import Iterator

from local.arm_emulator.providers.network.virtual_networks.subnets import GATEWAYS, users_of
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import ArmError, Json, clone
from local.arm_emulator.wire.names import Network, parse_prefix

FLAGS = {
    "allowVirtualNetworkAccess": True,
    "allowForwardedTraffic": False,
    "allowGatewayTransit": False,
    "useRemoteGateways": False,
    "doNotVerifyRemoteGateways": False,
}
SYNC = "syncremoteaddressspace"  # the query of a PUT that takes note of the other side's space


def check_peerings(change: Change, space: list[Network]) -> None:
    """Peers may not overlap; one of them, that has a gateway, may lend it."""
    borrowers = []
    for peering in change.properties.get("virtualNetworkPeerings") or []:
        properties = peering.get("properties") or {}
        remote_id = str((properties.get("remoteVirtualNetwork") or {}).get("id") or "")
        if not remote_id:
            message = f"Peering {peering['name']} names no remote virtual network."
            raise ArmError(400, change.world.settings.remote_network_missing_code, message)
        remote = change.world.store.get(remote_id)
        for text in _prefixes(remote.body if remote else {}):
            if any(parse_prefix(text).overlaps(each) for each in space):
                message = f"{change.id} cannot be peered with {remote_id}: {text} overlaps."
                # https://github.com/Azure/azure-cli/issues/16205
                raise ArmError(400, "VnetAddressSpacesOverlap", message)
        if properties.get("useRemoteGateways"):
            borrowers.append(peering)
    for peering in borrowers:
        _check_remote_gateway(change, peering, alone=len(borrowers) == 1)


def _check_remote_gateway(change: Change, peering: Json, *, alone: bool) -> None:
    """A gateway is lent by a network that has one and lends it, to one that has none."""
    remote_id = str(peering["properties"]["remoteVirtualNetwork"]["id"])
    remote = change.world.store.get(remote_id)
    if remote is None:
        return  # asked about among the references
    if not _has_gateway(change.world, remote.body):
        message = (
            f"Peering {change.id}/virtualNetworkPeerings/{peering['name']} cannot have "
            f"UseRemoteGateway flag set to true because remote virtual network {remote_id} "
            "referenced by the peering does not have any gateways."
        )
        # https://github.com/Azure/terraform-azurerm-lz-vending/issues/398
        raise ArmError(400, "RemoteVnetHasNoGateways", message)
    back = next(_back(remote, str(change.id)), None)
    lends = back is None or back["properties"].get("allowGatewayTransit")
    own = change.prior is not None and _has_gateway(change.world, change.prior.body)
    if own or not alone or not lends:
        message = (
            f"Peering {peering['name']} cannot have UseRemoteGateways flag set to true: the "
            "network has a gateway, another peering has the flag, or the remote peering does not "
            "allow gateway transit."
        )
        raise ArmError(400, change.world.settings.remote_gateway_code, message)


def fill_peering(change: Change, peering: Json) -> None:
    """Flags, and the other side's space as it is when the peering is made or synchronised."""
    properties = peering.setdefault("properties", {})
    guid = hashlib.sha256(f"{change.id.key}/{peering['name']}".encode()).hexdigest()[:32]
    properties.setdefault("resourceGuid", str(uuid.UUID(guid)))
    for flag, value in FLAGS.items():
        properties.setdefault(flag, value)
    before = {
        str(each["name"]).lower(): each["properties"].get("remoteAddressSpace")
        for each in change.before("properties", "virtualNetworkPeerings") or []
    }
    known = before.get(str(peering["name"]).lower())
    query = change.call.request.query if change.call else {}
    remote = change.world.store.get(properties["remoteVirtualNetwork"]["id"])
    if known is not None and query.get(SYNC, "").lower() != "true":
        properties["remoteAddressSpace"] = known
    elif remote is not None:
        properties["remoteAddressSpace"] = clone(remote.properties.get("addressSpace"))


def show_peerings(world: World, resource: Resource, body: Json) -> None:
    """Whether the other side is there, has a peering too, and knows the spaces of today.

    https://learn.microsoft.com/azure/virtual-network/update-virtual-network-peering-address-space
    """
    for peering in body["properties"].get("virtualNetworkPeerings") or []:
        properties = peering["properties"]
        remote = world.store.get(str(properties["remoteVirtualNetwork"]["id"]))
        back = next(_back(remote, str(resource.id)), None) if remote else None
        state = "Connected" if back else "Initiated"
        properties["peeringState"] = state if remote is not None else "Disconnected"
        # What the other side has become is not known here, and the other way round.
        ours = remote is None or _prefixes(remote.body) == _noted(properties)
        theirs = back is None or _prefixes(resource.body) == _noted(back["properties"])
        properties["peeringSyncLevel"] = {
            (True, True): "FullyInSync",
            (False, True): "RemoteNotInSync",
            (True, False): "LocalNotInSync",
            (False, False): "LocalAndRemoteNotInSync",
        }[ours, theirs]


def _has_gateway(world: World, network: Json) -> bool:
    return any(
        user.id.type.lower() == GATEWAYS.lower()
        for subnet in network["properties"].get("subnets") or []
        for user in users_of(world, str(subnet["id"]))
    )


def _back(remote: Resource, own: str) -> Iterator[Json]:
    """The peerings of the remote network with this one."""
    for each in remote.properties.get("virtualNetworkPeerings") or []:
        if str(each["properties"]["remoteVirtualNetwork"]["id"]).lower() == own.lower():
            yield each


def _prefixes(network: Json) -> list[str]:
    space = (network.get("properties") or {}).get("addressSpace") or {}
    return list(space.get("addressPrefixes") or [])


def _noted(properties: Json) -> list[str]:
    return list((properties.get("remoteAddressSpace") or {}).get("addressPrefixes") or [])
