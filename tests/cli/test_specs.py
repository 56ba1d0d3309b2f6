"""Specs without an app: written, checked with the place of each fault, converted."""

import json
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.spec_files import faults, schema
from shared.deployment.specs.spec import DeploymentSpec

SAMPLES = sorted(
    path for path in Path("samples").glob("*.json") if path.name != "surroundings.json"
)
WRONG = """\
name: orders
location: eastus
expressRoute: {circuitId: 5}
onPremises:
  prefixes: []
postgres:
  parameters:
    log_statement: on
colour: blue
"""


def test_the_packaged_schema_is_the_models() -> None:
    assert schema() == DeploymentSpec.model_json_schema(), "write it anew with make generate"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_has_no_fault(sample: Path) -> None:
    assert faults(sample) == []


def test_every_fault_is_named_with_its_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG, encoding="utf-8")
    found = {(fault.line, fault.column, fault.path) for fault in faults(file)}
    assert found == {
        (3, 16, "expressRoute.circuitId"),
        (5, 3, "onPremises.prefixes"),
        (9, 1, "colour"),
    }


def test_the_places_in_json_are_those_in_yaml(tmp_path: Path) -> None:
    file = tmp_path / "wrong.json"
    file.write_text('{\n\t"name": "orders",\n\t"location": 7\n}', encoding="utf-8")
    assert (3, "location") in {(fault.line, fault.path) for fault in faults(file)}


def test_every_unknown_and_every_missing_field_is_named(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("name: orders\ncolour: blue\nlocatoin: eastus\nsize: 1\n", encoding="utf-8")
    found = {fault.path: fault.message for fault in faults(file)}
    assert {*found} == {"colour", "locatoin", "size", "location", "expressRoute", "onPremises"}
    assert found["locatoin"] == "unknown field, did you mean location?"
    assert found["location"] == "is required: add it"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"name": "orders",\n "location": }', "no JSON: Expecting value: line 2 column 14"),
        ("{name: orders}", "no JSON: "),
        ('{"name": "a", "name": "b"}', "duplicate key"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_what_calls_itself_json_is_read_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    file = tmp_path / "spec.json"
    file.write_text(content, encoding="utf-8")
    assert main(["spec", "check", str(file)]) == 1
    assert said in capsys.readouterr().err


def test_what_only_yaml_knows_is_text_and_what_json_cannot_say_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text("name: 2026-01-01\n1: yes\n", encoding="utf-8")
    assert main(["spec", "convert", str(file), "--to", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"name": "2026-01-01", "1": "yes"}
    for content in ("a: .inf", "a: [-.inf]", "a: {b: .nan}"):
        file.write_text(content, encoding="utf-8")
        assert main(["spec", "check", str(file)]) == 1
        assert "JSON cannot say it" in capsys.readouterr().err


def test_a_check_says_what_only_a_plan_checks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spec", "check", str(SAMPLES[0])]) == 0
    said = capsys.readouterr()
    assert "no fault that its schema can state" in said.out
    assert "hybriddb deployment plan checks those" in said.err


def test_a_first_spec_lacks_nothing_but_its_placeholders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["spec", "init", "--to", "yaml"]) == 0
    file = tmp_path / "first.yaml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert {fault.path for fault in faults(file)} <= {"expressRoute.circuitId"}


def test_a_spec_keeps_its_meaning_there_and_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["spec", "convert", str(SAMPLES[0]), "--to", "yaml"]) == 0
    file = tmp_path / "spec.yaml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["spec", "convert", str(file), "--to", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(SAMPLES[0].read_text())


def test_on_is_a_word_in_yaml_and_no_truth(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(WRONG, encoding="utf-8")
    assert not any("log_statement" in fault.path for fault in faults(file))
