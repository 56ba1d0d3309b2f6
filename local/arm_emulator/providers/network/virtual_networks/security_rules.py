"""What a network security group does to one connection, by its rules in order of priority."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from local.arm_emulator.wire.messages import Json

AZURE_LOAD_BALANCER = "168.63.129.16"  # also the platform's DNS; fixed in every region
AZURE_CLOUD = ("20.0.0.0/8",)  # stands for the thousands of prefixes of the tag


@dataclass(frozen=True, slots=True)
class Flow:
    """One connection, seen by a network that knows what is inside of it."""

    source: str
    destination: str
    port: int
    protocol: str  # Tcp, Udp or Icmp
    inside: tuple[str, ...]  # prefixes of the tag VirtualNetwork: own space, peers, on-premises


def verdict(group: Json | None, flow: Flow, direction: str) -> tuple[bool, str]:
    """Whether a group lets a connection through, and the name of the rule that decided."""
    if group is None:
        return True, ""
    properties = group["properties"]
    rules = [
        *(properties.get("securityRules") or []),
        *(properties.get("defaultSecurityRules") or []),
    ]
    found = [r for r in rules if str(r["properties"]["direction"]).lower() == direction.lower()]
    for rule in sorted(found, key=lambda r: int(r["properties"]["priority"])):
        if _matches(rule["properties"], flow):
            allowed = str(rule["properties"]["access"]).lower() == "allow"
            return allowed, str(rule["name"])
    return False, "DenyAll"


def _matches(rule: Json, flow: Flow) -> bool:
    protocol = str(rule.get("protocol", "*")).lower()
    return (
        protocol in ("*", flow.protocol.lower())
        and _port(_values(rule, "destinationPortRange", "destinationPortRanges"), flow.port)
        and _address(rule, "source", flow.source, flow)
        and _address(rule, "destination", flow.destination, flow)
    )


def _values(rule: Json, singular: str, plural: str) -> list[str]:
    values = [*(rule.get(plural) or [])]
    if rule.get(singular):
        values.append(rule[singular])
    return [str(each) for each in values]


def _port(ranges: Iterable[str], port: int) -> bool:
    for text in ranges:
        low, _, high = text.partition("-")
        if text == "*" or int(low) <= port <= int(high or low):
            return True
    return False


def _address(rule: Json, side: str, address: str, flow: Flow) -> bool:
    values = _values(rule, f"{side}AddressPrefix", f"{side}AddressPrefixes")
    return any(_covers(each, address, flow.inside) for each in values)


def _covers(prefix: str, address: str, inside: tuple[str, ...]) -> bool:
    match prefix.lower():
        case "*" | "any":
            return True
        case "virtualnetwork":
            return within(address, inside) or address == AZURE_LOAD_BALANCER
        case "azureloadbalancer":
            return address == AZURE_LOAD_BALANCER
        case "internet":
            return not within(address, inside) and not ipaddress.ip_address(address).is_private
    if prefix.lower().partition(".")[0] == "azurecloud":  # of a region too
        return within(address, AZURE_CLOUD)
    try:
        return within(address, (prefix,))
    except ValueError:
        return False  # a tag of some service: none of its addresses takes part here


def within(address: str, prefixes: Iterable[str]) -> bool:
    """Whether an address lies in one of some prefixes."""
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_network(each, strict=False) for each in prefixes)
