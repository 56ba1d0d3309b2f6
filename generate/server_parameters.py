"""Write the table of server parameters as real servers show them.

By itself: ``python -m generate.server_parameters``; the servers take seconds to start.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from local.postgres import HOST, Login, Postgres

FILE = Path(__file__).parents[1] / "shared/deployment/specs/checks/server_parameters.json"
MAJORS = ("17", "18")
LOGIN = Login("reader", "Reads-pg-settings-1")
BUILT_WITH = {  # what Azure's servers are built with and these are not (PostgreSQL: Installation)
    "default_toast_compression": ["lz4"],
    "io_method": ["io_uring"],
    "wal_compression": ["lz4", "zstd"],
}
_SHOWN = (
    "select name, vartype, min_val, max_val, enumvals, context, unit"
    " from pg_settings where name !~ '[.]'"
)

Row = tuple[str, str, str | None, str | None, list[str] | None, str, str | None]


def table() -> str:
    """A line for each parameter, with the widest bounds of all versions."""
    found: dict[str, list[Row]] = {}
    for major in MAJORS:
        for row in _shown(major):
            found.setdefault(row[0], []).append(row)
    lines = [f"  {json.dumps(name)}: {json.dumps(_rule(found[name]))}" for name in sorted(found)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _shown(major: str) -> list[Row]:
    with Postgres(LOGIN, major=major, encrypted_only=False) as server:
        address: Mapping[str, Any] = {"host": HOST, "port": server.port, "dbname": "postgres"}
        with psycopg.connect(user=LOGIN.name, password=LOGIN.password, **address) as session:
            rows: list[Any] = session.execute(_SHOWN).fetchall()
            return rows


def _rule(rows: list[Row]) -> dict[str, Any]:
    name, kind, *_, context, unit = rows[-1]
    if context == "internal":
        return {"type": "internal"}
    if len({row[1] for row in rows}) > 1:  # log_connections became a list with 18
        return {"type": "string"}
    if kind == "enum":
        values = {value for row in rows for value in row[4] or []} | {*BUILT_WITH.get(name, [])}
        return {"type": kind, "values": sorted(values)}
    if kind in {"integer", "real"}:
        low = min(_number(row[2]) for row in rows)
        high = max(_number(row[3]) for row in rows)
        return {"type": kind, "low": low, "high": high} | ({"unit": unit} if unit else {})
    return {"type": kind}


def _number(text: str | None) -> float:
    number = float(text or 0)
    return int(number) if number.is_integer() and abs(number) < 2**63 else number


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
