"""Changes that a look at Azure cannot show are made all the same, or told; never passed over."""

from typing import Any

import pytest

from tests.orchestrators.updating import changed, one, password, update, value

Json = dict[str, Any]


def test_a_tag_that_the_spec_has_dropped_goes_from_every_resource(
    simulation: Any, azure: Any, small: Json
) -> None:
    small = simulation.standing(small)
    theirs = one(azure, "/networkSecurityGroups/nsg-database")["id"]
    azure.edit(theirs, {"tags": {"theirs": "x"}})
    told = update(simulation, small | {"tags": {"owner": "dba"}})
    assert told["status"] == "Succeeded", told["failure"]
    tags = [r["tags"] for r in azure.resources() if "hybriddb-deployment" in r.get("tags", {})]
    assert len(tags) > 5
    assert [r["id"] for r in azure.resources() if "Env" in r.get("tags", {})] == []
    assert one(azure, "/networkSecurityGroups/nsg-database")["tags"]["theirs"] == "x"
    again = update(simulation, small | {"tags": {"owner": "dba"}})
    assert again["unchanged"] == len(again["plan"])


@pytest.mark.parametrize("tags", [{"env": "prod"}, {"Env": "PROD"}])
def test_a_tag_is_written_where_its_value_changes_and_not_where_the_case_of_its_name_does(
    simulation: Any, azure: Any, small: Json, tags: Json
) -> None:
    small = simulation.standing(small)
    told = update(simulation, small | {"tags": tags | {"owner": "dba"}})
    assert told["status"] == "Succeeded", told["failure"]
    found = one(azure, "/networkSecurityGroups/nsg-database")["tags"]
    spelt = {name: text for name, text in found.items() if name.casefold() == "env"}
    assert spelt == ({"Env": "PROD"} if "Env" in tags else {"Env": "prod"})


def test_a_parameter_that_the_spec_has_dropped_goes_back_to_its_default(
    simulation: Any, azure: Any, small: Json
) -> None:
    parameters = {"work_mem": "65536", "max_connections": "300", "log_statement": "ddl"}
    small = changed(small, postgres={"parameters": parameters})
    small = simulation.standing(small)
    told = update(simulation, changed(small, postgres={"parameters": {"work_mem": "65536"}}))
    assert told["status"] == "Succeeded", told["failure"]
    assert value(azure, "work_mem") == "65536"
    assert value(azure, "log_statement") == "none"
    assert value(azure, "max_connections") != "300"
    changes = [change for step in told["plan"] for change in step["changes"]]
    assert {c["path"]: c["certainty"] for c in changes} == {
        "properties.log_statement": "certain",
        "properties.max_connections": "afterRestart",
    }
    told = update(simulation, changed(small, postgres={"parameters": {}}))
    assert (told["status"], value(azure, "work_mem")) == ("Succeeded", "4096")


def test_a_library_that_the_spec_has_dropped_is_no_longer_loaded(
    simulation: Any, azure: Any, small: Json
) -> None:
    both = {"shared_preload_libraries": "pg_stat_statements,pgaudit"}
    small = simulation.standing(changed(small, postgres={"parameters": both}))
    loaded = value(azure, "shared_preload_libraries").split(",")
    assert {"pg_stat_statements", "pgaudit"} <= set(loaded)
    one_of_them = {"shared_preload_libraries": "pg_stat_statements"}
    told = update(simulation, changed(small, postgres={"parameters": one_of_them}))
    assert told["status"] == "Succeeded", told["failure"]
    assert value(azure, "shared_preload_libraries").split(",") == [
        library for library in loaded if library != "pgaudit"
    ]


def test_another_password_is_set_and_its_value_is_nowhere_told(
    simulation: Any, azure: Any, secured: Any
) -> None:
    assert simulation.deploy(secured("first"))["status"] == "Succeeded"
    told = update(simulation, secured("second"))
    assert (told["status"], password(azure)) == ("Succeeded", "Second-Pass-5678")
    assert "Second-Pass" not in str(told)
    (change,) = [change for step in told["plan"] for change in step["changes"]]
    assert change["certainty"] == "byReference"
    writes = len([c for c in azure.calls() if c["method"] == "PATCH"])
    again = update(simulation, secured("second"))
    assert again["unchanged"] == len(again["plan"])
    assert len([c for c in azure.calls() if c["method"] == "PATCH"]) == writes


def test_a_password_in_place_of_a_generated_one_is_set(
    simulation: Any, azure: Any, small: Json, secured: Any
) -> None:
    assert simulation.deploy(small)["status"] == "Succeeded"
    told = update(simulation, secured("first"))
    assert (told["status"], password(azure)) == ("Succeeded", "First-Pass-1234")


def refuse_the_connection(azure: Any) -> None:
    azure.fail(
        method="PUT",
        type="Microsoft.Network/connections",
        nth=1,
        times=0,
        status=400,
        code="InvalidParameter",
        message="no",
    )


def test_a_rollback_sets_the_password_back(simulation: Any, azure: Any, secured: Any) -> None:
    assert simulation.deploy(secured("first"))["status"] == "Succeeded"
    refuse_the_connection(azure)
    told = update(simulation, changed(secured("second"), expressRoute={"routingWeight": 5}))
    assert (told["status"], told["residue"]) == ("Failed", [])
    assert password(azure) == "First-Pass-1234"


@pytest.mark.parametrize("wanted", [32, 64])
def test_storage_that_is_wanted_smaller_than_it_is_stays_and_that_is_told(
    simulation: Any, azure: Any, small: Json, wanted: int
) -> None:
    small = simulation.standing(small)
    told = update(simulation, changed(small, postgres={"storageGiB": wanted}))
    assert told["status"] == "Succeeded", told["failure"]
    (warning,) = [w for w in told["warnings"] if w["code"] == "NeverShrinks"]
    assert f"is 128 and never shrinks: {wanted}" in warning["message"]
    assert one(azure, "/flexibleServers/psql")["properties"]["storage"]["storageSizeGB"] == 128


def test_a_rollback_tells_what_azure_never_takes_back_and_restores_the_rest(
    simulation: Any, azure: Any, small: Json
) -> None:
    small = simulation.standing(small)
    refuse_the_connection(azure)
    larger = {"storageGiB": 512, "backupRetentionDays": 30}
    told = update(simulation, changed(small, postgres=larger, expressRoute={"routingWeight": 5}))
    assert told["status"] == "Failed"
    server = one(azure, "/flexibleServers/psql")["properties"]
    assert (server["storage"]["storageSizeGB"], server["backup"]["backupRetentionDays"]) == (512, 7)
    (left,) = told["residue"]
    assert left["key"] == "postgres-server"
    assert "storageSizeGB stays 512: Azure never takes it back to 128" in left["reason"]


def test_a_rollback_tells_nothing_of_what_was_never_made(
    simulation: Any, azure: Any, small: Json
) -> None:
    small = simulation.standing(small)
    azure.fail(
        method="PATCH",
        type="Microsoft.DBforPostgreSQL/flexibleServers",
        nth=1,
        times=0,
        status=400,
        code="InvalidParameterValue",
        message="no",
    )
    told = update(simulation, changed(small, postgres={"storageGiB": 512}))
    assert (told["status"], told["residue"]) == ("Failed", [])


@pytest.mark.parametrize("version", ["17", "18"])
def test_a_major_upgrade_is_refused_before_any_write_unless_it_is_allowed(
    simulation: Any, azure: Any, small: Json, version: str
) -> None:
    small = changed(small, postgres={"version": "16"})
    small = simulation.standing(small)
    writes = len([c for c in azure.calls() if c["method"] not in {"GET", "HEAD"}])
    told = update(simulation, changed(small, postgres={"version": version}))
    assert (told["status"], told["failure"]["code"]) == ("Failed", "MajorUpgradeNotAllowed")
    assert "no way back" in told["failure"]["message"]
    assert len([c for c in azure.calls() if c["method"] not in {"GET", "HEAD"}]) == writes
    allowed = {"version": version, "allowMajorUpgrade": True}
    told = update(simulation, changed(small, postgres=allowed))
    assert told["status"] == "Succeeded", told["failure"]
    assert one(azure, "/flexibleServers/psql")["properties"]["version"] == version
    down = changed(small, postgres={"version": "16", "allowMajorUpgrade": True})
    told = update(simulation, down)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "ReplacementNeeded")
    assert "delete" not in told["failure"]["message"]


def test_an_upgrade_that_is_rolled_back_stays_and_that_is_told(
    simulation: Any, azure: Any, small: Json
) -> None:
    small = simulation.standing(small)
    refuse_the_connection(azure)
    allowed = {"version": "18", "allowMajorUpgrade": True}
    told = update(simulation, changed(small, postgres=allowed, expressRoute={"routingWeight": 5}))
    assert told["status"] == "Failed"
    assert ["properties.version stays 18" in left["reason"] for left in told["residue"]] == [True]


def recorded(simulation: Any, spec: Json) -> Json:
    found: Json = simulation.request("GET", f"deployments/{spec['name']}").json()["spec"]
    postgres: Json = found["postgres"]
    return postgres


def test_what_a_rollback_could_not_take_back_is_what_the_record_says(
    simulation: Any, azure: Any, small: Json
) -> None:
    small = simulation.standing(small)
    refuse_the_connection(azure)
    larger = {"storageGiB": 512, "backupRetentionDays": 30}
    told = update(simulation, changed(small, postgres=larger, expressRoute={"routingWeight": 5}))
    (restored,) = [s for s in told["steps"] if s["key"] == "postgres-server"]
    assert "stays 512" in restored["detail"], "no restore succeeds without a word"
    found = recorded(simulation, small)
    assert (found["storageGiB"], found["backupRetentionDays"]) == (512, 7)
    assert simulation.drift(small["name"])["changes"] == []


def test_a_version_that_could_not_go_back_is_what_the_record_says(
    simulation: Any, azure: Any, small: Json
) -> None:
    small = simulation.standing(small)
    refuse_the_connection(azure)
    allowed = {"version": "18", "allowMajorUpgrade": True}
    update(simulation, changed(small, postgres=allowed, expressRoute={"routingWeight": 5}))
    assert recorded(simulation, small)["version"] == "18"
    azure.clear_faults()
    told = update(simulation, changed(small, postgres={"version": "18"}))
    assert told["status"] == "Succeeded", told["failure"]


def test_what_was_never_made_is_not_recorded(simulation: Any, azure: Any, small: Json) -> None:
    small = simulation.standing(small)
    azure.fail(method="PATCH", type="*/flexibleServers", nth=1, times=0, status=409, code="Quota")
    told = update(simulation, changed(small, postgres={"storageGiB": 512}))
    assert told["status"] == "Failed"
    assert recorded(simulation, small)["storageGiB"] == 128


@pytest.mark.parametrize("parameter", [("work_mem", "65536"), ("log_statement", "ddl")])
def test_what_was_planned_unread_goes_back_to_what_was_read_at_last(
    simulation: Any, azure: Any, small: Json, parameter: tuple[str, str]
) -> None:
    name, text = parameter
    small = simulation.standing(changed(small, postgres={"parameters": {name: text}}))
    before = value(azure, name)
    server = one(azure, "/flexibleServers/psql")["id"]
    azure.edit(server, {"properties": {"state": "Stopped"}})
    azure.fail(
        method="GET",
        type="*/flexibleServers/configurations",
        times=1,
        status=400,
        code="ServerStoppedError",
    )
    azure.fail(
        method="PUT",
        type="Microsoft.Network/connections",
        operation="Failed",
        fails_after_seconds=1_500,
        code="InvalidParameter",
    )
    other = {"work_mem": "131072", "log_statement": "mod"}[name]
    wanted = changed(small, postgres={"parameters": {name: other}})
    told = update(simulation, changed(wanted, expressRoute={"routingWeight": 5}))
    assert told["status"] == "Failed"
    made = [s for s in told["forwardSteps"] if s["key"] == "postgres-parameters"]
    assert [s["state"] for s in made] == ["succeeded"]
    assert value(azure, name) == before == text
