"""Server parameters that follow from what a server is for and from its size.

Each is a formula with its source. Values are texts in the units that the server has for a number
without one: kB for memory of a query, pages of 8 kB for caches, MB for the log.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

from shared.deployment.specs.spec import DeploymentSpec
from shared.deployment.specs.tuning import Workload
from shared.resources.postgres_sizes import memory_gib, vcores_of

MIB_OF_GIB, KIB_OF_GIB, PAGES_OF_GIB = 1024, 1024**2, 131_072
LEAST_WORK, MOST_WORK = 4096, 2_097_151  # kB; what Azure takes (Learn: server parameters, memory)
SESSIONS: dict[Workload, int] = {"oltp": 300, "olap": 40, "mixed": 100}
"""At work at once, as PGTune assumes: https://github.com/le0pard/pgtune."""


@dataclass(frozen=True, slots=True)
class Server:
    """What a formula may be about."""

    workload: Workload
    memory: float  # GiB
    vcores: int
    storage: int  # GiB

    def by(self, oltp: float, olap: float, mixed: float) -> float:
        """One of three numbers."""
        return {"oltp": oltp, "olap": olap, "mixed": mixed}[self.workload]


Formula = Callable[[Server], float]
FORMULAS: dict[str, tuple[Formula, str]] = {
    "effective_cache_size": (
        lambda s: int(s.memory * PAGES_OF_GIB * 3 / 4),
        # three quarters of the memory: shared buffers and the cache of the operating system
        "https://wiki.postgresql.org/wiki/Tuning_Your_PostgreSQL_Server#effective_cache_size",
    ),
    "work_mem": (
        # what a quarter for shared buffers leaves, for three sorts in each session at work; long
        # queries run several processes, so each gets half
        lambda s: _bounded(
            s.memory * 3 / 4 * KIB_OF_GIB / SESSIONS[s.workload] / 3 / s.by(1, 2, 2)
        ),
        "https://github.com/le0pard/pgtune",
    ),
    "maintenance_work_mem": (
        lambda s: _bounded(s.memory * KIB_OF_GIB / s.by(16, 8, 16)),
        "https://github.com/le0pard/pgtune",
    ),
    "random_page_cost": (
        lambda s: 1.1,
        "https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-RANDOM-PAGE-COST",
    ),
    "effective_io_concurrency": (lambda s: 200, "https://github.com/le0pard/pgtune"),
    "default_statistics_target": (
        lambda s: s.by(100, 500, 100),
        "https://github.com/le0pard/pgtune",
    ),
    "max_wal_size": (
        lambda s: _log(s),
        "https://www.postgresql.org/docs/current/wal-configuration.html",
    ),
    "min_wal_size": (lambda s: _log(s) // 4, "https://github.com/le0pard/pgtune"),
    "max_parallel_workers": (lambda s: s.vcores, "https://github.com/le0pard/pgtune"),
    "max_parallel_workers_per_gather": (
        # half of the cores; more than four help long queries alone
        lambda s: s.by(min(4, ceil(s.vcores / 2)), ceil(s.vcores / 2), min(4, ceil(s.vcores / 2))),
        "https://github.com/le0pard/pgtune",
    ),
    "max_parallel_maintenance_workers": (
        lambda s: min(4, ceil(s.vcores / 2)),
        "https://github.com/le0pard/pgtune",
    ),
    "autovacuum_vacuum_scale_factor": (
        lambda s: s.by(0.05, 0.2, 0.1),
        # many small changes: look at a table before a fifth of it is dead
        "https://learn.microsoft.com/azure/postgresql/troubleshoot/how-to-autovacuum-tuning",
    ),
}


def tuned(spec: DeploymentSpec) -> dict[str, str]:
    """The parameters that its tuning sets; those that the spec gives by name are not among them."""
    return {name: text for name, text in _all(spec) if name not in spec.postgres.parameters}


def _all(spec: DeploymentSpec) -> Iterator[tuple[str, str]]:
    tuning, sku = spec.postgres.tuning, spec.postgres.sku
    if tuning.workload:
        size = memory_gib(sku), vcores_of(sku), spec.postgres.storage_gib
        server = Server(tuning.workload, *size)
        for name, (formula, _source) in FORMULAS.items():
            value = formula(server)
            yield name, f"{value:g}" if value % 1 else str(int(value))
    if tuning.query_store:
        yield "pg_qs.query_capture_mode", tuning.query_store
        waits = "none" if tuning.query_store == "none" else "all"
        yield "pgms_wait_sampling.query_capture_mode", waits
    if tuning.index_tuning:
        yield "index_tuning.mode", tuning.index_tuning


def _bounded(kib: float) -> int:
    return min(MOST_WORK, max(LEAST_WORK, int(kib)))


def _log(server: Server) -> int:
    """MB of log between two checkpoints: by the work, and never above a sixteenth of the disk."""
    return int(min(server.by(8, 16, 4) * MIB_OF_GIB, server.storage * MIB_OF_GIB / 16))
