"""Whether the region can hold the PostgreSQL server that is wanted, under the name it will have."""

import re
from collections.abc import Iterable, Iterator

from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.postgresqlflexibleservers.models import CheckNameAvailabilityRequest

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.findings import Finding, Subject, plain, refused
from shared.resources.sdk_calls import path_of

SERVER = "postgres-server"
ARM_TYPE = "Microsoft.DBforPostgreSQL/flexibleServers"


def check_database_capability(subject: Subject) -> Iterable[Finding]:
    """What the region offers."""
    location = subject.spec.location
    listed = plain(subject.clients.postgres.capabilities_by_location.list(location))
    return judge_database_capability(subject.spec, listed)


def judge_database_capability(spec: DeploymentSpec, listed: list[Json]) -> Iterator[Finding]:
    """Wishes that the region cannot fulfil, each with what it has instead."""
    capability = listed[0] if listed else {}
    if not listed or capability.get("restricted") == "Enabled" or _disabled(capability):
        reason = capability.get("reason") or "PostgreSQL is not offered to the subscription"
        text = f"{spec.location}: {reason}: choose another region, or ask for access"
        yield refused("LocationRestricted", "location", text)
        return
    yield from _versions(spec, capability)
    yield from _compute(spec, capability)
    yield from _storage(spec, capability)
    yield from _redundancy(spec, capability)


def _versions(spec: DeploymentSpec, capability: Json) -> Iterator[Finding]:
    versions = _usable(capability.get("supportedServerVersions"))
    if versions and spec.postgres.version not in versions:
        newest = max(versions, key=int)
        yield refused(
            "VersionNotSupported",
            "postgres.version",
            f"{spec.location} has no version {spec.postgres.version}: nearest is {newest}",
        )


def _compute(spec: DeploymentSpec, capability: Json) -> Iterator[Finding]:
    skus = _skus(capability)
    wanted = skus.get(spec.postgres.sku.casefold())
    if skus and wanted is None:
        nearest = _nearest(spec.postgres.sku, [sku["name"] for sku in skus.values()])
        yield refused(
            "SkuNotAvailable",
            "postgres.sku",
            f"{spec.location} has no {spec.postgres.sku}: nearest is {nearest}",
        )
    mode = spec.postgres.high_availability
    modes = (wanted or {}).get("supportedHaMode")
    if modes is not None and mode != "Disabled" and mode not in modes:
        text = f"{spec.postgres.sku} supports {', '.join(modes) or 'no high availability'} there"
        yield refused("HighAvailabilityNotSupported", "postgres.highAvailability", text)


def _storage(spec: DeploymentSpec, capability: Json) -> Iterator[Finding]:
    sizes = {
        int(size["storageSizeMb"]) // 1024
        for edition in _editions(capability)
        if spec.postgres.sku.casefold() in _names(edition)
        for storage in edition.get("supportedStorageEditions") or []
        for size in storage.get("supportedStorageMb") or []
        if not _disabled(size)
    }
    wanted = spec.postgres.storage_gib
    if sizes and wanted not in sizes:
        nearest = min(sizes, key=lambda size: (size < wanted, abs(size - wanted)))
        yield refused(
            "StorageNotSupported",
            "postgres.storageGiB",
            f"{spec.postgres.sku} takes no {wanted} GiB: nearest is {nearest}",
        )


def _redundancy(spec: DeploymentSpec, capability: Json) -> Iterator[Finding]:
    postgres = spec.postgres
    zonal = postgres.high_availability == "ZoneRedundant"
    if zonal and capability.get("zoneRedundantHaSupported") == "Disabled":
        yield refused(
            "HighAvailabilityNotSupported",
            "postgres.highAvailability",
            f"{spec.location} has no zone-redundant high availability: nearest is SameZone",
        )
    if postgres.geo_redundant_backup and capability.get("geoBackupSupported") == "Disabled":
        yield refused(
            "GeoBackupNotSupported",
            "postgres.geoRedundantBackup",
            f"{spec.location} has no geo-redundant backup: set it to false",
        )
    elif zonal and postgres.geo_redundant_backup and _lacks_both(capability):
        yield refused(
            "GeoBackupNotSupported",
            "postgres.geoRedundantBackup",
            f"{spec.location} has no geo-redundant backup beside zone-redundant high "
            "availability: set it to false, or take SameZone",
        )


def _lacks_both(capability: Json) -> bool:
    return bool(capability.get("zoneRedundantHaAndGeoBackupSupported") == "Disabled")


def _editions(capability: Json) -> list[Json]:
    editions = capability.get("supportedServerEditions") or []
    return [edition for edition in editions if not _disabled(edition)]


def _skus(capability: Json) -> dict[str, Json]:
    return {
        sku["name"].casefold(): sku
        for edition in _editions(capability)
        for sku in edition.get("supportedServerSkus") or []
        if not _disabled(sku)
    }


def _names(edition: Json) -> set[str]:
    return {sku["name"].casefold() for sku in edition.get("supportedServerSkus") or []}


def _usable(entries: list[Json] | None) -> list[str]:
    return [entry["name"] for entry in entries or [] if not _disabled(entry)]


def _disabled(entry: Json) -> bool:
    return bool(entry.get("status") == "Disabled")


def _nearest(wanted: str, offered: list[str]) -> str:
    """The size with as many vCores of the same letter, or else the closest number of them."""

    def distance(name: str) -> tuple[int, bool, bool]:
        letters, cores, _, _ = size_of(name)
        return (abs(cores - size_of(wanted)[1]), letters != size_of(wanted)[0], name > wanted)

    return min(sorted(offered), key=distance)


def size_of(sku: str) -> tuple[str, int, str, str]:
    """Letters, vCores, features and version of a size: Standard_D2ds_v5 is D, 2, ds, v5."""
    found = re.fullmatch(r"Standard_([A-Z]+)(\d+)([a-z]*)_?(v\d+)?", sku, re.IGNORECASE)
    if not found:
        return (sku, 0, "", "")
    letters, cores, features, version = found.groups()
    return (letters.upper(), int(cores), features.casefold(), version or "")


def check_database_name(subject: Subject) -> Iterator[Finding]:
    """The name, which all of Azure shares; it is taken by our own server, where that is there."""
    if subject.has(SERVER):
        return
    postgres = subject.clients.postgres
    question = CheckNameAvailabilityRequest(name=subject.spec.server_name, type=ARM_TYPE)
    answer = postgres.name_availability.check_globally(question).as_dict()
    findings = list(judge_database_name(subject.spec, answer))
    try:
        if findings:
            postgres.servers.get(*path_of(subject.id(SERVER)))
    except ResourceNotFoundError:
        yield from findings


def judge_database_name(spec: DeploymentSpec, answer: Json) -> Iterator[Finding]:
    """A name that is taken or invalid."""
    if not answer.get("nameAvailable", True):
        reason = answer.get("message") or answer.get("reason") or "it is taken"
        text = f"{spec.server_name} cannot be used ({reason}): set another name"
        yield refused("ServerNameNotAvailable", "postgres.serverName", text)


def check_database_quota(subject: Subject) -> Iterable[Finding]:
    """Room for the vCores of a new server."""
    if subject.has(SERVER):
        return ()
    usages = plain(subject.clients.postgres.quota_usages.list(subject.spec.location))
    return judge_database_quota(subject.spec, usages)


def judge_database_quota(spec: DeploymentSpec, usages: list[Json]) -> Iterator[Finding]:
    """A family whose quota the server would exceed; a standby takes as much again."""
    letters, cores, features, version = size_of(spec.postgres.sku)
    family = f"standard{letters}{features}{version}family".casefold()
    needed = cores * (1 if spec.postgres.high_availability == "Disabled" else 2)
    for usage in usages:
        used, limit = usage["currentValue"], usage["limit"]
        if usage["name"]["value"].casefold() == family and used + needed > limit:
            yield refused(
                "QuotaExceeded",
                "postgres.sku",
                f"{usage['name']['value']}: {used} of {limit} vCores are used and {needed} more "
                "needed: ask for a higher quota, or choose another size",
            )
