"""What to listen for in the coming minutes, and what is news.

The orchestrator decides when each running step is looked at (`watch`), the listening activity
plays that score (`Listener`): many looks, one episode. News is what lets something start, ends
the walk, or goes wrong; it is told at once. That some other step has ended is told within a minute,
everything else in the end.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil, inf
from typing import Literal

from shared.deployment.messages import Outcome, Run
from shared.deployment.operation import Watch, Watched
from shared.deployment.walks.progress import Progress
from shared.deployment.walks.timing import Leg

LONGEST = timedelta(minutes=4)  # of listening; the platform ends an activity after ten (host.json)
MOST_LOOKS = 1000  # of a score: 7 KB
SOON = timedelta(minutes=1)  # what is looked at later than that is worth a timer of its own
UNTOLD = 60.0  # seconds at most that the end of a step waits for company
INSTANT = 0.001  # seconds that do not count: a clock may wake us so much early


def watch(progress: Progress, now: datetime) -> Watch:
    """The looks of the coming minutes; no steps where none of them is worth an episode soon."""
    chart, trusted = progress.chart(now), progress.trust()
    steps, worth = [], False
    for key, run in progress.runs.items():
        if run["state"] != "running":
            continue
        leg, last, deadline = progress.leg(key, chart, trusted), _seen(run), progress.deadline(key)
        soonest = max(now, _alone(run, "resourceAfter"))
        looks = list(_looks(leg, last, soonest, deadline, now + LONGEST))
        if looks:
            worth = worth or min(max(leg.next_look(last), soonest), deadline) <= now + SOON
            steps.append(_watched(key, run, leg, now, looks))
    return Watch(steps=_few(steps) if worth else [], awaited=progress.awaited())


def _few(steps: list[Watched]) -> list[Watched]:
    """Shorten a score until it is a small message, however many steps it is for."""
    looks = sorted(look for step in steps for look in step["looks"])
    until = looks[MOST_LOOKS] if len(looks) > MOST_LOOKS else inf
    kept = [Watched(**{**step, "looks": [n for n in step["looks"] if n < until]}) for step in steps]
    return [step for step in kept if step["looks"]]


def _watched(key: str, run: Run, leg: Leg, now: datetime, looks: list[datetime]) -> Watched:
    def after(moment: datetime) -> float:
        return (moment - now).total_seconds()

    operation = _alone(run, "operationAfter")
    untouched = run["lookedAt"] == run["legStartedAt"]  # then it has not been asked yet
    return Watched(
        key=key,
        operationUrl=run.get("operationUrl"),
        elapsed=-after(_time(run["startedAt"])),
        over=after(max(leg.ends, operation) if untouched else leg.ends),
        operationAfter=after(operation),
        resourceAfter=after(_alone(run, "resourceAfter")),
        looks=[ceil(after(look) * 100) / 100 for look in looks],
    )


def next_due(progress: Progress, now: datetime) -> datetime | None:
    """When the next round is worth starting; None where nothing is left to wait for."""
    chart, trusted = progress.chart(now), progress.trust()
    due = [progress.again_at(now)]
    for key, run in progress.runs.items():
        if run["state"] == "running":
            look = progress.leg(key, chart, trusted).next_look(_seen(run))
            due.append(min(max(look, _alone(run, "resourceAfter")), progress.deadline(key)))
    return min((moment for moment in due if moment), default=None)


def _looks(
    leg: Leg, last: datetime, soonest: datetime, deadline: datetime, until: datetime
) -> Iterator[datetime]:
    """The looks from `soonest` on, of which the one at the deadline is the last."""
    while True:
        last = min(max(leg.next_in_company(last), soonest), deadline)
        if last > until:
            return
        yield last
        if last == deadline:
            return


class Listener:
    """Plays a score: what is to be looked at next, and whether something is news."""

    def __init__(self, score: Watch) -> None:
        self.awaited = [set(keys) for keys in score["awaited"]]
        self.steps = {step["key"]: step for step in score["steps"]}
        self._left = {key: list(step["looks"]) for key, step in self.steps.items()}
        self._seen: dict[str, tuple[float, Outcome]] = {}
        self._until = inf
        self.news = False

    def next(self) -> float | None:
        """When something is to be looked at next; None where nothing is any more."""
        upcoming = min((left[0] for left in self._left.values() if left), default=inf)
        return upcoming if upcoming < self._until else None

    def due(self, at: float) -> list[Watched]:
        """What is to be looked at now."""
        now = at + INSTANT
        return [self.steps[key] for key, left in self._left.items() if left and left[0] <= now]

    def note(self, key: str, outcome: Outcome, at: float) -> None:
        """Note what was seen of a step."""
        step, left = self.steps[key], self._left[key]
        self._seen[key] = at, outcome
        if outcome["state"] != "inProgress" or "legSeconds" in outcome:
            left.clear()
            ended = {k for k, (_, seen) in self._seen.items() if seen["state"] == "succeeded"}
            awaited = any(keys <= ended for keys in self.awaited)
            self.news = self.news or outcome["state"] != "succeeded" or awaited
            self._until = min(self._until, at + UNTOLD)
            return
        if "operationUrl" in outcome:
            step["operationUrl"] = outcome["operationUrl"]
        if (wait := outcome.get("operationRetryAfter")) is not None:
            step["operationAfter"] = at + wait
        step["resourceAfter"] = at + (outcome.get("resourceRetryAfter") or 0.0)
        floor = max(at + 2 * INSTANT, step["resourceAfter"])
        left[:] = [look for look in left if look >= floor]

    def outcomes(self, at: float) -> dict[str, Outcome]:
        """The last that was seen of every step that was looked at."""
        outcomes = {}
        for key, (seen, outcome) in self._seen.items():
            step = self.steps[key]
            outcomes[key] = outcome
            outcome["secondsAgo"] = round(at - seen, 3)
            if outcome["state"] == "inProgress" and "legSeconds" not in outcome:
                outcome["operationUrl"] = step["operationUrl"]
                outcome["operationRetryAfter"] = max(0.0, step["operationAfter"] - seen)
        return outcomes


def ask_operation(step: Watched, at: float) -> Literal["first", "last", "never"]:
    """Whether the operation of a step may be asked by now; first where it should be over.

    That it was asked since then already shows in what it asked to be left alone for.
    """
    now = at + INSTANT
    if step["operationAfter"] > now:
        return "never"
    return "first" if step["operationAfter"] <= step["over"] <= now else "last"


def _seen(run: Run) -> datetime:
    return _time(run["lookedAt"])


def _alone(run: Run, party: Literal["operationAfter", "resourceAfter"]) -> datetime:
    """Until when one of the two is to be left alone."""
    return _time(run.get(party, run["lookedAt"]))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
