"""A worker that dies takes an orchestration along; the operation goes on from where it was."""

from typing import Any

import pytest

import orchestrators.walk

Json = dict[str, Any]


def fail(world: Any, patch: pytest.MonkeyPatch) -> None:
    """Let the next episodes raise, as they do where the worker is gone: the instance fails."""
    with patch.context() as broken:
        broken.setattr(orchestrators.walk, "watch", lambda *_: 1 / 0)
        world.advance(minutes=3)


def instance(world: Any, identity: str) -> Any:
    return world.http.get(f"{world.host.url}/runtime/webhooks/durabletask/instances/{identity}")


@pytest.mark.parametrize("path", ["operations/{id}", "operations/{id}/status"])
def test_a_deployment_goes_on_when_somebody_asks(
    still: Any, small: Json, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    identity = still.request("POST", "deployments", json=small).json()["id"]
    fail(still, monkeypatch)
    assert instance(still, identity).json()["runtimeStatus"] == "Failed"
    told = still.request("GET", path.format(id=identity)).json()
    assert told.get("status", told.get("runtimeStatus")) in {"Running", "Pending"}
    assert told.get("output") is None
    still.advance(hours=1)
    assert still.operation(identity)["status"] == "Succeeded"
    written = [call["path"] for call in still.writes() if call["method"] == "PUT"]
    assert len(written) == len(set(written)), "what was written is not written again"


def test_a_deployment_goes_on_though_nobody_asks(
    still: Any, small: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = still.request("POST", "deployments", json=small).json()["id"]
    fail(still, monkeypatch)
    still.advance(hours=3)
    assert instance(still, identity).json()["runtimeStatus"] == "Completed"


def test_a_claim_holds_while_its_orchestration_goes_on(
    still: Any, small: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    still.request("POST", "deployments", json=small)
    fail(still, monkeypatch)
    again = still.request("POST", "deployments", json=small)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "OperationInProgress")


def test_an_orchestration_that_always_fails_is_lost_at_last(
    still: Any, small: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = still.request("POST", "deployments", json=small).json()["id"]
    for _ in range(6):
        fail(still, monkeypatch)
        told = still.operation(identity)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "OperationLost")


def test_what_failed_by_itself_is_not_taken_back(still: Any, small: Json) -> None:
    still.azure.fail(method="PUT", type="*/flexibleServers", status=409, code="QuotaExceeded")
    identity = still.request("POST", "deployments", json=small).json()["id"]
    still.advance(hours=2)
    assert still.operation(identity)["status"] == "Failed"
    before = instance(still, identity).json()
    still.request("GET", f"operations/{identity}/status")
    assert instance(still, identity).json() == before
    assert before["runtimeStatus"] == "Failed"
