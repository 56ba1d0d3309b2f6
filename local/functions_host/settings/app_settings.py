"""host.json and local.settings.json, read as `func start` reads them."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.functions_host.errors import SettingError
from local.functions_host.settings.known_keys import check_host_json


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What this host honours of host.json, with the defaults of the platform."""

    route_prefix: str = "api"
    hub_name: str = "TestHubName"
    default_version: str | None = None
    version_match: str = "CurrentOrOlder"  # None, Strict, CurrentOrOlder
    version_failure: str = "Reject"  # Reject, Fail
    overridable_states: str = "NonRunningStates"  # AnyState: a start replaces a live instance
    max_activities: int = field(default_factory=lambda: 10 * (os.cpu_count() or 1))
    max_orchestrators: int = field(default_factory=lambda: 10 * (os.cpu_count() or 1))
    function_timeout: timedelta = timedelta(minutes=30)


def read_host_json(app_dir: Path) -> HostSettings:
    """Read host.json.

    Raises:
        SettingError: it is missing, no JSON, or holds a value that means nothing.
    """
    path = app_dir / "host.json"
    if not path.is_file():
        raise SettingError(f"{app_dir} has no host.json: is it the folder of a Functions app?")
    root = _read_json(path)
    check_host_json(root)
    extensions = root.get("extensions") or {}
    chosen = {
        **_chosen(extensions.get("http") or {}, _HTTP),
        **_chosen(extensions.get("durableTask") or {}, _DURABLE_TASK),
    }
    if "functionTimeout" in root:
        chosen["function_timeout"] = _read_timespan(root["functionTimeout"])
    return HostSettings(**chosen)


_HTTP = {"routePrefix": "route_prefix"}
_DURABLE_TASK = {
    "hubName": "hub_name",
    "defaultVersion": "default_version",
    "versionMatchStrategy": "version_match",
    "versionFailureStrategy": "version_failure",
    "overridableExistingInstanceStates": "overridable_states",
    "maxConcurrentActivityFunctions": "max_activities",
    "maxConcurrentOrchestratorFunctions": "max_orchestrators",
}


def _chosen(section: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """What a section says, by the names of HostSettings."""
    return {name: section[key] for key, name in fields.items() if section.get(key) is not None}


def _read_timespan(text: object) -> timedelta:
    if text == "-1":
        return timedelta(days=365)
    match = re.fullmatch(r"(?:(\d+)\.)?(\d+):(\d+):(\d+)", str(text))
    if match is None:
        raise SettingError(f"host.json: functionTimeout is {text!r}, should be like 00:10:00.")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def read_local_settings(app_dir: Path) -> dict[str, str]:
    """The `Values` of local.settings.json; empty without that file."""
    path = app_dir / "local.settings.json"
    if not path.is_file():
        return {}
    values = _read_json(path).get("Values", {})
    for name, value in values.items():
        if not isinstance(value, str):
            raise SettingError(f"local.settings.json: the value of {name} is not a string.")
    return dict(values)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        root = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise SettingError(f"{path} is not JSON: {error}.") from error
    if not isinstance(root, dict):
        raise SettingError(f"{path} does not hold a JSON object.")
    return root


def resolve(text: str, where: str) -> str:
    """Replace each ``%NAME%`` by the app setting of that name.

    Raises:
        SettingError: a setting is missing; `where` says who refers to it.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise SettingError(
                f"{where} refers to %{name}%, but there is no such setting: add it to "
                "local.settings.json or to the environment."
            )
        return os.environ[name]

    return re.sub(r"%([^%]+)%", value, text)


@contextmanager
def applied(defaults: Mapping[str, str], overrides: Mapping[str, str]) -> Iterator[None]:
    """Put settings into the environment for the life of a host.

    Args:
        defaults: do not override what is set already, as with `func start`.
        overrides: do.
    """
    wanted = {k: v for k, v in defaults.items() if k not in os.environ} | dict(overrides)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
