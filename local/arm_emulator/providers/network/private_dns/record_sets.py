"""The record sets of a private DNS zone."""

from datetime import datetime

from local.arm_emulator.providers.network.private_dns.base import (
    NAMESPACE,
    SOA,
    UNMET,
    PrivateDnsType,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.names import ANY_NAME
from local.arm_emulator.wire.preconditions import unmet
from local.arm_emulator.wire.resource_ids import ResourceId
from local.arm_emulator.wire.router import Route

SINGLE = ("CNAME", "SOA")  # one record, not a list


TTL = f"{LEARN}azure/dns/dns-zones-records"
RECORDS = f"{LEARN}rest/api/dns/privatedns/record-sets/create-or-update"
LIMITS = f"{LEARN}azure/azure-resource-manager/management/azure-subscription-service-limits"
OCTET = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
RECORD_BOUNDS = (
    Bound("properties.ttl", TTL, 1, 2_147_483_647),
    Bound("properties.aRecords[].ipv4Address", RECORDS, pattern=rf"({OCTET}\.){{3}}{OCTET}"),
    Bound(
        "properties.aaaaRecords[].ipv6Address", RECORDS, pattern=r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"
    ),
    Bound("properties.mxRecords[].preference", RECORDS, 0, 65_535),
    Bound("properties.srvRecords[].priority", RECORDS, 0, 65_535),
    Bound("properties.srvRecords[].weight", RECORDS, 0, 65_535),
    Bound("properties.srvRecords[].port", RECORDS, 0, 65_535),
    Bound("properties.cnameRecord.cname", RECORDS, pattern=r"[^\s]{1,253}"),
)
MOST_RECORDS = 20  # in one set


class RecordSets(PrivateDnsType):
    """Record sets of one type; written and deleted at once."""

    model = "RecordSet"
    timing = Timing(0, 0, 0)
    location = "none"
    synchronous_put = True
    synchronous_patch = True
    synchronous_delete = True
    name_rule = ANY_NAME
    bounds = RECORD_BOUNDS

    def not_found(self, target: ResourceId) -> ArmError:
        """Recorded in azure-cli, test_private_dns."""
        message = (
            f"The resource record '{target.name}' does not exist in resource group "
            f"'{target.group}' of subscription '{target.subscription}'."
        )
        return ArmError(404, "NotFound", message, flat=True)

    def check_preconditions(self, call: Call, view: Json | None) -> None:
        """Answered at once: recorded in azure-cli, test_PutRecordSet_IfNoneMatchFailure."""
        why = unmet(call.request.headers, (view or {}).get("etag"))
        if why:
            message = f"The Record set {call.target.rpartition('/')[2]} {UNMET[why]}"
            raise ArmError(412, "PreconditionFailed", message, flat=True)

    def doom(self, change: Change) -> ArmError | None:
        """Nothing is left to be found out later."""
        return None

    def check(self, change: Change) -> None:
        """The zone exists."""
        zone = change.id.parent
        if zone is None or self.world.store.get(zone.key) is None:
            raise self.world.parent_not_found(change.id)
        kind = self.type.rpartition("/")[2]
        for name in ("aRecords", "aaaaRecords", "mxRecords", "ptrRecords", "srvRecords"):
            records = change.properties.get(name) or []
            if len(records) > MOST_RECORDS:
                message = f"The record set has {len(records)} records, and may have {MOST_RECORDS}."
                raise ArmError(400, "BadRequest", message, target=f"properties.{name}")  # LIMITS
            if records and name != f"{kind.lower()}Records":
                message = f"A record set of type {kind} cannot hold {name}."
                raise ArmError(400, "BadRequest", message, target=f"properties.{name}")  # RECORDS

    def fill(self, change: Change) -> None:
        """The name with a trailing dot."""
        change.body["etag"] = self.guid(change.id.key, change.now)
        zone, name = change.id.names
        change.properties["fqdn"] = f"{zone}." if name == "@" else f"{name}.{zone}."
        change.properties["isAutoRegistered"] = False
        change.properties.setdefault("ttl", 3600)
        kind = self.type.rpartition("/")[2]
        if kind not in SINGLE:
            change.properties.setdefault(f"{kind.lower()}Records", [])  # recorded in azure-cli

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """Records have no state."""
        body["properties"].pop("provisioningState", None)


# As recorded by azure-cli.
START_OF_AUTHORITY = {
    "email": "azureprivatedns-host.microsoft.com",
    "expireTime": 2419200,
    "host": "azureprivatedns.net",
    "minimumTtl": 10,
    "refreshTime": 3600,
    "retryTime": 300,
    "serialNumber": 1,
}


class StartRecords(RecordSets):
    """The SOA record: every zone has one, which is never deleted.

    https://learn.microsoft.com/rest/api/dns/privatedns/record-sets
    """

    type = SOA
    implicit = True
    deletable = False

    def fill(self, change: Change) -> None:
        """What a write leaves out stays as it is from the beginning."""
        super().fill(change)
        change.properties["soaRecord"] = START_OF_AUTHORITY | (
            change.properties.get("soaRecord") or {}
        )


def get_start(
    world: World, call: Call, subscription: str, group: str, zone: str, name: str
) -> Response:
    """The SOA record of a zone, whether anybody has written it or not."""
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    parent = world.store.get(ResourceId(scope, NAMESPACE, ("privateDnsZones",), (zone,)).key)
    id_ = ResourceId(scope, NAMESPACE, ("privateDnsZones", "SOA"), (zone, name))
    stored = world.store.get(id_.key)
    if stored is not None:
        return Response(200, world.show(stored))
    if parent is None or name != "@":
        raise world.not_found(id_)
    properties = {"ttl": 3600, "fqdn": f"{zone}.", "isAutoRegistered": False}
    body = {"id": str(parent.id.child("SOA", name)), "name": name, "type": StartRecords.type}
    return Response(200, body | {"properties": properties | {"soaRecord": START_OF_AUTHORITY}})


def _record_type(name: str) -> type[RecordSets]:
    return type(
        f"{name}Records", (RecordSets,), {"type": f"Microsoft.Network/privateDnsZones/{name}"}
    )


RECORD_TYPES = tuple(
    _record_type(name) for name in ("A", "AAAA", "CNAME", "MX", "PTR", "SRV", "TXT")
)
ROUTES = (
    Route(
        "GET",
        "/subscriptions/{subscription}/resourceGroups/{group}"
        f"/providers/{NAMESPACE}/privateDnsZones/{{zone}}/SOA/{{name}}",
        get_start,
    ),
)
