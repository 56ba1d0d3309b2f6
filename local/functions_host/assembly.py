"""What one host is made of, assembled for one app and one task hub; nothing runs yet."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from local.functions_host.dispatch.diagnosis import Diagnosis
from local.functions_host.dispatch.dispatcher import Dispatcher
from local.functions_host.dispatch.runner import Runner, plain
from local.functions_host.dispatch.work_items import Chooser
from local.functions_host.engine.strict import run_strictly
from local.functions_host.http.access import Keys
from local.functions_host.http.http_functions import Endpoint, HttpFunctions, build_endpoints
from local.functions_host.http.management import Management
from local.functions_host.http.router import Router
from local.functions_host.http.status import Urls
from local.functions_host.settings.app_settings import HostSettings
from local.functions_host.store.task_hub import TaskHub
from local.functions_host.timers.timer_triggers import TimerTriggers, read_schedules
from local.functions_host.worker.invocation import Worker
from local.functions_host.worker.loader import (
    ACTIVITY,
    HTTP,
    ORCHESTRATION,
    TIMER,
    AppFunction,
    by_durable_name,
)


@dataclass(frozen=True, slots=True)
class Seams:
    """Where tests and simulations take hold of a host; see FunctionsHost."""

    strict: bool
    jumps: bool
    choose: Chooser | None
    boundary: Callable[[str], None]
    new_id: Callable[[], str]
    lateness: Callable[[], timedelta]
    runs_per_activity: int
    lease: timedelta


class App:
    """A loaded app, with its schedules and routes read.

    Raises:
        HostError: a schedule or a route makes no sense, or a setting is missing.
    """

    def __init__(self, folder: Path, functions: list[AppFunction], settings: HostSettings) -> None:
        self.folder, self.functions, self.settings = folder, functions, settings
        self.timers = read_schedules(self.of_kind(TIMER))
        self.endpoints: list[Endpoint] = build_endpoints(self.of_kind(HTTP), settings.route_prefix)

    def of_kind(self, kind: str) -> list[AppFunction]:
        """Its functions with one kind of trigger."""
        return [f for f in self.functions if f.kind == kind]


class Assembly:
    """The parts of a host that work together on its event loop."""

    def __init__(
        self,
        app: App,
        hub: TaskHub,
        seams: Seams,
        *,
        keys: Keys,
        url: str,
        rpc_url: str,
        on_death: Callable[[], None],
    ) -> None:
        self.hub = hub
        urls = Urls(url, app.settings.hub_name, keys.durable)
        self.worker = Worker(app.folder, urls.client_binding(rpc_url), hub.clock)
        self.runner = Runner(
            hub,
            self.worker,
            by_durable_name(app.of_kind(ORCHESTRATION)),
            by_durable_name(app.of_kind(ACTIVITY)),
            app.settings,
            run_checked=run_strictly if seams.strict else plain,
            lease=seams.lease,
            runs_per_activity=seams.runs_per_activity,
        )
        self.dispatcher = Dispatcher(
            self.runner, choose=seams.choose, jumps=seams.jumps, on_death=on_death
        )
        zone = os.environ.get("WEBSITE_TIME_ZONE")
        self.timers = TimerTriggers(app.timers, self.dispatcher, self.worker, zone)
        self.router = Router(
            HttpFunctions(app.endpoints, self.worker, keys),
            Management(self.runner, urls, self.dispatcher),
            Diagnosis(self.runner),
            self.dispatcher,
            self.timers,
            keys,
        )

    def begin(self) -> None:
        """Take up the work that the task hub holds."""
        self.dispatcher.background += [self.runner, self.timers]
        self.runner.activities.release_all()
        self.timers.begin()
        self.dispatcher.begin()
