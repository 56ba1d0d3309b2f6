"""What happens is told to a real receiver, which fails, and holds nobody up."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from azure.core.messaging import CloudEvent
from standardwebhooks import Webhook, WebhookVerificationError

from shared.deployment.events import operation_finished
from shared.records.records import records
from shared.settings import settings
from tests.receivers import Receiver, receiving, trust

Json = dict[str, Any]
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def receiver(authority: trustme.CA) -> Iterator[Receiver]:
    with receiving(authority) as there:
        yield there


@pytest.fixture
def start(
    simulation: Any, authority: trustme.CA, lean: Json, tmp_path: Path
) -> Iterator[Callable[..., Any]]:
    """Starts the app with receivers, and a deployment at rest in a world that stands still."""

    def started(**receivers: str) -> Any:
        simulation.spec = simulation.standing(lean)
        simulation.name = simulation.spec["name"]
        simulation.azure.set_secret("hooks", KEY)
        simulation.host.stop()
        settings.cache_clear()
        bundle = trust(authority, tmp_path, simulation.azure.environment()["REQUESTS_CA_BUNDLE"])
        simulation.settings |= receivers
        simulation.settings |= {"WEBHOOK_LOOPBACK": "true", "REQUESTS_CA_BUNDLE": bundle}
        return simulation.start(jumps=False)

    yield started
    settings.cache_clear()


@pytest.fixture
def telling(start: Callable[..., Any], receiver: Receiver) -> Any:
    return start(WEBHOOKS=receiver.url, WEBHOOK_KEY="hooks")


def test_drift_and_its_repair_are_told_once_taken(telling: Any, receiver: Receiver) -> None:
    receiver.answers = [503, 500]
    open_database(telling)
    check(telling)
    telling.advance(minutes=5)
    [*_, found] = receiver.events("drift.found")
    assert found["data"]["new"] == len(found["data"]["changes"]) == 1
    assert {event["id"] for event in receiver.events()} == {found["id"]}
    assert len(receiver.came) == 3
    telling.request("POST", f"deployments/{telling.name}/drift/repair")
    telling.advance(minutes=30)
    [finished] = receiver.events("operation.finished")
    [_] = receiver.events("drift.gone")
    assert (finished["data"]["kind"], finished["data"]["status"]) == ("repair", "Succeeded")


def test_what_is_sent_is_signed_and_a_cloud_event_without_values(
    telling: Any, receiver: Receiver
) -> None:
    open_database(telling)
    check(telling)
    telling.advance(minutes=5)
    [(headers, body)] = receiver.came
    CloudEvent.from_dict(json.loads(body))
    stamped = {name.lower(): value for name, value in headers.items()}
    with pytest.raises(WebhookVerificationError, match="too old"):  # the world's time is past
        Webhook(KEY).verify(body, stamped)
    assert b"before" not in body
    assert b"after" not in body


def test_a_topic_of_event_grid_is_told_by_the_identity_of_the_app(
    start: Callable[..., Any], receiver: Receiver
) -> None:
    world = start(EVENT_GRID_TOPIC=receiver.url)
    open_database(world)
    check(world)
    world.advance(minutes=5)
    [(headers, body)] = receiver.came
    assert headers["Authorization"].startswith("Bearer ")
    assert CloudEvent.from_dict(json.loads(body)).type == "hybriddb.drift.found"


def test_a_dead_receiver_holds_nobody_up_and_is_shown(telling: Any, receiver: Receiver) -> None:
    receiver.status = 503
    started = telling.request("POST", f"deployments/{telling.name}/validate").json()
    telling.advance(minutes=20)
    assert telling.operation(started["id"])["status"] != "Running"
    assert [parcel["state"] for parcel in undelivered(telling)] == ["pending"]
    telling.advance(hours=25)
    [parcel] = undelivered(telling)
    assert (parcel["state"], parcel["code"]) == ("dead", "NotDelivered")
    assert 10 <= len(receiver.events("operation.finished")) == parcel["tries"] <= 30
    assert len({event["id"] for event in receiver.events("operation.finished")}) == 1
    assert "s3cret" not in json.dumps(parcel)


def test_a_plan_that_waits_for_approval_is_told(telling: Any, receiver: Receiver) -> None:
    spec = telling.spec | {"tags": {"cost-center": "42"}, "approval": {"withinHours": 1}}
    telling.request("PUT", f"deployments/{telling.name}", json=spec)
    telling.advance(minutes=5)
    [wanted] = receiver.events("approval.wanted")
    assert wanted["data"]["kind"] == "deploy"


def test_what_was_not_begun_to_be_sent_is_taken_up_by_the_timer(
    telling: Any, receiver: Receiver
) -> None:
    at = telling.clock.now().isoformat()
    event = operation_finished(telling.name, f"{telling.name}-1", "deploy", "Failed", None, at)
    records().events.post(event, settings().receivers)
    telling.advance(hours=1, minutes=1)
    assert event["id"] in {each["id"] for each in receiver.events()}


def open_database(world: Any) -> None:
    group = next(i for i in world.resources() if f"nsg-database-{world.name}" in i)
    rules = world.resources()[group]["properties"]["securityRules"]
    rules[0]["properties"]["sourceAddressPrefix"] = "*"
    world.azure.edit(group, {"properties": {"securityRules": rules}})


def check(world: Any) -> None:
    world.request("POST", f"deployments/{world.name}/drift")


def undelivered(world: Any) -> list[Json]:
    answer = world.request("GET", f"deployments/{world.name}/undelivered").json()
    found: list[Json] = answer["value"]
    return found
