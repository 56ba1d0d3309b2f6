"""Specs as files: JSON or YAML 1.2, read without an app, with the place of every fault.

What is packaged is the schema that the app's own model states, so an editor can use it too. What
takes more than a schema (overlapping prefixes, what Azure offers where) only the app's plan checks.
"""

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from cli.errors import Json, SpecUnreadable

MOST = 50  # faults that are shown


class Fault(NamedTuple):
    """One thing that is wrong in a file, and where; lines and columns count from 1."""

    line: int
    column: int
    path: str
    message: str


def schema() -> Json:
    """The JSON schema of a spec."""
    text = files("cli").joinpath("spec.schema.json").read_text(encoding="utf-8")
    loaded: Json = json.loads(text)
    return loaded


def read_spec(path: Path) -> Json:
    """A spec from its file.

    Raises:
        SpecUnreadable: the file is missing, or is no object.
    """
    return json.loads(json.dumps(_document(path)))  # type: ignore[no-any-return]


def faults(path: Path) -> list[Fault]:
    """Every fault that the schema can state, in the order of the file.

    Raises:
        SpecUnreadable: the file is missing, or is no object.
    """
    document = _document(path)
    plain = json.loads(json.dumps(document))
    errors = Draft202012Validator(schema()).iter_errors(plain)
    found = {_fault(document, error) for whole in errors for error in _leaves(whole)}
    return sorted(found)[:MOST]


def _document(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecUnreadable(path, getattr(error, "strerror", None) or error) from error
    try:
        document = YAML(typ="rt", pure=True).load(text.replace("\t", "  "))
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SpecUnreadable(path, f"neither JSON nor YAML: {error.problem}{where}") from error
    except YAMLError as error:
        raise SpecUnreadable(path, f"neither JSON nor YAML: {error}") from error
    if not isinstance(document, dict):
        raise SpecUnreadable(path, "a spec is an object")
    return document


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """What is really wrong where none of several forms fits: the faults of the nearest one."""
    if not error.context:
        yield error
        return
    nearest = max(error.context, key=lambda inner: len(inner.absolute_path))
    same = [e for e in error.context if e.schema_path[0] == nearest.schema_path[0]]
    for inner in same:
        yield from _leaves(inner)


def _fault(document: Any, error: ValidationError) -> Fault:
    steps: list[str | int] = list(error.absolute_path)
    message = error.message
    if error.validator == "additionalProperties":
        known = set(error.schema.get("properties", {}))  # type: ignore[union-attr]
        strange = sorted(set(error.instance) - known)  # type: ignore[arg-type]
        steps, message = [*steps, strange[0]], f"unknown field, known: {', '.join(sorted(known))}"
    line, column = _place(document, steps)
    path = ".".join(map(str, steps)) or "the spec"
    return Fault(line, column, path, message if len(message) < 300 else f"{message[:300]} ...")


def _place(document: Any, steps: Sequence[str | int]) -> tuple[int, int]:
    """Where a path lies; the place of the nearest part of it that is in the file."""
    place = (1, 1)
    for step in steps:
        inside = isinstance(document, dict) and step in document
        if not inside and not (isinstance(document, list) and isinstance(step, int)):
            break
        marks: Any = document.lc
        at = marks.key(step) if isinstance(document, dict) else marks.item(step)
        place = (at[0] + 1, at[1] + 1)
        document = document[step]
    return place
