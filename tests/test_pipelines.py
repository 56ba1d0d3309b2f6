"""The sample pipelines: as their platforms read them, and of commands that there are."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from cli.__main__ import hybriddb

PIPELINES = Path(__file__).parents[1] / "samples" / "pipelines"
SCHEMAS = {"github.yml": "github-workflows.json", "azure-devops.yml": "azure-pipelines.json"}
SCRIPTS = {"run", "bash", "inlineScript"}

every_pipeline = pytest.mark.parametrize("file", sorted(SCHEMAS))


def loaded(file: str) -> Any:
    return json.loads(json.dumps(YAML(typ="safe").load(PIPELINES / file)))


def scripts(value: Any) -> Iterator[str]:
    """Every script, wherever it lies."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name in SCRIPTS and isinstance(part, str):
                yield part
            else:
                yield from scripts(part)
    elif isinstance(value, list):
        for part in value:
            yield from scripts(part)


def as_text(value: Any) -> Any:
    """As Azure Pipelines reads YAML, and its schema has it: whatever stands alone is a text."""
    if isinstance(value, dict):
        return {name: as_text(part) for name, part in value.items()}
    return [as_text(part) for part in value] if isinstance(value, list) else str(value)


def commands(file: str) -> Iterator[list[str]]:
    """The words of every call of the command line, without what the shell does with them."""
    for script in scripts(loaded(file)):
        for line in re.findall(r"\bhybriddb .*", script):
            yield shlex.split(re.split(r" [>|]", line)[0])[1:]


def parsed(words: list[str]) -> list[str]:
    """The names of the command, where its words are such as it takes.

    Raises:
        click.UsageError: they are not.
    """
    command: click.Command = hybriddb
    names: list[str] = []
    while isinstance(command, click.Group):
        name, *words = words
        found = command.get_command(click.Context(command), name)
        if found is None:
            raise click.UsageError(f"there is no {name}")
        command, names = found, [*names, name]
    command.make_context(names[-1], list(words))
    return names


def test_every_sample_is_one_of_those_that_are_tested() -> None:
    assert {path.name for path in PIPELINES.iterdir()} == set(SCHEMAS)


@every_pipeline
def test_a_pipeline_is_one_by_the_published_schema(file: str) -> None:
    schemas = files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((schemas / SCHEMAS[file]).read_text(encoding="utf-8"))
    read = as_text(loaded(file)) if file == "azure-devops.yml" else loaded(file)
    errors = Draft7Validator(schema).iter_errors(read)
    assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


@every_pipeline
def test_a_pipeline_checks_plans_and_walks_what_was_planned(file: str) -> None:
    assert [parsed(words) for words in commands(file)] == [
        ["spec", "check"],
        ["deployment", "plan"],
        ["deployment", "update"],
    ]
    kept, walked = (words for words in commands(file) if "deployment" in words)
    assert "--out" in kept
    assert Path(walked[walked.index("--plan") + 1]).name == "plan.json"


@pytest.mark.parametrize("words", ["deployment plan x --outt y", "deployment apply x", "spec"])
def test_a_command_that_there_is_not_would_be_found(words: str) -> None:
    with pytest.raises((click.UsageError, ValueError)):
        parsed(words.split())


@every_pipeline
def test_a_script_is_one_that_bash_reads(file: str) -> None:
    for script in scripts(loaded(file)):
        plain = re.sub(r"\$\{\{.*?\}\}", "x", script)
        done = subprocess.run(["bash", "-n"], input=plain, capture_output=True, text=True)
        assert done.stderr == "", script


@every_pipeline
def test_a_pipeline_keeps_no_secret_and_asks_somebody_before_it_deploys(file: str) -> None:
    text = (PIPELINES / file).read_text(encoding="utf-8")
    assert not re.search(r"secrets\.|client-secret|--key\b|HYBRIDDB_KEY", text)
    assert text.index("environment: production") < text.index("hybriddb deployment update")


@pytest.mark.parametrize("code", [0, 1, 2])
@every_pipeline
def test_a_plan_that_failed_stops_the_run_and_an_empty_one_deploys_nothing(
    file: str, code: int, tmp_path: Path
) -> None:
    (script,) = [s for s in scripts(loaded(file)) if "deployment plan" in s]
    (tmp_path / "hybriddb").write_text(f"#!/bin/sh\necho the plan\nexit {code}\n")
    (tmp_path / "hybriddb").chmod(0o755)
    told = tmp_path / "told"
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SPEC": "prod.json"}
    environment |= {"GITHUB_OUTPUT": str(told), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    done = subprocess.run(
        ["bash", "-e", "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == (1 if code == 1 else 0), done.stderr
    said = done.stdout + (told.read_text() if told.exists() else "")
    assert ("changes=yes" in said or "]yes" in said) is (code == 2)
    if code != 1:
        assert "the plan" in (tmp_path / "plan.md").read_text()
