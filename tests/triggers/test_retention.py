"""What has ended long ago is cleared away by the timer; what runs, and what is there, stays."""

from typing import Any

Json = dict[str, Any]


def test_the_timer_leaves_what_runs_and_what_ended_lately(still: Any, small: Json) -> None:
    identity = still.request("POST", "deployments", json=small).json()["id"]
    still.advance(hours=30)  # it has fired at a quarter past two
    told = still.operation(identity)
    assert told["status"] == "Succeeded"
    assert still.request("GET", f"operations/{identity}/status").status_code == 200
    assert still.request("GET", f"deployments/{small['name']}").json()["status"] == "Deployed"
