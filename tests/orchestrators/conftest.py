"""Specs that several files start from."""

from typing import Any

import pytest

from tests.orchestrators.updating import changed

Json = dict[str, Any]


@pytest.fixture
def small(lean: Json) -> Json:
    return lean | {"tags": {"Env": "prod", "owner": "dba"}}


@pytest.fixture
def secured(azure: Any, small: Json) -> Any:
    """The spec with its password in one of two secrets of the vault."""
    azure.set_secret("first", "First-Pass-1234")
    azure.set_secret("second", "Second-Pass-5678")

    def under(name: str) -> Json:
        reference = {"keyVaultSecret": f"{azure.url}/secrets/{name}"}
        return changed(small, postgres={"adminPassword": reference})

    return under
