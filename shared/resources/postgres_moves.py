"""What Azure moves of a PostgreSQL server by itself, beside the size of its storage."""

from collections.abc import Iterator

from shared.deployment.changes.paths import at
from shared.deployment.messages import Json

SIZE = "properties.storage.storageSizeGB"
TIER = "properties.storage.tier"
DISK = (TIER, "properties.storage.iops")
MODE = "properties.highAvailability.mode"
ZONES = ("properties.availabilityZone", "properties.highAvailability.standbyAvailabilityZone")
TIERS = {  # GiB -> performance tier that a size has of itself (Learn: Compute and storage options)
    **{32: "P4", 64: "P6", 128: "P10", 256: "P15", 512: "P20", 1024: "P30"},
    **{2048: "P40", 4096: "P50", 8192: "P60", 16384: "P70", 32767: "P80"},
}


def moved(before: Json, now: Json) -> Iterator[str]:
    """Paths of what differs, or may, without anybody's doing.

    A failover exchanges the zones of a server and its standby, or makes a standby in a third one.
    Storage that grows takes the tier and the operations of its new size with it; a tier that a size
    has not of itself is somebody's choice, and is paid for.
    """
    if all(at(body, MODE) not in {None, "Disabled"} for body in (before, now)):
        yield from ZONES
    size = at(now, SIZE)
    if size != at(before, SIZE) and at(now, TIER) == TIERS.get(size):
        yield from DISK
