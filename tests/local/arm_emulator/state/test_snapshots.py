"""Going back: everything is as it was, with what is under way, and can be gone back to again."""

from typing import Any

import pytest
import requests

from local.arm_emulator import ArmEmulator
from local.arm_emulator.state.snapshots import go_back, take_snapshot
from local.clock import VirtualClock

TABLES = "Microsoft.Network/routeTables"
TABLE = {"location": "eastus"}


def write(azure: Any, name: str) -> None:
    azure.network.route_tables.begin_create_or_update("rg", name, TABLE, polling=False)


def states(azure: Any) -> dict[str, str]:
    found = azure.emulator.resources(TABLES)
    return {each["name"]: each["properties"]["provisioningState"] for each in found}


def test_what_happened_since_is_gone_as_often_as_one_goes_back(azure: Any) -> None:
    write(azure, "a")
    snapshot = take_snapshot(azure.emulator.cloud)
    for _ in range(2):
        write(azure, "b")
        azure.emulator.edit(azure.id("routeTables/a"), {"tags": {"changed": "since"}})
        go_back(azure.emulator.cloud, snapshot)
        [table] = azure.emulator.resources(TABLES)
        assert (table["name"], table.get("tags")) == ("a", None)


def test_an_operation_that_ran_then_runs_again_and_ends_in_its_time(azure: Any) -> None:
    write(azure, "a")
    snapshot = take_snapshot(azure.emulator.cloud)
    azure.emulator.release(azure.emulator.operations()[0]["id"])
    assert states(azure) == {"a": "Succeeded"}
    go_back(azure.emulator.cloud, snapshot)
    assert states(azure) == {"a": "Updating"}
    azure.advance(minutes=5)
    assert states(azure) == {"a": "Succeeded"}


def test_a_fault_strikes_as_often_as_it_had_still_to_strike(azure: Any, refusal: Any) -> None:
    azure.emulator.fail(method="PUT", type=TABLES, status=503, code="ServiceUnavailable")
    snapshot = take_snapshot(azure.emulator.cloud)
    put = azure.network.route_tables.begin_create_or_update
    for _ in range(2):
        assert refusal(put, "rg", "a", TABLE, polling=False) == "503 ServiceUnavailable"
        put("rg", "a", TABLE, polling=False)
        go_back(azure.emulator.cloud, snapshot)


def test_the_text_of_a_snapshot_tells_a_change_and_not_a_question(azure: Any) -> None:
    write(azure, "a")
    text = str(take_snapshot(azure.emulator.cloud))
    azure.network.route_tables.get("rg", "a")
    assert str(take_snapshot(azure.emulator.cloud)) == text
    azure.emulator.edit(azure.id("routeTables/a"), {"tags": {"one": "more"}})
    assert str(take_snapshot(azure.emulator.cloud)) != text


def test_a_write_is_told_before_its_answer_leaves_and_a_read_is_not(clock: VirtualClock) -> None:
    told: list[tuple[str, int]] = []

    def boundary(write: str) -> None:
        told.append((write, len(emulator.resources())))

    with ArmEmulator(clock=clock, boundary=boundary) as emulator, requests.Session() as web:
        web.trust_env, web.verify = False, str(emulator.ca_file)
        token, _ = emulator.cloud.identity.mint("https://management.azure.com")
        web.headers["Authorization"] = f"Bearer {token}"
        subscription = emulator.cloud.settings.subscription_id
        path = f"/subscriptions/{subscription}/resourcegroups/rg"
        url = f"{emulator.url}{path}?api-version=2025-04-01"
        emulator.fail(method="PUT", reset="after")
        with pytest.raises(requests.ConnectionError):
            web.put(url, json=TABLE)
        assert web.get(url).status_code == 200
    assert told == [(f"PUT {path}", 1)]
