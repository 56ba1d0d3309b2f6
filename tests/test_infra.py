"""The template of the app itself, as far as it can be checked without a compiler."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pycep
import pytest
from lark import UnexpectedInput

import function_app  # noqa: F401  # it registers the routes
from shared.resources.catalogue import catalogue
from shared.settings import SettingMissing, settings_from
from triggers.callers import ALL
from triggers.routing import ROUTES

ROOT = Path(__file__).parents[1]
APP = (ROOT / "infra" / "app.bicep").read_text(encoding="utf-8")
MAIN = (ROOT / "infra" / "main.bicep").read_text(encoding="utf-8")
ROLES: dict[str, list[str]] = json.loads((ROOT / "infra" / "roles.json").read_text())
ELSEWHERE = {
    "Microsoft.Resources/resourceGroups": "Microsoft.Resources/subscriptions/resourceGroups"
}
KEPT = {"Microsoft.DBforPostgreSQL/flexibleServers/configurations"}  # values, never deleted


def _set() -> dict[str, str]:
    """The application settings of the template."""
    block = APP.split("name: 'appsettings'")[1].split("\n    }\n")[0]
    return dict(re.findall(r"^      (\w+): (.+)$", block, re.MULTILINE))


def test_the_app_finds_every_setting_it_needs() -> None:
    assert settings_from(_set()).storage == "storage.properties.primaryEndpoints.table"


@pytest.mark.parametrize(
    "name", ["AZURE_SUBSCRIPTION_ID", "KEY_VAULT_URL", "RECORDS_TABLE_ENDPOINT"]
)
def test_no_setting_that_is_needed_is_set_in_vain(name: str) -> None:
    with pytest.raises(SettingMissing, match=name):
        settings_from({k: v for k, v in _set().items() if k != name})


def test_the_settings_of_the_sample_are_set_in_azure_too() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    by_platform = {"FUNCTIONS_WORKER_RUNTIME"}  # Flex Consumption has it in functionAppConfig
    by_identity = {"AzureWebJobsStorage"}
    assert set(sample) - by_platform - by_identity <= set(_set())


@pytest.mark.parametrize(
    "name", ["KEY_VAULT_HOSTS", "ALLOWED_SUBSCRIPTIONS", "ALLOWED_RESOURCE_GROUPS"]
)
def test_a_list_that_an_operator_may_set_is_a_parameter_of_the_template(name: str) -> None:
    parameter = _set()[name]
    assert f"param {parameter} string" in APP
    parameters = json.loads((ROOT / "infra" / "main.parameters.json").read_text())["parameters"]
    assert parameters[parameter]["value"] == f"${{HYBRIDDB_{name}=}}"


# Flex Consumption refuses the deployment of a site with one of them, or ignores it:
# https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
FORBIDDEN = {
    "ENABLE_ORYX_BUILD",
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_MAX_HTTP_CONCURRENCY",
    "FUNCTIONS_WORKER_PROCESS_COUNT",
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTIONS_WORKER_RUNTIME_VERSION",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "TZ",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
    "WEBSITE_CONTENTOVERVNET",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_DNS_SERVER",
    "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
    "WEBSITE_NODE_DEFAULT_VERSION",
    "WEBSITE_RUN_FROM_PACKAGE",
    "WEBSITE_SKIP_CONTENTSHARE_VALIDATION",
    "WEBSITE_TIME_ZONE",
    "WEBSITE_VNET_ROUTE_ALL",
}


def test_no_setting_is_set_that_flex_consumption_forbids() -> None:
    assert not FORBIDDEN & set(_set())
    assert not {"linuxFxVersion", "alwaysOn"} & set(re.findall(r"\b\w+\b", APP))


def test_the_python_of_the_app_is_one_that_the_requirements_are_locked_for() -> None:
    assert "runtime: { name: 'python', version: pythonVersion }" in APP
    assert "@allowed(['3.11', '3.12', '3.13'])" in MAIN
    assert "param pythonVersion string = '3.13'" in MAIN


def test_the_storage_account_is_reached_by_identity_only() -> None:
    names = {"accountName", "credential", "clientId"}
    assert {f"AzureWebJobsStorage__{name}" for name in names} <= set(_set())
    assert "allowSharedKeyAccess: false" in APP
    assert "listKeys" not in APP


@pytest.mark.parametrize("kind", ["ftp", "scm"])
def test_no_password_opens_the_deployment_endpoint(kind: str) -> None:
    block = APP.split(f"resource {kind} 'basicPublishingCredentialsPolicies' = {{")[1]
    assert f"name: '{kind}'" in block.split("}\n\n")[0]
    assert "properties: { allow: false }" in block.split("}\n\n")[0]


@pytest.mark.parametrize(("scope", "logs"), [("vault", "audit"), ("site", "FunctionAppLogs")])
def test_what_happens_is_kept_in_the_workspace(scope: str, logs: str) -> None:
    settings = [block for block in APP.split("\nresource ") if "diagnosticSettings@" in block]
    [kept] = [block for block in settings if f"scope: {scope}\n" in block]
    assert f"'{logs}', enabled: true" in kept
    assert "workspaceId: workspace.id" in kept


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


@pytest.mark.parametrize("arm_type", sorted({r.arm_type for r in catalogue().resources}))
def test_whatever_the_app_deploys_it_may_read_write_and_delete(arm_type: str) -> None:
    granted = {action.casefold() for action in ROLES["deployer"]}
    verbs = {"read", "write"} if arm_type in KEPT else {"read", "write", "delete"}
    base = ELSEWHERE.get(arm_type, arm_type)
    assert {f"{base}/{verb}".casefold() for verb in verbs} <= granted


def test_every_module_gets_exactly_the_parameters_without_a_default() -> None:
    for name in ("app", "circuit", "prober"):
        text = (ROOT / "infra" / f"{name}.bicep").read_text(encoding="utf-8")
        needed = set(re.findall(r"^param (\w+) \w+$", text, re.MULTILINE))
        block = MAIN.split(f"'{name}.bicep'")[1].split("params: {")[1].split("}")[0]
        assert set(re.findall(r"^    (\w+):", block, re.MULTILINE)) == needed


def test_the_parameters_are_those_of_the_template() -> None:
    given = json.loads((ROOT / "infra" / "main.parameters.json").read_text())["parameters"]
    declared = dict(re.findall(r"^param (\w+) \w+( = .*)?$", MAIN, re.MULTILINE))
    assert set(given) <= set(declared)
    assert {name for name, default in declared.items() if not default} <= set(given)


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "infra").glob("*.bicep")))
def test_a_template_is_bicep(file: str) -> None:
    parsed = pycep.BicepParser().parse(file_path=ROOT / "infra" / file)
    assert set(parsed) & {"resources", "modules"}


def test_what_is_not_bicep_is_told() -> None:
    with pytest.raises(UnexpectedInput):
        pycep.BicepParser().parse(text="resource site 'Microsoft.Web/sites@2024-04-01' = {")


def test_azd_finds_the_app_and_its_template() -> None:
    text = (ROOT / "azure.yaml").read_text(encoding="utf-8")
    service: Any = re.search(r"^services:\n  (\w+):", text, re.MULTILINE)
    assert f"'azd-service-name': '{service[1]}'" in APP
    assert (ROOT / "infra" / "main.bicep").exists()
    assert "host: function" in text


def test_who_is_not_signed_in_gets_401_but_for_what_is_open() -> None:
    block = APP.split("name: 'authsettingsV2'")[1]
    assert "unauthenticatedClientAction: 'Return401'" in block
    excluded = block.split("excludedPaths: [")[1].split("]")[0].replace("'", "").split(", ")
    opened = {f"/api{path}" for (_, path), told in ROUTES.items() if told.open}
    assert {path.replace("/*", "/{file}") for path in excluded} == opened


def test_the_roles_of_the_registration_are_those_that_routes_take() -> None:
    roles = json.loads((ROOT / "infra" / "app-roles.json").read_text())
    assert tuple(role["value"] for role in roles) == ALL
    assert len({role["id"] for role in roles}) == len(ALL)


FAKE = """#!/bin/sh
echo "$(basename "$0") $*" >> {log}
case "$*" in
"ad app list"*) cat {made} 2> /dev/null ;;
"ad app create"*) echo the-id | tee {made} ;;
"ad sp list"*) grep -q "ad sp create" {log} && echo the-object ;;
esac
exit 0
"""


def test_the_registration_is_made_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    log, made = tmp_path / "log", tmp_path / "made"
    for name in ("az", "azd"):
        (tmp_path / name).write_text(FAKE.format(log=log, made=made))
        (tmp_path / name).chmod(0o755)
    known = {"AZURE_ENV_NAME": "prod", "HYBRIDDB_ENTRA_CLIENT_ID": "the-id", "url": "https://app"}
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", **known}

    def run(*words: str, **more: str) -> str:
        script = [str(ROOT / "infra" / "register.sh"), *words]
        done = subprocess.run(script, env=environment | more, capture_output=True, check=True)
        return done.stdout.decode()

    run("before")
    run("before")
    calls = log.read_text()
    assert (calls.count("az ad app create"), calls.count("az ad sp create")) == (1, 1)
    assert calls.count("azd env set HYBRIDDB_ENTRA_CLIENT_ID the-id") == 2
    assert run("after") == (
        "hybriddb profile set default --url https://app --audience api://the-id\n"
    )
    assert "--web-redirect-uris https://app/.auth/login/aad/callback" in log.read_text()
    length = len(log.read_text())
    assert "function keys" in run("before", HYBRIDDB_ENTRA="off")
    assert len(log.read_text()) == length
