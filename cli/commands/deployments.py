"""``hybriddb deployment``: from a spec to what runs in Azure, and back."""

from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console

from cli.client import deployment as path_of
from cli.client import last_operation
from cli.commands.decisions import COMMANDS as DECISIONS
from cli.commands.exports import export
from cli.commands.generations import COMMANDS as GENERATIONS
from cli.commands.plans import FILE, etag_of, plan
from cli.errors import Json, Refused
from cli.session import NO_WAIT, YES, Session, connected
from cli.spec_files import faults_placed, name_in, read_spec
from cli.terminal.text import outputs, plain

PRECONDITION_FAILED = 412
DATA = "DataDeletionNotConfirmed"


@click.group()
def deployment() -> None:
    """Create, update, look at and remove deployments."""


@deployment.command()
@FILE
@NO_WAIT
@connected
def create(session: Session, spec: Path, *, no_wait: bool) -> None:
    """Create what a SPEC says; there must be no such deployment yet."""
    body = read_spec(spec)
    try:
        _put(session, spec, body, {"If-None-Match": "*"}, wait=not no_wait)
    except Refused as refused:
        if refused.status != PRECONDITION_FAILED:
            raise
        hint = "hybriddb deployment update makes it what the spec says"
        raise Refused(refused.status, refused.error, hint) from refused


@deployment.command()
@FILE
@click.option(
    "--plan", "planned", type=click.Path(path_type=Path), help="Walk what plan --out kept."
)
@NO_WAIT
@connected
def update(session: Session, spec: Path, *, planned: Path | None, no_wait: bool) -> None:
    """Make a deployment what a SPEC says; nobody else may have changed it meanwhile.

    With --plan exactly that plan is walked, also where there is no such deployment yet.
    """
    body = read_spec(spec)
    name = name_in(spec, body)
    if planned:
        _put(session, spec, body, {"If-Match": etag_of(planned)}, wait=not no_wait)
        return
    seen = session.client.send("GET", path_of(name))
    known = session.client.last_warnings(name)
    while True:
        try:
            headers = {"If-Match": seen.headers["ETag"]}
            _put(session, spec, body, headers, known=known, wait=not no_wait)
        except Refused as refused:
            now = session.client.send("GET", path_of(name))
            if refused.status != PRECONDITION_FAILED or _changed(seen.json(), now.json()):
                raise
            seen = now  # a drift report came between: that is nobody's change
        else:
            return


@deployment.command("list")
@connected
def list_(session: Session) -> None:
    """List deployments in order of name."""

    def row(record: Json) -> Json:
        return {
            "name": record["name"],
            "status": record["status"],
            "lastOperation": last_operation(record).get("kind"),
            "ended": last_operation(record).get("status"),
            "drift": (record.get("drift") or {}).get("status", "not checked"),
        }

    found = list(session.client.pages("deployments"))
    if not found:
        plain(session.progress, "no deployments yet: hybriddb deployment create", style="dim")
    table = session.output.form in {"table", "tsv"} and not session.output.query
    session.output.result([row(record) for record in found] if table else found)


@deployment.command()
@click.argument("name")
@connected
def show(session: Session, name: str) -> None:
    """Show a deployment: its health, what it holds, its outputs."""

    def person(shown: Console, record: Json) -> None:
        last = last_operation(record)
        plain(shown, f"{record['name']}: {record['status']}", style="bold")
        plain(shown, f"  last operation  {last.get('kind')} {last.get('id')}")
        plain(
            shown, f"  drift           {(record.get('drift') or {}).get('status', 'not checked')}"
        )
        plain(shown, f"  resources       {len(record['inventory'] or {})}")
        outputs(shown, record)

    session.output.result(session.client.deployment(name), person)


@deployment.command()
@click.argument("name_or_id")
@connected
def wait(session: Session, name_or_id: str) -> None:
    """Wait for the running operation of a deployment, given by NAME or operation ID."""
    session.follow({"id": session.client.operation_id(name_or_id)})


@deployment.command()
@click.argument("name")
@NO_WAIT
@connected
def validate(session: Session, name: str, *, no_wait: bool) -> None:
    """Prove that the deployment does what it is for."""
    started = session.client.request("POST", f"{path_of(name)}/validate")
    session.follow(started, wait=not no_wait)


@deployment.command()
@click.argument("name")
@click.option("--delete-data", is_flag=True, help="The database and its backups as well.")
@YES
@NO_WAIT
@connected
def delete(session: Session, name: str, *, delete_data: bool, no_wait: bool) -> None:
    """Delete what a deployment created; what it only found stays."""
    record = session.client.deployment(name)
    kept = {"adopted", "updated"}
    going = [
        item.get("id", key)
        for key, item in (record["inventory"] or {}).items()
        if item.get("provenance") not in kept
    ]
    session.confirm(f"delete {len(going)} resource(s) of {name}", going)
    try:
        started = _delete(session, name, delete_data=delete_data)
    except Refused as refused:
        if refused.error.get("code") != DATA:
            raise
        if session.yes:
            raise Refused(refused.status, refused.error, "or --delete-data here") from refused
        lost = refused.error["message"].partition(": say ")[0]
        session.confirm(f"{lost}: delete that too")
        started = _delete(session, name, delete_data=True)
    session.follow(started, wait=not no_wait)


@deployment.command("rotate-password")
@click.argument("name")
@YES
@NO_WAIT
@connected
def rotate_password(session: Session, name: str, *, no_wait: bool) -> None:
    """Set another password of the database server; clients need the new one from then on."""
    session.confirm(f"set another password of {name}, so that clients with the old one fail")
    started = session.client.request("POST", f"{path_of(name)}/rotate-password")
    session.follow(started, wait=not no_wait)


@deployment.command()
@click.argument("name")
@click.argument("resources", nargs=-1, required=True)
@YES
@NO_WAIT
@connected
def forget(session: Session, name: str, resources: tuple[str, ...], *, no_wait: bool) -> None:
    """Let go of RESOURCES, keys or ARM ids: they stay in Azure, and nothing here deletes them."""
    session.confirm(f"forget {len(resources)} resource(s) of {name}", resources)
    body = {"resources": list(resources)}
    started = session.client.request("POST", f"{path_of(name)}/forget", json=body)
    session.follow(started, wait=not no_wait)


for command in (plan, *DECISIONS, *GENERATIONS, export):
    deployment.add_command(command)


def _put(
    session: Session,
    file: Path,
    body: Json,
    headers: dict[str, str],
    *,
    known: Iterable[Json] = (),
    wait: bool,
) -> None:
    path = path_of(name_in(file, body))
    with faults_placed(file):
        started = session.client.request("PUT", path, json=body, headers=headers)
    session.follow(started, wait=wait, known=known)


def _delete(session: Session, name: str, *, delete_data: bool) -> Json:
    flags = {"deleteData": str(delete_data).lower()}
    return session.client.request("DELETE", path_of(name), params=flags)


def _changed(before: Json, after: Json) -> bool:
    """Whether somebody has changed a deployment, or begun to."""
    return any(before[part] != after[part] for part in ("generation", "lastOperation", "inventory"))
