"""Words and numbers as people read them.

What the app says may hold square brackets, which rich would take for its own marks: it is always
shown as plain text.
"""

from rich.console import Console
from rich.text import Text

from cli.errors import Json


def plain(shown: Console, text: str, *, style: str = "") -> None:
    """A line as it is, however long."""
    shown.print(Text(text, style=style), soft_wrap=True)


def entries(shown: Console, of: Json, indent: str = "  ") -> None:
    """Names and what they stand for, a line each; what holds more of them is set further in."""
    for name, value in of.items():
        if isinstance(value, dict):
            plain(shown, f"{indent}{name}:")
            entries(shown, value, f"{indent}  ")
        else:
            plain(shown, f"{indent}{name}: {value}")


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
