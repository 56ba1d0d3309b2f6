"""What is told arrives at a real receiver, and a dead one delays nobody."""

import logging
import socket
import threading

import pytest

from shared.azure.redaction import note, secrets_in_use
from shared.settings import Settings
from shared.telemetry import otlp
from shared.telemetry.courier import BATCH, QUEUE, Courier
from shared.telemetry.logs import Telling
from shared.telemetry.measures import INSTRUMENTS, Measure
from shared.telemetry.spans import Span
from tests.otlp import Receiver

PASSWORD = "Corp-Secret-2026"


def courier_to(url: str) -> Courier:
    settings = Settings("s", "https://v", "t", otlp_endpoint=url)
    return Courier([otlp.exporters(settings)], often=100.0)


def span(number: int) -> Span:
    return Span(
        name="create nat-gateway",
        trace="0af7651916cd43dd8448eb211c80319c",
        id=f"{number + 1:016x}",
        parent="b7ad6b7169203331",
        kind="internal",
        began=1_000,
        ended=2_000,
        error="Refused: no",
        attributes={"hybriddb.attempts": 2},
    )


@pytest.fixture(scope="module")
def receiver() -> Receiver:
    """It lives as long as what sends to it: the process."""
    return Receiver().__enter__()


@pytest.fixture(scope="module")
def courier(receiver: Receiver) -> Courier:
    return courier_to(receiver.url)


def test_a_span_arrives_as_it_was_told(courier: Courier, receiver: Receiver) -> None:
    courier.send([span(1)])
    receiver.wait_for(lambda there: bool(there.spans))
    assert receiver.spans == [
        {
            "name": "create nat-gateway",
            "trace": "0af7651916cd43dd8448eb211c80319c",
            "id": f"{2:016x}",
            "parent": "b7ad6b7169203331",
            "kind": 1,
            "began": 1_000,
            "ended": 2_000,
            "failed": True,
            "error": "Refused: no",
            "attributes": {"hybriddb.attempts": 2},
        }
    ]


def test_every_measure_arrives_by_its_name(courier: Courier, receiver: Receiver) -> None:
    courier.measure(Measure(each.name, 2.5, {"hybriddb.kind": "deploy"}) for each in INSTRUMENTS)
    receiver.wait_for(lambda there: len(there.measures) >= len(INSTRUMENTS))
    assert receiver.measures == [
        {"name": each.name, "value": 2.5, "hybriddb.kind": "deploy"} for each in INSTRUMENTS
    ]


def test_what_is_logged_arrives_with_its_fields_and_without_secrets(
    courier: Courier, receiver: Receiver
) -> None:
    log = logging.getLogger("a.module")
    handler = Telling(courier.log)
    log.addHandler(handler)
    with secrets_in_use():
        note(PASSWORD)
        log.warning("%s was refused", PASSWORD, extra={"step": "nat-gateway", "why": PASSWORD})
        try:
            raise ValueError(PASSWORD)
        except ValueError:
            log.exception("it broke")
    log.removeHandler(handler)
    receiver.wait_for(lambda there: len(there.logs) == 2)
    refused, broke = receiver.logs
    assert (refused["body"], refused["severity"]) == ("<secret> was refused", "WARNING")
    assert (refused["hybriddb.step"], refused["hybriddb.why"]) == ("nat-gateway", "<secret>")
    assert broke["exception.type"] == "ValueError"
    assert PASSWORD not in str(receiver.logs)


def test_a_receiver_that_never_answers_delays_nobody_and_fills_no_memory() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        courier = courier_to(f"http://127.0.0.1:{silent.getsockname()[1]}")
        courier.send(span(number) for number in range(QUEUE + 3 * BATCH))
        waiting = courier._spans[0]._batch_processor._queue
        assert len(waiting) == QUEUE, "all that there is room for, and none of it is gone"


def test_what_sends_keeps_no_process_alive(courier: Courier) -> None:
    sending = [thread for thread in threading.enumerate() if "Otel" in thread.name]
    assert sending
    assert all(thread.daemon for thread in sending)
