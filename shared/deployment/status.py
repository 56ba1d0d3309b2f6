"""What callers are told about a running operation: small, versioned, right at every moment.

The custom status of an instance holds at most 16 KB, so a step is told in a few words here; its
body, changes and warnings are in the operation's record.
"""

from datetime import UTC, datetime, timedelta

from shared.deployment.messages import Failure, Json, Phase, Residue
from shared.deployment.progress import Progress

VERSION = 1
MESSAGE_LIMIT = 400  # characters of a failure in the status; the record has the rest


def status(
    phase: Phase,
    *,
    now: datetime,
    progress: Progress | None = None,
    failure: Failure | None = None,
    canceled: bool = False,
    approve_before: datetime | None = None,
) -> Json:
    """The custom status of an operation that is still running."""
    told: Json = {"version": VERSION, "phase": phase, "status": "Running", "canceled": canceled}
    if failure:
        told["failure"] = short(failure)
    if approve_before:
        told["approveBefore"] = approve_before.isoformat(timespec="seconds")
    if progress:
        chart = progress.chart(now)
        end = now if not chart.end else _moment(chart.makespan)
        told |= {
            "steps": steps_told(progress),
            "criticalPath": chart.critical,
            "expectedEnd": end.isoformat(timespec="seconds"),
        }
    return told


def ended(
    outcome: str,
    *,
    progress: Progress | None,
    failure: Failure | None,
    residue: list[Residue],
) -> Json:
    """The custom status of an operation that has ended: Succeeded, Failed or Canceled."""
    told: Json = {"version": VERSION, "phase": "finished", "status": outcome}
    if failure:
        told["failure"] = short(failure)
    if residue:
        told["residue"] = [{**left, "command": left["command"][:MESSAGE_LIMIT]} for left in residue]
    if progress:
        told["steps"] = steps_told(progress)
    return told


def steps_told(progress: Progress) -> list[Json]:
    """Every step of a walk in a few words."""
    return [_told(progress, key) for key in progress.runs]


def _told(progress: Progress, key: str) -> Json:
    run, step = progress.runs[key], progress.steps[key]
    told: Json = {
        "key": key,
        "action": step["action"],
        "state": run["state"],
        "attempts": run["attempts"],
        "expectedSeconds": round(step["expectedSeconds"]),
    }
    for name in ("startedAt", "settledAt"):
        if name in run:
            told[name] = datetime.fromisoformat(run[name]).isoformat(timespec="seconds")
    if run.get("failure"):
        told["failure"] = short(run["failure"])
    told |= {name: run[name] for name in ("warning", "detail") if name in run}
    return told


def short(failure: Failure | None) -> Json | None:
    """A failure in the words that fit into a status."""
    if failure is None:
        return None
    return {"code": failure["code"], "message": failure["message"][:MESSAGE_LIMIT]}


def _moment(unix_seconds: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=unix_seconds)
