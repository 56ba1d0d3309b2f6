"""What is made of secrets and certificates; the time is the test's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.deployment.messages import Json
from shared.planning.preflight.certificates import Use, judge_absent, judge_certificate, uses
from shared.planning.preflight.findings import Finding
from shared.planning.preflight.vault import Stored, judge_generated, judge_password, judge_secret
from tests.certificates import cer_of
from tests.shared.planning.judging import SPEC, SUBSCRIPTION, refusals, spec_with, warnings

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://v.vault.azure.net/secrets/web"
FIELD = "gateway.https.certificate"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("missing", "SecretNotFound"),
        ("disabled", "SecretDisabled"),
        ("forbidden", "SecretForbidden"),
    ],
)
def test_a_secret_that_cannot_be_read_later_is_refused(state: Stored, code: str) -> None:
    found = refusals(judge_secret("postgres.adminPassword", "pw", state))
    assert found == [(code, "postgres.adminPassword")]


def test_a_secret_that_is_there_is_accepted() -> None:
    assert not list(judge_secret("postgres.adminPassword", "pw", "there"))


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        ("missing", []),
        ("there", []),
        ("disabled", ["SecretDisabled"]),
        ("forbidden", ["SecretForbidden"]),
    ],
)
def test_what_is_generated_may_be_missing_but_not_out_of_reach(
    state: Stored, codes: list[str]
) -> None:
    found = judge_generated("jumpBox.sshPublicKey", "key", state)
    assert refusals(found) == [(code, "jumpBox.sshPublicKey") for code in codes]


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("Correct-Horse7", []),
        ("correcthorse7-", []),
        ("Sh0rt-x", ["PasswordNotComplex"]),
        ("A1-" + "x" * 126, ["PasswordNotComplex"]),
        ("correcthorse7", ["PasswordNotComplex"]),
        ("my-DBadmin-7", ["PasswordContainsLogin"]),
        ("dbadmin", ["PasswordNotComplex", "PasswordContainsLogin"]),
    ],
)
def test_a_password_that_azure_refuses_is_refused_and_not_repeated(
    password: str, codes: list[str]
) -> None:
    found = list(judge_password(SPEC, password))
    assert [code for code, _ in refusals(found)] == codes
    assert all(password not in finding.advice["message"] for finding in found)


def use(host: str | None = "app.corp.example", *, exact: bool = True) -> Use:
    return Use(FIELD, URL, host, exact)


def bundle(*names: str, starts: float = -30, ends: float = 300, **parts: Any) -> Json:
    """A certificate as Key Vault shows it; its times in days from now."""
    begins, stops = NOW + timedelta(days=starts), NOW + timedelta(days=ends)
    cer = cer_of(*names or ("app.corp.example",), begins=begins, ends=stops)
    key = {"exportable": True, "kty": "RSA"} | parts.get("key", {})
    content = {"contentType": parts.get("content", "application/x-pkcs12")}
    return {
        "cer": cer,
        "attributes": {"enabled": parts.get("enabled", True)},
        "policy": {"key_props": key, "secret_props": content},
    }


def judged(certificate: Json, wanted: Use | None = None) -> list[Finding]:
    return list(judge_certificate(wanted or use(), certificate, NOW))


def test_a_good_certificate_is_accepted() -> None:
    assert judged(bundle()) == []


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        (bundle(ends=0), "CertificateExpired"),
        (bundle(ends=-1), "CertificateExpired"),
        (bundle(starts=1), "CertificateNotYetValid"),
        (bundle(key={"exportable": False}), "CertificateNotExportable"),
        (bundle(key={"kty": "RSA-HSM"}), "CertificateNotExportable"),
        (bundle(content="application/x-pem-file"), "CertificateNotPfx"),
        (bundle(enabled=False), "CertificateDisabled"),
        (bundle("other.corp.example"), "CertificateOfAnotherName"),
        (bundle("*.example"), "CertificateOfAnotherName"),
        ({"attributes": {}, "pending": {}}, "CertificateNotIssued"),
    ],
)
def test_a_certificate_that_will_not_do_is_refused(certificate: Json, code: str) -> None:
    assert refusals(judged(certificate)) == [(code, FIELD)]


@pytest.mark.parametrize(("days", "found"), [(29.9, ["CertificateExpiresSoon"]), (30, [])])
def test_a_certificate_that_expires_within_a_month_is_a_warning(
    days: float, found: list[str]
) -> None:
    findings = judged(bundle(ends=days))
    assert (refusals(findings), warnings(findings)) == ([], found)


@pytest.mark.parametrize(
    "names", [("*.corp.example",), ("x.example", "APP.corp.example"), ("app.corp.example",)]
)
def test_one_name_that_matches_is_enough(names: tuple[str, ...]) -> None:
    assert judged(bundle(*names)) == []


def test_a_certificate_for_another_name_is_a_warning_where_clients_may_use_that() -> None:
    findings = judged(bundle("db.corp.example"), use("pg.corp.example", exact=False))
    assert (refusals(findings), warnings(findings)) == ([], ["CertificateOfAnotherName"])


def test_names_are_not_judged_where_nobody_knows_what_clients_use() -> None:
    assert judged(bundle("db.corp.example"), use(None, exact=False)) == []


def test_a_plain_secret_in_place_of_a_certificate_is_a_warning() -> None:
    assert warnings(judge_absent(use(), plain_secret=True)) == ["CertificateNotChecked"]
    assert refusals(judge_absent(use(), plain_secret=False)) == [("CertificateNotFound", FIELD)]


CERTIFICATE = {"keyVaultSecret": URL}
ZONE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g"
    "/providers/Microsoft.Network/privateDnsZones/corp.example"
)
HTTPS = {"hostName": "a.example", "backendAddresses": ["10.9.9.9"], "certificate": CERTIFICATE}


@pytest.mark.parametrize(
    ("gateway", "found"),
    [
        ({}, []),
        ({"https": HTTPS}, [("gateway.https.certificate", "a.example")]),
        ({"mode": "none"}, []),
    ],
)
def test_only_certificates_that_a_listener_shows_are_looked_at(
    gateway: Json, found: list[tuple[str, str | None]]
) -> None:
    spec = spec_with(gateway=gateway)
    assert [(each.field, each.host) for each in uses(spec)] == found
