"""A plan as people decide on it: the sum in one line, then only what changes, what disturbs first.

What stays as it is, and warnings that an earlier plan of the deployment gave already, are folded
into a line each; `everything` unfolds them.
"""

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from cli.errors import Json
from cli.terminal.text import cost, difference, note, plain, span
from cli.terminal.times import critical_path

SIGNS = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "replace": ("-/+", "magenta"),
    "delete": ("-", "red"),
    "no-op": (" ", "dim"),
}
DISTURBS = "UpdateDisturbs"


def plan(
    shown: Console, operation: Json, *, known: Iterable[Json] = (), everything: bool = False
) -> None:
    """Show the plan of an operation; `known` are the warnings that were given before."""
    plain(shown, summary(operation), style="bold")
    steps = operation["plan"]
    disturbing = _disturbing(operation)
    changing = [s for s in steps if everything or s["action"] != "no-op"]
    for step in sorted(changing, key=lambda s: s["key"] not in disturbing):
        _step(shown, step, disturbs=step["key"] in disturbing)
    if unchanged := len(steps) - len(changing):
        plain(shown, f"    {unchanged} unchanged (--all shows them)", style="dim")
    if proof := operation.get("validation"):
        plain(shown, f"    to be proven: {proof['require']} ({proof['why']})", style="dim")
    for refusal in operation.get("refusals", []):
        plain(shown, f"  refused: {refusal['target']}: {refusal['message']}", style="red")
    warnings(shown, operation, known=() if everything else known)


def summary(operation: Json) -> str:
    """How much changes, what it costs, how long it takes, and how much of that interrupts."""
    count = Counter(step["action"] for step in operation["plan"])
    verbs = ("create", "update", "replace", "delete")
    parts = [", ".join(f"{count[verb]} to {verb}" for verb in verbs)]
    if money := _money(operation.get("monthlyCost")):
        parts.append(money)
    seconds = {
        s["key"]: float(s["expectedSeconds"]) for s in operation["plan"] if s["action"] != "no-op"
    }
    interrupted = sum(seconds.get(key, 0.0) for key in _disturbing(operation))
    if seconds:
        length = f"about {span(critical_path(operation['plan'], seconds))}"
        parts.append(
            f"{length}, {span(interrupted)} of it with interruption" * bool(interrupted) or length
        )
    return "; ".join(parts)


def warnings(shown: Console, operation: Json, *, known: Iterable[Json] = ()) -> None:
    """Each warning once, what disturbs first; those known before are folded."""
    before = {_identity(advice) for advice in known if advice["code"] != DISTURBS}
    given = operation.get("warnings", [])
    fresh = [advice for advice in given if _identity(advice) not in before]
    for advice in sorted(fresh, key=lambda a: a["code"] != DISTURBS):
        disturbs = advice["code"] == DISTURBS
        head = Text(advice["code"], style="bold red" if disturbs else "yellow")
        step = advice.get("recipeStep")
        where = f" {advice['target']}:" if disturbs else f" (recipe, {step})" if step else ""
        note(shown, head.append(where, style="not bold dim"), advice["message"])
    if old := len(given) - len(fresh):
        plain(shown, f"  {old} warning(s) as before (--all shows them)", style="dim")


def _step(shown: Console, step: Json, *, disturbs: bool) -> None:
    sign, colour = SIGNS.get(step["action"], (" ", ""))
    line = Text(f"{sign:>3} {step['key']:26} ", style=colour)
    if "monthlyCost" in step:
        line.append(f"{cost(step['monthlyCost']):>18} ")
    line.append("  interrupts" if disturbs else "", style="bold red")
    shown.print(line, soft_wrap=True)
    plain(shown, f"      {step['id']}", style="dim")
    for change in step["changes"]:
        told = difference(change["path"], change["before"], change["after"])
        plain(shown, f"    {told}{_remarks(change)}")


def _remarks(change: Json) -> str:
    """What there is to say of a change: how sure it is, whose it is, whether it can go back."""
    sure = change.get("certainty", "certain")
    remarks = [sure] if sure != "certain" else []
    if change.get("origin", "spec") != "spec":
        remarks.append(f"edited in Azure{f' by {who}' if (who := change.get('by')) else ''}")
    if change.get("oneWay"):
        remarks.append("cannot go back")
    return f" ({', '.join(remarks)})" if remarks else ""


def _disturbing(operation: Json) -> set[str]:
    return {a["target"] for a in operation.get("warnings", []) if a["code"] == DISTURBS}


def _identity(advice: Json) -> tuple[str, str, str]:
    return advice["code"], advice.get("target", ""), advice["message"]


def _money(total: Json | None) -> str:
    if not total or total["before"] is None or total["after"] is None:
        return ""
    unknown = "" if total["complete"] else " and what is unknown"
    return f"{total['after'] - total['before']:+,.2f} {total['currency']}/month{unknown}"
