"""The description of the API: what Azure's rules ask of one, and that its examples fit.

Azure's own rules (Azure/azure-api-style-guide, run by Spectral) find in it what the decision on
long-running answers explains, and nothing else; what is held here is what they found before.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

import function_app  # noqa: F401  # it registers the routes
from tests.described import validator
from triggers.conventions import VERSIONS
from triggers.description import description
from triggers.shapes.examples import EXAMPLES

Json = dict[str, Any]

SCHEMAS: Json = description()["components"]["schemas"]


def operations() -> Iterator[tuple[str, Json]]:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


every_operation = pytest.mark.parametrize(
    "operation", [o for _, o in operations()], ids=[name for name, _ in operations()]
)
every_schema = pytest.mark.parametrize("name", SCHEMAS)


def test_its_version_is_the_date_of_the_newest() -> None:
    info = description()["info"]
    assert info["version"] == VERSIONS[-1]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", info["version"])
    assert info["description"]


def test_no_two_operations_have_one_id() -> None:
    ids = [operation["operationId"] for _, operation in operations()]
    assert len(set(ids)) == len(ids)


@every_operation
def test_an_operation_is_named_for_its_noun_and_verb_and_says_what_it_does(
    operation: Json,
) -> None:
    assert re.fullmatch(r"[A-Z][A-Za-z]+_[A-Z][A-Za-z]+", operation["operationId"])
    assert operation["summary"]


@every_operation
def test_an_operation_says_who_may_call_it(operation: Json) -> None:
    schemes = {name for each in operation.get("security", []) for name in each}
    assert operation.get("security", description()["security"]) != []
    assert schemes <= set(description()["components"]["securitySchemes"])


@every_operation
def test_every_parameter_is_described_and_those_of_a_path_are_bounded(operation: Json) -> None:
    for parameter in operation["parameters"]:
        told = _resolved(parameter)
        assert told["description"], told["name"]
        assert "default" not in told["schema"] or not told["required"]
        if told["in"] == "path":
            assert {"type", "pattern", "maxLength"} <= set(told["schema"])


@every_operation
def test_every_error_has_the_envelope_its_code_as_a_header_and_an_example(operation: Json) -> None:
    refused = {s: r for s, r in operation["responses"].items() if s[0] in "45d" and s != "401"}
    assert {"default", "400", "500"} <= set(refused)
    for told in refused.values():
        assert "x-ms-error-code" in told["headers"]
        content = told["content"]["application/json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Error"}
        assert validator("Error").is_valid(content["example"])


@every_operation
def test_what_takes_long_says_where_to_look_and_when(operation: Json) -> None:
    told = operation["responses"].get("202")
    if told and operation["operationId"] != "Operations_GetInstance":  # as Durable Functions does
        assert {"Operation-Location", "Retry-After"} <= set(told["headers"])
        assert operation["x-ms-long-running-operation"] is True


@every_operation
def test_what_is_read_has_an_entity_tag_and_may_be_known_already(operation: Json) -> None:
    if "200" in operation["responses"] and "304" in operation["responses"]:
        assert "ETag" in operation["responses"]["200"]["headers"]
        assert "If-None-Match" in {_resolved(p)["name"] for p in operation["parameters"]}


@every_operation
def test_every_body_has_a_shape_and_an_example_that_fits(operation: Json) -> None:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for content in [kind for body in bodies for kind in body.get("content", {}).items()]:
        if content[0] == "application/json":
            shape = content[1]["schema"]["$ref"].rsplit("/", 1)[1]
            assert [e.message for e in validator(shape).iter_errors(content[1]["example"])] == []


@every_schema
def test_every_field_is_described_in_camel_case_and_has_a_type(name: str) -> None:
    assert re.fullmatch(r"[A-Z][A-Za-z]+", name)
    assert SCHEMAS[name].get("description")
    for field, schema in SCHEMAS[name].get("properties", {}).items():
        assert re.fullmatch(r"[a-z][A-Za-z]+", field), field
        assert schema.get("description"), field
        assert {"type", "$ref", "anyOf", "const", "enum"} & set(schema), field


def test_no_example_is_of_a_shape_that_there_is_not() -> None:
    assert set(EXAMPLES) <= set(SCHEMAS)


def test_no_schema_is_left_unused() -> None:
    text = str(description())
    assert {name for name in SCHEMAS if f"/schemas/{name}'" not in text} == set()


def _resolved(parameter: Json) -> Json:
    if "$ref" not in parameter:
        return parameter
    found: Json = description()["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
    return found
