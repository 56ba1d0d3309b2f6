"""The routes below /_emulator, bodies' shapes, and what tests do behind Azure's back."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from local.arm_emulator.cloud import Cloud
from local.arm_emulator.settings import Settings
from local.arm_emulator.wire.messages import ArmError, Request
from local.arm_emulator.wire.schema import check_body, declared, sdk_shape
from local.clock import VirtualClock

Refusal = Callable[..., str]


class Http:
    def __init__(self, azure: Any) -> None:
        self._base = azure.emulator.url + "/_emulator/"
        self._verify = str(azure.emulator.ca_file)

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(
            method, self._base + path, json=body, verify=self._verify, timeout=10
        )
        return answer.json()


@pytest.fixture
def http(azure: Any) -> Http:
    return Http(azure)


def test_resources_are_put_edited_listed_and_removed_by_http(azure: Any, http: Http) -> None:
    id_ = azure.id("routeTables/rt", "elsewhere")
    made = http("PUT", "resources", {"id": id_, "body": {"location": "eastus"}})
    assert made["properties"]["provisioningState"] == "Succeeded"
    http("PATCH", "resources", {"id": id_, "changes": {"tags": {"a": "b"}}, "caller": "mallory"})
    listed = http("GET", "resources?type=Microsoft.Network/routeTables")["value"]
    assert [each["tags"] for each in listed] == [{"a": "b"}]
    edits = http("GET", "calls?callerName=mallory")["value"]
    assert [each["method"] for each in edits] == ["PATCH"]
    http("DELETE", "resources", {"id": id_})
    assert http("GET", "resources?group=elsewhere")["value"] == []


def test_the_clock_is_moved_by_http(azure: Any, http: Http) -> None:
    azure.network.route_tables.begin_create_or_update(
        "rg", "rt", {"location": "eastus"}, polling=False
    )
    assert http("GET", "clock")["nextEnd"] is not None
    assert http("POST", "advance", {"seconds": 60})["nextEnd"] is None
    assert http("GET", "operations")["value"][0]["status"] == "Succeeded"


def test_an_unknown_control_route_tells_the_known_ones(http: Http) -> None:
    assert "POST /_emulator/faults" in http("GET", "nonsense")["error"]["message"]


def test_settings_and_durations_are_changed_by_http(azure: Any, http: Http) -> None:
    assert http("PATCH", "settings", {"link_up_seconds": 7})["link_up_seconds"] == 7
    http("PUT", "durations", {"Microsoft.Network/routeTables|create": 77})
    assert azure.emulator.cloud.settings.durations == {"Microsoft.Network/routeTables|create": 77}
    assert "no setting colour" in http("PATCH", "settings", {"colour": 1})["error"]["message"]


def test_a_reset_forgets_everything(azure: Any, http: Http) -> None:
    http("POST", "reset")
    assert azure.emulator.resources() == []
    assert azure.emulator.calls() == []


def test_an_edit_is_seen_by_the_next_read_and_changes_the_etag(azure: Any) -> None:
    azure.emulator.put(azure.id("networkSecurityGroups/nsg"), {"location": "eastus"})
    before = azure.network.network_security_groups.get("rg", "nsg")
    azure.emulator.edit(
        azure.id("networkSecurityGroups/nsg"), {"properties": {"flushConnection": True}}
    )
    after = azure.network.network_security_groups.get("rg", "nsg")
    assert after.properties.flush_connection is True
    assert after.etag != before.etag


def test_a_circuit_is_put_in_any_state(azure: Any) -> None:
    changes = {"properties": {"serviceProviderProvisioningState": "Deprovisioning"}}
    made = azure.emulator.put(azure.id("expressRouteCircuits/er"), changes)
    assert made["properties"]["serviceProviderProvisioningState"] == "Deprovisioning"
    found = azure.network.express_route_circuits.get("rg", "er")
    assert found.properties.peerings[0].properties.peering_type == "AzurePrivatePeering"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"colour": 1}, "colour: could not find member 'colour'"),
        ({"properties": {"adressPrefix": "x"}}, "properties.adressPrefix"),
        ({"properties": {"addressPrefix": 5}}, "properties.addressPrefix: a number"),
        ({"properties": {"delegations": {}}}, "properties.delegations: an object"),
        ({"properties": {"delegations": [{"x": 1}]}}, "properties.delegations[0].x"),
        ({"properties": {"defaultOutboundAccess": "yes"}}, "defaultOutboundAccess: a string"),
        ({"properties": []}, "properties: a list"),
        ([], "$: a list"),
    ],
)
def test_what_a_body_may_not_hold_is_refused_with_its_path(body: Any, fault: str) -> None:
    with pytest.raises(ArmError) as refused:
        check_body(sdk_shape("network", "Subnet"), body)
    assert refused.value.details is not None
    assert fault in refused.value.details[0]["message"]


def test_names_are_read_without_regard_to_case_and_digits_as_numbers() -> None:
    sent = {"Properties": {"Port": "5432", "Protocol": "http"}}
    kept = check_body(sdk_shape("network", "ApplicationGatewayBackendHttpSettings"), sent)
    assert kept == {"properties": {"port": 5432, "protocol": "http"}}


def test_all_faults_of_a_body_are_told_at_once() -> None:
    with pytest.raises(ArmError) as refused:
        check_body(sdk_shape("network", "Subnet"), {"a": 1, "b": 2, "properties": {"c": 3}})
    assert refused.value.details is not None
    assert len(refused.value.details) == 3


def test_read_only_properties_are_dropped_and_required_ones_demanded() -> None:
    kept = check_body(
        sdk_shape("network", "Subnet"), {"properties": {"provisioningState": "x"}, "etag": "y"}
    )
    assert kept == {"properties": {}}
    with pytest.raises(ArmError) as refused:
        check_body(sdk_shape("network", "WebApplicationFirewallPolicy"), {"properties": {}})
    assert "managedRules: required" in str(refused.value)


def test_a_declared_shape_is_checked_like_a_read_one() -> None:
    shape = declared("Thing", {"name": str, "tags": {"*": str}, "zones": [str]}, ("name",))
    assert check_body(shape, {"name": "a", "tags": {"x": "y"}, "zones": ["1"]})
    for wrong in ({}, {"name": 1}, {"name": "a", "tags": {"x": 1}}, {"name": "a", "zones": [1]}):
        with pytest.raises(ArmError):
            check_body(shape, wrong)


def test_the_core_answers_without_a_server() -> None:
    cloud = Cloud(clock=VirtualClock(), seed=1, settings=Settings())
    token, _ = cloud.identity.mint("https://management.azure.com")
    headers = {"authorization": f"Bearer {token}"}
    path = f"/subscriptions/{cloud.settings.subscription_id}/resourceGroups/rg"
    request = Request("PUT", path, {"api-version": "2025-04-01"}, headers, {"location": "eastus"})
    assert cloud.handle(request).status == 201
    assert cloud.handle(request).status == 200


def test_the_same_seed_gives_the_same_cloud() -> None:
    def world(seed: int) -> str:
        cloud = Cloud(clock=VirtualClock(), seed=seed, settings=Settings())
        token, _ = cloud.identity.mint("https://management.azure.com")
        headers = {"authorization": f"Bearer {token}"}
        group = f"/subscriptions/{cloud.settings.subscription_id}/resourceGroups/rg"
        body = {"location": "eastus"}
        table = group + "/providers/Microsoft.Network/routeTables/rt"
        for path, version in ((group, "2025-04-01"), (table, "2026-03-01")):
            cloud.handle(Request("PUT", path, {"api-version": version}, headers, body))
        operations = [(each.id, each.ends) for each in cloud.operations.all.values()]
        return str((operations, [each.body for each in cloud.store.resources.values()]))

    assert world(1) == world(1)
    assert world(1) != world(2)
