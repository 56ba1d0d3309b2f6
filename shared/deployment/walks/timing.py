"""When to look at an operation that ends at an unknown moment.

The oldest question of inspection: a look costs a call, and every second between the end and the
look that notices it is lost. Where a look is worth `LOOK` seconds of delay and the operation, still
running, ends in the next second with probability h, the looks that cost least in the end are
sqrt(2 LOOK / h) apart (J. B. Keller, Optimum checking schedules for systems subject to random
failure, Management Science 21, 1974; R. E. Barlow, L. C. Hunter and F. Proschan, Optimum checking
procedures, SIAM Journal 11, 1963). Three things make up h.

The prior. Either an expectation is kept, and the operation ends when it should; then one look, on
the expected end, is all it takes. Or it says little more than the order of magnitude: then the
duration over the expectation is log-logistic, whose hazard grows to the expected end and falls as
1/t afterwards, so that looks thin out by themselves where an operation hangs.

The trust: how likely an expectation is kept, by Laplace's rule of succession over what this walk
has seen end (P. S. Laplace, Essai philosophique sur les probabilites, 1814). Durations as expected
are then had for a few looks, and the first ones that are not make the walk look closely.

The criticality: what a second of delay costs. On the critical path a second. Off it nothing until
the slack is used up, so there one look is enough once the operation should long be over, or
earlier where a look costs no episode of its own; later than that it is critical like any other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from operator import mul
from typing import NamedTuple

LOOK = 0.24  # seconds of delay that a call is worth; tuned by benchmarks/pure_walk.py
SHAPE = 3.0  # of the log-logistic prior: half of it lies between 0.69 and 1.44 expectations
OFFSET = 0.25  # of a gap after SOONEST comes the first look
SOONEST = 0.5  # of the expectation; what ends before that is noticed then
TRIFLE = timedelta(seconds=10)  # of slack that is used however short the operation
KEPT = 0.05  # either way: so near to the expected end an expectation counts as kept
OVERDUE = 1 / 8
SHARE = 1 / 3  # of the slack: later steps need theirs too
ALOOF = 2  # times as far apart are looks that only keep others company
DOUBT = 0.25  # of the time to the latest end, by which the slack may turn out smaller
SHORTEST = timedelta(seconds=2)  # between two looks
SHARES = [at / 20 for at in range(20)]  # of kept expectations; one in twenty is always in doubt


class Evidence(NamedTuple):
    """What the end of one operation says of the expectations of a walk."""

    may_be_kept: bool  # it ended about when expected, as far as the looks can tell
    by_chance: float  # the probability of that where expectations say little


def evidence(expected: timedelta, since: timedelta, noticed: timedelta) -> Evidence:
    """Of an operation that was still running at `since` and was found ended at `noticed`."""
    possible = since < expected * (1 + KEPT) and noticed >= expected * (1 - KEPT)
    return Evidence(possible, ended_by(noticed / expected) - ended_by(since / expected))


def trust(seen: Iterable[Evidence]) -> float:
    """The probability that the next expectation is kept, all shares being alike beforehand."""
    likelihood = [1.0] * len(SHARES)
    for may_be_kept, by_chance in seen:
        for at, share in enumerate(SHARES):
            likelihood[at] *= share * may_be_kept + (1 - share) * by_chance
    total = sum(likelihood)
    return sum(map(mul, SHARES, likelihood)) / total if total else 0.0


def ended_by(ratio: float) -> float:
    """The share of operations that take at most so many expectations, where none is kept."""
    return ratio**SHAPE / (1 + ratio**SHAPE) if ratio > 0 else 0.0


@dataclass(frozen=True)
class Leg:
    """One operation being waited for: when it began, how long it should take, what is to spare."""

    began: datetime
    expected: timedelta
    slack: timedelta
    trust: float = 0.5

    @cached_property
    def ends(self) -> datetime:
        """The expected end."""
        return self.began + self.expected

    @cached_property
    def pace(self) -> timedelta:
        """From a look at the expected end to the next."""
        return self.gap(self.expected)

    def spare(self, at: datetime) -> timedelta:
        """The slack that is left however wrong the expectations on either side may be."""
        return self.slack - DOUBT * (self.slack + max(self.ends - at, timedelta()))

    def margin(self, at: datetime) -> timedelta:
        """How late the end may be noticed; nothing where it is about to delay the whole."""
        share = SHARE if at < self.ends else OVERDUE
        margin = min(self.spare(at) * share, max(self.expected / 2, TRIFLE))
        return margin if margin > self.pace else timedelta()

    def gap(self, elapsed: timedelta) -> timedelta:
        """From a look that finds it running to the next, where every second counts."""
        ratio = max(elapsed / self.expected, SOONEST)
        ended = ended_by(ratio)
        hazard = SHAPE / ratio * ended  # of the log-logistic prior, in expectations
        if ratio < 1:
            doubt = (1 - self.trust) * (1 - ended)
            hazard *= doubt / (self.trust + doubt)
        seconds = (2 * LOOK * self.expected.total_seconds() / hazard) ** 0.5
        return max(timedelta(seconds=seconds), SHORTEST)

    def next_look(self, last: datetime) -> datetime:
        """The next look that is worth an episode, where the last one found it running."""
        if margin := self.margin(last):
            return max(self.ends, last) + margin
        soonest = self.began + self.expected * SOONEST
        if last < soonest:
            return soonest + OFFSET * self.gap(timedelta())
        gap = self.gap(last - self.began)
        close = last + gap * 1.5 >= self.ends  # a look on the expected end is the likeliest to win
        return self.ends if last < self.ends and close else last + gap

    def next_in_company(self, last: datetime) -> datetime:
        """The next look worth making where somebody looks anyway."""
        if not self.margin(last):
            return self.next_look(last)
        return self.ends if last < self.ends else last + ALOOF * self.gap(last - self.began)
