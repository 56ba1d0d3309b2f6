"""References become values at the last moment, and values never become messages."""

import string
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from azure.identity import ManagedIdentityCredential

from local.arm_emulator.emulator import ArmEmulator
from shared.azure.errors import SecretUnavailable, VaultNotAllowed
from shared.azure.secrets import Vaults, generate_password, resolve
from shared.deployment.messages import Json
from shared.deployment.specs.secrets import secret
from shared.records.records import Records
from shared.settings import Settings

VALUE = "correct-horse-battery"

Resolved = Callable[[Json], Json]


@pytest.fixture
def resolved(vaults: Vaults, connected: Records) -> Resolved:
    """`resolve` on the emulated vault and the real records."""
    return partial(resolve, of_app=vaults, agree=connected.agreements.agree)


def stored(azure: ArmEmulator, name: str) -> str | None:
    return azure.cloud.keyvault.value(name)


def test_a_reference_is_replaced_wherever_it_stands(azure: ArmEmulator, resolved: Resolved) -> None:
    azure.set_secret("pw", VALUE)
    body = {"a": [{"b": secret("pw")}], "c": 1}
    assert resolved(body) == {"a": [{"b": VALUE}], "c": 1}


def test_the_body_with_the_references_is_left_as_it_was(
    azure: ArmEmulator, resolved: Resolved
) -> None:
    azure.set_secret("pw", VALUE)
    body = {"a": secret("pw")}
    resolved(body)
    assert body == {"a": secret("pw")}


def test_a_body_without_references_asks_no_vault(azure: ArmEmulator, resolved: Resolved) -> None:
    resolved({"a": [1, "two", None]})
    assert not azure.calls(type="Microsoft.KeyVault/vaults/secrets")


def test_a_url_leads_to_the_secret_in_its_vault(azure: ArmEmulator, resolved: Resolved) -> None:
    azure.set_secret("pw", VALUE)
    assert resolved({"a": secret(f"{azure.url}/secrets/pw")}) == {"a": VALUE}


def test_a_url_with_a_version_leads_to_that_version(
    azure: ArmEmulator, vaults: Vaults, resolved: Resolved
) -> None:
    azure.set_secret("pw", VALUE)
    version = vaults.client(azure.url).get_secret("pw").properties.version
    azure.set_secret("pw", "newer")
    assert resolved({"a": secret(f"{azure.url}/secrets/pw/{version}")}) == {"a": VALUE}


def test_a_missing_secret_is_named_and_not_worth_another_try(resolved: Resolved) -> None:
    with pytest.raises(SecretUnavailable, match=r"pw.*SecretNotFound") as caught:
        resolved({"a": secret("pw")})
    assert not caught.value.retryable


@pytest.mark.parametrize(("status", "retryable"), [(403, False), (429, True), (503, True)])
def test_a_vault_that_fails_is_asked_again_only_where_that_may_help(
    azure: ArmEmulator, resolved: Resolved, status: int, retryable: bool
) -> None:
    azure.fail(type="Microsoft.KeyVault/vaults/secrets", status=status, code="Told", times=9)
    with pytest.raises(SecretUnavailable, match="Told") as caught:
        resolved({"a": secret("pw")})
    assert caught.value.retryable is retryable


def test_a_vault_that_cannot_be_reached_is_asked_again(
    app_settings: Settings, credential: ManagedIdentityCredential, connected: Records
) -> None:
    allowed = replace(app_settings, key_vault_hosts=frozenset({"localhost:1"}))
    body = {"a": secret("https://localhost:1/secrets/pw")}
    with pytest.raises(SecretUnavailable) as caught:
        resolve(body, connected.agreements.agree, Vaults(credential, allowed))
    assert caught.value.retryable


def test_a_password_is_generated_once_and_kept(azure: ArmEmulator, resolved: Resolved) -> None:
    wanted = {"a": secret("pw", generate="password")}
    assert resolved(wanted) == resolved(wanted) == {"a": stored(azure, "pw")}


def test_a_password_that_exists_is_not_generated(azure: ArmEmulator, resolved: Resolved) -> None:
    azure.set_secret("pw", VALUE)
    assert resolved({"a": secret("pw", generate="password")}) == {"a": VALUE}


def test_activities_that_generate_at_once_end_with_one_value(
    azure: ArmEmulator, vaults: Vaults, resolved: Resolved
) -> None:
    body = {"a": secret("raced", generate="password")}
    vaults.client(azure.url)  # made before the race
    with ThreadPoolExecutor(8) as pool:
        values = {answer["a"] for answer in pool.map(lambda _: resolved(body), range(8))}
    assert values == {stored(azure, "raced")}


def test_an_activity_that_lost_the_race_makes_the_winner_the_latest_again(
    azure: ArmEmulator, vaults: Vaults
) -> None:
    winner = vaults.client(azure.url).set_secret("pw", "first").properties.version or ""
    azure.fail(type="Microsoft.KeyVault/vaults/secrets", method="GET", status=404)

    def agree(topic: str, proposal: str, *, instead_of: str | None = None) -> str:
        return winner  # ours was not there yet

    assert resolve({"a": secret("pw", generate="password")}, agree, vaults) == {"a": "first"}
    assert stored(azure, "pw") == "first"


def test_a_generated_secret_that_a_person_rotated_is_theirs(
    azure: ArmEmulator, resolved: Resolved
) -> None:
    body = {"a": secret("pw", generate="password")}
    resolved(body)
    azure.set_secret("pw", VALUE)
    assert resolved(body) == {"a": VALUE}


def test_an_agreement_about_a_purged_secret_is_void(azure: ArmEmulator, vaults: Vaults) -> None:
    asked = []

    def agree(topic: str, proposal: str, *, instead_of: str | None = None) -> str:
        asked.append(instead_of)
        return proposal if instead_of else "0123456789abcdef"

    assert resolve({"a": secret("pw", generate="password")}, agree, vaults) == {
        "a": stored(azure, "pw")
    }
    assert asked == [None, "0123456789abcdef"]


def test_an_ssh_key_resolves_to_its_public_half(azure: ArmEmulator, resolved: Resolved) -> None:
    body: dict[str, Any] = {"a": secret("ssh", generate="ssh-key")}
    public = resolved(body)["a"]
    assert public.startswith("ssh-ed25519 ")
    assert resolved(body)["a"] == public
    assert "PRIVATE KEY" in (stored(azure, "ssh") or "")


def test_an_ssh_key_that_is_none_is_refused_without_quoting_it(
    azure: ArmEmulator, resolved: Resolved
) -> None:
    azure.set_secret("ssh", VALUE)
    with pytest.raises(SecretUnavailable) as caught:
        resolved({"a": secret("ssh", generate="ssh-key")})
    assert VALUE not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("kind", [string.ascii_lowercase, string.ascii_uppercase, string.digits])
def test_a_generated_password_has_every_kind_of_character(kind: str) -> None:
    assert all(set(generate_password()) & set(kind) for _ in range(20))


def test_a_generated_password_is_new_every_time() -> None:
    assert len({generate_password() for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "host", ["localhost:1", "127.0.0.1:22", "attacker.example", "kv.vault.azure.net.evil.example"]
)
def test_a_vault_that_is_not_allowed_is_never_asked(resolved: Resolved, host: str) -> None:
    with pytest.raises(VaultNotAllowed, match="KEY_VAULT_HOSTS") as caught:
        resolved({"a": secret(f"https://{host}/secrets/pw")})
    assert not caught.value.retryable


@pytest.mark.parametrize("host", ["kv-other.vault.azure.net", "KV-OTHER.vault.azure.net"])
def test_a_vault_that_the_settings_allow_is_asked(
    app_settings: Settings, credential: ManagedIdentityCredential, host: str
) -> None:
    allowed = replace(app_settings, key_vault_hosts=frozenset({"kv-other.vault.azure.net"}))
    address = Vaults(credential, allowed).address(f"https://{host}/secrets/pw/{'0' * 32}")
    assert (address.vault_url, address.name) == (f"https://{host}", "pw")


def test_a_rotation_makes_one_version_however_often_it_is_asked_for(
    azure: ArmEmulator, resolved: Resolved
) -> None:
    first = resolved({"a": secret("made", generate="password")})
    wanted = {"a": secret("made", generate="password", rotation="op-1")}
    with ThreadPoolExecutor(4) as pool:
        second, *rest = pool.map(resolved, [wanted] * 4)
    assert rest == [second] * 3
    assert first != second == resolved({"a": secret("made", generate="password")})
    assert stored(azure, "made") == second["a"]


def test_a_version_that_is_brought_back_is_the_latest_again(
    azure: ArmEmulator, vaults: Vaults, resolved: Resolved
) -> None:
    first = resolved({"a": secret("made", generate="password")})
    version = vaults.client(azure.url).get_secret("made").properties.version
    resolved({"a": secret("made", generate="password", rotation="op-1")})
    for _ in range(2):
        assert resolved({"a": secret("made", generate="password", again=version)}) == first
    assert resolved({"a": secret("made", generate="password")}) == first


def test_a_deleted_secret_of_ours_is_recovered_and_asked_for_again(
    vaults: Vaults, azure: ArmEmulator, resolved: Resolved
) -> None:
    first = resolved({"a": secret("made", generate="password")})
    vaults.client(azure.url).begin_delete_secret("made")
    with pytest.raises(SecretUnavailable, match="being recovered") as caught:
        resolved({"a": secret("made", generate="password")})
    assert caught.value.retryable
    assert resolved({"a": secret("made", generate="password")}) == first


def test_a_deleted_secret_of_somebody_else_is_left_alone(
    vaults: Vaults, azure: ArmEmulator, resolved: Resolved
) -> None:
    azure.set_secret("made", VALUE)
    vaults.client(azure.url).begin_delete_secret("made")
    with pytest.raises(SecretUnavailable, match="recover or purge") as caught:
        resolved({"a": secret("made", generate="password")})
    assert not caught.value.retryable
