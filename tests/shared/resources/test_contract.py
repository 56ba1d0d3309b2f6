"""What is true of every resource, for every sample: a new class is tested without a line here."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.deployment.errors import UndeclaredDependency
from shared.deployment.specs.secrets import is_secret
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource, edges
from shared.resources.catalogue import catalogue
from shared.resources.ids import Ids
from shared.resources.sdk_calls import path_of
from tests.shared.resources.conftest import sample
from tests.shared.resources.typed_dicts import shape_of, unknown_keys

SAMPLES = {name: sample(name) for name in ("recipe", "lean", "direct", "full")}
OTHERS = ("hub", "spoke", "observed", "secure", "two-regions")  # tried for what none of those has


def pairs(chosen: Callable[[Resource], bool]) -> pytest.MarkDecorator:
    """Parametrises a test over the chosen resources of every sample."""
    found = [
        pytest.param(resource, spec, id=f"{name}-{resource.key}")
        for name, spec in SAMPLES.items()
        for resource in catalogue().wanted(spec)
        if chosen(resource)
    ]
    covered = {resource for spec in SAMPLES.values() for resource in catalogue().wanted(spec)}
    for name in OTHERS:
        spec = sample(name)
        for resource in (r for r in catalogue().wanted(spec) if r not in covered and chosen(r)):
            covered.add(resource)
            found.append(pytest.param(resource, spec, id=f"{name}-{resource.key}"))
    return pytest.mark.parametrize(("resource", "spec"), found)


every_resource_of_every_sample = pairs(lambda resource: True)
every_taggable_one = pairs(lambda resource: resource.taggable)
every_type_of_an_sdk = pairs(lambda resource: shape_of(resource) is not None)
every_resource = pytest.mark.parametrize("resource", catalogue().resources, ids=lambda r: r.key)

KEYS = (
    *("resource-group", "nsg-database", "nsg-application-gateway", "nsg-management"),
    *("nsg-bastion", "route-table", "public-ip-gateway", "public-ip-bastion", "virtual-network"),
    *("private-dns-zone", "private-dns-link", "express-route-gateway", "express-route-connection"),
    *("postgres-server", "postgres-parameters", "waf-policy", "application-gateway"),
    *("gateway-alias", "bastion", "jump-box-nic", "jump-box"),
)
RECIPE_STEPS = {
    *("diagram", "prerequisites", "preparation", "validation", "cleanup", "challenge"),
    *(f"step {number}" for number in range(1, 8)),
}
# Learn: Naming rules and restrictions for Azure resources
NETWORK_NAME = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?"
NAMES = {
    "Microsoft.Resources/resourceGroups": r"[\w.()-]{0,89}[\w()-]",
    "Microsoft.Network/virtualNetworks": r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}[A-Za-z0-9_]",
    "Microsoft.Network/privateDnsZones": r"([a-z0-9-]{1,63}\.){1,33}[a-z0-9-]{1,63}",
    "Microsoft.Network/privateDnsZones/A": r"[a-z0-9-]{1,63}",
    "Microsoft.DBforPostgreSQL/flexibleServers": r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations": r"configurations",
    "Microsoft.Insights/diagnosticSettings": r"[^/]{1,260}",
    "Microsoft.Compute/virtualMachines": r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}[A-Za-z0-9_]",
}
CONFIDENTIAL = re.compile(r"password(?!Auth$)|authorizationKey|sharedKey|^data$", re.IGNORECASE)


def test_the_catalogue_holds_what_the_recipe_and_its_diagram_show() -> None:
    assert {resource.key for resource in catalogue().resources} >= set(KEYS)


@every_resource_of_every_sample
def test_a_body_is_json_and_the_same_every_time(resource: Resource, spec: DeploymentSpec) -> None:
    body = resource.tagged_body(spec)
    assert json.loads(json.dumps(body)) == body
    assert resource.tagged_body(spec) == body


@every_type_of_an_sdk
def test_every_key_of_a_body_exists_in_the_sdk(resource: Resource, spec: DeploymentSpec) -> None:
    shape = shape_of(resource)
    assert shape is not None
    assert unknown_keys(resource.tagged_body(spec), shape) == []


def test_a_misspelt_key_is_found_at_any_depth() -> None:
    body = {"properties": {"subnets": [{"properties": {"adressPrefix": "10.0.0.0/24"}}]}}
    shape = shape_of(catalogue()["virtual-network"])
    assert shape is not None
    wrong = unknown_keys(body, shape)
    assert wrong == ["properties.subnets.properties.adressPrefix"]


@every_resource_of_every_sample
def test_a_name_keeps_to_the_rules_of_azure(resource: Resource, spec: DeploymentSpec) -> None:
    rule = NAMES.get(resource.arm_type, NETWORK_NAME)
    assert re.fullmatch(rule, resource.name(spec))


@every_resource_of_every_sample
def test_names_stay_legal_for_the_longest_deployment_name(
    resource: Resource, spec: DeploymentSpec
) -> None:
    longest = spec.model_copy(update={"name": "a" + "b" * 39})
    rule = NAMES.get(resource.arm_type, NETWORK_NAME)
    assert re.fullmatch(rule, resource.name(longest))


@every_resource_of_every_sample
def test_an_id_says_where_the_resource_lies(resource: Resource, spec: DeploymentSpec) -> None:
    resource_id = resource.id(spec)
    assert re.fullmatch(r"/subscriptions/[^/]+/resourceGroups/[^/]+(/[^/]+)*", resource_id)
    assert resource_id.endswith(resource.named(spec))
    if resource.key != "resource-group":
        namespace, *kinds = resource.arm_type.split("/")
        assert f"/providers/{namespace}/{kinds[0]}/" in resource_id
        assert path_of(resource_id)[0] == resource_id.split("/")[4]


def test_no_two_resources_share_an_id() -> None:
    for spec in SAMPLES.values():
        ids = [resource.id(spec).casefold() for resource in catalogue().wanted(spec)]
        assert len(set(ids)) == len(ids)


@every_resource
def test_the_id_of_an_undeclared_dependency_is_refused(resource: Resource) -> None:
    spec = SAMPLES["full"]
    ids = Ids(resource, spec)
    for other in catalogue().resources:
        if type(other) in resource.depends_on:
            assert ids[type(other)] == other.id(spec)
        else:
            with pytest.raises(UndeclaredDependency, match=type(other).__name__):
                ids[type(other)]


@every_resource_of_every_sample
def test_a_body_refers_to_nothing_that_the_deployment_does_not_have(
    resource: Resource, spec: DeploymentSpec
) -> None:
    text = json.dumps(resource.tagged_body(spec))
    wanted = catalogue().wanted(spec)
    parts = tuple(f"{each.id(spec)}/subnets/" for each in wanted)  # made with their network
    for other in catalogue().resources:
        if other in wanted or other.key == "gateway-alias":
            continue
        if not other.id(spec).startswith(parts):
            assert f'{other.id(spec)}"' not in text
            assert f"{other.id(spec)}/" not in text


@every_resource_of_every_sample
def test_a_body_refers_to_nothing_that_is_not_declared(
    resource: Resource, spec: DeploymentSpec
) -> None:
    text = json.dumps(resource.body(spec, Ids(resource, spec)))
    named = [
        other.key
        for other in catalogue().wanted(spec)
        if other.key not in {resource.key, "resource-group"} and f"{other.id(spec)}/" in f"{text}/"
    ]
    assert set(named) <= set(edges(resource))


@every_resource_of_every_sample
def test_no_secret_stands_in_a_body(resource: Resource, spec: DeploymentSpec) -> None:
    for name, value in _fields(resource.tagged_body(spec)):
        if CONFIDENTIAL.search(name) and not isinstance(value, bool):
            assert is_secret(value), f"{name} should be a reference"


@every_resource_of_every_sample
def test_every_taggable_resource_carries_the_mark_of_ownership(
    resource: Resource, spec: DeploymentSpec
) -> None:
    tags = resource.tagged_body(spec).get("tags")
    if not resource.taggable:
        assert tags is None
    else:
        assert tags == {**spec.tags, "managed-by": "hybriddb", "hybriddb-deployment": spec.name}


@every_resource
def test_timing_leaves_room_for_a_slow_day(resource: Resource) -> None:
    timing = resource.timing
    longest = max(timing.create, timing.delete, timing.update or timing.create)
    assert min(timing.create, timing.delete).total_seconds() > 0
    assert 3 * longest <= timing.timeout
    assert timing.timeout.total_seconds() <= 2 * 3600  # the longest timeout of azurerm's provider


@every_resource_of_every_sample
def test_a_departure_names_the_step_of_the_recipe_and_the_reason(
    resource: Resource, spec: DeploymentSpec
) -> None:
    for departure in resource.departures(spec):
        assert departure.recipe_step in RECIPE_STEPS
        assert re.fullmatch(r"([A-Z][a-zA-Z0-9]+)", departure.code)
        assert len(departure.reason) > 40
        assert not departure.reason.endswith(".")


def test_no_two_departures_of_a_plan_share_a_code() -> None:
    for spec in SAMPLES.values():
        codes = [d.code for r in catalogue().wanted(spec) for d in r.departures(spec)]
        assert len(set(codes)) == len(codes)


@every_resource_of_every_sample
def test_what_azure_adds_and_rewrites_is_no_difference(
    resource: Resource, spec: DeploymentSpec
) -> None:
    desired = resource.tagged_body(spec)
    observed = _as_answered(desired)
    assert resource.differences(desired, observed) == []
    assert resource.health(observed) is not None


@every_taggable_one
def test_a_foreign_tag_survives_an_update(resource: Resource, spec: DeploymentSpec) -> None:
    desired = resource.tagged_body(spec)
    observed = json.loads(json.dumps(desired))
    observed["tags"] |= {"owner": "somebody else"}
    assert resource.differences(desired, observed) == []
    assert resource.update_body(desired, observed)["tags"]["owner"] == "somebody else"


@every_taggable_one
def test_a_missing_tag_of_ours_is_a_difference(resource: Resource, spec: DeploymentSpec) -> None:
    desired = resource.tagged_body(spec)
    observed = json.loads(json.dumps(desired))
    del observed["tags"]["managed-by"]
    paths = [change["path"] for change in resource.differences(desired, observed)]
    assert paths == ["tags.managed-by"]


def _fields(body: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(body, dict) and not is_secret(body):
        for name, value in body.items():
            yield name, value
            yield from _fields(value)
    elif isinstance(body, list):
        for item in body:
            yield from _fields(item)


def _as_answered(body: Any, name: str = "") -> Any:
    """A body as ARM may show it: other case, other order, more fields, what is off left out."""
    if is_secret(body):
        return None
    if isinstance(body, dict):
        shown = {key: _as_answered(value, key) for key, value in body.items() if value is not False}
        if name not in {"tags", "userAssignedIdentities"} and "properties" in body:
            shown |= {"etag": 'W/"1"', "type": "Some/Type", "provisioningState": "Succeeded"}
        return shown
    if isinstance(body, list):
        return [_as_answered(item) for item in reversed(body)]
    if isinstance(body, str) and body.startswith("/subscriptions/"):
        return body.replace("resourceGroups", "resourcegroups").replace("Microsoft", "microsoft")
    return "East US" if body == "eastus" else body
