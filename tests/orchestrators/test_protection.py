"""What is protected is not deleted, and what is retained outlives its deployment."""

from typing import Any

import pytest

from tests.orchestrators.test_existing_ground import actions

Json = dict[str, Any]
LOCKED = {"locks": ["postgres-server"]}


def locks(simulation: Any) -> list[str]:
    return [i for i in simulation.resources() if "/Microsoft.Authorization/locks/" in i]


def test_a_protected_deployment_is_deleted_only_once_that_is_lifted(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean | {"protect": LOCKED})
    (lock,) = locks(simulation)
    assert "/flexibleServers/" in lock
    before = simulation.resources()
    refused = simulation.destroy(lean["name"])
    assert (refused["status"], {r["code"] for r in refused["refusals"]}) == (
        "Failed",
        {"DeploymentProtected"},
    )
    assert "set protect to false" in refused["failure"]["message"]
    assert simulation.resources() == before
    told = simulation.deploy(lean | {"protect": False})
    assert (told["status"], actions(told)) == ("Succeeded", {"lock-postgres-server": "delete"})
    assert simulation.destroy(lean["name"])["status"] == "Succeeded"


@pytest.mark.parametrize("protect", [True, False])
def test_an_update_of_what_is_protected_deletes_nothing(
    simulation: Any, lean: Json, protect: bool
) -> None:
    lean = simulation.standing(lean | {"protect": True, "jumpBox": {"enabled": True}})
    told = simulation.deploy(lean | {"jumpBox": {"enabled": False}, "protect": protect})
    assert {r["code"] for r in told["refusals"]} == {"DeploymentProtected"}
    assert {r["target"] for r in told["refusals"]} == {"protect"}


def test_a_lock_that_somebody_takes_off_is_drift_and_put_back(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean | {"protect": LOCKED})
    assert simulation.drift(lean["name"])["status"] == "inSync"
    (lock,) = locks(simulation)
    simulation.azure.remove(lock)
    assert [c["key"] for c in simulation.drift(lean["name"])["changes"]] == ["lock-postgres-server"]
    simulation.finish(simulation.request("POST", f"deployments/{lean['name']}/drift/repair"))
    assert locks(simulation) == [lock]


def test_a_failure_after_its_lock_takes_the_server_back_all_the_same(
    simulation: Any, lean: Json
) -> None:
    before = simulation.resources()
    simulation.azure.fail(
        type="*/configurations", method="PATCH", status=400, code="InvalidParameter"
    )
    told = simulation.deploy(lean | {"protect": LOCKED})
    assert (told["status"], told["residue"]) == ("Failed", [])
    assert simulation.resources() == before
    # What was never deployed is not protected, so that nothing of it is left for ever.
    assert simulation.destroy(lean["name"])["status"] == "Succeeded"


def test_what_is_retained_stays_with_all_it_stands_on_and_without_our_marks(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean | {"retain": ["postgres-server"]})
    held = simulation.request("GET", f"deployments/{lean['name']}").json()["inventory"]
    ids = {item["key"]: i for i, item in held.items()}
    told = simulation.destroy(lean["name"], delete_data=False)
    assert told["status"] == "Succeeded", told["failure"]
    stays = {item["key"]: item["reason"] for item in reversed(told["retained"])}
    assert told["retained"][-1]["id"].endswith("-postgres-admin")  # its password stays with it
    assert stays["postgres-server"] == "retained, as the spec says"
    assert stays["virtual-network"] == "what is retained stands on it"
    assert stays["postgres-parameters"] == "is part of what is retained"
    there = simulation.resources()
    assert ids["express-route-gateway"] not in there
    marks = {"managed-by", "hybriddb-deployment", "hybriddb-installation"}
    for key in ("postgres-server", "virtual-network", "private-dns-link", "resource-group"):
        assert not marks & set(there[ids[key]].get("tags") or {}), key
    assert simulation.request("GET", f"deployments/{lean['name']}").json()["status"] == "Destroyed"


def test_what_is_retained_and_no_longer_wanted_stays_in_the_deployment(
    simulation: Any, lean: Json
) -> None:
    wanted = lean | {"jumpBox": {"enabled": True}, "retain": ["jump-box"]}
    wanted = simulation.standing(wanted)
    without = wanted | {"jumpBox": {"enabled": False}}
    told = simulation.deploy(without)
    assert told["status"] == "Succeeded", told["failure"]
    assert {"jump-box", "jump-box-nic"} <= {item["key"] for item in told["retained"]}
    assert any("/virtualMachines/" in i for i in simulation.resources())
    assert simulation.deploy(without | {"retain": []})["status"] == "Succeeded"
    assert not any("/virtualMachines/" in i for i in simulation.resources())


def test_a_name_that_is_of_no_resource_is_refused(simulation: Any, lean: Json) -> None:
    told = simulation.deploy(lean | {"retain": ["postgres"]})
    assert [(r["code"], r["target"]) for r in told["refusals"]] == [("RetainUnknown", "retain")]
