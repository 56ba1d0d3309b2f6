"""The world of one process, stopped and gone back to at any durable change."""

import json
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from local.arm_emulator.emulator import ArmEmulator
from local.arm_emulator.state.snapshots import go_back, take_snapshot
from local.azurite import Azurite
from local.clock import VirtualClock
from local.functions_host.errors import HostKilled
from local.functions_host.host import FunctionsHost
from local.functions_host.store.tables import Store
from local.world import World, azure_of
from simulations.crashes.endings import settled
from simulations.crashes.moments import Moment, packed, unpacked
from simulations.crashes.scenarios import Request, Scenario
from simulations.crashes.tables import Entities, Gate, Tables

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
Changed = Callable[[Moment], bool]

LONG = timedelta(hours=12)  # every operation has ended by then
PATIENCE = 600  # real seconds, for a machine with other things to do
ANOTHER_COMES = timedelta(minutes=2)  # later than the grace of a claim


class CrashingWorld(World):
    """Everything that lasts, with the host that works on it."""

    def __init__(self, stack: ExitStack) -> None:
        clock = VirtualClock()
        storage = stack.enter_context(Azurite())
        self._tables = Tables(storage)
        gate = stack.enter_context(Gate(storage, self._table_written))
        azure = stack.enter_context(
            ArmEmulator(clock=clock, settings=azure_of(ROOT), boundary=self._azure_written)
        )
        super().__init__(
            ROOT,
            azure=azure,
            storage=gate.connection_string,
            clock=clock,
            settings={"DRIFT_SCHEDULE": "0 0 0 1 1 *"},
        )
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._hosts = 0
        self._lock = threading.Lock()
        self._hub = _new_hub()
        self._cloud = take_snapshot(self.azure.cloud)
        self._entities: Entities = {}
        self._answers: list[str] = []
        self._changed: Changed = _ignore
        self._dying = False

    # Back and forth

    def empty(self) -> None:
        """Only the surroundings are left, and it is the first of January again."""
        self.clock = self.azure.cloud.clock = VirtualClock()
        super().empty()
        self._tables.replace({name: [] for name in self._tables.read()})
        self._hub, self._answers = _new_hub(), []
        self.look()

    def go_back(self, moment: Moment) -> None:
        """All that is durable is as it was then."""
        self.clock = self.azure.cloud.clock = VirtualClock(moment.now)
        go_back(self.azure.cloud, moment.cloud)
        self._tables.replace(moment.tables)
        self._hub, self._answers = moment.hub, list(moment.answers)
        self.look()

    def look(self) -> None:
        """Take note of what was changed from here, not by the app."""
        self._cloud = take_snapshot(self.azure.cloud)
        self._entities = self._tables.read()

    def moment(self, what: str) -> Moment:
        """All that is durable now."""
        answers = tuple(self._answers)
        return Moment(what, self.clock.now(), self._hub, self._cloud, self._entities, answers)

    # Running

    def settle(self, request: Request) -> None:
        """Let one wish come true before the scenario begins."""
        with self._host() as host:
            self._ask(host, request, "before")
            host.advance(LONG, PATIENCE)
        self._answers = []
        self.look()

    def play(self, scenario: Scenario, began: datetime, changed: Changed) -> Json:
        """Fulfil what callers have not been answered yet, and how it ended.

        Args:
            scenario: what is played.
            began: when its first wish was to be fulfilled.
            changed: told of every moment; the host dies once it answers True.

        Raises:
            HostKilled: so it died.
        """
        request_id = "first"
        if scenario.another_caller and not self._answers and self._entities["deployments"]:
            request_id = "another"
            self._age_claims()
        self._changed = changed
        try:
            with self._host() as host:
                for request in scenario.requests[len(self._answers) :]:
                    host.advance(
                        max(timedelta(), began + request.after - self.clock.now()), PATIENCE
                    )
                    self._ask(host, request, request_id)
                host.advance(LONG, PATIENCE)
                if self._dying:
                    raise HostKilled
                return self._ending(host, scenario.deployment)
        except httpx.HTTPError:
            if self._dying:
                raise HostKilled from None
            raise
        finally:
            self._changed, self._dying = _ignore, False

    def _host(self) -> FunctionsHost:
        self._hosts += 1
        state = self._folder / f"{self._hosts}.db"
        state.write_bytes(unpacked(self._hub))
        self.host = self.new_host(
            state=state,
            jumps=False,
            choose=lambda names: 0,  # one at a time, so that every run takes the same way
            boundary=self._hub_written,
        )
        return self.host

    def _ask(self, host: FunctionsHost, request: Request, request_id: str) -> None:
        first = self._answers[0] if self._answers else ""
        url = f"{host.url}/api/{request.path.format(operation=first)}"
        headers = {"Repeatability-Request-ID": request_id}
        answer = httpx.request(
            request.method, url, json=request.body, headers=headers, timeout=PATIENCE
        )
        if answer.status_code == 409 and request_id == "another":  # it runs after all
            self._answers.append(answer.json()["error"]["target"])
        else:
            self._answers.append(answer.raise_for_status().json()["id"])

    def _age_claims(self) -> None:
        """Claims are stamped by the clock of the machine, which nobody waits for here."""
        [record] = self._entities["deployments"]
        claimed = record["createdAt"]  # a first deployment, so its claim is as old as its record
        earlier = (datetime.fromisoformat(claimed) - ANOTHER_COMES).isoformat()
        aged = json.loads(json.dumps(self._entities, default=str).replace(claimed, earlier))
        self._tables.replace(aged)

    def _ending(self, host: FunctionsHost, deployment: str) -> Json:
        identity = self._answers[0]
        operation = httpx.get(f"{host.url}/api/operations/{identity}", timeout=PATIENCE)
        record = httpx.get(f"{host.url}/api/deployments/{deployment}", timeout=PATIENCE)
        instance = host.wait_for(identity, PATIENCE)
        ending = {
            "cloud": self.resources(),
            "secrets": self._secrets(),
            "record": record.json(),
            "operation": operation.json(),
            "instance": instance.get("runtimeStatus"),
        }
        named = json.dumps(ending, default=str).replace(identity, "the operation")
        same: Json = settled(json.loads(named))
        return same

    def _secrets(self) -> Json:
        """Which secret of the vault, in its newest version, each secret in Azure is."""
        vault = self.azure.cloud.keyvault.secrets
        names = {versions[-1].value: name for name, versions in vault.items()}
        kept = self.azure.cloud.store.resources.items()
        used = {k: {p: names.get(v) for p, v in r.secrets.items()} for k, r in kept if r.secrets}
        return {"vault": sorted(vault), "used": used}

    # What is told by the parts, each before anybody else learns of it

    def _hub_written(self, place: str) -> None:
        if self._dying:
            raise HostKilled
        if place.startswith("after commit"):
            with self._lock:
                self._hub = packed(self.host._store.contents())
                self._tell(place.removeprefix("after commit: "))
            if self._dying:
                raise HostKilled

    def _azure_written(self, write: str) -> None:
        with self._lock:
            self._cloud = take_snapshot(self.azure.cloud)
            self._tell(f"Azure: {write}")

    def _table_written(self, write: str) -> None:
        with self._lock:
            self._entities = self._tables.read()
            self._tell(f"table: {write}")

    def _tell(self, what: str) -> None:
        self._dying = self._dying or self._changed(self.moment(what))


def _ignore(moment: Moment) -> bool:
    return False


def _new_hub() -> bytes:
    store = Store(None, lambda place: None)
    try:
        return packed(store.contents())
    finally:
        store.close()
