"""``hybriddb deployment cancel``, ``approve`` and ``reject``: what becomes of what is under way."""

from typing import Any

import click

from cli.client import operation as path_of
from cli.errors import Unusable
from cli.session import CANCELED, NO_WAIT, SUCCEEDED, YES, Session, connected

UNDONE = {"create", "update", "delete"}  # by a rollback


@click.command()
@click.argument("name_or_id")
@YES
@NO_WAIT
@connected
def cancel(session: Session, name_or_id: str, *, no_wait: bool) -> None:
    """Stop a running deployment and roll it back."""
    identity = session.client.operation_id(name_or_id)
    operation = session.client.operation(identity)
    if operation["status"] != "Running":
        raise Unusable(f"{identity} has ended as {operation['status']}: nothing is left to cancel")
    done = {s["key"] for s in operation.get("steps", []) if s["state"] in {"succeeded", "running"}}
    going = [
        f"{step['action']} of {step['key']} is undone"
        for step in operation["plan"]
        if step["key"] in done and step["action"] in UNDONE
    ]
    session.confirm(f"cancel {operation['kind']} {operation['deployment']}", going)
    _decide(session, identity, "cancel", wait=not no_wait, wanted=CANCELED)


@click.command()
@click.argument("name_or_id")
@click.option("--comment", help="Why; kept with the decision.")
@NO_WAIT
@connected
def approve(session: Session, name_or_id: str, *, comment: str | None, no_wait: bool) -> None:
    """Let a plan that waits for approval be walked."""
    identity = session.client.operation_id(name_or_id)
    _decide(session, identity, "approve", comment=comment, wait=not no_wait)


@click.command()
@click.argument("name_or_id")
@click.option("--comment", help="Why; kept with the decision.")
@connected
def reject(session: Session, name_or_id: str, *, comment: str | None) -> None:
    """End a plan that waits for approval before its first write."""
    identity = session.client.operation_id(name_or_id)
    _decide(session, identity, "reject", comment=comment, wait=False)


COMMANDS = (cancel, approve, reject)


def _decide(
    session: Session,
    identity: str,
    verb: str,
    *,
    comment: str | None = None,
    wait: bool,
    wanted: str = SUCCEEDED,
) -> None:
    body: dict[str, Any] = {"json": {"comment": comment}} if comment else {}
    started = session.client.request("POST", f"{path_of(identity)}/{verb}", **body)
    session.follow(started, wait=wait, wanted=wanted)
