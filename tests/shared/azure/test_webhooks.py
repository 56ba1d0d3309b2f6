"""An event goes to its receiver, signed, and nowhere else, whatever the receiver does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
import trustme
from azure.core.messaging import CloudEvent
from standardwebhooks import Webhook

from shared.azure.webhooks import NotDelivered, encoded, post, reachable, signed
from shared.deployment.events import approval_wanted
from tests.receivers import Receiver, receiving, trust

AT = datetime.now(UTC)
EVENT = approval_wanted("orders", "orders-20261128101500123", "deploy", AT.isoformat())
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("trust")
    return trust(authority, folder)


@pytest.fixture
def receiver(authority: trustme.CA) -> Iterator[Receiver]:
    with receiving(authority) as there:
        yield there


def send(receiver: Receiver, trusted: str, seconds: float = 5, *, loopback: bool = True) -> None:
    body, headers = signed(EVENT, KEY, AT)
    post(receiver.url, body, headers, trust=trusted, loopback=loopback, seconds=seconds)


def test_a_receiver_that_knows_the_key_takes_it_for_ours(receiver: Receiver, trusted: str) -> None:
    send(receiver, trusted)
    [(headers, body)] = receiver.came
    assert Webhook(KEY).verify(body, {k.lower(): v for k, v in headers.items()})
    assert headers["Content-Type"].startswith("application/cloudevents+json")


def test_it_is_a_cloud_event_with_the_same_id_at_every_try(
    receiver: Receiver, trusted: str
) -> None:
    send(receiver, trusted)
    send(receiver, trusted)
    ids = {CloudEvent.from_dict(json.loads(body)).id for _, body in receiver.came}
    assert ids == {"orders-20261128101500123-approval"}
    assert {headers["webhook-id"] for headers, _ in receiver.came} == ids


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, trusted: str, status: int) -> None:
    receiver.status, receiver.headers = status, {"Location": receiver.url}
    with pytest.raises(NotDelivered, match="redirects are not followed"):
        send(receiver, trusted)
    assert len(receiver.came) == 1


@pytest.mark.parametrize("status", [400, 410, 429, 500, 503])
def test_a_refusal_is_told_without_the_url(receiver: Receiver, trusted: str, status: int) -> None:
    receiver.status = status
    with pytest.raises(NotDelivered, match=f"localhost .* answered {status}") as told:
        send(receiver, trusted)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("slow", ["hangs", "drips"])
def test_whoever_answers_late_is_not_waited_for(
    receiver: Receiver, trusted: str, slow: str
) -> None:
    receiver.slow = slow  # until it is released
    with pytest.raises(NotDelivered):
        send(receiver, trusted, seconds=0.3)
    assert not receiver.released.is_set()
    assert len(receiver.came) == 1


def test_whoever_shows_another_certificate_is_told_nothing(receiver: Receiver) -> None:
    with pytest.raises(NotDelivered, match="cannot be reached"):
        post(receiver.url, encoded(EVENT), {}, loopback=True)
    assert receiver.came == []


def test_a_name_that_leads_to_this_machine_is_refused(receiver: Receiver, trusted: str) -> None:
    with pytest.raises(NotDelivered, match="not public"):
        send(receiver, trusted, loopback=False)
    assert receiver.came == []


PRIVATE = """10.0.0.4 172.16.0.1 192.168.1.1 100.64.0.1 127.0.0.1 169.254.169.254 168.63.129.16
0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: fe80::1 fd00::1 ff02::1 ::ffff:10.0.0.4
::ffff:169.254.169.254 64:ff9b::a00:4 64:ff9b:1::a00:4 2002:a00:4::1 2001:0:a00:4::1"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_an_address_that_is_not_of_the_internet_is_refused(address: str) -> None:
    assert not reachable(ip_address(address))


@pytest.mark.parametrize("address", ["20.50.2.1", "2603:1030:20e:3::23c"])
def test_an_address_of_the_internet_is_reached(address: str) -> None:
    assert reachable(ip_address(address))
