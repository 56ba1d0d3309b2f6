"""``hybriddb profile``: name an installation of the app once."""

import click

from cli import profiles
from cli.client import usable
from cli.errors import Unusable
from cli.session import shown
from cli.terminal.output import Output


@click.group()
def profile() -> None:
    """Name installations of the app; that called default is used where none is given."""


@profile.command("set")
@click.argument("name")
@click.option("--url", required=True, help="Of the function app.")
@click.option("--audience", help="Of its Entra registration, such as api://<client id>.")
def set_(*, name: str, url: str, audience: str | None) -> None:
    """Write a profile; one of that NAME is replaced."""
    fresh: profiles.Profile = {"url": usable(url)}
    if audience:
        fresh["audience"] = audience
    profiles.keep({**profiles.profiles(), name: fresh})


@profile.command("list")
@shown
def list_(output: Output) -> None:
    """List the profiles."""
    rows = [{"name": name, **kept} for name, kept in sorted(profiles.profiles().items())]
    output.result(rows)


@profile.command()
@click.argument("name")
def remove(*, name: str) -> None:
    """Remove a profile."""
    kept = profiles.profiles()
    if name not in kept:
        raise Unusable(f"there is no profile {name}")
    profiles.keep({other: value for other, value in kept.items() if other != name})
