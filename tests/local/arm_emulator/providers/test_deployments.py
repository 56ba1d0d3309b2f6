"""Deployments of ARM templates, through the generic client: accepted, run, failed, listed."""

from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

Json = dict[str, Any]
VERSION = "2024-11-01"
NETWORK = "2024-05-01"
SPACE = {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}


def resource(type_name: str, name: str, *after: str, **more: Any) -> Json:
    body = {"type": f"Microsoft.Network/{type_name}", "name": name, "apiVersion": NETWORK}
    return body | {"location": "eastus", "dependsOn": list(after), **more}


def document(*resources: Json, **more: Any) -> Json:
    schema = "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#"
    return {"$schema": schema, "contentVersion": "1.0.0.0", "resources": list(resources), **more}


NSG = resource("networkSecurityGroups", "nsg")
VNET = resource(
    "virtualNetworks",
    "vnet",
    "Microsoft.Network/networkSecurityGroups/nsg",
    properties={
        **SPACE,
        "subnets": [
            {
                "name": "default",
                "properties": {
                    "AddressPrefix": "10.1.1.0/24",
                    "networkSecurityGroup": {
                        "id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'nsg')]"
                    },
                },
            }
        ],
    },
)


class Deploying:
    """Deployments named ``d`` in the group."""

    def __init__(self, azure: Any, web: Any) -> None:
        self.azure, self.web = azure, web
        self.id = azure.id("Microsoft.Resources/deployments/d")

    def begin(self, template: Json, **more: Any) -> Any:
        body = {"properties": {"mode": "incremental", "template": template, **more}}
        resources = self.azure.resources.resources
        return resources.begin_create_or_update_by_id(self.id, body, api_version=VERSION)

    def put(self, *resources: Json) -> Any:
        """The bare request; nobody polls, so no time passes."""
        body = {"properties": {"mode": "Incremental", "template": document(*resources)}}
        return self.ask("PUT", json=body)

    def ask(self, method: str, path: str = "", **more: Any) -> Any:
        url = f"{self.azure.emulator.url}{self.id}{path}?api-version={VERSION}"
        return self.web.request(method, url, **more)

    def fails(self, template: Json) -> Json:
        """How a deployment that is accepted ends."""
        with pytest.raises(HttpResponseError):
            self.begin(template).result()
        shown: Json = self.ask("GET").json()["properties"]
        assert shown["provisioningState"] == "Failed"
        return shown

    def writes(self) -> list[tuple[str, int]]:
        calls = self.azure.emulator.cloud.calls
        return [(c.name, c.status) for c in calls if c.method == "PUT" and c.name != "rg"]


@pytest.fixture
def deploying(azure: Any, web: Any) -> Deploying:
    return Deploying(azure, web)


def test_resources_are_written_in_order_by_the_ordinary_path(deploying: Deploying) -> None:
    deploying.begin(document(VNET, NSG)).result()
    assert deploying.writes() == [("d", 201), ("nsg", 201), ("vnet", 201)]
    subnet = deploying.azure.network.subnets.get("rg", "vnet", "default")
    assert subnet.properties.network_security_group.id.endswith("/nsg")


def test_it_is_accepted_then_runs_then_succeeds(deploying: Deploying) -> None:
    first = deploying.put(NSG, VNET)
    assert first.status_code == 201
    shown = first.json()["properties"]
    assert shown["provisioningState"] == "Accepted"
    assert shown["dependencies"][0]["resourceName"] == "vnet"
    assert shown["dependencies"][0]["dependsOn"][0]["resourceName"] == "nsg"
    assert shown["providers"][0]["namespace"] == "Microsoft.Network"
    monitor = first.headers["Azure-AsyncOperation"]
    assert "/deployments/d/operationStatuses/" in monitor
    states = [deploying.web.get(monitor).json()["status"]]
    deploying.azure.advance(seconds=4)
    states.append(deploying.web.get(monitor).json()["status"])
    deploying.azure.advance(seconds=60)
    states.append(deploying.web.get(monitor).json()["status"])
    assert states == ["Accepted", "Running", "Succeeded"]


def test_outputs_and_output_resources_are_shown_at_the_end(deploying: Deploying) -> None:
    outputs = {
        "guid": {"type": "string", "value": "[reference('nsg').resourceGuid]"},
        "name": {"type": "string", "value": "[deployment().name]"},
    }
    deploying.begin(document(NSG, outputs=outputs)).result()
    shown = deploying.ask("GET").json()["properties"]
    nsg = deploying.azure.network.network_security_groups.get("rg", "nsg")
    assert shown["outputs"]["guid"] == {"type": "String", "value": nsg.properties.resource_guid}
    assert shown["outputs"]["name"]["value"] == "d"
    assert [each["id"] for each in shown["outputResources"]] == [nsg.id]


def test_a_refused_resource_fails_the_deployment_with_its_error_inside(
    deploying: Deploying,
) -> None:
    outside = {**VNET["properties"], "subnets": [
        {"name": "s", "properties": {"addressPrefix": "10.9.0.0/24"}}
    ]}  # fmt: skip
    network = resource("virtualNetworks", "vnet", properties=outside)
    after = resource("routeTables", "rt", "vnet")
    error = deploying.fails(document(network, after, NSG))["error"]
    assert error["code"] == "DeploymentFailed"
    assert error["target"] == deploying.id
    assert [each["code"] for each in error["details"]] == ["NetcfgInvalidSubnet"]
    assert deploying.writes() == [("d", 201), ("vnet", 400), ("nsg", 201)]  # what waits is not


def test_a_resource_whose_operation_fails_fails_the_deployment(deploying: Deploying) -> None:
    deploying.azure.emulator.fail(
        method="PUT", type="*/networkSecurityGroups", operation="Failed", code="Odd"
    )
    assert deploying.fails(document(NSG, VNET))["error"]["details"][0]["code"] == "Odd"
    assert ("vnet", 201) not in deploying.writes()


def test_a_stuck_resource_holds_the_deployment_until_it_is_released(deploying: Deploying) -> None:
    emulator = deploying.azure.emulator
    emulator.fail(method="PUT", type="*/networkSecurityGroups", stuck=True)
    deploying.put(NSG)
    emulator.advance(3600)
    assert deploying.ask("GET").json()["properties"]["provisioningState"] == "Running"
    stuck = next(each for each in emulator.operations() if each["type"].endswith("Groups"))
    emulator.release(stuck["id"], "Canceled")
    shown = deploying.ask("GET").json()["properties"]
    assert shown["provisioningState"] == "Failed"
    assert shown["error"]["details"][0]["code"] == "OperationReleased"


def test_a_busy_network_is_waited_for(deploying: Deploying) -> None:
    azure = deploying.azure
    azure.emulator.put(
        azure.id("virtualNetworks/vnet"), {"location": "eastus", "properties": SPACE}
    )
    subnet = {"properties": {"addressPrefix": "10.1.2.0/24"}}
    azure.network.subnets.begin_create_or_update("rg", "vnet", "other", subnet, polling=False)
    child = resource(
        "virtualNetworks/subnets", "vnet/mine", properties={"addressPrefix": "10.1.3.0/24"}
    )
    del child["location"]
    deploying.begin(document(child)).result()
    statuses = [status for name, status in deploying.writes() if name == "mine"]
    assert statuses[0] == 429
    assert statuses[-1] == 201


def test_the_operations_tell_what_became_of_each_resource(deploying: Deploying) -> None:
    deploying.begin(document(NSG, VNET)).result()
    listed = deploying.ask("GET", "/operations").json()["value"]
    targets = [each["properties"]["targetResource"]["resourceName"] for each in listed]
    assert targets == ["nsg", "vnet"]
    assert {each["properties"]["provisioningState"] for each in listed} == {"Succeeded"}
    one = deploying.ask("GET", f"/operations/{listed[0]['operationId']}").json()
    assert one == listed[0]
    bare = deploying.id.replace("/providers/Microsoft.Resources", "")  # where the SDK asks
    url = f"{deploying.azure.emulator.url}{bare}/operations?api-version={VERSION}"
    assert deploying.web.get(url).json()["value"] == listed


def test_a_second_deployment_changes_what_is_there_already(deploying: Deploying) -> None:
    deploying.begin(document(NSG)).result()
    deploying.begin(document({**NSG, "tags": {"a": "b"}})).result()
    assert deploying.writes() == [("d", 201), ("nsg", 201), ("d", 200), ("nsg", 200)]
    assert deploying.azure.network.network_security_groups.get("rg", "nsg").tags == {"a": "b"}


def test_an_active_deployment_is_not_replaced(deploying: Deploying) -> None:
    deploying.put(NSG)
    answer = deploying.put()
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "DeploymentActive")


def test_what_a_deployment_shows_does_not_keep_a_resource(deploying: Deploying) -> None:
    deploying.begin(document(NSG)).result()
    deploying.azure.network.network_security_groups.begin_delete("rg", "nsg").result()
    assert deploying.ask("GET").json()["properties"]["outputResources"]


def test_a_deployment_goes_with_its_group(deploying: Deploying) -> None:
    monitor = deploying.put(NSG, VNET).headers["Azure-AsyncOperation"]
    deploying.azure.resources.resource_groups.begin_delete("rg").result()
    assert deploying.web.get(monitor).json()["error"]["code"] == "DeploymentCanceled"
    assert deploying.azure.emulator.cloud.store.resources == {}


def test_a_deleted_deployment_leaves_its_resources(deploying: Deploying) -> None:
    deploying.begin(document(NSG)).result()
    deploying.azure.resources.resources.begin_delete_by_id(
        deploying.id, api_version=VERSION
    ).result()
    assert deploying.ask("GET").status_code == 404
    assert deploying.azure.network.network_security_groups.get("rg", "nsg")


def test_validation_refuses_as_a_deployment_would_and_writes_nothing(deploying: Deploying) -> None:
    template = document(resource("networkSecurityGroups", "nsg", "nowhere"))
    body = {"properties": {"mode": "Incremental", "template": template}}
    answer = deploying.ask("POST", "/validate", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidTemplate")
    body["properties"]["template"] = document(NSG)
    answer = deploying.ask("POST", "/validate", json=body)
    assert (answer.status_code, deploying.writes()) == (200, [])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"mode": "Complete"}, "501 NotEmulated"),
        ({"templateLink": {"uri": "https://x"}}, "501 NotEmulated"),
        (
            {"template": document({**NSG, "apiVersion": "1999-01-01"})},
            "400 NoRegisteredProviderFound",
        ),
        (
            {"template": document({**NSG, "type": "Microsoft.Network/odd"})},
            "404 InvalidResourceType",
        ),
        ({"template": {"resources": []}}, "400 InvalidTemplate"),
        ({"colour": "red"}, "400 InvalidRequestContent"),
    ],
)
def test_a_deployment_is_refused_at_once(
    deploying: Deploying, refusal: Callable[..., str], change: Json, expected: str
) -> None:
    template = change.pop("template", document(NSG))
    assert refusal(deploying.begin, template, **change) == expected
    assert [name for name, status in deploying.writes() if status < 400] == []


def test_a_policy_refuses_a_resource_before_anything_is_written(deploying: Deploying) -> None:
    rule = {"if": {"field": "type", "equals": "Microsoft.Network/virtualNetworks"}}
    azure = deploying.azure
    scope = azure.id("", "rg").partition("/providers")[0]
    azure.emulator.put(
        f"{scope}/providers/Microsoft.Authorization/policyAssignments/no-networks",
        {"properties": {"policyRule": {**rule, "then": {"effect": "deny"}}}},
    )
    error = deploying.put(NSG, VNET).json()["error"]
    assert error["code"] == "InvalidTemplateDeployment"
    assert [each["code"] for each in error["details"]] == ["RequestDisallowedByPolicy"]
    assert deploying.writes() == [("d", 400)]


def test_a_size_that_is_restricted_is_refused_before_anything_is_written(
    deploying: Deploying,
) -> None:
    deploying.azure.emulator.cloud.settings.restricted_sizes = ("Standard_B2s",)
    machine = {
        "type": "Microsoft.Compute/virtualMachines",
        "name": "vm",
        "apiVersion": "2024-07-01",
        "location": "eastus",
        "dependsOn": ["nsg"],
        "properties": {"hardwareProfile": {"vmSize": "Standard_B2s"}},
    }
    error = deploying.put(NSG, machine).json()["error"]
    assert error["code"] == "InvalidTemplateDeployment"
    assert [each["code"] for each in error["details"]] == ["SkuNotAvailable"]


def test_an_output_that_cannot_be_read_fails_the_deployment(deploying: Deploying) -> None:
    outputs = {"o": {"type": "string", "value": "[reference('nsg').colour]"}}
    shown = deploying.fails(document(NSG, outputs=outputs))
    assert shown["error"]["code"] == "DeploymentOutputEvaluationFailed"


def test_a_deployment_within_a_deployment_is_waited_for(deploying: Deploying) -> None:
    inner = {
        "type": "Microsoft.Resources/deployments",
        "name": "inner",
        "apiVersion": VERSION,
        "properties": {"mode": "Incremental", "template": document(NSG)},
    }
    deploying.begin(document(inner, {**VNET, "dependsOn": ["inner"]})).result()
    names = [name for name, _ in deploying.writes()]
    assert names == ["d", "inner", "nsg", "vnet"]
