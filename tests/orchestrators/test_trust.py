"""An orchestration is told the id of an operation; nobody who starts one can tell it what to do."""

import json
from typing import Any

import httpx
import pytest

from local.functions_host.engine.history import EventType

Json = dict[str, Any]
LARGEST = 45_000  # bytes of a message; a larger one takes a detour by way of a blob


def craft(world: Any, verb: str, identity: str, told: Json) -> Json:
    """Start an orchestration as whoever holds the key of the durable extension could."""
    url = f"{world.host.url}/runtime/webhooks/durabletask/orchestrators/{verb}/{identity}"
    answer = httpx.post(url, json=told)
    assert answer.status_code == 202, answer.text
    status: Json = world.host.wait_for(identity)
    return status


def test_every_message_of_an_operation_is_small_and_begins_with_its_id(
    simulation: Any, spec: Json
) -> None:
    messages: list[Json] = []
    told = simulation.deploy(spec)
    for event in simulation.host.history(told["id"]):
        if event["EventType"] == EventType.EXECUTION_STARTED:
            assert json.loads(json.loads(event["Input"])) == {"operation": told["id"]}
        messages += [event[part] for part in ("Input", "Result") if event.get(part)]
    assert max(len(message) for message in messages) < LARGEST


@pytest.mark.parametrize("verb", ["deploy", "destroy", "validate"])
def test_an_operation_that_nobody_claimed_does_nothing(
    simulation: Any, lean: Json, verb: str
) -> None:
    lean = simulation.standing(lean)
    writes = len(simulation.writes())
    crafted = {
        "operation": "crafted",
        "deployment": lean["name"],
        "phase": "destroying",
        "runs": {"a": {"state": "running", "operationUrl": "https://attacker.example"}},
        "plan": {"steps": [{"key": "a", "action": "delete", "id": "/subscriptions/s"}]},
    }
    status = craft(simulation, verb, "crafted", crafted)
    assert status["runtimeStatus"] == "Failed"
    assert "OperationUnknown" in status["output"]
    assert len(simulation.writes()) == writes


def test_an_operation_that_has_ended_is_not_done_again(simulation: Any, lean: Json) -> None:
    told = simulation.deploy(lean)
    writes = len(simulation.writes())
    status = craft(simulation, "destroy", "again", {"operation": told["id"]})
    assert status["runtimeStatus"] == "Failed"
    assert "OperationOver" in status["output"]
    assert len(simulation.writes()) == writes
