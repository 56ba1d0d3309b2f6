"""Status codes, headers and bodies of long-running operations, as each provider sends them."""

from typing import Any

import pytest

VNET = {"location": "eastus", "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}}
VERSIONS = {
    "network": "2026-03-01",
    "dns": "2024-06-01",
    "postgresql": "2026-10-01",
    "groups": "2025-04-01",
}
ZONE = "privateDnsZones/a.example.com"


class Wire:
    """Plain HTTPS beside the SDKs, to see what they do not show."""

    def __init__(self, azure: Any, web: Any) -> None:
        self.azure, self.web = azure, web

    def ask(self, method: str, path: str, version: str = "network", **more: Any) -> Any:
        url = path if path.startswith("https") else self.azure.emulator.url + path
        if "api-version" not in url:
            url += f"?api-version={VERSIONS[version]}"
        return self.web.request(method, url, **more)


@pytest.fixture
def wire(azure: Any, web: Any) -> Wire:
    return Wire(azure, web)


def test_a_network_put_answers_201_with_the_body_updating_and_no_location(
    wire: Wire, azure: Any
) -> None:
    subnets = [{"name": "s", "properties": {"addressPrefix": "10.1.1.0/24"}}]
    body = {**VNET, "properties": {**VNET["properties"], "subnets": subnets}}  # type: ignore[dict-item]
    answer = wire.ask("PUT", azure.id("virtualNetworks/v"), json=body)
    assert answer.status_code == 201
    properties = answer.json()["properties"]
    assert properties["provisioningState"] == "Updating"
    assert properties["subnets"][0]["properties"]["provisioningState"] == "Updating"
    assert answer.headers["azure-asyncnotification"] == "Enabled"
    assert answer.headers["Retry-After"] == "3"
    assert "Location" not in answer.headers
    status = wire.ask("GET", answer.headers["Azure-AsyncOperation"])
    assert (status.status_code, status.json()) == (200, {"status": "InProgress"})
    azure.advance(seconds=20)
    status = wire.ask("GET", answer.headers["Azure-AsyncOperation"])
    assert status.json() == {"status": "Succeeded"}
    subnet = azure.network.subnets.get("rg", "v", "s")
    assert subnet.properties.provisioning_state == "Succeeded"


def test_a_network_put_on_an_existing_resource_answers_200(wire: Wire, azure: Any) -> None:
    azure.emulator.put(azure.id("virtualNetworks/v"), VNET)
    changed = {**VNET, "tags": {"a": "b"}}
    assert wire.ask("PUT", azure.id("virtualNetworks/v"), json=changed).status_code == 200


def test_a_network_deletion_answers_202_with_both_headers_and_204_where_nothing_is(
    wire: Wire, azure: Any
) -> None:
    azure.emulator.put(azure.id("virtualNetworks/v"), VNET)
    answer = wire.ask("DELETE", azure.id("virtualNetworks/v"))
    assert (answer.status_code, answer.content) == (202, b"")
    assert "/operations/" in answer.headers["Azure-AsyncOperation"]
    assert "/operationResults/" in answer.headers["Location"]
    assert wire.ask("GET", answer.headers["Location"]).status_code == 202
    azure.advance(minutes=1)
    assert wire.ask("GET", answer.headers["Location"]).status_code == 204
    assert wire.ask("DELETE", azure.id("virtualNetworks/v")).status_code == 204


def test_gateway_polls_are_spaced_ever_wider(wire: Wire, network: Any, azure: Any) -> None:
    subnet = {"id": azure.id("virtualNetworks/vnet/subnets/GatewaySubnet")}
    body = {
        "location": "eastus",
        "properties": {
            "gatewayType": "ExpressRoute",
            "sku": {"name": "ErGw1AZ", "tier": "ErGw1AZ"},
            "ipConfigurations": [{"name": "default", "properties": {"subnet": subnet}}],
        },
    }
    answer = wire.ask("PUT", azure.id("virtualNetworkGateways/gw"), json=body)
    url = answer.headers["Azure-AsyncOperation"]
    spaces = [int(wire.ask("GET", url).headers["Retry-After"]) for _ in range(10)]
    assert spaces == [10, 20, 20, 40, 40, 80, 160, 100, 100, 100]


def test_private_dns_answers_202_and_polls_with_202_until_it_is_done(
    wire: Wire, azure: Any
) -> None:
    answer = wire.ask("PUT", azure.id(ZONE), "dns", json={"location": "global"})
    assert (answer.status_code, answer.json()) == (202, {})
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["Cache-Control"] == "private"
    assert "/privateDnsOperationResults/" in answer.headers["Location"]
    url = answer.headers["Azure-AsyncOperation"]
    assert "/privateDnsOperationStatuses/" in url
    status = wire.ask("GET", url)
    assert (status.status_code, status.json()) == (202, {"status": "InProgress"})
    azure.advance(minutes=2)
    status = wire.ask("GET", url)
    assert (status.status_code, status.json()) == (200, {"status": "Succeeded"})
    zone = wire.ask("GET", azure.id(ZONE), "dns")
    assert "\\/" in zone.text
    assert not zone.json()["etag"].startswith("W/")


def test_postgresql_answers_with_an_operation_never_with_the_server(
    wire: Wire, network: Any, azure: Any
) -> None:
    body = {
        "location": "canadacentral",
        "sku": {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"},
        "properties": {
            "version": "17",
            "administratorLogin": "dbadmin",
            "administratorLoginPassword": "Xy1!longenough",
        },
    }
    path = azure.id("Microsoft.DBforPostgreSQL/flexibleServers/srv-1")
    answer = wire.ask("PUT", path, "postgresql", json=body)
    assert answer.status_code == 202
    assert set(answer.json()) == {"operation", "startTime"}
    assert answer.headers["Retry-After"] == "60"
    assert "Canada%20Central" in answer.headers["Azure-AsyncOperation"]
    assert wire.ask("GET", answer.headers["Azure-AsyncOperation"]).json()["status"] == "InProgress"
    azure.advance(minutes=20)
    status = wire.ask("GET", answer.headers["Azure-AsyncOperation"]).json()
    assert status["status"] == "Succeeded"
    assert wire.ask("GET", path, "postgresql").json()["location"] == "Canada Central"
    azure.advance(minutes=5)
    gone = wire.ask("DELETE", path, "postgresql")
    assert gone.status_code == 202
    assert "operation" in gone.json()


def test_a_group_is_deleted_by_a_job_that_answers_202_then_200_both_empty(
    wire: Wire, azure: Any
) -> None:
    path = azure.id("x").partition("/providers")[0]
    answer = wire.ask("DELETE", path, "groups")
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["Retry-After"] == "15"
    assert "Azure-AsyncOperation" not in answer.headers
    url = answer.headers["Location"]
    assert "/operationresults/" in url
    assert (wire.ask("GET", url).status_code, wire.ask("GET", url).content) == (202, b"")
    azure.advance(minutes=2)
    done = wire.ask("GET", url)
    assert (done.status_code, done.content) == (200, b"")
    assert wire.ask("HEAD", path, "groups").status_code == 404


def test_an_operation_url_is_long_and_counts_only_verbatim(wire: Wire, azure: Any) -> None:
    azure.emulator.settings({"operation_url_padding": 3000})
    answer = wire.ask("PUT", azure.id("virtualNetworks/v"), json=VNET)
    url = answer.headers["Azure-AsyncOperation"]
    assert 3000 < len(url) < 4500
    assert wire.ask("GET", url).status_code == 200
    rebuilt = wire.ask("GET", url.partition("?")[0])
    assert rebuilt.status_code == 403
    assert rebuilt.json()["error"]["code"] == "InvalidOperationUrlSignature"


def test_a_missing_resource_is_answered_by_the_gateway_and_a_missing_child_by_the_service(
    wire: Wire, azure: Any
) -> None:
    answer = wire.ask("GET", azure.id("virtualNetworks/v"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ResourceNotFound")
    assert answer.headers["x-ms-failure-cause"] == "gateway"
    azure.emulator.put(azure.id("routeTables/rt"), {"location": "eastus"})
    answer = wire.ask("GET", azure.id("routeTables/rt/routes/r"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NotFound")
    assert "x-ms-failure-cause" not in answer.headers
    answer = wire.ask("GET", azure.id("virtualNetworks/v", "nowhere"))
    assert answer.json()["error"]["code"] == "ResourceGroupNotFound"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("Microsoft.Nonsense/things/x", 404, "InvalidResourceNamespace"),
        ("Microsoft.Network/nonsense/x", 404, "InvalidResourceType"),
        ("Microsoft.Network/virtualNetworks/v/subnets/s/more", 501, "NotEmulated"),
    ],
)
def test_what_is_not_emulated_is_refused_with_a_sentence(
    wire: Wire, azure: Any, path: str, status: int, code: str
) -> None:
    answer = wire.ask("PUT", azure.id(path), json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert len(answer.json()["error"]["message"]) > 20


def test_an_unknown_api_version_is_refused_and_a_missing_one_as_well(
    wire: Wire, azure: Any
) -> None:
    url = azure.emulator.url + azure.id("virtualNetworks/v")
    answer = wire.web.get(url + "?api-version=2001-01-01")
    assert answer.json()["error"]["code"] == "NoRegisteredProviderFound"
    assert wire.web.get(url).json()["error"]["code"] == "MissingApiVersionParameter"


def test_ids_are_found_whatever_their_case_and_shown_as_first_written(azure: Any) -> None:
    azure.network.virtual_networks.begin_create_or_update("rg", "Vnet", VNET).result()
    found = azure.network.virtual_networks.get("RG", "VNET")
    assert found.name == "Vnet"
    assert found.id == azure.id("virtualNetworks/Vnet")


def test_every_write_changes_the_etag(azure: Any) -> None:
    networks = azure.network.virtual_networks
    first = networks.begin_create_or_update("rg", "v", VNET).result()
    second = networks.begin_create_or_update("rg", "v", {**VNET, "tags": {"a": "b"}}).result()
    assert first.etag != second.etag
    assert second.tags == {"a": "b"}


def test_what_clients_are_asked_to_wait_can_be_shortened(wire: Wire, azure: Any) -> None:
    azure.emulator.settings({"retry_after_factor": 0.1})
    answer = wire.ask("PUT", azure.id(ZONE), "dns", json={"location": "global"})
    assert answer.headers["Retry-After"] == "3"  # 30 in Azure
    answer = wire.ask("PUT", azure.id("virtualNetworks/v"), json=VNET)
    assert answer.headers["Retry-After"] == "1"  # never none
