"""The template of the app itself, as far as it can be checked without a compiler."""

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pycep
import pytest
from lark import UnexpectedInput

import function_app  # noqa: F401  # it registers the routes
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue
from tests.infra.bicep import FILES, INFRA, Declared, Expression, names_in, read
from triggers.callers import ALL
from triggers.routing import ROUTES

ROOT = Path(__file__).parents[2]
APP, MAIN = read("app.bicep"), read("main.bicep")
PARAMETERS = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
ROLES: dict[str, list[str]] = json.loads((INFRA / "roles.json").read_text())
ELSEWHERE = {
    "Microsoft.Resources/resourceGroups": "Microsoft.Resources/subscriptions/resourceGroups"
}
NEVER = {
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations": {"delete"},  # they are values
    "Microsoft.Compute/virtualMachines/extensions": {"read"},  # seen in their machine
    # it goes with its server
    "Microsoft.DBforPostgreSQL/flexibleServers/advancedThreatProtectionSettings": {"delete"},
}


def test_the_python_of_the_app_is_one_that_the_requirements_are_locked_for() -> None:
    runtime = APP.resources["site"].body["properties"]["functionAppConfig"]["runtime"]
    assert runtime["version"] == Expression(frozenset({"pythonVersion"}), "pythonVersion")
    text = (INFRA / "main.bicep").read_text(encoding="utf-8")
    assert "@allowed(['3.11', '3.12', '3.13'])" in text
    assert MAIN.parameters["pythonVersion"] == "3.13"


@pytest.mark.parametrize("kind", ["ftp", "scm"])
def test_no_password_opens_the_deployment_endpoint(kind: str) -> None:
    policy = APP.resources[kind]
    assert policy.target.startswith("Microsoft.Web/sites/basicPublishingCredentialsPolicies@")
    assert (policy.body["name"], policy.body["properties"]) == (kind, {"allow": False})


@pytest.mark.parametrize(
    ("file", "scope", "logs"),
    [
        ("vault.bicep", "vault", {"categoryGroup": "audit", "enabled": True}),
        ("app.bicep", "site", {"category": "FunctionAppLogs", "enabled": True}),
    ],
)
def test_what_happens_is_kept_in_the_workspace(file: str, scope: str, logs: Any) -> None:
    (kept,) = [r for r in read(file).resources.values() if "diagnosticSettings@" in r.target]
    assert kept.body["scope"] == Expression(frozenset({scope}), scope)
    assert kept.body["properties"]["logs"] == [logs]
    assert isinstance(kept.body["properties"]["workspaceId"], Expression)


@pytest.mark.parametrize("action", [a for role in ROLES.values() for a in role])
def test_an_action_is_spelt_out(action: str) -> None:
    assert re.fullmatch(r"Microsoft\.\w+(/\w+)*/(read|write|delete|action)", action)


def test_no_role_says_anything_twice() -> None:
    for actions in ROLES.values():
        assert len({action.casefold() for action in actions}) == len(actions)


def test_the_app_cannot_grant_rights_nor_read_keys() -> None:
    actions = " ".join(a for role in ROLES.values() for a in role).casefold()
    of_logs = "microsoft.operationalinsights/workspaces/sharedkeys"  # writes, and opens nothing
    actions = actions.replace(of_logs, "")
    assert not re.search(r"roleassignments|roledefinitions|listkeys|sharedkey", actions)


@pytest.mark.parametrize(
    "action",
    [
        *("virtualMachines/extensions/write", "locations/runCommands/read"),
        *(f"virtualMachines/runCommands/{verb}" for verb in ("read", "write", "delete")),
    ],
)
def test_what_makes_one_root_on_a_machine_lies_in_the_role_that_is_off(action: str) -> None:
    holders = [name for name, role in ROLES.items() if f"Microsoft.Compute/{action}" in role]
    assert holders == ["prober"]


@pytest.mark.parametrize("resource", catalogue().resources, ids=lambda resource: resource.key)
def test_whatever_the_app_deploys_it_may_read_write_and_delete(resource: Resource) -> None:
    granted = {a.casefold() for role in ("deployer", resource.role) for a in ROLES[role]}
    verbs = {"read", "write", "delete"} - NEVER.get(resource.arm_type, set())
    base = ELSEWHERE.get(resource.arm_type, resource.arm_type)
    assert {f"{base}/{verb}".casefold() for verb in verbs} <= granted


MODULES = [(file, module) for file in FILES for module in read(file).modules.values()]


@pytest.mark.parametrize(
    ("file", "module"), MODULES, ids=[f"{file}-{module.name}" for file, module in MODULES]
)
def test_a_module_gets_exactly_the_parameters_without_a_default(
    file: str, module: Declared
) -> None:
    declared = read(module.target).parameters
    assert set(module.body["params"]) == {name for name, value in declared.items() if value is None}


def test_every_parameter_of_the_template_can_be_set_through_azd() -> None:
    assert set(PARAMETERS) == set(MAIN.parameters)


@pytest.mark.parametrize("name", [n for n, value in PARAMETERS.items() if "=" in value["value"]])
def test_a_parameter_that_nobody_sets_has_the_default_of_the_template(name: str) -> None:
    default = PARAMETERS[name]["value"].partition("=")[2].removesuffix("}")
    assert default == MAIN.parameters[name]


@pytest.mark.parametrize("file", FILES)
def test_a_template_uses_what_it_declares_and_declares_what_it_uses(file: str) -> None:
    read_ = read(file)
    given = {*read_.parameters, *read_.variables, *read_.items}
    declared = {*given, *read_.resources, *read_.modules}
    parts = (read_.parameters, read_.variables, read_.outputs, read_.resources, read_.modules)
    used = {*names_in([list(part.values()) for part in parts]), *read_.asked}
    assert used <= declared
    assert given <= used


@pytest.mark.parametrize("file", FILES)
def test_a_template_asks_a_module_for_what_it_gives(file: str) -> None:
    text, modules = (INFRA / file).read_text(encoding="utf-8"), read(file).modules
    for module, output in re.findall(r"\b(\w+)\.outputs\.(\w+)", text):
        assert output in read(modules[module].target).outputs


@pytest.mark.parametrize("file", FILES)
def test_a_template_is_bicep(file: str) -> None:
    parsed = pycep.BicepParser().parse(file_path=INFRA / file)
    assert set(parsed) & {"resources", "modules"}


def test_what_is_not_bicep_is_told() -> None:
    with pytest.raises(UnexpectedInput):
        pycep.BicepParser().parse(text="resource site 'Microsoft.Web/sites@2024-04-01' = {")


def test_azd_finds_the_app_and_its_template() -> None:
    text = (ROOT / "azure.yaml").read_text(encoding="utf-8")
    service: Any = re.search(r"^services:\n  (\w+):", text, re.MULTILINE)
    template = (INFRA / "app.bicep").read_text(encoding="utf-8")
    assert f"'azd-service-name': '{service[1]}'" in template
    assert "module: main" in text
    assert "host: function" in text


def test_who_is_not_signed_in_gets_401_but_for_what_is_open() -> None:
    asked = APP.resources["auth"].body["properties"]["globalValidation"]
    assert asked["unauthenticatedClientAction"] == "Return401"
    opened = {f"/api{path}" for (_, path), told in ROUTES.items() if told.open}
    assert {path.replace("/*", "/{file}") for path in asked["excludedPaths"]} == opened


def test_the_roles_of_the_registration_are_those_that_routes_take() -> None:
    roles = json.loads((INFRA / "app-roles.json").read_text())
    assert tuple(role["value"] for role in roles) == ALL
    assert len({role["id"] for role in roles}) == len(ALL)


def test_checkov_reads_bicep_with_the_grammar_of_these_tests() -> None:
    locked = (ROOT / "requirements-checkov.txt").read_text(encoding="utf-8")
    assert f"pycep-parser=={version('pycep-parser')} " in locked


def test_whatever_checkov_is_told_to_leave_is_explained() -> None:
    """What is left out everywhere, and what is left out of one resource, both with a reason."""
    everywhere = (INFRA / ".checkov.yaml").read_text(encoding="utf-8")
    left = re.findall(r"^  - (CKV\w+)(?: +# (.+))?$", everywhere, re.MULTILINE)
    for file in FILES:
        text = (INFRA / file).read_text(encoding="utf-8")
        left += re.findall(r"checkov:skip=(\w+):?(.*)$", text, re.MULTILINE)
    assert len(left) > 10
    assert [check for check, why in left if not why] == []
    (decision,) = (ROOT / "docs" / "decisions").glob("*-what-checkov-finds-in-infra.md")
    told = decision.read_text(encoding="utf-8")
    assert [check for check, _ in left if check.removeprefix("CKV_AZURE_") not in told] == []
