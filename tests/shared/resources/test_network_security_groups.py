"""The rules of the security groups, one purpose per test."""

import copy
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from shared.deployment.errors import SpecInvalid
from shared.deployment.messages import Json
from shared.deployment.specs.parsing import parse_spec
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.network_security_groups import (
    BastionSecurityGroup,
    DatabaseSecurityGroup,
    GatewaySecurityGroup,
    ManagementSecurityGroup,
)
from tests.shared.resources.conftest import MakeSpec

GROUPS = (
    DatabaseSecurityGroup(),
    GatewaySecurityGroup(),
    ManagementSecurityGroup(),
    BastionSecurityGroup(),
)


def rules(group: Resource, spec: DeploymentSpec) -> list[Json]:
    listed: list[Json] = group.tagged_body(spec)["properties"]["securityRules"]
    return sorted(listed, key=lambda rule: int(rule["properties"]["priority"]))


def allows(group: Resource, spec: DeploymentSpec, source: str, port: int) -> bool:
    """Whether inbound TCP from an address or tag passes, as Azure evaluates the rules."""
    for rule in rules(group, spec):
        given = rule["properties"]
        if given["direction"] == "Inbound" and given["protocol"] in {"Tcp", "*"}:
            sources = given.get("sourceAddressPrefixes") or [given["sourceAddressPrefix"]]
            ports = given.get("destinationPortRanges") or [given["destinationPortRange"]]
            if any(_matches(source, s) for s in sources) and any(_holds(p, port) for p in ports):
                return bool(given["access"] == "Allow")
    return False


def _matches(source: str, prefix: str) -> bool:
    if prefix == "*" or source == prefix:
        return True
    if prefix[0].isalpha() or source[0].isalpha():
        return False
    return IPv4Address(source) in IPv4Network(prefix)


def _holds(ports: str, port: int) -> bool:
    if ports == "*":
        return True
    first, _, last = ports.partition("-")
    return int(first) <= port <= int(last or first)


def test_names_and_priorities_are_unique_in_every_group(make_spec: MakeSpec) -> None:
    for name in ("recipe", "direct", "full"):
        for group in GROUPS:
            listed = rules(group, make_spec(name))
            keys = [(r["properties"]["direction"], r["properties"]["priority"]) for r in listed]
            assert len({r["name"] for r in listed}) == len(listed)
            assert len(set(keys)) == len(keys)


def test_declared_on_premises_networks_reach_the_database(make_spec: MakeSpec) -> None:
    spec = make_spec("recipe")
    assert allows(DatabaseSecurityGroup(), spec, "10.20.3.4", 5432)
    assert allows(DatabaseSecurityGroup(), spec, "192.168.7.7", 6432)


def test_an_undeclared_network_does_not_reach_the_database(make_spec: MakeSpec) -> None:
    spec = make_spec("recipe")
    assert not allows(DatabaseSecurityGroup(), spec, "10.99.0.1", 5432)
    assert not allows(DatabaseSecurityGroup(), spec, "VirtualNetwork", 5432)


def test_on_premises_reaches_no_other_port_of_the_database_subnet(make_spec: MakeSpec) -> None:
    assert not allows(DatabaseSecurityGroup(), make_spec("recipe"), "10.20.3.4", 22)


def test_servers_replicate_inside_their_subnet(make_spec: MakeSpec) -> None:
    assert allows(DatabaseSecurityGroup(), make_spec("recipe"), "10.1.3.5", 5432)


def test_without_a_gateway_its_subnet_does_not_reach_the_database(make_spec: MakeSpec) -> None:
    group = DatabaseSecurityGroup()
    assert allows(group, make_spec("recipe"), "10.1.2.9", 5432)
    assert not allows(group, make_spec("direct"), "10.1.2.9", 5432)


def test_without_a_jump_box_its_subnet_does_not_reach_the_database(make_spec: MakeSpec) -> None:
    group = DatabaseSecurityGroup()
    assert allows(group, make_spec("recipe"), "10.1.4.9", 5432)
    assert not allows(group, make_spec("direct"), "10.1.4.9", 5432)


def test_the_server_may_archive_its_logs(make_spec: MakeSpec) -> None:
    storage = [
        rule["properties"]
        for rule in rules(DatabaseSecurityGroup(), make_spec("recipe"))
        if rule["properties"]["destinationAddressPrefix"] == "Storage.eastus"
    ]
    assert [(s["direction"], s["access"], s["destinationPortRange"]) for s in storage] == [
        ("Outbound", "Allow", "443")
    ]


def test_azure_may_manage_the_gateway(make_spec: MakeSpec) -> None:
    group, spec = GatewaySecurityGroup(), make_spec("recipe")
    assert allows(group, spec, "GatewayManager", 65200)
    assert allows(group, spec, "GatewayManager", 65535)
    assert allows(group, spec, "AzureLoadBalancer", 80)


def test_the_internet_does_not_reach_the_gateway(make_spec: MakeSpec) -> None:
    group, spec = GatewaySecurityGroup(), make_spec("full")
    assert not allows(group, spec, "Internet", 5432)
    assert not allows(group, spec, "8.8.8.8", 443)


def test_https_is_open_only_where_a_web_application_is_served(make_spec: MakeSpec) -> None:
    group = GatewaySecurityGroup()
    assert allows(group, make_spec("full"), "10.20.0.1", 443)
    assert not allows(group, make_spec("recipe"), "10.20.0.1", 443)


def test_only_bastion_reaches_the_jump_box(make_spec: MakeSpec) -> None:
    group, spec = ManagementSecurityGroup(), make_spec("recipe")
    assert allows(group, spec, "10.1.5.4", 22)
    assert not allows(group, spec, "10.20.0.1", 22)
    assert not allows(group, spec, "VirtualNetwork", 22)


def test_bastion_is_reached_over_https_only(make_spec: MakeSpec) -> None:
    group, spec = BastionSecurityGroup(), make_spec("recipe")
    assert allows(group, spec, "Internet", 443)
    assert not allows(group, spec, "Internet", 22)
    assert allows(group, spec, "VirtualNetwork", 5701)


def test_a_rule_added_by_hand_is_a_difference_and_an_update_removes_it(
    make_spec: MakeSpec,
) -> None:
    group, spec = DatabaseSecurityGroup(), make_spec("recipe")
    desired = group.tagged_body(spec)
    observed: Any = copy.deepcopy(desired)
    hole = {"name": "Hole", "etag": "1", "properties": {"priority": 100, "access": "Allow"}}
    observed["properties"]["securityRules"].append(hole)
    changes = group.differences(desired, observed)
    assert [change["path"] for change in changes] == ["properties.securityRules[Hole]"]
    sent = group.update_body(desired, observed)["properties"]["securityRules"]
    assert "Hole" not in [rule["name"] for rule in sent]


def test_a_source_widened_in_the_plural_form_is_a_difference(make_spec: MakeSpec) -> None:
    group, spec = ManagementSecurityGroup(), make_spec("recipe")
    desired = group.tagged_body(spec)
    observed: Any = copy.deepcopy(desired)
    observed["properties"]["securityRules"][0]["properties"]["sourceAddressPrefixes"] = ["8.8.8.8"]
    assert group.differences(desired, observed)
    sent = group.update_body(desired, observed)["properties"]["securityRules"][0]["properties"]
    assert "sourceAddressPrefixes" not in sent


def web(rule: Json) -> list[str]:
    given = rule["properties"]
    return list(given.get("destinationAddressPrefixes") or [given["destinationAddressPrefix"]])


@pytest.mark.parametrize(
    ("backends", "opened"),
    [
        (["10.1.4.10"], ["10.1.4.10"]),
        (["10.1.4.10", "10.1.4.11"], ["10.1.4.10", "10.1.4.11"]),
        (["10.1.4.10", "192.168.1.1", "web.corp.example"], ["10.1.4.10"]),
        (["192.168.1.1"], []),
    ],
)
def test_the_gateway_reaches_its_web_backends_in_the_management_subnet_and_no_more(
    make_spec: MakeSpec, backends: list[str], opened: list[str]
) -> None:
    base: Any = make_spec("full").gateway.https
    listener = base.model_dump(by_alias=True) | {"backendAddresses": backends, "backendPort": 8443}
    spec = make_spec("full", gateway={"https": listener})
    group = ManagementSecurityGroup()
    allowed = [r for r in rules(group, spec) if r["name"] == "AllowGatewayToWeb"]
    assert [address for rule in allowed for address in web(rule)] == opened
    source = spec.network.subnets.application_gateway.replace("0/24", "7")
    assert allows(group, spec, source, 8443) == bool(opened)
    assert not allows(group, spec, source, 22)


@pytest.mark.parametrize("enabled", [True, False])
def test_pgbouncer_is_open_on_the_gateway_only_where_it_runs(
    make_spec: MakeSpec, enabled: bool
) -> None:
    parameters = {"pgbouncer.enabled": "true" if enabled else "false"}
    spec = make_spec("recipe", postgres={"parameters": parameters})
    client = str(IPv4Network(spec.on_premises.prefixes[0])[9])
    assert allows(GatewaySecurityGroup(), spec, client, 6432) == enabled
    assert allows(GatewaySecurityGroup(), spec, client, 5432)


MOST_RULES, MOST_ADDRESSES = 1_000, 4_000  # of a group (Learn: Azure subscription limits)
LONGEST_PRIORITY = 4_096


@pytest.mark.parametrize("sample", ["full", "recipe"])
def test_the_longest_spec_stays_within_the_limits_of_a_group(
    make_spec: MakeSpec, sample: str
) -> None:
    prefixes = [f"172.16.{n}.{m}/32" for n in range(10) for m in range(100)]
    spec = make_spec(sample, onPremises={"prefixes": prefixes})
    assert len(spec.on_premises.prefixes) == 1_000
    for group in GROUPS:
        listed = rules(group, spec)
        assert len(listed) <= MOST_RULES
        assert all(100 <= r["properties"]["priority"] <= LONGEST_PRIORITY for r in listed)
        for side in ("source", "destination"):
            given = [r["properties"] for r in listed]
            total = sum(len(p.get(f"{side}AddressPrefixes") or [0]) for p in given)
            assert total <= MOST_ADDRESSES


def test_one_prefix_more_than_a_spec_may_have_is_refused_with_the_number_allowed() -> None:
    raw = {"onPremises": {"prefixes": [f"172.16.{n // 250}.{n % 250}/32" for n in range(1_001)]}}
    with pytest.raises(SpecInvalid) as caught:
        parse_spec(raw, subscription_id="00000000-0000-0000-0000-000000000001")
    (fault,) = [f for f in caught.value.faults if f["target"] == "onPremises.prefixes"]
    assert "1,000" in fault["message"] or "1000" in fault["message"]
