"""All that is durable at one moment, which is exactly what a crash right then leaves behind."""

import hashlib
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime

from local.arm_emulator.state.snapshots import Snapshot
from simulations.crashes.tables import Entities

ROWS = (
    "SELECT id, name, status, input, output, custom_status, created, updated FROM instance"
    " ORDER BY id",
    "SELECT instance_id, event FROM history ORDER BY instance_id, seq",
    "SELECT instance_id, visible_at, event FROM inbox ORDER BY instance_id, visible_at, seq",
    "SELECT instance_id, task_id, name, input FROM activity ORDER BY instance_id, task_id",
)
"""What of a task hub outlives its host; leases end with it."""

OPERATION = re.compile(r"-\d{17}")  # the end of its id, made of the time by triggers/starting.py
STAMP = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+")


@dataclass(frozen=True, slots=True)
class Moment:
    """Task hub, Azure, tables and clock, and what the caller knows."""

    what: str  # the change that was the last
    now: datetime
    hub: bytes  # an SQLite file, compressed
    cloud: Snapshot
    tables: Entities
    answers: tuple[str, ...]  # ids of operations that callers have been told

    def digest(self) -> str:
        """Equal for moments from which everything goes on alike."""
        entities = {
            name: [{k: v for k, v in each.items() if k != "Timestamp"} for each in table]
            for name, table in self.tables.items()
        }
        # The record is stamped by the clock of the machine, which decides nothing here.
        records = STAMP.sub("then", json.dumps(entities, default=str))
        text = f"{self.now}{self._hub_text()}{self.cloud}{records}"
        for number, operation in enumerate(sorted(set(OPERATION.findall(text)))):
            text = text.replace(operation, f"-{number}")
        return hashlib.sha256(text.encode()).hexdigest()

    def activities(self) -> set[tuple[str, str, int]]:
        """What has been asked of activities and not been answered: instance, execution, task."""
        with self._opened() as hub:
            return set(hub.execute("SELECT instance_id, execution_id, task_id FROM activity"))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(":memory:")) as hub:
            hub.deserialize(unpacked(self.hub))
            yield hub

    def _hub_text(self) -> str:
        with self._opened() as hub:
            text = str([hub.execute(rows).fetchall() for rows in ROWS])
            for name, execution in hub.execute("SELECT id, execution_id FROM instance"):
                text = text.replace(execution, f"execution of {name}")
        return text


def packed(hub: bytes) -> bytes:
    """The file of a task hub, small enough to keep hundreds of."""
    # Bytes 18 and 19 ask for a write-ahead log, which a file in memory cannot have.
    # https://www.sqlite.org/fileformat2.html#file_format_version_numbers
    return zlib.compress(hub[:18] + b"\x01\x01" + hub[20:], 1)


def unpacked(hub: bytes) -> bytes:
    """The file again."""
    return zlib.decompress(hub)
