"""Values that documentation bounds: within they pass, one step outside they are refused by path."""

from collections.abc import Callable
from typing import Any

import pytest

from local.arm_emulator.providers import TYPES
from local.arm_emulator.types.bounds import Bound, check_bounds
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.messages import ArmError
from tests.local.arm_emulator.lives import server

Refusal = Callable[..., str]
BOUNDS = [(type_, bound) for type_ in TYPES for bound in type_.bounds]
NAMES = [f"{type_.type.rpartition('/')[2]} {bound.path}" for type_, bound in BOUNDS]
INVALID = "400 InvalidParameterValue"


def holding(path: str, value: Any) -> Any:
    """A body that holds one value."""
    name, _, rest = path.partition(".")
    inner = holding(rest, value) if rest else value
    return {name.removesuffix("[]"): [inner] if name.endswith("[]") else inner}


def inside(bound: Bound) -> list[Any]:
    if bound.choices:
        return list(bound.choices)
    known = {"prefix": "172.16.0.0/30", "address": "10.1.3.4", "cname": "db.example.com"}
    known["domainname"] = "corp.example."
    if bound.pattern:
        last = bound.path.rpartition(".")[2].lower()
        if last.startswith("ipv6"):
            return ["fd00::4"]
        return [next(value for word, value in known.items() if word in last)]
    return [bound.low, bound.high]


def outside(bound: Bound) -> list[Any]:
    if bound.choices:
        return ["no-such-choice"]
    if bound.pattern:
        return ["no such thing"]
    assert bound.low is not None
    assert bound.high is not None
    return [bound.low - 1, bound.high + 1]


def refuse(bound: Bound, at: str, value: Any) -> ArmError:
    return ArmError(400, "Refused", f"{value} {bound}", target=at)


@pytest.mark.parametrize(("type_", "bound"), BOUNDS, ids=NAMES)
def test_what_is_within_a_bound_passes(type_: type[ResourceType], bound: Bound) -> None:
    for value in inside(bound):
        check_bounds(holding(bound.path, value), type_.bounds, refuse)


@pytest.mark.parametrize(("type_", "bound"), BOUNDS, ids=NAMES)
def test_what_is_outside_of_a_bound_is_refused_by_its_path(
    type_: type[ResourceType], bound: Bound
) -> None:
    for value in outside(bound):
        with pytest.raises(ArmError) as refused:
            check_bounds(holding(bound.path, value), type_.bounds, refuse)
        assert refused.value.target == bound.path.replace("[]", "[0]")


@pytest.mark.parametrize(("type_", "bound"), BOUNDS, ids=NAMES)
def test_a_bound_says_who_says_so(type_: type[ResourceType], bound: Bound) -> None:
    assert bound.source
    assert bound.kind == "assumption" or len(bound.source) > 10


def changed(body: Any, path: str, value: Any) -> Any:
    """A body with one value set or, by None, taken away."""
    name, _, rest = path.partition(".")
    inner = changed(body.get(name) or {}, rest, value) if rest else value
    return {key: each for key, each in {**body, name: inner}.items() if each is not None}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("sku.name", "Standard_Nope"),
        ("sku.name", "Standard_B2s"),
        ("sku.tier", "Burstable"),
        ("sku", None),
        ("properties.storage.storageSizeGB", 100),
        ("properties.storage.storageSizeGB", 16),
        ("properties.storage.storageSizeGB", 65_536),
        ("properties.storage.tier", "P4"),
        ("properties.storage.tier", "P99"),
        ("properties.backup.backupRetentionDays", 60),
        ("properties.backup.backupRetentionDays", 6),
        ("properties.administratorLogin", None),
        ("properties.administratorLoginPassword", None),
        ("properties.availabilityZone", "7"),
        ("properties.highAvailability.standbyAvailabilityZone", "9"),
        ("properties.version", "12"),
        ("properties.maintenanceWindow.dayOfWeek", 7),
        ("properties.maintenanceWindow.startHour", 24),
    ],
)
def test_a_server_with_one_value_that_cannot_be_is_refused(
    azure: Any, refusal: Refusal, path: str, value: Any
) -> None:
    write = azure.postgresql.servers.begin_create_or_update
    body = changed(server(azure), path, value)
    assert refusal(write, "rg", "db-1", body, polling=False) == INVALID
    assert azure.emulator.resources("Microsoft.DBforPostgreSQL/flexibleServers") == []


def test_a_burstable_server_has_no_standby(azure: Any, refusal: Refusal) -> None:
    body = server(azure) | {"sku": {"name": "Standard_B2s", "tier": "Burstable"}}
    body["properties"]["highAvailability"] = {"mode": "ZoneRedundant"}
    write = azure.postgresql.servers.begin_create_or_update
    assert refusal(write, "rg", "db-1", body, polling=False) == INVALID


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties.version", "15"),
        ("properties.backup.backupRetentionDays", 2),
        ("properties.storage.storageSizeGB", 64),
        ("properties.storage.storageSizeGB", 200),
        ("sku.name", "Standard_Nope"),
    ],
)
def test_an_update_to_what_cannot_be_is_refused(
    azure: Any, refusal: Refusal, path: str, value: Any
) -> None:
    servers = azure.postgresql.servers
    servers.begin_create_or_update("rg", "db-1", server(azure)).result()
    azure.advance(seconds=30)
    body = holding(path, value)
    assert refusal(servers.begin_update, "rg", "db-1", body, polling=False) == INVALID


def test_an_update_to_a_size_of_another_tier_fails_at_its_end(azure: Any, refusal: Refusal) -> None:
    servers = azure.postgresql.servers
    servers.begin_create_or_update("rg", "db-1", server(azure)).result()
    azure.advance(seconds=30)
    sku = {"sku": {"name": "Standard_D4ds_v5", "tier": "MemoryOptimized"}}
    told = refusal(servers.begin_update, "rg", "db-1", sku)
    assert told.endswith("ServerEditionIncompatibleWithSkuSize")


def test_tags_are_counted(azure: Any, refusal: Refusal) -> None:
    many = {"location": "eastus", "tags": {f"t{number}": "x" for number in range(51)}}
    write = azure.network.route_tables.begin_create_or_update
    assert refusal(write, "rg", "rt", many, polling=False) == azure.told("400 tags_code")
    zone = {"location": "global", "tags": {f"t{number}": "x" for number in range(16)}}
    write = azure.dns.private_zones.begin_create_or_update
    assert refusal(write, "rg", "z.test", zone, polling=False) == azure.told("400 tags_code")
