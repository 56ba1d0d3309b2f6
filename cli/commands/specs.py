"""``hybriddb spec``: write and check specs without an app."""

import json
from pathlib import Path

import click
from rich.console import Console

from cli.session import Ended, shown
from cli.spec_files import faults, read_spec, schema
from cli.terminal.output import Output, console, yaml
from cli.terminal.text import plain

PLAN_ONLY = (
    "overlapping and too small prefixes, what Azure offers in the region, names that are taken, "
    "quotas, rights, locks and policies: hybriddb deployment plan checks those"
)
FIRST = {
    "name": "orders-db",
    "location": "eastus",
    "expressRoute": {
        "circuitId": "/subscriptions/<subscription>/resourceGroups/<group>"
        "/providers/Microsoft.Network/expressRouteCircuits/<circuit>"
    },
    "onPremises": {"prefixes": ["192.168.0.0/16"]},
}
FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def spec() -> None:
    """Write and check specs; nothing is sent anywhere."""


@spec.command()
@click.option("--to", type=click.Choice(["json", "yaml"]), default="json")
def init(*, to: str) -> None:
    """Print a first spec: all that has no sane default."""
    print(_written(FIRST, to))


@spec.command()
@FILE
@shown
def check(output: Output, *, file: Path) -> None:
    """Name every fault of a FILE that its schema can state, with line and column."""
    found = faults(file)

    def person(of: Console, _: object) -> None:
        for fault in found:
            plain(of, fault.line_of(file))
        if not found:
            plain(of, f"{file}: no fault that its schema can state")

    output.result([fault._asdict() for fault in found], person)
    plain(console(stderr=True), f"not checked here: {PLAN_ONLY}", style="dim")
    if found:
        raise Ended(1)


@spec.command("schema")
def schema_() -> None:
    """Print the JSON schema of a spec, for editors and pipelines."""
    print(json.dumps(schema(), indent=2))


@spec.command()
@FILE
@click.option("--to", type=click.Choice(["json", "yaml"]), required=True)
def convert(*, file: Path, to: str) -> None:
    """Print a FILE in the other form."""
    print(_written(read_spec(file), to))


def _written(value: object, to: str) -> str:
    return json.dumps(value, indent=2) if to == "json" else yaml(value).rstrip("\n")
