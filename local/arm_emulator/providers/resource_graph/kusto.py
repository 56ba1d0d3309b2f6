"""The little of the Kusto language that Resource Graph queries of a deployment tool need.

``table | where a.b =~ 'x' and c in ('y', 'z') | project a, n = b.c | order by a desc | limit 5``,
and ``extend t = todatetime(a.b)`` before a ``where t > datetime(...)``: what lies in a bag has no
type of its own.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local.arm_emulator.wire.messages import ArmError, Json

CONDITION = re.compile(
    r"(?P<path>[\w.\['\]-]+)\s*(?P<operator>=~|==|!=|!~|>=|<=|>|<|!contains|contains|startswith"
    r"|endswith|has|in~|in|!in)\s*(?P<value>.+)",
    re.DOTALL,
)
STAGES = "where, extend, project, limit, order by, count"
Test = Callable[[Json], bool]
PATH = re.compile(r"[\w.\['\]-]+")
LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"|datetime\(([^)]*)\)|(-?\d+(?:\.\d+)?)|(true|false)")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
CONVERSION = re.compile(r"(?:(todatetime|tostring)\()?([\w.\['\]-]+)\)?")


def run(query: str, tables: dict[str, Callable[[], list[Json]]]) -> list[Json]:
    """The rows that a query leaves.

    Raises:
        ArmError: 400 `InvalidQuery`, with a sentence about what is not emulated.
    """
    table, *stages = [each.strip() for each in _split(query, "|")]
    if table.lower() not in tables:
        raise _refused(f"the table {table!r}; there are: {', '.join(tables)}")
    rows = tables[table.lower()]()
    for stage in stages:
        name, _, rest = stage.partition(" ")
        if stage.lower().startswith("order by "):
            name, rest = "sort", f"by {stage[9:]}"
        rows = _stage(name.lower(), rest.strip(), rows)
    return rows


def _stage(name: str, rest: str, rows: list[Json]) -> list[Json]:
    match name:
        case "where":
            holds = _read_where(rest)
            return [row for row in rows if all(each(row) for each in holds)]
        case "project":
            columns = _read_columns(rest)
            return [{name: _value(path, row) for name, path in columns} for row in rows]
        case "extend":
            return [row | _converted(rest, row) for row in rows]
        case "limit" | "take":
            return rows[: int(rest)]
        case "sort":
            path, _, way = rest.removeprefix("by ").strip().partition(" ")
            last = way.strip().lower() != "asc"  # Kusto sorts downwards unless told
            return sorted(rows, key=lambda row: str(_value(path, row) or ""), reverse=last)
        case "count":
            return [{"Count": len(rows)}]
    raise _refused(f"the operator {name!r}; there are: {STAGES}")


def _read_where(text: str) -> list[Test]:
    if _split(text, " or ")[1:] or text[:1] == "(":
        raise _refused("'or' and brackets in a where: write one condition, or join them by 'and'")
    return [_read_condition(each.strip()) for each in _split(text, " and ")]


def _read_condition(text: str) -> Test:
    found = CONDITION.fullmatch(text)
    if found is None:
        raise _refused(f"the condition {text!r}")
    wanted = [_literal(each) for each in LITERAL.finditer(found["value"])]
    if not wanted:
        raise _refused(f"the value {found['value']!r}")
    path, operator = found["path"], found["operator"]

    def holds(row: Json) -> bool:
        value = _value(path, row)
        return _compare(operator, str("" if value is None else value), wanted)

    return holds


def _compare(operator: str, have: str, wanted: list[str]) -> bool:
    want, low, lows = wanted[0], have.lower(), [each.lower() for each in wanted]
    tests: dict[str, Callable[[], bool]] = {
        "==": lambda: have == want,
        "!=": lambda: have != want,
        "=~": lambda: low == lows[0],
        "!~": lambda: low != lows[0],
        ">": lambda: have > want,
        "<": lambda: have < want,
        ">=": lambda: have >= want,
        "<=": lambda: have <= want,
        "contains": lambda: lows[0] in low,
        "!contains": lambda: lows[0] not in low,
        "has": lambda: lows[0] in re.split(r"[^0-9a-z-]+", low),
        "startswith": lambda: low.startswith(lows[0]),
        "endswith": lambda: low.endswith(lows[0]),
        "in": lambda: have in wanted,
        "!in": lambda: have not in wanted,
        "in~": lambda: low in lows,
    }
    return tests[operator]()


def _literal(found: re.Match[str]) -> str:
    if found[3] is not None:
        return _moment(found[3])
    return next(each for each in found.groups() if each is not None)


def _converted(text: str, row: Json) -> Json:
    made: Json = {}
    for column in _split(text, ","):
        name, _, expression = (part.strip() for part in column.partition("="))
        found = CONVERSION.fullmatch(expression)
        if found is None:
            raise _refused(f"the expression {expression!r} in an extend")
        value = str(_value(found[2], row) or "")
        made[name] = _moment(value) if found[1] == "todatetime" else value
    return made


def _moment(text: str) -> str:
    """A time in the one form that compares as text."""
    try:
        return (
            datetime.fromisoformat(text.strip("'\" "))
            .astimezone(UTC)
            .isoformat(" ", "microseconds")
        )
    except ValueError:
        return ""  # as Kusto: null


def _read_columns(text: str) -> list[tuple[str, str]]:
    columns = []
    for column in _split(text, ","):
        name, _, path = column.strip().partition("=")
        where = (path or name).strip()
        if not PATH.fullmatch(where):
            raise _refused(f"the expression {where!r} in a project")
        columns.append((name.strip().replace(".", "_"), where))
    return columns


def _value(path: str, row: Json) -> Any:
    node: Any = row
    for part in re.findall(r"[\w-]+", path):
        if not isinstance(node, dict):
            return None
        lowered = {key.lower(): value for key, value in node.items()}
        node = lowered.get(part.lower())
    return node


def _split(text: str, separator: str) -> list[str]:
    """Split, but not inside of quotes."""
    masked = QUOTED.sub(lambda found: "\0" * len(found.group()), text)
    parts, start = [], 0
    for found in re.finditer(re.escape(separator), masked):
        parts.append(text[start : found.start()])
        start = found.end()
    return [*parts, text[start:]]


def _refused(what: str) -> ArmError:
    # Our own: Azure understands more.
    return ArmError(400, "InvalidQuery", f"This emulator does not understand {what}.")
