"""Whether the addresses of a spec fit together: the hub network, its subnets, on-premises.

Prefixes nest or are apart, they never half overlap. So in order of their first addresses, wider
ones first, each that overlaps any before it lies in the last one that was wider than all since:
one pass over the sorted prefixes finds them, however many they are.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations, islice

from pydantic.alias_generators import to_camel

from shared.deployment.specs.checks.findings import Finding, finding
from shared.deployment.specs.spec import DeploymentSpec

SPACE = "network.addressSpace"
ON_PREMISES = "onPremises.prefixes"
SUBNETS = "network.subnets"

LONGEST_PREFIX = {
    # Learn: About ExpressRoute virtual network gateways, gateway subnet
    "gateway": (27, "an ExpressRoute gateway"),
    # Learn: About Azure Bastion configuration settings, Azure Bastion subnet
    "bastion": (26, "Azure Bastion"),
    # Learn: Application Gateway infrastructure configuration; five addresses are Azure's own
    "applicationGateway": (28, "an Application Gateway"),
    # Learn: Networking overview for flexible server with private access
    "database": (28, "a flexible server, which takes four addresses with high availability,"),
    # Learn: Azure DNS Private Resolver, subnet restrictions
    "resolver": (28, "the endpoint of a DNS resolver"),
    # Learn: Virtual Network FAQ, how small can subnets be
    "management": (29, "Azure"),
}
LARGEST_RESOLVER = 24  # Learn: Azure DNS Private Resolver, subnet restrictions
ROOMY_GATEWAY = 26  # an Application Gateway with room to scale (Learn: as above)
FIRST_RESERVED = (
    4  # first addresses of a subnet that Azure keeps, beside the last (Virtual Network FAQ)
)
FORBIDDEN = {  # Learn: Virtual Network FAQ, are there any restrictions on using IP addresses
    "224.0.0.0/4": "multicast",
    "255.255.255.255/32": "broadcast",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local",
    "168.63.129.16/32": "Azure's own DNS",
}


MOST_OVERLAPS = 10  # overlaps of one kind in an answer; who has more sees from these what is wrong

DOCKER = IPv4Network("172.17.0.0/16")  # Docker: Bridge network driver, the default bridge


def address_faults(spec: DeploymentSpec) -> Iterator[Finding]:
    """Every reason why these addresses cannot be deployed."""
    yield from _space(spec)
    yield from _subnets(spec)
    yield from _on_premises(spec)
    yield from _gateway_address(spec)
    yield from _resolver_address(spec)


def address_cautions(spec: DeploymentSpec) -> Iterator[Finding]:
    """What works and is worth a second thought."""
    subnet = _subnet_of(spec).get("applicationGateway")
    if spec.proxied and subnet and subnet.prefixlen > ROOMY_GATEWAY:
        yield finding(
            "GatewaySubnetTight",
            f"{SUBNETS}.applicationGateway",
            f"{subnet} leaves an Application Gateway little room to scale; /24 holds its 125 "
            "instances, and the subnet cannot grow while it is in use",
        )
    public = [prefix for prefix in spec.on_premises.prefixes if not IPv4Network(prefix).is_private]
    if public:
        yield finding(
            "OnPremisesPrefixPublic",
            ON_PREMISES,
            f"{', '.join(public)} may reach the database and is no private range: make sure that "
            "it is announced over the circuit and yours alone",
        )
    fields = {SPACE: spec.network.address_space, ON_PREMISES: spec.on_premises.prefixes}
    for field, prefixes in fields.items():
        bridged = [prefix for prefix in prefixes if IPv4Network(prefix).overlaps(DOCKER)]
        if bridged:
            yield finding(
                "DockerRange",
                field,
                f"{', '.join(bridged)} overlaps {DOCKER}, the default network of Docker: clients "
                "and services in containers may not get through to it, or back",
            )


def _space(spec: DeploymentSpec) -> Iterator[Finding]:
    spaces = [IPv4Network(prefix) for prefix in spec.network.address_space]
    for wider, inner in islice(overlaps(spaces), MOST_OVERLAPS):
        message = f"{_both(wider, inner)}: leave one out"
        yield finding("AddressSpaceOverlapsItself", SPACE, message)
    for space in spaces:
        for forbidden, use in FORBIDDEN.items():
            if space.overlaps(IPv4Network(forbidden)):
                message = f"{space} includes {forbidden}, which Azure keeps for {use}"
                yield finding("AddressSpaceForbidden", SPACE, message)


def _subnets(spec: DeploymentSpec) -> Iterator[Finding]:
    spaces = [IPv4Network(prefix) for prefix in spec.network.address_space]
    subnets = _subnet_of(spec)
    for name, subnet in subnets.items():
        path = f"{SUBNETS}.{name}"
        if not any(subnet.subnet_of(space) for space in spaces):
            inside = ", ".join(map(str, spaces))
            message = f"{subnet} lies outside the address space {inside}: move one of them"
            yield finding("SubnetOutsideAddressSpace", path, message, SPACE)
        longest, what = LONGEST_PREFIX[name]
        if subnet.prefixlen > longest:
            message = f"{subnet} is too small: {what} needs /{longest} or larger"
            yield finding("SubnetTooSmall", path, message)
    for (name, one), (other_name, other) in combinations(subnets.items(), 2):
        if one.overlaps(other):
            message = f"{other} overlaps {one} of {name}: give each its own range"
            path = f"{SUBNETS}.{other_name}"
            yield finding("SubnetsOverlap", path, message, f"{SUBNETS}.{name}")


def _on_premises(spec: DeploymentSpec) -> Iterator[Finding]:
    prefixes = [IPv4Network(prefix) for prefix in spec.on_premises.prefixes]
    spaces = [IPv4Network(prefix) for prefix in spec.network.address_space]
    for prefix, space in islice(between(prefixes, spaces), MOST_OVERLAPS):
        yield finding(
            "OnPremisesOverlapsNetwork",
            ON_PREMISES,
            f"{prefix} overlaps the hub network {space}, so neither side can route to the "
            "other: name the prefixes that are really on-premises, or move the network",
            SPACE,
            recipe_step="step 7",
        )
    for wider, inner in islice(overlaps(prefixes), MOST_OVERLAPS):
        message = f"{_both(wider, inner)}, which a security rule refuses: leave one out"
        yield finding("OnPremisesPrefixesOverlap", ON_PREMISES, message)


def overlaps(prefixes: Iterable[IPv4Network]) -> Iterator[tuple[IPv4Network, IPv4Network]]:
    """Each prefix that lies in an earlier one, or is one again, with that one: (wider, inner)."""
    wider: IPv4Network | None = None
    for prefix in sorted(prefixes):  # by first address, then by length
        if wider is not None and prefix.subnet_of(wider):
            yield wider, prefix
        else:
            wider = prefix


def between(
    ones: Iterable[IPv4Network], others: Iterable[IPv4Network]
) -> Iterator[tuple[IPv4Network, IPv4Network]]:
    """Every overlap of one side with the other: (of the one, of the other)."""
    sides = [(prefix, True) for prefix in set(ones)] + [(prefix, False) for prefix in set(others)]
    around: list[tuple[IPv4Network, bool]] = []  # what the present prefix lies in, widest first
    for prefix, is_one in sorted(sides):
        while around and not prefix.subnet_of(around[-1][0]):
            around.pop()
        for wider, is_wider_one in around:
            if is_wider_one != is_one:
                yield (prefix, wider) if is_one else (wider, prefix)
        around.append((prefix, is_one))


def _both(wider: IPv4Network, inner: IPv4Network) -> str:
    return f"{inner} is given twice" if wider == inner else f"{wider} and {inner} overlap"


def _gateway_address(spec: DeploymentSpec) -> Iterator[Finding]:
    if not spec.proxied:
        return
    address = spec.gateway.private_address
    yield from _inside(spec, "applicationGateway", "gateway.privateAddress", address)


def _resolver_address(spec: DeploymentSpec) -> Iterator[Finding]:
    if resolver := spec.dns.resolver:
        yield from _inside(spec, "resolver", "dns.resolver.address", resolver.address)
        if (subnet := _subnet_of(spec)["resolver"]).prefixlen < LARGEST_RESOLVER:
            message = f"{subnet} is too large: the endpoint of a DNS resolver takes /24 to /28"
            yield finding("SubnetTooLarge", f"{SUBNETS}.resolver", message)


def _inside(spec: DeploymentSpec, name: str, path: str, text: str) -> Iterator[Finding]:
    """An address of ours lies in its subnet, and is not one of Azure's own."""
    source, address, subnet = f"{SUBNETS}.{name}", IPv4Address(text), _subnet_of(spec)[name]
    if address not in subnet:
        message = f"{address} lies outside its subnet {subnet}: choose one inside it"
        yield finding("PrivateAddressOutsideSubnet", path, message, source)
    elif int(address) - int(subnet[0]) < FIRST_RESERVED or address == subnet[-1]:
        first = subnet[FIRST_RESERVED]
        message = f"{address} is one of those Azure keeps in {subnet}: use {first} or a later one"
        yield finding("PrivateAddressReserved", path, message, source)


def _subnet_of(spec: DeploymentSpec) -> dict[str, IPv4Network]:
    """Those that the deployment makes."""
    return {to_camel(field): IPv4Network(prefix) for field, prefix in spec.prefixes.items()}
