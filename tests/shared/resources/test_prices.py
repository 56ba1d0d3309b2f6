"""What resources cost a month: which are free, what the rest adds up to, what is not known."""

from typing import Any

import pytest

from shared.deployment.changes.bodies import applied
from shared.deployment.messages import Json
from shared.resources.application_gateway import ApplicationGateway
from shared.resources.base import Resource
from shared.resources.bastion import BastionHost
from shared.resources.catalogue import catalogue
from shared.resources.express_route import ExpressRouteGateway
from shared.resources.jump_box import JumpBox
from shared.resources.postgres_server import PostgresServer
from shared.resources.prices import PRICES, Meter, hourly, monthly
from tests.shared.resources.conftest import MakeSpec, sample, sample_with

ADDRESS, ZONE, JUMP_BOX = 3.65, 0.5, 32.77  # 730 x 0.005; 1; 730 x 0.0416 + 2.40
ER_GATEWAY, SERVER, WAF_V2 = 263.53, 144.66, 533.63  # 730 x 0.361; 2 vCores, 128 GiB; 20 units


def costs(name: str, **changes: Any) -> dict[str, float | None]:
    """What everything of a sample costs that is not free."""
    spec = sample(name, **changes)
    found = {r.key: monthly(r.meters(r.tagged_body(spec))) for r in catalogue().wanted(spec)}
    return {key: usd for key, usd in found.items() if usd != 0}


def cost(resource: Resource, name: str, **changes: Any) -> float | None:
    """What one resource of a sample costs."""
    return monthly(resource.meters(resource.tagged_body(sample(name, **changes))))


@pytest.mark.parametrize("resource", catalogue().resources, ids=lambda r: r.key)
def test_a_resource_has_a_price_or_is_known_to_be_free(resource: Resource) -> None:
    body = resource.tagged_body(sample_with(resource))
    assert bool(resource.free) != bool(list(resource.meters(body)))
    assert (resource.free or "https://").startswith("https://")


@pytest.mark.parametrize("name", PRICES)
def test_a_price_says_where_it_can_be_read(name: str) -> None:
    price = PRICES[name]
    assert price.usd > 0
    assert price.source.startswith(("productName eq '", "https://azure.microsoft.com/pricing/"))


def test_the_recipe_costs_what_its_parts_cost() -> None:
    assert costs("recipe") == {
        "express-route-gateway": ER_GATEWAY,
        "application-gateway": WAF_V2,
        "bastion": 211.70,
        "postgres-server": SERVER,
        "jump-box": JUMP_BOX,
        "public-ip-gateway": ADDRESS,
        "public-ip-bastion": ADDRESS,
        "private-dns-zone": ZONE,
    }


def test_the_direct_sample_is_the_gateway_the_server_and_the_zone() -> None:
    assert costs("direct") == {
        "express-route-gateway": ER_GATEWAY,
        "postgres-server": SERVER,
        "private-dns-zone": ZONE,
    }


@pytest.mark.parametrize(
    ("name", "changes", "usd"),
    [
        ("direct", {}, 409),
        ("recipe", {}, 1194),
        ("recipe", {"postgres": {"highAvailability": "ZoneRedundant"}}, 1339),
        ("lean", {}, 1028),
        # one server, no jump box, and no capacity reserved: a lean proxy
        (
            "lean",
            {
                "postgres": {"highAvailability": "Disabled"},
                "jumpBox": {"enabled": False},
                "gateway": {"minCapacity": 1},
            },
            793,
        ),
        ("full", {}, 1976),
    ],
)
def test_a_sample_costs_in_all(name: str, changes: Json, usd: int) -> None:
    assert round(sum(costs(name, **changes).values())) == usd  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sku", "usd"),
    [("ErGw1AZ", 263.53), ("ErGw2AZ", 461.36), ("ErGw3AZ", 1570.23), ("HighPerformance", 357.70)],
)
def test_a_larger_gateway_costs_more(sku: str, usd: float) -> None:
    wanted = {"gatewaySku": sku, "allowLegacySku": True}
    assert cost(ExpressRouteGateway(), "recipe", expressRoute=wanted) == usd


def test_a_gateway_that_scales_costs_its_least_units() -> None:
    assert cost(ExpressRouteGateway(), "full") == 306.60


@pytest.mark.parametrize(
    ("gateway", "usd"),
    [
        ({"sku": "WAF_v2", "minCapacity": 0}, 323.39),
        ({"sku": "WAF_v2", "minCapacity": 2}, 533.63),
        ({"sku": "Standard_v2", "minCapacity": 2}, 296.38),
    ],
)
def test_an_application_gateway_costs_what_it_reserves(gateway: Json, usd: float) -> None:
    assert cost(ApplicationGateway(), "recipe", gateway=gateway) == usd


@pytest.mark.parametrize(
    ("postgres", "usd"),
    [
        ({"sku": "Standard_D4s_v3"}, 274.60),
        ({"storageGiB": 256}, 159.38),
        ({"highAvailability": "SameZone"}, 289.32),
        ({"geoRedundantBackup": True}, 156.82),
        ({"geoRedundantBackup": True, "highAvailability": "ZoneRedundant"}, 301.48),
        ({"sku": "Standard_B1ms", "storageGiB": 32}, 16.09),
    ],
)
def test_a_server_costs_what_its_spec_chooses(postgres: Json, usd: float) -> None:
    assert cost(PostgresServer(), "recipe", postgres=postgres) == usd


def test_a_bastion_costs_each_unit_beyond_two() -> None:
    units = [cost(BastionHost(), "recipe", bastion={"scaleUnits": n}) for n in (2, 3, 4)]
    assert units == [211.70, 313.90, 416.10]
    assert cost(BastionHost(), "lean") == 138.70


@pytest.mark.parametrize(
    ("resource", "changes"),
    [
        (PostgresServer(), {"postgres": {"sku": "Standard_D2ds_v9"}}),
        (PostgresServer(), {"postgres": {"sku": "Standard_B20ms"}}),
        (JumpBox(), {"jumpBox": {"size": "Standard_M416s_v2"}}),
    ],
)
def test_a_size_that_is_not_in_the_table_has_no_price(resource: Resource, changes: Json) -> None:
    assert cost(resource, "recipe", **changes) is None


def test_a_body_that_does_not_say_its_size_has_no_price() -> None:
    assert monthly(PostgresServer().meters({"properties": {}})) is None


def test_one_line_without_a_price_leaves_the_whole_without() -> None:
    assert monthly([hourly("public address"), Meter("moonlight", 1)]) is None


def test_a_body_costs_the_same_as_desired_and_as_answered(make_spec: MakeSpec) -> None:
    server = PostgresServer()
    body = server.tagged_body(make_spec("recipe"))
    shown = applied(body, [{"path": "sku.name", "before": None, "after": "standard_d2S_V3"}])
    assert monthly(server.meters(shown)) == monthly(server.meters(body)) == SERVER
