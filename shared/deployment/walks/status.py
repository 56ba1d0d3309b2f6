"""What callers are told about a running operation: small, versioned, right at every moment.

An instance whose custom status is larger than 16 KB of UTF-16 is ended by the Durable extension, so
a step is told in a few words, and in fewer the more there are; the whole is on record.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from shared.deployment.messages import Failure, Json, Phase, Residue, Run
from shared.deployment.operation import Outline, StepOutline
from shared.deployment.walks.progress import Progress

VERSION = 1
MESSAGE_LIMIT = 400  # characters of a failure in the status; the record has the rest
STATUS_LIMIT = 16_384 // 2  # characters: the extension counts 16 KB of UTF-16
ABOUT = ("target", "time", "correlationId")  # what a failure tells beside code and message
BRIEF = 80  # characters of a text, where there is no room for more


def status(
    phase: Phase,
    *,
    now: datetime,
    progress: Progress | None = None,
    failure: Failure | None = None,
    approve_before: datetime | None = None,
) -> Json:
    """The custom status of an operation that is still running."""
    canceled = progress.canceled if progress else False
    if canceled and phase == "deploying":  # what Azure is at work on cannot be called back
        phase = "canceling"
    shown: Json = {"version": VERSION, "phase": phase, "status": "Running", "canceled": canceled}
    if failure:
        shown["failure"] = short(failure)
    if approve_before:
        shown["approveBefore"] = approve_before.isoformat(timespec="seconds")
    if progress:
        chart = progress.chart(now)
        end = now if not chart.end else _moment(chart.makespan)
        shown |= {
            "steps": briefly(progress.plan, progress.runs),
            "criticalPath": chart.critical,
            "expectedEnd": end.isoformat(timespec="seconds"),
        }
        if phase == "canceling":
            running = (key for key, run in progress.runs.items() if run["state"] == "running")
            shown["waitsFor"] = list(running)
    return fitting(shown)


def ended(
    outcome: str, *, steps: list[Json], failure: Failure | None, residue: list[Residue]
) -> Json:
    """The custom status of an operation that has ended: Succeeded, Failed or Canceled."""
    shown: Json = {"version": VERSION, "phase": "finished", "status": outcome}
    if failure:
        shown["failure"] = short(failure)
    if residue:
        shown["residue"] = [
            {**left, "command": left["command"][:MESSAGE_LIMIT]} for left in residue
        ]
    if steps:
        shown["steps"] = steps
    return fitting(shown)


def briefly(plan: Outline, runs: Mapping[str, Run]) -> list[Json]:
    """Every step of a walk in a few words."""
    return [_brief(step, runs[step["key"]]) for step in plan["steps"] if step["key"] in runs]


def _brief(step: StepOutline, run: Run) -> Json:
    brief: Json = {
        "key": step["key"],
        "action": step["action"],
        "state": run["state"],
        "attempts": run["attempts"],
        "expectedSeconds": round(step["expectedSeconds"]),
    }
    for name in ("startedAt", "settledAt"):
        if name in run:
            brief[name] = datetime.fromisoformat(run[name]).isoformat(timespec="seconds")
    if run.get("failure"):
        brief["failure"] = short(run["failure"])
    brief |= {name: run[name] for name in ("warning", "detail") if name in run}
    return brief


def short(failure: Failure | None) -> Json | None:
    """A failure in the words that fit into a status."""
    if failure is None:
        return None
    told: Json = {"code": failure["code"][:BRIEF], "message": failure["message"][:MESSAGE_LIMIT]}
    told["retryable"] = failure["retryable"]
    return told | {name: str(text)[:BRIEF] for name, text in failure.items() if name in ABOUT}


def fitting(shown: Json) -> Json:
    """As much of a status as an instance can hold: what is on record anyway goes first.

    The briefest holds no list, and of texts the root failure alone, which `short` has bounded: six
    characters for each of its characters, where all have to be escaped, are less than half of it.
    """
    return next(brief for brief in _ever_briefer(shown) if _size(brief) <= STATUS_LIMIT)


def _ever_briefer(shown: Json) -> Iterator[Json]:
    yield shown
    left, steps = shown.get("residue", []), shown.get("steps", [])
    brief = [{"key": r["key"], "id": r["id"], "reason": r["reason"][:BRIEF]} for r in left]
    shown = {**shown, "residue": brief} if left else shown
    yield shown
    plain = [
        {k: v for k, v in step.items() if k not in {"warning", "detail", "expectedSeconds"}}
        | ({"failure": {"code": step["failure"]["code"]}} if "failure" in step else {})
        for step in steps
    ]
    shown = {**shown, "steps": plain} if steps else shown
    yield shown
    if left:
        shown = {**shown, "residue": [{"key": r["key"], "reason": r["reason"]} for r in brief]}
        yield shown
    bare = [{k: s[k] for k in ("key", "action", "state") if k in s} for s in steps]
    shown = {**shown, "steps": bare} if steps else shown
    yield shown
    for kept in (20, 5, 0):  # of more than a plan of ours ever has
        few: Json = {**shown, "leftOut": sum(max(0, len(some) - kept) for some in (steps, left))}
        few |= {name: shown[name][:kept] for name in ("steps", "residue") if name in shown}
        yield {k: v for k, v in few.items() if k != "criticalPath"}


def _size(shown: Json) -> int:
    """Characters of UTF-16 as the extension counts them: it escapes three more than Python does."""
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    escaped = sum(text.count(line_end) for line_end in "\x85\u2028\u2029")
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 + 5 * escaped


def _moment(unix_seconds: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=unix_seconds)
