"""The server: what is sent when, and what is no drift."""

import copy
from typing import Any

import pytest
from azure.mgmt.postgresqlflexibleservers.types import ServerForPatch

from local.arm_emulator.emulator import ArmEmulator
from shared.azure.clients import AzureClients
from shared.deployment.messages import Json
from shared.resources.postgres_patch import patch
from shared.resources.postgres_server import PostgresServer
from shared.resources.postgres_sizes import tier
from tests.shared.resources.conftest import MakeSpec
from tests.shared.resources.typed_dicts import unknown_keys

SERVER = PostgresServer()


@pytest.fixture
def desired(make_spec: MakeSpec) -> Json:
    return SERVER.tagged_body(make_spec("recipe"))


@pytest.fixture
def observed(desired: Json) -> Any:
    """What ARM shows of the server."""
    shown = copy.deepcopy(desired)
    shown["location"] = "East US"
    del shown["properties"]["administratorLoginPassword"], shown["properties"]["createMode"]
    shown["properties"] |= {"state": "Ready", "minorVersion": "4", "availabilityZone": "2"}
    shown["properties"]["storage"] |= {"type": "", "iops": 500, "tier": "P10"}
    return shown


def test_a_fresh_server_shows_no_difference(desired: Json, observed: Any) -> None:
    assert SERVER.differences(desired, observed) == []


def test_storage_that_grew_is_no_drift(desired: Json, observed: Any) -> None:
    observed["properties"]["storage"]["storageSizeGB"] = 256
    assert SERVER.differences(desired, observed) == []


def test_storage_that_is_too_small_is_a_difference(desired: Json, observed: Any) -> None:
    observed["properties"]["storage"]["storageSizeGB"] = 64
    paths = [change["path"] for change in SERVER.differences(desired, observed)]
    assert paths == ["properties.storage.storageSizeGB"]


def test_storage_is_never_asked_to_shrink(desired: Json, observed: Any) -> None:
    observed["properties"]["storage"] |= {"storageSizeGB": 256, "autoGrow": "Disabled"}
    assert patch(desired, observed) == {
        "properties": {"storage": {"storageSizeGB": 256, "autoGrow": "Enabled"}}
    }


def test_a_patch_carries_only_what_changes(desired: Json, observed: Any) -> None:
    desired["properties"]["backup"]["backupRetentionDays"] = 21
    assert patch(desired, observed) == {"properties": {"backup": {"backupRetentionDays": 21}}}


def test_a_patch_never_carries_what_is_fixed_at_creation(desired: Json) -> None:
    sent = patch(desired, {})
    assert unknown_keys(sent, ServerForPatch) == []
    assert set(sent["properties"]) == {"storage", "backup", "highAvailability"}
    assert set(sent["properties"]["backup"]) == {"backupRetentionDays"}


@pytest.mark.parametrize(
    "path",
    [
        "properties.administratorLogin",
        "properties.network.delegatedSubnetResourceId",
        "properties.backup.geoRedundantBackup",
        "location",
    ],
)
def test_what_only_a_new_server_could_change_is_told_as_such(path: str) -> None:
    assert SERVER.fixed({"path": path, "before": "a", "after": "b"})


def test_a_server_that_lacks_nothing_is_not_written(
    clients: AzureClients, azure: ArmEmulator, make_spec: MakeSpec, desired: Json, observed: Any
) -> None:
    seen, resource_id = len(azure.calls()), SERVER.id(make_spec("recipe"))
    body = SERVER.update_body(desired, observed)
    assert SERVER.put(clients, resource_id, body, observed).status_code == 200
    assert len(azure.calls()) == seen


def test_a_stopped_server_is_started(
    clients: AzureClients, azure: ArmEmulator, make_spec: MakeSpec
) -> None:
    spec = make_spec("direct")
    resource_id = SERVER.id(spec)
    azure.put(resource_id, {"location": "eastus", "properties": {}})
    azure.edit(resource_id, {"properties": {"state": "Stopped"}})
    azure.advance(60)  # a server is busy for a while after every write
    stopped = SERVER.read(clients, resource_id).json()
    begun = SERVER.begin_start(clients, resource_id, stopped)
    assert begun
    assert begun.status_code == 202
    azure.advance(600)
    assert SERVER.state(SERVER.read(clients, resource_id).json()) == "succeeded"


def test_the_tier_follows_from_the_size() -> None:
    assert tier("Standard_B2s") == "Burstable"
    assert tier("Standard_D2ds_v5") == "GeneralPurpose"
    assert tier("Standard_E4ds_v5") == "MemoryOptimized"


@pytest.mark.parametrize("state", ["Updating", "Restarting", "Starting", "Provisioning"])
def test_a_passing_state_is_neither_an_end_nor_a_degradation(observed: Any, state: str) -> None:
    observed["properties"]["state"] = state
    assert SERVER.state(observed) == "inProgress"
    assert list(SERVER.health(observed)) == []


@pytest.mark.parametrize("state", ["Stopped", "Disabled", "Inaccessible"])
def test_a_server_that_serves_nobody_is_degraded(observed: Any, state: str) -> None:
    observed["properties"]["state"] = state
    assert SERVER.state(observed) == "failed"
    assert [(c["path"], c["before"]) for c in SERVER.health(observed)] == [
        ("properties.state", state)
    ]


def test_the_password_comes_from_the_vault_of_the_app_unless_one_is_named(
    make_spec: MakeSpec,
) -> None:
    given = {"keyVaultSecret": "https://kv.example/secrets/admin"}
    named = SERVER.tagged_body(make_spec("recipe", postgres={"adminPassword": given}))
    generated = SERVER.tagged_body(make_spec("recipe"))
    password = "administratorLoginPassword"
    assert named["properties"][password] == {"$secret": {"name": given["keyVaultSecret"]}}
    assert generated["properties"][password] == {
        "$secret": {"name": "hybrid-db-postgres-admin", "generate": "password"}
    }


def test_what_a_stopped_server_leaves_out_is_no_change(desired: Json, observed: Any) -> None:
    observed["properties"] |= {"state": "Stopped", "backup": None}
    assert SERVER.differences(desired, observed) == []


def test_what_arm_keeps_of_a_stopped_server_is_compared(desired: Json, observed: Any) -> None:
    observed["properties"]["state"] = "Stopped"
    desired["tags"]["round"] = "2"
    assert [c["path"] for c in SERVER.differences(desired, observed)] == ["tags.round"]


STANDBY = {"mode": "ZoneRedundant", "state": "Healthy", "standbyAvailabilityZone": "3"}


@pytest.fixture
def standing(observed: Any) -> Any:
    """A server in zone 2 with a standby in zone 3."""
    observed["properties"]["highAvailability"] = STANDBY
    return observed


def left_open(desired: Json, before: Json, **now: Any) -> list[str]:
    """Paths of what nobody declared and is another than before."""
    after = copy.deepcopy(before)
    for member, value in now.items():
        there = after["properties"].get(member)
        after["properties"][member] = there | value if isinstance(there, dict) else value
    return [change["path"] for change in SERVER.undeclared(desired, before, after)]


@pytest.mark.parametrize(("zone", "standby"), [("3", "2"), ("3", "1"), ("2", "1")])
def test_zones_after_a_failover_are_no_drift(
    desired: Json, standing: Any, zone: str, standby: str
) -> None:
    availability = {"standbyAvailabilityZone": standby}
    found = left_open(desired, standing, availabilityZone=zone, highAvailability=availability)
    assert found == []


def test_a_server_without_a_standby_that_is_in_another_zone_is_told(
    desired: Json, observed: Any
) -> None:
    assert left_open(desired, observed, availabilityZone="3") == ["properties.availabilityZone"]


def test_the_tier_that_storage_takes_with_it_as_it_grows_is_no_drift(
    desired: Json, observed: Any
) -> None:
    grown = {"storageSizeGB": 1024, "tier": "P30", "iops": 5000}
    assert left_open(desired, observed, storage=grown) == []


@pytest.mark.parametrize("size", [128, 1024])
def test_a_tier_that_somebody_has_raised_is_told(desired: Json, observed: Any, size: int) -> None:
    found = left_open(desired, observed, storage={"storageSizeGB": size, "tier": "P60"})
    assert found == ["properties.storage.tier"]
