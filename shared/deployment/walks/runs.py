"""What one answer makes of the step that it is about: a fold over its `Run`, which is plain data.

Contention and what passes by itself are waited out with backoff; what Azure is still at work on is
given up at the step's deadline; an activity that raised is an unknown outcome, and is repeated.
"""

from datetime import datetime, timedelta
from typing import Literal

from shared.deployment.messages import Failure, Outcome, Run
from shared.deployment.operation import StepOutline
from shared.deployment.walks.timing import evidence

DEFAULT_WAIT = timedelta(seconds=10)
SHORTEST_LEG = 1.0  # seconds; what Azure began takes some time, whatever we expect
LONGEST_WAIT = timedelta(seconds=60)  # between two tries of a refused submit
MAX_UNKNOWN = 3  # activities of one step that may raise before it counts as failed
RELENTLESS_ATTEMPTS = 3  # tries of an undo whose failure is not worth retrying in itself
PASSING = (  # what matters only while a step is open
    "dueAt",
    "lookedAt",
    "operationAfter",
    "resourceAfter",
    "legStartedAt",
    "legEndsAt",
    "operationUrl",
    "refusedSince",
)
_UNSPECIFIED = Failure(code="Unspecified", message="no reason was given", retryable=False)


def fold(
    run: Run,
    step: StepOutline,
    outcome: Outcome,
    seen: datetime,
    now: datetime,
    *,
    relentless: bool,
) -> None:
    """Fold an answer about a step, as it was some time ago.

    Args:
        run: what is known of the step; it is changed.
        step: as planned.
        outcome: the answer.
        seen: when Azure was as the answer says.
        now: when a next try is counted from.
        relentless: whether even a failure that is not worth retrying is tried a few times.
    """
    if outcome["state"] == "unknown":
        _unknown(run, step, outcome.get("failure") or _UNSPECIFIED, now)
    elif outcome["state"] == "succeeded":
        _learn(run, seen)
        _end(run, "succeeded", seen)
        for name in ("warning", "detail"):
            if name in outcome:
                run[name] = outcome[name]
    elif outcome["state"] == "inProgress":
        _go_on(run, step, outcome, seen)
    else:
        _refused(run, step, outcome.get("failure") or _UNSPECIFIED, now, relentless=relentless)


def deadline(run: Run, step: StepOutline) -> datetime:
    """When a step that has begun is given up; whatever asks for more patience than that."""
    given = timedelta(seconds=step["timeoutSeconds"])
    return time_of(run["startedAt"]) + given


def _go_on(run: Run, step: StepOutline, outcome: Outcome, seen: datetime) -> None:
    last = deadline(run, step)
    if seen >= last:
        minutes = step["timeoutSeconds"] / 60
        message = f"Azure is still at work on it after {minutes:.0f} minutes"
        _fail(run, step, _final("OperationTimedOut", message), seen)
        return
    if "legSeconds" in outcome:
        run["legStartedAt"] = seen.isoformat()
        expected = timedelta(seconds=max(outcome["legSeconds"], SHORTEST_LEG))
        run["legEndsAt"] = (seen + expected).isoformat()
    run["state"] = "running"
    run["failure"] = None
    run["lookedAt"] = seen.isoformat()
    run["operationUrl"] = outcome.get("operationUrl") or None
    for passed in ("operationAfter", "resourceAfter", "dueAt", "refusedSince", "unknowns"):
        run.pop(passed, None)  # type: ignore[misc]  # all of them are optional keys
    if wait := outcome.get("operationRetryAfter"):
        run["operationAfter"] = min(seen + timedelta(seconds=wait), last).isoformat()
    if wait := outcome.get("resourceRetryAfter"):
        run["resourceAfter"] = min(seen + timedelta(seconds=wait), last).isoformat()


def _learn(run: Run, seen: datetime) -> None:
    """How far the expectation of a step that has ended was kept; see timing.py."""
    if "legStartedAt" in run:
        began, ends = time_of(run["legStartedAt"]), time_of(run["legEndsAt"])
        since = time_of(run["lookedAt"]) - began
        kept, by_chance = evidence(ends - began, since, seen - began)
        run["evidence"] = {"mayBeKept": kept, "byChance": by_chance}


def _unknown(run: Run, step: StepOutline, failure: Failure, now: datetime) -> None:
    """Nobody knows what the activity did, so do it again: a submit may be repeated."""
    run["unknowns"] = run.get("unknowns", 0) + 1
    if run["unknowns"] > MAX_UNKNOWN:
        message = (
            f"an activity ended without an answer {run['unknowns']} times, "
            f"at last with {failure['message']}"
        )
        _fail(run, step, _final("OutcomeUnknown", message), now)
    elif run["state"] == "waiting":
        run["dueAt"] = (now + DEFAULT_WAIT).isoformat()
    else:
        run["lookedAt"] = now.isoformat()


def _refused(
    run: Run, step: StepOutline, failure: Failure, now: datetime, *, relentless: bool
) -> None:
    since = time_of(run.setdefault("refusedSince", now.isoformat()))
    limit = failure.get("maxAttempts", float("inf"))
    retryable = failure["retryable"]
    if relentless and not retryable:
        retryable, limit = True, RELENTLESS_ATTEMPTS
    if limit < float("inf"):  # contention never counts as a failure
        run["failures"] = run.get("failures", 0) + 1
    patience = failure.get("patienceSeconds", float("inf"))
    waited = (now - since).total_seconds()
    if not retryable or run.get("failures", 0) >= limit or waited >= patience:
        _fail(run, step, failure, now)
        return
    first = timedelta(seconds=failure.get("retryAfterSeconds", DEFAULT_WAIT.total_seconds()))
    backoff = min(max(first, timedelta(seconds=waited / 2)), max(first, LONGEST_WAIT))
    if patience < float("inf"):  # a Retry-After beyond it leaves one last try at its end
        backoff = min(backoff, since + timedelta(seconds=patience) - now)
    run["state"] = "waiting"
    run["failure"] = {**failure, "target": step["key"], "time": now.isoformat()}
    run["dueAt"] = (now + backoff).isoformat()


def _fail(run: Run, step: StepOutline, failure: Failure, now: datetime) -> None:
    _end(run, "failed", now)
    run["failure"] = {**failure, "target": step["key"], "time": now.isoformat()}


def _end(run: Run, state: Literal["succeeded", "failed"], now: datetime) -> None:
    run["state"] = state
    run["settledAt"] = now.isoformat()
    for passed in PASSING:
        run.pop(passed, None)  # type: ignore[misc]  # all of them are optional keys
    if state == "succeeded":
        run["failure"] = None


def _final(code: str, message: str) -> Failure:
    return Failure(code=code, message=message, retryable=False)


def time_of(text: str) -> datetime:
    """A moment that a run holds as text."""
    return datetime.fromisoformat(text)
