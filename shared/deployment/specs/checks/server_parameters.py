"""Which server parameters there are and what they take, as PostgreSQL itself says.

A parameter is set when the server is there, half an hour into a deployment: a name misspelt or a
value out of range is told before. The table is what real servers of 17 and 18 show in pg_settings;
Azure allows less of some, which an existing server tells (`allows`). Names with a dot belong to
Azure or to extensions, and are left to the server.
"""

import difflib
import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.deployment.specs.checks.findings import Finding, finding

TRUE, FALSE = {"on", "true", "yes"}, {"off", "false", "no"}
AZURES_OWN = frozenset({"require_secure_transport"})
OF_OLDER_VERSIONS = frozenset(
    # PostgreSQL's release notes of 15, 16 and 17, each under "Migration"
    {"stats_temp_directory", "promote_trigger_file", "force_parallel_mode"}
    | {"vacuum_defer_cleanup_age", "lc_collate", "lc_ctype", "db_user_namespace"}
    | {"old_snapshot_threshold", "trace_recovery_messages", "trace_sort"}
)


@functools.cache
def known() -> Mapping[str, Mapping[str, Any]]:
    """Name -> type, and with it low and high with their unit, or values."""
    table: dict[str, Mapping[str, Any]] = json.loads(
        Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
    )
    return table


def parameter_faults(given: Mapping[str, str]) -> Iterator[Finding]:
    """Parameters that no server has, that nobody sets, or with values that none takes."""
    for name, value in given.items():
        path = f"postgres.parameters.{name}"
        if "." in name or name in AZURES_OWN | OF_OLDER_VERSIONS:
            continue
        if (rule := known().get(name)) is None:
            yield finding("ParameterUnknown", path, _unknown(name))
        elif rule["type"] == "internal":
            message = f"{name} says how the server was built, and nobody sets it: leave it out"
            yield finding("ParameterReadOnly", path, message)
        elif wanted := _missed(rule, value):
            yield finding("ParameterValueInvalid", path, f"{name} takes {wanted}, not {value[:80]}")


def allows(kind: str, allowed: str, value: str) -> bool:
    """Whether an existing server takes a value.

    Args:
        kind: its dataType, such as Integer.
        allowed: its allowedValues, such as 25-5000 or on,off.
        value: what it would be set to.
    """
    if kind in {"Integer", "Numeric"}:
        low, _, high = allowed.rpartition("-")
        return not _missed({"type": "real", "low": _real(low), "high": _real(high)}, value)
    choices = {choice.strip().casefold() for choice in allowed.split(",")}
    if kind == "Set":
        return all(each.strip().casefold() in choices for each in value.split(",") if each.strip())
    if kind in {"Boolean", "Enumeration"}:
        return value.casefold() in choices or bool(choices & _sames(value))
    return True  # a pattern, of no documented dialect


def _missed(rule: Mapping[str, Any], value: str) -> str | None:
    """What should stand there; None where the value is right."""
    kind, text = rule["type"], value.strip().casefold()
    if kind == "bool":
        return None if text in TRUE | FALSE else "on or off"
    if kind == "enum":
        right = text in rule["values"] or bool(_sames(text) & {*rule["values"]})
        return None if right else f"one of {', '.join(rule['values'])}"
    if kind in {"integer", "real"}:
        number = _real(text)
        whole = kind == "real" or text.lstrip("+-").isdecimal()
        if whole and number is not None and rule["low"] <= number <= rule["high"]:
            return None
        unit = f", in units of {rule['unit']}" if "unit" in rule else ""
        what = "a whole number" if kind == "integer" else "a number"
        return f"{what} from {rule['low']} to {rule['high']}{unit}"
    return None


def _sames(value: str) -> set[str]:
    """The other words for the same, where it is a truth value."""
    text = value.strip().casefold()
    return TRUE if text in TRUE else FALSE if text in FALSE else set()


def _real(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, [*known(), *AZURES_OWN], n=1)
    hint = f": do you mean {close[0]}?" if close else ": see the server parameters of the version"
    return f"PostgreSQL has no parameter {name}{hint}"
