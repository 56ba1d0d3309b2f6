"""Where an installation may deploy: told by field, with what is allowed there."""

import json
from pathlib import Path

import pytest

from shared.deployment.allowance import Allowance
from shared.deployment.specs.parsing import parse_spec
from shared.deployment.specs.spec import DeploymentSpec

SUBSCRIPTION = "00000000-0000-0000-0000-00000000000a"
SAMPLE = Path(__file__).parents[3] / "samples" / "lean.json"


def spec(group: str) -> DeploymentSpec:
    sample = SAMPLE.read_text().replace(f"{SUBSCRIPTION[:-1]}1", SUBSCRIPTION)
    raw = json.loads(sample) | {"resourceGroup": group}
    return parse_spec(raw, subscription_id=SUBSCRIPTION)


def targets(allowance: Allowance, group: str = "rg-data-1") -> list[str]:
    return [advice["target"] for advice in allowance.refusals(spec(group))]


def test_without_patterns_everything_is_allowed() -> None:
    assert targets(Allowance()) == []


@pytest.mark.parametrize("pattern", ["rg-data-*", "RG-DATA-?", "rg-data-1", "*"])
def test_a_group_that_matches_a_pattern_is_allowed(pattern: str) -> None:
    assert targets(Allowance(resource_groups=["other", pattern])) == []


@pytest.mark.parametrize("pattern", ["rg-data", "data-*", "rg-data-1-*", ""])
def test_a_group_that_matches_none_is_refused(pattern: str) -> None:
    assert targets(Allowance(resource_groups=[pattern])) == ["resourceGroup"]


def test_a_subscription_is_compared_without_case() -> None:
    assert targets(Allowance(subscriptions=[SUBSCRIPTION.upper()])) == []


def test_both_faults_are_told_at_once_with_what_is_allowed() -> None:
    allowance = Allowance(subscriptions=["1*"], resource_groups=["rg-a", "rg-b"])
    assert targets(allowance) == ["subscriptionId", "resourceGroup"]
    *_, last = allowance.refusals(spec("rg-x"))
    assert "rg-a, rg-b" in last["message"]
