"""``hybriddb deployment plan``: what would be done, and keeping it to be done later."""

import json
from pathlib import Path

import click
from rich.console import Console

from cli.client import deployment as path_of
from cli.errors import Json, Unusable
from cli.session import CHANGES, DETAILED, Ended, Session, connected
from cli.spec_files import faults_placed, name_in, read_spec
from cli.terminal.plan_view import plan as show_plan

FILE = click.argument("spec", type=click.Path(path_type=Path))  # - is standard input


@click.command()
@FILE
@DETAILED
@click.option("--all", "everything", is_flag=True, help="Unfold what stays and is known.")
@click.option("--out", type=click.Path(path_type=Path), help="Keep it there, for update --plan.")
@connected
def plan(
    session: Session, spec: Path, *, detailed_exitcode: bool, everything: bool, out: Path | None
) -> None:
    """Say what a SPEC would change, write nothing."""
    body = read_spec(spec)
    name = name_in(spec, body)
    known = session.client.last_warnings(name)

    def show(shown: Console, operation: Json) -> None:
        show_plan(shown, operation, known=known, everything=everything)

    with faults_placed(spec):
        started = session.client.request("POST", f"{path_of(name)}/plan", json=body)
    operation = session.follow(started, show=show)
    if out:
        out.write_text(json.dumps(operation, indent=2), encoding="utf-8")
    changes = any(step["action"] != "no-op" for step in operation["plan"])
    if detailed_exitcode and changes:
        raise Ended(CHANGES)


def etag_of(planned: Path) -> str:
    """What names a kept plan to the app."""
    try:
        return f'"plan:{json.loads(planned.read_text(encoding="utf-8"))["id"]}"'
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{planned} holds no plan that plan --out has kept") from error
