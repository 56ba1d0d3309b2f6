"""Who is in a subnet, who may enter it, and which of its addresses are free."""

import ipaddress
from collections.abc import Collection

from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.names import Network
from local.arm_emulator.wire.resource_ids import parse_id

GATEWAYS = "Microsoft.Network/virtualNetworkGateways"
APPLICATION_GATEWAYS = "Microsoft.Network/applicationGateways"
BASTIONS = "Microsoft.Network/bastionHosts"
# Subnets that Azure keeps for one service, by their names.
RESERVED_NAMES = {
    "gatewaysubnet": GATEWAYS,
    "azurebastionsubnet": BASTIONS,
    "azurefirewallsubnet": "Microsoft.Network/azureFirewalls",
    "routeserversubnet": "Microsoft.Network/virtualHubs",
}
ENTRIES = ("subnet", "delegatedSubnetResourceId")


def users_of(world: World, subnet_id: str, *, but: str = "") -> list[Resource]:
    """The resources with an address in a subnet, without the one under the key `but`."""
    owners = {
        each.owner: None for each in world.store.references_to(subnet_id) if each.via in ENTRIES
    }
    found = [world.store.get(owner) for owner in owners if owner != but]
    return [each for each in found if each is not None]


def networks_of(subnet: Json) -> list[Network]:
    """The ranges of a subnet's body."""
    properties = subnet.get("properties") or {}
    texts = properties.get("addressPrefixes") or [properties.get("addressPrefix")]
    return [ipaddress.ip_network(text, strict=False) for text in texts if text]


def check_entry(change: Change, subnet_id: str, *, smallest: int = 29) -> None:
    """Refuse a resource that may not be in a subnet: it is another's, or too small.

    A subnet that does not exist is left to the check of references.
    """
    subnet = change.world.store.find(subnet_id)
    if subnet is None:
        return
    _check_reserved(change, str(subnet["name"]))
    _check_delegation(change, subnet, subnet_id)
    _check_company(change, subnet_id)
    for network in networks_of(subnet):
        if network.version == 4 and network.prefixlen > smallest:
            message = (
                f"Subnet {subnet_id} with the range {network} is too small for {change.id}: it "
                f"needs /{smallest} or more."
            )
            raise ArmError(400, change.world.settings.subnet_too_small_code, message)


def check_static_address(change: Change, subnet_id: str, address: str) -> None:
    """Refuse a private address that is outside of its subnet, Azure's own, or taken."""
    subnet = change.world.store.find(subnet_id)
    if subnet is None:
        return
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError as error:
        code = change.world.settings.address_malformed_code
        raise ArmError(400, code, f"{address} is no IP address.") from error
    inside = [each for each in networks_of(subnet) if wanted in each]
    if not inside:
        message = (
            f"Private static IP address {address} does not belong to the range of {subnet_id}."
        )
        raise ArmError(400, "PrivateIPAddressNotInSubnet", message)
    first, last = int(inside[0].network_address), int(inside[0].broadcast_address)
    if int(wanted) < first + 4 or int(wanted) == last:
        message = (
            f"Private static IP address {address} falls within the reserved range of {subnet_id}."
        )
        raise ArmError(400, "PrivateIPAddressInReservedRange", message)
    if address in taken_addresses(change.world, subnet_id, but=change.id.key):
        message = f"IP address {address} is already allocated in {subnet_id}."
        # https://github.com/F5Networks/terraform-azure-bigip-module/issues/63
        raise ArmError(400, "PrivateIPAddressIsAllocated", message)


def taken_addresses(world: World, subnet_id: str, *, but: str = "") -> set[str]:
    """The private addresses in use in a subnet."""
    found: set[str] = set()
    for reference in world.store.references_to(subnet_id):
        if reference.owner != but:
            properties = (world.store.find(reference.element) or {}).get("properties") or {}
            places = [properties, *(properties.get("ipConfigurations") or ())]
            for place in places:  # of DNS resolvers, configurations have no names of their own
                address = place.get("privateIPAddress") or place.get("privateIpAddress")
                found |= {str(address)} if address else set()
    return found


def free_address(change: Change, subnet_id: str, given: Collection[str] = ()) -> str:
    """The lowest free address of a subnet; its first four and its last are Azure's.

    `given` are addresses that the same write takes elsewhere.
    """
    subnet = change.world.store.find(subnet_id)
    if subnet is None:
        return "10.0.0.4"
    taken = taken_addresses(change.world, subnet_id, but=change.id.key) | set(given)
    for network in networks_of(subnet):
        for number in range(int(network.network_address) + 4, int(network.broadcast_address)):
            address = str(ipaddress.ip_address(number))
            if address not in taken:
                return address
    message = f"Subnet {subnet_id} does not have enough free addresses."
    raise ArmError(400, "SubnetIsFull", message)


def network_key(subnet_id: str) -> str:
    """The key of the virtual network that a subnet is in."""
    subnet = parse_id(subnet_id)
    return subnet.parent.key if subnet is not None and subnet.parent is not None else ""


def _check_reserved(change: Change, name: str) -> None:
    """The code is the subnet's name: https://github.com/Azure/azure-rest-api-specs/issues/11861."""
    owner = RESERVED_NAMES.get(name.lower())
    if owner is not None and owner.lower() != change.id.type.lower():
        message = f"Subnet {name} is reserved for {owner}; {change.id} cannot be in it."
        raise ArmError(400, name, message)


def _check_delegation(change: Change, subnet: Json, subnet_id: str) -> None:
    """The code is told by the help pages of Azure Database Migration Service."""
    for delegation in (subnet.get("properties") or {}).get("delegations") or []:
        service = str((delegation.get("properties") or {}).get("serviceName", ""))
        if not f"{change.id.type}/".lower().startswith(f"{service}/".lower()):
            message = f"Subnet {subnet_id} is delegated to {service}; {change.id} cannot be in it."
            raise ArmError(400, "ResourceNotPermittedOnDelegatedSubnet", message)


def _check_company(change: Change, subnet_id: str) -> None:
    """Application gateways share their subnet with nothing but their like.

    Two codes were seen: of the gateway that comes second, and of what comes after a gateway.
    """
    ours = change.id.type.lower() == APPLICATION_GATEWAYS.lower()
    for other in users_of(change.world, subnet_id, but=change.id.key):
        theirs = other.id.type.lower() == APPLICATION_GATEWAYS.lower()
        if ours != theirs:
            message = (
                f"Subnet {subnet_id} cannot be used by {change.id}: {other.id} is in it, and an "
                "application gateway's subnet can hold application gateways only."
            )
            second = "ApplicationGatewaySubnetCannotHaveOtherResources"
            code = second if ours else "ApplicationGatewaySubnetCannotBeUsedByOtherResources"
            raise ArmError(400, code, message)
