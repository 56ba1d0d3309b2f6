"""Drift tells who: asked of the emulated Resource Graph and Activity Log, with all their gaps."""

import copy
from typing import Any

import pytest

Json = dict[str, Any]


@pytest.fixture
def deployed(simulation: Any, lean: Json) -> Any:
    """A deployment at rest, for an hour."""
    simulation.name = simulation.standing(lean)["name"]
    simulation.advance(hours=1)
    return simulation


def open_database(world: Any, caller: str) -> None:
    group = next(i for i in world.resources() if f"nsg-database-{world.name}" in i)
    rules = copy.deepcopy(world.resources()[group]["properties"]["securityRules"])
    rules[0]["properties"]["sourceAddressPrefix"] = "*"
    world.azure.edit(group, {"properties": {"securityRules": rules}}, caller=caller)


def author(world: Any, key: str) -> Json:
    changes = world.drift(world.name)["changes"]
    found: Json = next(c for c in changes if c["key"] == key)["attribution"]
    return found


def test_an_opened_security_group_is_of_whoever_opened_it(deployed: Any) -> None:
    open_database(deployed, "mallory@corp.example")
    deployed.advance(minutes=20)
    known = author(deployed, "nsg-database")
    assert (known["status"], known["by"]) == ("known", "mallory@corp.example")
    assert known["operation"] == "Microsoft.Network/networkSecurityGroups/write"
    assert {"at", "correlationId"} <= set(known)


def test_what_has_just_been_changed_is_pending_and_told_at_the_next_check(deployed: Any) -> None:
    open_database(deployed, "mallory@corp.example")
    assert author(deployed, "nsg-database")["status"] == "pending"
    deployed.advance(minutes=20)
    assert author(deployed, "nsg-database")["by"] == "mallory@corp.example"


def test_an_author_stays_known_when_azure_has_forgotten(deployed: Any) -> None:
    open_database(deployed, "mallory@corp.example")
    deployed.advance(minutes=20)
    first = author(deployed, "nsg-database")
    deployed.azure.settings({"resource_graph_lag_seconds": 1e9})
    assert author(deployed, "nsg-database") == first


def test_what_azure_never_tells_of_is_unknown(deployed: Any) -> None:
    deployed.azure.settings({"resource_graph_lag_seconds": 1e9})
    open_database(deployed, "mallory@corp.example")
    assert author(deployed, "nsg-database")["status"] == "pending"
    deployed.advance(hours=1)
    assert author(deployed, "nsg-database")["status"] == "unknown"


def test_what_azure_has_forgotten_before_it_was_found_is_too_old(deployed: Any) -> None:
    deployed.host.stop()
    deployed.settings["DRIFT_SCHEDULE"] = "0 0 0 1 1 *"
    deployed.start(jumps=False)
    open_database(deployed, "mallory@corp.example")
    deployed.advance(days=15)
    deployed.host.stop()
    deployed.start()
    assert author(deployed, "nsg-database")["status"] == "pending"
    assert author(deployed, "nsg-database")["status"] == "tooOld"


def test_what_azure_did_by_itself_is_azures(deployed: Any) -> None:
    open_database(deployed, "System")
    deployed.advance(minutes=20)
    assert author(deployed, "nsg-database")["status"] == "azure"


def test_a_deleted_link_is_of_whoever_deleted_it(deployed: Any) -> None:
    links = (i for i in deployed.resources() if "/virtualNetworkLinks/" in i)
    link = next(i for i in links if f"/rg-{deployed.name}/" in i)
    deployed.azure.remove(link, caller="mallory@corp.example")
    deployed.advance(minutes=20)
    assert author(deployed, "private-dns-link")["by"] == "mallory@corp.example"


def test_an_azure_that_remembers_nothing_now_leaves_the_author_pending(deployed: Any) -> None:
    fault = {"method": "POST", "type": "Microsoft.ResourceGraph/resources", "times": 0}
    deployed.azure.fail(**fault, status=503, code="ServiceUnavailable")
    open_database(deployed, "mallory@corp.example")
    deployed.advance(minutes=20)
    assert author(deployed, "nsg-database")["status"] == "pending"


def test_an_untouched_deployment_asks_nobody(deployed: Any) -> None:
    before = len(deployed.azure.calls())
    assert deployed.drift(deployed.name)["status"] == "inSync"
    asked = [c["path"] for c in deployed.azure.calls()[before:]]
    assert not any("ResourceGraph" in path or "eventtypes" in path for path in asked)
