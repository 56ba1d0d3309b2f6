"""``hybriddb drift``: what differs from the spec, and putting it right."""

import re
from collections.abc import Iterable
from typing import Any

import click
from rich.console import Console

from cli.client import deployment as path_of
from cli.errors import Json, Unusable
from cli.session import CHANGES, DETAILED, NO_WAIT, YES, Command, Ended, Session, connected
from cli.terminal.text import plain, word

COLOURS = {"high": "bold red", "low": "dim"}
SHOWN = 160  # characters of a value; --output json has all of it
WHO = {"azure": "by Azure itself", "pending": "by whom is not known yet"}


def chosen(command: Command) -> Command:
    """Give a command a name, and what of its drift is meant."""
    path = click.option(
        "--path", "paths", multiple=True, help="key, or key:path; * and ? are wild."
    )
    comment = click.option("--comment", help="Why; kept with the operation.")
    return click.argument("name")(path(comment(command)))


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
@chosen
@YES
@NO_WAIT
@connected
def repair(session: Session, name: str, *, no_wait: bool, **choice: Any) -> None:
    """Put right what has drifted: all of it, or what --path chooses."""
    _start(session, name, "repair", choice, wait=not no_wait)


@drift.command()
@chosen
@YES
@NO_WAIT
@connected
def accept(session: Session, name: str, *, no_wait: bool, **choice: Any) -> None:
    """Make what has drifted part of the spec: all of it, or what --path chooses."""
    _start(session, name, "accept", choice, wait=not no_wait)


def _start(session: Session, name: str, verb: str, choice: Json, *, wait: bool) -> None:
    """Ask, naming what the last report has of the choice, and begin."""
    report = session.client.request("GET", f"{path_of(name)}/drift")["drift"] or {}
    paths = list(choice["paths"])
    going = [_line(c) for c in report.get("changes", []) if not paths or _fits(c, paths)]
    if paths and not going:
        raise Unusable(
            f"the last report of {name} has nothing at {', '.join(paths)}: hybriddb drift show"
        )
    session.confirm(f"{verb} {len(going)} difference(s) of {name}", going)
    body = {k: v for k, v in {"paths": paths, "comment": choice["comment"]}.items() if v}
    sent: dict[str, Any] = {"json": body} if body else {}
    started = session.client.request("POST", f"{path_of(name)}/drift/{verb}", **sent)
    session.follow(started, wait=wait)


def _fits(change: Json, paths: Iterable[str]) -> bool:
    """Whether one of the choices fits, as the app reads them."""
    whole = f"{change['key']}:{change.get('path', '')}"
    patterns = (path if ":" in path else f"{path}:*" for path in paths)
    return any(re.fullmatch(_pattern(each), whole) for each in patterns)


def _pattern(text: str) -> str:
    return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")


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


def _side(value: Any, verb: str) -> str:
    """What is there, or should be; null is nothing at all."""
    if value is None:
        return "is missing" if verb == "is" else "should not be there"
    text = word(value)
    return f"{verb} {text if len(text) <= SHOWN else text[:SHOWN] + ' ...'}"


def _line(change: Json) -> str:
    """One change: how grave, what, where, from what to what, and by whom where that is known."""
    where = change.get("path") or change.get("message") or change["id"]
    if "before" in change:
        where = f"{where}: {_side(change['before'], 'is')}, {_side(change['after'], 'should be')}"
    line = f"{change['severity']:6} {change['class']:9} {change['key']:26} {where}"
    author = change.get("attribution") or {}
    known = author.get("status") == "known"
    who = f"by {author['by']} at {author['at']}" if known else WHO.get(author.get("status", ""))
    return f"{line} ({who})" if who else line
