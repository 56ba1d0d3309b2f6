"""The parts of a spec that say how on-premises and the network of the database are joined."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from shared.deployment.fields import CircuitId
from shared.deployment.messages import Json
from shared.deployment.part import KeyVaultSecret, Part


class ScaleUnits(Part):
    """Bounds of an ErGwScale gateway: from 2 on, or a fixed size where both are the same.

    https://learn.microsoft.com/azure/expressroute/scalable-gateway
    """

    minimum: int = Field(default=2, ge=1, le=40)
    maximum: int = Field(default=10, ge=1, le=40)


def _circuit_where_connected(schema: Json) -> None:
    apart = {"properties": {"mode": {"enum": ["deferred", "none"]}}, "required": ["mode"]}
    schema |= {"if": apart, "else": {"required": ["circuitId"]}}


class ExpressRoute(Part):
    """The gateway and its connection to a circuit that exists already.

    `mode: deferred` leaves the connection to a later update, for a circuit that is weeks away;
    `mode: none` leaves the way to on-premises to somebody else: a VPN, or a peered hub.
    """

    model_config = ConfigDict(json_schema_extra=_circuit_where_connected)

    mode: Literal["connected", "deferred", "none"] = "connected"
    circuit_id: CircuitId | None = None
    authorization_key: KeyVaultSecret | None = None
    gateway_sku: Literal[
        "ErGw1AZ", "ErGw2AZ", "ErGw3AZ", "ErGwScale", "Standard", "HighPerformance"
    ] = "ErGw1AZ"
    scale_units: ScaleUnits | None = None
    allow_legacy_sku: bool = False
    routing_weight: int = Field(default=0, ge=0, le=32000)


def _by_mode(value: object) -> object:
    return {"mode": value} if isinstance(value, str) else value


ByMode = Annotated[
    ExpressRoute,
    BeforeValidator(_by_mode, json_schema_input_type=Literal["deferred", "none"] | ExpressRoute),
]
"""A part, or the mode of one in its place: ``"expressRoute": "deferred"``."""
