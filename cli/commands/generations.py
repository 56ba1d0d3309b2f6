"""``hybriddb deployment history``, ``diff`` and ``revert``: the specs that a deployment has had."""

from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console

from cli.client import deployment as path_of
from cli.errors import Json, Unusable
from cli.session import CHANGES, DETAILED, NO_WAIT, YES, Ended, Session, connected
from cli.terminal.plan_view import plan as show_plan
from cli.terminal.plan_view import summary
from cli.terminal.text import difference, plain

GENERATION = click.IntRange(min=1)


@click.command()
@click.argument("name")
@connected
def history(session: Session, name: str) -> None:
    """List the last specs that were deployed: when, by whom, and how much they changed."""

    def person(shown: Console, kept: list[Json]) -> None:
        for entry, before in zip(kept, [*kept[1:], None], strict=True):
            changes = [*_changes(before["spec"], entry["spec"])] if before else []
            what = f"{len(changes)} field(s) changed" if before else "the first that is kept"
            who = (entry.get("actor") or {}).get("name", "")
            plain(shown, f"{entry['generation']:>4}  {entry['deployedAt'][:19]}  {who}  {what}")

    session.output.result(_kept(session, name), person)


@click.command()
@click.argument("name")
@click.option("--from", "older", type=GENERATION, help="Generation; the one before --to.")
@click.option("--to", "newer", type=GENERATION, help="Generation; the one that is deployed.")
@DETAILED
@connected
def diff(
    session: Session, name: str, *, older: int | None, newer: int | None, detailed_exitcode: bool
) -> None:
    """Show which fields differ between two specs that a deployment has had."""
    kept = {entry["generation"]: entry["spec"] for entry in _kept(session, name)}
    newer = newer or max(kept)
    older = older or newer - 1
    if not older:
        raise Unusable(f"{name} has had one spec so far: there is nothing to compare it with")
    for generation in (newer, older):
        if generation not in kept:
            there = ", ".join(map(str, sorted(kept)))
            raise Unusable(f"generation {generation} of {name} is not kept: {there} are")
    changes = [*_changes(kept[older], kept[newer])]

    def person(shown: Console, found: list[Json]) -> None:
        plain(shown, f"{name}: generation {older} -> {newer}", style="bold")
        for change in found:
            plain(shown, difference(change["path"], change["before"], change["after"]))

    session.output.result(changes, person)
    if detailed_exitcode and changes:
        raise Ended(CHANGES)


@click.command()
@click.argument("name")
@click.option("--generation", type=GENERATION, required=True, help="As history lists them.")
@click.option("--delete-data", is_flag=True, help="Data that the old spec has no place for goes.")
@YES
@NO_WAIT
@connected
def revert(
    session: Session, name: str, *, generation: int, delete_data: bool, no_wait: bool
) -> None:
    """Go back to a spec of before: plan it, ask, and walk exactly that plan."""
    spec = session.client.request("GET", f"{path_of(name)}/specs/{generation}")["spec"]
    flags = {"deleteData": str(delete_data).lower()}
    started = session.client.request("POST", f"{path_of(name)}/plan", json=spec, params=flags)
    planned = session.followed(started)
    show_plan(session.progress, planned, known=session.client.last_warnings(name))
    if all(step["action"] == "no-op" for step in planned["plan"]):
        plain(session.progress, f"{name} is as generation {generation} says", style="dim")
    session.confirm(f"revert {name} to generation {generation} ({summary(planned)})")
    etag = session.client.send("GET", f"operations/{planned['id']}").headers["ETag"]
    started = session.client.request(
        "PUT", path_of(name), json=spec, params=flags, headers={"If-Match": etag}
    )
    session.follow(started, wait=not no_wait)


COMMANDS = (history, diff, revert)


def _kept(session: Session, name: str) -> list[Json]:
    found: list[Json] = session.client.request("GET", f"{path_of(name)}/specs")["value"]
    if not found:
        raise Unusable(f"{name} has never been deployed: there is no spec to go back to")
    return found


def _changes(before: Any, after: Any, path: str = "") -> Iterator[Json]:
    """The fields in which two specs differ, by dotted path; lists are compared as a whole."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if before != after:
            yield {"path": path, "before": before, "after": after}
        return
    for name in sorted({*before, *after}):
        inner = f"{path}.{name}" if path else name
        yield from _changes(before.get(name), after.get(name), inner)
