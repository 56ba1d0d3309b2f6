"""``hybriddb operation``: how what was started stands."""

import click
from rich.console import Console

from cli.errors import Json
from cli.session import Session, connected
from cli.terminal.view import picture, residue


@click.group()
def operation() -> None:
    """Look at operations."""


@operation.command()
@click.argument("name_or_id")
@connected
def show(session: Session, name_or_id: str) -> None:
    """Show one operation, given by its ID or as the last one of a deployment's NAME."""

    def person(shown: Console, operation: Json) -> None:
        shown.print(picture(operation, shown.width))
        residue(shown, operation)

    session.output.result(session.client.operation(session.client.operation_id(name_or_id)), person)


@operation.command("list")
@click.argument("name")
@connected
def list_(session: Session, name: str) -> None:
    """List the operations of a deployment, the latest first."""

    def row(found: Json) -> Json:
        return {
            "id": found["id"],
            "kind": found["kind"],
            "status": found["status"],
            "startedAt": found["startedAt"][:19],
            "by": (found.get("actor") or {}).get("name", ""),
            "failure": (found.get("failure") or {}).get("code", ""),
        }

    found = list(session.client.pages("operations", params={"deployment": name}))
    if not found:
        session.client.deployment(name)  # says that there is none
    table = session.output.form in {"table", "tsv"} and not session.output.query
    session.output.result([row(each) for each in found] if table else found)


@operation.command()
@click.argument("name_or_id")
@connected
def watch(session: Session, name_or_id: str) -> None:
    """Watch one operation to its end; exit code 1 where it fails."""
    session.follow({"id": session.client.operation_id(name_or_id)})
