"""When to look at a running operation: aimed at its expected end, and lazier the more slack it has.

A look costs an ARM call and a round of history; being late costs makespan, but only on the critical
path. So looks on the critical path fall every twentieth of the expected duration from three
quarters of it onwards, with one exactly at the expected end, while a step with slack is looked at
once it should long be over. Retry-After is a floor everywhere. Durations of Azure operations spread
by about a quarter either way (shared/resources has the sources), hence the three quarters.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

EARLIEST = 0.75  # of the expected duration: nothing is expected to end before
GRID = 20  # looks per expected duration on the critical path
THINNING = 8  # past the expected end, look after an eighth of the time overdue
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Leg:
    """One operation being waited for: when it began, how long it should take, what is to spare."""

    began: datetime
    expected: timedelta
    slack: timedelta

    @property
    def ends(self) -> datetime:
        """When the operation is expected to end."""
        return self.began + self.expected

    @property
    def margin(self) -> timedelta:
        """How late the end may be noticed; a third of the slack, as later steps need theirs too."""
        return min(max(self.slack, timedelta()) / 3, self.expected / 2)

    def next_look(self, last: datetime, retry_after: timedelta) -> datetime:
        """The next moment worth an ARM call, never before `retry_after` has passed since the last.

        A look that would forbid the one at the expected end, by the Retry-After that its answer
        is likely to carry, is put off to the expected end. Past the expected end the looks thin
        out with the time overdue, so that an operation that hangs is not asked all the time.
        """
        floor = last + max(retry_after, SECOND)
        gap = max(self.expected / GRID, (floor - self.ends) / THINNING, SECOND)
        first = self.began + self.expected * EARLIEST
        if self.margin > gap:
            gap = self.margin
            first += self.margin
        look = first if floor <= first else first + -((first - floor) // gap) * gap
        if look < self.ends < look + max(retry_after, SECOND):
            return self.ends
        return look
