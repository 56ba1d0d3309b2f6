"""What every resource of the architecture declares, and the defaults most of them keep.

A resource class holds only what is particular to its ARM type. Ids are computed from the spec and
never looked up, so that a plan can be written before anything exists. A class overrides a method
only where Azure differs for that type, and says where it knows that from. The file is longer than
most, since the class is the one contract between the resources and the verbs.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from shared.deployment.changes.bodies import (
    applied,
    laid,
    without,
    without_paths,
    without_read_only,
)
from shared.deployment.changes.diff import all_differences, differences, leftovers
from shared.deployment.changes.merging import merged
from shared.deployment.changes.rules import Path, Rules
from shared.deployment.changes.succession import without_dropped
from shared.deployment.messages import Advice, Certainty, Change, Json
from shared.deployment.specs.secrets import Generated, leads_to_secret
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.departures import Departure
from shared.resources.ids import Ids
from shared.resources.marks import DEPLOYMENT, MANAGED_BY, OWNER
from shared.resources.prices import Meter
from shared.resources.sdk_calls import (
    OperationGroup,
    Response,
    answered,
    path_of,
    sendable,
    started,
)
from shared.resources.settling import SETTLED, State, Verdict
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

NETWORK_NAME = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?"
"""Of most types of Microsoft.Network.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""
RESOURCE_GROUP = "resource-group"
"""Key of the group that everything else lies in and therefore depends on."""


class Resource:
    """One resource of the architecture; see the module."""

    key: ClassVar[str]
    arm_type: ClassVar[str]
    depends_on: "ClassVar[tuple[type[Resource], ...]]" = ()
    starts_after: "ClassVar[tuple[type[Resource], ...]]" = ()  # begins once ARM accepted these
    timing: ClassVar[Timing] = Timing(create=seconds(5), delete=seconds(10), timeout=minutes(15))
    paths: Rules = Rules()  # what Azure does with the parts of its body
    first_leg: ClassVar[timedelta | None] = None  # where a step is several operations in a row
    holds_data: ClassVar[bool] = False  # deleting it loses data that nothing here can restore
    sign_in: ClassVar[str | None] = None  # path of the password of its administrator
    generates: ClassVar[Generated | None] = None  # a secret that the app makes for it, where asked
    taggable: ClassVar[bool] = True
    stirs: ClassVar[bool] = False  # how it is changes without a write: every scan has to read it
    verbs: ClassVar[tuple[str, ...]] = ("read", "write", "delete")  # what the app's role may do
    role: ClassVar[Literal["deployer", "privileged", "prober"]] = "deployer"  # of the app
    vanishes: ClassVar[bool] = False  # Azure deletes it with the resource that it lies in
    free: ClassVar[str | None] = None  # where Azure says that it costs nothing; else it has meters
    name_rule: ClassVar[str] = NETWORK_NAME  # Learn: Naming rules for Azure resources
    name_fixed: ClassVar[bool] = False  # Azure knows it by this name only
    named_by: ClassVar[str | None] = None  # the field that names it, where `names` does not
    protects: ClassVar[bool] = False  # it goes with the protection of the deployment
    amends: "ClassVar[tuple[type[Resource], ...]]" = ()  # those in whose bodies it is written too
    amended_paths: ClassVar[tuple[Path, ...]] = ()  # rules of what it writes there
    amended_by: "tuple[Resource, ...]" = ()  # set by the catalogue

    @property
    def actions(self) -> list[str]:
        """The actions that the role of the app holds for its sake."""
        return [f"{self.arm_type}/{verb}" for verb in self.verbs]

    # What it is

    def wanted(self, spec: DeploymentSpec) -> bool:
        """Whether this deployment has one, be it ours or one that is there already."""
        return True

    def made(self, spec: DeploymentSpec) -> bool:
        """Whether this deployment makes one."""
        return self.wanted(spec) and spec.existing.id_of(self.key) is None

    def name(self, spec: DeploymentSpec) -> str:
        """Its name where the spec gives it no other; for a child the last segment only."""
        raise NotImplementedError

    def named(self, spec: DeploymentSpec) -> str:
        """Its name."""
        own = self.name(spec)
        return own if self.name_fixed else spec.called(self.key, own)

    def parent_id(self, spec: DeploymentSpec) -> str | None:
        """The id of the resource that it lies in; None for a top-level type."""
        return None

    def id(self, spec: DeploymentSpec) -> str:
        """Its ARM id, known before it exists."""
        if existing := spec.existing.id_of(self.key):
            return existing
        namespace, *_, kind = self.arm_type.split("/")
        group = f"/subscriptions/{spec.subscription_id}/resourceGroups/{spec.group}"
        holder = self.parent_id(spec) or f"{group}/providers/{namespace}"
        return f"{holder}/{kind}/{self.named(spec)}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        """The desired ARM body, camelCase as on the wire, with references in place of secrets."""
        raise NotImplementedError

    def tagged_body(self, spec: DeploymentSpec) -> Json:
        """The desired body, with tags, the mark of ownership, and what was accepted of drift."""
        body = self.body(spec, Ids(self, spec))
        for other in self.amended_by:
            if other.made(spec):
                other.amend(type(self), body, other.id(spec))
        if self.taggable:
            body["tags"] = {**spec.tags, MANAGED_BY: OWNER, DEPLOYMENT: spec.name}
        for each in spec.drift.accepted:
            if each.resource == self.key:
                body = laid(body, each.path, each.value)
        return body

    def parts(self, spec: DeploymentSpec) -> Iterator[tuple[str, Json]]:
        """The ARM resources that it is, by id, each with its desired body; most are one."""
        yield self.id(spec), self.tagged_body(spec)

    def amend(self, other: "type[Resource]", body: Json, resource_id: str) -> None:
        """Write itself into the body of one that it `amends`, such as a subnet's natGateway."""
        raise NotImplementedError

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        """Where it differs from the recipe, for this spec."""
        return ()

    def advice(self, spec: DeploymentSpec) -> Iterator[Advice]:
        """Its departures, as warnings of the plan."""
        for departure in self.departures(spec):
            yield departure.advice(self.key)

    def locks(self, spec: DeploymentSpec) -> tuple[str, ...]:
        """Keys that it shares with resources ARM refuses to write at the same time."""
        return (self.lock(self.id(spec)),)

    def lock(self, resource_id: str) -> str:
        """The one of these that its id alone tells."""
        return resource_id.casefold()

    def meters(self, body: Json) -> Iterable[Meter]:
        """What one with this body costs, whether the body is desired or read."""
        return ()

    # How it is compared

    def differences(self, desired: Json, observed: Json) -> list[Change]:
        """What applying `desired` would change in `observed`."""
        return differences(desired, observed, self.paths)

    def undeclared(self, desired: Json, baseline: Json, now: Json) -> list[Change]:
        """How that which `desired` leaves open differs from what it was; both sides `settable`."""
        whole = applied(baseline, self.differences(desired, baseline))
        declared = {change["path"] for change in self.differences(desired, now)}
        found = all_differences(whole, now, self.paths)
        return [change for change in found if change["path"] not in declared]

    def succeeding(self, desired: Json, before: Json, observed: Json) -> Json:
        """The desired body, with what the one `before` it declared and it no longer does.

        What is to be absent is told as None; what has a default is told with that.
        """
        return without_dropped(desired, before, "tags")

    def refusals(
        self, spec: DeploymentSpec, changes: Iterable[Change], observed: Json
    ) -> Iterator[Advice]:
        """Which of these changes are not made, for reasons of the resource; usually none."""
        return iter(())

    def update_body(self, desired: Json, observed: Json, changes: Iterable[Change] = ()) -> Json:
        """What an update sends: desired over observed, so that nothing of others is dropped."""
        body = merged(desired, observed, self.paths)
        kept: Json = without(body, leftovers(desired, observed, self.paths))
        return kept

    def writable(self, observed: Json) -> Json:
        """A body as read, less what a PUT must not carry; the URL says id, name and type."""
        shown = {rule.at for rule in self.paths if rule.shown}
        body: Json = without_paths(without_read_only(observed), {"id", "name", "type", *shown})
        return body

    def settable(self, clients: "AzureClients", observed: Json) -> Json:
        """What of a body as read is anybody's to set, as far as the SDK knows the type."""
        taker = self.taker(clients)
        return self.writable(sendable(taker, observed) if taker else observed)

    def snapshot(self, desired: Json, observed: Json) -> Json:
        """What a plan keeps of the resource as it was."""
        return self.writable(observed)

    def fixed(self, change: Change) -> bool:
        """Whether Azure refuses this change in place, so that only a replacement helps."""
        return self.paths.fixed(change["path"], change["before"], change["after"])

    def one_way(self, change: Change) -> bool:
        """Whether Azure makes this change in place and never takes it back."""
        return self.paths.one_way(change["path"], change["before"], change["after"])

    def state(self, observed: Json) -> State:
        """Whether the resource as read has reached an end state."""
        provisioning = str((observed.get("properties") or {}).get("provisioningState", "Succeeded"))
        ended: dict[str, State] = {
            "succeeded": "succeeded",
            "failed": "failed",
            "canceled": "failed",
        }
        return ended.get(provisioning.casefold(), "inProgress")

    def health(self, observed: Json) -> Iterable[Change]:
        """What is wrong with it although it is as declared: degraded states, for drift."""
        if self.state(observed) == "failed":
            state = observed["properties"]["provisioningState"]
            yield Change(path="properties.provisioningState", before=state, after="Succeeded")

    def certainty(self, change: Change, observed: Json) -> Certainty:
        """How sure it is that applying the desired body makes exactly this change."""
        if self.state(observed) != "succeeded":
            return "unsettled"
        return "byReference" if leads_to_secret(change) else "certain"

    def disturbance(self, change: Change, observed: Json) -> str | None:
        """What those who use it notice while this is changed; None where it is nothing."""
        return self.paths.disturbance(change["path"])

    # How it is reached

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        """The SDK operation group that serves it."""
        raise NotImplementedError

    def taker(self, clients: "AzureClients") -> Callable[..., Any] | None:
        """The SDK method that takes its body; None where only the generic client does."""
        return self.operation_group(clients).begin_create_or_update

    def lister(self, clients: "AzureClients") -> Callable[[str], Iterable[Any]] | None:
        """The SDK method that lists all of its type in a group, bodies and all; usually none."""
        return None

    def read(self, clients: "AzureClients", resource_id: str) -> Response:
        """Read it."""
        return answered(self.operation_group(clients).get, *path_of(resource_id))

    def put(
        self, clients: "AzureClients", resource_id: str, body: Json, observed: Json | None
    ) -> Response:
        """Submit a body; `observed` is what is there now, None where nothing is."""
        submit = self.operation_group(clients).begin_create_or_update
        return started(submit, *path_of(resource_id), body)

    def begin_start(
        self, clients: "AzureClients", resource_id: str, observed: Json
    ) -> Response | None:
        """Start it where somebody stopped it, since it takes no write before; None otherwise."""
        return None

    def delete(self, clients: "AzureClients", resource_id: str) -> Response:
        """Submit the deletion; absence is answered 204 or 404 and is a success."""
        return started(self.operation_group(clients).begin_delete, *path_of(resource_id))

    @property
    def settles(self) -> bool:
        """Whether there is more to wait for than its operation: then it has to be read."""
        return type(self).settle is not Resource.settle

    def settle(
        self, clients: "AzureClients", body: Json, observed: Json, elapsed: timedelta
    ) -> Verdict:
        """What is still to wait for once ARM calls the resource Succeeded; usually nothing."""
        return SETTLED


def edges(resource: Resource | type[Resource]) -> list[str]:
    """Keys of what must stand before it: its group, what it declares, and what amends it."""
    group = [] if resource.key == RESOURCE_GROUP else [RESOURCE_GROUP]
    declared = [dependency.key for dependency in resource.depends_on]
    return group + declared + [other.key for other in resource.amended_by]
