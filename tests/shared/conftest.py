"""Clients of this room on the emulated Azure."""

from collections.abc import Iterator

import pytest
from azure.identity import ManagedIdentityCredential

from local.arm_emulator.emulator import ArmEmulator
from local.azurite import Azurite
from shared.azure.clients import AzureClients
from shared.azure.secrets import Vaults
from shared.records.records import Records
from shared.settings import Settings, settings_from


@pytest.fixture(scope="session")
def connected(storage: Azurite) -> Records:
    """The records in a real Azurite."""
    return Records.connect(storage.connection_string)


@pytest.fixture
def app_settings(azure: ArmEmulator, storage: Azurite, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that lead to the emulated Azure."""
    environment = {**azure.environment(), "AzureWebJobsStorage": storage.connection_string}
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, environment[name])
    return settings_from(environment)


@pytest.fixture
def credential(app_settings: Settings) -> Iterator[ManagedIdentityCredential]:
    """The identity of the app."""
    with ManagedIdentityCredential() as credential:
        yield credential


@pytest.fixture
def clients(app_settings: Settings, credential: ManagedIdentityCredential) -> AzureClients:
    """The management clients."""
    return AzureClients(credential, app_settings, app_settings.subscription_id)


@pytest.fixture
def vaults(app_settings: Settings, credential: ManagedIdentityCredential) -> Vaults:
    """The vault of the app."""
    return Vaults(credential, app_settings)
