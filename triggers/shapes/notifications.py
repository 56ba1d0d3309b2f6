"""What is told of events that could not be delivered yet."""

from typing import Literal

from typing_extensions import TypedDict

from shared.deployment.events import Happened
from triggers.shapes.base import Moment, told


@told
class Undelivered(TypedDict):
    """One event that one receiver has not taken."""

    event: str
    """Its id, the same at every try."""
    type: Happened
    """What happened."""
    time: Moment
    """When."""
    receiver: str
    """Host of the receiver, and the digest of its URL."""
    state: Literal["pending", "dead"]
    """Whether it is tried again, or was given up after a day."""
    tries: int
    """How often it was tried."""
    code: str
    """Why the last try failed, for machines."""
    message: str
    """The same for people; never the URL of the receiver."""


@told
class UndeliveredEvents(TypedDict):
    """What a deployment had to tell and could not."""

    value: list[Undelivered]
    """The events."""
