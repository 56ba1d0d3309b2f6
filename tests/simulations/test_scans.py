"""Many deployments are scanned with little that Azure lets be read: each of them, and no 429."""

from collections.abc import Iterator

import pytest

from local.world import World, read_json, world
from shared.azure.clients import azure_clients, credential
from shared.azure.secrets import vaults
from shared.records.records import records
from shared.settings import settings
from simulations.losses import SMALL
from simulations.scans import HOURLY, ROOT, copy_record, scan

CACHES = (settings, credential, azure_clients, records, vaults)


@pytest.fixture
def there() -> Iterator[World]:
    """A world of its own, which the clients of other worlds do not reach."""
    for kept in CACHES:
        kept.cache_clear()
    with world(ROOT, settings=HOURLY) as made:
        yield made.start()
        made.host.stop()
    for kept in CACHES:
        kept.cache_clear()


def test_no_deployment_is_left_out_and_no_read_refused(there: World) -> None:
    spec = read_json(ROOT / "samples" / "recipe.json") | SMALL | {"name": "scanned"}
    assert there.deploy(spec)["status"] == "Succeeded"
    copy_record(there, "scanned", 25)
    found = scan(there, "scanned")
    assert (found.checked, found.throttled) == (25, 0)
    assert found.took.total_seconds() < 25 * 3600 / 1000  # a thousand would take an hour
