"""How long a connection lasts on which little happens: two timers of a gateway end it.

The frontend forgets a flow on which no packet passes, after five minutes on a private address. A
TCP keepalive is a packet. The proxy behind it ends a connection on which no data pass, after the
time of its backend settings; keepalives end at it, and are no data.
https://learn.microsoft.com/azure/application-gateway/application-gateway-faq
https://learn.microsoft.com/azure/application-gateway/tcp-tls-proxy-overview
"""

import math
from dataclasses import dataclass

from local.arm_emulator.providers.network.watcher.endpoints import gateway_at, ways
from local.arm_emulator.state.world import World

PRIVATE = 300.0  # seconds; not configurable
UNSAID = 30.0  # seconds of backend settings that say nothing, as Azure fills them in


@dataclass(frozen=True, slots=True)
class Cut:
    """What ends a connection, and after how many seconds without what it waits for."""

    seconds: float
    by: str


def cut(
    world: World, address: str, port: int, *, keepalive: float | None, data: float | None = None
) -> Cut | None:
    """What ends a connection first; None where nothing does.

    Args:
        world: what there is.
        address: private, that was connected to.
        port: likewise.
        keepalive: seconds between two TCP keepalives of the client; None: it sends none.
        data: seconds between two questions; None: nothing is ever asked.
    """
    gateway = gateway_at(world, address)
    if gateway is None:  # nothing between two machines of a network keeps a state like that
        return None
    asking = math.inf if data is None else data
    packets = min(asking, math.inf if keepalive is None else keepalive)
    idle = [
        float(used["properties"].get("timeout") or UNSAID)
        for _, used in ways(gateway, address, port)
    ]
    found = [Cut(PRIVATE, "frontend")] if packets > PRIVATE else []
    found += [Cut(seconds, "proxy") for seconds in idle if asking > seconds]
    return min(found, key=lambda each: each.seconds, default=None)
