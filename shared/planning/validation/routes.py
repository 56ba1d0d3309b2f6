"""Judges of routes: what is learned, what holds at the jump box, and what follows elsewhere.

Azure tells the routes that hold for one network interface, and for no subnet: what holds in that of
the database follows from its table and from what the gateway has learned, and is told as computed.
https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from ipaddress import IPv4Network
from typing import NamedTuple

from shared.deployment.messages import Json
from shared.planning.validation.seen import Seen, judged

EVERYTHING = IPv4Network("0.0.0.0/0")
GATEWAY, APPLIANCE = "VirtualNetworkGateway", "VirtualAppliance"
# https://learn.microsoft.com/azure/application-gateway/configuration-infrastructure
ANNOUNCED = (
    "0.0.0.0/0 is announced, which neither an Application Gateway with a public frontend nor "
    "Bastion can do with, and which takes the way to Azure itself: set network.defaultRoute to "
    "internet, or have it announced no more"
)


class Route(NamedTuple):
    """A route, whoever has made it."""

    prefix: IPv4Network
    hop: str  # nextHopType
    address: str  # of an appliance
    by_hand: bool
    name: str = ""


def routes_learned(body: Json, asked: Json) -> Seen:
    """What the gateway has learned from the circuit, and what follows for the database's subnet.

    A wider route covers a narrower network.
    """
    shown = body.get("value") or []
    by_bgp = [r.get("network") for r in shown if str(r.get("origin", "")).lower() != "network"]
    learned = [Route(network, GATEWAY, "", False) for network in _networks(by_bgp)]
    wanted = [IPv4Network(prefix) for prefix in asked["onPremises"]]
    missing = [str(w) for w in wanted if not any(w.subnet_of(r.prefix) for r in learned)]
    if missing:
        return judged(f"no route to {', '.join(missing)} among {len(learned)} learned", good=False)
    table = body.get("beside") or {"properties": {}}
    astray = list(_astray([*_of_table(table), *learned], wanted, asked))
    if astray:
        return judged(f"computed for the database's subnet: {', '.join(astray)}", good=False)
    found = f"routes to {', '.join(map(str, wanted))} are learned"
    everything = any(route.prefix == EVERYTHING for route in learned)
    forced = everything and asked["defaultRoute"] != "internet" and asked["facesInternet"]
    return Seen("passed", found, ANNOUNCED if forced else "")


def routes_lead_back(body: Json, asked: Json) -> Seen:
    """No route of the table leads replies to on-premises elsewhere than BGP would.

    The longest prefix wins, and among equals a route of the table.
    """
    wanted = [IPv4Network(prefix) for prefix in asked["onPremises"]]
    astray = [
        _told(route, route.prefix)
        for route in _of_table(body)
        if _wrong(route, asked) and any(route.prefix.subnet_of(network) for network in wanted)
    ]
    if body["properties"].get("disableBgpRoutePropagation") and asked["byBgp"]:
        astray.append("what BGP brings is kept out of the subnet")
    return judged(", ".join(astray) or "no route takes replies away", good=not astray)


def routes_effective(body: Json, asked: Json) -> Seen:
    """What Azure says holds at the interface of the jump box."""
    active = [
        Route(
            prefix,
            str(r.get("nextHopType")),
            next(iter(r.get("nextHopIpAddress") or []), ""),
            r.get("source") == "User",
        )
        for r in body.get("value") or []
        if r.get("state") == "Active"
        for prefix in _networks(r.get("addressPrefix") or [])
    ]
    wanted = [IPv4Network(prefix) for prefix in asked["onPremises"]]
    astray = list(_astray(active, wanted, asked))
    found = ", ".join(astray) or f"{', '.join(map(str, wanted))} lead to the gateway"
    return judged(found, good=not astray)


def _astray(routes: Iterable[Route], wanted: list[IPv4Network], asked: Json) -> Iterator[str]:
    """The networks, or parts of them, that the routes that win lead elsewhere."""
    routes = list(routes)
    for network in wanted:
        around = [route for route in routes if network.subnet_of(route.prefix)]
        best = max(around, key=lambda r: (r.prefix.prefixlen, r.by_hand), default=None)
        if best is None:
            yield f"no route to {network}"
        elif _wrong(best, asked):
            yield _told(best, network)
        yield from (
            _told(route, route.prefix)
            for route in routes
            if route.prefix != network and route.prefix.subnet_of(network) and _wrong(route, asked)
        )


def _wrong(route: Route, asked: Json) -> bool:
    """Whether a route leads to anything but the gateway, or the firewall that the spec names."""
    return route.hop != GATEWAY and (route.hop, route.address) != (APPLIANCE, asked["firewallAt"])


def _told(route: Route, network: IPv4Network) -> str:
    by = f"{route.name} leads {network}" if route.name else f"{network} leads"
    return f"{by} to {' '.join(filter(None, (route.hop, route.address)))}"


def _of_table(table: Json) -> Iterator[Route]:
    for route in table["properties"].get("routes") or []:
        inner = route["properties"]
        for prefix in _networks([inner.get("addressPrefix")]):
            hop, address = str(inner.get("nextHopType")), str(inner.get("nextHopIpAddress") or "")
            yield Route(prefix, hop, address, True, str(route.get("name", "")))


def _networks(texts: Iterable[str | None]) -> Iterator[IPv4Network]:
    """Networks; the tag of a service is none."""
    for text in texts:
        with suppress(ValueError):
            yield IPv4Network(str(text), strict=False)
