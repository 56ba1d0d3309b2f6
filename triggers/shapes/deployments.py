"""What is told of a deployment: its spec, its health, what it consists of, and what has drifted."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from shared.deployment.changes.watching import Course
from shared.deployment.messages import Certainty, Provenance
from shared.deployment.operation import Health, Kind
from shared.deployment.specs.fields import Anything
from triggers.shapes.base import Moment, Object, Status, Url, told
from triggers.shapes.operations import Actor, Failure, Retained
from triggers.shapes.plans import Answered, Change
from triggers.shapes.requests import Format


@told
class LastOperation(TypedDict):
    """The last operation of a deployment."""

    id: str
    """Its id."""
    kind: Kind
    """What it does."""
    startedAt: Moment
    """When it was asked for."""
    status: Status
    """Whether it runs, or how it ended."""


@told
class InventoryItem(TypedDict):
    """One resource of a deployment."""

    key: str
    """What the architecture calls it."""
    provenance: Provenance
    """Whether we created it, updated it or adopted it."""
    state: Literal["intended", "seen"]
    """Whether it has been there."""
    holdsData: NotRequired[bool]
    """Whether deleting it loses what nothing can bring back."""
    added: NotRequired[list[Change]]
    """What we have put into a resource of somebody else."""


@told
class Attribution(TypedDict):
    """What is known of the author of a change."""

    status: Literal["known", "pending", "azure", "unknown", "tooOld"]
    """Whether they are known."""
    by: NotRequired[str]
    """Who."""
    at: NotRequired[Moment]
    """When."""
    client: NotRequired[str]
    """With which client."""
    operation: NotRequired[str]
    """What they did, as Azure calls it."""
    correlationId: NotRequired[str]
    """The id under which Azure logged it."""


_Class = TypedDict(
    "_Class",
    {
        "class": Annotated[
            Literal["missing", "changed", "degraded", "extra"],
            Field(description="Whether it is gone, different, not well, or not ours."),
        ]
    },
)


@told
class DriftChange(_Class):
    """One thing that is not as it was declared."""

    key: str
    """What the architecture calls the resource."""
    id: str
    """Its ARM id."""
    severity: Literal["high", "low"]
    """How grave it is."""
    why: NotRequired[str]
    """Why it is grave."""
    path: NotRequired[str]
    """Where, in the body of the resource."""
    before: NotRequired[Anything]
    """What is there."""
    after: NotRequired[Anything]
    """What was declared."""
    certainty: NotRequired[Certainty]
    """How sure that is."""
    field: NotRequired[str]
    """The field of the spec that says it, where Azure never takes it back."""
    oneWay: NotRequired[bool]
    """Whether Azure never takes it back."""
    message: NotRequired[str]
    """What is wrong, where no single value is."""
    policy: NotRequired[Course]
    """What the spec wants done about it."""
    undeclared: NotRequired[bool]
    """Whether the spec leaves it open."""
    attribution: NotRequired[Attribution]
    """Who changed it."""


@told
class DriftReport(TypedDict):
    """What a drift check has found."""

    checkedAt: Moment
    """When."""
    status: Literal["inSync", "drifted", "failed", "busy"]
    """Whether everything is as it was declared."""
    changes: list[DriftChange]
    """What is not."""
    ignored: NotRequired[int]
    """How many more differences there are that the spec says do not count."""
    leftOut: NotRequired[int]
    """How many more there was no room for."""
    readAt: NotRequired[Moment]
    """When everything was read, where Azure tells that nothing has moved since."""
    since: NotRequired[Moment]
    """When everything was last known to be as declared."""
    failure: NotRequired[Failure | None]
    """Why it could not be checked."""


@told
class DriftReports(TypedDict):
    """The last drift reports of a deployment, the latest first."""

    value: list[DriftReport]
    """The reports."""


@told
class LastDrift(TypedDict):
    """The last drift report of a deployment."""

    deployment: str
    """Of which deployment."""
    drift: DriftReport | None
    """The report; null before the first check."""


@told
class CurrentCost(TypedDict):
    """What a deployment costs a month, at list prices."""

    amount: float
    """The sum of what is known."""
    complete: bool
    """Whether every price is known."""
    currency: str
    """USD."""
    region: str
    """Whose prices they are."""
    pricesOf: str
    """Year and month of the prices."""
    source: str
    """Where the prices are from."""


@told
class KeptSpec(TypedDict):
    """A spec that a deployment has had."""

    generation: int
    """Counts the specs it has had."""
    operation: str
    """Id of the operation that deployed it first."""
    actor: Actor | None
    """Who asked for that."""
    deployedAt: Moment
    """When it was deployed."""
    spec: Object
    """The spec itself, with all defaults."""


@told
class KeptSpecs(TypedDict):
    """The last specs of a deployment, the latest first."""

    value: list[KeptSpec]
    """The specs."""


@told
class Deployment(TypedDict):
    """A deployment: its spec, its health and what it consists of."""

    name: str
    """Its name."""
    status: Health
    """How it is, whatever its last operation was."""
    generation: int
    """How many specs it has had."""
    createdAt: Moment
    """When it was first asked for."""
    lastOperation: LastOperation
    """Its last operation."""
    spec: Object
    """What is deployed, a DeploymentSpec with all defaults; of a first one, what is to be."""
    inventory: dict[str, InventoryItem]
    """What it consists of, by ARM id."""
    outputs: Object
    """What is needed to use it; no secret."""
    monthlyCost: CurrentCost | None
    """What it costs as it is now; null before anything was made."""
    retained: list[Retained]
    """What was forgotten: it is there, and not ours any more."""
    drift: DriftReport | None
    """What the last drift check found."""
    lastQuery: Answered | None
    """The last query of the database, where it has gone through."""


@told
class DeploymentPage(TypedDict):
    """Some deployments in order of name."""

    value: list[Deployment]
    """The deployments."""
    nextLink: NotRequired[Url]
    """Where the next page is; absent on the last one."""


@told
class Liveness(TypedDict):
    """Whether the app is up."""

    status: Literal["healthy"]
    """It is."""


@told
class Description(TypedDict):
    """The API, as OpenAPI describes one."""

    openapi: str
    """Version of OpenAPI."""
    info: Object
    """What it is called, and its version."""
    servers: list[Object]
    """Where it is."""
    security: list[Object]
    """How callers say who they are."""
    paths: Object
    """The routes."""
    components: Object
    """What they share."""


@told
class Exported(TypedDict):
    """A deployment as other tools take it."""

    deployment: str
    """Its name."""
    format: Format
    """Which form that is."""
    files: Annotated[dict[str, str], Field(json_schema_extra={"maxProperties": 200})]
    """Texts by the names of their files; none holds a secret."""
