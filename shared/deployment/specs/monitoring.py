"""The part of a spec that says what is watched, where it is written to, and who is told."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.deployment.specs.part import Part

Email = Annotated[
    str, StringConstraints(pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,190}$", max_length=256)
]


class Alerts(Part):
    """What is told to people, from which threshold on."""

    emails: list[Email] = Field(min_length=1, max_length=20)
    """Whom the action group writes to."""
    cpu_percent: int = Field(default=80, ge=1, le=100)
    """Of the server's processors, over a quarter of an hour."""
    storage_percent: int = Field(default=80, ge=1, le=100)
    """Of the server's storage."""
    connections_percent: int = Field(default=85, ge=1, le=100)
    """Of the connections that the server takes."""


class Monitoring(Part):
    """A Log Analytics workspace (or `existing.workspace`) that everything writes to, and alerts."""

    retention_days: int = Field(default=30, ge=30, le=730)
    """How long a workspace of its own keeps what is written to it."""
    alerts: Alerts | None = None
    """What people are told of; absent: nothing."""
