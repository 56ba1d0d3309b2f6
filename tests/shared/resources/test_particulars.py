"""What Azure is particular about in the types of the architecture, as their paths declare it."""

import copy
from typing import Any

import pytest

from shared.resources.catalogue import catalogue
from tests.shared.resources.conftest import MakeSpec

RESOURCES = catalogue().by_key


def shown(key: str, make_spec: MakeSpec) -> tuple[Any, Any]:
    """The desired body of a resource and what Azure shows of it."""
    desired = RESOURCES[key].tagged_body(make_spec("full"))
    return desired, copy.deepcopy(desired)


@pytest.mark.parametrize(
    ("key", "path", "before", "after", "fixed"),
    [
        ("bastion", "sku.name", "Standard", "Basic", True),
        ("bastion", "sku.name", "Premium", "Standard", True),
        ("bastion", "sku.name", "Basic", "Standard", False),
        ("bastion", "properties.scaleUnits", 4, 2, False),
        ("express-route-gateway", "properties.sku.name", "Standard", "ErGw1AZ", True),
        ("express-route-gateway", "properties.sku.tier", "ErGw1AZ", "HighPerformance", True),
        ("express-route-gateway", "properties.sku.name", "ErGw3AZ", "ErGw1AZ", False),
        ("express-route-connection", "properties.peer.id", "/a", "/b", True),
        ("express-route-connection", "properties.routingWeight", 1, 0, False),
        ("postgres-server", "properties.version", "17", "18", False),
        ("postgres-server", "properties.version", "18", "17", True),
        ("postgres-server", "properties.network.publicNetworkAccess", "Enabled", "Disabled", True),
        ("postgres-server", "sku.name", "Standard_D4ds_v5", "Standard_D2ds_v5", False),
        ("jump-box", "properties.osProfile.adminUsername", "a", "b", True),
        ("jump-box", "properties.hardwareProfile.vmSize", "Standard_B2s", "Standard_B1s", False),
        ("public-ip-gateway", "zones", ["1"], ["1", "2", "3"], True),
        ("public-ip-gateway", "properties.idleTimeoutInMinutes", 4, 30, False),
        ("private-dns-link", "properties.virtualNetwork.id", "/a", "/b", True),
        ("application-gateway", "zones", ["1"], ["2"], True),
        ("application-gateway", "properties.sku.name", "WAF_v2", "Standard_v2", False),
        ("virtual-network", "location", "westus", "eastus", True),
    ],
)
def test_what_azure_changes_in_place_has_a_direction(
    key: str, path: str, before: Any, after: Any, fixed: bool
) -> None:
    change: Any = {"path": path, "before": before, "after": after}
    assert RESOURCES[key].fixed(change) == fixed


@pytest.mark.parametrize(
    "absent",
    [
        ("storageProfile", "osDisk", "managedDisk", "storageAccountType"),
        ("storageProfile", "osDisk", "managedDisk"),
        ("storageProfile", "imageReference"),
        ("osProfile", "linuxConfiguration"),
        ("osProfile",),
        ("securityProfile",),
    ],
)
def test_what_a_deallocated_machine_does_not_show_is_no_drift(
    make_spec: MakeSpec, absent: tuple[str, ...]
) -> None:
    box = RESOURCES["jump-box"]
    desired, observed = shown("jump-box", make_spec)
    *parents, last = absent
    holder = observed["properties"]
    for name in parents:
        holder = holder[name]
    del holder[last]
    assert box.differences(desired, observed) == []
    assert box.update_body(desired, observed) == observed


@pytest.mark.parametrize("kind", ["Premium_LRS", "Standard_LRS"])
def test_another_disk_of_a_machine_is_drift(make_spec: MakeSpec, kind: str) -> None:
    desired, observed = shown("jump-box", make_spec)
    observed["properties"]["storageProfile"]["osDisk"]["managedDisk"]["storageAccountType"] = kind
    (change,) = RESOURCES["jump-box"].differences(desired, observed)
    assert (change["before"], change["after"]) == (kind, "StandardSSD_LRS")


@pytest.mark.parametrize("absent", ["backup", "highAvailability", "storage", "network"])
def test_what_a_stopped_server_does_not_show_is_no_drift(make_spec: MakeSpec, absent: str) -> None:
    desired, observed = shown("postgres-server", make_spec)
    observed["properties"]["state"] = "Stopped"
    del observed["properties"][absent]
    assert RESOURCES["postgres-server"].differences(desired, observed) == []
    observed["properties"]["state"] = "Ready"
    assert RESOURCES["postgres-server"].differences(desired, observed)


MANUAL = {"sku": {"name": "WAF_v2", "tier": "WAF_v2", "capacity": 3}}
CUSTOM = {
    "policyType": "CustomV2",
    "minProtocolVersion": "TLSv1_2",
    "cipherSuites": ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
    "disabledSslProtocols": ["TLSv1_0"],
}


def put_right(key: str, make_spec: MakeSpec, edit: Any) -> Any:
    """What an update sends after somebody's edit; nothing differs after it."""
    resource = RESOURCES[key]
    desired, observed = shown(key, make_spec)
    edit(observed["properties"])
    assert resource.differences(desired, observed)
    sent = resource.update_body(desired, resource.writable(observed))
    assert resource.differences(desired, sent) == []
    return sent["properties"]


def test_autoscaling_that_is_put_back_takes_the_place_of_a_capacity(make_spec: MakeSpec) -> None:
    def edit(properties: Any) -> None:
        properties |= copy.deepcopy(MANUAL)
        del properties["autoscaleConfiguration"]

    sent = put_right("application-gateway", make_spec, edit)
    assert sent["autoscaleConfiguration"] == {"minCapacity": 2, "maxCapacity": 10}
    assert "capacity" not in sent["sku"]


def test_a_predefined_tls_policy_carries_nothing_of_a_custom_one(make_spec: MakeSpec) -> None:
    sent = put_right("application-gateway", make_spec, lambda p: p.update(sslPolicy={**CUSTOM}))
    assert sent["sslPolicy"] == {
        "policyType": "Predefined",
        "policyName": "AppGwSslPolicy20220101S",
    }


@pytest.mark.parametrize(
    ("collection", "member", "value", "instead"),
    [
        ("httpListeners", "hostNames", ["*.example"], "hostName"),
        ("probes", "host", "a.example", "pickHostNameFromBackendHttpSettings"),
        ("backendHttpSettingsCollection", "pickHostNameFromBackendAddress", True, "hostName"),
        ("requestRoutingRules", "urlPathMap", {"id": "/a"}, "backendAddressPool"),
        ("requestRoutingRules", "redirectConfiguration", {"id": "/a"}, "backendAddressPool"),
    ],
)
def test_a_part_of_the_gateway_carries_one_of_two_members_that_exclude_each_other(
    make_spec: MakeSpec, collection: str, member: str, value: Any, instead: str
) -> None:
    def edit(properties: Any) -> None:
        part = next(p for p in properties[collection] if p["name"] == "https")["properties"]
        part[member] = value
        del part[instead]

    sent = put_right("application-gateway", make_spec, edit)
    part = next(p for p in sent[collection] if p["name"] == "https")["properties"]
    assert instead in part
    assert member not in part


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_rule_names_prefixes_and_no_group_of_interfaces_beside_them(
    make_spec: MakeSpec, side: str
) -> None:
    def edit(properties: Any) -> None:
        rule = properties["securityRules"][0]["properties"]
        rule[f"{side}ApplicationSecurityGroups"] = [{"id": "/subscriptions/a"}]
        rule.pop(f"{side}AddressPrefix", None)
        rule.pop(f"{side}AddressPrefixes", None)

    sent = put_right("nsg-database", make_spec, edit)
    assert f"{side}ApplicationSecurityGroups" not in sent["securityRules"][0]["properties"]
