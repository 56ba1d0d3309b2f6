"""A query from inside the network: the probe runs on the jump box, as a managed run command.

What proves something is the end of the script, never that of the resource; no output, or a script
that was cut off, proves nothing. The password is a protected parameter, which Azure never shows,
and the run command is deleted as soon as it has told.
https://learn.microsoft.com/azure/virtual-machines/linux/run-command-managed
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from shared.azure.clients import AzureClients
from shared.azure.generated_secrets import Agree
from shared.azure.secrets import resolve
from shared.deployment.messages import Json, Step
from shared.deployment.specs.secrets import MARK, secret
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.validation import query_probe
from shared.planning.validation.seen import Seen
from shared.resources.postgres_parameters import UNITED
from shared.resources.postgres_server import admin_password
from shared.resources.sdk_calls import Response, started
from shared.settings import settings

API_VERSION = "2025-04-01"
NAME = "hybriddb-query"  # of the run command
SECONDS = 120  # for the script; its own bound is some ten seconds a check
# What the server keeps for itself: shown to its own superuser, or no parameter of PostgreSQL.
NOT_SHOWN = ("azure.", "pgbouncer.", "pgms_wait_sampling.", "pg_qs.")


def asked(spec: DeploymentSpec) -> Json:
    """What the probe is asked, and where its password lies; holds no secret."""
    paths: list[Json] = [{"name": "direct", "within": [spec.network.subnets.database]}]
    if spec.proxied:
        paths.append({"name": "gateway", "address": spec.gateway.private_address})
    return {
        "probe": {
            "server": spec.server_fqdn,
            "user": spec.postgres.admin_login,
            "paths": paths,
            "version": spec.postgres.version,
            "writable": True,
            "encryptedOnly": _encrypted_only(spec),
            "parameters": _parameters(spec),
        },
        "from": spec.proving.asked_from,
        # Its name alone: nothing is generated on the way to a question.
        "password": secret(admin_password(spec)[MARK]["name"]),
    }


def here(step: Step, agree: Agree) -> Seen:
    """Ask from the app itself, by the same probe; it takes no right, and may take half a minute."""
    if not settings().in_network:
        return Seen("unproven", "the app is in no virtual network")
    asked = step["body"]["probe"]
    password = resolve({"password": step["body"]["password"]}, agree)["password"]
    paths = [query_probe.Path(asked, path, password) for path in asked["paths"]]
    for number, path in enumerate(paths):
        path.walk(first=number == 0)
    report = query_probe.report(paths)
    return _told(report, good=report["verdict"] == "passed")


def begin(clients: AzureClients, step: Step, agree: Agree) -> Response:
    """Put the run command; a repeated one runs the probe again, which does no harm."""
    body = {
        "location": step["body"]["location"],
        "properties": {
            "source": {"script": Path(query_probe.__file__).read_text(encoding="utf-8")},
            "parameters": [{"name": "QUERY_PROBE", "value": json.dumps(step["body"]["probe"])}],
            "protectedParameters": [
                {"name": "QUERY_PROBE_PASSWORD", "value": step["body"]["password"]}
            ],
            "timeoutInSeconds": SECONDS,
        },
    }
    submit = clients.resources.resources.begin_create_or_update_by_id
    return started(submit, _id(step), resolve(body, agree), api_version=API_VERSION)


def outcome(clients: AzureClients, step: Step) -> Seen | None:
    """What the script has told, which is read once and deleted; None where there is nothing."""
    url = f"{_id(step)}?api-version={API_VERSION}&$expand=instanceView"
    response: Any = clients.send("GET", url)
    if response.status_code == 404:
        return None
    response.raise_for_status()
    seen = judge(response.json()["properties"].get("instanceView") or {})
    with suppress(ResourceNotFoundError):  # an earlier look has deleted it
        started(clients.resources.resources.begin_delete_by_id, _id(step), api_version=API_VERSION)
    return seen


def last(known: Json) -> Seen:
    """What the last query has found, where none is asked now."""
    if not known:
        return Seen("unproven", "no query has gone through so far: ask one by POST .../validate")
    return Seen("passed", f"{known['found']}; asked at {known['at']}, as nothing has changed since")


def judge(view: Json) -> Seen:
    """What the instance view of a run command proves."""
    state, message = view.get("executionState", "Unknown"), view.get("executionMessage") or ""
    report = _report(view.get("output") or "")
    if report is None or state not in {"Succeeded", "Failed"}:
        reason = f"executionState is {state}, without a word of the probe; {message}"
        return Seen("unproven", reason.rstrip("; "))
    ended_well = state == "Succeeded" and view.get("exitCode") == 0
    return _told(report, good=ended_well and report["verdict"] == "passed")


def _told(report: Json, *, good: bool) -> Seen:
    """What the probe has found, in words."""
    trips = ", ".join(f"{path} {t['p95']} ms" for path, t in report["roundTrips"].items())
    if good:
        versions = [c["found"] for c in report["checks"] if c["check"] == "version"]
        return Seen("passed", f"{', '.join(versions)} answers; round trips (p95): {trips}")
    bad = [
        f"{check['path']} {check['check']}: {check['found']} (expected {check['expected']})"
        for check in report["checks"]
        if check["state"] == "failed"
    ]
    return Seen("failed", "; ".join(bad) or "the probe has failed without a failed check")


def _report(output: str) -> Json | None:
    """What the probe has printed; None where that is not the probe's."""
    lines = output.strip().splitlines()
    try:
        found: Json = json.loads(lines[-1] if lines else "")
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.keys() >= _KEYS else None


_KEYS = {"verdict", "checks", "roundTrips"}


def _id(step: Step) -> str:
    return f"{step['id']}/runCommands/{NAME}"


def _encrypted_only(spec: DeploymentSpec) -> bool:
    return spec.postgres.parameters.get("require_secure_transport", "on").casefold() != "off"


def _parameters(spec: DeploymentSpec) -> Json:
    """Those that PostgreSQL itself knows; lists that the server adds to are asked for in part."""
    return {
        name: [each.strip() for each in value.split(",")] if name in UNITED else value
        for name, value in spec.postgres.parameters.items()
        if not name.startswith(NOT_SHOWN) and name != "require_secure_transport"
    }
