"""Specs as files: JSON or YAML 1.2, read without an app, with the place of every fault.

What is packaged is the schema that the app's own model states, so an editor can use it too. What
takes more than a schema (overlapping prefixes, what Azure offers where) only the app's plan checks.
"""

import functools
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from cli.errors import Json, Refused, SpecFaulty, SpecUnreadable

MOST = 50  # faults that are shown


class Fault(NamedTuple):
    """One thing that is wrong in a file, and where; lines and columns count from 1."""

    line: int
    column: int
    path: str
    message: str

    def line_of(self, file: Path) -> str:
        """As editors and compilers say it."""
        return f"{file}:{self.line}:{self.column}: {self.path}: {self.message}"


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
    return _plain(path, _document(path))


def placed(path: Path, target: str) -> str:
    """Where a field of a file is, as editors and compilers say it: the app names it by its path."""
    steps = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", target)]
    line, column = _place(_document(path), steps)
    return f"{path}:{line}:{column}"


def faults(path: Path) -> list[Fault]:
    """Every fault that the schema can state, in the order of the file.

    Raises:
        SpecUnreadable: the file is missing, or is no object.
    """
    document = _document(path)
    plain = _plain(path, document)
    errors = Draft202012Validator(schema()).iter_errors(plain)
    found = {
        fault for whole in errors for error in _leaves(whole) for fault in _told(document, error)
    }
    return sorted(found)[:MOST]


def name_in(file: Path, body: Json) -> str:
    """What a spec calls its deployment: the URL needs it, before the app can see the rest."""
    found = faults(file)
    if any(fault.path == "name" for fault in found):
        raise SpecFaulty(file, [fault.line_of(file) for fault in found])
    return str(body["name"])


@contextmanager
def faults_placed(file: Path) -> Iterator[None]:
    """Say of each fault that the app finds where it is in the file."""
    try:
        yield
    except Refused as refused:
        details = refused.error.get("details")
        if not details:
            raise
        lines = [f"{placed(file, d['target'])}: {d['target']}: {d['message']}" for d in details]
        raise SpecFaulty(file, lines, code=refused.error["code"]) from refused


def _document(path: Path) -> Any:
    try:
        text = _standard_input() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecUnreadable(path, getattr(error, "strerror", None) or error) from error
    try:
        if path.suffix == ".json":
            json.loads(text)  # YAML takes more than JSON does
        document = YAML(typ="rt", pure=True).load(text.replace("\t", "  "))
    except json.JSONDecodeError as error:
        raise SpecUnreadable(path, f"no JSON: {error}") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SpecUnreadable(path, f"neither JSON nor YAML: {error.problem}{where}") from error
    except (YAMLError, RecursionError) as error:
        raise SpecUnreadable(path, f"neither JSON nor YAML: {error}") from error
    if not isinstance(document, dict):
        raise SpecUnreadable(path, "a spec is an object")
    return document


@functools.cache
def _standard_input() -> str:
    return sys.stdin.read()


def _plain(path: Path, document: Any) -> Json:
    """A document as JSON has it: what only YAML knows, such as a date, is text there."""
    try:
        plain: Json = json.loads(json.dumps(document, default=str, allow_nan=False))
    except (ValueError, RecursionError) as error:
        raise SpecUnreadable(path, f"JSON cannot say it: {error}") from error
    return plain


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """What is really wrong where none of several forms fits: the faults of the nearest one."""
    if not error.context:
        yield error
        return
    nearest = max(error.context, key=lambda inner: len(inner.absolute_path))
    same = [e for e in error.context if e.schema_path[0] == nearest.schema_path[0]]
    for inner in same:
        yield from _leaves(inner)


def _told(document: Any, error: ValidationError) -> Iterator[Fault]:
    """What one error of the schema means: more than one fault where several fields are unknown."""
    above: list[str | int] = list(error.absolute_path)
    schema: Any = error.schema
    match error.validator:
        case "additionalProperties":
            known = sorted(schema.get("properties", {}))
            said = {name: _unknown(name, known) for name in error.instance if name not in known}  # type: ignore[union-attr]
        case "required":
            name = next(n for n in schema["required"] if error.message.startswith(repr(n)))
            said = {name: "is required: add it"}
        case _:
            message = error.message.replace(repr(error.instance), json.dumps(error.instance), 1)
            line, column = _place(document, above)
            described = f" ({schema['description']})" if "description" in schema else ""
            yield Fault(line, column, _dotted(above), f"{_short(message)}{described}")
            return
    for name, message in said.items():
        yield Fault(*_place(document, [*above, name]), _dotted([*above, name]), message)


def _unknown(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, 1)
    return (
        f"unknown field, {f'did you mean {close[0]}?' if close else 'known: ' + ', '.join(known)}"
    )


def _dotted(steps: Sequence[str | int]) -> str:
    """A path as the app writes it: onPremises.prefixes[0]."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return "".join(parts).lstrip(".") or "the spec"


def _short(message: str) -> str:
    return message if len(message) < 300 else f"{message[:300]} ..."


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
