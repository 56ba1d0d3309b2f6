"""Which files a host works on, and which it refuses (case 54)."""

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from local.functions_host.errors import StateError
from local.functions_host.store.tables import Store

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench


def flow(context: Any) -> None:
    """Something to load."""


def test_a_hub_in_use_is_refused(bench: "Bench") -> None:
    bench.start(flow)
    with pytest.raises(StateError, match="Is another host using it"):
        Store(bench.state, lambda place: None)


@pytest.mark.case(54)
def test_a_hub_of_another_version_is_refused(bench: "Bench") -> None:
    bench.start(flow)
    bench.host.stop()
    with sqlite3.connect(bench.state) as db:
        db.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")
    db.close()
    with pytest.raises(StateError, match="has schema version 0, this host writes version 1"):
        bench.start()


def test_a_file_that_is_no_hub_is_refused(bench: "Bench") -> None:
    bench.state.parent.mkdir()
    bench.state.write_text("not a database, but long enough to be read as one " * 20)
    with pytest.raises(StateError, match="is no task hub"):
        bench.start(flow)


def test_a_place_that_cannot_hold_a_hub_is_refused(bench: "Bench") -> None:
    bench.state = bench.folder / "file" / "taskhub.db"
    (bench.folder / "file").write_text("no folder")
    with pytest.raises(StateError, match="cannot be made"):
        bench.start(flow)
