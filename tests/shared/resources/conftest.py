"""The samples as specs, and clients of the emulated Azure."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.identity import ManagedIdentityCredential

from local.arm_emulator.emulator import ArmEmulator
from shared.azure.clients import AzureClients
from shared.deployment.specs.parsing import parse_spec
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.settings import settings_from

SAMPLES = Path(__file__).parents[3] / "samples"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"

MakeSpec = Callable[..., DeploymentSpec]


def sample(name: str, **changes: Any) -> DeploymentSpec:
    """A sample; of what is an object in it, a change replaces the fields that it names."""
    raw = json.loads((SAMPLES / f"{name}.json").read_text())
    for field, value in changes.items():
        raw[field] = {**raw.get(field, {}), **value} if isinstance(value, dict) else value
    return parse_spec(raw, subscription_id=SUBSCRIPTION)


def sample_with(resource: Resource) -> DeploymentSpec:
    """A sample that makes this resource; the fullest where none does."""
    names = ("full", *(path.stem for path in sorted(SAMPLES.glob("*.json"))))
    specs = (sample(name) for name in names if name != "surroundings")
    return next((spec for spec in specs if resource.made(spec)), sample("full"))


@pytest.fixture
def make_spec() -> MakeSpec:
    """Makes a spec of a sample: ``make_spec("full", gateway={"sku": "Standard_v2"})``."""
    return sample


@pytest.fixture
def clients(azure: ArmEmulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[AzureClients]:
    """The management clients on the emulated Azure."""
    environment = {**azure.environment(), "AzureWebJobsStorage": "UseDevelopmentStorage=true"}
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, environment[name])
    settings = settings_from(environment)
    with ManagedIdentityCredential() as credential:
        yield AzureClients(credential, settings, settings.subscription_id)
