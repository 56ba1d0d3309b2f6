"""Whatever the templates declare is something that Azure knows, as far as it is literal."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.infra.bicep import FILES, Declared, read
from tests.infra.judge import FOLDERS, faults, known

DECLARED = [
    (f"{file}-{resource.name}", resource)
    for file in FILES
    for resource in read(file).resources.values()
    if not resource.existing
]
EMPTY = {"Microsoft.Storage/storageAccounts/blobServices"}  # no definition is kept, and none needed
MAPS = {"tags", "userAssignedIdentities", "features"}  # objects that may have any key


def test_what_is_not_judged_says_nothing() -> None:
    for _, resource in DECLARED:
        arm_type, _, version = resource.target.partition("@")
        assert known(arm_type, version) or (
            arm_type in EMPTY and resource.body == {"name": "default"}
        )


JUDGED = [(name, r) for name, r in DECLARED if r.target.partition("@")[0] not in EMPTY]


@pytest.mark.parametrize(("name", "resource"), JUDGED, ids=[name for name, _ in JUDGED])
def test_azure_knows_everything_that_a_template_declares(name: str, resource: Declared) -> None:
    assert faults(resource) == []


@pytest.mark.parametrize(("name", "resource"), JUDGED, ids=[name for name, _ in JUDGED])
def test_what_azure_does_not_know_is_found_wherever_it_is(name: str, resource: Declared) -> None:
    for path, body in _spoilt(resource):
        assert faults(replace(resource, body=body)) != [], path


@pytest.mark.parametrize(
    ("file", "name", "path", "value"),
    [
        ("app.bicep", "site", "properties.publicNetworkAccess", 1),
        ("app.bicep", "site", "properties.functionAppConfig.runtime.name", "pyton"),
        ("storage.bicep", "account", "properties.networkAcls.defaultAction", "Denied"),
        ("storage.bicep", "account", "kind", "StorageV3"),
        ("vault.bicep", "vault", "properties.sku.family", "B"),
        ("vault.bicep", "vault", "properties.networkAcls.ipRules", "10.0.0.0/8"),
        ("endpoint.bicep", "link", "properties.registrationEnabled", "no"),
        ("app.bicep", "auth", "properties.globalValidation.unauthenticatedClientAction", "401"),
    ],
)
def test_a_value_that_azure_does_not_take_is_told_by_its_path(
    file: str, name: str, path: str, value: Any
) -> None:
    resource = read(file).resources[name]
    *way, last = path.split(".")
    place = resource.body
    for step in way:
        place = place[step]
    place[last] = value
    assert [fault for fault in faults(resource) if path in fault]


def test_only_what_the_templates_need_is_defined_beside_them() -> None:
    needed = {resource.target.casefold() for _, resource in DECLARED}
    for file in FOLDERS[0].glob("*.json"):
        kept = json.loads(file.read_text(encoding="utf-8"))
        version = kept["title"].partition("@")[2]
        assert {f"{arm_type}@{version}".casefold() for arm_type in kept["resources"]} <= needed


def _spoilt(resource: Declared) -> Iterator[tuple[str, Any]]:
    """The body once for every object in it, with a property there that nobody knows."""

    def objects(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, dict):
            if path[-1:] and path[-1] not in MAPS:
                yield path
            for key, part in value.items():
                yield from objects(part, (*path, key))
        elif isinstance(value, list):
            for at, part in enumerate(value):
                yield from objects(part, (*path, at))

    for path in objects(resource.body, ()):
        copied = copy.deepcopy(resource.body)
        place: Any = copied
        for step in path:
            place = place[step]
        place["misspelt"] = 1
        yield ".".join(map(str, path)), copied
