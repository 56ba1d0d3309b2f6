"""Certificates of the vault: a secret with a public half, read through the client of secrets."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from azure.core.rest import HttpRequest

from local.arm_emulator import ArmEmulator
from local.clock import VirtualClock
from tests.certificates import cer_of

BEGINS, ENDS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def read(azure: Any, path: str) -> Any:
    return azure.vault().send_request(HttpRequest("GET", f"{azure.emulator.url}/{path}"))


def test_a_certificate_shows_its_public_half_its_times_and_its_policy(azure: Any) -> None:
    cer = cer_of("a.example", begins=BEGINS, ends=ENDS)
    azure.emulator.set_certificate("web", cer)
    shown = read(azure, "certificates/web").json()
    assert shown["cer"] == cer
    assert (shown["attributes"]["nbf"], shown["attributes"]["exp"]) == (
        int(BEGINS.timestamp()),
        int(ENDS.timestamp()),
    )
    assert shown["policy"]["key_props"]["exportable"] is True
    assert shown["policy"]["secret_props"]["contentType"] == "application/x-pkcs12"


def test_the_newest_version_counts_where_none_is_named(azure: Any) -> None:
    first, second = (cer_of(begins=BEGINS, ends=ENDS) for _ in range(2))
    azure.emulator.set_certificate("web", first)
    version = read(azure, "certificates/web").json()["id"].rpartition("/")[2]
    azure.emulator.set_certificate("web", second)
    assert read(azure, "certificates/web").json()["cer"] == second
    assert read(azure, f"certificates/web/{version}").json()["cer"] == first


def test_a_certificate_is_a_secret_of_the_same_name(azure: Any) -> None:
    azure.emulator.set_certificate("web", cer_of(begins=BEGINS, ends=ENDS))
    (version,) = azure.vault().list_properties_of_secret_versions("web")
    assert version.content_type == "application/x-pkcs12"


def test_a_plain_secret_is_no_certificate(azure: Any) -> None:
    azure.emulator.set_secret("web", "a PFX file, perhaps")
    answer = read(azure, "certificates/web")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "CertificateNotFound")


def test_a_certificate_survives_a_restart(tmp_path: Path) -> None:
    cer = cer_of(begins=BEGINS, ends=ENDS)
    with ArmEmulator(clock=VirtualClock(), state=tmp_path / "state.db") as first:
        first.set_certificate("web", cer)
    with ArmEmulator(clock=VirtualClock(), state=tmp_path / "state.db") as second:
        kept = second.cloud.keyvault.secrets["web"][0].certificate
        assert kept is not None
        assert kept["cer"] == cer
