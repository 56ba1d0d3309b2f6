"""The hub network: what its one PUT holds, and what an update leaves alone."""

import copy
from typing import Any

from shared.resources.catalogue import catalogue
from shared.resources.network_security_groups import DatabaseSecurityGroup
from shared.resources.route_table import DatabaseRouteTable
from shared.resources.virtual_network import HubVirtualNetwork
from tests.shared.resources.conftest import MakeSpec


def subnets(body: Any) -> dict[str, Any]:
    return {subnet["name"]: subnet["properties"] for subnet in body["properties"]["subnets"]}


def test_one_put_holds_all_five_subnets(make_spec: MakeSpec) -> None:
    there = subnets(HubVirtualNetwork().tagged_body(make_spec("recipe")))
    assert {name: subnet["addressPrefix"] for name, subnet in there.items()} == {
        "GatewaySubnet": "10.1.1.0/27",
        "ApplicationGatewaySubnet": "10.1.2.0/24",
        "DatabaseSubnet": "10.1.3.0/24",
        "ManagementSubnet": "10.1.4.0/24",
        "AzureBastionSubnet": "10.1.5.0/26",
    }


def test_no_subnet_reaches_the_internet_by_default(make_spec: MakeSpec) -> None:
    there = subnets(HubVirtualNetwork().tagged_body(make_spec("recipe")))
    assert [subnet["defaultOutboundAccess"] for subnet in there.values()] == [False] * 5


def test_the_gateway_subnet_has_neither_group_nor_routes(make_spec: MakeSpec) -> None:
    there = subnets(HubVirtualNetwork().tagged_body(make_spec("recipe")))
    assert set(there["GatewaySubnet"]) == {"addressPrefix", "defaultOutboundAccess"}


def test_the_database_subnet_is_delegated_guarded_and_routed(make_spec: MakeSpec) -> None:
    spec = make_spec("recipe")
    database = subnets(HubVirtualNetwork().tagged_body(spec))["DatabaseSubnet"]
    delegated = [each["properties"]["serviceName"] for each in database["delegations"]]
    assert delegated == ["Microsoft.DBforPostgreSQL/flexibleServers"]
    assert database["networkSecurityGroup"]["id"] == DatabaseSecurityGroup().id(spec)
    assert database["routeTable"]["id"] == DatabaseRouteTable().id(spec)


def test_an_update_keeps_what_others_added(make_spec: MakeSpec) -> None:
    network = HubVirtualNetwork()
    desired = network.tagged_body(make_spec("recipe"))
    observed: Any = copy.deepcopy(desired)
    foreign = {"name": "Foreign", "properties": {"addressPrefix": "10.1.200.0/24"}}
    observed["properties"]["subnets"].append(foreign)
    there = subnets(observed)
    there["DatabaseSubnet"]["serviceEndpoints"].append({"service": "Microsoft.KeyVault"})
    there["ManagementSubnet"]["natGateway"] = {"id": "/nat"}
    assert network.differences(desired, observed) == []
    sent = subnets(network.update_body(desired, observed))
    assert sent["Foreign"] == foreign["properties"]
    assert sent["ManagementSubnet"]["natGateway"] == {"id": "/nat"}
    services = [endpoint["service"] for endpoint in sent["DatabaseSubnet"]["serviceEndpoints"]]
    assert services == ["Microsoft.Storage", "Microsoft.KeyVault"]


def test_a_detached_security_group_is_a_difference(make_spec: MakeSpec) -> None:
    network = HubVirtualNetwork()
    desired = network.tagged_body(make_spec("recipe"))
    observed: Any = copy.deepcopy(desired)
    del subnets(observed)["DatabaseSubnet"]["networkSecurityGroup"]
    changes = network.differences(desired, observed)
    assert [change["path"] for change in changes] == [
        "properties.subnets[DatabaseSubnet].properties.networkSecurityGroup.id"
    ]


def test_a_way_out_that_is_dropped_leaves_its_subnet_and_no_other(make_spec: MakeSpec) -> None:
    network = catalogue()["virtual-network"]
    before = network.tagged_body(make_spec("recipe", jumpBox={"egress": "natGateway"}))
    observed: Any = copy.deepcopy(before)
    subnets(observed)["AzureBastionSubnet"]["natGateway"] = {"id": "/theirs"}
    desired = network.succeeding(network.tagged_body(make_spec("recipe")), before, observed)
    changes = network.differences(desired, observed)
    assert [c["path"] for c in changes] == [
        "properties.subnets[ManagementSubnet].properties.natGateway"
    ]
    sent = subnets(network.update_body(desired, observed, changes))
    assert not sent["ManagementSubnet"].get("natGateway")
    assert sent["AzureBastionSubnet"]["natGateway"] == {"id": "/theirs"}
