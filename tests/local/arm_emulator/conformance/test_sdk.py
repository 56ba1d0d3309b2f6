"""The facts once more, by the Python SDKs: what they send, what they accept, what they raise."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.transport import RequestsTransport
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.postgresqlflexibleservers import PostgreSQLManagementClient
from azure.mgmt.privatedns import PrivateDnsManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from local.arm_emulator import ArmEmulator
from tests.local.arm_emulator.conformance.facts import Fact, facts, unmet
from tests.local.arm_emulator.conformance.world import World

CLIENTS: dict[str, Any] = {
    "network": NetworkManagementClient,
    "postgresql": PostgreSQLManagementClient,
    "dns": PrivateDnsManagementClient,
    "resources": ResourceManagementClient,
}
VERBS = {
    "PUT": ("begin_create_or_update", "create_or_update", "begin_create", "begin_put"),
    "GET": ("get",),
    "DELETE": ("begin_delete", "delete"),
}
# A client sends no query or header of ours, and asks for the resource of its names only.
ASKABLE = [
    each
    for each in facts()
    if each.id not in unmet()
    and each.kind.sdk.partition(".")[0] in CLIENTS
    and each.request in VERBS
    and not each.query
    and not each.send
    and not each.settings  # a client registers a namespace by itself, and looks again
]


class Minted:
    """A credential with a token that the emulator mints when it is asked."""

    def __init__(self, emulator: ArmEmulator) -> None:
        self._emulator = emulator

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(*self._emulator.cloud.identity.mint("https://management.azure.com"))


@pytest.fixture(scope="module")
def clients(shared_emulator: ArmEmulator) -> Iterator[dict[str, Any]]:
    """One client of each SDK, which neither retries nor waits."""
    made = {
        name: kind(
            Minted(shared_emulator),
            shared_emulator.cloud.settings.subscription_id,
            base_url=shared_emulator.url,
            credential_scopes=["https://management.azure.com/.default"],
            transport=RequestsTransport(connection_verify=str(shared_emulator.ca_file)),
            retry_total=0,
        )
        for name, kind in CLIENTS.items()
    }
    yield made
    for each in made.values():
        each.close()


@pytest.fixture
def world(emulator: ArmEmulator, web: requests.Session) -> World:
    return World(emulator, web)


def operation(clients: dict[str, Any], fact: Fact) -> Any:
    """The method of an SDK that makes the fact's request; None where there is none."""
    client, group = fact.kind.sdk.split(".")
    found = getattr(clients[client], group)
    return next((getattr(found, n) for n in VERBS[fact.method] if hasattr(found, n)), None)


@pytest.mark.parametrize("fact", ASKABLE, ids=lambda fact: fact.id)
def test_the_sdk_is_answered_as_azure_did(
    clients: dict[str, Any], world: World, fact: Fact
) -> None:
    method = operation(clients, fact)
    if method is None:
        assert fact.status == 405, "what no SDK offers is what Azure does not allow"
        return
    world.prepare(fact)
    arguments = fact.kind.names(fact.group)
    if fact.method == "PUT":
        arguments.append(world.body(fact))
    status, code = answered(method, arguments)
    assert status == fact.status
    assert code == (fact.error or code)


def answered(method: Any, arguments: list[Any]) -> tuple[int, str]:
    """The first status that came over the wire, and the code of a refusal as the SDK raises it."""
    seen: list[int] = []
    options: dict[str, Any] = {
        "raw_response_hook": lambda told: seen.append(told.http_response.status_code)
    }
    if method.__name__.startswith("begin_"):
        options["polling"] = False
    try:
        method(*arguments, **options)
    except HttpResponseError as refused:
        return refused.status_code or 0, (refused.error.code if refused.error else None) or ""
    return seen[0], ""
