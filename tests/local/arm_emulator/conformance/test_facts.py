"""Every fact, by plain HTTP against the emulator; and what the facts themselves must be."""

from collections import Counter

import pytest
import requests

from local.arm_emulator import ArmEmulator
from tests.local.arm_emulator.conformance.facts import Fact, facts, given, sources, unmet
from tests.local.arm_emulator.conformance.world import World, judge

MET = [each for each in facts() if each.id not in unmet()]
UNMET = [each for each in facts() if each.id in unmet()]
RECIPE = {
    "Microsoft.Resources/resourceGroups",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/virtualNetworks/subnets",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/virtualNetworkGateways",
    "Microsoft.Network/connections",
    "Microsoft.DBforPostgreSQL/flexibleServers",
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations",
    "Microsoft.Network/applicationGateways",
    "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies",
    "Microsoft.Network/privateDnsZones",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "Microsoft.Network/privateDnsZones/A",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/networkSecurityGroups/securityRules",
    "Microsoft.Network/routeTables",
    "Microsoft.Network/routeTables/routes",
    "Microsoft.Network/bastionHosts",
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Network/networkWatchers",
}


@pytest.fixture
def world(emulator: ArmEmulator, web: requests.Session) -> World:
    return World(emulator, web)


@pytest.mark.parametrize("fact", MET, ids=lambda fact: fact.id)
def test_the_emulator_answers_as_azure_did(world: World, fact: Fact) -> None:
    assert judge(fact, world) == [], fact.source


def test_a_fact_that_is_obeyed_is_not_listed_as_unmet(world: World) -> None:
    met = [each.id for each in UNMET if judge(each, world) == []]
    assert met == [], "take them out of unmet.yaml"


def test_there_are_six_hundred_facts() -> None:
    assert len(facts()) >= 600


def test_no_two_facts_are_named_alike() -> None:
    assert [name for name, count in Counter(f.id for f in facts()).items() if count > 1] == []


def test_every_type_of_the_recipe_has_twenty_facts_and_a_third_are_refusals() -> None:
    every = Counter(each.kind.type for each in facts())
    refusals = Counter(each.kind.type for each in facts() if each.refusal)
    thin = {name for name in RECIPE if every[name] < 20 or 3 * refusals[name] < every[name]}
    assert thin == set()


def test_every_fact_names_a_source_that_a_reader_finds() -> None:
    assert [each.id for each in facts() if not findable(each)] == []


def findable(fact: Fact) -> bool:
    """Whether a source is known, and a recording is named with its request."""
    word, _, place = fact.source.partition(" ")
    recorded = sources().get(word, {}).get("kind") == "recording"
    request = place.rpartition(" ")[2]
    return word in sources() and bool(place) and (request.isdecimal() or not recorded)


def test_what_is_given_and_what_is_unmet_is_there() -> None:
    named = {name for each in facts() for name in (*each.given, *each.running)}
    assert named - set(given()) == {"self"}
    assert set(unmet()) <= {each.id for each in facts()}
