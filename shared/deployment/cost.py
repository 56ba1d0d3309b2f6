"""What a plan costs a month, and whether that is within the budget of the spec.

The steps say what each resource costs before and after; here that is added up and told. A step
whose price is not known is left out of the sum and named: an estimate is never quietly too low.
"""

from collections.abc import Iterable, Iterator

from shared.deployment.messages import Advice, Estimate, PriceList, Step
from shared.deployment.specs.spec import DeploymentSpec

BUDGET = "budget.monthlyUsd"
DEAREST = 3  # steps that are named in a message


def estimate(steps: Iterable[Step], prices: PriceList) -> Estimate:
    """The sum of all steps."""
    costs = [step["monthlyCost"] for step in steps if "monthlyCost" in step]
    return Estimate(
        **prices,
        before=round(sum(cost["before"] or 0 for cost in costs), 2),
        after=round(sum(cost["after"] or 0 for cost in costs), 2),
        complete=not any(None in cost.values() for cost in costs),
    )


def about_cost(total: Estimate, steps: list[Step]) -> Iterator[Advice]:
    """What the deployment will cost, beside what the recipe says, and what is not in it."""
    yield Advice(
        code="MonthlyCost",
        message=(
            f"about {_usd(total['after'])} a month at list prices of {total['region']} in "
            f"{total['pricesOf']}, most of it {_dearest(steps)}, and without the circuit, traffic "
            "and logs; the $800-1,200 of the recipe leave out the ExpressRoute gateway, Bastion "
            "and high availability"
        ),
        target="deployment",
        recipeStep="prerequisites",
    )
    if unknown := [s["key"] for s in steps if None in s.get("monthlyCost", {}).values()]:
        message = f"no list price is known for {', '.join(unknown)}: the estimate is without them"
        yield Advice(code="PriceUnknown", message=message, target=unknown[0])


def over_budget(spec: DeploymentSpec, total: Estimate, steps: list[Step]) -> list[Advice]:
    """The reason to refuse a plan that costs more than the spec allows.

    A plan that makes nothing dearer is let through, or nobody could shrink what is too dear.
    """
    limit = spec.budget.monthly_usd if spec.budget else None
    if limit is None or total["after"] <= max(limit, total["before"]):
        return []
    message = (
        f"about {_usd(total['after'])} a month is above the budget of {_usd(limit)}: raise it, or "
        f"take less of what costs most: {_dearest(steps)}"
    )
    return [Advice(code="BudgetExceeded", message=message, target=BUDGET)]


def _dearest(steps: Iterable[Step]) -> str:
    costs = {step["key"]: step["monthlyCost"]["after"] or 0 for step in steps if _priced(step)}
    keys = sorted(costs, key=lambda key: -costs[key])[:DEAREST]
    return ", ".join(f"{key} ({_usd(costs[key])})" for key in keys)


def _priced(step: Step) -> bool:
    return bool(step.get("monthlyCost", {}).get("after"))


def _usd(amount: float) -> str:
    return f"USD {amount:,.0f}"
