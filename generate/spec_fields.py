"""The fields of a spec, out of the schema that the model states: one table a part, by its path."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from generate.reference import table
from shared.deployment.specs.spec import DeploymentSpec

HEAD = """\
# The fields of a spec

What a spec may say; JSON, or YAML for the command line. This page is written from the model that
reads specs (`make generate`), so it says what the app takes. What is **required** has no default;
everything else may be left out. `hybriddb spec init` prints a first spec, `spec check FILE` names
every fault with its place, and `spec schema` prints the JSON schema for an editor:

```json
{"yaml.schemas": {"hybriddb.schema.json": "*.spec.yaml"}}
```

"""
COLUMNS = ("field", "takes", "unless given", "is")
LONGEST = 8  # values of a choice that are told

Schema = Mapping[str, Any]
Places = Mapping[str, str]  # the path under which each part of the schema is told


def spec_fields() -> str:
    """The page."""
    schema = DeploymentSpec.model_json_schema()
    parts = dict(_parts(schema, schema["$defs"]))
    paths = {id(part): path for path, part in parts.items()}
    places = {name: paths.get(id(part), "") for name, part in schema["$defs"].items()}
    return HEAD + "\n".join(_section(path, part, places) for path, part in parts.items())


def _section(path: str, part: Schema, places: Places) -> str:
    head = f"## `{path}`\n\n{_sentence(part)}" if path else "## The spec"
    return f"{head}\n\n{table(COLUMNS, _rows(part, places))}"


def _parts(schema: Schema, known: Schema) -> Iterator[tuple[str, Schema]]:
    """Every part once, in the order in which it is met, by the path where it is met first."""
    waiting: list[tuple[str, Schema]] = [("", schema)]
    told = set[str]()
    while waiting:
        path, part = waiting.pop(0)
        yield path, part
        for name, field in part["properties"].items():
            for other in _references(field):
                if other not in told and known[other].get("properties"):
                    told.add(other)
                    waiting.append((f"{path}.{name}".lstrip("."), known[other]))


def _references(field: Any) -> Iterator[str]:
    """The parts that a field is made of."""
    if isinstance(field, dict):
        if "$ref" in field:
            yield _part(field)
        for inner in field.values():
            yield from _references(inner)
    elif isinstance(field, list):
        for inner in field:
            yield from _references(inner)


def _part(field: Schema) -> str:
    return str(field["$ref"].rpartition("/")[2])


def _rows(part: Schema, places: Places) -> Iterator[list[str]]:
    required = part.get("required", [])
    for name, field in part["properties"].items():
        absent = "**required**" if name in required else _value(field.get("default"))
        yield [f"`{name}`", _takes(field, places), absent, _sentence(field)]


def _takes(field: Schema, places: Places) -> str:
    """What a value may be, in words."""
    if "$ref" in field:
        anchor = places[_part(field)].replace(".", "").lower()
        return f"[an object](#{anchor})"
    if options := field.get("anyOf"):
        some = (_takes(each, places) for each in options if each.get("type") != "null")
        return " or ".join(dict.fromkeys(some))
    if choice := field.get("enum"):
        told = ", ".join(_value(value) for value in choice[:LONGEST])
        return f"{told} and {len(choice) - LONGEST} more" if len(choice) > LONGEST else told
    kind = field.get("type", "any value")
    if kind == "array":
        return f"a list: {_takes(field.get('items') or {}, places)}"
    if kind == "object":
        patterns: list[Schema] = [*field.get("patternProperties", {}).values(), {}]
        of = field.get("additionalProperties") or patterns[0]
        return f"names and their values: {_takes(of, places)}"
    return _bounded(field, " or ".join(kind) if isinstance(kind, list) else str(kind))


def _bounded(field: Schema, kind: str) -> str:
    least, most = field.get("minimum"), field.get("maximum")
    if least is not None and most is not None:
        return f"{kind}, {least:g} to {most:g}"
    if least is not None:
        return f"{kind}, from {least:g}"
    return f"{kind}, up to {most:g}" if most is not None else kind


def _value(value: Any) -> str:
    if value is None or value == {}:
        return ""
    if isinstance(value, dict):
        return "its defaults"
    text = value if isinstance(value, str) else json.dumps(value)
    return f"`{text}`" if text else ""


def _sentence(of: Schema) -> str:
    """The description, on one line, with nothing that ends a cell."""
    return " ".join(str(of.get("description", "")).split()).replace("|", "\\|")
