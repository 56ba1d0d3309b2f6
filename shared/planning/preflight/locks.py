"""Management locks: those that forbid what a deployment writes, and those that forbid undoing it.

https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
"""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache, partial

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from shared.deployment.messages import Json
from shared.deployment.resource_id import within
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.findings import Finding, Subject, refused, warned
from shared.resources.base import RESOURCE_GROUP

# Those at a scope and above it, not those of single resources below it.
PATH = "/providers/Microsoft.Authorization/locks?api-version=2020-05-01&$filter=atScope()"
ZONE = "private-dns-zone"


def check_locks(subject: Subject) -> Iterator[Finding]:
    """Locks on the group and the zone of the server, on the circuit, and on the zone of an alias.

    What holds at a zone includes what holds at its group; where there is no zone yet, that of the
    group counts, and where there is no group, that of the subscription.
    """
    there = {ZONE: subject.id(ZONE), RESOURCE_GROUP: subject.group_id}
    scopes = [scope for key, scope in there.items() if not subject.creates(key)]
    circuit, of_circuit = subject.spec.circuit_id, cache(partial(_locks, subject))
    if subject.spec.express_route.authorization_key is not None:
        circuit = None  # it may be in a tenant that the app cannot see
    found = _first(subject, *scopes)
    if found is None and circuit and within(circuit, subject.subscription):
        with suppress(HttpResponseError):  # that is told below
            found = [
                k for k in of_circuit(circuit) if _holder(k) == subject.subscription.casefold()
            ]
    yield from judge_locks(subject.spec, _or_those_above(subject, found))
    if circuit:
        yield from judge_circuit_locks(of_circuit(circuit))
    if alias := subject.spec.gateway.alias:
        yield from judge_alias_locks(_or_those_above(subject, _first(subject, alias.zone_id)))
    if network := subject.spec.existing.virtual_network:
        found = _or_those_above(subject, _first(subject, network))
        yield from judge_outer_locks(found, "existing.virtualNetwork", what="a subnet of ours")


def _first(subject: Subject, *scopes: str) -> list[Json] | None:
    """The locks at the first of these scopes that there is; None where there is none."""
    for scope in scopes:
        try:
            return _locks(subject, scope)
        except ResourceNotFoundError:
            continue
    return None


def _or_those_above(subject: Subject, found: list[Json] | None) -> list[Json]:
    return _locks(subject, subject.subscription) if found is None else found


def _locks(subject: Subject, scope: str) -> list[Json]:
    return list(subject.read(f"{scope}{PATH}")["value"])


def judge_locks(spec: DeploymentSpec, locks: list[Json]) -> Iterator[Finding]:
    """A lock that forbids writes, or a rollback; and one that breaks a failover."""
    for lock in locks:
        name, level = lock["name"], lock["properties"]["level"]
        if level == "ReadOnly":
            text = f"the lock {name} makes {_scope(lock)} read-only: remove it"
            yield refused("ScopeLocked", "resourceGroup", text)
        elif spec.postgres.high_availability != "Disabled":
            # https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private
            text = (
                f"the lock {name} on {_scope(lock)} keeps a failover from changing the record of "
                "the server: remove it, or set postgres.highAvailability to Disabled"
            )
            yield refused("LockBreaksFailover", "postgres.highAvailability", text)
        else:
            text = (
                f"the lock {name} forbids deletions in {_scope(lock)}: a rollback or destroy "
                "would leave residue"
            )
            yield warned("ScopeLocked", "resourceGroup", text)


def judge_circuit_locks(locks: list[Json]) -> Iterator[Finding]:
    """A lock under which the circuit takes no connection."""
    for lock in locks:
        if lock["properties"]["level"] == "ReadOnly":
            text = f"the lock {lock['name']} makes the circuit read-only: remove it"
            yield refused("ScopeLocked", "expressRoute.circuitId", text)


def judge_alias_locks(locks: list[Json]) -> Iterator[Finding]:
    """A lock under which the zone of the alias takes no record, or keeps it for ever."""
    return judge_outer_locks(locks, "gateway.alias.zoneId", what="the record of the alias")


def judge_outer_locks(locks: list[Json], target: str, *, what: str) -> Iterator[Finding]:
    """A lock under which something of others takes nothing of ours, or keeps it for ever."""
    for lock in locks:
        if lock["properties"]["level"] == "ReadOnly":
            text = f"the lock {lock['name']} makes it read-only, which forbids {what}: remove it"
            yield refused("ScopeLocked", target, text)
        else:
            text = f"the lock {lock['name']} keeps {what} from being removed again"
            yield warned("ScopeLocked", target, text)


def _scope(lock: Json) -> str:
    """Where a lock lies: the name of the group, zone or subscription."""
    return _holder(lock).rpartition("/")[2]


def _holder(lock: Json) -> str:
    """What a lock lies on, without case."""
    return str(lock["id"]).casefold().partition("/providers/microsoft.authorization/")[0]
