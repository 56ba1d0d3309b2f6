"""``hybriddb deployment``: from a spec to what runs in Azure, and back."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from cli.client import deployment as path_of
from cli.client import last_operation
from cli.errors import Json, Refused, Unusable
from cli.generations import COMMANDS
from cli.plan_view import DISTURBS, warnings
from cli.plan_view import plan as show_plan
from cli.session import CHANGES, DETAILED, NO_WAIT, YES, Ended, Session, connected
from cli.spec_files import read_spec
from cli.text import entries, plain

PRECONDITION_FAILED = 412
FILE = click.argument("spec", type=click.Path(path_type=Path))


@click.group()
def deployment() -> None:
    """Create, update, look at and remove deployments."""


@deployment.command()
@FILE
@NO_WAIT
@connected
def create(session: Session, spec: Path, *, no_wait: bool) -> None:
    """Create what a SPEC says; there must be no such deployment yet."""
    _put(session, read_spec(spec), {"If-None-Match": "*"}, wait=not no_wait)


@deployment.command()
@FILE
@NO_WAIT
@connected
def update(session: Session, spec: Path, *, no_wait: bool) -> None:
    """Make a deployment what a SPEC says; nobody else may have changed it meanwhile."""
    body = read_spec(spec)
    seen = session.client.send("GET", path_of(_name(body)))
    while True:
        try:
            _put(session, body, {"If-Match": seen.headers["ETag"]}, wait=not no_wait)
        except Refused as refused:
            now = session.client.send("GET", path_of(_name(body)))
            if refused.status != PRECONDITION_FAILED or _changed(seen.json(), now.json()):
                raise
            seen = now  # a drift report came between: that is nobody's change
        else:
            return


@deployment.command()
@FILE
@DETAILED
@click.option("--all", "everything", is_flag=True, help="Unfold what stays and is known.")
@connected
def plan(session: Session, spec: Path, *, detailed_exitcode: bool, everything: bool) -> None:
    """Say what a SPEC would change, write nothing."""
    body = read_spec(spec)
    known = _known_warnings(session, _name(body))

    def show(shown: Console, operation: Json) -> None:
        show_plan(shown, operation, known=known, everything=everything)

    started = session.client.request("POST", f"{path_of(_name(body))}/plan", json=body)
    operation = session.follow(started, show=show)
    changes = any(step["action"] != "no-op" for step in operation["plan"])
    if detailed_exitcode and changes:
        raise Ended(CHANGES)


@deployment.command("list")
@connected
def list_(session: Session) -> None:
    """List deployments in order of name."""

    def row(record: Json) -> Json:
        return {
            "name": record["name"],
            "status": record["status"],
            "lastOperation": last_operation(record).get("kind"),
            "drift": (record.get("drift") or {}).get("status", "not checked"),
        }

    found = list(session.client.pages("deployments"))
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
        entries(shown, record.get("outputs") or {})

    session.output.result(session.client.deployment(name), person)


@deployment.command()
@click.argument("name_or_id")
@connected
def wait(session: Session, name_or_id: str) -> None:
    """Wait for the running operation of a deployment, given by NAME or operation ID."""
    session.follow({"id": session.client.operation_id(name_or_id)})


@deployment.command()
@click.argument("name_or_id")
@YES
@NO_WAIT
@connected
def cancel(session: Session, name_or_id: str, *, no_wait: bool) -> None:
    """Stop a running deployment and roll it back."""
    identity = session.client.operation_id(name_or_id)
    operation = session.client.operation(identity)
    done = [s["key"] for s in operation.get("steps", []) if s["state"] in {"succeeded", "running"}]
    going = [
        f"{step['action']} of {step['key']} is undone"
        for step in operation["plan"]
        if step["key"] in done
    ]
    session.confirm(f"cancel {operation['kind']} {operation['deployment']}", going)
    _decide(session, identity, "cancel", wait=not no_wait)


@deployment.command()
@click.argument("name_or_id")
@click.option("--comment", help="Why; kept with the decision.")
@NO_WAIT
@connected
def approve(session: Session, name_or_id: str, *, comment: str | None, no_wait: bool) -> None:
    """Let a plan that waits for approval be walked."""
    identity = session.client.operation_id(name_or_id)
    _decide(session, identity, "approve", comment=comment, wait=not no_wait)


@deployment.command()
@click.argument("name_or_id")
@click.option("--comment", help="Why; kept with the decision.")
@connected
def reject(session: Session, name_or_id: str, *, comment: str | None) -> None:
    """End a plan that waits for approval before its first write."""
    identity = session.client.operation_id(name_or_id)
    _decide(session, identity, "reject", comment=comment, wait=False)


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
    flags = {"deleteData": str(delete_data).lower()}
    started = session.client.request("DELETE", path_of(name), params=flags)
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


for command in COMMANDS:
    deployment.add_command(command)


def _put(session: Session, body: Json, headers: dict[str, str], *, wait: bool) -> None:
    name = _name(body)
    started = session.client.request("PUT", path_of(name), json=body, headers=headers)
    operation = session.follow(started, wait=wait)
    if wait:
        warnings(session.progress, operation)


def _changed(before: Json, after: Json) -> bool:
    """Whether somebody has changed a deployment, or begun to."""
    return any(before[part] != after[part] for part in ("generation", "lastOperation", "inventory"))


def _decide(
    session: Session, identity: str, verb: str, *, comment: str | None = None, wait: bool
) -> None:
    body: dict[str, Any] = {"json": {"comment": comment}} if comment else {}
    started = session.client.request("POST", f"operations/{identity}/{verb}", **body)
    session.follow(started, wait=wait)


def _name(body: Json) -> str:
    name = body.get("name")
    if not isinstance(name, str) or not name:
        raise Unusable("the spec has no name: give it one, such as orders-db")
    return name


def _known_warnings(session: Session, name: str) -> list[Json]:
    """The warnings of the last operation: what was decided on already."""
    try:
        last = last_operation(session.client.deployment(name))
        operation = session.client.operation(last["id"])
    except (Refused, KeyError):
        return []
    return [advice for advice in operation["warnings"] if advice["code"] != DISTURBS]
