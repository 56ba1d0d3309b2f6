"""The lists of record sets that are no list of one stored type: all of a zone, and its SOA."""

from local.arm_emulator.providers.network.private_dns.base import NAMESPACE
from local.arm_emulator.providers.network.private_dns.record_sets import RECORD_TYPES, get_start
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Response
from local.arm_emulator.wire.router import Route

ZONE = (
    "/subscriptions/{subscription}/resourceGroups/{group}"
    f"/providers/{NAMESPACE}/privateDnsZones/{{zone}}"
)


def list_start(world: World, call: Call, subscription: str, group: str, zone: str) -> Response:
    """The SOA record as a list of one: what az exports a zone by."""
    return Response(200, {"value": [get_start(world, call, subscription, group, zone, "@").body]})


def list_records(world: World, call: Call, subscription: str, group: str, zone: str) -> Response:
    """Every record set of a zone, its SOA first: what az and the SDKs call ALL."""
    start = get_start(world, call, subscription, group, zone, "@")
    parent = str(start.body["id"]).rsplit("/", 2)[0]
    others = [
        world.show(each)
        for kind in RECORD_TYPES
        for each in world.store.in_collection(f"{parent}/{kind.type.rpartition('/')[2]}")
    ]
    return Response(200, {"value": [start.body, *others]})


ROUTES = (Route("GET", f"{ZONE}/ALL", list_records), Route("GET", f"{ZONE}/SOA", list_start))
