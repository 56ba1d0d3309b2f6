"""Faults and cautions across the fields of a spec, one per test, by code and field."""

from typing import Any

import pytest

from shared.deployment.messages import Advice
from shared.deployment.specs.checks.faults import cautions, faults
from shared.deployment.specs.spec import DeploymentSpec

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
OTHER = "00000000-0000-0000-0000-000000000002"
SECRET = {"keyVaultSecret": "https://kv.example/secrets/s"}
GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers"
IDENTITY = f"{GROUPS}/Microsoft.ManagedIdentity/userAssignedIdentities/i"
ZONE = f"{GROUPS}/Microsoft.Network/privateDnsZones/corp.example"
VERSION = {"keyVaultSecret": "https://kv.example/secrets/s/0123456789abcdef"}
HTTPS = {"hostName": "a.example", "backendAddresses": ["10.9.9.9"], "certificate": SECRET}

PINNED = {**HTTPS, "certificate": VERSION}


def circuit(name: str = "er-hub", subscription: str = SUBSCRIPTION) -> str:
    group = f"/subscriptions/{subscription}/resourceGroups/g"
    return f"{group}/providers/Microsoft.Network/expressRouteCircuits/{name}"


def spec(**changes: Any) -> DeploymentSpec:
    raw: dict[str, Any] = {
        "name": "hybrid-db",
        "location": "eastus",
        "subscriptionId": SUBSCRIPTION,
        "expressRoute": {"circuitId": circuit()},
        "onPremises": {"prefixes": ["10.20.0.0/16"]},
    }
    for field, value in changes.items():
        raw[field] = {**raw.get(field, {}), **value} if isinstance(value, dict) else value
    return DeploymentSpec.model_validate(raw)


def told(advice: list[Advice]) -> list[tuple[str, str]]:
    return [(item["code"], item["target"]) for item in advice]


def subnets(**changes: str) -> dict[str, Any]:
    return {"network": {"subnets": changes}}


FAULTS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "a subnet lies outside the address space": (
        subnets(database="10.9.3.0/24"),
        [("SubnetOutsideAddressSpace", "network.subnets.database")],
    ),
    "two subnets overlap": (
        subnets(management="10.1.3.128/25"),
        [("SubnetsOverlap", "network.subnets.management")],
    ),
    "the gateway subnet is too small": (
        subnets(gateway="10.1.1.0/28"),
        [("SubnetTooSmall", "network.subnets.gateway")],
    ),
    "the Bastion subnet is too small": (
        subnets(bastion="10.1.5.0/27"),
        [("SubnetTooSmall", "network.subnets.bastion")],
    ),
    "the subnet of the application gateway is too small": (
        subnets(applicationGateway="10.1.2.8/29") | {"gateway": {"privateAddress": "10.1.2.12"}},
        [("SubnetTooSmall", "network.subnets.applicationGateway")],
    ),
    "the database subnet is too small": (
        subnets(database="10.1.3.0/29"),
        [("SubnetTooSmall", "network.subnets.database")],
    ),
    "on-premises overlaps the hub network": (
        {"onPremises": {"prefixes": ["10.0.0.0/8"]}},
        [("OnPremisesOverlapsNetwork", "onPremises.prefixes")],
    ),
    "on-premises prefixes overlap each other": (
        {"onPremises": {"prefixes": ["10.20.0.0/16", "10.20.4.0/24"]}},
        [("OnPremisesPrefixesOverlap", "onPremises.prefixes")],
    ),
    "the address space overlaps itself": (
        {"network": {"addressSpace": ["10.1.0.0/16", "10.1.8.0/24"]}},
        [("AddressSpaceOverlapsItself", "network.addressSpace")],
    ),
    "the address space is Azure's": (
        {"network": {"addressSpace": ["10.1.0.0/16", "169.254.0.0/16"]}},
        [("AddressSpaceForbidden", "network.addressSpace")],
    ),
    "the private address lies outside its subnet": (
        {"gateway": {"privateAddress": "10.1.3.10"}},
        [("PrivateAddressOutsideSubnet", "gateway.privateAddress")],
    ),
    "the private address is one of the first four": (
        {"gateway": {"privateAddress": "10.1.2.3"}},
        [("PrivateAddressReserved", "gateway.privateAddress")],
    ),
    "the private address is the last": (
        {"gateway": {"privateAddress": "10.1.2.255"}},
        [("PrivateAddressReserved", "gateway.privateAddress")],
    ),
    "the circuit is the recipe's placeholder": (
        {"expressRoute": {"circuitId": circuit("er-circuit-example")}},
        [("PlaceholderCircuit", "expressRoute.circuitId")],
    ),
    "the circuit of another subscription has no authorization key": (
        {"expressRoute": {"circuitId": circuit(subscription=OTHER)}},
        [("AuthorizationKeyMissing", "expressRoute.authorizationKey")],
    ),
    "a legacy gateway SKU is not allowed": (
        {"expressRoute": {"gatewaySku": "Standard"}},
        [("LegacyGatewaySku", "expressRoute.gatewaySku")],
    ),
    "scale units are given for a SKU that does not scale": (
        {"expressRoute": {"scaleUnits": {"minimum": 2, "maximum": 4}}},
        [("ScaleUnitsNotSupported", "expressRoute.scaleUnits")],
    ),
    "scale units are reversed": (
        {"expressRoute": {"gatewaySku": "ErGwScale", "scaleUnits": {"minimum": 9, "maximum": 2}}},
        [("ScaleUnitsReversed", "expressRoute.scaleUnits")],
    ),
    "scale units start from the one that does not scale": (
        {"expressRoute": {"gatewaySku": "ErGwScale", "scaleUnits": {"minimum": 1, "maximum": 2}}},
        [("ScaleUnitsFixed", "expressRoute.scaleUnits")],
    ),
    "the login is reserved": (
        {"postgres": {"adminLogin": "Azure_Superuser"}},
        [("AdminLoginReserved", "postgres.adminLogin")],
    ),
    "the login looks like a role of PostgreSQL": (
        {"postgres": {"adminLogin": "pg_owner"}},
        [("AdminLoginReserved", "postgres.adminLogin")],
    ),
    "a burstable server has no high availability": (
        {"postgres": {"sku": "Standard_B2s", "highAvailability": "SameZone"}},
        [("HighAvailabilityNotSupported", "postgres.highAvailability")],
    ),
    "a region without zones has no zone redundancy": (
        {"postgres": {"highAvailability": "ZoneRedundant"}, "zones": []},
        [("ZonesMissing", "postgres.highAvailability")],
    ),
    "a burstable server has no PgBouncer": (
        {"postgres": {"sku": "Standard_B2s", "parameters": {"pgbouncer.enabled": "true"}}},
        [("PgBouncerNotSupported", "postgres.parameters")],
    ),
    "the zone is named like the server": (
        {
            "postgres": {
                "serverName": "psql-x",
                "privateDnsZone": "psql-x.postgres.database.azure.com",
            }
        },
        [("ZoneNameIsServerName", "postgres.privateDnsZone")],
    ),
    "the zone has another suffix": (
        {"postgres": {"privateDnsZone": "db.corp.example"}},
        [("ZoneNameInvalid", "postgres.privateDnsZone")],
    ),
    "the zone is three labels deep": (
        {"postgres": {"privateDnsZone": "a.b.c.postgres.database.azure.com"}},
        [("ZoneNameInvalid", "postgres.privateDnsZone")],
    ),
    "the zone is the suffix alone": (
        {"postgres": {"privateDnsZone": "postgres.database.azure.com"}},
        [("ZoneNameInvalid", "postgres.privateDnsZone")],
    ),
    "the capacity is reversed": (
        {"gateway": {"minCapacity": 9, "maxCapacity": 5}},
        [("CapacityReversed", "gateway.minCapacity")],
    ),
    "a web application has no WAF before it": (
        {"gateway": {"https": HTTPS, "identityId": IDENTITY}},
        [("HttpsNeedsWaf", "gateway.sku")],
    ),
    "a web application has no identity to read its certificate": (
        {"gateway": {"https": HTTPS, "sku": "WAF_v2"}},
        [("IdentityMissing", "gateway.identityId")],
    ),
    "a direct deployment asks for parts of a gateway": (
        {"gateway": {"mode": "none", "sku": "WAF_v2", "alias": {"zoneId": ZONE}, "https": HTTPS}},
        [
            ("GatewayOptionWithoutGateway", "gateway.alias"),
            ("GatewayOptionWithoutGateway", "gateway.https"),
            ("GatewayOptionWithoutGateway", "gateway.sku"),
        ],
    ),
    "a tag is our own": ({"tags": {"Managed-By": "me"}}, [("TagReserved", "tags.Managed-By")]),
    "a tag is Azure's": ({"tags": {"azure-x": "1"}}, [("TagReserved", "tags.azure-x")]),
    "a tag is given twice": ({"tags": {"A": "1", "a": "2"}}, [("TagRepeated", "tags")]),
    "a zone is given twice": ({"zones": ["1", "1"]}, [("ZonesRepeated", "zones")]),
    "a basic Bastion is to scale": (
        {"bastion": {"sku": "Basic", "scaleUnits": 3}},
        [("BastionUnitsFixed", "bastion.scaleUnits")],
    ),
    "the user of the jump box is reserved": (
        {"jumpBox": {"adminUsername": "root"}},
        [("UserNameReserved", "jumpBox.adminUsername")],
    ),
}


@pytest.mark.parametrize(("changes", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_it_is_a_fault_when(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert told(faults(spec(**changes))) == expected


SOUND: dict[str, dict[str, Any]] = {
    "nothing but the required fields is given": {},
    "the circuit of another subscription has its key": {
        "expressRoute": {"circuitId": circuit(subscription=OTHER), "authorizationKey": SECRET}
    },
    "the subscription is written in another case": {
        "subscriptionId": "ABCDEF00-0000-0000-0000-000000000001",
        "expressRoute": {"circuitId": circuit(subscription="abcdef00-0000-0000-0000-000000000001")},
    },
    "a legacy SKU is allowed": {
        "expressRoute": {"gatewaySku": "HighPerformance", "allowLegacySku": True}
    },
    "the zone is shared by several servers": {
        "postgres": {"privateDnsZone": "corp.postgres.database.azure.com"}
    },
    "a direct deployment does not care for the gateway's address": {
        "gateway": {"mode": "none", "privateAddress": "10.99.0.1"}
    },
    "the smallest legal subnets are used": {
        "network": {
            "subnets": {
                "gateway": "10.1.1.0/27",
                "applicationGateway": "10.1.2.0/28",
                "database": "10.1.3.0/28",
                "bastion": "10.1.5.0/26",
            }
        }
    },
}


@pytest.mark.parametrize("changes", SOUND.values(), ids=SOUND.keys())
def test_it_is_no_fault_when(changes: dict[str, Any]) -> None:
    assert faults(spec(**changes)) == []


CAUTIONS: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "the gateway has little room": (
        subnets(applicationGateway="10.1.2.0/27"),
        ("GatewaySubnetTight", "network.subnets.applicationGateway"),
    ),
    "public addresses may reach the database": (
        {"onPremises": {"prefixes": ["20.30.0.0/16"]}},
        ("OnPremisesPrefixPublic", "onPremises.prefixes"),
    ),
    "nobody can log in to the jump box": (
        {"bastion": {"enabled": False}},
        ("JumpBoxUnreachable", "bastion.enabled"),
    ),
    "Bastion leads nowhere": (
        {"jumpBox": {"enabled": False}},
        ("BastionWithoutJumpBox", "jumpBox.enabled"),
    ),
    "everything stands in one zone": ({"zones": ["2"]}, ("SingleZone", "zones")),
    "the hub network lies where Docker has its own": (
        {
            "network": {
                "addressSpace": ["172.16.0.0/12"],
                "subnets": {
                    "gateway": "172.20.1.0/27",
                    "applicationGateway": "172.20.2.0/24",
                    "database": "172.20.3.0/24",
                    "management": "172.20.4.0/24",
                    "bastion": "172.20.5.0/26",
                },
            },
            "gateway": {"privateAddress": "172.20.2.10"},
        },
        ("DockerRange", "network.addressSpace"),
    ),
    "on-premises lies where Docker has its own": (
        {"onPremises": {"prefixes": ["172.17.8.0/24"]}},
        ("DockerRange", "onPremises.prefixes"),
    ),
    "a certificate is pinned to a version": (
        {"gateway": {"https": PINNED, "sku": "WAF_v2", "identityId": IDENTITY}},
        ("CertificatePinned", "gateway.https.certificate"),
    ),
    "clients may connect in clear": (
        {"postgres": {"parameters": {"require_secure_transport": "OFF"}}},
        ("ClearTextAllowed", "postgres.parameters"),
    ),
}


@pytest.mark.parametrize(("changes", "expected"), CAUTIONS.values(), ids=CAUTIONS.keys())
def test_it_is_a_caution_and_no_fault_when(
    changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    asked = spec(**changes)
    assert told(cautions(asked)) == [expected]
    assert faults(asked) == []


def test_all_faults_are_told_at_once() -> None:
    changes: dict[str, Any] = {}
    expected: list[tuple[str, str]] = []
    for name in ("the login is reserved", "a zone is given twice", "the capacity is reversed"):
        changes |= FAULTS[name][0]
        expected += FAULTS[name][1]
    assert sorted(told(faults(spec(**changes)))) == sorted(expected)


def test_nothing_is_told_of_a_field_that_holds_a_stand_in() -> None:
    overlapping = spec(onPremises={"prefixes": ["10.0.0.0/8"]})
    assert faults(overlapping, unread=["onPremises.prefixes"]) == []
    assert faults(overlapping, unread=["network.addressSpace"]) == []
    assert len(faults(overlapping, unread=["postgres"])) == 1
