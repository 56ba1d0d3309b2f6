"""``hybriddb drift``: what differs from the spec, and putting it right."""

import click
from rich.console import Console

from cli.client import deployment as path_of
from cli.errors import Json, Unusable
from cli.session import CHANGES, DETAILED, NO_WAIT, YES, Ended, Session, connected
from cli.text import plain

COLOURS = {"high": "bold red", "low": "dim"}
WHO = {"azure": "by Azure itself", "pending": "by whom is not known yet"}


@click.group()
def drift() -> None:
    """Find and repair what somebody changed."""


@drift.command()
@click.argument("name")
@DETAILED
@connected
def check(session: Session, name: str, *, detailed_exitcode: bool) -> None:
    """Check a deployment for drift now."""
    _show(session, session.client.drift(name), detailed_exitcode=detailed_exitcode)


@drift.command()
@click.argument("name")
@DETAILED
@connected
def show(session: Session, name: str, *, detailed_exitcode: bool) -> None:
    """Show the last report."""
    report = session.client.request("GET", f"{path_of(name)}/drift")["drift"]
    if report is None:
        raise Unusable(f"{name} has not been checked yet: hybriddb drift check {name}")
    _show(session, report, detailed_exitcode=detailed_exitcode)


@drift.command()
@click.argument("name")
@YES
@NO_WAIT
@connected
def repair(session: Session, name: str, *, no_wait: bool) -> None:
    """Put right what has drifted."""
    report = session.client.request("GET", f"{path_of(name)}/drift")["drift"] or {}
    session.confirm(f"repair {name}", map(_line, report.get("changes", [])))
    started = session.client.request("POST", f"{path_of(name)}/drift/repair")
    session.follow(started, wait=not no_wait)


def _show(session: Session, report: Json, *, detailed_exitcode: bool) -> None:
    def person(shown: Console, report: Json) -> None:
        plain(shown, f"{report['status']} at {report['checkedAt']}", style="bold")
        for change in report["changes"]:
            plain(shown, f"  {_line(change)}", style=COLOURS.get(change["severity"], ""))

    session.output.result(report, person)
    if failure := report.get("failure"):
        raise Unusable(f"{failure['code']}: {failure['message']}")
    if detailed_exitcode and report["status"] != "inSync":
        raise Ended(CHANGES)


def _line(change: Json) -> str:
    """One change: how grave, what, where, from what to what, and by whom where that is known."""
    where = change.get("path") or change.get("message") or change["id"]
    line = f"{change['severity']:6} {change['class']:9} {change['key']:26} {where}"
    if "before" in change:
        line += f": {change['before']} -> {change['after']}"
    author = change.get("attribution") or {}
    known = author.get("status") == "known"
    who = f"by {author['by']} at {author['at']}" if known else WHO.get(author.get("status", ""))
    return f"{line} ({who})" if who else line
