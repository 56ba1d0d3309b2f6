"""Every body that is sent to Azure, and every one that the emulated Azure shows, is one of Azure's.

tests/conftest.py judges every other test of the product in the same way.
"""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings

from local.arm_emulator.providers import TYPES
from shared.deployment.specs.parsing import parse_spec
from shared.deployment.specs.secrets import is_secret
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.catalogue import catalogue
from shared.resources.postgres_parameters import PostgresParameters
from tests.azure_types import (
    ANSWER_EXCEPTIONS,
    DEFINITIONS,
    REQUEST_EXCEPTIONS,
    answer_faults,
    definitions,
    request_faults,
    shown_faults,
    written_faults,
)
from tests.shared.resources.conftest import sample
from tests.shared.strategies import SUBSCRIPTION, raw_specs

NETWORK = "Microsoft.Network/virtualNetworks"
SERVER = "Microsoft.DBforPostgreSQL/flexibleServers"
SAMPLES = ("recipe", "lean", "direct", "full")


def faults_of(spec: DeploymentSpec) -> list[str]:
    """What Azure would not know of the bodies that a spec asks for; parameters go one by one."""
    return [
        f"{resource.key}: {fault}"
        for resource in catalogue().wanted(spec)
        if not isinstance(resource, PostgresParameters)
        for fault in request_faults(resource.arm_type, resolved(resource.tagged_body(spec)))
    ]


def resolved(body: Any) -> Any:
    """A body with text in place of the references to secrets."""
    if is_secret(body):
        return "resolved"
    if isinstance(body, dict):
        return {name: resolved(value) for name, value in body.items()}
    return [resolved(item) for item in body] if isinstance(body, list) else body


@pytest.mark.parametrize("name", SAMPLES)
def test_azure_knows_everything_that_a_sample_asks_for(name: str) -> None:
    assert faults_of(sample(name)) == []


@settings(max_examples=150, deadline=None)
@given(raw=raw_specs())
def test_azure_knows_everything_that_any_spec_asks_for(raw: dict[str, Any]) -> None:
    assert faults_of(parse_spec(raw, subscription_id=SUBSCRIPTION)) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_a_whole_life_sends_and_shows_only_what_azure_knows(
    simulation: Any, load_sample: Any, name: str
) -> None:
    spec = load_sample(name) | {"approval": None}  # nobody is here to approve
    assert simulation.deploy(spec)["status"] == "Succeeded"
    assert simulation.deploy(spec | {"tags": {"more": "tags"}})["status"] == "Succeeded"
    calls, shown = simulation.azure.cloud.calls, simulation.azure.resources()
    judged = {r["type"].casefold() for r in shown} & set(definitions())
    assert len(judged) >= 9
    assert {call.method for call in calls} >= {"PUT", "PATCH"}
    assert written_faults(calls) == []
    assert shown_faults(shown) == []


@pytest.mark.parametrize(
    ("arm_type", "body", "path"),
    [
        (NETWORK, {"properties": {"adressSpace": {}}}, "properties.adressSpace"),
        (
            NETWORK,
            {"properties": {"subnets": [{"properties": {"natGatway": {"id": "/x"}}}]}},
            "properties.subnets[0].properties.natGatway",
        ),
        (SERVER, {"location": "x", "properties": {"createMode": "Clone"}}, "properties.createMode"),
        (NETWORK, {"properties": {"addressSpace": {"addressPrefixes": "10.0.0.0/8"}}}, "addressPr"),
        (NETWORK, {"properties": {"provisioningState": "Succeeded"}}, "provisioningState"),
        (NETWORK, {"id": "/subscriptions/x"}, "id: no definition knows it"),
        (SERVER, {"properties": {}}, "location: is required"),
    ],
)
def test_what_azure_does_not_know_is_told_by_its_path(
    arm_type: str, body: dict[str, Any], path: str
) -> None:
    assert [fault for fault in request_faults(arm_type, body) if path in fault]


def test_a_property_that_no_definition_knows_is_found_wherever_it_hides() -> None:
    spec = sample("full")
    for resource in catalogue().wanted(spec):
        if not isinstance(resource, PostgresParameters):
            for path, body in _spoilt(resolved(resource.tagged_body(spec))):
                assert request_faults(resource.arm_type, body) != [], f"{resource.key}: {path}"


def test_a_secret_is_never_part_of_an_answer() -> None:
    shown = {"properties": {"administratorLoginPassword": "shown"}}
    assert any("administratorLoginPassword" in f for f in answer_faults(SERVER, shown))


def test_a_patch_need_not_be_complete_but_must_be_right() -> None:
    assert request_faults(SERVER, {"tags": {"a": "b"}}, patch=True) == []
    assert request_faults(SERVER, {"tag": {}}, patch=True) == ["tag: no definition knows it"]


@pytest.mark.parametrize(
    ("judge", "known"),
    [(request_faults, key) for key in REQUEST_EXCEPTIONS]
    + [(answer_faults, key) for key in ANSWER_EXCEPTIONS],
)
def test_an_exception_is_still_one(judge: Any, known: tuple[str, str]) -> None:
    arm_type, path = known
    demanded = path.endswith("Gateway1.properties")
    body = _holding([*path.split(".")[:-1], "id"] if demanded else path.split("."))
    objections = judge(arm_type, body, known={})
    assert [fault for fault in objections if fault.startswith(f"{path.replace('[]', '[0]')}: ")]


def test_only_what_is_in_use_is_kept() -> None:
    deployed = {resource.arm_type.casefold() for resource in catalogue().resources}
    emulated = {name.casefold() for each in TYPES for name in (each.type, *children_of(each))}
    assert deployed <= set(definitions()) <= deployed | emulated


def children_of(type_: Any) -> list[str]:
    """The types of the named children inside a type's body."""
    return [f"{type_.type}/{child}" for child in type_.children]


def test_the_definitions_say_where_they_come_from() -> None:
    for file in DEFINITIONS.glob("*.json"):
        assert "Azure.Bicep.Types.Az 0.2.972" in json.loads(file.read_text())["$comment"]
    assert "MIT License" in (DEFINITIONS / "NOTICE").read_text()


def _holding(path: list[str]) -> Any:
    """A body that holds nothing but one path."""
    if not path:
        return "something"
    name, _, listed = path[0].partition("[")
    inner = _holding(path[1:])
    return {name: [inner] if listed else inner}


def _spoilt(body: Any) -> Any:
    """The body once for every object in it, with a property there that nobody knows."""

    def objects(value: Any, path: tuple[Any, ...]) -> Any:
        if isinstance(value, dict):
            if path[-1:] not in {("tags",), ("userAssignedIdentities",)}:  # maps have any key
                yield path
            for name, item in value.items():
                yield from objects(item, (*path, name))
        elif isinstance(value, list):
            for at, item in enumerate(value):
                yield from objects(item, (*path, at))

    for path in list(objects(body, ())):
        copied = copy.deepcopy(body)
        place = copied
        for step in path:
            place = place[step]
        place["misspelt"] = True
        yield path, copied
