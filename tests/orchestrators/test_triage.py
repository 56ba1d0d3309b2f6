"""A scan reads what may have moved: what Azure tells of, and what it never tells of."""

from collections.abc import Iterator
from typing import Any

import pytest

Json = dict[str, Any]


@pytest.fixture
def watched(simulation: Any, spec: Json) -> Any:
    """The recipe at rest, read as a whole by a scan within the hour."""
    spec = simulation.standing(spec)
    simulation.name, simulation.group = spec["name"], spec["resourceGroup"]
    scan(simulation)
    return simulation


def test_an_unchanged_deployment_costs_a_fifth_of_a_read_a_resource(watched: Any) -> None:
    before = len(watched.azure.calls())
    report = scan(watched)
    reads = [c for c in watched.azure.calls()[before:] if c["method"] == "GET"]
    assert (report["status"], report["changes"]) == ("inSync", [])
    assert report["readAt"] < report["checkedAt"]
    inventory = watched.request("GET", f"deployments/{watched.name}").json()["inventory"]
    assert len(reads) <= 0.2 * len(inventory)


def test_everything_is_read_once_a_day_whatever_azure_tells(watched: Any) -> None:
    reports = [scan(watched) for _ in range(24)]
    assert ["readAt" in report for report in reports].count(False) == 1


def test_an_azure_that_tells_no_changes_has_everything_read(watched: Any) -> None:
    watched.azure.fail(method="POST", type="Microsoft.ResourceGraph/resources", times=0, status=503)
    assert "readAt" not in scan(watched)


def test_what_is_told_late_is_found_by_the_next_scan(watched: Any) -> None:
    watched.azure.settings({"resource_graph_lag_seconds": 1500})
    group = one(watched, "/networkSecurityGroups/nsg-database")
    watched.advance(minutes=(50 - watched.clock.now().minute) % 60)
    watched.azure.edit(group, {"properties": {"securityRules": []}})
    scans = [scan(watched), scan(watched)]
    assert [bool(report["changes"]) for report in scans] == [False, True]


def test_whatever_moves_is_found_by_a_scan(watched: Any) -> None:
    known: set[str] = set()
    for kind, move in MOVES.items():
        move(watched)
        found = {f"{c['id']} {c.get('path')}" for c in scan(watched)["changes"]}
        assert found - known, kind
        known |= found
        watched.advance(hours=2)  # whose it is, is known by then as far as it ever will be
        assert "readAt" in scan(watched), kind


def own_record(world: Any) -> None:
    """The record of the server led elsewhere."""
    record = one(world, "/privateDnsZones/", "/A/")
    world.azure.edit(record, {"properties": {"aRecords": [{"ipv4Address": "10.9.9.9"}]}})


def parameter(world: Any) -> None:
    server = one(world, "/flexibleServers/psql")
    off = {"properties": {"value": "off", "source": "user-override"}}
    world.azure.put(f"{server}/configurations/require_secure_transport", off)


def lock(world: Any) -> None:
    group = one(world, f"/resourceGroups/{world.group}").split("/providers")[0]
    lock = f"{group}/providers/Microsoft.Authorization/locks/keep"
    world.azure.put(lock, {"properties": {"level": "CanNotDelete"}})


def rule(world: Any) -> None:
    group = one(world, "/networkSecurityGroups/nsg-database")
    world.azure.edit(group, {"properties": {"securityRules": []}})


def stranger(world: Any) -> None:
    group = one(world, f"/resourceGroups/{world.group}").split("/providers")[0]
    table = f"{group}/providers/Microsoft.Network/routeTables/not-ours"
    world.azure.put(table, {"location": "eastus", "properties": {}})
    world.azure.edit(table, {"tags": {"by": "mallory"}})


MOVES = {"record": own_record, "parameter": parameter, "lock": lock, "rule": rule}
MOVES |= {"stranger": stranger}


def scan(world: Any) -> Json:
    """Let the timer scan; the report."""
    world.advance(hours=1)
    report: Json = world.request("GET", f"deployments/{world.name}/drift").json()["drift"]
    return report


def one(world: Any, *parts: str) -> str:
    found = (i for i in world.resources() if all(p.casefold() in i.casefold() for p in parts))
    mine: Iterator[str] = (i for i in found if f"/{world.group}" in i)
    return min(mine, key=len)
