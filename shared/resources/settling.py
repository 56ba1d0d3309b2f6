"""What there is to wait for once an operation of ARM has succeeded."""

from datetime import timedelta
from typing import Literal, NamedTuple

from shared.resources.sdk_calls import Response

State = Literal["succeeded", "failed", "inProgress"]


class Verdict(NamedTuple):
    """What a settle probe found after the operation itself had succeeded.

    `submitted` is the answer to a further operation that the probe has started, where one step is
    several operations in a row; `leg` is how long that operation, or the settling, should take.
    """

    state: State
    warning: str | None = None
    submitted: Response | None = None
    leg: timedelta | None = None


SETTLED = Verdict("succeeded")
