"""Edits of server parameters: each gets another value than it has, and than its default."""

from collections.abc import Iterator

from simulations.edits.places import Edit, Json

PARAMETERS = (
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations"  # all of a server are one resource
)
SAME = ({"on", "true"}, {"off", "false"})
OTHERS = ("on", "off", "7", "edited")


def parameter_edits(shown: Json) -> Iterator[Edit]:
    """One edit for each parameter that can be set."""
    for name, value in shown["properties"].items():
        taken = {value.casefold(), str(shown["defaults"].get(name)).casefold()}
        taken |= {word for pair in SAME if taken & pair for word in pair}
        other = next(each for each in OTHERS if each not in taken)
        yield Edit("parameter changed", f"properties.{name}", ("properties", name), other)
