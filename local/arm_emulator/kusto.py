"""The little of the Kusto language that Resource Graph queries of a deployment tool need.

``table | where a.b =~ 'x' and c in ('y', 'z') | project a, n = b.c | order by a desc | limit 5``
"""

import re
from collections.abc import Callable
from typing import Any

from local.arm_emulator.messages import ArmError, Json

CONDITION = re.compile(
    r"(?P<path>[\w.\['\]-]+)\s*(?P<operator>=~|==|!=|!~|>=|<=|>|<|!contains|contains|startswith"
    r"|endswith|has|in~|in|!in)\s*(?P<value>.+)",
    re.DOTALL,
)
LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"|datetime\(([^)]*)\)|(-?\d+(?:\.\d+)?)|(true|false)")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


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
            return [row for row in rows if _where(rest, row)]
        case "project":
            return [_project(rest, row) for row in rows]
        case "limit" | "take":
            return rows[: int(rest)]
        case "sort":
            path, _, way = rest.removeprefix("by ").strip().partition(" ")
            last = way.strip().lower() != "asc"  # Kusto sorts downwards unless told
            return sorted(rows, key=lambda row: str(_value(path, row) or ""), reverse=last)
        case "count":
            return [{"Count": len(rows)}]
    raise _refused(f"the operator {name!r}; there are: where, project, limit, order by, count")


def _where(text: str, row: Json) -> bool:
    if _split(text, " or ")[1:] or text.strip()[:1] == "(":
        raise _refused("'or' and brackets in a where: write one condition, or join them by 'and'")
    return all(_condition(each.strip(), row) for each in _split(text, " and "))


def _condition(text: str, row: Json) -> bool:
    found = CONDITION.fullmatch(text)
    if found is None:
        raise _refused(f"the condition {text!r}")
    value = _value(found["path"], row)
    wanted = [_literal(each) for each in LITERAL.finditer(found["value"])]
    if not wanted:
        raise _refused(f"the value {found['value']!r}")
    have, want = str("" if value is None else value), wanted[0]
    low, lows = have.lower(), [each.lower() for each in wanted]
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
    return tests[found["operator"]]()


def _literal(found: re.Match[str]) -> str:
    return next(each for each in found.groups() if each is not None)


def _project(text: str, row: Json) -> Json:
    projected: Json = {}
    for column in _split(text, ","):
        name, _, path = column.strip().partition("=")
        where = (path or name).strip()
        if not re.fullmatch(r"[\w.\['\]-]+", where):
            raise _refused(f"the expression {where!r} in a project")
        projected[name.strip().replace(".", "_")] = _value(where, row)
    return projected


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
    return ArmError(400, "InvalidQuery", f"This emulator does not understand {what}.")
