"""The password of the server: where it is, how it is changed, and what becomes of it."""

from typing import Any

import pytest

from tests.orchestrators.updating import changed, password, update

Json = dict[str, Any]


def rotate(world: Any, name: str) -> Json:
    answer = world.request("POST", f"deployments/{name}/rotate-password")
    told: Json = world.finish(answer)
    return told


def kept(azure: Any, name: str) -> str | None:
    """The newest value in the vault."""
    value: str | None = azure.cloud.keyvault.value(name)
    return value


def generated(spec: Json) -> str:
    return f"{spec['name']}-postgres-admin"


def refuse_a_password(azure: Any) -> None:
    azure.fail(
        method="PATCH",
        type="*/flexibleServers",
        times=1,
        status=400,
        code="InvalidParameter",
        message="no",
    )


def test_outputs_say_where_a_generated_password_is(
    simulation: Any, azure: Any, small: Json
) -> None:
    outputs = simulation.deploy(small)["outputs"]
    assert outputs["passwordSecret"] == generated(small)
    assert kept(azure, outputs["passwordSecret"]) == password(azure)


def test_outputs_say_where_a_given_password_is(simulation: Any, azure: Any, secured: Any) -> None:
    outputs = simulation.deploy(secured("first"))["outputs"]
    assert outputs["passwordSecret"] == f"{azure.url}/secrets/first"


def test_a_generated_password_is_generated_anew(simulation: Any, azure: Any, small: Json) -> None:
    small = simulation.standing(small)
    first = password(azure)
    told = rotate(simulation, small["name"])
    assert (told["kind"], told["status"]) == ("rotate", "Succeeded"), told["failure"]
    assert password(azure) not in {first, ""}
    assert kept(azure, generated(small)) == password(azure)
    assert [(s["key"], s["action"]) for s in told["plan"]] == [("postgres-server", "update")]
    assert password(azure) not in str(told)
    again = update(simulation, small)
    assert again["unchanged"] == len(again["plan"])
    rotate(simulation, small["name"])
    assert kept(azure, generated(small)) == password(azure) != first


def test_a_rotation_changes_neither_health_nor_spec(simulation: Any, small: Json) -> None:
    small = simulation.standing(small)
    before = simulation.request("GET", f"deployments/{small['name']}").json()
    rotate(simulation, small["name"])
    after = simulation.request("GET", f"deployments/{small['name']}").json()
    for name in ("status", "spec", "generation", "outputs", "inventory"):
        assert after[name] == before[name]
    assert after["lastOperation"]["kind"] == "rotate"


def test_a_rotation_that_fails_leaves_the_password_of_before(
    simulation: Any, azure: Any, small: Json
) -> None:
    small = simulation.standing(small)
    first = password(azure)
    refuse_a_password(azure)
    told = rotate(simulation, small["name"])
    assert (told["status"], told["residue"]) == ("Failed", [])
    assert password(azure) == kept(azure, generated(small)) == first
    assert rotate(simulation, small["name"])["status"] == "Succeeded"
    assert kept(azure, generated(small)) == password(azure) != first


def test_a_given_password_is_set_anew_from_its_newest_version(
    simulation: Any, azure: Any, secured: Any
) -> None:
    spec = simulation.standing(secured("first"))
    azure.set_secret("first", "Another-Pass-1234")
    told = rotate(simulation, spec["name"])
    assert (told["status"], password(azure)) == ("Succeeded", "Another-Pass-1234")
    again = update(simulation, spec)
    assert again["unchanged"] == len(again["plan"])


def test_a_given_password_without_a_newer_version_is_not_set_anew(
    simulation: Any, azure: Any, secured: Any
) -> None:
    spec = simulation.standing(secured("first"))
    writes = len(simulation.writes())
    told = rotate(simulation, spec["name"])
    assert (told["status"], told["failure"]["code"]) == ("Failed", "NothingToRotate")
    assert "store a new one first" in told["failure"]["message"]
    assert len(simulation.writes()) == writes


def test_where_there_is_no_server_there_is_no_password_to_rotate(
    simulation: Any, lean: Json
) -> None:
    unknown = simulation.request("POST", f"deployments/{lean['name']}/rotate-password")
    assert unknown.status_code == 404
    simulation.azure.fail(method="PUT", type="*/flexibleServers", status=409, code="QuotaExceeded")
    simulation.deploy(lean)
    told = rotate(simulation, lean["name"])
    assert (told["status"], told["failure"]["code"]) == ("Failed", "NothingToRotate")


def test_a_new_version_of_a_given_password_shows_as_a_change_and_is_applied(
    simulation: Any, azure: Any, secured: Any
) -> None:
    spec = simulation.standing(secured("first"))
    azure.set_secret("first", "Another-Pass-1234")
    told = update(simulation, spec)
    assert (told["status"], password(azure)) == ("Succeeded", "Another-Pass-1234")
    (change,) = [change for step in told["plan"] for change in step["changes"]]
    assert change["path"] == "properties.administratorLoginPassword"
    assert change["before"] != change["after"]
    assert change["certainty"] == "byReference"
    assert "Another-Pass" not in str(told)


def test_a_generated_password_that_a_person_replaced_shows_as_a_change_and_is_applied(
    simulation: Any, azure: Any, small: Json
) -> None:
    small = simulation.standing(small)
    azure.set_secret(generated(small), "By-Hand-1234-5678")
    told = update(simulation, small)
    assert (told["status"], password(azure)) == ("Succeeded", "By-Hand-1234-5678")
    assert [s["action"] for s in told["plan"] if s["changes"]] == ["update"]


def test_a_rollback_sets_the_version_of_before(simulation: Any, azure: Any, secured: Any) -> None:
    simulation.deploy(secured("first"))
    azure.set_secret("first", "Another-Pass-1234")
    azure.fail(
        method="PUT",
        type="Microsoft.Network/connections",
        times=0,
        status=400,
        code="InvalidParameter",
        message="no",
    )
    told = update(simulation, changed(secured("first"), expressRoute={"routingWeight": 5}))
    assert (told["status"], told["residue"]) == ("Failed", [])
    assert password(azure) == "First-Pass-1234"


def test_a_generated_password_goes_with_its_deployment_and_comes_back_with_the_next(
    simulation: Any, azure: Any, small: Json
) -> None:
    small = simulation.standing(small)
    first = password(azure)
    told = simulation.destroy(small["name"])
    assert (told["status"], told["retained"]) == ("Succeeded", [])
    assert kept(azure, generated(small)) is None
    told = simulation.deploy(small)
    assert told["status"] == "Succeeded", told["failure"]
    assert ("SecretRecovered", "postgres.adminPassword") in {
        (w["code"], w["target"]) for w in told["warnings"]
    }
    assert kept(azure, generated(small)) == password(azure) == first


@pytest.mark.parametrize("by", ["a person", "a vault that refuses"])
def test_a_secret_that_stays_is_told_with_the_reason(
    simulation: Any, azure: Any, small: Json, by: str
) -> None:
    small = simulation.standing(small)
    if by == "a person":
        azure.set_secret(generated(small), "By-Hand-1234-5678")
    else:
        azure.fail(
            method="DELETE",
            type="Microsoft.KeyVault/vaults/secrets",
            times=0,
            status=403,
            code="Forbidden",
        )
    told = simulation.destroy(small["name"])
    assert told["status"] == "Succeeded"
    (stays,) = told["retained"]
    assert stays["id"] == f"{azure.url}/secrets/{generated(small)}"
    assert ("somebody else" if by == "a person" else "could not be deleted") in stays["reason"]
    assert kept(azure, generated(small))


def test_a_password_that_was_given_stays_where_it_is(
    simulation: Any, azure: Any, secured: Any
) -> None:
    spec = simulation.standing(secured("first"))
    assert simulation.destroy(spec["name"])["status"] == "Succeeded"
    assert kept(azure, "first") == "First-Pass-1234"


def test_a_first_deployment_that_fails_leaves_no_secret(
    simulation: Any, azure: Any, lean: Json
) -> None:
    azure.fail(method="PUT", type="*/connections", status=400, code="InvalidParameter")
    told = simulation.deploy(lean)
    assert (told["status"], told["residue"]) == ("Failed", [])
    assert kept(azure, generated(lean)) is None


def test_a_name_that_a_deleted_secret_still_has_is_refused_beforehand(
    simulation: Any, azure: Any, lean: Json
) -> None:
    azure.set_secret(generated(lean), "Theirs-1234-5678")
    azure.cloud.keyvault.deleted |= azure.cloud.keyvault.secrets
    azure.cloud.keyvault.secrets.clear()
    told = simulation.deploy(lean)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "SecretDeleted")
    assert "recover or purge" in told["failure"]["message"]
    assert simulation.writes() == []
