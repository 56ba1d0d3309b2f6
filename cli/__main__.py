"""``python -m cli``: deploy, watch, validate, check, repair and destroy from a terminal.

Exit code 0: it went well. 1: the operation failed, or something has drifted. 2: the app refused,
does not answer, or the command cannot be used. 130: interrupted; the operation goes on.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from cli.client import Client, Json, Refused, Unreachable
from cli.view import drift_report, follow, listing, plain, plan, residue, warnings

WIDTH = 140  # where there is no terminal to ask


class SpecUnreadable(Exception):
    """The file of a spec is missing or holds no JSON object."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path}: {why}")


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser("python -m cli", description=__doc__)
    parser.add_argument("--url", default=os.environ.get("HYBRIDDB_URL", "http://localhost:7071"))
    parser.add_argument("--key", default=os.environ.get("HYBRIDDB_KEY"), help="function key")
    parser.add_argument("--patience", type=float, default=2.0, help="seconds between two looks")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in (("deploy", "deploy a spec"), ("plan", "say what would change")):
        verbs.add_parser(verb, help=text).add_argument("spec", type=Path)
    verbs.add_parser("list", help="list deployments")
    for verb, text in (
        ("show", "show a deployment"),
        ("validate", "run the checks"),
        ("drift", "check for drift now"),
        ("repair", "put right what drifted"),
        ("destroy", "delete what it created"),
    ):
        named = verbs.add_parser(verb, help=text)
        named.add_argument("name")
        if verb == "destroy":
            named.add_argument("--delete-data", action="store_true", help="the database as well")
    for verb, text in (
        ("watch", "watch an operation"),
        ("approve", "let its plan be walked"),
        ("reject", "end it before its first write"),
        ("cancel", "cancel and roll back"),
    ):
        verbs.add_parser(verb, help=text).add_argument("operation")
    return parser


def run(client: Client, console: Console, chosen: argparse.Namespace) -> int:
    """Do what was asked; 0 where it went well."""
    if chosen.verb in {"list", "show", "drift"}:
        return _read(client, console, chosen)
    if chosen.verb in {"approve", "reject", "cancel"}:
        client.request("POST", f"operations/{chosen.operation}/{chosen.verb}")
    identity = chosen.operation if "operation" in chosen else _start(client, chosen)["id"]
    plain(console, f"operation {identity}")
    told = follow(console, client.watch(identity))
    if chosen.verb in {"deploy", "plan"}:
        warnings(console, told)
    if chosen.verb == "plan":
        plan(console, told)
    residue(console, told)
    if told.get("failure"):
        plain(console, f"{told['failure']['code']}: {told['failure']['message']}", style="red")
    elif told.get("outputs"):
        console.print_json(json.dumps(told["outputs"]))
    return 0 if told["status"] == "Succeeded" else 1


def _start(client: Client, chosen: argparse.Namespace) -> Json:
    if chosen.verb in {"deploy", "plan"}:
        spec = _spec(chosen.spec)
        what_if = {"whatIf": str(chosen.verb == "plan").lower()}
        name = spec.get("name", "unnamed")  # the app says what is wrong with a spec
        return client.request("PUT", f"deployments/{name}", json=spec, params=what_if)
    if chosen.verb == "destroy":
        flags = {"deleteData": str(chosen.delete_data).lower()}
        return client.request("DELETE", f"deployments/{chosen.name}", params=flags)
    path = {"validate": "validate", "repair": "drift/repair"}[chosen.verb]
    return client.request("POST", f"deployments/{chosen.name}/{path}")


def _spec(path: Path) -> Json:
    try:
        spec = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecUnreadable(path, error.strerror) from error
    except ValueError as error:
        raise SpecUnreadable(path, f"no JSON: {error}") from error
    if not isinstance(spec, dict):
        raise SpecUnreadable(path, "a spec is a JSON object")
    return spec


def _read(client: Client, console: Console, chosen: argparse.Namespace) -> int:
    if chosen.verb == "list":
        page: Json = {"nextLink": "deployments"}
        while page.get("nextLink"):
            page = client.request("GET", page["nextLink"])
            listing(console, page["value"])
        return 0
    if chosen.verb == "show":
        console.print_json(json.dumps(client.request("GET", f"deployments/{chosen.name}")))
        return 0
    report = client.drift(chosen.name)
    drift_report(console, report)
    return 0 if report["status"] == "inSync" else 1


def main(given: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    chosen = arguments().parse_args(given)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    try:
        with Client(chosen.url, key=chosen.key, patience=chosen.patience) as client:
            return run(client, console, chosen)
    except (Refused, Unreachable, SpecUnreadable) as error:
        plain(console, str(error), style="red")
        return 2
    except KeyboardInterrupt:
        plain(console, "interrupted; the operation goes on, and `watch` shows it again")
        return 130


if __name__ == "__main__":
    sys.exit(main())
