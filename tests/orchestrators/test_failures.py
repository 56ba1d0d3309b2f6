"""A failure says what, where, when, under which id at Azure, and whether to try again."""

from typing import Any

import pytest

from tests.orchestrators.updating import changed, update

Json = dict[str, Any]
ALL = {"code", "message", "target", "time", "correlationId", "retryable"}


def last(azure: Any, method: str, kind: str) -> str:
    """The id by which Azure knows the last such request."""
    found = [c for c in azure.cloud.calls if c.method == method and kind in c.request.path]
    correlation: str = found[-1].correlation
    return correlation


def refuse(azure: Any, kind: str, **how: Any) -> None:
    azure.fail(
        **{"method": "PUT", "type": f"*/{kind}", "times": 0, "status": 400}
        | {"code": "InvalidParameter", "message": "no"}
        | how
    )


def test_the_failure_of_a_step_carries_the_id_by_which_azure_knows_it(
    simulation: Any, azure: Any, lean: Json
) -> None:
    refuse(azure, "routeTables")
    told = simulation.deploy(lean)
    failure = told["failure"]
    assert set(failure) >= ALL
    assert (failure["code"], failure["target"]) == ("InvalidParameter", "route-table")
    assert failure["correlationId"] == last(azure, "PUT", "/routeTables/")
    (step,) = [s for s in told["forwardSteps"] if s["state"] == "failed"]
    assert failure["time"][:19] == step["settledAt"][:19]
    assert set(step["failure"]) == ALL
    told = simulation.request("GET", f"operations/{told['id']}/status").json()["customStatus"]
    assert {k: failure[k] for k in ALL} == told["failure"]


def test_a_failure_that_may_pass_says_so(simulation: Any, azure: Any, lean: Json) -> None:
    refuse(azure, "routeTables", status=500, code="InternalServerError")
    assert simulation.deploy(lean)["failure"]["retryable"] is True


def test_a_failure_that_stays_says_so(simulation: Any, azure: Any, lean: Json) -> None:
    refuse(azure, "routeTables", status=409, code="QuotaExceeded")
    assert simulation.deploy(lean)["failure"]["retryable"] is False


def refused(simulation: Any, lean: Json) -> Json:
    spec = changed(lean, budget={"monthlyUsd": 1})
    told: Json = simulation.finish(simulation.request("POST", "deployments", json=spec))
    return told


def canceled(simulation: Any, lean: Json) -> Json:
    spec = changed(lean, approval={"withinHours": 4})
    identity = simulation.request("POST", "deployments", json=spec).json()["id"]
    simulation.request("POST", f"operations/{identity}/cancel")
    simulation.host.wait_for(identity, 60)
    told: Json = simulation.operation(identity)
    return told


def locked(simulation: Any, lean: Json) -> Json:
    assert simulation.deploy(lean)["status"] == "Succeeded"
    simulation.azure.fail(
        method="DELETE", type="*/routeTables", times=0, status=409, code="ScopeLocked"
    )
    told: Json = simulation.destroy(lean["name"])
    return told


@pytest.mark.parametrize(
    ("way", "target"),
    [(refused, "budget.monthlyUsd"), (canceled, None), (locked, "route-table")],
    ids=["refused", "canceled", "locked"],
)
def test_every_failure_says_what_it_is_about_and_when(
    simulation: Any, lean: Json, way: Any, target: str | None
) -> None:
    told = way(simulation, lean)
    assert set(told["failure"]) >= ALL
    assert told["failure"]["target"] == (target or lean["name"])
    assert told["failure"]["time"] <= told["endedAt"]
    history = simulation.request("GET", f"operations?deployment={lean['name']}").json()["value"]
    assert history[0]["failure"] == told["failure"]


def record(simulation: Any, lean: Json) -> Json:
    found: Json = simulation.request("GET", f"deployments/{lean['name']}").json()
    return found


def test_the_cost_of_a_deployment_is_that_of_what_exists(
    simulation: Any, azure: Any, lean: Json
) -> None:
    refuse(azure, "connections", times=1)
    told = simulation.deploy(lean)
    assert (told["status"], told["monthlyCost"]["after"]) == ("Failed", 0)
    assert record(simulation, lean)["monthlyCost"]["amount"] == 0
    told = simulation.deploy(lean)
    cost = record(simulation, lean)["monthlyCost"]
    assert cost["amount"] == told["monthlyCost"]["after"] > 300
    assert (cost["currency"], cost["complete"]) == ("USD", True)
    larger = changed(lean, postgres={"storageGiB": 256})
    refuse(azure, "connections", times=1)
    told = update(simulation, changed(larger, expressRoute={"routingWeight": 5}))
    assert told["status"] == "Failed"
    assert record(simulation, lean)["monthlyCost"]["amount"] > cost["amount"], "storage stays"
    assert simulation.destroy(lean["name"])["monthlyCost"]["after"] == 0
    assert record(simulation, lean)["monthlyCost"]["amount"] == 0


def test_what_could_not_be_deleted_goes_on_costing(simulation: Any, azure: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    azure.fail(
        method="DELETE", type="*/virtualNetworkGateways", times=0, status=409, code="ScopeLocked"
    )
    told = simulation.destroy(lean["name"])
    assert (told["status"], told["monthlyCost"]["after"]) == ("Failed", 263.53)
    assert record(simulation, lean)["monthlyCost"]["amount"] == 263.53


def test_a_plan_tells_what_it_would_cost_and_changes_no_cost(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    before = record(simulation, lean)["monthlyCost"]
    larger = changed(lean, postgres={"storageGiB": 256})
    told = simulation.finish(
        simulation.request("PUT", f"deployments/{lean['name']}?whatIf=true", json=larger)
    )
    assert told["monthlyCost"]["after"] > before["amount"]
    assert record(simulation, lean)["monthlyCost"] == before


def test_outputs_are_gone_with_what_they_tell_of_though_a_destroy_failed(
    simulation: Any, azure: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    azure.fail(method="DELETE", type="*/routeTables", times=0, status=409, code="ScopeLocked")
    assert simulation.destroy(lean["name"])["status"] == "Failed"
    assert record(simulation, lean)["outputs"] == {}
