"""The reads that preflight, validation and drift make before anything is written."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest

TABLE = {"location": "eastus", "properties": {"routes": []}}


def error_of(refused: pytest.ExceptionInfo[HttpResponseError]) -> Any:
    return refused.value.error


def ask(azure: Any, method: str, path: str, version: str, **more: Any) -> Any:
    """A request that has no SDK here, through the pipeline of one that is."""
    separator = "&" if "?" in path else "?"
    url = f"{azure.emulator.url}{path}{separator}api-version={version}"
    request = HttpRequest(method, url, **more)
    answer = azure.resources._client.send_request(request)
    assert answer.status_code == 200, answer.text()
    return answer.json()


def subscription(azure: Any) -> str:
    return f"/subscriptions/{azure.emulator.cloud.settings.subscription_id}"


def group(azure: Any) -> str:
    return f"{subscription(azure)}/resourceGroups/rg"


def put_at(azure: Any, scope: str, kind: str, **properties: Any) -> str:
    id_ = f"{scope}/providers/Microsoft.Authorization/{kind}/mine"
    azure.emulator.put(id_, {"properties": properties})
    return id_


def write_table(azure: Any) -> Any:
    return azure.network.route_tables.begin_create_or_update("rg", "rt", TABLE)


def test_a_provider_tells_versions_locations_and_zones(azure: Any) -> None:
    found = azure.resources.providers.get("Microsoft.DBforPostgreSQL")
    (server,) = [t for t in found.resource_types if t.resource_type == "flexibleServers"]
    assert found.registration_state == "Registered"
    assert "2026-10-01" in server.api_versions
    assert "East US" in server.locations
    zones = {each.location: each.zones for each in server.zone_mappings}
    assert zones["East US"] == ["1", "2", "3"]
    assert "West US" not in zones


def test_an_unregistered_provider_refuses_writes_until_it_is_registered(
    azure: Any, web: Any
) -> None:
    azure.emulator.settings({"unregistered": ("Microsoft.Network",)})
    url = f"{azure.emulator.url}{azure.id('routeTables/rt')}?api-version=2026-03-01"
    answer = web.put(url, json=TABLE)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "MissingSubscriptionRegistration"
    assert azure.resources.providers.get("Microsoft.Network").registration_state == "NotRegistered"
    azure.resources.providers.register("Microsoft.Network")
    assert web.put(url, json=TABLE).status_code == 201


def test_subscription_locations_and_tenant_are_there(azure: Any) -> None:
    root = subscription(azure)
    assert ask(azure, "GET", root, "2022-12-01")["state"] == "Enabled"
    names = [each["name"] for each in ask(azure, "GET", f"{root}/locations", "2022-12-01")["value"]]
    assert "eastus" in names
    assert len(ask(azure, "GET", "/tenants", "2022-12-01")["value"]) == 1


def test_permissions_are_everything_unless_they_are_put(azure: Any) -> None:
    path = f"{group(azure)}/providers/Microsoft.Authorization/permissions"
    assert ask(azure, "GET", path, "2022-04-01")["value"][0]["actions"] == ["*"]
    put_at(azure, group(azure), "permissions", actions=["*/read"], notActions=[])
    assert ask(azure, "GET", path, "2022-04-01")["value"][0]["actions"] == ["*/read"]
    with pytest.raises(HttpResponseError) as refused:
        write_table(azure)
    assert refused.value.status_code == 403
    assert error_of(refused).code == "AuthorizationFailed"
    assert "Microsoft.Network/routeTables/write" in error_of(refused).message


def test_locks_are_seen_at_below_and_above_their_scope(azure: Any) -> None:
    write_table(azure).result()
    put_at(azure, group(azure), "locks", level="CanNotDelete")
    for scope in (subscription(azure), group(azure), azure.id("routeTables/rt")):
        path = f"{scope}/providers/Microsoft.Authorization/locks"
        assert len(ask(azure, "GET", path, "2020-05-01")["value"]) == 1
    path = f"{subscription(azure)}/providers/Microsoft.Authorization/locks?$filter=atScope()"
    assert ask(azure, "GET", path, "2020-05-01")["value"] == []


def test_policy_assignments_are_seen_at_and_above_their_scope(azure: Any) -> None:
    put_at(azure, group(azure), "policyAssignments", displayName="No tables")
    seen = {}
    for scope in (subscription(azure), group(azure), azure.id("routeTables/rt")):
        path = f"{scope}/providers/Microsoft.Authorization/policyAssignments?$filter=atScope()"
        seen[scope] = len(ask(azure, "GET", path, "2024-05-01")["value"])
    assert list(seen.values()) == [0, 1, 1]


def test_a_policy_denies_beforehand_and_at_the_write(azure: Any) -> None:
    rule = {
        "if": {"field": "type", "equals": "Microsoft.Network/routeTables"},
        "then": {"effect": "deny"},
    }
    put_at(azure, group(azure), "policyAssignments", displayName="No tables", policyRule=rule)
    path = f"{group(azure)}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"

    def evaluate(kind: str) -> list[str]:
        content = {"resourceDetails": {"resourceContent": {"type": kind, "location": "eastus"}}}
        found = ask(azure, "POST", path, "2022-03-01", json=content)
        evaluations = found["contentEvaluationResult"]["policyEvaluations"]
        return [each["policyInfo"]["policyAssignmentName"] for each in evaluations]

    assert evaluate("Microsoft.Network/routeTables") == ["No tables"]
    assert evaluate("Microsoft.Network/virtualNetworks") == []
    with pytest.raises(HttpResponseError) as refused:
        write_table(azure)
    assert error_of(refused).code == "RequestDisallowedByPolicy"


@pytest.mark.parametrize(
    ("condition", "denied"),
    [
        ({"field": "location", "notIn": ["westeurope"]}, True),
        ({"field": "tags['owner']", "exists": "false"}, True),
        ({"not": {"field": "location", "like": "east*"}}, False),
        ({"allOf": [{"field": "location", "equals": "eastus"}]}, True),
        ({"field": "Microsoft.Network/routeTables/disableBgpRoutePropagation", "in": [True]}, True),
    ],
)
def test_a_policy_reads_locations_tags_and_aliases(
    azure: Any, condition: dict[str, Any], denied: bool
) -> None:
    put_at(azure, group(azure), "policyAssignments", policyRule={"if": condition})
    content = {
        "type": "Microsoft.Network/routeTables",
        "location": "eastus",
        "properties": {"disableBgpRoutePropagation": True},
    }
    path = f"{group(azure)}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"
    body = {"resourceDetails": {"resourceContent": content}}
    found = ask(azure, "POST", path, "2022-03-01", json=body)
    assert bool(found["contentEvaluationResult"]["policyEvaluations"]) == denied


def test_network_usages_count_what_is_there_against_settable_limits(azure: Any) -> None:
    write_table(azure).result()
    azure.emulator.settings({"quotas": {"RouteTables": 1}})
    rows = {each.name.value: each for each in azure.network.usages.list("eastus")}
    assert (rows["RouteTables"].current_value, rows["RouteTables"].limit) == (1, 1)
    assert rows["VirtualNetworks"].limit == 1000


def test_compute_usages_and_sizes_are_told_per_region(azure: Any) -> None:
    base = f"{subscription(azure)}/providers/Microsoft.Compute"
    rows = ask(azure, "GET", f"{base}/locations/eastus/usages", "2025-04-01")["value"]
    assert {"cores", "standardBSFamily"} <= {each["name"]["value"] for each in rows}
    azure.emulator.settings({"restricted_sizes": ("Standard_B2s", "Standard_B1s/1")})
    path = f"{base}/skus?$filter=location eq 'eastus'"
    skus = {each["name"]: each for each in ask(azure, "GET", path, "2021-07-01")["value"]}
    kinds = {n: [r["type"] for r in each["restrictions"]] for n, each in skus.items()}
    assert (kinds["Standard_B2s"], kinds["Standard_B1s"]) == (["Location"], ["Zone"])
    assert kinds["Standard_D2s_v5"] == []


def test_postgresql_tells_what_a_region_offers(azure: Any) -> None:
    listing = azure.postgresql.capabilities_by_location.list
    (found,) = listing("eastus")
    skus = {s.name: s for e in found.supported_server_editions for s in e.supported_server_skus}
    assert "ZoneRedundant" in skus["Standard_D2ds_v5"].supported_ha_mode
    assert found.zone_redundant_ha_supported == "Enabled"
    assert "17" in [each.name for each in found.supported_server_versions]
    (found,) = listing("westus")
    assert found.zone_redundant_ha_supported == "Disabled"
    azure.emulator.settings({"postgresql_restricted": ("eastus",)})
    (found,) = listing("eastus")
    assert found.restricted == "Enabled"
    assert "restricted" in found.reason


def test_postgresql_tells_whether_a_name_is_free(azure: Any) -> None:
    kind = "Microsoft.DBforPostgreSQL/flexibleServers"
    azure.emulator.put(
        azure.id(f"{kind}/taken"), {"location": "eastus", "properties": {"version": "17"}}
    )
    names = azure.postgresql.name_availability
    assert names.check_globally({"name": "free", "type": kind}).name_available
    found = names.check_with_location("eastus", {"name": "taken", "type": kind})
    assert (found.name_available, found.reason) == (False, "AlreadyExists")


def test_postgresql_counts_vcores_and_servers_in_subnets(azure: Any) -> None:
    usages = {each.name.value: each for each in azure.postgresql.quota_usages.list("eastus")}
    assert usages["standardDDSv5Family"].current_value == 0
    delegation = {"serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}
    inner = {
        "addressPrefix": "10.1.3.0/24",
        "delegations": [{"name": "pg", "properties": delegation}],
    }
    properties = {
        "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
        "subnets": [{"name": "db", "properties": inner}],
    }
    network = azure.id("virtualNetworks/vnet")
    azure.emulator.put(network, {"location": "eastus", "properties": properties})
    found = azure.postgresql.virtual_network_subnet_usage.list(
        "eastus", {"virtualNetworkArmResourceId": network}
    )
    rows = [(each.subnet_name, each.usage) for each in found.delegated_subnets_usage]
    assert rows == [("db", 0)]


def test_postgresql_tells_the_suffix_of_its_zones(azure: Any) -> None:
    suffix = azure.postgresql.private_dns_zone_suffix.get()
    assert suffix == "private.postgres.database.azure.com"


def test_application_gateways_list_rule_sets_and_ssl_policies(azure: Any) -> None:
    gateways = azure.network.application_gateways
    sets = {
        (each.rule_set_type, each.rule_set_version)
        for each in gateways.list_available_waf_rule_sets().value
    }
    assert ("Microsoft_DefaultRuleSet", "2.1") in sets
    assert gateways.list_available_ssl_options().default_policy == "AppGwSslPolicy20220101"


def test_a_circuit_without_a_gateway_has_carried_nothing(azure: Any) -> None:
    azure.emulator.put(azure.id("expressRouteCircuits/er"), {"location": "eastus"})
    stats = azure.network.express_route_circuits.get_stats("rg", "er")
    assert (stats.primarybytes_in, stats.secondarybytes_out) == (0, 0)
