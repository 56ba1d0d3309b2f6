"""Edits of server parameters: each gets another value than it has, and than its default."""

from collections.abc import Iterator

from simulations.edits.places import Edit, Json

PARAMETERS = (
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations"  # all of a server are one resource
)
OTHERS = ("on", "off", "7", "edited")


def parameter_edits(shown: Json) -> Iterator[Edit]:
    """One edit for each parameter that can be set."""
    for name, value in shown["properties"].items():
        taken = {value.casefold(), str(shown["defaults"].get(name)).casefold()}
        other = next(each for each in OTHERS if each not in taken)
        yield Edit("parameter changed", f"properties.{name}", ("properties", name), other)
