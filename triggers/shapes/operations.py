"""What is told of operations: that one was started, how one stands, the history of a deployment."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from shared.deployment.messages import Action
from shared.deployment.operation import Decision, Kind
from shared.deployment.specs.fields import Anything
from triggers.shapes.base import Moment, Object, Status, Url, told
from triggers.shapes.plans import Advice, MonthlyCost, PlannedStep, Proof


@told
class Actor(TypedDict):
    """Who asked for something."""

    name: str
    """Name of the person, application or key."""
    objectId: str
    """Object id in Microsoft Entra; empty where nobody signs in."""
    client: str
    """Id of the application that was used; empty likewise."""
    comment: NotRequired[str]
    """What they said about it."""


@told
class Started(TypedDict):
    """An operation that has been started."""

    id: str
    """Its id."""
    kind: Kind
    """What it does."""
    deployment: str
    """Of which deployment."""
    status: Literal["Running"]
    """It has begun."""
    operationLocation: Url
    """Where to look at it."""
    statusQueryGetUri: Url
    """Where its instance is shown as Durable Functions shows one."""


@told
class Cause(TypedDict):
    """Why an operation did not succeed."""

    code: str
    """Azure's code, or one of the app's own."""
    message: str
    """The root failure, in words."""


@told
class Failure(TypedDict):
    """A failure as it is recorded."""

    code: str
    """Azure's code, or one of the app's own."""
    message: str
    """What went wrong, in words."""
    retryable: NotRequired[bool]
    """Whether it was worth another try."""
    retryAfterSeconds: NotRequired[float | None]
    """How long Azure asked to be left alone."""
    patienceSeconds: NotRequired[float]
    """How long after the first such failure it is given up."""
    maxAttempts: NotRequired[int]
    """After how many such failures it is given up."""
    target: NotRequired[str]
    """The step, the field of the spec, or the deployment that it is about."""
    time: NotRequired[Moment]
    """When it was seen."""
    correlationId: NotRequired[str]
    """The id by which Azure knows what it refused; else that of the operation."""
    keeps: NotRequired[bool]
    """Whether what was done stays, as undoing it would mend nothing."""


@told
class Step(TypedDict):
    """Where one step of a walk stands."""

    key: str
    """What the architecture calls the resource."""
    action: Action
    """What is done."""
    state: Literal["waiting", "running", "succeeded", "failed", "skipped"]
    """Where it stands."""
    attempts: NotRequired[int]
    """How often it has been submitted."""
    expectedSeconds: NotRequired[float]
    """How long it is expected to take."""
    startedAt: NotRequired[Moment]
    """When it was first submitted."""
    settledAt: NotRequired[Moment]
    """When it ended."""
    failure: NotRequired[Object]
    """Why it failed, or is tried again: code, message, target, time."""
    warning: NotRequired[str]
    """What to know although it succeeded."""
    detail: NotRequired[str]
    """What a check has seen."""


@told
class Residue(TypedDict):
    """What a rollback or a destroy could not remove, and how a person finishes it."""

    key: str
    """What the architecture calls it."""
    id: NotRequired[str]
    """Its ARM id."""
    reason: str
    """Why it is left."""
    command: NotRequired[str]
    """The command that finishes it."""


@told
class Retained(TypedDict):
    """What is left alone by intention."""

    key: NotRequired[str]
    """What the architecture calls it."""
    id: str
    """Its ARM id."""
    reason: str
    """Why."""


@told
class DriftFound(TypedDict):
    """What a drift check has found, in short."""

    status: str
    """inSync, drifted, or why it could not be checked."""
    changes: int
    """How many differences there are."""


@told
class Acceptance(TypedDict):
    """What accepting drift has made of a spec."""

    patch: Object
    """A JSON merge patch of the spec."""
    fields: list[Object]
    """The fields that say what was accepted: {field, value, by, at, comment}."""
    exceptions: list[Object]
    """What no other field says, as drift.accepted of the spec has it."""
    changes: list[Object]
    """What of the report was accepted: {id, path}."""


@told
class Operation(TypedDict):
    """How an operation stands: its plan, its walk, and how it ended."""

    id: str
    """Its id."""
    kind: Kind
    """What it does."""
    deployment: str
    """Of which deployment."""
    status: Status
    """Whether it runs, or how it ended."""
    phase: str
    """What it is doing: planning, awaiting-approval, deploying, rolling-back, ..., finished."""
    startedAt: Moment
    """When it was asked for."""
    endedAt: Moment | None
    """When it ended."""
    cancelRequested: bool
    """Whether somebody wants it to stop."""
    decision: Decision | None
    """What was decided on its plan."""
    traceId: str
    """The trace that it is told as; Azure's activity log has it as the correlation id."""
    actor: Actor | None
    """Who asked for it."""
    decidedBy: Actor | None
    """Who decided on its plan."""
    canceledBy: Actor | None
    """Who wants it to stop."""
    plan: list[PlannedStep]
    """Every step, in an order in which they could be done."""
    unchanged: int
    """How many resources stay as they are."""
    monthlyCost: MonthlyCost | None
    """What the deployment costs before and after."""
    warnings: list[Advice]
    """What to know about the plan."""
    refusals: list[Advice]
    """Why the plan is not walked."""
    validation: NotRequired[Proof | None]
    """What has to be proven afterwards, and why that."""
    steps: NotRequired[list[Step]]
    """Where the steps of the walk stand."""
    checks: NotRequired[list[Step]]
    """Of a deployment: where the checks stand that prove it."""
    forwardSteps: NotRequired[list[Step]]
    """How far it came before it was rolled back."""
    criticalPath: NotRequired[list[str]]
    """Keys of the steps that the expected end depends on."""
    expectedEnd: NotRequired[Moment]
    """When it is expected to end."""
    approveBefore: NotRequired[Moment]
    """Until when its plan may be approved."""
    waitsFor: NotRequired[list[str]]
    """Keys of the steps whose end is awaited before it is rolled back."""
    canceled: NotRequired[bool]
    """Whether it has heard that somebody wants it to stop."""
    failure: NotRequired[Failure | None]
    """Why it did not succeed; the root failure."""
    error: NotRequired[Cause]
    """The same, in the words of Azure's status monitors, once it has ended."""
    residue: NotRequired[list[Residue]]
    """What could not be removed."""
    retained: NotRequired[list[Retained]]
    """What was left alone by intention."""
    outputs: NotRequired[Object]
    """What is needed to use the deployment: names, addresses, connection strings; no secret."""
    drift: NotRequired[DriftFound]
    """Of a drift check: what it found."""
    accepted: NotRequired[Acceptance]
    """Of an acceptance: what it has made of the spec, with the patch for the caller's own file."""
    leftOut: NotRequired[int]
    """How many steps and residues there was no room for while it runs."""


@told
class OperationInShort(TypedDict):
    """One line of the history of a deployment."""

    id: str
    """Its id."""
    deployment: str
    """Of which deployment."""
    kind: Kind
    """What it did."""
    status: Status
    """Whether it runs, or how it ended."""
    startedAt: Moment
    """When it was asked for."""
    endedAt: Moment | None
    """When it ended."""
    actor: Actor | None
    """Who asked for it."""
    failure: Failure | None
    """Why it did not succeed."""


@told
class OperationPage(TypedDict):
    """Some operations of a deployment, the latest first."""

    value: list[OperationInShort]
    """The operations."""
    nextLink: NotRequired[Url]
    """Where the next page is; absent on the last one."""


@told
class Instance(TypedDict):
    """The instance of an operation, as Durable Functions shows it, without its input."""

    name: str
    """Of its orchestration."""
    instanceId: str
    """The id of the operation."""
    runtimeStatus: str
    """Pending, Running, Completed, Failed, Terminated, Canceled or Suspended."""
    input: None
    """Never shown."""
    customStatus: Anything
    """How the operation stands, in short."""
    output: Anything
    """How it ended."""
    createdTime: str | None
    """When it was started."""
    lastUpdatedTime: str | None
    """When it last moved."""
