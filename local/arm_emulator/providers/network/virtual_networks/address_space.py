"""The ranges of a virtual network and of its subnets: sound, inside, apart from each other."""

import ipaddress

from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.names import Network, parse_prefix

# https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
FORBIDDEN = tuple(
    ipaddress.ip_network(each)
    for each in (
        "224.0.0.0/4",
        "255.255.255.255/32",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "168.63.129.16/32",
    )
)


def space_of(change: Change) -> list[Network]:
    """The ranges of a network: at least one, none reserved, none overlapping."""
    texts = (change.properties.get("addressSpace") or {}).get("addressPrefixes") or []
    space = [parse_prefix(each) for each in texts]
    if not space:
        message = "The address space of a virtual network may not be empty."
        raise ArmError(400, change.world.settings.address_space_empty_code, message)
    for at, network in enumerate(space):
        for other in (*FORBIDDEN, *space[:at]):
            if network.overlaps(other):
                message = f"The address prefix {network} overlaps with {other}."
                raise ArmError(400, change.world.settings.address_space_reserved_code, message)
    return space


def subnet_networks(subnet: Json) -> list[Network]:
    """The ranges of a subnet: at least one, each canonical."""
    properties = subnet.get("properties") or {}
    texts = properties.get("addressPrefixes") or [properties.get("addressPrefix")]
    if not texts[0]:
        message = f"Subnet '{subnet.get('name')}' has no address prefix."
        # Seen for virtual hubs, in the notes of the makers of Azure PowerShell.
        raise ArmError(400, "AddressPrefixStringCannotBeNullOrEmpty", message)
    return [parse_prefix(text) for text in texts]


def check_place(
    change: Change,
    space: list[Network],
    seen: list[tuple[str, Network]],
    name: str,
    network: Network,
) -> None:
    """Refuse a subnet's range that is too small, outside of the space, or taken by another."""
    vnet = change.id.name
    if network.version == 4 and network.prefixlen > 29:
        message = f"Subnet '{name}' with the range {network} is smaller than /29."
        raise ArmError(400, "NetcfgInvalidSubnet", message)
    if not any(_inside(network, each) for each in space):
        # Recorded in azure-xplat-cli, arm_network_subnet_create_should_fail_for_prefixes_*.
        message = (
            f"Subnet '{name}' is not valid because its IP address range is outside the IP address "
            f"range of virtual network '{vnet}'."
        )
        raise ArmError(400, "NetcfgInvalidSubnet", message)
    for other, taken in seen:
        if network.overlaps(taken):
            message = (
                f"Subnet '{name}' is not valid because its IP address range overlaps with that of "
                f"an existing subnet '{other}' in virtual network '{vnet}'."
            )
            raise ArmError(400, "NetcfgSubnetRangesOverlap", message)


def _inside(network: Network, space: Network) -> bool:
    if isinstance(network, ipaddress.IPv4Network) and isinstance(space, ipaddress.IPv4Network):
        return network.subnet_of(space)
    if isinstance(network, ipaddress.IPv6Network) and isinstance(space, ipaddress.IPv6Network):
        return network.subnet_of(space)
    return False
