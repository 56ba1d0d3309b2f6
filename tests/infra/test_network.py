"""Who reaches what over the Internet, and by which way the app reaches what it keeps."""

import re
from typing import Any

import pytest

from tests.infra.bicep import INFRA, Expression, read

APP, MAIN, NETWORK = read("app.bicep"), read("main.bicep"), read("network.bicep")
SITE: Any = APP.resources["site"].body["properties"]
TEXT = (INFRA / "app.bicep").read_text(encoding="utf-8")


def subnet(name: str) -> Any:
    (found,) = [
        each["properties"]
        for each in NETWORK.resources["network"].body["properties"]["subnets"]
        if each["name"] == name
    ]
    return found


def test_the_app_goes_out_by_a_subnet_that_is_given_to_flex_consumption() -> None:
    (delegation,) = subnet("app")["delegations"]
    assert delegation["properties"] == {"serviceName": "Microsoft.App/environments"}
    assert "virtualNetworkSubnetId: network.outputs.appSubnetId" in TEXT
    output = NETWORK.outputs["appSubnetId"]
    assert output.text == "'${network.id}/subnets/app'"


@pytest.mark.parametrize("name", ["app", "endpoints"])
def test_every_subnet_has_rules(name: str) -> None:
    assert subnet(name)["networkSecurityGroup"] == {"id": Expression(frozenset({"rules"}))}


def test_storage_answers_nobody_outside_the_network() -> None:
    account = read("storage.bicep").resources["account"].body["properties"]
    assert account["publicNetworkAccess"] == "Disabled"
    assert account["networkAcls"]["defaultAction"] == "Deny"


def test_the_app_reaches_every_service_of_the_storage_that_it_uses_by_an_endpoint() -> None:
    storage = read("storage.bicep")
    assert storage.variables["services"] == ["blob", "queue", "table"]
    zone = storage.modules["endpoints"].body["params"]["zone"]
    assert zone.text == "'privatelink.${service}.${environment().suffixes.storage}'"


def test_the_vault_answers_named_addresses_only() -> None:
    vault = read("vault.bicep")
    assert vault.resources["vault"].body["properties"]["networkAcls"] == {
        "defaultAction": "Deny",
        "bypass": "AzureServices",
        "ipRules": [{"value": Expression(frozenset({"address"}), "address")}],
        "virtualNetworkRules": [],
    }
    assert "publicAccess: empty(allowedAddresses) ? 'Disabled' : 'Enabled'" in TEXT
    assert vault.modules["endpoint"].body["params"]["part"] == "vault"


def test_an_endpoint_makes_the_public_name_resolve_to_it() -> None:
    made = read("endpoint.bicep").resources
    assert made["link"].target.startswith("Microsoft.Network/privateDnsZones/virtualNetworkLinks@")
    (entry,) = made["entries"].body["properties"]["privateDnsZoneConfigs"]
    assert entry["properties"]["privateDnsZoneId"].names == {"names"}


def test_a_private_app_answers_in_its_network_alone() -> None:
    assert "publicNetworkAccess: exposure == 'private' ? 'Disabled' : 'Enabled'" in TEXT
    assert re.search(r"module endpoint 'endpoint.bicep' = if \(exposure == 'private'\)", TEXT)
    assert APP.modules["endpoint"].body["params"]["zone"] == "privatelink.azurewebsites.net"


def test_who_may_not_call_the_app_may_not_deploy_it() -> None:
    config = SITE["siteConfig"]
    assert config["ipSecurityRestrictions"].names == {"restrictions"}
    assert config["scmIpSecurityRestrictionsUseMain"] is True
    assert "DefaultAction: empty(restrictions) ? 'Allow' : 'Deny'" in TEXT


def test_a_user_who_knows_nothing_of_networks_needs_to_say_nothing_of_them() -> None:
    given = {name: MAIN.parameters[name] for name in ("addressSpace", "exposure")}
    assert given == {"addressSpace": "10.240.0.0/24", "exposure": "public"}
    assert MAIN.parameters["allowedAddresses"] == ""
