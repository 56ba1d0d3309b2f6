"""What a plan says: its steps, their changes and costs, and what there is to know about it."""

from typing import NotRequired

from typing_extensions import TypedDict

from shared.deployment.messages import Action, Certainty, Level, Origin, Provenance
from shared.deployment.specs.fields import Anything
from triggers.shapes.base import Object, told


@told
class Advice(TypedDict):
    """Something to know: a departure from the recipe, a risk, or a reason to refuse."""

    code: str
    """What it is, as a word that stays."""
    message: str
    """What and why."""
    target: str
    """The field of the spec, or the resource, that it is about."""
    recipeStep: NotRequired[str]
    """The step of the recipe that it departs from."""


@told
class Change(TypedDict):
    """One difference between what is and what is wanted."""

    path: str
    """Where, in the body of the resource."""
    before: Anything
    """What is there; null where there is nothing."""
    after: Anything
    """What will be there; null where it is removed."""
    certainty: NotRequired[Certainty]
    """How sure it is that exactly this is changed."""
    origin: NotRequired[Origin]
    """Whose it is: the spec's, that of somebody in Azure whom it would undo, or both."""
    by: NotRequired[str]
    """Of what somebody changed: who, where a drift report knows."""
    field: NotRequired[str]
    """The field of the spec that says it, where Azure never takes it back."""
    oneWay: NotRequired[bool]
    """Whether Azure makes it and never takes it back."""


@told
class StepCost(TypedDict):
    """What one resource costs a month, at list prices; null is unknown."""

    before: float | None
    """Before the walk."""
    after: float | None
    """After it."""


@told
class MonthlyCost(TypedDict):
    """What the whole deployment costs a month, at list prices."""

    before: float
    """Before the walk."""
    after: float
    """After it."""
    complete: bool
    """Whether every price is known."""
    currency: str
    """Of both sums."""
    region: str
    """Whose prices they are."""
    pricesOf: str
    """Year and month of the prices."""
    source: str
    """Where they are from."""


@told
class Answered(TypedDict):
    """A query of the database that has gone through."""

    at: str
    """When."""
    found: str
    """What answered, and how fast."""


@told
class Proof(TypedDict):
    """What has to be proven of a deployment before it counts as succeeded."""

    require: Level
    """The level."""
    why: str
    """How that was decided."""
    query: NotRequired[Answered | None]
    """The last query that has gone through, once the operation has ended."""


@told
class WholeStep(TypedDict):
    """One step with all that Azure is sent; a secret is the name of where it lies."""

    key: str
    """What the architecture calls the resource."""
    armType: str
    """Its ARM type."""
    id: str
    """Its ARM id."""
    action: Action
    """What is done."""
    body: Object | None
    """What is asked for; null where nothing is sent."""
    changes: list[Change]
    """What differs, of an update."""


@told
class PlannedStep(TypedDict):
    """One change to one resource, decided before the first write."""

    key: str
    """What the architecture calls the resource."""
    armType: str
    """Its ARM type."""
    id: str
    """Its ARM id."""
    action: Action
    """What is done."""
    changes: list[Change]
    """What differs, of an update."""
    dependsOn: list[str]
    """Keys of the steps that have to succeed before."""
    startsAfter: list[str]
    """Keys of the steps that Azure has to have accepted before."""
    expectedSeconds: float
    """How long it is expected to take."""
    timeoutSeconds: float
    """After how long it is given up."""
    undoSeconds: float
    """How long undoing it is expected to take."""
    resource: NotRequired[str]
    """Of which resource it is one, where the key says more than that."""
    holdsData: NotRequired[bool]
    """Whether deleting it loses what nothing can bring back."""
    provenance: NotRequired[Provenance]
    """Whether it is ours."""
    unread: NotRequired[bool]
    """Whether nobody could read it."""
    vanishes: NotRequired[bool]
    """Whether Azure deletes it with the resource that it lies in."""
    monthlyCost: NotRequired[StepCost]
    """What it costs; absent where it is free."""
