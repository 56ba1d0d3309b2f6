"""The parts of a spec that say how on-premises and the network of the database are joined."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from shared.deployment.messages import Json
from shared.deployment.specs.fields import CircuitId
from shared.deployment.specs.part import KeyVaultSecret, Part


class ScaleUnits(Part):
    """Bounds of an ErGwScale gateway: from 2 on, or a fixed size where both are the same.

    https://learn.microsoft.com/azure/expressroute/scalable-gateway
    """

    minimum: int = Field(default=2, ge=1, le=40)
    """Units that the gateway always has."""
    maximum: int = Field(default=10, ge=1, le=40)
    """Units that it grows to."""


WITHOUT_CIRCUIT = ("deferred", "existing", "none")


def _circuit_where_connected(schema: Json) -> None:
    mode = {"type": "string", "enum": [*WITHOUT_CIRCUIT], "description": "Not by a circuit now"}
    apart = {"properties": {"mode": mode}, "required": ["mode"]}
    schema |= {"if": apart, "else": {"required": ["circuitId"]}}


class ExpressRoute(Part):
    """The gateway and its connection to a circuit that exists already.

    `mode: deferred` leaves the connection to a later update, for a circuit that is weeks away;
    `mode: existing` finds it made, between a gateway and a circuit that are there (`existing`);
    `mode: none` leaves the way to on-premises to somebody else: a VPN, or a peered hub.
    """

    model_config = ConfigDict(json_schema_extra=_circuit_where_connected)

    mode: Literal["connected", "deferred", "existing", "none"] = "connected"
    """Whether the circuit is joined now, later, already, or left to somebody else."""
    circuit_id: CircuitId | None = None
    """ARM id of the circuit, which exists and is provisioned; required where it is joined."""
    authorization_key: KeyVaultSecret | None = None
    """Where the key lies that redeems a circuit of another subscription."""
    gateway_sku: Literal[
        "ErGw1AZ", "ErGw2AZ", "ErGw3AZ", "ErGwScale", "Standard", "HighPerformance"
    ] = "ErGw1AZ"
    """Size of the gateway; those that end in AZ, and ErGwScale, span zones."""
    scale_units: ScaleUnits | None = None
    """Bounds of an ErGwScale gateway; for that size only."""
    allow_legacy_sku: bool = False
    """Lets a gateway be made in a size that Azure retires."""
    routing_weight: int = Field(default=0, ge=0, le=32000)
    """Preference of this connection among those of the gateway; the greater wins."""


def _by_mode(value: object) -> object:
    return {"mode": value} if isinstance(value, str) else value


ByMode = Annotated[
    ExpressRoute,
    BeforeValidator(
        _by_mode, json_schema_input_type=Literal["deferred", "existing", "none"] | ExpressRoute
    ),
]
"""A part, or the mode of one in its place: ``"expressRoute": "deferred"``."""
