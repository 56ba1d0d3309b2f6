"""Requests that are made from the description alone: each is answered as it says, none with 5xx.

A few of each kind here; more with HYPOTHESIS_EXAMPLES. What is sent and what is refused is decided
by Schemathesis, which knows nothing of this app but its description.
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, openapi
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
)
from schemathesis.core.result import Ok

import function_app  # noqa: F401  # it registers the routes
from shared.deployment.errors import SpecInvalid
from shared.deployment.specs.parsing import parse_spec
from tests.described import validator
from triggers.description import description

Json = dict[str, Any]

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "4"))
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
OF_ONE_FIELD = {"FieldInvalid", "FieldMissing", "UnknownField", "InlineSecret", "TextInvalid"}
BITS = "with no bits set beyond its length"  # the one thing that no pattern can say of a field
MODE = "or set expressRoute.mode to"  # a field that another one asks for
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

SPEC = validator("DeploymentSpec")
KINDS = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
API = openapi.from_dict(description())
OPERATIONS: Json = {
    found.ok().label: found.ok() for found in API.get_all_operations() if isinstance(found, Ok)
}


def some(many: int) -> settings:
    """That many examples, the same ones every time."""
    return settings(
        max_examples=many,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.filterwarnings("ignore:Do not use the `random` module")  # the host's threads do
@pytest.mark.parametrize("label", OPERATIONS)
def test_what_is_made_from_the_description_is_answered_as_it_says(still: Any, label: str) -> None:
    for kind in KINDS:
        _ask(f"{still.host.url}/api", OPERATIONS[label], kind)


def _ask(url: str, operation: Any, kind: GenerationMode) -> None:
    # The page leaves alone what it does not know of a URL.
    checks = CHECKS[:-1] if operation.path.startswith("/ui") else CHECKS

    @some(EXAMPLES)
    @given(case=operation.as_strategy(generation_mode=kind))
    def ask(case: Any) -> None:
        if kind is GenerationMode.POSITIVE:
            case.query.pop("api-version", None)  # nearly every date is none of ours
        case.call_and_validate(base_url=url, checks=checks)

    ask()


def test_the_parser_takes_every_field_that_the_schema_takes() -> None:
    strategy = OPERATIONS["POST /deployments"].as_strategy(generation_mode=KINDS[0])

    @some(10 * EXAMPLES)
    @given(case=strategy)
    def parse(case: Any) -> None:
        found = [f for f in _faults(case.body) if f["code"] in OF_ONE_FIELD]
        assert [f for f in found if not any(each in f["message"] for each in (BITS, MODE))] == []

    parse()


def test_the_parser_refuses_what_the_schema_refuses() -> None:
    strategy = OPERATIONS["POST /deployments"].as_strategy(generation_mode=KINDS[1])

    @some(10 * EXAMPLES)
    @given(case=strategy)
    def parse(case: Any) -> None:
        if isinstance(case.body, dict) and not SPEC.is_valid(case.body):
            assert _faults(case.body) != []

    parse()


def _faults(body: object) -> list[Any]:
    try:
        parse_spec(body, subscription_id=SUBSCRIPTION)
    except SpecInvalid as wrong:
        return wrong.faults
    return []
