"""Whether the disk and the tuning of a server fit together; pure.

https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage
"""

from collections.abc import Iterator

from shared.deployment.specs.checks.findings import Finding, finding
from shared.deployment.specs.spec import DeploymentSpec
from shared.deployment.specs.tuning import LEAST_IOPS, LEAST_THROUGHPUT, MOST_IOPS, tiers_of

TIER, V2 = "postgres.storageTier", "postgres.provisionedDisk"


def storage_faults(spec: DeploymentSpec) -> Iterator[Finding]:
    """Every reason why such a disk cannot be had, and a tuning without what it takes."""
    wanted = spec.postgres
    tuning, tier = wanted.tuning, wanted.storage_tier
    if tuning.index_tuning == "report" and tuning.query_store in {None, "none"}:
        message = "indexes are sought in what a Query Store keeps: set it to top or all"
        yield finding("QueryStoreMissing", "postgres.tuning.queryStore", message)
    fitting = tiers_of(wanted.storage_gib)
    if tier and tier not in fitting:
        message = f"{wanted.storage_gib} GiB take one of {', '.join(fitting)}"
        yield finding("StorageTierNotOffered", TIER, message, "postgres.storageGiB")
    if wanted.provisioned_disk:
        yield from _provisioned_disk(spec)


def _provisioned_disk(spec: DeploymentSpec) -> Iterator[Finding]:
    wanted, disk = spec.postgres, spec.postgres.provisioned_disk
    excluded = {
        "storageTier": wanted.storage_tier,
        "highAvailability": wanted.high_availability != "Disabled",
        "geoRedundantBackup": wanted.geo_redundant_backup,
    }
    for name, given in excluded.items():
        if given:
            message = "a disk of the kind Premium SSD v2 does not have it: leave one of both out"
            yield finding("ProvisionedDiskNotSupported", f"postgres.{name}", message, V2)
    if disk is None:
        return
    most = min(MOST_IOPS, LEAST_IOPS + 500 * max(0, wanted.storage_gib - 6))
    if disk.iops > most:
        message = f"{wanted.storage_gib} GiB have at most {most:,} operations a second"
        yield finding("TooManyIops", f"{V2}.iops", message, "postgres.storageGiB")
    if disk.throughput > max(LEAST_THROUGHPUT, disk.iops // 4):
        message = "MiB a second are at most a quarter of the operations a second"
        yield finding("TooMuchThroughput", f"{V2}.throughput", message, f"{V2}.iops")
