"""What `azd` runs besides the template, with an az that keeps what was asked of it."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra.bicep import INFRA, read

FAKE = """#!/bin/sh
echo "$(basename "$0") $*" >> {log}
case "$*" in
"ad app list"*) cat {made} 2> /dev/null ;;
"ad app create"*) echo the-id | tee {made} ;;
"ad sp list"*) grep -q "ad sp create" {log} && echo the-object ;;
esac
exit 0
"""


@dataclass
class Azd:
    """Runs the hook as azd does, and keeps what was asked of az and azd."""

    folder: Path

    @property
    def calls(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []

    def asked(self, start: str) -> list[str]:
        return [call for call in self.calls if call.startswith(start)]

    def hook(self, when: str, **known: str) -> str:
        environment = {"PATH": f"{self.folder}:/usr/bin:/bin", "AZURE_ENV_NAME": "prod", **known}
        done = subprocess.run(
            [str(INFRA / "register.sh"), when], env=environment, capture_output=True, check=True
        )
        return done.stdout.decode()


@pytest.fixture
def azd(tmp_path: Path) -> Azd:
    for name in ("az", "azd"):
        (tmp_path / name).write_text(FAKE.format(log=tmp_path / "log", made=tmp_path / "made"))
        (tmp_path / name).chmod(0o755)
    return Azd(tmp_path)


def test_the_registration_is_made_once_however_often_it_is_asked_for(azd: Azd) -> None:
    azd.hook("before")
    azd.hook("before")
    assert len(azd.asked("az ad app create")) == len(azd.asked("az ad sp create")) == 1
    assert azd.asked("azd env set") == ["azd env set HYBRIDDB_ENTRA_CLIENT_ID the-id"] * 2


def test_the_registration_of_another_environment_is_not_taken_for_ones_own(azd: Azd) -> None:
    azd.hook("before")
    (asked,) = azd.asked("az ad app list")
    assert "--filter displayName eq 'hybriddb-prod'" in asked


def test_the_scope_is_there_before_it_is_given_to_the_command_line_of_azure(azd: Azd) -> None:
    azd.hook("before")
    scope, given = azd.asked("az rest --method PATCH")
    body = json.loads((INFRA / "app-scope.json").read_text())
    (made,) = body["api"]["oauth2PermissionScopes"]
    assert body["groupMembershipClaims"] == "ApplicationGroup"  # or no scope of a role ever holds
    assert scope.endswith("--body @" + str(INFRA / "app-scope.json"))
    assert "preAuthorizedApplications" in given
    assert f'"delegatedPermissionIds": ["{made["id"]}"]' in "\n".join(azd.calls)


def test_people_are_sent_back_to_where_the_app_is(azd: Azd) -> None:
    known = {"HYBRIDDB_ENTRA_CLIENT_ID": "the-id", "HYBRIDDB_URL": "https://app"}
    told = azd.hook("after", **known)
    assert told == "hybriddb profile set default --url https://app --audience api://the-id\n"
    (call,) = azd.calls
    assert "--web-redirect-uris https://app/.auth/login/aad/callback" in call


def test_the_hook_asks_for_nothing_that_azd_does_not_know() -> None:
    text = (INFRA / "register.sh").read_text(encoding="utf-8")
    made = set(re.findall(r"azd env set (\w+)", text))
    known = {"AZURE_ENV_NAME", *read("main.bicep").outputs, *made}
    assert set(re.findall(r"\$\{?([A-Z][A-Z_]+)\b", text)) - {"HYBRIDDB_ENTRA"} <= known


def test_without_entra_nothing_is_registered_but_the_provider_of_the_subnet(azd: Azd) -> None:
    assert "function keys" in azd.hook("before", HYBRIDDB_ENTRA="off")
    assert "function keys" in azd.hook("after", HYBRIDDB_ENTRA="off")
    assert azd.calls == ["az provider register --namespace Microsoft.App --wait"]
