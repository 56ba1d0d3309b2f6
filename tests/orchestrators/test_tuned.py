"""A server that is tuned, and whose disk does more than its size brings."""

from typing import Any

from tests.orchestrators.test_existing_ground import actions

Json = dict[str, Any]


def disk(simulation: Any) -> Json:
    [server] = [
        body
        for body in simulation.resources().values()
        if body["type"] == "Microsoft.DBforPostgreSQL/flexibleServers"
    ]
    storage: Json = server["properties"]["storage"]
    return storage


def deployed(simulation: Any, spec: Json, **postgres: Any) -> Json:
    told: Json = simulation.deploy(spec | {"postgres": {**spec["postgres"], **postgres}})
    assert told["status"] == "Succeeded", told["failure"]
    return actions(told)


def test_a_tier_comes_goes_and_outlives_a_disk_that_grows(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    assert deployed(simulation, lean, storageTier="P30") == {"postgres-server": "update"}
    assert (disk(simulation)["tier"], disk(simulation)["iops"]) == ("P30", 5000)
    assert deployed(simulation, lean, storageTier="P30") == {}
    assert simulation.drift(lean["name"])["status"] == "inSync"
    deployed(simulation, lean, storageTier="P30", storageGiB=512)
    assert (disk(simulation)["tier"], disk(simulation)["storageSizeGB"]) == ("P30", 512)
    assert deployed(simulation, lean, storageGiB=512) == {"postgres-server": "update"}
    assert disk(simulation)["tier"] == "P20"


def test_a_disk_of_another_kind_is_chosen_once(simulation: Any, lean: Json) -> None:
    v2 = {"iops": 5000, "throughput": 250}
    assert deployed(simulation, lean, provisionedDisk=v2)["postgres-server"] == "create"
    assert disk(simulation)["type"] == "PremiumV2_LRS"
    assert deployed(simulation, lean, provisionedDisk=v2 | {"iops": 8000}) == {
        "postgres-server": "update"
    }
    assert disk(simulation)["iops"] == 8000
    assert simulation.drift(lean["name"])["status"] == "inSync"
    refused = simulation.deploy(lean)["refusals"]
    assert [(r["code"], r["target"]) for r in refused] == [("ReplacementNeeded", "postgres-server")]


def test_tuning_is_set_is_drift_where_it_moves_and_goes_back(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    tuning = {"workload": "olap", "queryStore": "top", "indexTuning": "report"}
    assert deployed(simulation, lean, tuning=tuning) == {"postgres-parameters": "update"}
    assert simulation.drift(lean["name"])["status"] == "inSync"
    assert deployed(simulation, lean, tuning=tuning) == {}
    assert deployed(simulation, lean) == {"postgres-parameters": "update"}
    assert deployed(simulation, lean) == {}
