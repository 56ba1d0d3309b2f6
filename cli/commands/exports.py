"""``hybriddb deployment export``: a deployment as files of other tools."""

from pathlib import Path

import click

from cli.client import deployment as path_of
from cli.errors import Unusable
from cli.session import Session, connected


@click.command()
@click.argument("name")
@click.option("--format", "tool", type=click.Choice(["arm", "bicep", "terraform"]), required=True)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), default=Path())
@connected
def export(session: Session, name: str, *, tool: str, to: Path) -> None:
    """Write a deployment as an ARM template, Bicep or Terraform; no file is written over."""
    told = session.client.request("POST", f"{path_of(name)}/export", json={"format": tool})
    files = {to / Path(file).name: text for file, text in told["files"].items()}
    if there := [str(path) for path in files if path.exists()]:
        raise Unusable(f"{', '.join(there)} is there already: name another folder with --to")
    to.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    session.output.result([str(path) for path in files])
