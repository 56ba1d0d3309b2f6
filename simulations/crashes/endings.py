"""How a scenario ended, in what has to be the same with and without a crash.

Times, ids made at random and counts of tries apart, that is everything: Azure, the vault, the
record, what the operation tells, and how its instance ended.
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

MOVING = frozenset(
    {
        # of Azure: what every write moves, and when things were made
        "etag",
        "systemData",
        "resourceGuid",
        "changedTime",
        "createdTime",
        "timeCreated",
        "earliestRestoreDate",
        "vmId",
        "keyData",
        # of records and operations
        "createdAt",
        "startedAt",
        "settledAt",
        "endedAt",
        "checkedAt",
        "lastModified",
        "attempts",
        "requests",
    }
)


def settled(value: Any) -> Any:
    """A value without what moves."""
    if isinstance(value, dict):
        return {k: settled(v) for k, v in value.items() if k not in MOVING}
    return [settled(each) for each in value] if isinstance(value, list) else value


def differences(wanted: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where two endings differ, and how."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in sorted({*wanted, *found}, key=str):
            yield from differences(wanted.get(key), found.get(key), f"{path}[{key}]")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for at, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(one, other, f"{path}[{at}]")
    elif wanted != found:
        yield f"{path}: {_short(wanted)} without, {_short(found)} with the crash"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
