"""Whatever is lost or moved in the middle of a deployment, a destroy finds all that it made."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from local.world import read_json
from shared.azure.clients import azure_clients, credential
from shared.azure.secrets import vaults
from shared.records.records import records
from shared.settings import settings
from simulations.losses import LONG, ROOT, SMALL, Losses


@pytest.fixture
def losses() -> Iterator[Losses]:
    """A world of its own, which the clients of other worlds do not reach."""
    for kept in (settings, credential, azure_clients, records, vaults):
        kept.cache_clear()
    with ExitStack() as stack:
        yield Losses(stack)
    for kept in (settings, credential, azure_clients, records, vaults):
        kept.cache_clear()


@pytest.mark.parametrize(
    "kind", ["orchestration lost", "record lost write", "rename", "restart of the stack"]
)
def test_nothing_is_lost(losses: Losses, kind: str) -> None:
    assert losses.go(3, kind) == ""


def test_an_end_that_cannot_be_recorded_is_tried_until_it_is(
    losses: Losses, tmp_path: Path
) -> None:
    losses.spec = read_json(ROOT / "samples" / "recipe.json") | SMALL
    losses.spec |= {"name": "unended", "resourceGroup": "rg-unended"}
    losses.world.empty()
    ends: list[str] = []

    def shut(place: str) -> None:
        if place.startswith("after commit: episode") and not losses.gate.shut:
            events = losses.world.host._store.histories.of(ends[0]).events if ends else []
            losses.gate.shut = any(event.get("Name") == "record_end" for event in events)

    losses.world.start(state=tmp_path / "hub.db", jumps=False, boundary=shut)
    try:
        ends.append(losses.deploy())
        losses.world.host.advance(LONG)
        tries = [e.get("Name") for e in losses.world.host.history(ends[0])].count("record_end")
        status = losses.world.host.wait_for(ends[0])["runtimeStatus"]
        assert (tries > 5, status) == (True, "Running")
        ends[:], losses.gate.shut, identity = [], False, ends[0]
        losses.world.host.advance(timedelta(hours=1))
        told = losses.world.operation(identity)
        record = losses.world.request("GET", "deployments/unended").json()
        assert (told["status"], record["status"]) == ("Succeeded", "Deployed")
        assert {item["state"] for item in record["inventory"].values()} == {"seen"}
    finally:
        losses.world.host.stop()
