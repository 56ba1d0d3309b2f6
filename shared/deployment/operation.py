"""An operation as it crosses the durable border: its state, what is asked of activities, answers.

An orchestration is told the id of its operation and nothing else, so nobody who can start one can
tell it what to do. Its plan, with the bodies, lies in a table of ours; orchestrators see its
outline, and activities read a step by operation and key, so no message grows with the bodies.
"""

from collections import Counter
from typing import Literal, NotRequired, TypedDict

from shared.deployment.inventory import Inventory
from shared.deployment.messages import Action, Failure, Json, Outcome, Phase, Plan, Purpose, Run

Kind = Literal[
    "deploy", "repair", "accept", "rotate", "forget", "destroy", "validate", "plan", "drift"
]
Health = Literal[
    "NotDeployed",
    "Deploying",
    "Deployed",
    "Unvalidated",
    "DeployFailed",
    "Drifted",
    "Destroying",
    "Destroyed",
]
"""How a deployment is, whatever its last operation was: a plan or a refusal changes nothing."""

Decision = Literal["approve", "reject"]


class StepOutline(TypedDict):
    """What a walk has to know of a step: nothing of what it does."""

    key: str
    action: Action
    dependsOn: list[str]
    startsAfter: list[str]
    locks: list[str]  # numbers of the locks that it shares with other steps
    expectedSeconds: float
    timeoutSeconds: float


class Outline(TypedDict):
    """A plan without what its steps do; steps without work are left out."""

    purpose: Purpose
    steps: list[StepOutline]


class OperationState(TypedDict):
    """Where an operation stands: what the next execution of its orchestration goes on from."""

    kind: Kind
    phase: Phase
    outline: Outline  # of the plan that is walked in this phase
    runs: dict[str, Run] | None  # how far that walk is
    halted: bool
    canceled: bool
    listenedAt: str | None  # when callers were last listened to
    cause: Failure | None  # the root failure, for which everything is being rolled back
    approvalSeconds: float | None  # how long a person has to approve the plan
    askedAt: str | None  # since when that is


class Order(TypedDict):
    """What every activity of an operation is told; the rest is on record."""

    operation: str


class PlanRequest(Order):
    """Asks for the plan, or for what Azure would say to it."""

    at: str


class RollbackRequest(Order):
    """Asks for the undone plan of a walk that came this far."""

    runs: dict[str, Run]


class StepOrder(Order):
    """Names one step of the plan, or of the undone plan."""

    key: str
    undo: bool


class SubmitOrder(Order):
    """Asks for steps of the plan, or of the undone plan, to be begun."""

    keys: list[str]
    undo: bool


class Watched(TypedDict):
    """One running step; seconds count from the moment the activity begins."""

    key: str
    operationUrl: str | None
    elapsed: float  # since the step began
    over: float  # until the expected end of its operation
    operationAfter: float  # its operation is to be left alone until then,
    resourceAfter: float  # and so is the resource
    looks: list[float]


class Watch(TypedDict):
    """What an activity listens for."""

    steps: list[Watched]
    awaited: list[list[str]]  # the end of all of any of these is news


class ListenOrder(Order):
    """Asks to look at the steps under way, until something is news."""

    undo: bool
    watch: Watch
    cancelable: bool  # then a cancel is news


class StateReport(Order):
    """Hands the state over, to be kept."""

    state: OperationState


class EndReport(StateReport):
    """Hands over how it ended."""

    at: str
    failure: Failure | None  # where no step says why


class Answer(TypedDict):
    """What every activity answers that has nothing to tell: `failure` where it could not do it."""

    failure: NotRequired[Failure]


class PlanAnswer(Answer):
    """A plan that has been made and kept."""

    outline: Outline
    approvalSeconds: NotRequired[float]  # a person has that long to approve it


class Absence(Answer):
    """What a destroy finds although it was to be gone."""

    left: list[str]  # keys


class EndAnswer(Answer):
    """How an operation ended."""

    status: str
    cause: Failure | None  # why it did not succeed
    customStatus: Json  # the custom status of its instance
    output: Json  # the output of its instance
    watch: NotRequired[str]  # the deployment that is to be looked at now, as it has changed
    events: NotRequired[list[str]]  # to be sent


class Signals(Answer):
    """What callers have asked of a running operation."""

    cancelRequested: bool
    decision: Decision | None


class SubmitAnswer(TypedDict):
    """How steps stand that were begun, by key."""

    outcomes: dict[str, Outcome]


class ListenAnswer(Answer):
    """What was seen of the steps under way, the last of each; whether the caller wants no more."""

    outcomes: dict[str, Outcome]
    cancelRequested: bool


class PageRequest(TypedDict):
    """Asks for the deployments after those of the page that gave this token."""

    token: str | None
    at: str


class DeploymentPage(Answer):
    """Some deployments in order of name."""

    names: list[str]
    quiet: list[str]  # those of which Azure tells no change since they were read
    token: str | None


class TellOrder(TypedDict):
    """Asks for events to be sent: those that are on record, or what an operation has come to."""

    events: NotRequired[list[str]]
    operation: NotRequired[str]  # whose plan waits for approval
    at: str


class SendOrder(TypedDict):
    """Asks for an event to be sent to a receiver; for the last time, where it is a day old."""

    event: str
    receiver: str
    at: str
    last: bool


class Before(TypedDict):
    """How a deployment was before a plan was walked."""

    inventory: Inventory
    health: Health


NOTHING = Outline(purpose="deploy", steps=[])


def first_state(kind: Kind) -> OperationState:
    """Where every operation begins."""
    return OperationState(
        kind=kind,
        phase="planning",
        outline=NOTHING,
        runs=None,
        halted=False,
        canceled=False,
        listenedAt=None,
        cause=None,
        approvalSeconds=None,
        askedAt=None,
    )


def outline(plan: Plan) -> Outline:
    """What an orchestrator is shown of a plan.

    Locks are ids, long and mostly of one step alone: those that are shared are kept, by number.
    """
    working = [step for step in plan["steps"] if step["action"] != "no-op"]
    uses = Counter(lock for step in working for lock in set(step["locks"]))
    numbers = {lock: str(n) for n, lock in enumerate(lock for lock in uses if uses[lock] > 1)}
    steps = [
        StepOutline(
            key=step["key"],
            action=step["action"],
            dependsOn=step["dependsOn"],
            startsAfter=step["startsAfter"],
            locks=[numbers[lock] for lock in step["locks"] if lock in numbers],
            expectedSeconds=step["expectedSeconds"],
            timeoutSeconds=step["timeoutSeconds"],
        )
        for step in working
    ]
    return Outline(purpose=plan["purpose"], steps=steps)
