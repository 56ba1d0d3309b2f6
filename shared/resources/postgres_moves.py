"""What Azure moves of a PostgreSQL server by itself, beside the size of its storage."""

from collections.abc import Iterator

from shared.deployment.changes.paths import at
from shared.deployment.messages import Json
from shared.deployment.specs.tuning import TIERS

SIZE = "properties.storage.storageSizeGB"
TIER = "properties.storage.tier"
DISK = (TIER, "properties.storage.iops")
MODE = "properties.highAvailability.mode"
ZONES = ("properties.availabilityZone", "properties.highAvailability.standbyAvailabilityZone")


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
