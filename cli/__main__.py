"""``python -m cli``: deploy, watch, validate, check, repair and destroy from a terminal."""

import argparse
import json
import os
import sys
from pathlib import Path

from rich.console import Console

from cli.client import Client, Json, Refused
from cli.view import follow, warnings


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser("python -m cli", description=__doc__)
    parser.add_argument("--url", default=os.environ.get("HYBRIDDB_URL", "http://localhost:7071"))
    parser.add_argument("--key", default=os.environ.get("HYBRIDDB_KEY"), help="function key")
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
    for verb, text in (("watch", "watch an operation"), ("cancel", "cancel and roll back")):
        verbs.add_parser(verb, help=text).add_argument("operation")
    return parser


def run(client: Client, console: Console, chosen: argparse.Namespace) -> int:
    """Do what was asked; 0 where it went well."""
    if chosen.verb in {"list", "show", "drift"}:
        return _read(client, console, chosen)
    if chosen.verb == "cancel":
        client.request("POST", f"operations/{chosen.operation}/cancel")
    identity = chosen.operation if "operation" in chosen else _start(client, chosen)["id"]
    told = follow(console, client.watch(identity))
    if chosen.verb in {"deploy", "plan"}:
        warnings(console, told)
    if chosen.verb == "plan":
        for step in told["plan"]:
            console.print(f"  {step['action']:8} {step['key']:26} {step['id']}", highlight=False)
    for left in told.get("residue", []):
        console.print(f"[red]left behind[/] {left['id']}\n  {left['reason']}\n  {left['command']}")
    if told.get("failure"):
        console.print(f"[red]{told['failure']['code']}[/]: {told['failure']['message']}")
    elif told.get("outputs"):
        console.print_json(json.dumps(told["outputs"]))
    return 0 if told["status"] == "Succeeded" else 1


def _start(client: Client, chosen: argparse.Namespace) -> Json:
    if chosen.verb in {"deploy", "plan"}:
        spec = json.loads(chosen.spec.read_text(encoding="utf-8"))
        what_if = {"whatIf": str(chosen.verb == "plan").lower()}
        return client.request("PUT", f"deployments/{spec.get('name')}", json=spec, params=what_if)
    if chosen.verb == "destroy":
        flags = {"deleteData": str(chosen.delete_data).lower()}
        return client.request("DELETE", f"deployments/{chosen.name}", params=flags)
    path = {"validate": "validate", "repair": "drift/repair"}[chosen.verb]
    return client.request("POST", f"deployments/{chosen.name}/{path}")


def _read(client: Client, console: Console, chosen: argparse.Namespace) -> int:
    if chosen.verb == "list":
        page: Json = {"nextLink": "deployments"}
        while page.get("nextLink"):
            page = client.request("GET", page["nextLink"])
            for record in page["value"]:
                console.print(f"{record['name']:40} {record['status']}", highlight=False)
        return 0
    if chosen.verb == "show":
        console.print_json(json.dumps(client.request("GET", f"deployments/{chosen.name}")))
        return 0
    report = client.drift(chosen.name)
    console.print_json(json.dumps(report))
    return 0 if report["status"] == "inSync" else 1


def main() -> int:
    """Run the command line; the exit code."""
    chosen = arguments().parse_args()
    console = Console()
    try:
        return run(Client(chosen.url, key=chosen.key), console, chosen)
    except Refused as refused:
        console.print(f"[red]{refused}[/]")
        return 2


if __name__ == "__main__":
    sys.exit(main())
