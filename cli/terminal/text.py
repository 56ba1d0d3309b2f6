"""Words and numbers as people read them.

What the app says may hold square brackets, which rich would take for its own marks: it is always
shown as plain text.
"""

import json
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.errors import Json


def plain(shown: Console, text: str, *, style: str = "") -> None:
    """A line as it is, however long."""
    shown.print(Text(text, style=style), soft_wrap=True)


def word(value: Any) -> str:
    """A value as people write it: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def difference(path: str, before: Any, after: Any) -> str:
    """What becomes of a value: + it is new, - it goes, otherwise from what to what."""
    if before is None:
        return f"+ {path}: {word(after)}"
    if after is None:
        return f"- {path}: {word(before)}"
    return f"  {path}: {word(before)} -> {word(after)}"


def note(shown: Console, head: Text, message: str) -> None:
    """A heading and its message: a paragraph of its own where somebody reads, else one line."""
    if shown.is_terminal:
        shown.print(Text("  ").append(head))
        shown.print(Padding(Text(message), (0, 2, 0, 6)))
    else:
        shown.print(Text("  ").append(head).append(f" {message}"), soft_wrap=True)


def entries(shown: Console, of: Json, indent: str = "  ") -> None:
    """Names and what they stand for, a line each; what holds more of them is set further in."""
    for name, value in of.items():
        if isinstance(value, dict):
            plain(shown, f"{indent}{name}:")
            entries(shown, value, f"{indent}  ")
        else:
            plain(shown, f"{indent}{name}: {word(value)}")


def outputs(shown: Console, of: Json) -> None:
    """What a deployment brought about; the settings of each client are named only."""
    brought = dict(of.get("outputs") or {})
    if clients := brought.pop("clients", None):
        brought["clients"] = f"{', '.join(clients)} (--query outputs.clients -o yaml)"
    entries(shown, brought)


def span(seconds: float) -> str:
    """Seconds as people say them: 25m 00s."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m {rest:02}s" if minutes else f"{rest}s"


def cost(of: Json) -> str:
    """What something costs: 0.00 -> 144.66, or one number where it stays the same."""
    before, after = (
        "unknown" if of[side] is None else f"{of[side]:,.2f}" for side in ("before", "after")
    )
    return after if before == after else f"{before} -> {after}"
