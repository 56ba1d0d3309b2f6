"""Faults on request: which calls they strike and what then happens."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from azure.core.exceptions import ServiceResponseError

Refusal = Callable[..., str]
TABLE = {"location": "eastus"}
TABLES = "Microsoft.Network/routeTables"


def test_the_nth_matching_call_fails_with_the_status_and_code_asked_for(
    azure: Any, refusal: Refusal
) -> None:
    azure.emulator.fail(method="PUT", type=TABLES, nth=2, status=503, code="ServiceUnavailable")
    write = azure.network.route_tables.begin_create_or_update
    write("rg", "a", TABLE, polling=False)
    assert refusal(write, "rg", "b", TABLE, polling=False) == "503 ServiceUnavailable"
    write("rg", "c", TABLE, polling=False)
    assert {each["name"] for each in azure.emulator.resources(TABLES)} == {"a", "c"}


def test_a_fault_can_be_meant_for_one_name_and_for_several_calls(
    azure: Any, refusal: Refusal
) -> None:
    azure.emulator.fail(method="put", type="*/ROUTETABLES", name="b*", times=2, status=500)
    write = azure.network.route_tables.begin_create_or_update
    write("rg", "a", TABLE, polling=False)
    for _ in range(2):
        assert refusal(write, "rg", "b", TABLE, polling=False) == "500 InternalServerError"
    write("rg", "b", TABLE, polling=False)


def test_a_fault_without_number_strikes_until_it_is_cleared(azure: Any, refusal: Refusal) -> None:
    azure.emulator.fail(method="GET", type=TABLES, times=0, status=500)
    azure.emulator.put(azure.id("routeTables/a"), TABLE)
    for _ in range(3):
        assert refusal(azure.network.route_tables.get, "rg", "a") == "500 InternalServerError"
    assert azure.emulator.faults()[0]["struck"] == 3
    azure.emulator.clear_faults()
    azure.network.route_tables.get("rg", "a")


def test_a_refusal_can_name_an_absurd_retry_after(azure: Any, web: Any) -> None:
    azure.emulator.fail(method="GET", type=TABLES, status=429, retry_after_seconds=86_400)
    url = azure.emulator.url + azure.id("routeTables/a") + "?api-version=2026-03-01"
    answer = web.get(url)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "86400")


def test_an_ordinary_answer_can_carry_an_absurd_retry_after(azure: Any, web: Any) -> None:
    azure.emulator.fail(method="PUT", type=TABLES, retry_after_seconds=86_400)
    url = azure.emulator.url + azure.id("routeTables/a") + "?api-version=2026-03-01"
    answer = web.put(url, json=TABLE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (201, "86400")


@pytest.mark.parametrize(("when", "there"), [("before", 0), ("after", 1)])
def test_a_connection_is_cut_before_or_after_the_effect(azure: Any, when: str, there: int) -> None:
    azure.emulator.fail(method="PUT", type=TABLES, reset=when)
    with pytest.raises(ServiceResponseError):
        azure.network.route_tables.begin_create_or_update("rg", "a", TABLE, polling=False)
    assert len(azure.emulator.resources(TABLES)) == there


def test_the_sdk_recovers_from_a_lost_response_by_itself(azure: Any) -> None:
    azure.emulator.fail(method="PUT", type=TABLES, reset="after")
    client = azure.client(type(azure.network), retry_total=2)
    made = client.route_tables.begin_create_or_update("rg", "a", TABLE).result()
    assert made.properties.provisioning_state == "Succeeded"
    assert len(azure.emulator.operations()) == 1  # the second PUT has joined the first


def test_a_delay_is_time_of_the_clock(azure: Any) -> None:
    azure.emulator.put(azure.id("routeTables/a"), TABLE)
    azure.emulator.fail(method="GET", type=TABLES, delay_seconds=90)
    before = azure.clock.now()
    azure.network.route_tables.get("rg", "a")
    assert (azure.clock.now() - before).total_seconds() == 90


@pytest.mark.parametrize("status", ["Failed", "Canceled"])
def test_an_accepted_operation_can_end_badly(azure: Any, refusal: Refusal, status: str) -> None:
    azure.emulator.fail(
        method="PUT", type=TABLES, operation=status, code="Boom", fails_after_seconds=2
    )
    write = azure.network.route_tables.begin_create_or_update
    assert refusal(write, "rg", "a", TABLE) == "200 Boom"
    assert azure.emulator.operations()[0]["status"] == status
    assert azure.network.route_tables.get("rg", "a").properties.provisioning_state == "Failed"


def test_a_stuck_operation_stays_updating_until_it_is_released(azure: Any) -> None:
    azure.emulator.fail(method="PUT", type=TABLES, stuck=True)
    azure.network.route_tables.begin_create_or_update("rg", "a", TABLE, polling=False)
    azure.advance(days=1)
    get = azure.network.route_tables.get
    assert get("rg", "a").properties.provisioning_state == "Updating"
    azure.emulator.release(azure.emulator.operations()[0]["id"])
    assert get("rg", "a").properties.provisioning_state == "Succeeded"


def test_a_monitor_can_be_gone_while_the_operation_goes_on(azure: Any, refusal: Refusal) -> None:
    azure.emulator.fail(method="PUT", type=TABLES, monitor_status=404)
    write = azure.network.route_tables.begin_create_or_update
    assert refusal(write, "rg", "a", TABLE) == "404 NotFound"
    azure.advance(minutes=1)
    assert azure.network.route_tables.get("rg", "a").properties.provisioning_state == "Succeeded"


def test_polls_of_a_type_can_fail(azure: Any, refusal: Refusal) -> None:
    azure.emulator.fail(method="POLL", type=TABLES, status=500)
    write = azure.network.route_tables.begin_create_or_update
    assert refusal(write, "rg", "a", TABLE) == "500 InternalServerError"


def test_a_failed_deletion_leaves_the_resource(azure: Any, refusal: Refusal) -> None:
    azure.emulator.put(azure.id("routeTables/a"), TABLE)
    azure.emulator.fail(method="DELETE", type=TABLES, operation="Failed", code="Boom")
    assert refusal(azure.network.route_tables.begin_delete, "rg", "a") == "200 Boom"
    assert azure.network.route_tables.get("rg", "a").properties.provisioning_state == "Failed"


def test_a_fault_is_asked_for_by_http_as_well(azure: Any, refusal: Refusal) -> None:
    base, verify = azure.emulator.url + "/_emulator", str(azure.emulator.ca_file)
    fault: dict[str, Any] = {"method": "GET", "type": TABLES, "status": 500}
    assert requests.post(f"{base}/faults", json=fault, verify=verify, timeout=10).json() == {
        "id": 1
    }
    assert refusal(azure.network.route_tables.get, "rg", "a") == "500 InternalServerError"
    wrong = requests.post(f"{base}/faults", json={"colour": "red"}, verify=verify, timeout=10)
    assert wrong.status_code == 400
    assert "colour" in wrong.json()["error"]["message"]


@pytest.mark.parametrize("fault", [{"times": None}, {"status": "refused"}, {"stuck": "perhaps"}])
def test_a_fault_whose_value_is_of_another_type_is_refused(azure: Any, fault: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(fault))):
        azure.emulator.fail(**fault)
    assert azure.emulator.faults() == []
