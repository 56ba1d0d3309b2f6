"""How an operation is shown: its warnings, its steps with bars and times, how it ended.

What the app says may hold square brackets, which rich would take for its own marks: it is always
shown as plain text.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.client import Json

COLOURS = {
    "succeeded": "green",
    "running": "cyan",
    "waiting": "dim",
    "failed": "red",
    "skipped": "dim",
}


def follow(console: Console, looks: Iterator[Json]) -> Json:
    """Show an operation to its end: a live table on a terminal, lines elsewhere; its last state."""
    told: Json = {}
    looks = _with_plan(console, looks)
    if not console.is_terminal:
        return _lines(console, looks)
    with Live(console=console, refresh_per_second=4, transient=True) as live:
        for told in looks:
            live.update(table(told))
    console.print(table(told))
    return told


def plain(console: Console, text: str, *, style: str = "") -> None:
    """A line as it is, however long."""
    console.print(Text(text, style=style), soft_wrap=True)


def _with_plan(console: Console, looks: Iterator[Json]) -> Iterator[Json]:
    """The same looks; the plan is shown once where somebody has to approve it."""
    shown = False
    for told in looks:
        if told["phase"] == "awaiting-approval" and not shown:
            shown = True
            warnings(console, told)
            plan(console, told)
            plain(console, f"approve it with: python -m cli approve {told['id']} (or reject)")
        yield told


def _lines(console: Console, looks: Iterator[Json]) -> Json:
    """What changes, as it changes: readable in the log of a pipeline."""
    told: Json = {}
    seen: dict[str, str] = {}
    phase = ""
    for told in looks:
        if told["phase"] != phase:
            phase, seen = told["phase"], {} if told["phase"] == "rolling-back" else seen
            plain(console, f"{told['kind']} {told['deployment']}: {phase}{outlook(told)}")
        for step in told.get("steps", []):
            if step["state"] != "waiting" and seen.get(step["key"]) != step["state"]:
                seen[step["key"]] = step["state"]
                plain(console, f"  {step['key']:26} {step['action']:8} {step['state']}")
    console.print(table(told))
    return told


def table(told: Json) -> Table:
    """One operation as a table."""
    title = f"{told['kind']} {told['deployment']}: {told['status']}, {told['phase']}{outlook(told)}"
    shown = Table(title=title, title_justify="left", box=None, padding=(0, 1))
    for column in ("step", "action", "", "time", "expected", "attempts", "state"):
        shown.add_column(column, justify="right" if column in {"time", "expected"} else "left")
    critical = set(told.get("criticalPath", []))
    for step in told.get("steps", []):
        key = Text(step["key"], style="bold" if step["key"] in critical else "")
        took, share = _elapsed(step, told)
        state = Text(step["state"], style=COLOURS[step["state"]])
        note = (step.get("failure") or {}).get("code") or step.get("detail") or step.get("warning")
        if note:
            state.append(f"  {note}", style="dim")
        bar = ProgressBar(total=1.0, completed=share, width=18)
        expected = span(step["expectedSeconds"])
        shown.add_row(key, step["action"], bar, took, expected, str(step["attempts"]), state)
    return shown


def outlook(told: Json) -> str:
    """What a running operation is going to do next, or waits for."""
    if told["status"] != "Running":
        return ""
    if told["phase"] == "awaiting-approval":
        return f", to be approved before {told['approveBefore']}"
    return f", expected to end at {told['expectedEnd']}" if "expectedEnd" in told else ""


def warnings(console: Console, told: Json) -> None:
    """The warnings of a plan: each corrected step of the recipe, and every other caution."""
    for advice in told["warnings"]:
        step = advice.get("recipeStep", "")
        line = Text("  ")
        line.append(advice["code"], style="yellow").append(f" {step} ", style="dim")
        console.print(line.append(advice["message"]))


def plan(console: Console, told: Json) -> None:
    """Each step with what it costs a month, its changes with how sure they are, and the sum."""
    for step in told["plan"]:
        cost = _cost(step["monthlyCost"]) if "monthlyCost" in step else ""
        plain(console, f"  {step['action']:8} {step['key']:26} {cost:>18}  {step['id']}")
        for change in step["changes"]:
            sure = change.get("certainty", "certain")
            line = f"{change['path']}: {change['before']} -> {change['after']} ({sure})"
            plain(console, f"{'':11}{line}")
    if total := told.get("monthlyCost"):
        line = f"  {total['currency']} a month {_cost(total):>43}"
        line += f"  list prices of {total['pricesOf']} in {total['region']}"
        plain(console, line if total["complete"] else f"{line}, without what is unknown")


def residue(console: Console, told: Json) -> None:
    """What is left behind, why, and the command that finishes it, on a line to be copied."""
    for left in told.get("residue", []):
        plain(console, f"left behind {left['id']}", style="red")
        plain(console, f"  {left['reason']}\n  {left['command']}")


def listing(console: Console, records: Iterable[Json]) -> None:
    """Deployments, one a line: name, status, last operation, drift."""
    for record in records:
        drift = (record["drift"] or {}).get("status", "not checked")
        operation = record["operation"]
        line = f"{record['name']:40} {record['status']:10} {operation['kind']:9} {drift}"
        plain(console, line)


def drift_report(console: Console, report: Json) -> None:
    """What has drifted, one change a line."""
    plain(console, f"{report['status']} at {report['checkedAt']}")
    for change in report["changes"]:
        where = change.get("path") or change.get("message") or change["id"]
        line = f"  {change['severity']:5} {change['class']:9} {change['key']:26} {where}"
        if "before" in change:
            line += f": {change['before']} -> {change['after']}"
        plain(console, line)
    if report.get("failure"):
        plain(console, f"{report['failure']['code']}: {report['failure']['message']}", style="red")


def span(seconds: float) -> str:
    """Seconds as people say them: 25m 00s."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m {rest:02}s" if minutes else f"{rest}s"


def _cost(cost: Json) -> str:
    """What something costs: 0.00 -> 144.66, or one number where it stays the same."""
    before, after = (
        "unknown" if cost[side] is None else f"{cost[side]:,.2f}" for side in ("before", "after")
    )
    return after if before == after else f"{before} -> {after}"


def took(told: Json) -> float:
    """Seconds from the first submit of an operation to its last settled step."""
    starts = [datetime.fromisoformat(s["startedAt"]) for s in told["steps"] if "startedAt" in s]
    ends = [datetime.fromisoformat(s["settledAt"]) for s in told["steps"] if "settledAt" in s]
    return (max(ends) - min(starts)).total_seconds() if starts and ends else 0.0


def critical_path(plan: list[Json], seconds: dict[str, float]) -> float:
    """The longest chain of a plan whose steps take `seconds`; what is not there takes none."""
    start: dict[str, float] = {}
    end: dict[str, float] = {}
    for step in plan:  # in dependency order
        after = [end.get(key, 0.0) for key in step["dependsOn"]]
        gates = [start.get(key, 0.0) for key in step.get("startsAfter", [])]
        start[step["key"]] = max([0.0, *after, *gates])
        end[step["key"]] = start[step["key"]] + seconds.get(step["key"], 0.0)
    return max(end.values(), default=0.0)


def _elapsed(step: Json, told: Json) -> tuple[str, float]:
    if "startedAt" not in step:
        return "", 0.0
    started = datetime.fromisoformat(step["startedAt"])
    if "settledAt" in step:
        seconds = (datetime.fromisoformat(step["settledAt"]) - started).total_seconds()
        return span(seconds), 1.0 if step["state"] == "succeeded" else 0.5
    latest = max(
        (
            datetime.fromisoformat(other[name])
            for other in told["steps"]
            for name in ("startedAt", "settledAt")
            if name in other
        ),
        default=started,
    )
    seconds = (latest - started).total_seconds()
    return span(seconds), min(0.95, seconds / max(1.0, step["expectedSeconds"]))
