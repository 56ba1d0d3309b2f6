"""The prefix of a subnet that something lies in: refused before anything is written."""

from typing import Any

import pytest

from shared.planning.decisions.deciding import plan_deploy
from tests.shared.planning.observed_bodies import OWNER, as_shown, by_id, inventory, recipe

SUBNETS = {
    "gateway": "10.1.1.0/27",
    "applicationGateway": "10.1.2.0/24",
    "database": "10.1.3.0/24",
    "management": "10.1.4.0/24",
    "bastion": "10.1.5.0/26",
}


def refused(*moved: str, without: str | None = None) -> dict[str, str]:
    """Target and message of each refusal where these subnets get other prefixes."""
    standing = recipe()
    bodies: Any = as_shown(standing)
    if without:
        bodies[without] = None
    elsewhere = {name: f"10.1.{80 + n}.0/24" for n, name in enumerate(moved)}
    spec = recipe(network={"addressSpace": ["10.1.0.0/16"], "subnets": SUBNETS | elsewhere})
    plan = plan_deploy(spec, by_id(standing, bodies), inventory(standing), OWNER, previous=standing)
    return {r["target"]: r["message"] for r in plan["refusals"] if r["code"] == "SubnetInUse"}


@pytest.mark.parametrize(
    ("subnet", "inside"),
    [
        ("database", "psql-"),
        ("gateway", "ergw-"),
        ("applicationGateway", "appgw-"),
        ("management", "nic-"),
        ("bastion", "bastion-"),
    ],
)
def test_the_prefix_of_a_subnet_is_kept_while_something_is_in_it(subnet: str, inside: str) -> None:
    [(target, message)] = refused(subnet).items()
    assert target == f"network.subnets.{subnet}"
    assert inside in message
    assert SUBNETS[subnet] in message


def test_every_subnet_that_would_move_is_told_at_once() -> None:
    assert set(refused("database", "bastion")) == {
        "network.subnets.database",
        "network.subnets.bastion",
    }


def test_an_empty_subnet_takes_another_prefix() -> None:
    assert refused("bastion", without="bastion") == {}


def test_groups_and_route_tables_are_attached_to_a_subnet_and_not_in_it() -> None:
    assert refused("database", without="postgres-server") == {}
