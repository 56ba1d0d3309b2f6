"""The application settings: all that the app reads, and none that Flex Consumption refuses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shared.settings import SettingMissing, settings_from
from tests.infra.bicep import FILES, INFRA, Expression, read

ROOT = Path(__file__).parents[2]
APP, MAIN = read("app.bicep"), read("main.bicep")
PARAMETERS = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]


def _set() -> dict[str, str]:
    """The application settings of the template; what it computes, as it is spelt there."""
    files = ((INFRA / name).read_text(encoding="utf-8") for name in ("app.bicep", "main.bicep"))
    spelt = dict(re.findall(r"^ +(\w+): (.+)$", "\n".join(files), re.MULTILINE))
    given = APP.resources["settings"].body["properties"].given
    (ours,) = [part for part in given if isinstance(part, dict)]
    of_operators = MAIN.modules["app"].body["params"]["operatorSettings"]
    return {name: spelt[name] for name in (*ours, *of_operators)}


def _by_default() -> dict[str, str]:
    """Likewise, with the values that operators have not set."""
    defaults = {
        **MAIN.parameters,
        "string(access.keyNames)": "{}",
        "string(access.roleScopes)": "{}",
    }
    return {
        name: defaults.get(spelt) or "" if spelt in defaults else spelt
        for name, spelt in _set().items()
    }


def test_the_app_finds_every_setting_it_needs() -> None:
    assert settings_from(_by_default()).storage == "storage.outputs.tables"


@pytest.mark.parametrize(
    "name", ["AZURE_SUBSCRIPTION_ID", "KEY_VAULT_URL", "RECORDS_TABLE_ENDPOINT"]
)
def test_no_setting_that_is_needed_is_set_in_vain(name: str) -> None:
    with pytest.raises(SettingMissing, match=name):
        settings_from({k: v for k, v in _by_default().items() if k != name})


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
    assert parameter in MAIN.parameters
    assert PARAMETERS[parameter]["value"] == f"${{HYBRIDDB_{name}=}}"


ELSEWHERE_ONLY = {  # another cloud, or the local stack
    *(
        "AZURE_RESOURCE_MANAGER_URL",
        "AZURE_RESOURCE_MANAGER_AUDIENCE",
        "KEY_VAULT_VERIFY_CHALLENGE",
    ),
    *("WEBHOOK_LOOPBACK", "REQUESTS_CA_BUNDLE"),
}


def test_every_setting_that_the_app_reads_is_set_by_the_template() -> None:
    """A provisioning replaces all of them, so what the template leaves out is gone."""
    text = (ROOT / "shared" / "settings.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', text)) - ELSEWHERE_ONLY
    of_the_platform = {name for name in named if name.startswith("WEBSITE_")} | {"REGION_NAME"}
    read_there = named - of_the_platform
    assert "ROLE_SCOPES" in read_there
    assert read_there <= set(_set())


def test_nobody_is_named_and_nothing_is_scoped_until_an_operator_says_so() -> None:
    access = json.loads((INFRA / "access.json").read_text(encoding="utf-8"))
    assert access == {"keyNames": {}, "roleScopes": {}}
    settings = {name: _set()[name] for name in ("KEY_NAMES", "ROLE_SCOPES")}
    assert settings == {
        "KEY_NAMES": "string(access.keyNames)",
        "ROLE_SCOPES": "string(access.roleScopes)",
    }


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


# Likewise of a site: https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
FORBIDDEN_OF_A_SITE = {
    "alwaysOn",
    "containerSize",
    "ftpsState",
    "functionAppScaleLimit",
    "isXenon",
    "javaVersion",
    "linuxFxVersion",
    "netFrameworkVersion",
    "powerShellVersion",
    "preWarmedInstanceCount",
    "use32BitWorkerProcess",
    "vnetBackupRestoreEnabled",
    "vnetContentShareEnabled",
    "vnetImagePullEnabled",
    "vnetRouteAllEnabled",
    "windowsFxVersion",
}


def keys_in(value: Any) -> set[str]:
    """Every key of a body, at any depth."""
    if isinstance(value, dict):
        return {*value, *(key for part in value.values() for key in keys_in(part))}
    return {key for part in value for key in keys_in(part)} if isinstance(value, list) else set()


def test_nothing_is_set_that_flex_consumption_forbids() -> None:
    assert not FORBIDDEN & set(_set())
    assert not FORBIDDEN_OF_A_SITE & keys_in(APP.resources["site"].body)


def test_the_storage_account_is_reached_by_identity_only() -> None:
    names = {"accountName", "credential", "clientId"}
    assert {f"AzureWebJobsStorage__{name}" for name in names} <= set(_set())
    account = read("storage.bicep").resources["account"].body["properties"]
    assert account["allowSharedKeyAccess"] is False
    assert not any("listKeys" in (INFRA / file).read_text(encoding="utf-8") for file in FILES)


def test_every_setting_is_a_text() -> None:
    given = APP.resources["settings"].body["properties"].given
    (ours,) = [part for part in given if isinstance(part, dict)]
    of_operators = MAIN.modules["app"].body["params"]["operatorSettings"]
    for name, value in {**ours, **of_operators}.items():
        assert isinstance(value, str | Expression), name
