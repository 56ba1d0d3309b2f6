"""No header of an answer makes an operation wait beyond its deadline, or keeps a caller waiting."""

from typing import Any

import pytest

Json = dict[str, Any]

GATEWAY = "Microsoft.Network/virtualNetworkGateways"
SERVER = "Microsoft.DBforPostgreSQL/flexibleServers"


@pytest.mark.parametrize("seconds", [86_400, 1_000_000_000, 0, -5])
def test_a_wait_that_azure_asks_for_ends_with_the_deadline_of_the_step(
    still: Any, lean: Json, seconds: int
) -> None:
    still.azure.fail(method="PUT", type=GATEWAY, retry_after_seconds=seconds)
    identity = still.request("POST", "deployments", json=lean).json()["id"]
    still.advance(hours=4)
    told = still.operation(identity)
    assert told["status"] in {"Succeeded", "Failed"}
    assert told["residue"] == []


@pytest.mark.parametrize("kind", [GATEWAY, SERVER])
@pytest.mark.parametrize("seconds", [86_400, 1_000_000_000])
def test_a_cancel_is_heard_within_150_seconds_whatever_azure_asks_for(
    still: Any, lean: Json, kind: str, seconds: int
) -> None:
    still.azure.fail(method="PUT", type=kind, retry_after_seconds=seconds)
    still.azure.fail(method="POLL", type=kind, times=0, retry_after_seconds=seconds)
    identity = still.request("POST", "deployments", json=lean).json()["id"]
    still.advance(minutes=7)
    still.request("POST", f"operations/{identity}/cancel")
    still.advance(seconds=150)
    told = still.operation(identity)
    assert told["phase"] in {"canceling", "rolling-back"}
    assert told["canceled"] is True
