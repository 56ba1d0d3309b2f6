"""What tests of the face share: a small spec, a world that stands still, the record behind it."""

from typing import Any

import pytest

from local.azurite import Azurite
from shared.records.records import Records

Json = dict[str, Any]


@pytest.fixture
def small(spec: Json) -> Json:
    """A spec whose deployment is quick: the server alone, reached directly."""
    off = {"enabled": False}
    return spec | {"gateway": {"mode": "none"}, "bastion": off, "jumpBox": off}


@pytest.fixture
def kept(storage: Azurite) -> Records:
    """The records, as the app has them."""
    return Records.connect(storage.connection_string)
