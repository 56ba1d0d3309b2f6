"""What a test or a demo does to the cloud behind Azure's back.

A process that hosts the emulator calls these methods directly; control_routes.py serves them.
"""

from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from local.arm_emulator.cloud import Cloud
from local.arm_emulator.engine.writes import store_change
from local.arm_emulator.providers.network.gateways.express_route import (
    ExpressRouteCircuits,
    circuit_body,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.faults import Fault
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import Caller, Json, Request, clone
from local.arm_emulator.wire.resource_ids import ResourceId, required_id
from local.clock import VirtualClock

_FAULT = TypeAdapter(Fault)


class Control:
    """Direct access to a cloud; safe to call from any thread."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def resources(self, type_name: str = "", group: str = "") -> list[Json]:
        """Full bodies of everything that exists, as a GET shows them; by type or group if given."""
        with self.cloud.lock:
            self.cloud.operations.settle(self.cloud.clock.now())
            return [
                self.cloud.types.show(each)
                for each in self.cloud.store.resources.values()
                if (not type_name or each.id.type.lower() == type_name.lower())
                and (not group or each.id.group.lower() == group.lower())
            ]

    def calls(self, **wanted: str) -> list[Json]:
        """Every request made so far; `wanted` filters by equal values, such as method="PUT"."""
        with self.cloud.lock:
            records = [each.as_json() for each in self.cloud.calls]
        return [
            each
            for each in records
            if all(_lowered(each).get(k.lower()) == v.lower() for k, v in wanted.items())
        ]

    def operations(self) -> list[Json]:
        """Every long-running operation with its planned or real end."""
        with self.cloud.lock:
            self.cloud.operations.settle(self.cloud.clock.now())
            return [
                {
                    "id": each.id,
                    "target": each.target,
                    "type": each.type,
                    "kind": each.kind,
                    "status": each.status,
                    "started": each.started.isoformat(),
                    "ends": each.ends.isoformat() if each.ends else None,
                    "polls": each.polls,
                    "caller": each.caller,
                    "error": each.error,
                }
                for each in self.cloud.operations.all.values()
            ]

    def fail(self, **fault: Any) -> int:
        """Put a fault in force (the fields of `Fault`); returns its number.

        Raises:
            ValueError: a field is none, or has a value of another type.
        """
        known = {each.name for each in fields(Fault)} - {"id", "seen", "struck"}
        if unknown := set(fault) - known:
            raise ValueError(f"a fault has no {sorted(unknown)}; it has {sorted(known)}")
        with self.cloud.lock:
            return self.cloud.faults.add(_FAULT.validate_python(fault)).id

    def faults(self) -> list[Json]:
        """The faults in force, with how often each has been seen and has struck."""
        return [asdict(each) for each in self.cloud.faults.all]

    def clear_faults(self) -> None:
        """Take every fault away."""
        with self.cloud.lock:
            self.cloud.faults.clear()

    def release(self, operation_id: str, status: str = "Succeeded") -> None:
        """End a running (or stuck) operation now."""
        with self.cloud.lock:
            operation = self.cloud.operations.all[operation_id]
            if operation.running:
                error = None
                if status != "Succeeded":
                    error = {"code": "OperationReleased", "message": "Ended on request."}
                self.cloud.operations.end(operation, self.cloud.clock.now(), status, error=error)
                self.cloud.journal.save(self.cloud)

    def put(self, resource_id: str, body: Json) -> Json:
        """Create something that is there beforehand, ready, without checks of the body's shape.

        Its group (and subscription) come into being as well. A circuit starts from a good one.
        """
        with self.cloud.lock:
            target = required_id(resource_id)
            body = clone(body)
            type_, stored, collection = self.cloud.types.resolve(target)
            if collection:
                return self._put_child(stored, collection, target.name, body)
            if isinstance(type_, ExpressRouteCircuits):
                body = circuit_body(body)
            self._ensure_group(target, body)
            now = self.cloud.clock.now()
            prior = self.cloud.store.get(stored.key)
            change = Change(self.cloud, stored, str(stored), body, body, prior, None, now)
            resource = store_change(self.cloud, type_, change)
            type_.stamp(resource, "Succeeded")
            type_.written(resource, None, now)
            self.cloud.store.put(resource)
            self.cloud.journal.save(self.cloud)
            return self.cloud.types.show(resource)

    def _put_child(self, owner: ResourceId, collection: str, name: str, body: Json) -> Json:
        """A named child is put by putting its owner with it."""
        known = self.cloud.store.get(owner.key)
        if known is None:
            raise self.cloud.not_found(owner)
        whole = clone(known.body)
        items = whole["properties"].setdefault(collection, [])
        items[:] = [each for each in items if each["name"].lower() != name.lower()]
        items.append({"properties": {}, **body, "name": name})
        self.put(str(owner), whole)
        found = self.cloud.view(str(owner.child(collection, name)))
        assert found is not None  # noqa: S101 - it has just been put
        return found

    def edit(self, resource_id: str, changes: Json, caller: str = "somebody-else") -> Json:
        """Change a resource at once, as another principal would: a merge of `changes`.

        A value of None removes a key; lists are replaced. Read-only values may be set as well.
        """
        with self.cloud.lock:
            target = required_id(resource_id)
            type_, stored, collection = self.cloud.types.resolve(target)
            resource = self.cloud.store.get(stored.key)
            node = self.cloud.store.find(str(target))
            if resource is None or node is None:
                raise self.cloud.not_found(target)
            self.cloud.moment = self.cloud.clock.now()
            _merge(node, clone(changes))
            resource.version += 1
            resource.changed = self.cloud.clock.now()
            type_.dress(resource)
            self.cloud.store.put(resource)
            self._log("PATCH" if not collection else "PUT", target, changes, caller)
            self.cloud.journal.save(self.cloud)
            return self.cloud.types.show(resource)

    def remove(self, resource_id: str, caller: str = "somebody-else") -> None:
        """Delete a resource at once, as another principal would, without asking who uses it."""
        with self.cloud.lock:
            target = required_id(resource_id)
            _, stored, collection = self.cloud.types.resolve(target)
            resource = self.cloud.store.get(stored.key)
            if resource is None:
                return
            if collection:
                items = resource.properties.get(collection) or []
                low = target.name.lower()
                resource.properties[collection] = [i for i in items if i["name"].lower() != low]
                self.cloud.store.put(resource)
            else:
                self.cloud.moment = self.cloud.clock.now()
                self.cloud.remove(resource, self.cloud.moment)
            self._log("DELETE", target, None, caller)
            self.cloud.journal.save(self.cloud)

    def set_secret(self, name: str, value: str) -> None:
        """Store a secret in the vault."""
        with self.cloud.lock:
            self.cloud.keyvault.set(name, value)
            self.cloud.journal.save(self.cloud)

    def set_certificate(self, name: str, cer: str, policy: Json | None = None) -> None:
        """Store a certificate in the vault: base64 of its DER form, and the policy of its key."""
        with self.cloud.lock:
            self.cloud.keyvault.set_certificate(name, cer, policy or {})
            self.cloud.journal.save(self.cloud)

    def set_durations(self, durations: Json) -> None:
        """Seconds by ``<ARM type>|<create, update, delete or action>``."""
        with self.cloud.lock:
            self.cloud.settings.durations = {**self.cloud.settings.durations, **durations}

    def settings(self, changes: Json | None = None) -> Json:
        """The settings, after changing those that are given."""
        with self.cloud.lock:
            for name, value in (changes or {}).items():
                if not hasattr(self.cloud.settings, name):
                    raise ValueError(f"there is no setting {name}")
                setattr(self.cloud.settings, name, value)
            return asdict(self.cloud.settings)

    def advance(self, seconds: float) -> Json:
        """Move a virtual clock; what is due by then has happened when this returns."""
        clock = self.cloud.clock
        if not isinstance(clock, VirtualClock):
            raise ValueError("only a virtual clock can be moved")
        with self.cloud.lock:
            clock.advance(timedelta(seconds=seconds))
            self.cloud.operations.settle(clock.now())
            self.cloud.journal.save(self.cloud)
        return self.clock()

    def clock(self) -> Json:
        """The present, and when the next operation ends."""
        with self.cloud.lock:
            now = self.cloud.clock.now()
            self.cloud.operations.settle(now)
            next_end = self.cloud.operations.next_end()
        ends = next_end.isoformat() if next_end else None
        return {"now": now.isoformat(), "clock": str(self.cloud.clock), "nextEnd": ends}

    def reset(self) -> None:
        """Forget everything."""
        self.cloud.reset()

    def _ensure_group(self, target: ResourceId, body: Json) -> None:
        if not target.group:
            return
        known = {each.lower() for each in self.cloud.subscriptions}
        if target.subscription.lower() not in known:
            self.cloud.subscriptions.append(target.subscription)
        if self.cloud.store.get(target.group_key) is None:
            where = body.get("location", "eastus")
            place = "eastus" if canonical(str(where)) == "global" else where
            group = f"/subscriptions/{target.subscription}/resourceGroups/{target.group}"
            self.put(group, {"location": place})

    def _log(self, method: str, target: ResourceId, body: Any, caller: str) -> None:
        oid = self.cloud.identity.guid("principal", caller)
        request = Request(method, str(target), body=body)
        call = Call(self.cloud.next_number, request, self.cloud.clock.now())
        call.caller = Caller(oid, self.cloud.settings.tenant_id, caller)
        call.type, call.name, call.target, call.status = (
            target.type,
            target.name,
            str(target),
            200,
        )
        call.correlation = self.cloud.identity.guid("correlation", call.number)
        self.cloud.calls.append(call)


def _lowered(record: Json) -> dict[str, str]:
    return {key.lower(): str(value).lower() for key, value in record.items()}


def _merge(node: Json, changes: Json) -> None:
    for key, value in changes.items():
        if value is None:
            node.pop(key, None)
        elif isinstance(value, dict) and isinstance(node.get(key), dict):
            _merge(node[key], value)
        else:
            node[key] = value
