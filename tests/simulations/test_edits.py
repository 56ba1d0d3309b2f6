"""A small part of the edits that `make sim` makes."""

from typing import Any

import pytest

from simulations.edits.__main__ import ROOT, small_part
from simulations.edits.places import ELSEWHERE, edits
from simulations.edits.watched import Watched, deployed


@pytest.fixture
def watched(simulation: Any) -> list[Watched]:
    """The recipe, as Azure shows it."""
    return deployed(simulation, [ROOT / "samples" / "recipe.json"])


def test_edits_are_found_and_what_azure_moves_is_not(watched: list[Watched]) -> None:
    assert small_part(watched, edits=400, moves=200, seed=7) == []


def test_an_edit_is_made_of_every_property_and_of_every_list() -> None:
    body = {"properties": {"subnets": [{"name": "a", "properties": {"addressPrefix": "1"}}]}}
    made = {(e.kind, e.property) for e in edits("Microsoft.Network/virtualNetworks", body)}
    assert {
        ("foreign child added", "properties.virtualNetworkPeerings[]"),
        ("child removed", "properties.subnets[]"),
        ("value changed", "properties.subnets[].properties.addressPrefix"),
        ("reference added", "properties.subnets[].properties.networkSecurityGroup"),
        ("value added to a list", "properties.dhcpOptions.dnsServers[]"),
        ("key added", "tags.edited"),
    } <= made


def test_an_edit_leaves_the_body_that_it_was_made_of_alone() -> None:
    body = {"properties": {"subnets": [{"name": "a", "properties": {}}]}}
    for edit in edits("Microsoft.Network/virtualNetworks", body):
        assert edit.made(body) != body
    assert ELSEWHERE not in str(body)
