"""A status is the deployment's, whatever its last operation was; a plan is read-only."""

from typing import Any

Json = dict[str, Any]


def read(world: Any, name: str) -> Any:
    return world.request("GET", f"deployments/{name}")


def health(world: Any, name: str) -> tuple[str, str, str]:
    record = read(world, name).json()
    last = record["lastOperation"]
    return record["status"], last["kind"], last["status"]


def put(world: Any, spec: Json, **headers: str) -> Any:
    return world.request("PUT", f"deployments/{spec['name']}", json=spec, headers=headers)


def what_if(world: Any, spec: Json) -> Json:
    path = f"deployments/{spec['name']}/plan"
    told: Json = world.finish(world.request("POST", path, json=spec))
    return told


def retagged(spec: Json) -> Json:
    return spec | {"tags": spec["tags"] | {"another": "tag"}}


def test_the_status_follows_the_deployment_through_its_life(still: Any, lean: Json) -> None:
    name = lean["name"]
    put(still, lean)
    assert health(still, name)[0] == "NotDeployed"
    still.advance(minutes=2)
    assert health(still, name) == ("Deploying", "deploy", "Running")
    still.advance(hours=2)
    assert health(still, name) == ("Deployed", "deploy", "Succeeded")
    still.request("DELETE", f"deployments/{name}?deleteData=true")
    still.advance(minutes=1)
    assert health(still, name) == ("Destroying", "destroy", "Running")
    still.advance(hours=2)
    assert health(still, name) == ("Destroyed", "destroy", "Succeeded")


def test_a_destroyed_deployment_can_be_made_anew(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    simulation.destroy(lean["name"])
    assert simulation.request("POST", f"deployments/{lean['name']}/validate").status_code == 404
    told = simulation.finish(put(simulation, lean, **{"If-None-Match": "*"}))
    assert told["status"] == "Succeeded", told["failure"]
    assert health(simulation, lean["name"])[0] == "Deployed"


def test_a_refused_update_leaves_a_healthy_deployment_healthy(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    told = simulation.finish(put(simulation, lean | {"budget": {"monthlyUsd": 1}}))
    assert told["status"] == "Succeeded", "nothing gets dearer"
    grown = lean | {"budget": {"monthlyUsd": 1}, "postgres": {"sku": "Standard_D8ds_v5"}}
    told = simulation.finish(put(simulation, grown))
    assert (told["status"], told["failure"]["code"]) == ("Failed", "BudgetExceeded")
    assert health(simulation, lean["name"]) == ("Deployed", "deploy", "Failed")


def test_an_update_that_was_rolled_back_leaves_what_was_there(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    simulation.azure.fail(
        method="PUT", type="*/networkSecurityGroups", times=0, status=400, code="InvalidParameter"
    )
    changed = lean | {"onPremises": {"prefixes": ["10.99.0.0/16"]}}
    assert simulation.finish(put(simulation, changed))["status"] == "Failed"
    assert health(simulation, lean["name"]) == ("Deployed", "deploy", "Failed")


def test_a_first_deployment_that_failed_is_told_as_failed(simulation: Any, lean: Json) -> None:
    simulation.azure.fail(method="PUT", type="*/routeTables", status=400, code="InvalidParameter")
    simulation.deploy(lean)
    assert health(simulation, lean["name"])[0] == "DeployFailed"


def test_drift_shows_in_the_status_until_it_is_put_right(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    links = (i for i in simulation.resources() if "/virtualNetworkLinks/" in i)
    link = next(i for i in links if f"/{lean['resourceGroup']}/" in i)
    simulation.azure.remove(link)
    simulation.drift(lean["name"])
    assert health(simulation, lean["name"])[0] == "Drifted"
    simulation.finish(simulation.request("POST", f"deployments/{lean['name']}/drift/repair"))
    assert health(simulation, lean["name"])[0] == "Deployed"


def test_a_what_if_changes_nothing_of_the_deployment(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    before = read(simulation, lean["name"])
    for spec in (retagged(lean), lean | {"postgres": {"serverName": "another-one-1"}}):
        assert what_if(simulation, spec)["kind"] == "plan"
    after = read(simulation, lean["name"])
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])


def test_a_what_if_runs_beside_another_operation(still: Any, lean: Json) -> None:
    deploy = put(still, lean).json()["id"]
    still.advance(minutes=3)
    planned = still.request("POST", f"deployments/{lean['name']}/plan", json=lean)
    still.advance(minutes=1)
    assert still.operation(planned.json()["id"])["status"] == "Succeeded"
    assert still.operation(deploy)["status"] == "Running"


def test_a_plan_named_by_its_etag_is_walked(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    planned = what_if(simulation, retagged(lean))
    etag = simulation.request("GET", f"operations/{planned['id']}").headers["ETag"]
    told = simulation.finish(put(simulation, retagged(lean), **{"If-Match": etag}))
    assert told["status"] == "Succeeded", told["failure"]
    changed = [[s["id"], s["changes"]] for s in told["plan"]]
    assert changed == [[s["id"], s["changes"]] for s in planned["plan"]]


def test_a_plan_is_walked_once_and_for_its_own_spec_only(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    planned = what_if(simulation, retagged(lean))
    etag = {"If-Match": f'"plan:{planned["id"]}"'}
    assert put(simulation, lean, **etag).status_code == 412
    assert simulation.finish(put(simulation, retagged(lean), **etag))["status"] == "Succeeded"
    assert put(simulation, retagged(lean), **etag).status_code == 412
    assert put(simulation, lean, **{"If-Match": '"plan:nobody"'}).status_code == 412


def test_a_plan_that_azure_has_overtaken_is_not_walked(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    planned = what_if(simulation, retagged(lean))
    table = next(i for i in simulation.resources() if "/routeTables/" in i)
    simulation.azure.edit(table, {"tags": {"environment": "of somebody"}})
    writes = len(simulation.writes())
    told = simulation.finish(
        put(simulation, retagged(lean), **{"If-Match": f'"plan:{planned["id"]}"'})
    )
    assert (told["status"], told["failure"]["code"]) == ("Failed", "PlanStale")
    assert len(simulation.writes()) == writes


def test_the_history_tells_every_operation_the_latest_first(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    name = lean["name"]
    what_if(simulation, lean)
    simulation.azure.fail(method="PUT", type="*/routeTables", status=400, code="InvalidParameter")
    simulation.finish(put(simulation, retagged(lean)))
    simulation.destroy(name)
    page = simulation.request("GET", f"operations?deployment={name}&top=3").json()
    more = simulation.request("GET", page["nextLink"].split("/api/")[1]).json()
    told = page["value"] + more["value"]
    assert [(o["kind"], o["status"]) for o in told] == [
        ("destroy", "Succeeded"),
        ("deploy", "Failed"),
        ("plan", "Succeeded"),
        ("deploy", "Succeeded"),
    ]
    assert told[1]["failure"]["code"] == "InvalidParameter"
    assert all(o["startedAt"] and o["endedAt"] and o["deployment"] == name for o in told)


def test_the_forward_steps_stay_beside_those_that_undo_them(simulation: Any, lean: Json) -> None:
    simulation.azure.fail(method="PUT", type="*/flexibleServers", status=409, code="QuotaExceeded")
    told = simulation.deploy(lean)
    forward = {step["key"]: step for step in told["forwardSteps"]}
    assert forward["postgres-server"]["state"] == "failed"
    assert forward["virtual-network"]["action"] == "create"
    assert {step["action"] for step in told["steps"]} == {"delete"}


def test_outputs_are_told_of_what_exists_only(simulation: Any, lean: Json) -> None:
    assert what_if(simulation, lean)["outputs"] == {}
    simulation.azure.fail(method="PUT", type="*/routeTables", status=400, code="InvalidParameter")
    assert simulation.deploy(lean)["outputs"] == {}
    assert "serverFqdn" in simulation.deploy(lean)["outputs"]
