"""The sum of a plan, what is said of it, and the budget."""

from typing import Any

import pytest

from shared.deployment.cost import about_cost, estimate, over_budget
from shared.deployment.messages import PriceList
from shared.deployment.specs.parsing import parse_spec
from shared.deployment.specs.spec import DeploymentSpec
from tests.shared.resources.conftest import sample

PRICES: PriceList = {"currency": "USD", "region": "eastus", "pricesOf": "2026-11", "source": "s"}


def step(key: str, before: float | None, after: float | None) -> Any:
    return {"key": key, "monthlyCost": {"before": before, "after": after}}


def spec(limit: float) -> DeploymentSpec:
    return sample("recipe", budget={"monthlyUsd": limit})


FREE: Any = {"key": "virtual-network"}


def test_the_sum_is_of_all_steps_that_cost_something() -> None:
    total = estimate([step("a", 0, 10.25), FREE, step("b", 5, 2), step("c", 7, 0)], PRICES)
    assert total == {**PRICES, "before": 12, "after": 12.25, "complete": True}


@pytest.mark.parametrize(("before", "after"), [(None, 5), (5, None), (0, None)])
def test_a_sum_without_one_of_its_prices_is_not_complete(before: Any, after: Any) -> None:
    total = estimate([step("a", 0, 10), step("b", before, after)], PRICES)
    assert total["complete"] is False
    assert total["after"] == 10 + (after or 0)


def test_a_price_that_is_not_known_is_warned_of_by_name() -> None:
    steps = [step("a", 0, 10), step("b", 0, None)]
    advice = list(about_cost(estimate(steps, PRICES), steps))
    assert [(a["code"], a["target"]) for a in advice] == [
        ("MonthlyCost", "deployment"),
        ("PriceUnknown", "b"),
    ]


def test_the_estimate_of_the_recipe_is_set_right_with_our_figure() -> None:
    steps = [step("a", 0, 1000), step("b", 0, 194.09), step("c", 0, 1), step("d", 0, 2)]
    [advice] = about_cost(estimate(steps, PRICES), steps)
    assert advice["recipeStep"] == "prerequisites"
    assert "about USD 1,197 a month" in advice["message"]
    assert "most of it a (USD 1,000), b (USD 194), d (USD 2)," in advice["message"]
    assert "$800-1,200" in advice["message"]


def test_a_plan_above_the_budget_is_refused_with_the_way_out() -> None:
    steps = [step("a", 0, 700), step("b", 0, 300)]
    [advice] = over_budget(spec(900), estimate(steps, PRICES), steps)
    assert (advice["code"], advice["target"]) == ("BudgetExceeded", "budget.monthlyUsd")
    assert "about USD 1,000 a month is above the budget of USD 900: raise it" in advice["message"]
    assert "a (USD 700), b (USD 300)" in advice["message"]


@pytest.mark.parametrize(
    ("before", "after"),
    [(0, 900), (1200, 1100), (1200, 1200)],
    ids=["within", "cheaper than before", "unchanged"],
)
def test_a_plan_that_is_within_the_budget_or_no_dearer_is_let_through(
    before: float, after: float
) -> None:
    steps = [step("a", before, after)]
    assert over_budget(spec(900), estimate(steps, PRICES), steps) == []


def test_without_a_budget_nothing_is_too_dear() -> None:
    steps = [step("a", 0, 1e9)]
    assert over_budget(sample("recipe"), estimate(steps, PRICES), steps) == []


@pytest.mark.parametrize("limit", [0, -5, "much", 2_000_000])
def test_a_budget_is_a_sum_of_money(limit: Any) -> None:
    raw = sample("recipe").model_dump(mode="json", by_alias=True)
    with pytest.raises(ValueError, match=r"budget\.monthlyUsd"):
        parse_spec(raw | {"budget": {"monthlyUsd": limit}}, subscription_id="")
