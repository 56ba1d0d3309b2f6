"""Operations seen from outside: from their start to their end, by way of plan, drift and cancel."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.records.claims import Claim
from shared.records.records import Records

Json = dict[str, Any]


def test_a_deployment_can_be_planned_made_checked_and_is_kept_from_careless_removal(
    simulation: Any, small: Json
) -> None:
    name = small["name"]
    told = simulation.finish(simulation.request("POST", "deployments", json=small))
    assert (told["status"], told["phase"]) == ("Succeeded", "finished"), told
    assert {step["state"] for step in told["steps"]} == {"succeeded"}

    record = simulation.request("GET", f"deployments/{name}").json()
    assert (record["status"], record["lastOperation"]["id"]) == ("Deployed", told["id"])

    writes = len(simulation.writes())
    planned = simulation.finish(simulation.request("POST", f"deployments/{name}/plan"))
    assert planned["unchanged"] == len(planned["plan"])
    assert simulation.drift(name)["status"] == "inSync"
    refused = simulation.request("DELETE", f"deployments/{name}?deleteData=false")
    assert refused.json()["error"]["code"] == "DataDeletionNotConfirmed"
    assert len(simulation.writes()) == writes


def test_a_plan_writes_nothing_to_azure(simulation: Any, small: Json) -> None:
    answer = simulation.request("PUT", f"deployments/{small['name']}?whatIf=true", json=small)
    told = simulation.finish(answer)
    assert told["status"] == "Succeeded"
    assert {step["action"] for step in told["plan"]} == {"create"}
    assert simulation.writes() == []
    for planned in told["plan"]:
        step = simulation.request("GET", f"operations/{told['id']}/steps/{planned['key']}").json()
        assert {name: step[name] for name in ("id", "action")}.items() <= planned.items()
        if planned["key"] == "postgres-server":
            assert set(step["body"]["properties"]["administratorLoginPassword"]) == {"$secret"}
    for key, status, code in [("nothing", 404, "PlanUnknown"), ("No-Key", 400, "InvalidParameter")]:
        answer = simulation.request("GET", f"operations/{told['id']}/steps/{key}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_cancelled_deployment_leaves_nothing_behind(still: Any, small: Json) -> None:
    before = set(still.resources())
    identity = still.request("POST", "deployments", json=small).json()["id"]
    still.advance(minutes=3)
    assert still.operation(identity)["phase"] == "deploying"
    answer = still.request("POST", f"operations/{identity}/cancel")
    assert (answer.status_code, answer.json()["cancelRequested"]) == (202, True)
    still.advance(hours=3)
    told = still.operation(identity)
    assert (told["status"], told["failure"]["code"]) == ("Canceled", "Canceled"), told
    assert set(still.resources()) == before


def test_cancelling_what_has_ended_changes_nothing(simulation: Any, small: Json) -> None:
    planned = simulation.finish(
        simulation.request("PUT", f"deployments/{small['name']}?whatIf=true", json=small)
    )
    answer = simulation.request("POST", f"operations/{planned['id']}/cancel")
    assert (answer.status_code, answer.json()["cancelRequested"]) == (200, False)


def test_while_an_operation_runs_drift_is_not_checked(still: Any, small: Json) -> None:
    identity = still.request("POST", "deployments", json=small).json()["id"]
    answer = still.request("POST", f"deployments/{small['name']}/drift")
    assert answer.status_code == 409
    assert answer.json()["error"]["target"] == identity


def test_a_validation_cannot_be_cancelled(still: Any, small: Json, kept: Records) -> None:
    name = small["name"]
    claim = Claim(
        deployment=name,
        operation_id=f"{name}-0",
        kind="validate",
        now=datetime.now(UTC),
        spec=small,
    )
    kept.claim(claim, fate=lambda _: "missing", grace=timedelta())
    answer = still.request("POST", f"operations/{name}-0/cancel")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "NotCancelable")


def test_a_plan_leaves_the_recorded_spec_as_it_was(simulation: Any, small: Json) -> None:
    path = f"deployments/{small['name']}"
    simulation.finish(simulation.request("PUT", path, json=small))
    before = simulation.request("GET", path).json()
    other = small | {"tags": {"another": "tag"}}
    simulation.finish(simulation.request("PUT", f"{path}?whatIf=true", json=other))
    after = simulation.request("GET", path).json()
    assert (after["spec"], after["generation"]) == (before["spec"], before["generation"])


def test_a_plan_of_something_new_leaves_no_deployment(simulation: Any, small: Json) -> None:
    path = f"deployments/{small['name']}"
    simulation.finish(simulation.request("PUT", f"{path}?whatIf=true", json=small))
    assert simulation.request("GET", path).status_code == 404


def test_the_instance_is_shown_as_durable_functions_shows_it(still: Any, small: Json) -> None:
    started = still.request("POST", "deployments", json=small).json()
    monitor = started["statusQueryGetUri"].split("/api/")[1]
    still.advance(minutes=1)
    running = still.request("GET", monitor)
    assert running.status_code == 202
    assert running.headers["Location"].endswith(monitor)
    assert int(running.headers["Retry-After"]) > 0
    body = running.json()
    assert (body["instanceId"], body["runtimeStatus"]) == (started["id"], "Running")
    assert body["customStatus"]["phase"] == "deploying"
    still.advance(hours=3)
    ended = still.request("GET", monitor)
    assert (ended.status_code, ended.json()["runtimeStatus"]) == (200, "Completed")
    assert ended.json()["output"]["status"] == "Succeeded"


def test_no_answer_carries_a_durable_management_url(still: Any, small: Json) -> None:
    started = still.request("POST", "deployments", json=small)
    shown = still.request("GET", f"operations/{started.json()['id']}")
    assert "webhooks" not in started.text + shown.text


def durable(world: Any, identity: str, what: str) -> None:
    """Pause an orchestration, or let it go on, behind the back of the app."""
    instance = f"{world.host.url}/runtime/webhooks/durabletask/instances/{identity}"
    assert world.http.post(f"{instance}/{what}?reason=x").status_code == 202
    world.advance(seconds=1)


@pytest.mark.parametrize(
    ("minutes", "phase", "changes"),
    [
        (3, "deploying", {}),
        (3, "awaiting-approval", {"approval": {"withinHours": 4}}),
        (40, "finished", {}),
    ],
)
def test_an_operation_whose_instance_is_suspended_says_so_and_goes_on_later(
    still: Any, small: Json, minutes: float, phase: str, changes: Json
) -> None:
    identity = still.request("POST", "deployments", json=small | changes).json()["id"]
    still.advance(minutes=min(minutes, 3))
    durable(still, identity, "suspend")
    told = still.operation(identity)
    assert (told["status"], told["phase"]) == ("Running", "suspended")
    assert still.request("GET", f"operations/{identity}/status").json()["runtimeStatus"] == (
        "Suspended"
    )
    assert still.request("PUT", f"deployments/{small['name']}", json=small).status_code == 409
    durable(still, identity, "resume")
    still.advance(minutes=minutes)
    assert still.operation(identity)["phase"] == phase
