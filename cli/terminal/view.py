"""How a running operation is shown: what runs on top, what is finished folded, how it ended.

On a terminal a live picture of at most fifteen rows; elsewhere a line for each change, readable in
the log of a pipeline. All of it goes to stderr: it is not the result.
"""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.errors import Json
from cli.terminal.plan_view import plan
from cli.terminal.text import plain, span
from cli.terminal.times import elapsed, latest

COLOURS = {
    "succeeded": "green",
    "running": "cyan",
    "waiting": "dim",
    "failed": "red",
    "skipped": "dim",
}
PHASES = {"rolling-back": "magenta", "destroying": "red"}
ROWS = 12  # of steps; title, folded line and failure make fifteen


def follow(shown: Console, looks: Iterator[Json]) -> Json:
    """Show an operation to its end; its last state."""
    looks = _with_plan(shown, looks)
    if not shown.is_terminal:
        return _lines(shown, looks)
    operation: Json = {}
    with Live(console=shown, refresh_per_second=4, transient=True) as live:
        for operation in looks:
            live.update(picture(operation, shown.width))
    shown.print(picture(operation, shown.width))
    return operation


def picture(operation: Json, width: int) -> Group:
    """One operation in fifteen rows: what failed, runs and waits; the rest is counted."""
    steps = [*operation.get("steps", []), *operation.get("checks", [])]
    now = latest(operation)
    order = ("failed", "running", "waiting")
    open_steps = [s for state in order for s in steps if s["state"] == state]
    rows = Table(box=None, padding=(0, 1), show_header=False, pad_edge=False)
    critical = set(operation.get("criticalPath", []))
    for step in open_steps[:ROWS]:
        rows.add_row(
            *_row(step, operation, now, critical=step["key"] in critical, wide=width >= 100)
        )
    title = Text(f"{_named(operation)}: {operation['status']}, {operation['phase']}")
    title.stylize(f"bold {PHASES.get(operation['phase'], '')}".strip())
    ahead = outlook(operation)
    fits = len(title) + len(ahead) <= width  # a second line would push the last one off the screen
    parts: list[Text | Table] = [title.append(ahead if fits else "", style="not bold")]
    parts += [rows] if open_steps else []
    done = sum(s["state"] in {"succeeded", "skipped"} for s in steps)
    more = len(open_steps) - ROWS
    folded = f"  {done} of {len(steps)} done" + (f", {more} more to come" if more > 0 else "")
    parts.append(Text(folded if fits else folded + ahead, style="dim"))
    if failure := operation.get("failure"):
        parts.append(
            Text(
                f"  {failure['code']}: {failure['message']}",
                "red",
                overflow="ellipsis",
                no_wrap=True,
            )
        )
    return Group(*parts)


def residue(shown: Console, operation: Json) -> None:
    """What is left behind, why, and the command that finishes it, on a line to be copied."""
    for left in operation.get("residue") or []:
        plain(shown, f"left behind {left['id']}", style="red")
        plain(shown, f"  {left['reason']}\n  {left['command']}")


def outlook(operation: Json) -> str:
    """What a running operation is going to do next, or waits for."""
    if operation["status"] != "Running":
        return ""
    if operation["phase"] == "awaiting-approval":
        return f", to be approved before {operation['approveBefore']}"
    return (
        f", expected to end at {operation['expectedEnd']}" if operation.get("expectedEnd") else ""
    )


def _named(operation: Json) -> str:
    return f"{operation['kind']} {operation['deployment']}"


def _row(
    step: Json, operation: Json, now: datetime, *, critical: bool, wide: bool
) -> list[Text | ProgressBar]:
    """Sign, step, time of expected time, and what there is to say; a bar where there is room."""
    seconds, expected = elapsed(step, now), float(step["expectedSeconds"])
    colour = PHASES.get(operation["phase"]) if step["state"] == "running" else None
    cells: list[Text | ProgressBar] = [
        Text("*" if critical else " ", "bold"),
        Text(step["key"], colour or COLOURS[step["state"]]),
        Text(step["action"], "dim"),
        Text(f"{span(seconds)} of {span(expected)}" if seconds else f"about {span(expected)}"),
    ]
    if wide:
        share = min(0.95, seconds / max(1.0, expected)) if step["state"] == "running" else 0.0
        cells.append(ProgressBar(total=1.0, completed=share, width=18))
    tries = f"try {step['attempts']} " if step.get("attempts", 1) > 1 else ""
    cause = (step.get("failure") or {}).get("code")
    note = cause or step.get("detail") or step.get("warning") or ""
    cells.append(Text(f"{tries}{note}", "dim", overflow="ellipsis", no_wrap=True))
    return cells


def _with_plan(shown: Console, looks: Iterator[Json]) -> Iterator[Json]:
    """The same looks; the plan is shown once where somebody has to approve it."""
    seen = False
    for operation in looks:
        if operation["phase"] == "awaiting-approval" and not seen:
            seen = True
            plan(shown, operation)
            plain(
                shown, f"approve it with: hybriddb deployment approve {operation['id']} (or reject)"
            )
        yield operation


def _lines(shown: Console, looks: Iterator[Json]) -> Json:
    """What changes, as it changes."""
    operation: Json = {}
    seen: dict[str, str] = {}
    phase = ""
    for operation in looks:
        if operation["phase"] != phase:
            phase, seen = operation["phase"], {} if operation["phase"] == "rolling-back" else seen
            plain(shown, f"{_named(operation)}: {phase}{outlook(operation)}")
        for step in [*operation.get("steps", []), *operation.get("checks", [])]:
            if step["state"] != "waiting" and seen.get(step["key"]) != step["state"]:
                seen[step["key"]] = step["state"]
                plain(shown, f"  {step['key']:26} {step['action']:8} {step['state']}")
    return operation
