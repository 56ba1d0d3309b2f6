"""The shapes that cross the durable border: plain JSON, read back as it was written.

Every value here is a dict, list, string or number, because a class that crosses the border breaks
replay when it moves. Keys may be added as optional ones; none is ever renamed, since they lie in
the histories of running deployments. Times are ISO 8601 in UTC; durations name their unit.
"""

from typing import Any, Literal, NotRequired, TypedDict

Json = dict[str, Any]

Action = Literal["create", "update", "delete", "restore", "check", "no-op"]
"""What a step does. `restore` puts the prior values back; `no-op` is listed but never walked."""

Phase = Literal[
    "planning",
    "awaiting-approval",
    "deploying",
    "canceling",
    "destroying",
    "validating",
    "rolling-back",
    "finished",
]
Purpose = Literal["deploy", "repair", "destroy", "validate", "roll-back"]
Provenance = Literal["created", "updated", "adopted"]


class Failure(TypedDict):
    """An expected failure, as data. Whether it is worth another try is decided once, by its code.

    The three limits apply to retryable failures only; see `shared.azure.errors` for the table.
    """

    code: str
    message: str
    retryable: bool
    retryAfterSeconds: NotRequired[float]  # wait this long before the next try
    patienceSeconds: NotRequired[float]  # give up this long after the first such failure
    maxAttempts: NotRequired[int]  # give up after this many such failures
    keeps: NotRequired[bool]  # True: what was done stays, as undoing it would mend nothing
    target: NotRequired[str]  # the step, the spec field or the deployment that it is about
    time: NotRequired[str]  # when it was seen
    correlationId: NotRequired[str]  # Azure's, of what it refused; else the id of the operation


Certainty = Literal["certain", "afterRestart", "byReference", "unsettled"]
"""How sure a plan is that its walk makes exactly this change, from surest to least sure.

`certain`: both sides were read, of a resource at rest, and Azure keeps what it is sent.
`afterRestart`: likewise, but the value is used only after the restart that the walk makes.
`byReference`: it leads to a secret; the reference was compared, the value behind it never is.
`unsettled`: the resource was changing, or broken, while it was read; it is read again before the
write, and what has moved by then is not overwritten.
"""


Origin = Literal["spec", "edit", "both"]
"""Whose a change of an update is: of a new spec, of somebody in Azure whom it undoes, or both."""


class Change(TypedDict):
    """One difference between what is and what is wanted, by path in the ARM body."""

    path: str  # properties.securityRules[allow-ssh].properties.priority
    before: Any
    after: Any
    certainty: NotRequired[Certainty]  # of a change in a plan
    origin: NotRequired[Origin]  # of a change in the plan of an update
    by: NotRequired[str]  # of what somebody changed: who, where a drift report knows
    oneWay: NotRequired[bool]  # True: Azure makes it and never takes it back
    field: NotRequired[str]  # of the spec, that says such a change: postgres.storageGiB


class MonthlyCost(TypedDict):
    """What something costs a month before and after a walk; None is unknown, and never guessed."""

    before: float | None
    after: float | None


class PriceList(TypedDict):
    """Where prices are from."""

    currency: str
    region: str  # other regions differ
    pricesOf: str  # year and month
    source: str


class Estimate(PriceList):
    """What all that a plan is about costs a month: the sum of what is known."""

    before: float
    after: float
    complete: bool  # False where a step has no known price


class Advice(TypedDict):
    """Something the caller should know: a corrected recipe step, a risk, or a refusal."""

    code: str
    message: str  # what and why
    target: str  # the spec field or resource key it is about
    recipeStep: NotRequired[str]  # the step of the original recipe it departs from


class Step(TypedDict):
    """One change to one resource, decided before the first write."""

    key: str
    armType: str
    id: str
    action: Action
    body: Json  # with references in place of secrets
    prior: Json | None  # the snapshot without read-only fields; None where nothing was there
    changes: list[Change]
    dependsOn: list[str]  # start after these have succeeded
    startsAfter: list[str]  # start after ARM has accepted these
    locks: list[str]  # steps that share one of these never run at once
    expectedSeconds: float
    timeoutSeconds: float
    undoSeconds: float  # what undoing it is expected to take
    resource: NotRequired[str]  # what it is one of, where the key says more than that
    holdsData: NotRequired[bool]  # deleting it loses what nothing here can bring back
    vanishes: NotRequired[bool]  # True: Azure deletes it with the resource that it lies in
    provenance: NotRequired[Provenance]
    unread: NotRequired[bool]  # True: nobody could read it, so the walk makes whatever differs
    monthlyCost: NotRequired[MonthlyCost]  # absent where it is free


class Found(TypedDict):
    """What a walk has read of a resource that could not be read when it was planned."""

    changes: list[Change]
    prior: Json


Level = Literal["none", "connected", "query"]


class Proof(TypedDict):
    """What has to be proven of a deployment before it counts as succeeded."""

    require: Level
    why: str  # how that was decided


class Plan(TypedDict):
    """Everything that will be done, and why nothing will be done where it was refused."""

    deployment: str
    purpose: Purpose
    steps: list[Step]
    warnings: list[Advice]
    refusals: list[Advice]
    outputs: Json  # of the deployment as planned: names, addresses, ports; never a secret
    retained: list[Json]  # what a destroy leaves alone: id and reason
    approvalSeconds: NotRequired[float]  # a person has that long to approve it, before a write
    monthlyCost: NotRequired[Estimate]
    secretVersions: NotRequired[dict[str, str]]  # that are in use once it is walked, by name
    validation: NotRequired[Proof]


class Outcome(TypedDict):
    """How one activity left one step; unknown where it raised instead of answering."""

    key: str
    state: Literal["succeeded", "failed", "inProgress", "unknown"]
    failure: NotRequired[Failure | None]
    operationUrl: NotRequired[str | None]
    operationRetryAfter: NotRequired[float | None]  # seconds for which its sender, the operation,
    resourceRetryAfter: NotRequired[float | None]  # or the resource, is to be left alone
    secondsAgo: NotRequired[float]  # when this was seen, before the activity returned
    legSeconds: NotRequired[float]  # expected length of the leg that has just begun
    warning: NotRequired[str]  # succeeded, but the caller should know this
    detail: NotRequired[str]  # what a check has seen, or a restore could not take back


class KeptEvidence(TypedDict):
    """What the end of a step says of how far expectations are kept; see timing.py."""

    mayBeKept: bool
    byChance: float


class Run(TypedDict):
    """Where one step of a walk stands."""

    state: Literal["waiting", "running", "succeeded", "failed", "skipped"]
    attempts: int  # submits so far
    startedAt: NotRequired[str]  # first submit
    settledAt: NotRequired[str]
    dueAt: NotRequired[str]  # waiting: not before this, since the last try was refused
    lookedAt: NotRequired[str]  # running: when it was last seen, and until when
    operationAfter: NotRequired[str]  # its operation and the resource want to be left alone
    resourceAfter: NotRequired[str]
    legStartedAt: NotRequired[str]  # running: the operation now waited for, and its expected end;
    legEndsAt: NotRequired[str]  # one step may be several operations in a row
    operationUrl: NotRequired[str | None]
    refusedSince: NotRequired[str]  # first of an unbroken row of refusals
    evidence: NotRequired[KeptEvidence]  # succeeded: whether it took as long as expected
    failures: NotRequired[int]  # those that are tried again a bounded number of times only
    unknowns: NotRequired[int]  # activities that raised instead of answering
    failure: NotRequired[Failure | None]
    warning: NotRequired[str]
    detail: NotRequired[str]


class Residue(TypedDict):
    """What a rollback or destroy could not remove, and how a person finishes it."""

    key: str
    id: str
    reason: str
    command: str


class Remains(TypedDict):
    """What a destroy found when it looked again, and what it leaves alone by intention."""

    left: list[Residue]
    retained: list[Json]
