"""The disk of a PostgreSQL server: its size, its kind, its performance, and what that costs."""

from collections.abc import Iterator

from shared.deployment.changes.paths import at
from shared.deployment.messages import Json
from shared.deployment.specs.database import Postgres
from shared.deployment.specs.tuning import TIERS
from shared.resources.postgres_moves import SIZE, TIER
from shared.resources.prices import Meter

V2 = "PremiumV2_LRS"
KIND = "properties.storage.type"


def disk(wanted: Postgres) -> Json:
    """Its disk; one of the kind v2 has operations of its own, and does not grow by itself."""
    size = {"storageSizeGB": wanted.storage_gib}
    if v2 := wanted.provisioned_disk:
        more = {"iops": v2.iops, "throughput": v2.throughput}
        return {**size, "type": V2, "autoGrow": "Disabled", **more}
    tier = {"tier": wanted.storage_tier} if wanted.storage_tier else {}
    return {**size, "autoGrow": "Enabled", **tier}


def with_own_tier(desired: Json, before: Json, observed: Json) -> Json:
    """The desired body, with the tier of its size where `before` had declared another one.

    A kind that is declared no longer is one that Azure would have to change, which it does not.
    """
    if at(before, KIND) == V2 and at(desired, KIND) is None:
        return _with(desired, type="Premium_LRS")
    size = max(at(observed, SIZE) or 0, at(desired, SIZE) or 0)
    if at(before, TIER) is None or at(desired, TIER) or size not in TIERS:
        return desired
    return _with(desired, tier=TIERS[size])


def disk_meters(storage: Json, servers: int) -> Iterator[Meter]:
    """What a disk costs, for each server; a higher tier is billed as the size that brings it.

    https://learn.microsoft.com/azure/virtual-machines/disks-change-performance
    """
    size = storage["storageSizeGB"]
    if storage.get("type") == V2:
        yield Meter("PostgreSQL storage v2", servers * size)
    else:
        brings: dict[str | None, int] = {tier: gib for gib, tier in TIERS.items()}
        yield Meter("PostgreSQL storage", servers * max(size, brings.get(storage.get("tier"), 0)))


def _with(body: Json, **declared: str) -> Json:
    properties = body["properties"]
    storage = {**properties["storage"], **declared}
    return {**body, "properties": {**properties, "storage": storage}}
