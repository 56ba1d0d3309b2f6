"""The part of a spec that keeps a copy of the database in another region."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.deployment.specs.fields import Location, Prefix
from shared.deployment.specs.part import Part

# Learn: Virtual endpoints; as azure-cli says before it asks (rdbms, validators.py)
Endpoint = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")]


class SecondRegion(Part):
    """A network of its own, peered with the first, and a read replica in it."""

    location: Location
    """Short name of the other region."""
    address_space: list[Prefix] = Field(default=["10.101.0.0/16"], min_length=1, max_length=16)
    """Of the network there; it overlaps neither the first one nor on-premises."""
    database_subnet: Prefix = "10.101.3.0/24"
    """That of the replica."""
    endpoint: Endpoint | None = None
    """First label of the names that follow the roles; made of the server's name unless given."""
