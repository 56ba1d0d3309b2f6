"""What a plan reads: no more than what may be there, and what is there by its id alone."""

import pytest

from local.arm_emulator.emulator import ArmEmulator
from shared.azure.clients import AzureClients
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.observing import observe, targets
from shared.resources.catalogue import catalogue

ROUTES = catalogue()["route-table"]


@pytest.fixture
def wanted(clients: AzureClients, spec: Json) -> DeploymentSpec:
    subscription = {"subscriptionId": clients.subscription_id}
    return DeploymentSpec.model_validate({**spec, **subscription})


@pytest.fixture
def group(azure: ArmEmulator, wanted: DeploymentSpec) -> str:
    group = f"/subscriptions/{wanted.subscription_id}/resourceGroups/{wanted.group}"
    azure.put(group, {"location": wanted.location})
    return group


def paths(azure: ArmEmulator) -> list[str]:
    return [call["path"].casefold() for call in azure.calls()]


def read(clients: AzureClients, spec: DeploymentSpec, known: set[str]) -> dict[str, Json | None]:
    return observe(lambda i: clients, targets(spec, {}), known)


def there(found: dict[str, Json | None]) -> set[str]:
    return {body["name"] for body in found.values() if body is not None}


def test_in_an_empty_group_one_list_tells_that_all_is_absent(
    azure: ArmEmulator, clients: AzureClients, wanted: DeploymentSpec, group: str
) -> None:
    found = read(clients, wanted, set())
    assert there(found) == {wanted.group}
    assert paths(azure) == [group.casefold(), f"{group}/resources".casefold()]


def test_what_the_list_shows_is_read_by_its_id(
    azure: ArmEmulator, clients: AzureClients, wanted: DeploymentSpec, group: str
) -> None:
    azure.put(ROUTES.id(wanted), {"location": wanted.location, "properties": {}})
    found = read(clients, wanted, set())
    assert there(found) == {wanted.group, ROUTES.name(wanted)}
    assert paths(azure)[2:] == [ROUTES.id(wanted).casefold()]


def test_what_is_on_record_is_read_whatever_a_list_would_say(
    azure: ArmEmulator, clients: AzureClients, wanted: DeploymentSpec, group: str
) -> None:
    ids = set(targets(wanted, {}))
    read(clients, wanted, ids)
    assert set(paths(azure)) == ids


def test_where_the_list_is_refused_everything_is_read(
    azure: ArmEmulator, clients: AzureClients, wanted: DeploymentSpec, group: str
) -> None:
    azure.fail(method="GET", type="Microsoft.Resources/resources", status=403)
    azure.put(ROUTES.id(wanted), {"location": wanted.location, "properties": {}})
    assert there(read(clients, wanted, set())) == {wanted.group, ROUTES.name(wanted)}
    assert azure.faults()[0]["struck"] == 1
