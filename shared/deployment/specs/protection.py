"""The part of a spec that says what of a deployment is not to be deleted."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from shared.deployment.specs.part import Part

Lockable = Literal["postgres-server", "express-route-gateway"]


class Protection(Part):
    """What is deployed is not deleted: an update lifts this first, and says nothing else.

    The locks hold against everybody, whoever uses Azure and by whatever way; the rest holds against
    those who use this app.
    """

    locks: list[Lockable] = Field(default=[], max_length=2)
    """What Azure itself refuses to delete, by a lock that we put on it."""


def _by_flag(value: object) -> object:
    return {True: {}, False: None}[value] if isinstance(value, bool) else value


Protect = Annotated[
    Protection | None,
    BeforeValidator(_by_flag, json_schema_input_type=bool | Protection | None),
]
"""A part, or true in place of one without locks: ``"protect": true``."""
