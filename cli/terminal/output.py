"""What a command prints: its result on stdout, in the form that is asked for.

Progress and errors go to stderr, so that a result can be piped. `--query` is JMESPath, and is
applied before the form, as az does it.
"""

import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from ruamel.yaml import YAML

from cli.errors import Unusable

FORMS = ("table", "json", "jsonc", "yaml", "tsv", "none")
UNBOUNDED = 100_000  # columns of what is no terminal: an id is never wrapped

Show = Callable[[Console, Any], None]


def console(*, stderr: bool = False) -> Console:
    """A console that wraps nothing where nobody sits in front of it."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else UNBOUNDED, highlight=False)


@dataclass(frozen=True)
class Output:
    """How results are shown."""

    form: str = "table"
    query: str | None = None

    def result(self, value: Any, show: Show | None = None) -> None:
        """Print a result; `show` is what a person sees, unless a query made it something else."""
        if self.query:
            value = _queried(value, self.query)
            show = None
        if self.form == "table":
            (show or table)(console(), value)
        elif self.form == "jsonc":
            console().print(Syntax(json.dumps(value, indent=2), "json", background_color="default"))
        elif text := _text(value, self.form):
            print(text)


def _queried(value: Any, query: str) -> Any:
    try:
        return jmespath.search(query, value)
    except JMESPathError as error:
        raise Unusable(f"--query {query}: {' '.join(str(error).split())}") from error


def _text(value: Any, form: str) -> str:
    match form:
        case "json":
            return json.dumps(value, indent=2)
        case "yaml":
            return yaml(value).rstrip("\n")
        case "tsv":
            rows = _rows(value)
            columns = _columns(rows)
            return "\n".join("\t".join(map(_cell, _row(row, columns))) for row in rows)
    return ""


def yaml(value: Any) -> str:
    """A value as YAML 1.2."""
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.width = UNBOUNDED
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    text = io.StringIO()
    writer.dump(value, text)
    return text.getvalue()


def table(shown: Console, value: Any) -> None:
    """Any value as a table: a list by its columns, an object by its members."""
    rows = _rows(value)
    if not rows:
        return
    drawn = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    if isinstance(value, dict):
        for name, member in value.items():
            shown.print(Text(f"{name:18} ", style="bold").append(_cell(member)), soft_wrap=True)
        return
    columns = _columns(rows)
    drawn.show_header = bool(columns)
    for column in columns:
        drawn.add_column(column, no_wrap=True)
    for row in rows:
        drawn.add_row(*(Text(_cell(cell)) for cell in _row(row, columns)))
    shown.print(drawn)


def _rows(value: Any) -> Sequence[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _columns(rows: Sequence[Any]) -> list[str]:
    """The members of all rows, in the order in which they come: one may lack what others have."""
    return list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))


def _row(row: Any, columns: Sequence[str]) -> list[Any]:
    if isinstance(row, dict):
        return [row.get(column) for column in columns]
    return row if isinstance(row, list) else [row]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)
