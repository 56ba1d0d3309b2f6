"""Sizes of machines: what is offered in a region, and how many vCPUs a subscription may use.

Limits are Azure's defaults (azure-subscription-service-limits on Learn); the setting `quotas`
replaces any of them. What the list of usages tells is what writes are held to.
"""

import re
from collections.abc import Iterator

from local.arm_emulator.providers.usages import beyond_quota, there, usage
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.locations import LOCATIONS, canonical
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.router import Route

# Size: family and vCPUs. https://learn.microsoft.com/azure/virtual-machines/sizes/overview
SIZES = {
    "Standard_D1_v2": ("standardDv2Family", 1, 4),
    "Standard_B1s": ("standardBSFamily", 1, 1),
    "Standard_B2s": ("standardBSFamily", 2, 4),
    "Standard_B2ms": ("standardBSFamily", 2, 8),
    "Standard_B2ts_v2": ("standardBsv2Family", 2, 1),
    "Standard_B2s_v2": ("standardBsv2Family", 2, 8),
    "Standard_D2s_v3": ("standardDSv3Family", 2, 8),
    "Standard_D2s_v5": ("standardDSv5Family", 2, 8),
    "Standard_D4s_v5": ("standardDSv5Family", 4, 16),
    "Standard_D2ds_v5": ("standardDDSv5Family", 2, 8),
}
FAMILY_LIMIT = 100  # vCPUs per family; pay-as-you-go subscriptions begin lower
FILTER = re.compile(r"location eq '([^']+)'")


def has_premium_storage(size: str) -> bool:
    """Whether a size takes premium disks: an s among its features says so.

    https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
    """
    return re.match(r"Standard_[A-Z]+\d+[a-z]*s", size) is not None


def compute_usages(world: World, call: Call, subscription: str, location: str) -> Response:
    """How many vCPUs are used, by family, of the region and of the machines."""
    rows = _compute_rows(world, subscription, location)
    value = [usage("", name, count, limit) for name, count, limit in rows]
    for each in value:
        del each["id"]
    return Response(200, {"value": value})


def check_compute_quota(change: Change) -> None:
    """Refuse a machine whose vCPUs, or whose number, would be more than the region may hold."""
    before = (change.before("properties", "hardwareProfile") or {}).get("vmSize", "")
    family, cores, _ = SIZES[change.properties["hardwareProfile"]["vmSize"]]
    had, had_cores, _ = SIZES.get(before, ("", 0, 0))
    more = {"cores": cores - had_cores, "virtualMachines": int(change.creates)}
    more[family] = cores - (had_cores if had == family else 0)
    location = str(change.body["location"])
    for name, count, limit in _compute_rows(change.world, change.id.subscription, location):
        if more.get(name, 0) > 0 and count + more[name] > limit:
            what = "Total Regional Cores" if name == "cores" else f"{name} Cores"
            message = beyond_quota(what, count, limit, more[name])
            # https://github.com/scylladb/scylla-cluster-tests/issues/12948
            raise ArmError(409, "OperationNotAllowed", message)


def compute_skus(world: World, call: Call, subscription: str) -> Response:
    """The sizes offered in a region, with what forbids them to this subscription.

    The setting `restricted_sizes` names sizes that the subscription may not use: as ``<size>`` in
    a whole region, as ``<size>/<zone>`` in one zone.
    """
    text = call.request.query.get("$filter", "")
    wanted = FILTER.fullmatch(text.strip())
    if text and wanted is None:
        raise ArmError(400, "BadRequest", f"The filter {text!r} is not emulated: location eq '...'")
    regions = [canonical(wanted.group(1))] if wanted else list(LOCATIONS)
    known = [LOCATIONS[each] for each in regions if each in LOCATIONS]
    return Response(
        200,
        {"value": [_sku(world, size, each.name, each.zones) for each in known for size in SIZES]},
    )


def _compute_rows(world: World, subscription: str, location: str) -> Iterator[tuple[str, int, int]]:
    """Name, count and limit of each quota of machines."""
    machines = there(world, subscription, "Microsoft.Compute/virtualMachines", location)
    sizes = [SIZES.get(_size(each), ("", 0, 0)) for each in machines]
    families = sorted({family for family, _, _ in SIZES.values()})
    used = {family: sum(v for f, v, _ in sizes if f == family) for family in families}
    limits = {"cores": FAMILY_LIMIT, "virtualMachines": 25_000}
    rows = {"cores": sum(used.values()), "virtualMachines": len(machines)} | used
    for name, count in rows.items():
        yield name, count, int(world.settings.quotas.get(name, limits.get(name, FAMILY_LIMIT)))


def _sku(world: World, size: str, region: str, zones: bool) -> Json:
    family, cores, memory = SIZES[size]
    offered = ["1", "2", "3"] if zones else []
    restrictions: list[Json] = []
    info: Json = {"locations": [region]}
    for each in world.settings.restricted_sizes:
        name, _, zone = each.partition("/")
        if name.lower() == size.lower():
            info = {"locations": [region]} | ({"zones": [zone]} if zone else {})
            restrictions.append(
                {
                    "type": "Zone" if zone else "Location",
                    "values": [region],
                    "restrictionInfo": info,
                    "reasonCode": "NotAvailableForSubscription",
                }
            )
    return {
        "resourceType": "virtualMachines",
        "name": size,
        "tier": "Standard",
        "size": size.removeprefix("Standard_"),
        "family": family,
        "locations": [region],
        "locationInfo": [{"location": region, "zones": offered, "zoneDetails": []}],
        "capabilities": [
            {"name": "vCPUs", "value": str(cores)},
            {"name": "MemoryGB", "value": str(memory)},
            {"name": "HyperVGenerations", "value": "V1,V2"},
        ],
        "restrictions": restrictions,
    }


def _size(machine: Resource) -> str:
    return str((machine.properties.get("hardwareProfile") or {}).get("vmSize", ""))


_BASE = "/subscriptions/{subscription}/providers/Microsoft.Compute"
ROUTES = (
    Route("GET", _BASE + "/locations/{location}/usages", compute_usages),
    Route("GET", _BASE + "/skus", compute_skus),
)
