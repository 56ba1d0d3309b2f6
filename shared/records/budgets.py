"""What may still be read of Azure: one record a subscription and region, for all instances.

A partition beside the records of the deployments. Everything may raise RecordsUnavailable.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from shared.deployment.budget import REFILLS, Bucket, Kind, Told
from shared.deployment.messages import Json
from shared.records.entities import packed, unpacked
from shared.records.tables import Key, Table

PARTITION = "budget"
Buckets = dict[Kind, Bucket]


class Budgets:
    """One partition of a table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(
        self, subscription: str, region: str, reads: Mapping[Kind, int], now: datetime
    ) -> timedelta:
        """Set some reads aside; how long to wait before making them."""
        waits = [timedelta()]

        def taken(buckets: Buckets) -> Buckets:
            drawn = {kind: buckets[kind].taken(count, now) for kind, count in reads.items()}
            waits[:] = [wait for _, wait in drawn.values()]
            return buckets | {kind: bucket for kind, (bucket, _) in drawn.items()}

        self._amend(subscription, region, now, taken)
        return max(waits, default=timedelta())

    def tell(
        self, subscription: str, region: str, told: Mapping[Kind, Told], now: datetime
    ) -> None:
        """Note what Azure's answers have told."""

        def known(buckets: Buckets) -> Buckets:
            return buckets | {kind: buckets[kind].told(each, now) for kind, each in told.items()}

        self._amend(subscription, region, now, known)

    def _amend(
        self, subscription: str, region: str, now: datetime, change: Callable[[Buckets], Buckets]
    ) -> None:
        key = Key(PARTITION, f"{subscription.casefold()}-{region.casefold()}")
        while True:  # somebody is slower than somebody else: each round, one has written
            there = self._table.find(key)
            wanted = _properties(change(_buckets(there, now)))
            if there is None:
                written = self._table.insert(key, wanted)
            else:
                written = self._table.replace(key, wanted, etag=there.metadata["etag"])
            if written:
                return


def _buckets(entity: Any, now: datetime) -> Buckets:
    """The buckets of a subscription; one that nothing was told of is thought to be small."""
    kept = unpacked(entity or {})
    return {k: _bucket(kept[k]) if k in kept else Bucket.unknown(k, now) for k in REFILLS}


def _bucket(kept: Json) -> Bucket:
    return Bucket(**{**kept, "at": datetime.fromisoformat(kept["at"])})


def _properties(buckets: Buckets) -> dict[str, Any]:
    return packed({k: asdict(b) | {"at": b.at.isoformat()} for k, b in buckets.items()})
