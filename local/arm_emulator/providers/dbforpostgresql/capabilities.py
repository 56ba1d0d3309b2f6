"""What PostgreSQL offers in a region, and its questions before a server exists."""

from local.arm_emulator.providers.usages import beyond_quota, usage
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.locations import LOCATIONS, canonical
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.resource_ids import ResourceId, parse_id
from local.arm_emulator.wire.router import Route

SERVER = "Microsoft.DBforPostgreSQL/flexibleServers"
SUFFIX = "private.postgres.database.azure.com"
VERSIONS = ("13", "14", "15", "16", "17", "18")
# Edition: SKUs with vCores, and the family that the quota counts.
# https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-compute
_VCORES = (2, 4, 8, 16, 32, 48, 64, 96)
_MORE_VCORES = (2, 4, 8, 16, 20, 32, 48, 64, 96)


def _sizes(letter: str, kinds: str, vcores: tuple[int, ...]) -> dict[str, tuple[int, str]]:
    """Such as Standard_D2ds_v5 of the family standardDDSv5Family."""
    sizes = {}
    for kind in kinds.split():
        features, _, version = kind.partition("_")
        family = f"standard{letter}{features.upper()}{version}Family"
        for count in vcores:
            sizes[f"Standard_{letter}{count}{features}_{version}"] = (count, family)
    return sizes


EDITIONS: dict[str, dict[str, tuple[int, str]]] = {
    "Burstable": {
        name: (vcores, "standardBSFamily")
        for name, vcores in (
            ("Standard_B1ms", 1),
            ("Standard_B2s", 2),
            *((f"Standard_B{count}ms", count) for count in (2, 4, 8, 12, 16, 20)),
        )
    },
    "GeneralPurpose": _sizes("D", "s_v3 ds_v4 ds_v5 ads_v5", _VCORES),
    "MemoryOptimized": _sizes("E", "s_v3 ds_v4 ds_v5 ads_v5", _MORE_VCORES),
}
# Premium SSD in GB, with IOPS and performance tier.
# https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-storage
STORAGE = {
    32: (120, "P4"),
    64: (240, "P6"),
    128: (500, "P10"),
    256: (1100, "P15"),
    512: (2300, "P20"),
    1024: (5000, "P30"),
    2048: (7500, "P40"),
    4096: (7500, "P50"),
    8192: (16000, "P60"),
    16384: (18000, "P70"),
    32768: (20000, "P80"),
}
# A disk of up to 4 TB may perform as any other of these, a larger one as any other larger one.
LARGEST_OF_THE_SMALL = 4096
VCORES_PER_FAMILY = 64


def tiers_of(size: int) -> dict[str, int]:
    """The performance tiers that a disk may have with their IOPS, its own first.

    https://learn.microsoft.com/azure/virtual-machines/disks-change-performance
    """
    own = max((each for each in STORAGE if each <= size), default=32)
    small = own <= LARGEST_OF_THE_SMALL
    return {
        tier: iops
        for each, (iops, tier) in STORAGE.items()
        if each >= own and (each <= LARGEST_OF_THE_SMALL) == small
    }


def capabilities(world: World, call: Call, location: str, **_: str) -> Response:
    """The one entry of a region.

    The setting `postgresql_restricted` names regions in which the subscription may create no
    server, `postgresql_without_ha` those without zone-redundant standbys.
    """
    region = canonical(location)
    if region not in LOCATIONS:
        message = f"The location '{location}' is not available for {SERVER}."
        # https://github.com/Azure/azure-capi-cli-extension/issues/19
        raise ArmError(400, "LocationNotAvailableForResourceType", message)
    barred = region in world.settings.postgresql_restricted
    zones = LOCATIONS[region].zones and region not in world.settings.postgresql_without_ha
    entry: Json = {
        "name": "FlexibleServerCapabilities",
        "status": "Disabled" if barred else "Available",
        "restricted": "Enabled" if barred else "Disabled",
        "supportedServerEditions": [] if barred else [_edition(e, zones) for e in EDITIONS],
        "supportedServerVersions": [
            {"name": v, "supportedVersionsToUpgrade": list(VERSIONS[at + 1 :])}
            for at, v in enumerate(VERSIONS)
        ],
        "supportedFeatures": [
            {"name": name, "status": "Enabled" if on else "Disabled"}
            for name, on in (
                ("OfferRestricted", barred),
                ("ZoneRedundantHa", zones),
                ("ZoneRedundantHaAndGeoBackup", zones),
                ("GeoBackup", True),
                ("StorageAutoGrowth", True),
                ("OnlineResize", True),
            )
        ],
        "fastProvisioningSupported": "Disabled",
        "geoBackupSupported": "Enabled",
        "zoneRedundantHaSupported": "Enabled" if zones else "Disabled",
        "zoneRedundantHaAndGeoBackupSupported": "Enabled" if zones else "Disabled",
        "storageAutoGrowthSupported": "Enabled",
        "onlineResizeSupported": "Enabled",
    }
    if barred:
        entry["reason"] = (
            "The subscription is restricted from provisioning in this region. Choose another one."
        )
    return Response(200, {"value": [entry]})


def server_capabilities(
    world: World, call: Call, subscription: str, group: str, server: str
) -> Response:
    """The same, of the place where a server is: what it may be changed to."""
    world.require_group(subscription, group)
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    id_ = ResourceId(scope, SERVER.partition("/")[0], ("flexibleServers",), (server,))
    found = world.store.get(id_.key)
    if found is None:
        raise world.not_found(id_)
    return capabilities(world, call, str(found.body["location"]))


def _edition(name: str, zones: bool) -> Json:
    modes = [] if name == "Burstable" else ["SameZone", *(["ZoneRedundant"] if zones else [])]
    skus = [
        {
            "name": sku,
            "vCores": cores,
            "supportedIops": 3200 * cores // 2,
            "supportedMemoryPerVcoreMb": 8192 if name == "MemoryOptimized" else 4096,
            "supportedZones": ["1", "2", "3"] if zones else [],
            "supportedHaMode": modes,
            "status": "Available",
        }
        for sku, (cores, _) in EDITIONS[name].items()
    ]
    sizes = [
        {
            "storageSizeMb": size * 1024,
            "supportedIops": iops,
            "defaultIopsTier": tier,
            "supportedIopsTiers": [{"name": n, "iops": i} for n, i in tiers_of(size).items()],
            "status": "Available",
        }
        for size, (iops, tier) in STORAGE.items()
    ]
    storage = [{"name": "ManagedDisk", "defaultStorageSizeMb": 131072, "supportedStorageMb": sizes}]
    return {
        "name": name,
        "status": "Available",
        "defaultSkuName": next(iter(EDITIONS[name])),
        "supportedStorageEditions": storage,
        "supportedServerSkus": skus,
    }


def check_name(world: World, call: Call, **_: str) -> Response:
    """Whether a name is free, all over the world."""
    sent = call.request.body or {}
    name = str(sent.get("name", ""))
    taken = any(each.id.name.lower() == name.lower() for each in every_server(world))
    answer: Json = {"name": name, "type": sent.get("type", SERVER), "nameAvailable": not taken}
    if taken:
        message = f"Specified server name '{name}' is already used."
        answer |= {"reason": "AlreadyExists", "message": message}
    return Response(200, answer)


def quota_usages(world: World, call: Call, subscription: str, location: str) -> Response:
    """How many vCores are used, by family."""
    used = _cores_used(world, subscription, location)
    families = sorted({family for skus in EDITIONS.values() for _, family in skus.values()})
    base = f"/subscriptions/{subscription}/providers/{SERVER.partition('/')[0]}/locations"
    value = [
        usage(
            f"{base}/{location}/resourceType/flexibleServers/usages/{family}",
            family,
            used.get(family, 0),
            _cores_allowed(world, family),
        )
        for family in families
    ]
    return Response(200, {"value": value})


def check_cores(change: Change) -> None:
    """Refuse a server that takes more vCores than its family may have; a standby takes as many.

    https://learn.microsoft.com/azure/postgresql/troubleshoot/how-to-resolve-capacity-errors
    """
    cores, family = _cores_of(change.body)
    had, had_family = _cores_of(change.prior.body) if change.prior else (0, "")
    more = cores - (had if had_family == family else 0)
    location = str(change.body["location"])
    used = _cores_used(change.world, change.id.subscription, location).get(family, 0)
    limit = _cores_allowed(change.world, family)
    if more > 0 and used + more > limit:
        message = beyond_quota(f"{family} Cores", used, limit, more)
        raise ArmError(400, change.world.settings.postgresql_quota_code, message)


def _cores_used(world: World, subscription: str, location: str) -> dict[str, int]:
    used: dict[str, int] = {}
    for server in world.store.of_type(subscription, SERVER):
        cores, family = _cores_of(server.body)
        if canonical(server.body["location"]) == canonical(location):
            used[family] = used.get(family, 0) + cores
    return used


def _cores_of(body: Json) -> tuple[int, str]:
    cores, family = sku_of(body)
    mode = (body["properties"].get("highAvailability") or {}).get("mode", "Disabled")
    return cores * (1 if mode == "Disabled" else 2), family


def _cores_allowed(world: World, family: str) -> int:
    return int(world.settings.quotas.get(f"postgresql/{family}", VCORES_PER_FAMILY))


def subnet_usage(world: World, call: Call, subscription: str, location: str) -> Response:
    """How many servers each delegated subnet of a network holds."""
    network = str((call.request.body or {}).get("virtualNetworkArmResourceId", ""))
    found = world.store.get(network)
    if parse_id(network) is None or found is None:
        message = f"The virtual network '{network}' could not be found."
        raise ArmError(404, "ResourceNotFound", message)
    rows = []
    for subnet in found.properties.get("subnets") or []:
        services = [d["properties"]["serviceName"] for d in subnet["properties"]["delegations"]]
        if SERVER.lower() in (each.lower() for each in services):
            users = world.store.references_to(subnet["id"])
            count = sum(1 for each in users if each.via == "delegatedSubnetResourceId")
            rows.append({"subnetName": subnet["name"], "usage": count})
    answer = {"delegatedSubnetsUsage": rows, "location": location, "subscriptionId": subscription}
    return Response(200, answer)


def zone_suffix(world: World, call: Call) -> Response:
    """What the names of private zones end in: a bare string."""
    return Response(200, SUFFIX)


def every_server(world: World) -> list[Resource]:
    """The servers of all subscriptions."""
    return [each for s in world.subscriptions for each in world.store.of_type(s, SERVER)]


def sku_of(body: Json) -> tuple[int, str]:
    """The vCores and the family of a server's SKU; none of an unknown one."""
    name = str((body.get("sku") or {}).get("name", ""))
    return next((skus[name] for skus in EDITIONS.values() if name in skus), (0, ""))


_BASE = "/subscriptions/{subscription}/providers/Microsoft.DBforPostgreSQL"
_PLACE = _BASE + "/locations/{location}"
ROUTES = (
    Route("GET", _PLACE + "/capabilities", capabilities),
    Route(
        "GET",
        "/subscriptions/{subscription}/resourceGroups/{group}"
        f"/providers/{SERVER}/{{server}}/capabilities",
        server_capabilities,
    ),
    Route("POST", _BASE + "/checkNameAvailability", check_name),
    Route("POST", _PLACE + "/checkNameAvailability", check_name),
    Route("GET", _PLACE + "/resourceType/flexibleServers/usages", quota_usages),
    Route("POST", _PLACE + "/checkVirtualNetworkSubnetUsage", subnet_usage),
    Route("POST", "/providers/Microsoft.DBforPostgreSQL/getPrivateDnsZoneSuffix", zone_suffix),
)
