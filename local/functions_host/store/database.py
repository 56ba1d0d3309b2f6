"""Opens the SQLite file of a task hub, and makes its tables on first use."""

import sqlite3
from importlib import resources
from pathlib import Path

from local.functions_host.errors import StateError

SCHEMA_VERSION = "1"


def open_database(path: Path | None) -> sqlite3.Connection:
    """An exclusive connection in WAL mode; in memory without a path.

    Raises:
        StateError: the file is in use, is no task hub, or is one of another version.
    """
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False, timeout=1
        )
        db.execute("PRAGMA locking_mode=EXCLUSIVE")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("BEGIN EXCLUSIVE")
        db.execute("COMMIT")
        _migrate(db, path)
    except OSError as error:
        raise StateError(f"The folder of the state file {path} cannot be made: {error}.") from error
    except sqlite3.OperationalError as error:
        raise StateError(
            f"The state file {path} cannot be opened: {error}. Is another host using it?"
        ) from error
    except sqlite3.DatabaseError as error:
        raise StateError(f"The state file {path} is no task hub: {error}.") from error
    return db


def _migrate(db: sqlite3.Connection, path: Path | None) -> None:
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    if not tables:
        script = resources.files(__package__).joinpath("schema.sql").read_text()
        db.executescript(f"BEGIN EXCLUSIVE; {script}")
        db.execute("INSERT INTO meta VALUES ('schema', ?)", (SCHEMA_VERSION,))
        db.execute("COMMIT")
        return
    row = None
    if "meta" in tables:
        row = db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    if row is None or row[0] != SCHEMA_VERSION:
        found = row[0] if row else "unknown"
        db.close()
        raise StateError(
            f"The state file {path} has schema version {found}, this host writes version "
            f"{SCHEMA_VERSION}: finish its instances with the other host, or choose a new file."
        )
