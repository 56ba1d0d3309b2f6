"""The disk of a PostgreSQL server: sizes, performance tiers, and what Premium SSD v2 takes.

What goes together is what azure-cli refuses before it asks (rdbms, validators.py), each with the
service's own refusal of a parameter.
"""

from typing import Any

from local.arm_emulator.providers.dbforpostgresql.capabilities import STORAGE, tiers_of
from local.arm_emulator.providers.dbforpostgresql.offer import is_new
from local.arm_emulator.providers.dbforpostgresql.refusals import invalid
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import Json

V2 = "PremiumV2_LRS"  # any size, with IOPS and throughput of one's own
LEAST_IOPS, MOST_IOPS, LEAST_THROUGHPUT = 3_000, 80_000, 125
AT = "properties.storage"


def check_storage(change: Change) -> None:
    """A disk that is offered; it never shrinks, and is of one kind for life."""
    storage, before = _storage(change.body), change.before("properties", "storage") or {}
    had, wants = before.get("storageSizeGB"), storage.get("storageSizeGB")
    if had is not None and wants is not None and wants < had:
        message = f"Storage cannot shrink from {had} to {wants} GB."
        raise invalid(f"{AT}.storageSizeGB", wants, message)
    kind, kept = str(storage.get("type") or ""), str(before.get("type") or "")
    if before and (kind == V2) != (kept == V2):
        raise invalid(f"{AT}.type", kind, "The type of the storage is chosen at creation.")
    if kind == "UltraSSD_LRS":  # an SDK's word that the capabilities of no region list
        raise invalid(f"{AT}.type", kind)
    if kind == V2:
        _check_v2(change, storage)
    else:
        _check_v1(change, storage, before)


def _check_v1(change: Change, storage: Json, before: Json) -> None:
    """One of the disks' sizes; IOPS follow from the tier, which is that of its size or above."""
    size = storage.get("storageSizeGB")
    if size is not None and size not in STORAGE and size != before.get("storageSizeGB"):
        raise invalid(f"{AT}.storageSizeGB", size)
    sent = _sent(change)
    tiers = tiers_of(size or 128)
    tier = str(sent.get("tier") or "").upper()
    if tier and tier not in tiers and tier != before.get("tier"):
        raise invalid(f"{AT}.tier", sent["tier"])
    if sent.get("throughput") is not None:
        raise invalid(f"{AT}.throughput", sent["throughput"], "Only Premium SSD v2 has one.")
    fitting = {*tiers.values(), before.get("iops")}
    if sent.get("iops") is not None and sent["iops"] not in fitting:
        raise invalid(f"{AT}.iops", sent["iops"], "It follows from the performance tier.")


def _check_v2(change: Change, storage: Json) -> None:
    """IOPS and throughput of one's own; nothing that this disk cannot do."""
    size = storage.get("storageSizeGB") or 128
    for name in ("iops", "throughput"):
        if storage.get(name) is None and is_new(change):
            raise invalid(f"{AT}.{name}", None)
    iops = storage.setdefault("iops", LEAST_IOPS)
    throughput = storage.setdefault("throughput", LEAST_THROUGHPUT)
    if not LEAST_IOPS <= iops <= min(MOST_IOPS, LEAST_IOPS + max(0, size - 6) * 500):
        raise invalid(f"{AT}.iops", iops)
    if throughput > max(LEAST_THROUGHPUT, iops // 4):
        raise invalid(f"{AT}.throughput", throughput)
    properties = change.properties
    for path, value in (
        ("storage.autoGrow", storage.get("autoGrow")),
        ("highAvailability.mode", (properties.get("highAvailability") or {}).get("mode")),
        ("backup.geoRedundantBackup", (properties.get("backup") or {}).get("geoRedundantBackup")),
    ):
        if str(value or "Disabled").lower() != "disabled":
            raise invalid(f"properties.{path}", value, f"{V2} does not have it.")
    if _sent(change).get("tier"):
        raise invalid(f"{AT}.tier", _sent(change)["tier"], f"{V2} has no performance tiers.")


def fill_storage(change: Change) -> None:
    """What a GET shows of the disk (recorded in azure-cli, test_flexible_server_ssdv2_mgmt)."""
    storage: Json = change.properties.setdefault("storage", {})
    had = change.before("properties", "storage", "storageSizeGB")
    size = storage.setdefault("storageSizeGB", had or 128)
    storage.setdefault("autoGrow", "Disabled")
    if storage.get("type") == V2:
        storage.pop("tier", None)
        return
    tiers = tiers_of(size)
    tier = str(storage.get("tier") or "").upper()
    if tier not in tiers:  # nobody chose one, or the disk has grown beyond it
        tier = next(iter(tiers))
    storage |= {"type": "", "tier": tier, "iops": tiers[tier]}


def _storage(body: Json) -> Json:
    found: Json = (body.get("properties") or {}).get("storage") or {}
    return found


def _sent(change: Change) -> dict[str, Any]:
    return _storage(change.sent)
