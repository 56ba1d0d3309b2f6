"""The emulated cloud: one object that turns a request into a response.

Longer than most modules: it is where everything meets, and what providers ask of the cloud.

It is given its clock and its seed and reads nothing else; no sockets, no threads, no timers. A lock
makes direct calls from other threads safe.
"""

import random
import threading
from datetime import datetime, timedelta
from functools import partial

from local.arm_emulator.engine.dispatch import serve_resource
from local.arm_emulator.engine.endings import finish
from local.arm_emulator.engine.polling import describe_poll
from local.arm_emulator.providers import ROUTES, TYPES
from local.arm_emulator.settings import Settings
from local.arm_emulator.state.calls import Call, describe
from local.arm_emulator.state.faults import Fault, Faults
from local.arm_emulator.state.identity import Identity
from local.arm_emulator.state.operations import Operation, Operations
from local.arm_emulator.state.persistence import Journal
from local.arm_emulator.state.references import Reference
from local.arm_emulator.state.store import Resource, Store
from local.arm_emulator.state.throttle import Throttle
from local.arm_emulator.state.vault import KeyVault
from local.arm_emulator.types.registry import Types
from local.arm_emulator.wire.messages import ArmError, Request, Response
from local.arm_emulator.wire.names import ANY_NAME
from local.arm_emulator.wire.resource_ids import ResourceId, group_key, parse_id
from local.arm_emulator.wire.router import Router
from local.clock import Clock


class Cloud:
    """Azure, as far as it is emulated."""

    child_name_rule = ANY_NAME

    def __init__(
        self, *, clock: Clock, seed: int, settings: Settings, state: str | None = None
    ) -> None:
        self.clock = clock
        self.seed = seed
        self.settings = settings
        self.url = "https://localhost"  # set by the edge once it listens
        self.lock = threading.RLock()
        self.identity = Identity(seed=seed, tenant_id=settings.tenant_id)
        self.router = Router(ROUTES)
        self.journal = Journal(state)
        self._start_anew()
        self.journal.load(self)

    def _start_anew(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - reproducible, not secret
        self.store = Store(self._let_linger)
        self.moment = self.clock.now()  # of the request or of the operation that ends
        self.operations = Operations(seed=self.seed, finish=partial(finish, self))
        self.faults = Faults()
        self.throttle = Throttle(self.settings)
        self.keyvault = KeyVault(self)
        self.calls: list[Call] = []
        self.subscriptions = [self.settings.subscription_id, *self.settings.other_subscriptions]
        self.types = Types(self, TYPES)

    def reset(self) -> None:
        """Forget everything that happened; clock, seed and settings stay."""
        with self.lock:
            self.journal.clear()
            self._start_anew()

    # --- a request ------------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request; its effects are on disk before it returns."""
        with self.lock:
            now = self.clock.now()
            self.operations.settle(now)
            self.moment = now
            response = self.serve(Call(self.next_number(), request, now))
            self.journal.save(self)
            return response

    def serve(self, call: Call) -> Response:
        """Answer a call and record it; one that has a caller already is made by a deployment."""
        request = call.request
        call.correlation = (
            call.correlation
            or request.headers.get("x-ms-correlation-request-id")
            or self.identity.guid("correlation", call.number)
        )
        response = self._answer(call)
        call.status = response.status
        response.headers = call.headers | response.headers
        if "Retry-After" in response.headers:
            pause = float(response.headers["Retry-After"]) * self.settings.retry_after_factor
            response.headers["Retry-After"] = str(max(1, round(pause)))
        response.headers.setdefault("x-ms-request-id", self.identity.guid("request", call.number))
        response.headers.setdefault("x-ms-correlation-request-id", call.correlation)
        body = request.body if call.writes else None  # what the record keeps
        call.request = Request(request.method, request.path, body=body)
        self.calls.append(call)
        return response

    def next_number(self) -> int:
        """The number of the next call."""
        return self.calls[-1].number + 1 if self.calls else 1

    def _answer(self, call: Call) -> Response:
        try:
            return self._serve(call)
        except ArmError as refusal:
            call.code = refusal.code
            return refusal.response()

    def _serve(self, call: Call) -> Response:
        request = call.request
        if request.path.lower().startswith(("/secrets", "/certificates")):
            return self.keyvault.serve(call)
        found = self.router.find(call.method, request.path)
        if found is not None and not found[0].api_version:
            return found[0].handler(self, call, **found[1])
        call.caller = call.caller or self.identity.authenticate(request.headers, self.url)
        describe(call)
        describe_poll(self, call)
        call.fault = fault = self.faults.strike(call)
        if fault is not None:
            if fault.reset == "before":
                return Response(0, dropped=True, delay_seconds=fault.delay_seconds)
            fault.refuse()
        self.throttle.take(call)
        if "api-version" not in request.query:
            message = (
                "The api-version query parameter (?api-version=) is required for all requests."
            )
            raise ArmError(400, "MissingApiVersionParameter", message)
        self._require_subscription(request.path)
        response = found[0].handler(self, call, **found[1]) if found else serve_resource(self, call)
        if fault is not None:
            fault.mark(response)
            response.delay_seconds = fault.delay_seconds
        return response

    # --- what providers and writes ask of it ----------------------------------------------------

    def start(
        self,
        call: Call | None,
        target: str,
        kind: str,
        *,
        seconds: float,
        key: str,
        holds: dict[str, str],
    ) -> Operation:
        """Start a long-running operation on a stored resource."""
        named = parse_id(target)
        type_name = named.type if named else ""
        resource = self.store.get(key)
        now = call.time if call else self.clock.now()
        fault = call.fault if call else None
        operation = Operation(
            id=self.operations.new_id(target, kind),
            key=key,
            target=target,
            type=type_name,
            kind=kind,
            location=str((resource.body.get("location") if resource else "") or "global"),
            caller=call.caller.object_id if call and call.caller else "",
            started=now,
            ends=now + self._length(target, type_name, kind, seconds, fault),
            holds=holds,
        )
        if fault is not None:
            fault.spoil(operation)
        if call is not None:
            call.operation = operation.id
        return self.operations.add(operation)

    def _length(
        self, target: str, type_name: str, kind: str, seconds: float, fault: Fault | None
    ) -> timedelta:
        if fault is not None and fault.fails_after_seconds is not None:
            return timedelta(seconds=fault.fails_after_seconds)
        typical = self.settings.durations.get(f"{type_name}|{kind}", seconds)
        return self.operations.duration(target, kind, typical, self.settings)

    def running(self, resource: Resource) -> Operation | None:
        """The operation that runs on a resource now."""
        if resource.operation is None:
            return None
        found = self.operations.all.get(resource.operation)
        return found if found is not None and found.running else None

    def remove(self, resource: Resource, now: datetime) -> None:
        """Take a resource and what is stored below it out of the cloud."""
        for child in self.store.children(resource.key):
            self.store.remove(child.key)
        type_ = self.types.get(resource.id.type)
        self.store.remove(resource.key)
        if type_ is not None:
            type_.deleted(resource, now)

    def _let_linger(self, reference: Reference) -> None:
        """A lost reference still blocks the deletion of its target: Azure's index lags behind."""
        owner = self.types.get(self.store.owner_type(reference.target))
        if owner is not None and owner.lag:
            span = timedelta(seconds=float(getattr(self.settings, owner.lag)))
            if span:
                self.store.linger(reference, self.moment + span)

    def require_group(self, subscription: str, group: str) -> Resource:
        """The resource group, or Azure's 404."""
        found = self.store.get(group_key(subscription, group))
        if found is None:
            message = f"Resource group '{group}' could not be found."
            raise ArmError(404, "ResourceGroupNotFound", message)
        return found

    def check_gates(self, call: Call, target: ResourceId) -> None:
        """What stands before every write: the group exists and lives, locks, policies."""
        if target.group:
            group = self.require_group(target.subscription, target.group)
            if group.state == "Deleting":
                message = (
                    f"The resource group '{target.group}' is in deprovisioning state and cannot "
                    "perform this operation."
                )
                raise ArmError(409, "ResourceGroupBeingDeleted", message)
        for type_ in self.types.all():
            gate = getattr(type_, "gate", None)
            if gate is not None:
                gate(call, target)

    def check_link(self, call: Call, target: ResourceId, linked: ResourceId) -> None:
        """What stands before every reference from one resource to another: permissions."""
        for type_ in self.types.all():
            gate = getattr(type_, "link_gate", None)
            if gate is not None:
                gate(call, target, linked)

    def not_found(self, target: ResourceId, *, inside: bool = False) -> ArmError:
        """Azure's 404 for a resource; `inside` for a named child in its parent's body."""
        if target.group:
            self.require_group(target.subscription, target.group)
        if target.type == "Microsoft.Resources/resourceGroups":
            message = f"Resource group '{target.name}' could not be found."
            return ArmError(404, "ResourceGroupNotFound", message)
        if inside:
            return ArmError(404, "NotFound", f"Resource {target} not found.")
        if target.parent is not None and self.store.get(target.parent.key) is None:
            return self.parent_not_found(target)
        path = "/".join((target.namespace, *_pairs(target)))
        message = (
            f"The Resource '{path}' under resource group '{target.group}' was not found. "
            "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        )
        headers = {"x-ms-failure-cause": "gateway"}
        return ArmError(404, "ResourceNotFound", message, headers=headers)

    def parent_not_found(self, target: ResourceId) -> ArmError:
        """Azure's 404 for a child whose parent is absent."""
        message = (
            f"Can not perform requested operation on nested resource. Parent resource "
            f"'{target.names[0]}' not found."
        )
        headers = {"x-ms-failure-cause": "gateway"}
        return ArmError(404, "ParentResourceNotFound", message, headers=headers)

    def check_api_version(self, target: ResourceId, version: str) -> None:
        """Refuse a type that is not known, and a version that its provider does not have."""
        type_, _, _ = self.types.resolve(target)
        if self.settings.strict_api_versions and version not in type_.api_versions:
            message = (
                f"No registered resource provider found for location and API version '{version}' "
                f"for type '{'/'.join(target.types)}'. The supported api-versions are "
                f"'{', '.join(type_.api_versions)}'."
            )
            raise ArmError(400, "NoRegisteredProviderFound", message)

    def _require_subscription(self, path: str) -> None:
        parts = path.strip("/").split("/")
        if parts[0].lower() == "subscriptions" and len(parts) > 1:
            known = {each.lower() for each in self.subscriptions}
            if parts[1].lower() not in known:
                message = f"The subscription '{parts[1]}' could not be found."
                raise ArmError(404, "SubscriptionNotFound", message)


def _pairs(target: ResourceId) -> list[str]:
    pairs: list[str] = []
    for type_name, name in zip(target.types, target.names, strict=True):
        pairs += [type_name, name]
    return pairs
