"""The ExpressRoute gateway and the connection that settles."""

from datetime import timedelta
from typing import Any, cast

import pytest

from shared.azure.clients import AzureClients
from shared.deployment.messages import Json
from shared.resources.base import edges
from shared.resources.express_route import ExpressRouteConnection, ExpressRouteGateway
from tests.shared.resources.conftest import MakeSpec

GATEWAY, CONNECTION = ExpressRouteGateway(), ExpressRouteConnection()
NOBODY = cast(AzureClients, None)  # a connection is settled by what was read, not by a call


def shown(status: str | None) -> Json:
    return {"properties": {"provisioningState": "Succeeded", "connectionStatus": status}}


def test_the_gateway_brings_no_public_address(make_spec: MakeSpec) -> None:
    (address,) = GATEWAY.tagged_body(make_spec("recipe"))["properties"]["ipConfigurations"]
    assert "publicIPAddress" not in address["properties"]
    assert address["properties"]["subnet"]["id"].endswith("/subnets/GatewaySubnet")


def test_a_scaling_gateway_has_bounds(make_spec: MakeSpec) -> None:
    properties = GATEWAY.tagged_body(make_spec("full"))["properties"]
    assert properties["sku"]["name"] == "ErGwScale"
    assert properties["autoScaleConfiguration"] == {"bounds": {"min": 2, "max": 10}}


def test_bounds_go_with_the_sku_that_needs_them(make_spec: MakeSpec) -> None:
    observed: Any = GATEWAY.tagged_body(make_spec("full"))
    desired = GATEWAY.tagged_body(
        make_spec("full", expressRoute={"gatewaySku": "ErGw2AZ", "scaleUnits": None})
    )
    sent = GATEWAY.update_body(desired, observed)
    assert "autoScaleConfiguration" not in sent["properties"]


def test_the_gateway_waits_until_the_server_was_accepted() -> None:
    assert "postgres-server" in [gate.key for gate in GATEWAY.starts_after]
    assert "postgres-server" not in edges(ExpressRouteGateway)


def test_the_authorization_key_is_a_reference(make_spec: MakeSpec) -> None:
    key = {"keyVaultSecret": "https://kv.example/secrets/circuit"}
    spec = make_spec("recipe", expressRoute={"authorizationKey": key})
    properties = CONNECTION.tagged_body(spec)["properties"]
    assert properties["authorizationKey"] == {"$secret": {"name": key["keyVaultSecret"]}}
    assert "authorizationKey" not in CONNECTION.tagged_body(make_spec("recipe"))["properties"]


def test_a_connected_link_is_settled() -> None:
    verdict = CONNECTION.settle(NOBODY, {}, shown("Connected"), timedelta(minutes=1))
    assert (verdict.state, verdict.warning) == ("succeeded", None)


@pytest.mark.parametrize("status", ["Unknown", "Connecting", "NotConnected", None])
def test_a_link_is_given_time_to_come_up(status: str | None) -> None:
    verdict = CONNECTION.settle(NOBODY, {}, shown(status), timedelta(minutes=19))
    assert verdict.state == "inProgress"


def test_a_link_that_stays_down_is_a_warning_and_no_failure() -> None:
    verdict = CONNECTION.settle(NOBODY, {}, shown("NotConnected"), timedelta(minutes=20))
    assert verdict.state == "succeeded"
    assert verdict.warning is not None
    assert verdict.warning.startswith("deployed, not connected")


def test_a_link_that_goes_down_later_is_a_degradation() -> None:
    paths = [change["path"] for change in CONNECTION.health(shown("NotConnected"))]
    assert paths == ["properties.connectionStatus"]
