"""The JSON schema of a spec, which editors, the command line and callers of the API go by."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.deployment.errors import SpecInvalid
from shared.deployment.resource_id import pattern_of
from shared.deployment.specs.fields import ADDRESS, PREFIX
from shared.deployment.specs.parsing import STAND_INS, parse_spec
from shared.deployment.specs.spec import DeploymentSpec

CIRCUIT = "Microsoft.Network/expressRouteCircuits"
UNDER = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"


def parts() -> Iterator[tuple[str, dict[str, Any]]]:
    whole = DeploymentSpec.model_json_schema()
    yield "DeploymentSpec", whole
    yield from whole["$defs"].items()


@pytest.mark.parametrize(("part", "schema"), list(parts()), ids=lambda each: str(each)[:20])
def test_every_field_is_described(part: str, schema: dict[str, Any]) -> None:
    undescribed = {n for n, field in schema["properties"].items() if "description" not in field}
    assert (schema.get("description", "") != "", undescribed) == (True, set()), part


@pytest.mark.parametrize(
    "text",
    [
        *("10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "255.255.255.255/32", "10.0.0.0/33", "10.0.0/8"),
        *("10.0.0.0/255.0.0.0", "10.0.0.0/08", "010.0.0.0/8", "256.0.0.0/8", "10.0.0.0/8\n", ""),
    ],
)
def test_the_schema_takes_a_prefix_exactly_where_the_parser_does(text: str) -> None:
    wrong = _targets({"onPremises": {"prefixes": [text]}})
    assert bool(re.search(PREFIX.replace("$", r"\Z"), text)) == (
        "onPremises.prefixes[0]" not in wrong
    )


@pytest.mark.parametrize("text", ["10.1.2.10", "10.1.2.010", "10.1.2", "10.1.2.256", "::1", " "])
def test_the_schema_takes_an_address_exactly_where_the_parser_does(text: str) -> None:
    wrong = _targets({"gateway": {"privateAddress": text}})
    assert bool(re.search(ADDRESS, text)) == ("gateway.privateAddress" not in wrong)


@pytest.mark.parametrize(
    "text",
    [
        f"{UNDER}/providers/{CIRCUIT}/one",
        f"{UNDER}/providers/{CIRCUIT}/one".upper(),
        f"{UNDER}/providers/Microsoft.Network/virtualNetworks/one",
        f"{UNDER}/providers/{CIRCUIT}/one/peerings/two",
        f"{UNDER}/providers/{CIRCUIT}/-",
        f"{UNDER}/providers/{CIRCUIT}",
        UNDER,
    ],
)
def test_the_schema_takes_an_id_exactly_where_the_parser_does(text: str) -> None:
    wrong = _targets({"expressRoute": {"circuitId": text}})
    assert bool(re.search(pattern_of(CIRCUIT), text)) == ("expressRoute.circuitId" not in wrong)


@pytest.mark.parametrize(
    "part", [{"replace": ["x"] * 31}, {"postgres": {"parameters": {"Upper": "1"}}}]
)
def test_bounds_of_lists_and_names_are_in_the_schema(part: dict[str, Any]) -> None:
    schema = Draft202012Validator(DeploymentSpec.model_json_schema())
    assert schema.is_valid(STAND_INS)
    assert not schema.is_valid({**STAND_INS, **part})


def _targets(part: dict[str, Any]) -> set[str]:
    try:
        parse_spec({**STAND_INS, **part}, subscription_id=STAND_INS["subscriptionId"])
    except SpecInvalid as wrong:
        return {fault["target"] for fault in wrong.faults if fault["code"] == "FieldInvalid"}
    return set()
