"""All or nothing on the file of a task hub, and nothing any more after a crash.

WAL with synchronous=NORMAL: a killed process loses nothing that was committed. The connection
holds the file exclusively, so two hosts never work on one hub. All calls come from the thread of
the host's event loop; a transaction takes tens of microseconds, less than a thread switch.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local.functions_host.errors import HostKilled
from local.functions_host.store.database import open_database

Value = str | int | None


class Transactions:
    """An open file.

    `boundary` is called around every commit, with a text that names the place; a HostKilled that
    it raises is a crash at that place: nothing later reaches the file.
    """

    def __init__(self, path: Path | None, boundary: Callable[[str], None]) -> None:
        self._boundary = boundary
        self.dead = False
        self._db = open_database(path)

    def close(self) -> None:
        """Close in good order; committed work is in the file."""
        self.dead = True
        self._db.close()

    def contents(self) -> bytes:
        """The file as it is committed; another host can start on these bytes."""
        self.check_alive()
        return self._db.serialize()

    @contextmanager
    def transaction(self, label: str) -> Iterator[None]:
        """Commit what is written inside, or none of it."""
        self.check_alive()
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.reach(f"before commit: {label}")
            self._db.execute("COMMIT")
        except BaseException:
            self.rolled_back()
            if not self.dead:
                self._db.execute("ROLLBACK")
            raise
        self.reach(f"after commit: {label}")

    def rolled_back(self) -> None:
        """Forget what was kept in memory of the transaction."""

    def reach(self, place: str) -> None:
        """Tell the crash hook where we are."""
        try:
            self._boundary(place)
        except HostKilled:
            self.close()
            raise

    def check_alive(self) -> None:
        """Refuse to go on after a crash."""
        if self.dead:
            raise HostKilled

    def execute(self, sql: str, values: Iterable[Value] = ()) -> sqlite3.Cursor:
        """Run one statement; inside a transaction if it writes."""
        self.check_alive()
        return self._db.execute(sql, tuple(values))

    def execute_many(self, sql: str, rows: Iterable[tuple[Value, ...]]) -> None:
        """Run one statement for each of the rows; inside a transaction."""
        self.check_alive()
        self._db.executemany(sql, rows)

    # What belongs to the hub as a whole

    def meta(self, key: str) -> str | None:
        """A value by name."""
        row = self.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value by name."""
        with self.transaction("meta"):
            self.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
