"""The command line against the app: what is printed, and the exit code."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.__main__ import main
from cli.view import plan

Json = dict[str, Any]
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(simulation: Any, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line, pointed at the app."""

    def command(*words: str | Path) -> tuple[int, str]:
        given = ["--url", simulation.host.url, "--patience", "0.05", *map(str, words)]
        code = main(given)
        return code, capsys.readouterr().out

    return command


@pytest.fixture
def small(spec: Json) -> Json:
    """A spec whose deployment is quick."""
    off = {"enabled": False}
    return spec | {"gateway": {"mode": "none"}, "bastion": off, "jumpBox": off}


@pytest.fixture
def file(small: Json, tmp_path: Path) -> Path:
    """The spec as a file."""
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(small), encoding="utf-8")
    return path


def test_a_deployment_from_its_start_to_its_removal(
    run: Run, simulation: Any, small: Json, file: Path
) -> None:
    name = small["name"]
    code, text = run("deploy", file)
    assert code == 0, text
    assert "postgres-server            create   succeeded" in text
    assert '"serverFqdn"' in text
    assert (run("drift", name)[0], run("show", name)[0]) == (0, 0)
    assert f"{name:40} Succeeded" in run("list")[1]
    group = next(i for i in simulation.resources() if f"nsg-database-{name}" in i)
    rules = copy.deepcopy(simulation.resources()[group]["properties"]["securityRules"])
    rules[0]["properties"]["sourceAddressPrefix"] = "*"
    simulation.azure.edit(group, {"properties": {"securityRules": rules}})
    code, text = run("drift", name)
    assert (code, "nsg-database" in text) == (1, True)
    assert run("repair", name)[0] == 0
    assert run("drift", name)[0] == 0
    code, text = run("destroy", name)
    assert (code, "DataDeletionNotConfirmed" in text) == (1, True)
    assert run("destroy", name, "--delete-data")[0] == 0
    code, text = run("show", name)
    assert (code, "DeploymentUnknown" in text) == (2, True)


def test_a_plan_says_what_would_be_created(run: Run, simulation: Any, file: Path) -> None:
    code, text = run("plan", file)
    assert code == 0, text
    assert "  create   postgres-server" in text
    assert simulation.writes() == []


def test_a_plan_says_what_each_step_and_all_of_it_cost(run: Run, file: Path) -> None:
    code, text = run("plan", file)
    assert code == 0, text
    lines = {line.split()[1]: line for line in text.splitlines() if line.startswith("  create ")}
    assert " 0.00 -> 144.66  /subscriptions/" in lines["postgres-server"]
    assert "->" not in lines["virtual-network"]
    [total] = [line for line in text.splitlines() if line.startswith("  USD a month ")]
    assert total.endswith("0.00 -> 408.69  list prices of 2026-11 in eastus")


def test_a_plan_is_shown_with_how_sure_each_change_is(capsys: pytest.CaptureFixture[str]) -> None:
    change = {"path": "sku.name", "before": "a", "after": "b", "certainty": "unsettled"}
    step = {"action": "update", "key": "jump-box", "id": "/id", "changes": [change]}
    cost = {"before": 32.77, "after": None}
    total = {"before": 32.77, "after": 0, "complete": False, "currency": "USD"}
    total |= {"pricesOf": "2026-11", "region": "eastus"}
    plan(Console(width=200), {"plan": [{**step, "monthlyCost": cost}], "monthlyCost": total})
    shown = capsys.readouterr().out
    assert "32.77 -> unknown  /id" in shown
    assert "sku.name: a -> b (unsettled)" in shown
    assert "without what is unknown" in shown


def test_a_spec_with_faults_is_refused_with_all_of_them(
    run: Run, small: Json, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(small | {"colour": "blue", "location": "?"}), encoding="utf-8")
    code, text = run("deploy", path)
    assert code == 2
    assert "InvalidSpec" in text
    assert "colour" in text
    assert "location" in text


@pytest.mark.parametrize("content", ["{no json", "[]"])
def test_a_file_that_is_no_spec_is_refused(run: Run, tmp_path: Path, content: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content, encoding="utf-8")
    code, text = run("deploy", path)
    assert (code, "wrong.json: " in text) == (2, True)


def test_a_file_that_is_missing_is_named(run: Run, tmp_path: Path) -> None:
    code, text = run("deploy", tmp_path / "missing.json")
    assert (code, "missing.json: No such file" in text) == (2, True)


@pytest.mark.parametrize("verb", ["validate", "drift", "repair", "destroy", "show"])
def test_a_deployment_that_is_not_there_is_said_to_be_unknown(run: Run, verb: str) -> None:
    code, text = run(verb, "nobody")
    assert (code, "there is no deployment nobody" in text) == (2, True)


@pytest.mark.parametrize("verb", ["watch", "cancel"])
def test_an_operation_that_is_not_there_is_said_to_be_unknown(run: Run, verb: str) -> None:
    code, text = run(verb, "nobody")
    assert (code, "there is no operation nobody" in text) == (2, True)


def test_an_app_that_does_not_answer_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://127.0.0.1:9", "list"]) == 2
    assert "http://127.0.0.1:9 does not answer" in capsys.readouterr().out
