"""The specs that a deployment has had, as the records keep them."""

from typing import Any

import pytest

from local.azurite import Azurite
from shared.records.errors import SpecUnknown
from shared.records.records import Records
from shared.records.specs import KEPT

Json = dict[str, Any]


@pytest.fixture
def kept(storage: Azurite) -> Records:
    return Records.connect(storage.connection_string)


def test_the_last_twenty_specs_are_kept_the_latest_first(kept: Records) -> None:
    for generation in range(1, KEPT + 4):
        kept.specs.keep("orders", generation, {"n": generation}, deployedAt="now")
    found = kept.specs.history("orders")
    assert [entry["generation"] for entry in found] == list(range(KEPT + 3, 3, -1))
    assert kept.specs.get("orders", 9)["spec"] == {"n": 9}
    with pytest.raises(SpecUnknown, match="generation 3 of orders"):
        kept.specs.get("orders", 3)


def test_a_generation_that_is_kept_already_stays_as_it_is(kept: Records) -> None:
    kept.specs.keep("orders-again", 1, {"n": 1}, deployedAt="then")
    kept.specs.keep("orders-again", 1, {"n": 2}, deployedAt="now")
    assert kept.specs.get("orders-again", 1)["spec"] == {"n": 1}


def test_the_specs_of_another_deployment_are_left_alone(kept: Records) -> None:
    kept.specs.keep("one", 1, {"n": 1})
    kept.specs.keep("one-more", 1, {"n": 2})
    kept.specs.forget("one")
    assert (kept.specs.history("one"), len(kept.specs.history("one-more"))) == ([], 1)
