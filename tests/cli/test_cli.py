"""The command line against the app: what is printed where, and the exit code."""

import copy
import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.__main__ import main
from cli.client import Client
from cli.terminal.output import Output

Json = dict[str, Any]


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(simulation: Any, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line, pointed at the app."""

    def command(*words: str | Path) -> Said:
        where = ["--url", simulation.host.url, "--patience", "0.05"]
        code = main([*map(str, words), *where])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

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
    said = run("deployment", "create", file)
    assert said.code == 0, said.err
    assert "postgres-server            create   succeeded" in said.err
    assert "serverFqdn: " in said.out
    again = run("deployment", "create", file)
    assert (again.code, "PreconditionFailed" in again.err) == (1, True)
    assert run("deployment", "update", file).code == 0
    assert run("drift", "check", name, "--detailed-exitcode").code == 0
    assert name in run("deployment", "list").out
    group = next(i for i in simulation.resources() if f"nsg-database-{name}" in i)
    rules = copy.deepcopy(simulation.resources()[group]["properties"]["securityRules"])
    rules[0]["properties"]["sourceAddressPrefix"] = "*"
    simulation.azure.edit(group, {"properties": {"securityRules": rules}})
    found = run("drift", "check", name, "--detailed-exitcode")
    assert (found.code, "nsg-database" in found.out) == (2, True)
    assert run("drift", "show", name).code == 0
    assert run("drift", "repair", name, "--yes").code == 0
    assert run("drift", "check", name, "--detailed-exitcode").code == 0
    refused = run("deployment", "delete", name, "--yes")
    assert (refused.code, "DataDeletionNotConfirmed" in refused.err) == (1, True)
    assert "--delete-data" in refused.err
    assert run("deployment", "delete", name, "--delete-data", "--yes").code == 0


def test_a_plan_says_what_would_be_created_and_what_it_costs(
    run: Run, simulation: Any, file: Path
) -> None:
    said = run("deployment", "plan", file)
    assert said.code == 0, said.err
    first = said.out.splitlines()[0]
    assert " to create, 0 to update, 0 to replace, 0 to delete; +408.69 USD/month; about " in first
    assert "  + postgres-server                0.00 -> 144.66" in said.out
    assert simulation.writes() == []


def test_a_plan_that_changes_something_exits_with_2_where_that_is_asked_for(
    run: Run, file: Path
) -> None:
    assert run("deployment", "plan", file, "--detailed-exitcode").code == 2


def test_a_plan_that_is_kept_is_what_is_walked_and_no_other(
    run: Run, simulation: Any, small: Json, file: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "plan.json"
    assert run("deployment", "plan", file, "--out", kept).code == 0
    said = run("deployment", "update", file, "--plan", kept)
    assert said.code == 0, said.err
    assert simulation.operation(json.loads(kept.read_text())["id"])["kind"] == "plan"
    again = run("deployment", "update", file, "--plan", kept)
    assert (again.code, "has changed since it was planned" in again.err) == (1, True)


def test_a_file_that_holds_no_plan_is_named(run: Run, file: Path, tmp_path: Path) -> None:
    for content in ("{}", "[]", "no JSON"):
        (tmp_path / "plan.json").write_text(content)
        said = run("deployment", "update", file, "--plan", tmp_path / "plan.json")
        assert (said.code, "plan.json holds no plan" in said.err) == (1, True)


def test_a_result_is_queried_and_written_in_the_form_that_is_asked_for(
    run: Run, file: Path
) -> None:
    planned = ("deployment", "plan", file, "--query", "plan[?key=='route-table'].action")
    assert json.loads(run(*planned, "-o", "json").out) == ["create"]
    assert run(*planned, "-o", "yaml").out == "- create\n"
    assert run(*planned, "-o", "tsv").out == "create\n"
    assert run(*planned, "-o", "none").out == ""
    wrong = run("deployment", "list", "--query", "[?")
    assert (wrong.code, "--query [?" in wrong.err) == (1, True)


def test_what_is_not_waited_for_is_waited_for_later_by_its_deployments_name(
    run: Run, small: Json, file: Path
) -> None:
    began = run("deployment", "create", file, "--no-wait", "-o", "json")
    assert json.loads(began.out)["status"] == "Running"
    assert run("deployment", "wait", small["name"]).code == 0
    late = run("deployment", "cancel", small["name"])
    assert (late.code, "nothing is left to cancel" in late.err) == (1, True)
    shown = run("operation", "show", small["name"], "--query", "status", "-o", "tsv")
    assert shown.out == "Succeeded\n"


@pytest.mark.parametrize("command", [("deployment", "delete"), ("drift", "repair")])
def test_what_destroys_is_not_done_in_a_pipe_unless_it_says_yes(
    run: Run, simulation: Any, small: Json, file: Path, command: tuple[str, str]
) -> None:
    run("deployment", "create", file)
    writes = simulation.writes()
    said = run(*command, small["name"])
    assert (said.code, "say --yes" in said.err) == (1, True)
    assert simulation.writes() == writes


def test_a_spec_with_faults_is_refused_with_all_of_them(
    run: Run, small: Json, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(small | {"colour": "blue", "location": "?"}), encoding="utf-8")
    said = run("deployment", "create", path)
    assert said.code == 1
    assert "InvalidSpec" in said.err
    columns = [path.read_text().index(f'"{name}"') + 1 for name in ("location", "colour")]
    assert f"{path}:1:{columns[0]}: location: should be " in said.err
    assert f"{path}:1:{columns[1]}: colour: is not a field of a spec" in said.err


@pytest.mark.parametrize("name", [None, 5, "", "..", "UPPER", "a/b"])
def test_a_spec_whose_name_no_url_can_hold_is_refused_with_all_its_faults(
    small: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: object
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(small | {"colour": "blue", "name": name}), encoding="utf-8")
    assert main(["deployment", "plan", str(path), "--url", "http://127.0.0.1:9"]) == 1
    said = capsys.readouterr().err
    assert ("2 fault(s)" in said or "3 fault(s)" in said, " name: " in said) == (True, True)
    assert " colour: unknown field" in said


@pytest.mark.parametrize("content", ["{no json", "[]", "a: b: c"])
def test_a_file_that_is_no_spec_is_refused(run: Run, tmp_path: Path, content: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content, encoding="utf-8")
    said = run("deployment", "create", path)
    assert (said.code, "wrong.json: " in said.err) == (1, True)


def test_a_file_that_is_missing_is_named(run: Run, tmp_path: Path) -> None:
    said = run("deployment", "create", tmp_path / "missing.json")
    assert (said.code, "missing.json: No such file" in said.err) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ("deployment", "validate"),
        ("deployment", "delete", "--yes"),
        ("deployment", "show"),
        ("deployment", "wait"),
        ("drift", "check"),
        ("drift", "repair", "--yes"),
        ("operation", "watch"),
    ],
)
def test_a_deployment_that_is_not_there_is_said_to_be_unknown(
    run: Run, words: tuple[str, ...]
) -> None:
    said = run(*words, "nobody")
    assert (said.code, "there is no deployment nobody" in said.err) == (1, True)


def test_a_name_reaches_the_app_whatever_it_holds(run: Run) -> None:
    said = run("deployment", "show", "../operations?x#y")
    assert said.code == 1
    assert "Traceback" not in said.err


@pytest.mark.parametrize("name", ["", ".", ".."])
@pytest.mark.parametrize("command", [("deployment", "show"), ("operation", "watch")])
def test_a_name_that_would_lead_elsewhere_is_refused(
    capsys: pytest.CaptureFixture[str], command: tuple[str, str], name: str
) -> None:
    assert main([*command, name, "--url", "http://127.0.0.1:9"]) == 1
    assert capsys.readouterr().err == f"Error: {name!r} is no name\n"


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://x", "http://", "http://[::x", "http://h:p", "http://h/?a=b", ""]
)
@pytest.mark.parametrize("command", [("deployment", "list"), ("profile", "set", "prod")])
def test_a_url_that_is_none_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], url: str
) -> None:
    assert main([*command, "--url", url]) == 1
    said = capsys.readouterr().err
    assert (said.startswith(f"Error: {url!r} is no URL"), len(said.splitlines())) == (True, 1)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<html>", "NotTheApp: "),
        (200, b"[1]", "NotTheApp: "),
        (200, b"", "NotTheApp: "),
        (302, b"", "Redirected: "),
        (401, b"", "Unauthorized: the app asks who you are"),
        (403, b"no", "HTTP 403: Forbidden from "),
        (502, b"{}", "HTTP 502: Bad Gateway from "),
    ],
)
def test_an_answer_that_is_not_the_apps_is_said_so(
    capsys: pytest.CaptureFixture[str], status: int, body: bytes, said: str
) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        where = f"http://127.0.0.1:{server.server_port}"
        assert main(["deployment", "show", "orders", "--url", where]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"Error: {said}")


@pytest.mark.parametrize("form", ["table", "tsv"])
def test_values_stand_alone_and_rows_under_their_own_column(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    Output(form, "a").result({"a": "x"})
    Output(form).result([{"a": 1}, {"b": None, "a": True}, {"b": 2}])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["x"], *([["a", "b"]] if form == "table" else []), ["1"], ["true"], ["2"]]


def test_an_app_that_does_not_answer_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deployment", "list", "--url", "http://127.0.0.1:9"]) == 1
    said = capsys.readouterr()
    assert (said.out, "http://127.0.0.1:9 does not answer" in said.err) == ("", True)


def test_a_word_that_is_no_command_is_answered_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["deployment", "explode"]) == 1
    assert "No such command 'explode'" in capsys.readouterr().err


def _write(path: Path, spec: Json) -> Path:
    path.write_text(json.dumps(spec), encoding="utf-8")
    return path


def test_a_deployment_goes_back_to_a_spec_of_before_by_a_plan_like_any_other(
    run: Run, simulation: Any, small: Json, file: Path, tmp_path: Path
) -> None:
    name, changed = small["name"], small | {"tags": {**small["tags"], "team": "orders"}}
    assert run("deployment", "create", file).code == 0
    updated = run("deployment", "update", _write(tmp_path / "changed.json", changed))
    assert updated.code == 0, updated.err
    kept = json.loads(run("deployment", "history", name, "-o", "json").out)
    assert [entry["generation"] for entry in kept] == [2, 1]
    assert kept[0]["spec"]["tags"]["team"] == "orders"
    first = run("deployment", "history", name).out.splitlines()[0]
    assert first.endswith("local  1 field(s) changed")
    said = run("deployment", "diff", name, "--detailed-exitcode")
    assert (said.code, said.out.splitlines()[1]) == (2, "+ tags.team: orders")
    writes = len(simulation.writes())
    asked = run("deployment", "revert", name, "--generation", "1")
    assert (asked.code, "say --yes" in asked.err) == (1, True)
    assert len(simulation.writes()) == writes
    back = run("deployment", "revert", name, "--generation", "1", "--yes")
    assert back.code == 0, back.err
    assert " to update, " in back.err
    shown = run("deployment", "show", name, "--query", "spec.tags", "-o", "json")
    assert json.loads(shown.out) == small["tags"]
    listed = json.loads(run("operation", "list", name, "-o", "json").out)
    walked = [each["kind"] for each in reversed(listed)]
    assert walked == ["deploy", "deploy", "plan", "plan", "deploy"]
    missing = run("deployment", "revert", name, "--generation", "9", "--yes")
    assert (missing.code, "SpecUnknown" in missing.err) == (1, True)
    gone = run("deployment", "diff", name, "--to", "9")
    assert (gone.code, "generation 9" in gone.err) == (1, True)


def test_operations_are_listed_with_who_asked_for_them(run: Run, small: Json, file: Path) -> None:
    run("deployment", "create", file)
    said = run("operation", "list", small["name"])
    assert said.out.splitlines()[1].split()[1:3] == ["deploy", "Succeeded"]
    assert "local" in said.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_for_each_shell(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_HYBRIDDB_COMPLETE", f"{shell}_source")
    with pytest.raises(SystemExit, match="0"):
        main([])
    assert "_HYBRIDDB_COMPLETE" in capsys.readouterr().out


def test_drift_is_accepted_by_path_and_the_rest_of_it_repaired(
    run: Run, simulation: Any, small: Json, file: Path
) -> None:
    name = small["name"]
    assert run("deployment", "create", file).code == 0
    mine = [i for i in simulation.resources() if f"/resourceGroups/rg-{name}/" in i]
    server = next(i for i in mine if re.search(r"/flexibleServers/[^/]+$", i))
    group = next(i for i in mine if "/networkSecurityGroups/nsg-database" in i)
    simulation.azure.edit(server, {"properties": {"backup": {"backupRetentionDays": 14}}})
    rules = copy.deepcopy(simulation.resources()[group]["properties"]["securityRules"])
    rules[0]["properties"]["sourceAddressPrefix"] = "*"
    simulation.azure.edit(group, {"properties": {"securityRules": rules}})
    assert run("drift", "check", name, "--detailed-exitcode").code == 2
    asked = run("drift", "accept", name, "--path", "postgres-server")
    assert (asked.code, "say --yes" in asked.err) == (1, True)
    assert ("backupRetentionDays" in asked.err, "nsg-database" in asked.err) == (True, False)
    said = run("drift", "accept", name, "--path", "postgres-server", "--comment", "hers", "--yes")
    assert said.code == 0, said.err
    kept = run("deployment", "show", name, "--query", "spec.postgres.backupRetentionDays")
    assert kept.out.split() == ["14"]
    assert run("drift", "repair", name, "--path", "nsg-*", "--yes").code == 0
    assert run("drift", "check", name, "--detailed-exitcode").code == 0


def test_a_password_is_rotated_and_a_resource_forgotten(
    run: Run, simulation: Any, small: Json, file: Path
) -> None:
    name = small["name"]
    assert run("deployment", "create", file).code == 0
    asked = run("deployment", "rotate-password", name)
    assert (asked.code, "say --yes" in asked.err) == (1, True)
    assert run("deployment", "rotate-password", name, "--yes").code == 0
    said = run("deployment", "forget", name, "route-table", "--yes")
    assert said.code == 0, said.err
    assert run("deployment", "delete", name, "--delete-data", "--yes").code == 0
    mine = [i for i in simulation.resources() if f"/resourceGroups/rg-{name}/" in i]
    assert ["/routeTables/" in i for i in mine] == [True]


def test_an_update_goes_on_where_only_a_drift_report_came_between(
    run: Run, simulation: Any, small: Json, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("deployment", "create", file).code == 0
    send, reports = Client.send, iter([small["name"]])

    def overtaken(self: Client, *words: Any, **options: Any) -> Any:
        answer = send(self, *words, **options)
        for name in reports:
            simulation.drift(name)
        return answer

    monkeypatch.setattr(Client, "send", overtaken)
    said = run("deployment", "update", file)
    assert said.code == 0, said.err
    assert next(reports, None) is None
