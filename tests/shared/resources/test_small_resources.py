"""What is particular to the resources that have little of their own."""

from typing import Any

import pytest

from shared.resources.bastion import BastionHost
from shared.resources.catalogue import catalogue
from shared.resources.gateway_alias import GatewayAlias
from shared.resources.jump_box import JumpBox
from shared.resources.private_dns import PrivateDnsLink, PrivateDnsZone
from shared.resources.public_ips import GatewayPublicIp
from shared.resources.route_table import DatabaseRouteTable
from shared.resources.waf_policy import WafPolicy
from tests.shared.resources.conftest import MakeSpec

SUBNETS = "Microsoft.Network/virtualNetworks/subnets"


def test_a_direct_deployment_has_neither_gateway_nor_bastion_nor_jump_box(
    make_spec: MakeSpec,
) -> None:
    keys = {resource.key for resource in catalogue().wanted(make_spec("direct"))}
    optional = {"application-gateway", "public-ip-gateway", "waf-policy", "gateway-alias"}
    assert keys.isdisjoint({*optional, "bastion", "public-ip-bastion", "jump-box", "jump-box-nic"})


def test_a_full_deployment_has_everything_that_a_hub_of_its_own_can_have(
    make_spec: MakeSpec,
) -> None:
    missing = set(catalogue().resources) - set(catalogue().wanted(make_spec("full")))
    elsewhere = set(catalogue().wanted(make_spec("spoke")))
    for name in ("observed", "secure", "two-regions"):
        elsewhere |= set(catalogue().wanted(make_spec(name)))
    parts = {resource for resource in catalogue().resources if resource.arm_type == SUBNETS}
    assert missing <= elsewhere | parts


def test_a_route_added_by_hand_is_a_difference(make_spec: MakeSpec) -> None:
    table = DatabaseRouteTable()
    desired = table.tagged_body(make_spec("recipe"))
    observed: Any = {**desired, "properties": {"routes": [{"name": "r", "properties": {}}]}}
    paths = [change["path"] for change in table.differences(desired, observed)]
    assert paths == ["properties.routes[r]"]
    assert table.update_body(desired, observed)["properties"]["routes"] == []


def test_switching_route_propagation_off_is_a_difference(make_spec: MakeSpec) -> None:
    table = DatabaseRouteTable()
    desired = table.tagged_body(make_spec("recipe"))
    observed: Any = {**desired, "properties": {"disableBgpRoutePropagation": True}}
    assert len(table.differences(desired, observed)) == 1


def test_a_region_without_zones_gets_an_address_without_zones(make_spec: MakeSpec) -> None:
    body = GatewayPublicIp().tagged_body(make_spec("recipe", zones=[]))
    assert "zones" not in body


def test_the_zone_exists_before_the_server_and_its_link(make_spec: MakeSpec) -> None:
    order = [resource.key for resource in catalogue().resources]
    assert order.index("private-dns-zone") < order.index("private-dns-link")
    assert order.index("private-dns-link") < order.index("postgres-server")


def test_a_link_settles_when_it_is_completed() -> None:
    states = {"InProgress": "inProgress", "Completed": "succeeded"}
    for state, expected in states.items():
        shown = {"properties": {"virtualNetworkLinkState": state}}
        assert PrivateDnsLink().state(shown) == expected


def test_a_link_that_is_not_completed_is_degraded() -> None:
    shown = {"properties": {"virtualNetworkLinkState": "InProgress"}}
    assert len(list(PrivateDnsLink().health(shown))) == 1


def test_nothing_of_ours_writes_into_the_zone_of_the_server(make_spec: MakeSpec) -> None:
    spec = make_spec("full")
    below = [
        r.key for r in catalogue().wanted(spec) if f"{PrivateDnsZone().id(spec)}/" in r.id(spec)
    ]
    assert below == ["private-dns-link"]


def test_the_alias_lies_in_the_zone_of_the_customer_and_leads_to_the_gateway(
    make_spec: MakeSpec,
) -> None:
    spec = make_spec("full")
    assert GatewayAlias().id(spec).endswith("/privateDnsZones/corp.example/A/hybrid-db")
    properties = GatewayAlias().tagged_body(spec)["properties"]
    assert properties["aRecords"] == [{"ipv4Address": "10.1.2.20"}]


def test_a_second_address_in_the_alias_is_a_difference(make_spec: MakeSpec) -> None:
    alias = GatewayAlias()
    desired = alias.tagged_body(make_spec("full"))
    both = [{"ipv4Address": "10.1.2.20"}, {"ipv4Address": "10.9.9.9"}]
    changes = alias.differences(desired, {"properties": {"ttl": 300, "aRecords": both}})
    assert [change["path"] for change in changes] == ["properties.aRecords"]


def test_the_waf_uses_the_current_rule_set_and_blocks(make_spec: MakeSpec) -> None:
    properties = WafPolicy().tagged_body(make_spec("recipe"))["properties"]
    (rules,) = properties["managedRules"]["managedRuleSets"]
    assert rules == {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"}
    assert properties["policySettings"]["mode"] == "Prevention"


@pytest.mark.parametrize(("sample", "units"), [("lean", None), ("full", 4)])
def test_only_a_standard_bastion_scales(
    make_spec: MakeSpec, sample: str, units: int | None
) -> None:
    assert BastionHost().tagged_body(make_spec(sample))["properties"].get("scaleUnits") == units


def test_the_jump_box_takes_a_key_and_no_password(make_spec: MakeSpec) -> None:
    login = JumpBox().tagged_body(make_spec("recipe"))["properties"]["osProfile"]
    assert "adminPassword" not in login
    assert login["linuxConfiguration"]["disablePasswordAuthentication"] is True
    (key,) = login["linuxConfiguration"]["ssh"]["publicKeys"]
    assert key["keyData"] == {"$secret": {"name": "hybrid-db-jump-box-ssh", "generate": "ssh-key"}}


def test_the_public_key_of_the_spec_is_used_as_it_is(make_spec: MakeSpec) -> None:
    spec = make_spec("full")
    login = JumpBox().tagged_body(spec)["properties"]["osProfile"]
    assert login["linuxConfiguration"]["ssh"]["publicKeys"] == [
        {"path": "/home/dbops/.ssh/authorized_keys", "keyData": spec.jump_box.ssh_public_key}
    ]


def test_deleting_the_jump_box_takes_its_disk_and_leaves_its_interface(
    make_spec: MakeSpec,
) -> None:
    properties = JumpBox().tagged_body(make_spec("recipe"))["properties"]
    assert properties["storageProfile"]["osDisk"]["deleteOption"] == "Delete"
    (interface,) = properties["networkProfile"]["networkInterfaces"]
    assert interface["properties"]["deleteOption"] == "Detach"


@pytest.mark.parametrize(("sku", "tunnels"), [("Standard", True), ("Basic", None)])
def test_a_bastion_that_can_serves_the_native_client(
    make_spec: MakeSpec, sku: str, tunnels: bool | None
) -> None:
    spec = make_spec("recipe", bastion={"sku": sku, "scaleUnits": 2})
    body = BastionHost().tagged_body(spec)
    assert body["properties"].get("enableTunneling") == tunnels
    assert body["zones"] == ["1", "2", "3"]


def test_the_jump_box_boots_securely_in_a_zone_and_shows_how(make_spec: MakeSpec) -> None:
    body = JumpBox().tagged_body(make_spec("recipe"))
    assert body["zones"] == ["1"]
    assert body["properties"]["diagnosticsProfile"] == {"bootDiagnostics": {"enabled": True}}
    assert body["properties"]["securityProfile"]["uefiSettings"] == {
        "secureBootEnabled": True,
        "vTpmEnabled": True,
    }


@pytest.mark.parametrize("resource", [BastionHost(), JumpBox()])
def test_what_was_made_without_a_zone_is_left_as_it_is(make_spec: MakeSpec, resource: Any) -> None:
    desired = resource.tagged_body(make_spec("recipe"))
    observed = {name: value for name, value in desired.items() if name != "zones"}
    assert resource.differences(desired, observed) == []
    assert "zones" not in resource.update_body(desired, observed)


def test_a_region_without_zones_gets_none(make_spec: MakeSpec) -> None:
    spec = make_spec("recipe", zones=[])
    assert "zones" not in JumpBox().tagged_body(spec)
    assert "zones" not in BastionHost().tagged_body(spec)


def test_a_way_through_a_firewall_leaves_the_server_what_it_needs(make_spec: MakeSpec) -> None:
    routes = DatabaseRouteTable().tagged_body(make_spec("spoke"))["properties"]["routes"]
    assert {r["properties"]["addressPrefix"]: r["properties"]["nextHopType"] for r in routes} == {
        "0.0.0.0/0": "VirtualAppliance",
        "10.1.3.0/24": "VnetLocal",
        "AzureActiveDirectory": "Internet",
        "Storage.eastus": "Internet",
    }
