"""What a PostgreSQL server may be made of: sizes, storage, backups, zones, as capabilities list it.

Refusals in the service's words: Azure/azure-sdk-for-python, issue 44200 (Tier), and
hashicorp/terraform-provider-azurerm, issue 22585 (StorageSizeGB).
"""

from typing import Any

from local.arm_emulator.providers.dbforpostgresql.capabilities import EDITIONS, STORAGE, VERSIONS
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.locations import LOCATIONS, canonical
from local.arm_emulator.wire.messages import ArmError

DOCS = f"{LEARN}azure/postgresql/flexible-server"
BACKUP = f"{DOCS}/concepts-backup-restore"
MAINTENANCE = f"{DOCS}/concepts-maintenance"
V2 = "PremiumV2_LRS"  # any size, with IOPS and throughput of one's own
BOUNDS = (
    Bound("properties.backup.backupRetentionDays", BACKUP, 7, 35),
    Bound("properties.maintenanceWindow.dayOfWeek", MAINTENANCE, 0, 6),
    Bound("properties.maintenanceWindow.startHour", MAINTENANCE, 0, 23),
    Bound("properties.maintenanceWindow.startMinute", MAINTENANCE, 0, 59),
    Bound("properties.storage.storageSizeGB", f"{DOCS}/concepts-storage", 32, 65_536),
    Bound("properties.storage.throughput", f"{DOCS}/concepts-storage", 125, 1_200),
)
NEW = ("none", "default", "create")  # what makes a server out of nothing


def invalid(path: str, value: Any, message: str = "") -> ArmError:
    """The service's refusal of a value, which names the parameter by its last word."""
    name = path.rpartition(".")[2]
    said = f"Invalid value given for parameter {name[:1].upper()}{name[1:]}. "
    said += message or "Specify a valid parameter value."
    return ArmError(400, "InvalidParameterValue", f"{said} ({path}: {value!r})", target=path)


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


def check_storage(change: Change) -> None:
    """One of the sizes of the disks, unless the disk takes any; it never shrinks."""
    storage = change.properties.get("storage") or {}
    had, wants = (
        change.before("properties", "storage", "storageSizeGB"),
        storage.get("storageSizeGB"),
    )
    at = "properties.storage.storageSizeGB"
    if wants is None or wants == had:
        return
    if wants not in STORAGE and str(storage.get("type") or "") != V2:
        raise invalid(at, wants)
    if had is not None and wants < had:
        raise invalid(at, wants, f"Storage cannot shrink from {had} to {wants} GB.")


def check_tier(change: Change) -> None:
    """The performance tier of a disk is that of its size or a higher one."""
    sent = ((change.sent.get("properties") or {}).get("storage") or {}).get("tier")
    storage = change.properties.get("storage") or {}
    if not sent or sent == change.before("properties", "storage", "tier"):
        return
    tiers = [tier for _, tier in STORAGE.values()]
    least = STORAGE.get(storage.get("storageSizeGB") or 128, (0, tiers[0]))[1]
    if sent not in tiers or tiers.index(sent) < tiers.index(least):
        raise invalid("properties.storage.tier", sent)


def check_availability(change: Change) -> None:
    """Burstable servers have no standby; zones are those of the region."""
    availability = change.properties.get("highAvailability") or {}
    mode = str(availability.get("mode") or "Disabled")
    tier = str((change.body.get("sku") or {}).get("tier") or "")
    if mode.lower() != "disabled" and tier.lower() == "burstable":
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
