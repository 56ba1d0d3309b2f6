"""What a network security group does to those who come from a network: its rules by priority.

https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

from shared.deployment.messages import Json

# Tags that cover on-premises networks: those that the gateway has learned are part of this one.
EVERYBODY = {"*", "any", "0.0.0.0/0", "virtualnetwork"}


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a whole network is let in, and the rule that decides."""

    allowed: bool
    rule: str


def admission(group: Json, *, source: str, port: int) -> Admission:
    """What happens to TCP from `source` to `port`, anywhere in the subnet.

    A rule that denies some of the network denies it; one that allows it has to cover it whole.
    """
    properties, network = group["properties"], IPv4Network(source)
    rules = [
        *(properties.get("securityRules") or []),
        *(properties.get("defaultSecurityRules") or []),
    ]
    inbound = [r for r in rules if r["properties"]["direction"].casefold() == "inbound"]
    for rule in sorted(inbound, key=lambda r: int(r["properties"]["priority"])):
        inner = rule["properties"]
        allows = inner["access"].casefold() == "allow"
        if _concerns(inner, port) and _covers(inner, network, whole=allows):
            return Admission(allows, str(rule["name"]))
    return Admission(False, "no rule")


def _concerns(rule: Json, port: int) -> bool:
    protocol = str(rule.get("protocol", "*")).casefold()
    ranges = _values(rule, "destinationPortRange")
    return protocol in {"*", "tcp"} and any(_holds(each, port) for each in ranges)


def _holds(ports: str, port: int) -> bool:
    low, _, high = ports.partition("-")
    return ports == "*" or int(low) <= port <= int(high or low)


def _covers(rule: Json, network: IPv4Network, *, whole: bool) -> bool:
    for text in _values(rule, "sourceAddressPrefix"):
        if text.casefold() in EVERYBODY:
            return True
        try:
            prefix = ip_network(text, strict=False)
        except ValueError:
            continue  # the tag of a service: nobody on-premises
        if isinstance(prefix, IPv4Network) and (
            network.subnet_of(prefix) if whole else network.overlaps(prefix)
        ):
            return True
    return False


def _values(rule: Json, singular: str) -> list[str]:
    plural = f"{singular}es" if singular.endswith("x") else f"{singular}s"
    return [str(v) for v in (*(rule.get(plural) or []), rule.get(singular)) if v]
