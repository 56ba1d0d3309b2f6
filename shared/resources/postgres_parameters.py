"""The parameters of the server: one resource for all, as the server takes one write at a time.

Each parameter is an ARM resource of its own, but it can neither be created nor deleted, and those
that need a restart need one between them. So this one reads them in a single call, sets those that
differ one after the other, and restarts once at the end. Undoing it is the same with other values.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from shared.deployment.changes.paths import join
from shared.deployment.messages import Advice, Certainty, Change, Json
from shared.deployment.specs.checks.server_parameters import FALSE, TRUE, allows
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.departures import Departure
from shared.resources.ids import Ids
from shared.resources.postgres_server import PostgresServer
from shared.resources.postgres_sizes import memory_gib
from shared.resources.postgres_tuning import tuned
from shared.resources.sdk_calls import Answer, Response, path_of, started
from shared.resources.settling import SETTLED, State, Verdict
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

CONNECTIONS_PER_GIB = 107.4  # 859 for 8 GiB, 5,000 at most
SETTING = seconds(30)  # 10-60 s each, strictly one at a time (terraform-provider-azurerm)
RESTARTING = seconds(90)  # 1-2 min (Learn: restart a flexible server)
RESTART = "the server restarts once for all of them and cuts every session, for a minute or two"
UNITED = frozenset({"shared_preload_libraries", "azure.extensions"})
"""Lists of the server to which we add; replacing them would drop what it loads by itself."""

LOADED = {"shared_preload_libraries": ("pg_cron", "pg_stat_statements")}
"""What a list holds of itself (Learn: server parameters, shared library preloading)."""

MOST = 200  # characters of a value, or of what is allowed, in a message


class PostgresParameters(Resource):
    """What the spec sets on the server, in one step with one restart at its end.

    Body: ``{"properties": {name: value}}``, where a list means "at least these elements".

    Departs from the recipe: static parameters are followed by the restart that they need, and
    shared_preload_libraries keeps what the server loads already.
    """

    key = "postgres-parameters"
    arm_type = "Microsoft.DBforPostgreSQL/flexibleServers/configurations"
    verbs = ("read", "write")  # they go with their server
    free = "https://azure.microsoft.com/pricing/details/postgresql"
    depends_on: ClassVar[tuple[type[Resource], ...]] = (PostgresServer,)
    # two parameters and a restart
    timing = Timing(create=2 * SETTING + RESTARTING, delete=seconds(1), timeout=minutes(60))
    first_leg = SETTING
    taggable = False
    named_by = "postgres.parameters"

    def name(self, spec: DeploymentSpec) -> str:
        return "configurations"

    def id(self, spec: DeploymentSpec) -> str:
        return f"{PostgresServer().id(spec)}/configurations"  # the collection has no other name

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        given = {**tuned(spec), **spec.postgres.parameters}
        united = {name: _elements(given[name]) for name in given if name in UNITED}
        return {"properties": {**given, **united}}

    def parts(self, spec: DeploymentSpec) -> Iterator[tuple[str, Json]]:
        """One for each parameter; a list replaces that of the server, so it holds what that has."""
        for name, value in self.body(spec, Ids(self, spec))["properties"].items():
            whole = [*LOADED.get(name, ()), *value] if isinstance(value, list) else [value]
            text = ",".join(dict.fromkeys(whole))
            body = {"properties": {"value": text, "source": "user-override"}}
            yield f"{self.id(spec)}/{name}", body

    def lock(self, resource_id: str) -> str:
        return super().lock(resource_id.rpartition("/")[0])  # the server takes one write at a time

    def differences(self, desired: Json, observed: Json) -> list[Change]:
        there = observed.get("properties") or {}
        return [
            Change(path=join("properties", name), before=there.get(name), after=value)
            for name, value in _left(desired, observed).items()
        ]

    def undeclared(self, desired: Json, baseline: Json, now: Json) -> list[Change]:
        """What nobody declared and somebody set; a default may move with the size of the server."""
        there, defaults, texts = now["properties"], now["defaults"], set(now["texts"])
        return [
            Change(path=join("properties", name), before=there[name], after=value)
            for name, value in baseline["properties"].items()
            if name not in desired["properties"] and name in there
            if there[name] != defaults.get(name)
            and not _same(value, there[name], verbatim=name in texts)
        ]

    def settable(self, clients: "AzureClients", observed: Json) -> Json:
        return {name: observed[name] for name in ("properties", "defaults", "texts")}

    def succeeding(self, desired: Json, before: Json, observed: Json) -> Json:
        """What is no longer declared goes back to its default, and elements that we added go."""
        given, old = desired["properties"], before["properties"]
        defaults = observed.get("defaults") or {}
        there = observed.get("properties") or {}
        dropped = {name: defaults[name] for name in old if name not in given and name in defaults}
        for name in UNITED & given.keys() & old.keys() & there.keys():
            kept = {e.casefold() for e in [*given[name], *_elements(defaults.get(name, ""))]}
            gone = {e.casefold() for e in old[name]} - kept
            left = [e for e in _elements(there[name]) if e.casefold() not in gone]
            if gone & {e.casefold() for e in _elements(there[name])}:
                dropped[name] = _united(given[name], ",".join(left))
        return {"properties": {**given, **dropped}}

    def update_body(self, desired: Json, observed: Json, changes: Iterable[Change] = ()) -> Json:
        return desired

    def refusals(
        self, spec: DeploymentSpec, changes: Iterable[Change], observed: Json
    ) -> Iterator[Advice]:
        """What the server would not take, by its own word."""
        allowed, there = observed.get("allowed", {}), observed.get("properties", {})
        for change in changes if there else ():
            name = _name(change)
            target, value = f"{self.named_by}.{name}", _text(change["after"])
            if name not in there:
                message = f"the server lets nobody set a parameter {name}: leave it out"
                yield Advice(code="ParameterUnknown", message=message, target=target)
                continue
            kind, taken = allowed.get(name, ("String", ""))
            if not allows(kind, taken, value):
                message = f"{name} takes {taken[:MOST]} here, not {value[:MOST]}"
                yield Advice(code="ParameterValueInvalid", message=message, target=target)

    def snapshot(self, desired: Json, observed: Json) -> Json:
        there, names = observed.get("properties") or {}, desired.get("properties") or {}
        return {"properties": {name: there[name] for name in names if name in there}}

    def state(self, observed: Json) -> State:
        return "succeeded"

    def health(self, observed: Json) -> Iterable[Change]:
        for name in observed.get("pendingRestart", []):
            yield Change(path=f"properties.{name}", before="pending restart", after="in effect")

    def certainty(self, change: Change, observed: Json) -> Certainty:
        sure = super().certainty(change, observed)
        return "afterRestart" if sure == "certain" and _is_static(change, observed) else sure

    def disturbance(self, change: Change, observed: Json) -> str | None:
        return RESTART if _is_static(change, observed) else None

    def read(self, clients: "AzureClients", resource_id: str) -> Response:
        """All parameters that can be set; which of them need, and which wait for, a restart."""
        listed = clients.postgres.configurations.list_by_server(*path_of(resource_id))
        found = [(item.name, item.properties) for item in listed if item.properties]
        values = {name: _text(p.value) for name, p in found if not p.is_read_only}
        waiting = [name for name, p in found if p.is_config_pending_restart]
        static = [name for name, p in found if not p.is_dynamic_config]
        defaults = {name: _text(p.default_value) for name, p in found if name in values}
        free = {str(name) for name, p in found if p.data_type == "String"} - UNITED
        more = {
            "pendingRestart": waiting,
            "static": static,
            "defaults": defaults,
            "texts": sorted(free),
            "allowed": {n: [p.data_type, p.allowed_values] for n, p in found if p.allowed_values},
        }
        return Answer(200, {"id": resource_id, "properties": values, **more})

    def put(
        self, clients: "AzureClients", resource_id: str, body: Json, observed: Json | None
    ) -> Response:
        """Set the first parameter that differs; `settle` goes on from there."""
        there = self.read(clients, resource_id).json() if observed is None else observed
        left = _left(body, there)
        if not left:
            return Answer(200, there)
        return _set(clients, resource_id, *next(iter(left.items())))

    def delete(self, clients: "AzureClients", resource_id: str) -> Response:
        """Nothing to do: parameters go with their server."""
        return Answer(204, {})

    def settle(
        self, clients: "AzureClients", body: Json, observed: Json, elapsed: timedelta
    ) -> Verdict:
        """Set the next parameter, or restart once for all that wait for it."""
        resource_id = observed["id"]
        for name, value in _left(body, observed).items():
            return Verdict(
                "inProgress", submitted=_set(clients, resource_id, name, value), leg=SETTING
            )
        if set(body["properties"]) & set(observed["pendingRestart"]):
            restart = started(clients.postgres.servers.begin_restart, *path_of(resource_id))
            return Verdict("inProgress", submitted=restart, leg=RESTARTING)
        return SETTLED

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        given = spec.postgres.parameters
        if "max_connections" in given:
            yield Departure(
                "step 2",
                "MaxConnectionsNeedsRestart",
                f"max_connections takes effect after a restart, which is made once, after all "
                f"parameters; mind that {given['max_connections']} may be below the default of the "
                "size (859 for two vCores), of which 15 are reserved",
            )
        if "shared_preload_libraries" in given:
            yield Departure(
                "step 2",
                "PreloadLibrariesAreAdded",
                "setting shared_preload_libraries replaces the whole list and drops what the "
                "server loads by default, pg_cron for one: the libraries named are added to it",
            )


def most_connections(spec: DeploymentSpec) -> int:
    """How many connections the server takes: as declared, else the default of its size.

    https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-limits
    """
    if (given := spec.postgres.parameters.get("max_connections", "")).isdecimal():
        return int(given)
    if spec.postgres.sku.casefold() == "standard_b1ms":
        return 50
    return min(5000, int(CONNECTIONS_PER_GIB * memory_gib(spec.postgres.sku)))


def _is_static(change: Change, observed: Json) -> bool:
    """Whether this parameter is used only after a restart; a name with a dot stands in quotes."""
    return _name(change) in observed.get("static", [])


def _name(change: Change) -> str:
    return change["path"].removeprefix("properties.").strip('"')


def _set(clients: "AzureClients", resource_id: str, name: str, value: str) -> Response:
    configuration = {"properties": {"value": value, "source": "user-override"}}
    submit = clients.postgres.configurations.begin_update
    return started(submit, *path_of(resource_id), name, configuration)


def _left(desired: Json, observed: Json) -> dict[str, str]:
    """What is still to be set: parameters with their new values, in the order declared."""
    there = {name: _text(value) for name, value in (observed.get("properties") or {}).items()}
    targets = {
        name: _united(value, there.get(name)) if isinstance(value, list) else str(value)
        for name, value in (desired.get("properties") or {}).items()
    }
    texts = set(observed.get("texts", []))
    return {
        name: value
        for name, value in targets.items()
        if not _same(value, there.get(name), verbatim=name in texts)
    }


def _united(elements: Iterable[str], there: str | None) -> str:
    present = _elements(there or "")
    known = {element.casefold() for element in present}
    return ",".join([*present, *(e for e in elements if e.casefold() not in known)])


def _same(desired: str, observed: str | None, *, verbatim: bool) -> bool:
    """Whether two values mean the same to PostgreSQL; free text, such as a log prefix, has case."""
    if observed is None:
        return False
    if verbatim:
        return desired == observed
    one, other = desired.strip().casefold(), observed.strip().casefold()
    if "," in one or "," in other:
        return set(_elements(one)) == set(_elements(other))
    pair = {one, other}
    return one == other or pair <= TRUE or pair <= FALSE or _number(one) == _number(other)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _elements(text: str) -> list[str]:
    return [element.strip() for element in text.split(",") if element.strip()]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return "" if value is None else str(value)
