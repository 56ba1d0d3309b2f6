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
