"""What every command has: where the app is, who asks, how the result is shown, whether it may ask.

`connected` gives a command these options, and hands it a `Session` first.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console

from cli import profiles
from cli.client import Client
from cli.errors import Json, NotConfirmed
from cli.sign_in import sign_in
from cli.terminal.output import FORMS, Output, Show, console
from cli.terminal.plan_view import warnings
from cli.terminal.text import outputs, plain
from cli.terminal.view import follow, residue

HERE = "http://localhost:7071"
SUCCEEDED = "Succeeded"  # statuses of an operation
CANCELED = "Canceled"
FAILED = 1
CHANGES = 2

Command = Callable[..., Any]


class Ended(Exception):
    """A command has said everything; its exit code is what is left."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


@dataclass(frozen=True)
class Session:
    """One command's connection, output and manners."""

    client: Client
    output: Output
    progress: Console
    yes: bool = False

    def follow(
        self,
        started: Json,
        *,
        wait: bool = True,
        show: Show | None = None,
        wanted: str = SUCCEEDED,
        known: Iterable[Json] | None = None,
    ) -> Json:
        """Show an operation to its end, and its result; one that is not waited for as it began.

        What it warns of comes first, except the warnings that are `known`; None keeps all back.

        Raises:
            Ended: not as wanted; with what is left behind on stderr.
        """
        if not wait:
            self.output.result(started)
            return started
        operation = self._watched(started)
        if known is not None and operation["status"] == wanted:
            warnings(self.progress, operation, known=known)
        self.output.result(operation, show or _outcome)
        return _ended(operation, wanted)

    def followed(self, started: Json) -> Json:
        """Show an operation to its end, as a step towards something else: it is no result.

        Raises:
            Ended: it failed; with what is left behind on stderr.
        """
        return _ended(self._watched(started), SUCCEEDED)

    def _watched(self, started: Json) -> Json:
        plain(self.progress, f"operation {started['id']}", style="dim")
        operation = follow(self.progress, self.client.watch(started["id"]))
        residue(self.progress, operation)
        if failure := operation.get("failure"):
            plain(self.progress, f"{failure['code']}: {failure['message']}", style="red")
        return operation

    def confirm(self, what: str, going: Iterable[str] = ()) -> None:
        """Name what goes and ask; never in a pipe, where nobody can answer.

        Raises:
            NotConfirmed: the answer was no, or nobody is there to give one.
        """
        if self.yes:
            return
        for line in going:
            plain(self.progress, f"  {line}")
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise NotConfirmed(f"{what} has to be confirmed: say --yes where nobody can be asked")
        if not click.confirm(f"{what}?", err=True):
            raise NotConfirmed("nothing was done")


def _ended(operation: Json, wanted: str) -> Json:
    if operation["status"] != wanted:
        raise Ended(FAILED)
    return operation


def _outcome(shown: Console, operation: Json) -> None:
    """What a person wants to know of an operation that ended: what it brought about."""
    plain(shown, f"{operation['kind']} {operation['deployment']}: {operation['status']}")
    if operation["kind"] == "deploy":
        outputs(shown, operation)


OPTIONS = (
    click.option("--url", envvar="HYBRIDDB_URL", help=f"Of the app; {HERE} unless a profile says."),
    click.option("--key", envvar="HYBRIDDB_KEY", help="Function key, where the app asks for one."),
    click.option("--audience", envvar="HYBRIDDB_AUDIENCE", help="Of the app's Entra registration."),
    click.option(
        "--profile",
        envvar="HYBRIDDB_PROFILE",
        default=profiles.DEFAULT,
        help="Name of an installation: hybriddb profile set.",
    ),
    click.option("--patience", envvar="HYBRIDDB_PATIENCE", type=float, default=2.0, hidden=True),
    click.option("--output", "-o", "form", type=click.Choice(FORMS), default="table"),
    click.option("--query", help="JMESPath, applied to the result."),
)
NO_WAIT = click.option("--no-wait", is_flag=True, help="Return as soon as it has begun.")
YES = click.option("--yes", "-y", is_flag=True, help="Ask nothing.")
DETAILED = click.option(
    "--detailed-exitcode", is_flag=True, help="0: nothing changes; 2: something does; 1: failed."
)


def shown(command: Command) -> Command:
    """Give a command that needs no app the options of its output."""
    for option in reversed(OPTIONS[-2:]):
        command = option(command)

    @functools.wraps(command)
    def run(*, form: str, query: str | None, **named: Any) -> Any:
        return command(Output(form, query), **named)

    return run


def connected(command: Command) -> Command:
    """Give a command the options of a connection and of its output, and a session first."""

    @functools.wraps(command)
    def run(
        *,
        url: str | None,
        key: str | None,
        audience: str | None,
        profile: str,
        patience: float,
        form: str,
        query: str | None,
        yes: bool = False,
        **named: Any,
    ) -> Any:
        known = profiles.profile(profile)
        auth = sign_in(audience=audience or known.get("audience"), key=key)
        place = known.get("url", HERE) if url is None else url
        with Client(place, auth=auth, patience=patience) as client:
            session = Session(client, Output(form, query), console(stderr=True), yes=yes)
            return command(session, **named)

    for option in reversed(OPTIONS):
        run = option(run)
    return run
