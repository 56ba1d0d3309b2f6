"""What a plan tells before anything is written: cost, certainty, and what it will disturb."""

from typing import Any

import pytest

Json = dict[str, Any]


@pytest.fixture
def what_if(simulation: Any) -> Any:
    """Plans a spec; the operation as told."""

    def plan(spec: Json) -> Json:
        started = simulation.request("POST", f"deployments/{spec['name']}/plan", json=spec)
        told: Json = simulation.finish(started)
        return told

    return plan


def costs(told: Json) -> dict[str, Json]:
    return {step["key"]: step["monthlyCost"] for step in told["plan"] if "monthlyCost" in step}


def codes(told: Json) -> list[tuple[str, str]]:
    return [(advice["code"], advice["target"]) for advice in told["warnings"]]


def test_a_plan_tells_what_each_step_and_all_of_them_cost(what_if: Any, lean: Json) -> None:
    told = what_if(lean)
    assert costs(told) == {
        "private-dns-zone": {"before": 0, "after": 0.5},
        "postgres-server": {"before": 0, "after": 144.66},
        "express-route-gateway": {"before": 0, "after": 263.53},
    }
    assert told["monthlyCost"] == {
        "before": 0,
        "after": 408.69,
        "complete": True,
        "currency": "USD",
        "region": "eastus",
        "pricesOf": "2026-11",
        "source": "https://prices.azure.com/api/retail/prices",
    }
    assert ("MonthlyCost", "deployment") in codes(told)


def test_a_plan_above_the_budget_is_refused_before_the_first_write(
    simulation: Any, lean: Json
) -> None:
    told = simulation.deploy(lean | {"budget": {"monthlyUsd": 400}})
    assert (told["status"], told["failure"]["code"]) == ("Failed", "BudgetExceeded")
    assert "budget.monthlyUsd: about USD 409 a month" in told["failure"]["message"]
    assert simulation.writes() == []


def test_an_update_is_told_with_its_price_its_certainty_and_what_it_disturbs(
    simulation: Any, what_if: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    larger = lean["postgres"] | {"sku": "Standard_D4s_v3"}
    larger["parameters"] = lean["postgres"]["parameters"] | {
        "max_connections": "300",
        "work_mem": "8192",
    }
    changed = lean | {"postgres": larger}
    told = what_if(changed)
    changes = {c["path"]: c["certainty"] for step in told["plan"] for c in step["changes"]}
    assert changes == {
        "sku.name": "certain",
        "properties.max_connections": "afterRestart",
        "properties.work_mem": "certain",
    }
    assert costs(told)["postgres-server"] == {"before": 144.66, "after": 274.6}
    assert (told["monthlyCost"]["before"], told["monthlyCost"]["after"]) == (408.69, 538.63)
    disturbed = [target for code, target in codes(told) if code == "UpdateDisturbs"]
    assert disturbed == ["postgres-server", "postgres-parameters"]
    assert simulation.deploy(changed)["status"] == "Succeeded"
    assert what_if(changed)["monthlyCost"]["before"] == 538.63


def test_what_changes_while_it_is_read_is_unsettled(
    simulation: Any, what_if: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    server = next(i for i in simulation.resources() if "/flexibleServers/" in i)
    simulation.azure.edit(server, {"properties": {"state": "Updating"}})
    told = what_if(lean | {"postgres": lean["postgres"] | {"backupRetentionDays": 14}})
    [change] = [c for step in told["plan"] for c in step["changes"]]
    assert change["path"] == "properties.backup.backupRetentionDays"
    assert change["certainty"] == "unsettled"


def test_a_size_without_a_known_price_leaves_the_sum_incomplete(what_if: Any, lean: Json) -> None:
    told = what_if(lean | {"postgres": lean["postgres"] | {"sku": "Standard_E2ds_v5"}})
    assert costs(told)["postgres-server"] == {"before": 0, "after": None}
    assert told["monthlyCost"]["complete"] is False
    assert told["monthlyCost"]["after"] == 264.03
    assert ("PriceUnknown", "postgres-server") in codes(told)


def test_a_destroy_tells_what_is_saved(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    told = simulation.destroy(lean["name"])
    assert costs(told)["express-route-gateway"] == {"before": 263.53, "after": 0}
    assert (told["monthlyCost"]["before"], told["monthlyCost"]["after"]) == (408.69, 0)
