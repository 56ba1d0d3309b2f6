"""The part of a spec that says who answers for the server's name on-premises."""

from shared.deployment.specs.fields import Address
from shared.deployment.specs.part import Part


class Resolver(Part):
    """A DNS Private Resolver in the hub network, which on-premises name servers forward to."""

    address: Address = "10.1.6.4"
    """Where it listens, in network.subnets.resolver."""


class Dns(Part):
    """How on-premises finds the server by its name."""

    resolver: Resolver | None = None
    """A resolver in the hub network; absent: there is none."""
