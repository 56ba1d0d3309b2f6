"""When to look at a running operation: aimed at its expected end, and lazier the more slack it has.

A look costs an ARM call and a round of history; being late costs makespan, but only on the critical
path. Durations of Azure operations spread by about a quarter either way (shared/resources has the
sources), so nothing is asked before three quarters of the expected duration. From there on, looks
on the critical path are apart by a gap that grows with the root of the expected duration: for a
given number of looks, that shares them out among short and long operations so that the sum of all
that is noticed late is least. One look falls exactly on the expected end. A step with slack is
looked at once it should long be over. Retry-After is a floor everywhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

SPREAD = 0.25  # of the expected duration, either way
GAP = 1.25  # times the root of the expected seconds: 48 s of 25 minutes, 17 s of 3, 4 s of 10 s
THINNING = 8  # past the expected end, look after an eighth of the time overdue
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Leg:
    """One operation being waited for: when it began, how long it should take, what is to spare."""

    began: datetime
    expected: timedelta
    slack: timedelta

    @property
    def gap(self) -> timedelta:
        """Between two looks on the critical path."""
        return max(timedelta(seconds=GAP * self.expected.total_seconds() ** 0.5), SECOND)

    @property
    def margin(self) -> timedelta:
        """How late the end may be noticed: a third of the slack, as later steps need theirs too."""
        margin = min(max(self.slack, timedelta()) / 3, self.expected / 2)
        return margin if margin > self.gap else timedelta()

    @property
    def tolerance(self) -> timedelta:
        """How long a look that is due may wait for company, so that fewer rounds are needed."""
        return self.margin / 2

    def next_look(self, last: datetime, retry_after: timedelta) -> datetime:
        """The next moment worth an ARM call, never before `retry_after` has passed since `last`."""
        wait = max(retry_after, SECOND)
        floor = last + wait
        end = self.began + self.expected
        gap = max(self.gap, self.margin)
        first = self._first_look(wait, gap)
        if floor <= first:
            return first
        if self.margin or floor >= end:
            # Thin out with the time overdue: an operation that hangs is not asked all the time.
            return max(floor, last + max(gap, (floor - end) / THINNING))
        look = end - (end - floor) // gap * gap
        # A look that would forbid the one at the expected end is left out.
        return end if end < look + wait else look

    def _first_look(self, wait: timedelta, gap: timedelta) -> datetime:
        earliest = self.began + self.expected * (1 - SPREAD)
        if wait > 2 * SPREAD * self.expected:
            # A look in vain costs more than it can win: look when even a slow one is over.
            return self.began + self.expected * (1 + SPREAD)
        return earliest + gap
