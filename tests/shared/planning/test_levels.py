"""What has to be proven follows from the spec and from what the app may do."""

from typing import Any

import pytest

from local.world import read_json
from shared.deployment.specs.parsing import parse_spec
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.roles import QUERYING
from shared.planning.validation.levels import asks_for_rights, proof, with_agent
from shared.resources.watcher_agent import WatcherAgent
from tests.conftest import ROOT
from tests.shared.strategies import SUBSCRIPTION

Json = dict[str, Any]
TELLING = {"egress": "natGateway"}


def spec_with(**changes: Any) -> DeploymentSpec:
    raw = read_json(ROOT / "samples/recipe.json") | changes
    return parse_spec(raw, subscription_id=SUBSCRIPTION)


@pytest.mark.parametrize(
    ("changes", "lacking", "level", "why"),
    [
        ({"jumpBox": TELLING}, [], "query", "the strongest that can be proven here"),
        ({"jumpBox": TELLING}, QUERYING, "connected", "role prober"),
        ({"jumpBox": TELLING}, QUERYING[:1], "connected", "role prober"),
        ({}, [], "connected", "set jumpBox.egress to natGateway"),
        ({"jumpBox": {"enabled": False}}, [], "connected", "set jumpBox.enabled"),
        ({"validation": {"require": "none"}}, [], "none", "the spec says so"),
        ({"validation": {"require": "connected"}, "jumpBox": TELLING}, [], "connected", "says so"),
        ({"validation": {"onFailure": "keep"}}, [], "connected", "strongest"),
        ({"validation": None}, [], "connected", "strongest"),
    ],
)
def test_the_level_is_the_one_written_or_the_strongest_that_can_be_proven(
    changes: Json, lacking: list[str], level: str, why: str
) -> None:
    decided = proof(spec_with(**changes), lacking)
    assert decided["require"] == level
    assert why in decided["why"]


def test_where_nobody_signs_in_by_a_password_no_query_is_required() -> None:
    secure = read_json(ROOT / "samples/secure.json")
    entra = secure["postgres"]["entra"] | {"only": True}
    spec = spec_with(jumpBox=TELLING, postgres={"entra": entra})
    assert proof(spec, [])["require"] == "connected"


@pytest.mark.parametrize(
    ("changes", "inventory", "asked"),
    [
        ({"jumpBox": {"enabled": False}}, {}, False),
        ({"jumpBox": {"networkWatcher": False}}, {}, False),
        ({}, {}, True),
        ({}, {"/agent": {"key": WatcherAgent.key}}, False),
        ({"jumpBox": TELLING}, {"/agent": {"key": WatcherAgent.key}}, True),
        (
            {"jumpBox": TELLING, "validation": {"require": "none"}},
            {"/agent": {"key": WatcherAgent.key}},
            False,
        ),
    ],
)
def test_rights_are_asked_for_only_where_something_depends_on_them(
    changes: Json, inventory: Any, *, asked: bool
) -> None:
    assert asks_for_rights(spec_with(**changes), inventory) is asked


@pytest.mark.parametrize(
    ("box", "there", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"networkWatcher": True}, False, True),
        ({"networkWatcher": False}, True, False),
        ({"enabled": False}, True, False),
    ],
)
def test_the_agent_is_planned_where_it_is_asked_for_or_may_be_put(
    box: Json, *, there: bool, wanted: bool
) -> None:
    assert WatcherAgent().wanted(with_agent(spec_with(jumpBox=box), there=there)) is wanted
