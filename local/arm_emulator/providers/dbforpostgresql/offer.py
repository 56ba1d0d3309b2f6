"""What a PostgreSQL server may be made of: sizes, backups, zones, as capabilities list it.

https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-compute, and its neighbours.
"""

from local.arm_emulator.providers.dbforpostgresql.capabilities import EDITIONS, VERSIONS
from local.arm_emulator.providers.dbforpostgresql.refusals import invalid
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.locations import LOCATIONS, canonical
from local.arm_emulator.wire.messages import ArmError, Json

DOCS = f"{LEARN}azure/postgresql/flexible-server"
BACKUP = f"{DOCS}/concepts-backup-restore"
MAINTENANCE = f"{DOCS}/concepts-maintenance"
BOUNDS = (
    Bound("properties.backup.backupRetentionDays", BACKUP, 7, 35),
    Bound("properties.maintenanceWindow.dayOfWeek", MAINTENANCE, 0, 6),
    Bound("properties.maintenanceWindow.startHour", MAINTENANCE, 0, 23),
    Bound("properties.maintenanceWindow.startMinute", MAINTENANCE, 0, 59),
    Bound("properties.storage.storageSizeGB", f"{DOCS}/concepts-storage", 32, 65_536),
    Bound(
        "properties.maintenanceWindow.customWindow", MAINTENANCE, choices=("Enabled", "Disabled")
    ),
    Bound("properties.cluster.clusterSize", f"{DOCS}/concepts-elastic-clusters", 1, 20),
    Bound("properties.storage.throughput", f"{DOCS}/concepts-storage", 125, 1_200),
)
NEW = ("none", "default", "create")  # what makes a server out of nothing


def check_size(change: Change) -> None:
    """A size that is offered, of its own tier. A PATCH learns of the tier by its end alone."""
    sku = change.body.get("sku") or {}
    name, tier = str(sku.get("name") or ""), str(sku.get("tier") or "")
    if not name and not is_new(change):
        return
    if sku == change.before("sku"):
        return
    edition = edition_of(name)
    if edition is None:
        raise invalid("sku.name", name or None)
    if tier.lower() != edition.lower() and not _patches(change):
        raise invalid("sku.tier", tier or None)


def size_refusal(change: Change) -> ArmError | None:
    """How the update to a size of another tier ends.

    Recorded in azure-cli, test_postgres_flexible_server_mgmt_update_validator.
    """
    sku = change.body.get("sku") or {}
    edition = edition_of(str(sku.get("name") or ""))
    if edition is None or not _patches(change) or edition.lower() == str(sku.get("tier")).lower():
        return None
    message = f"The server edition {sku.get('tier')} is incompatible with the size {sku['name']}."
    return ArmError(400, "ServerEditionIncompatibleWithSkuSize", message)


def check_availability(change: Change) -> None:
    """Burstable servers have no standby; zones are those of the region."""
    availability = change.properties.get("highAvailability") or {}
    mode = str(availability.get("mode") or "Disabled")
    tier = str((change.body.get("sku") or {}).get("tier") or "")
    if mode.lower() != "disabled" and tier.lower() == "burstable" and not _patches(change):
        raise invalid("properties.highAvailability.mode", mode)
    region = LOCATIONS.get(canonical(str(change.body.get("location", ""))))
    zones = ("1", "2", "3") if region is not None and region.zones else ()
    if mode.lower() == "zoneredundant" and not zones:
        message = f"Zone-redundant high availability is not supported in {change.body['location']}."
        raise ArmError(400, change.world.settings.standby_code, message)
    for path, zone in (
        ("properties.availabilityZone", change.properties.get("availabilityZone")),
        (
            "properties.highAvailability.standbyAvailabilityZone",
            availability.get("standbyAvailabilityZone"),
        ),
    ):
        if zone not in (None, "", *zones) and (zones or change.creates):
            raise invalid(path, zone)
    _check_standby(change, mode)


def _check_standby(change: Change, mode: str) -> None:
    """A zone of its own, and only where there is a standby in another zone.

    As azure-cli says before it asks: rdbms, validators.py.
    """
    sent = (change.sent.get("properties") or {}).get("highAvailability") or {}
    wanted = sent.get("standbyAvailabilityZone")
    own = change.properties.get("availabilityZone")
    if wanted and (mode.lower() != "zoneredundant" or wanted == own):
        raise invalid("properties.highAvailability.standbyAvailabilityZone", wanted)


def check_failover(server: Resource, sent: Json) -> None:
    """Only a standby can take over (SDK source: RestartParameter)."""
    mode = (server.properties.get("highAvailability") or {}).get("mode", "Disabled")
    if sent.get("restartWithFailover") and mode == "Disabled":
        raise invalid("restartWithFailover", value=True, message="There is no standby.")


def standby_refusal(change: Change) -> ArmError | None:
    """How an update that gives a burstable server a standby ends; the service has no code for it.

    Recorded in azure-cli, test_postgres_flexible_server_mgmt_update_validator.
    """
    mode = (change.properties.get("highAvailability") or {}).get("mode") or "Disabled"
    tier = str((change.body.get("sku") or {}).get("tier") or "")
    if str(mode).lower() == "disabled" or tier.lower() != "burstable":
        return None
    message = f"High availiability not supported for burstable server [{change.id.name}]."
    return ArmError(400, "", message)


def check_version(change: Change) -> None:
    """A version that is offered; an upgrade has no way back."""
    had, wants = change.before("properties", "version"), change.properties.get("version")
    if wants is None or wants == had:
        return
    if str(wants) not in VERSIONS:
        raise invalid("properties.version", wants)
    if had in VERSIONS and VERSIONS.index(str(wants)) < VERSIONS.index(had):
        raise invalid("properties.version", wants, f"The server is at version {had} already.")


def is_new(change: Change) -> bool:
    """Whether a server is made out of nothing, so that everything must be said."""
    mode = str(change.properties.get("createMode") or "none").lower()
    return change.creates and mode in NEW


def edition_of(size: str) -> str | None:
    """The tier that a size belongs to."""
    known = {name.lower(): edition for edition, sizes in EDITIONS.items() for name in sizes}
    return known.get(size.lower())


def _patches(change: Change) -> bool:
    return change.call is not None and change.call.method == "PATCH"
