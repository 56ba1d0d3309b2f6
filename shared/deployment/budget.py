"""How much of Azure may still be read: buckets, as far as Azure's answers have told of them; pure.

A bucket fills up again in a time that is known; how large it is, is learned: it is at least what
was told to be left, and thought to be small again where far less is left than there should be: then
others draw from it, or it is smaller than it was. Reads are set aside before they are made, in the
order in which they are asked for, and half of a bucket is left to whoever waits for an answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Kind = Literal["reads", "dns"]
"""Of a subscription in a region, and of its private DNS zones."""


class Refill(NamedTuple):
    """How a kind of bucket is refilled, and what is thought of it before anything was told."""

    takes: timedelta  # from empty to full
    share: float  # of what is told: a window counts twice around its end
    size: float  # at first


REFILLS: dict[Kind, Refill] = {
    # 250, and 25 a second
    # https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    "reads": Refill(timedelta(seconds=10), share=1, size=20),
    # 500 in five minutes
    # https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling#network-throttling
    "dns": Refill(timedelta(minutes=5), share=0.5, size=100),
}
KEPT = 0.5  # of a bucket: below that no scan draws from it


class Told(NamedTuple):
    """What an answer told of a bucket: what is left in it, and how long to leave it alone."""

    left: float
    hold_seconds: float = 0


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket at a moment; what is set aside beyond what there is makes it negative."""

    kind: Kind
    size: float
    left: float
    at: datetime

    @classmethod
    def unknown(cls, kind: Kind, now: datetime) -> "Bucket":
        """One that nothing was told of."""
        size = REFILLS[kind].size
        return cls(kind, size, size, now)

    def taken(self, reads: int, now: datetime) -> tuple["Bucket", timedelta]:
        """What is left once some reads are set aside, and how long to wait before making them."""
        left = self._by(now) - reads
        wait = max(0.0, (KEPT * self.size - left) / self._a_second)
        return replace(self, left=left, at=max(now, self.at)), timedelta(seconds=wait)

    def told(self, told: Told, now: datetime) -> "Bucket":
        """What it is, now that this was told: never more than was thought, but maybe larger."""
        refill, expected = REFILLS[self.kind], self._by(now)
        left = told.left * refill.share
        size = min(self.size / 2, refill.size) if left < expected / 2 else self.size
        known = replace(self, size=max(size, left + 1, 2.0))
        left -= told.hold_seconds * known._a_second
        return replace(known, left=min(left, expected), at=max(now, self.at))

    @property
    def _a_second(self) -> float:
        return self.size / REFILLS[self.kind].takes.total_seconds()

    def _by(self, now: datetime) -> float:
        past = max(0.0, (now - self.at).total_seconds())
        return min(self.size, self.left + past * self._a_second)
