"""The part of a spec that says which addresses there are, here and on-premises."""

from typing import Literal

from pydantic import Field

from shared.deployment.specs.fields import Prefix
from shared.deployment.specs.part import Part

MOST_PREFIXES = 1000
"""On-premises; Azure takes 4,000 addresses a security group (Learn: Azure networking limits)."""
MOST_SPACES = 64  # of the hub network; our own bound


class Subnets(Part):
    """The five subnets of the hub network (recipe: preparation; the Bastion one was missing)."""

    gateway: Prefix = "10.1.1.0/27"
    """GatewaySubnet, of the ExpressRoute gateway."""
    application_gateway: Prefix = "10.1.2.0/24"
    """Of the Application Gateway alone."""
    database: Prefix = "10.1.3.0/24"
    """Delegated to the flexible server."""
    management: Prefix = "10.1.4.0/24"
    """Of the jump box."""
    bastion: Prefix = "10.1.5.0/26"
    """AzureBastionSubnet: /26 or larger."""
    resolver: Prefix = "10.1.6.0/28"
    """Of the DNS resolver, where there is one: /28 to /24."""


class Network(Part):
    """The hub network."""

    address_space: list[Prefix] = Field(
        default=["10.1.0.0/16"], min_length=1, max_length=MOST_SPACES
    )
    """Prefixes of the hub network; every subnet lies in one of them."""
    subnets: Subnets = Subnets()
    """Prefixes of its subnets."""
    default_route: Literal["announced", "internet"] = "announced"
    """Where the way out of the Application Gateway leads: where BGP says, or to the Internet, which
    it needs where 0.0.0.0/0 is announced."""


class OnPremises(Part):
    """The networks at the other end of the circuit; they alone may reach the database."""

    prefixes: list[Prefix] = Field(min_length=1, max_length=MOST_PREFIXES)
    """IPv4 prefixes from which the database is reached over the circuit."""
