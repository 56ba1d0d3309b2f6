"""Azure's own type definitions as a judge of what the templates declare.

They lie where those of the product lie, and those that only the templates need lie beside this. A
body is judged as far as it is literal: what a template computes may be anything.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from tests.azure_types import DEFINITIONS
from tests.infra.bicep import Declared, Expression

FOLDERS = (Path(__file__).parent / "definitions", DEFINITIONS)
OF_BICEP = {"parent", "scope", "dependsOn"}  # of a declaration, and no part of what is sent
OF_THE_PATH = {"name", "type", "apiVersion"}  # read-only in a body; a declaration has the first


def faults(declared: Declared) -> list[str]:
    """What Azure would not know of a resource."""
    arm_type, _, version = declared.target.partition("@")
    body = {key: value for key, value in declared.body.items() if key not in OF_BICEP}
    body |= {"type": arm_type, "apiVersion": version}
    found = _judge(arm_type, version).iter_errors(body)
    return [f"{declared.name}: {fault}" for error in found for fault in _told(error)]


def known(arm_type: str, version: str) -> Path | None:
    """The file that defines a type."""
    namespace = arm_type.split("/")[0].casefold()
    for folder in FOLDERS:
        file = folder / f"{namespace}@{version}.json"
        if file.exists() and arm_type in json.loads(file.read_text(encoding="utf-8"))["resources"]:
            return file
    return None


@cache
def _judge(arm_type: str, version: str) -> Any:
    file = known(arm_type, version)
    if file is None:
        raise LookupError(f"{arm_type}@{version} is defined nowhere")
    whole = json.loads(file.read_text(encoding="utf-8"))
    schema = {"$defs": _writable(whole["$defs"]), **whole["resources"][arm_type]}
    return _LENIENT(schema)


def _writable(schema: Any) -> Any:
    """The schema less what only Azure writes."""
    if isinstance(schema, list):
        return [_writable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _writable(part) for name, part in schema.items()}
    if isinstance(properties := schema.get("properties"), dict) and schema.get("type") == "object":
        gone = {n for n, p in properties.items() if p.get("readOnly") and n not in OF_THE_PATH}
        kept["properties"] = {n: p for n, p in kept["properties"].items() if n not in gone}
        kept["required"] = sorted(set(schema.get("required", ())) - gone)
    if schema.get("type") == "string" and "examples" in schema:
        kept["enum"] = schema["examples"]  # what an open set does not name, nobody has checked
    return kept


def _told(error: ValidationError) -> Iterator[str]:
    """The deepest reasons; where any of several would do, those of the one that is nearest."""
    path = ".".join(map(str, error.absolute_path)) or "$"
    if error.validator in {"oneOf", "anyOf"} and error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        for inner in min(branches.values(), key=len):
            yield from _told(inner)
    else:
        yield f"{path}: {error.message[:200]}"


def _or_computed(check: Any) -> Any:
    """A keyword of the schema that lets pass what a template computes."""

    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        if not isinstance(instance, Expression):
            yield from check(validator, value, instance, schema) or ()

    return checked


_LENIENT: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {keyword: _or_computed(check) for keyword, check in Draft202012Validator.VALIDATORS.items()},
)
