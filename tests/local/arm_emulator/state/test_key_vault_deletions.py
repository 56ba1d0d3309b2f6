"""A deleted secret keeps its name, as soft delete has it: it is recovered, or purged."""

from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.keyvault.secrets import SecretClient

from local.arm_emulator import ArmEmulator
from local.clock import VirtualClock


@pytest.fixture
def client(azure: Any) -> SecretClient:
    """Microsoft's own client, on a vault that holds one secret, which is deleted."""
    azure.emulator.set_secret("pw", "first")
    there: SecretClient = azure.vault()
    there.begin_delete_secret("pw")
    return there


def test_a_deleted_secret_is_read_among_the_deleted_only(client: SecretClient) -> None:
    with pytest.raises(ResourceNotFoundError):
        client.get_secret("pw")
    deleted = client.get_deleted_secret("pw")
    assert deleted.name == "pw"
    assert deleted.recovery_id is not None


def test_the_name_of_a_deleted_secret_is_taken(client: SecretClient) -> None:
    with pytest.raises(ResourceExistsError, match="recovered or purged"):
        client.set_secret("pw", "second")


def test_a_recovered_secret_has_its_value_back(client: SecretClient) -> None:
    client.begin_recover_deleted_secret("pw").wait()
    assert client.get_secret("pw").value == "first"
    with pytest.raises(ResourceNotFoundError):
        client.get_deleted_secret("pw")


def test_the_name_of_a_purged_secret_is_free(client: SecretClient) -> None:
    client.purge_deleted_secret("pw")
    assert client.set_secret("pw", "second").value == "second"


def test_a_deleted_secret_is_still_deleted_after_a_restart(tmp_path: Path) -> None:
    with ArmEmulator(clock=VirtualClock(), state=tmp_path / "state.db") as first:
        first.set_secret("pw", "first")
        first.cloud.keyvault._delete(None, ["pw"])  # type: ignore[arg-type]
        first.set_secret("other", "x")
    with ArmEmulator(clock=VirtualClock(), state=tmp_path / "state.db") as second:
        assert list(second.cloud.keyvault.deleted) == ["pw"]
        assert list(second.cloud.keyvault.secrets) == ["other"]
