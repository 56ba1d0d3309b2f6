"""The parts of a spec that say what a database is tuned for, and what its disk has to do."""

from typing import Literal

from pydantic import Field

from shared.deployment.specs.part import Part

Workload = Literal["oltp", "olap", "mixed"]
Tier = Literal["P4", "P6", "P10", "P15", "P20", "P30", "P40", "P50", "P60", "P70", "P80"]
TIERS: dict[int, Tier] = {  # GiB -> performance tier that a size has of itself
    **{32: "P4", 64: "P6", 128: "P10", 256: "P15", 512: "P20", 1024: "P30"},
    **{2048: "P40", 4096: "P50", 8192: "P60", 16384: "P70", 32767: "P80"},
}
"""Learn: Compute and storage options."""
SMALL = 4096  # GiB; such a disk performs as any other of these, a larger one as any larger one
LEAST_IOPS, MOST_IOPS = 3000, 80_000
LEAST_THROUGHPUT, MOST_THROUGHPUT = 125, 1200


def tiers_of(gib: int) -> list[Tier]:
    """The tiers that a disk may have, its own first.

    https://learn.microsoft.com/azure/virtual-machines/disks-change-performance
    """
    return [t for size, t in TIERS.items() if size >= gib and (size <= SMALL) == (gib <= SMALL)]


class Tuning(Part):
    """Switches and parameters that follow from the size of the server; what is given by name wins.

    https://learn.microsoft.com/azure/postgresql/monitor/concepts-query-store
    """

    workload: Workload | None = None
    """Many short transactions, few long queries, or both; absent: Azure's defaults."""
    query_store: Literal["none", "top", "all"] | None = None
    """Which queries are kept, with their times and waits; absent: left alone."""
    index_tuning: Literal["off", "report"] | None = None
    """Whether Azure looks for missing and unused indexes, which takes a Query Store."""


class ProvisionedDisk(Part):
    """A disk of another kind, with operations and throughput of its own; chosen once.

    It has no standby and no second copy of backups, and does not grow by itself.
    https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage-premium-ssd-v2
    """

    iops: int = Field(default=LEAST_IOPS, ge=LEAST_IOPS, le=MOST_IOPS)
    """Operations a second."""
    throughput: int = Field(default=LEAST_THROUGHPUT, ge=LEAST_THROUGHPUT, le=MOST_THROUGHPUT)
    """MiB a second."""
