"""Whatever is lost or moved in the middle of a deployment, a destroy finds all that it made."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from shared.azure.clients import azure_clients, credential
from shared.azure.secrets import vaults
from shared.records.records import records
from shared.settings import settings
from simulations.losses import Losses


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
