"""What the checks make of what Azure tells them; plain data, no Azure."""

from typing import Any

import pytest

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight import database, locks, network, permissions, subscription
from shared.planning.preflight.findings import Finding
from shared.resources.catalogue import catalogue
from tests.shared.planning.judging import SPEC, SUBSCRIPTION, refusals, spec_with, warnings

# The subscription


@pytest.mark.parametrize("state", ["Disabled", "Warned", "PastDue"])
def test_a_subscription_that_takes_no_writes_is_refused(state: str) -> None:
    found = subscription.judge_subscription({"state": state})
    assert refusals(found) == [("SubscriptionNotEnabled", "subscriptionId")]


def test_an_unknown_region_is_refused_with_one_that_is_near() -> None:
    regions = ["eastus", "westeurope", "global"]
    (finding,) = subscription.judge_location(spec_with(location="eastuss"), regions)
    assert "eastus" in finding.advice["message"].split("near: ")[1]


def test_a_provider_that_is_not_registered_is_refused_with_the_command() -> None:
    provider = {"registrationState": "NotRegistered"}
    (finding,) = subscription.judge_provider(SPEC, "Microsoft.Compute", provider, [])
    assert "az provider register --namespace Microsoft.Compute" in finding.advice["message"]


def offered(locations: list[str], zones: list[str]) -> Json:
    mapping = {"location": "East US", "zones": zones}
    kind = {"resourceType": "publicIPAddresses", "locations": locations, "zoneMappings": [mapping]}
    return {"registrationState": "Registered", "resourceTypes": [kind]}


ADDRESS = [catalogue()["public-ip-bastion"]]


@pytest.mark.parametrize(
    ("locations", "zones", "found"),
    [
        (["East US"], ["1", "2", "3"], []),
        (["West US"], ["1", "2", "3"], [("TypeNotAvailableInLocation", "location")]),
        (["East US"], ["1", "2"], [("ZoneNotAvailable", "zones")]),
    ],
)
def test_a_type_must_be_offered_in_the_region_and_its_zones(
    locations: list[str], zones: list[str], found: list[tuple[str, str]]
) -> None:
    provider = offered(locations, zones)
    judged = subscription.judge_provider(SPEC, "Microsoft.Network", provider, ADDRESS)
    assert refusals(judged) == found


def test_a_version_that_the_provider_does_not_list_is_a_warning() -> None:
    kind = {"resourceType": "RouteTables", "apiVersions": ["2025-01-01"]}
    spoken = {"Microsoft.Network/routeTables": "2026-03-01"}
    provider = {"resourceTypes": [kind]}
    found = subscription.judge_versions(spoken, "Microsoft.Network", provider)
    assert warnings(found) == ["ApiVersionNotListed"]


NEEDED = ["Microsoft.Network/routeTables/write"]


@pytest.mark.parametrize(
    "roles",
    [
        [{"actions": ["*"]}],
        [{"actions": ["microsoft.network/ROUTETABLES/*"]}],
        [{"actions": ["*/write"]}],
        [
            {"actions": ["*"], "notActions": ["Microsoft.Network/*"]},
            {"actions": ["Microsoft.Network/*/write"], "notActions": []},
        ],
    ],
)
def test_one_role_that_allows_an_action_is_enough(roles: list[Json]) -> None:
    assert list(permissions.judge_permissions("/s", NEEDED, roles)) == []


@pytest.mark.parametrize(
    "roles",
    [
        [],
        [{"actions": ["*/read"]}],
        [{"actions": ["*"], "notActions": ["Microsoft.Network/*/write"]}],
        [{"actions": ["Microsoft.Network/routeTablesXwrite"]}],
    ],
)
def test_an_action_that_no_role_allows_is_named(roles: list[Json]) -> None:
    (finding,) = permissions.judge_permissions("/s", NEEDED, roles)
    assert finding.refused
    assert "Microsoft.Network/routeTables/write on /s" in finding.advice["message"]


def test_what_others_refer_to_needs_the_right_to_join() -> None:
    needed = permissions.needed_actions([catalogue()["virtual-network"]])
    assert "Microsoft.Network/virtualNetworks/subnets/join/action" in needed


def test_a_parameter_of_the_server_is_never_deleted() -> None:
    needed = permissions.needed_actions([catalogue()["postgres-parameters"]])
    assert not [action for action in needed if action.endswith("/delete")]


def lock(level: str) -> list[Json]:
    scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hybrid"
    identity = f"{scope}/providers/Microsoft.Authorization/locks/keep"
    return [{"id": identity, "name": "keep", "properties": {"level": level}}]


def test_a_read_only_lock_is_refused() -> None:
    found = refusals(locks.judge_locks(SPEC, lock("ReadOnly")))
    assert found == [("ScopeLocked", "resourceGroup")]


def test_a_lock_against_deletion_is_a_warning() -> None:
    assert warnings(locks.judge_locks(SPEC, lock("CanNotDelete"))) == ["ScopeLocked"]


def test_a_lock_against_deletion_is_refused_with_high_availability() -> None:
    spec = spec_with(postgres={"highAvailability": "ZoneRedundant"})
    found = refusals(locks.judge_locks(spec, lock("CanNotDelete")))
    assert found == [("LockBreaksFailover", "postgres.highAvailability")]


def test_a_circuit_that_is_locked_against_deletion_still_takes_connections() -> None:
    assert list(locks.judge_circuit_locks(lock("CanNotDelete"))) == []


@pytest.mark.parametrize(
    ("level", "refused", "warned"),
    [
        ("ReadOnly", [("ScopeLocked", "gateway.alias.zoneId")], []),
        ("CanNotDelete", [], ["ScopeLocked"]),
    ],
)
def test_a_lock_on_the_zone_of_an_alias_is_refused_where_it_takes_no_record(
    level: str, refused: list[tuple[str, str]], warned: list[str]
) -> None:
    findings = list(locks.judge_alias_locks(lock(level)))
    assert (refusals(findings), warnings(findings)) == (refused, warned)


def test_a_lock_is_named_with_its_scope() -> None:
    (finding,) = locks.judge_locks(SPEC, lock("ReadOnly"))
    assert "the lock keep makes rg-hybrid read-only" in finding.advice["message"]


def test_a_circuit_that_is_read_only_is_refused() -> None:
    found = refusals(locks.judge_circuit_locks(lock("ReadOnly")))
    assert found == [("ScopeLocked", "expressRoute.circuitId")]


def test_a_policy_that_denies_a_resource_is_named() -> None:
    evaluation = {
        "policyInfo": {"policyAssignmentId": "/s/policyAssignments/no-public-ip"},
        "evaluationResult": "NonCompliant",
    }
    answer = {"contentEvaluationResult": {"policyEvaluations": [evaluation]}}
    (finding,) = subscription.judge_policies(ADDRESS[0], answer)
    assert finding.advice["target"] == "public-ip-bastion"
    assert "no-public-ip" in finding.advice["message"]


def test_a_resource_that_complies_is_accepted() -> None:
    answer = {"fieldRestrictions": [], "contentEvaluationResult": {"policyEvaluations": []}}
    assert list(subscription.judge_policies(ADDRESS[0], answer)) == []


def test_policies_are_asked_without_secrets() -> None:
    question = subscription.policy_question(catalogue()["postgres-server"], SPEC)
    assert "$secret" not in str(question)
    assert question["resourceDetails"]["resourceContent"]["location"] == "eastus"


# The network


def usage(name: str, used: int, limit: int) -> Json:
    return {"name": {"value": name}, "currentValue": used, "limit": limit}


@pytest.mark.parametrize(
    ("name", "used", "refused"),
    [
        ("VirtualNetworks", 1000, True),
        ("VirtualNetworks", 999, False),
        ("StandardSkuPublicIpAddresses", 999, True),
        ("LoadBalancers", 1000, False),
    ],
)
def test_a_quota_without_room_for_what_is_new_is_refused(
    name: str, used: int, refused: bool
) -> None:
    findings = network.judge_network_quota(catalogue().wanted(SPEC), [usage(name, used, 1000)])
    assert bool(refusals(findings)) is refused


NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/hub"


def gateway(name: str, kind: str, subnet: str) -> Json:
    configuration = {"name": "default", "properties": {"subnet": {"id": subnet}}}
    properties = {"gatewayType": kind, "ipConfigurations": [configuration]}
    return {"id": f"/gateways/{name}", "properties": properties}


@pytest.mark.parametrize(
    ("found", "refused"),
    [
        (gateway("other", "ExpressRoute", f"{NETWORK.upper()}/subnets/GatewaySubnet"), True),
        (gateway("ours", "ExpressRoute", f"{NETWORK}/subnets/GatewaySubnet"), False),
        (gateway("other", "Vpn", f"{NETWORK}/subnets/GatewaySubnet"), False),
        (gateway("other", "ExpressRoute", f"{NETWORK}-2/subnets/GatewaySubnet"), False),
    ],
)
def test_a_second_express_route_gateway_in_the_network_is_refused(
    found: Json, refused: bool
) -> None:
    findings = network.judge_existing_gateway([found], NETWORK, "/gateways/ours")
    assert bool(refusals(findings)) is refused


@pytest.mark.parametrize(
    ("one", "other", "overlapping"),
    [
        ("a.example", "A.example", True),
        ("a.example", "b.a.example", True),
        ("a.example", "ba.example", False),
        ("a.example", "b.example", False),
    ],
)
def test_zones_overlap_where_one_lies_in_the_other(one: str, other: str, overlapping: bool) -> None:
    assert network.overlap(one, other) is network.overlap(other, one) is overlapping


@pytest.mark.parametrize(("zone", "refused"), [("/zones/other", True), ("/ZONES/ours", False)])
def test_a_network_that_is_linked_to_an_overlapping_zone_is_refused(
    zone: str, refused: bool
) -> None:
    links = {zone: [{"properties": {"virtualNetwork": {"id": NETWORK.upper()}}}]}
    findings = network.judge_private_zones(links, NETWORK, "/zones/ours")
    assert bool(refusals(findings)) is refused


@pytest.mark.parametrize(
    ("listed", "found"), [(["AppGwSslPolicy20170401S"], ["TlsPolicyNotListed"]), (["mine"], [])]
)
def test_a_tls_policy_that_azure_does_not_list_is_a_warning(
    listed: list[str], found: list[str]
) -> None:
    policies = [{"id": f"/default/predefinedPolicies/{name}"} for name in listed]
    offered = {"properties": {"predefinedPolicies": policies}}
    assert warnings(network.judge_tls_policy("mine", offered)) == found


def test_a_rule_set_that_azure_does_not_list_is_a_warning() -> None:
    wanted = [{"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"}]
    listed = [{"properties": {"ruleSetType": "OWASP", "ruleSetVersion": "3.2"}}]
    assert warnings(network.judge_waf_rules(wanted, listed)) == ["RuleSetNotListed"]


# The database


def capability(**fields: Any) -> Json:
    def sku(name: str) -> Json:
        return {"name": name, "supportedHaMode": ["SameZone", "ZoneRedundant"]}

    edition = {
        "name": "GeneralPurpose",
        "supportedServerSkus": [sku("Standard_D2ds_v5"), sku("Standard_D4ds_v5")],
        "supportedStorageEditions": [
            {"name": "P", "supportedStorageMb": [{"storageSizeMb": g * 1024} for g in (32, 128)]}
        ],
    }
    return {
        "restricted": "Disabled",
        "zoneRedundantHaSupported": "Enabled",
        "geoBackupSupported": "Enabled",
        "supportedServerVersions": [{"name": "16"}, {"name": "17"}],
        "supportedServerEditions": [edition],
        **fields,
    }


def database_findings(spec: DeploymentSpec, **fields: Any) -> list[Finding]:
    return list(database.judge_database_capability(spec, [capability(**fields)]))


def test_a_region_that_offers_what_is_wanted_is_accepted() -> None:
    assert database_findings(SPEC) == []


@pytest.mark.parametrize(
    ("postgres", "target", "nearest"),
    [
        ({"version": "18"}, "postgres.version", "17"),
        ({"sku": "Standard_D2s_v3"}, "postgres.sku", "Standard_D2ds_v5"),
        ({"sku": "Standard_E4ds_v5"}, "postgres.sku", "Standard_D4ds_v5"),
        ({"storageGiB": 64}, "postgres.storageGiB", "128"),
        ({"storageGiB": 1024}, "postgres.storageGiB", "128"),
    ],
)
def test_a_wish_that_the_region_cannot_fulfil_is_refused_with_the_nearest(
    postgres: Json, target: str, nearest: str
) -> None:
    (finding,) = database_findings(spec_with(postgres=postgres))
    assert finding.refused
    assert finding.advice["target"] == target
    assert finding.advice["message"].endswith(f"nearest is {nearest}")


def test_all_wishes_are_judged_in_one_answer() -> None:
    spec = spec_with(postgres={"version": "18", "sku": "Standard_X9", "geoRedundantBackup": True})
    found = refusals(database_findings(spec, geoBackupSupported="Disabled"))
    targets = [target for _, target in found]
    assert targets == ["postgres.version", "postgres.sku", "postgres.geoRedundantBackup"]


def test_zone_redundancy_needs_a_region_that_has_it() -> None:
    spec = spec_with(postgres={"highAvailability": "ZoneRedundant"})
    found = refusals(database_findings(spec, zoneRedundantHaSupported="Disabled"))
    assert found == [("HighAvailabilityNotSupported", "postgres.highAvailability")]


def test_zone_redundancy_with_geo_redundant_backup_needs_a_region_that_has_both() -> None:
    spec = spec_with(postgres={"highAvailability": "ZoneRedundant", "geoRedundantBackup": True})
    found = refusals(database_findings(spec, zoneRedundantHaAndGeoBackupSupported="Disabled"))
    assert found == [("GeoBackupNotSupported", "postgres.geoRedundantBackup")]


def test_a_size_that_is_disabled_is_not_offered() -> None:
    skus = [{"name": "Standard_D2ds_v5", "status": "Disabled"}, {"name": "Standard_D4ds_v5"}]
    found = database_findings(SPEC, supportedServerEditions=[{"supportedServerSkus": skus}])
    assert refusals(found) == [("SkuNotAvailable", "postgres.sku")]


@pytest.mark.parametrize(
    "listed",
    [[], [{"restricted": "Enabled"}], [{"status": "Disabled", "reason": "subscription type"}]],
)
def test_a_region_that_is_restricted_is_refused(listed: list[Json]) -> None:
    found = refusals(database.judge_database_capability(SPEC, listed))
    assert found == [("LocationRestricted", "location")]


def test_a_name_that_is_taken_is_refused() -> None:
    answer = {"nameAvailable": False, "reason": "AlreadyExists"}
    found = refusals(database.judge_database_name(SPEC, answer))
    assert found == [("ServerNameNotAvailable", "postgres.serverName")]


def test_a_name_that_is_free_is_accepted() -> None:
    assert list(database.judge_database_name(SPEC, {"nameAvailable": True})) == []


@pytest.mark.parametrize(("mode", "refused"), [("Disabled", False), ("ZoneRedundant", True)])
def test_a_standby_takes_its_quota_too(mode: str, refused: bool) -> None:
    spec = spec_with(postgres={"highAvailability": mode})
    findings = database.judge_database_quota(spec, [usage("standardDDSv5Family", 7, 10)])
    assert bool(refusals(findings)) is refused


def test_the_quota_of_another_family_does_not_matter() -> None:
    assert not list(database.judge_database_quota(SPEC, [usage("standardDSv3Family", 10, 10)]))
