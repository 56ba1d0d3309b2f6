"""What is remembered of the watch over a deployment: how its resources were, and past reports.

A partition a deployment. A baseline is what a resource showed when it was last as declared, as far
as it is anybody's to set: what a spec leaves open is compared with it. Azure shows no secret, so
none lies here. Everything may raise RecordsUnavailable.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from shared.deployment.drift_check import DriftReport
from shared.deployment.messages import Json
from shared.records.entities import packed, unpacked
from shared.records.tables import Key, Table

BASELINE, REPORT = "baseline-", "report-"
REPORTS_KEPT = 20


class Watch:
    """One table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def baselines(self, deployment: str) -> dict[str, Json]:
        """How each resource was, by its id in lower case."""
        found = self._table.partition(deployment, start=BASELINE, end=f"{BASELINE}~")
        return {kept["id"]: kept["body"] for kept in map(unpacked, found)}

    def keep_baselines(self, deployment: str, bodies: Mapping[str, Json]) -> None:
        """Keep how some resources are from now on; those whose id is not given stay."""
        rows = [
            (Key(deployment, _row(i)), packed({"id": i.casefold(), "body": body}))
            for i, body in bodies.items()
        ]
        if rows:
            self._table.upsert_all(rows)

    def reports(self, deployment: str) -> list[Json]:
        """The last reports, the latest first."""
        found = self._table.partition(deployment, start=REPORT, end=f"{REPORT}~")
        return [unpacked(entity)["report"] for entity in found][:REPORTS_KEPT]

    def keep_report(self, deployment: str, report: DriftReport) -> None:
        """Keep a report, and no more than the last ones."""
        latest_first = datetime.max.replace(tzinfo=UTC) - datetime.fromisoformat(
            report["checkedAt"]
        )
        told = hashlib.sha256(json.dumps(report, sort_keys=True).encode()).hexdigest()[:8]
        row = f"{REPORT}{int(latest_first.total_seconds()):012}-{told}"  # the same, if repeated
        self._table.upsert(Key(deployment, row), packed({"report": report}))
        found = self._table.partition(deployment, start=REPORT, end=f"{REPORT}~")
        for entity in found[REPORTS_KEPT:]:
            key = Key(deployment, entity["RowKey"])
            self._table.delete(key, etag=entity.metadata["etag"])

    def forget(self, deployment: str) -> None:
        """Remove all of it."""
        self._table.delete_partition(deployment)


def _row(resource_id: str) -> str:
    return BASELINE + hashlib.sha256(resource_id.casefold().encode()).hexdigest()[:32]
