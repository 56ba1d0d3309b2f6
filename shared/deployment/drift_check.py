"""A drift check as it crosses the durable border: what is asked for, found, accepted, repaired."""

from typing import Literal, NotRequired, TypedDict

from shared.deployment.messages import Failure, Json
from shared.deployment.operation import Answer


class DriftRequest(TypedDict):
    """Asks for a drift check, or to note why there could be none."""

    at: str
    deployment: NotRequired[str]
    check: NotRequired[str]  # the operation that it is, where somebody asked for it
    failure: NotRequired[Failure | None]
    operation: NotRequired[str]  # that has just ended, and what it wrote is as declared
    quiet: NotRequired[bool]  # of a scan: Azure tells no change since everything was read
    paid: NotRequired[bool]  # of a scan: its reads are set aside


class DriftReport(TypedDict):
    """What a drift check has found; it is on record."""

    checkedAt: str
    status: Literal["inSync", "drifted", "failed", "busy"]
    changes: list[Json]
    ignored: NotRequired[int]  # changes that the spec says do not count
    leftOut: NotRequired[int]  # changes that there was no room for
    readAt: NotRequired[str]  # when everything was read, where nothing has moved since
    since: NotRequired[str]  # when the deployment was last known to be as declared
    failure: NotRequired[Failure]


class Still(TypedDict):
    """How things were when everything was last read, of which Azure tells no changes by itself."""

    at: str
    shown: dict[str, str]  # id -> digest


class Acceptance(TypedDict):
    """What accepting drift has made of a spec."""

    patch: Json  # for the caller's own file, too: a JSON merge patch
    fields: list[Json]  # {field, value, by, at, comment}
    exceptions: list[Json]  # what no other field says, as in drift.accepted
    changes: list[Json]  # of the report: {id, path}


class Turn(TypedDict):
    """How to ask again for a drift check, and when."""

    quiet: bool
    paid: bool
    waitSeconds: float


class DriftAnswer(Answer):
    """A drift report in short, which has been recorded; or how to ask again, and no report yet."""

    status: str
    changes: int
    turn: NotRequired[Turn]
    events: NotRequired[list[str]]  # to be sent
    repair: NotRequired[str]  # the deployment, where its spec asks for some of it to be put right


class CheckOrder(TypedDict):
    """Asks for a drift check that is apart from what asks for it."""

    deployment: str
    after: str  # the operation that has just changed it


class RepairOrder(TypedDict):
    """Asks for a repair by the policy of a spec."""

    deployment: str
    operation: str  # its id, chosen by the orchestration
    at: str
