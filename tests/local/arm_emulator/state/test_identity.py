"""Tokens, the vault and rate limits: what every request goes through."""

from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from local.arm_emulator.settings import TENANT_ID

Refusal = Callable[..., str]
VERSION = "?api-version=2022-12-01"


def test_a_token_tells_tenant_principal_and_identity(azure: Any) -> None:
    token = azure.credential.get_token("https://management.azure.com/.default").token
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["tid"] == TENANT_ID
    assert claims["oid"] == azure.emulator.cloud.identity.object_id
    assert "/userAssignedIdentities/" in claims["xms_mirid"]


def test_the_identity_endpoint_wants_its_header(emulator: Any) -> None:
    url = emulator.identity_url + "?api-version=2019-08-01&resource=https://management.azure.com"
    assert url.startswith("http://localhost:")
    assert requests.get(url, timeout=10).status_code == 401
    good = requests.get(url, headers={"X-IDENTITY-HEADER": emulator.identity_header}, timeout=10)
    assert good.json()["token_type"] == "Bearer"


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic abc"])
def test_a_request_without_a_good_token_is_answered_401(emulator: Any, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = requests.get(
        emulator.url + "/subscriptions" + VERSION,
        headers=headers,
        verify=str(emulator.ca_file),
        timeout=10,
    )
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "AuthenticationFailed"
    assert "authorization_uri=" in answer.headers["WWW-Authenticate"]


def test_a_token_for_something_else_is_answered_401(emulator: Any) -> None:
    token, _ = emulator.cloud.identity.mint("https://vault.azure.net")
    answer = requests.get(
        emulator.url + "/subscriptions" + VERSION,
        headers={"Authorization": f"Bearer {token}"},
        verify=str(emulator.ca_file),
        timeout=10,
    )
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "InvalidAuthenticationTokenAudience"


def test_metadata_needs_no_token(emulator: Any) -> None:
    url = emulator.url + "/metadata/endpoints?api-version=2022-09-01"
    found = requests.get(url, verify=str(emulator.ca_file), timeout=10).json()
    assert found["resourceManager"] == emulator.url
    assert found["suffixes"]["postgresqlServerEndpoint"] == "postgres.database.azure.com"


def test_the_certificate_is_trusted_by_the_bundle_and_by_nothing_else(emulator: Any) -> None:
    url = emulator.url + "/metadata/endpoints?api-version=2022-09-01"
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            session.get(url)


def test_another_subscription_is_not_found(azure: Any) -> None:
    client = azure.client(
        type(azure.resources), subscription="99999999-0000-0000-0000-000000000000"
    )
    with pytest.raises(ResourceNotFoundError) as refused:
        client.resource_groups.get("rg")
    assert refused.value.error is not None
    assert refused.value.error.code == "SubscriptionNotFound"


def test_every_call_is_recorded_with_its_caller(azure: Any, token_of: Callable[[str], Any]) -> None:
    client = azure.client(type(azure.network), credential=token_of("somebody"))
    client.route_tables.begin_create_or_update("rg", "rt", {"location": "eastus"}, polling=False)
    call = azure.emulator.calls(method="PUT", type="Microsoft.Network/routeTables")[0]
    assert (call["caller"], call["status"], call["name"]) == ("somebody", 201, "rt")
    assert call["time"] == azure.clock.now().isoformat()


def test_a_secret_is_set_read_listed_and_deleted_after_the_challenge(azure: Any) -> None:
    vault = azure.vault()
    vault.set_secret("pg-password", "first")
    newer = vault.set_secret("pg-password", "second", tags={"a": "b"})
    assert vault.get_secret("pg-password").value == "second"
    versions = list(vault.list_properties_of_secret_versions("pg-password"))
    assert len(versions) == 2
    assert newer.properties.version in {each.version for each in versions}
    assert [each.name for each in vault.list_properties_of_secrets()] == ["pg-password"]
    with pytest.raises(ResourceNotFoundError) as missing:
        vault.get_secret("absent")
    assert "SecretNotFound" in str(missing.value)
    with pytest.raises(HttpResponseError):
        vault.set_secret("not_a_name", "x")


def test_a_secret_is_in_no_list_of_calls_or_resources(azure: Any) -> None:
    azure.emulator.set_secret("pg-password", "Canary-1")
    assert azure.vault().get_secret("pg-password").value == "Canary-1"
    assert "Canary-1" not in str(azure.emulator.calls()) + str(azure.emulator.resources())


def test_a_vault_fails_where_a_fault_says_so(azure: Any, refusal: Refusal) -> None:
    azure.emulator.set_secret("s", "x")
    azure.emulator.fail(
        method="GET", type="Microsoft.KeyVault/vaults/secrets", status=403, code="Forbidden"
    )
    with pytest.raises(HttpResponseError) as refused:
        azure.vault().get_secret("s")
    assert refused.value.status_code == 403


def test_buckets_empty_and_fill_again_with_time(azure: Any, web: Any) -> None:
    azure.emulator.settings({"throttling": True, "read_bucket": (3, 0.5)})
    url = azure.emulator.url + azure.id("routeTables/a") + "?api-version=2026-03-01"
    left = [web.get(url).headers["x-ms-ratelimit-remaining-subscription-reads"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = web.get(url)
    assert refused.json()["error"]["code"] == "SubscriptionRequestsThrottled"
    assert refused.headers["Retry-After"] == "2"
    azure.advance(seconds=2)
    assert web.get(url).status_code == 404


def test_principals_have_buckets_of_their_own(
    azure: Any, refusal: Refusal, token_of: Callable[[str], Any]
) -> None:
    azure.emulator.settings({"throttling": True, "read_bucket": (1, 0.01)})
    other = azure.client(type(azure.resources), credential=token_of("somebody"))
    azure.resources.resource_groups.get("rg")
    told = refusal(azure.resources.resource_groups.get, "rg")
    assert told == "429 SubscriptionRequestsThrottled"
    assert other.resource_groups.get("rg").name == "rg"


def test_microsoft_network_and_private_dns_have_windows_of_their_own(
    azure: Any, web: Any, refusal: Refusal
) -> None:
    azure.emulator.settings({"throttling": True, "network_writes_per_5_minutes": 1})
    write = azure.network.route_tables.begin_create_or_update
    write("rg", "a", {"location": "eastus"}, polling=False)
    assert refusal(write, "rg", "b", {"location": "eastus"}, polling=False) == (
        "429 TooManyRequests"
    )
    azure.advance(minutes=5)
    write("rg", "b", {"location": "eastus"}, polling=False)
    url = azure.emulator.url + azure.id("privateDnsZones/a.b") + "?api-version=2024-06-01"
    headers = web.get(url).headers
    assert headers["x-ms-ratelimit-remaining-subscription-resource-requests"] == "499"
