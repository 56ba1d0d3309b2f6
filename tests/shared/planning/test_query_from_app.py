"""A query that the app asks itself, where App Service has put it into the network."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from local.postgres import HOST, Identity, Login, Postgres
from local.world import read_json
from shared.deployment.specs.parsing import parse_spec
from shared.planning.validation.checks import checking
from shared.planning.validation.levels import asks_for_rights, out_of_reach, settled
from shared.planning.validation.probing import probe
from shared.settings import settings
from tests.conftest import ROOT
from tests.shared.strategies import SUBSCRIPTION

Json = dict[str, Any]
LOGIN = Login("dbadmin", "Only-for-tests-1")
REQUIRED = {"AZURE_SUBSCRIPTION_ID": SUBSCRIPTION, "KEY_VAULT_URL": "https://v", "PATH": "/bin"}


def spec_with(**validation: str) -> Any:
    raw = read_json(ROOT / "samples/recipe.json") | {"jumpBox": {"enabled": False}}
    raw["validation"] = {"from": "app", **validation}
    return parse_spec(raw, subscription_id=SUBSCRIPTION)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Puts the app into a network, or out of it."""

    def put(address: str) -> None:
        for name, value in REQUIRED.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AzureWebJobsStorage", "UseDevelopmentStorage=true")
        monkeypatch.setenv("WEBSITE_PRIVATE_IP", address)
        settings.cache_clear()

    yield put
    settings.cache_clear()


def test_inside_of_the_network_a_query_is_required_without_a_jump_box_or_a_right(
    place: Any,
) -> None:
    place("10.1.9.4")
    spec = spec_with()
    assert not asks_for_rights(spec, {})
    assert settled(spec, {})[1]["require"] == "query"
    assert out_of_reach(spec) == []


@pytest.mark.parametrize(
    ("validation", "refused"),
    [({}, True), ({"require": "query"}, True), ({"require": "connected"}, False)],
)
def test_outside_of_it_that_is_refused_with_the_field(
    validation: Json, *, refused: bool, place: Any
) -> None:
    place("")
    found = out_of_reach(spec_with(**validation))
    assert [(advice["code"], advice["target"]) for advice in found] == (
        [("QueryNotProvable", "validation.from")] if refused else []
    )


def question(port: int, password: str) -> Any:
    """The check as it is planned, with another way to another server."""
    checks = checking(spec_with(), "2026-11-28T00:00:00Z")
    (step,) = [check for check in checks if check["key"] == "query-answered"]
    asked = {"server": "localhost", "user": "dbadmin", "version": "17", "writable": True}
    paths = [{"name": "direct", "port": port}, {"name": "gateway", "port": port, "address": HOST}]
    step["body"] |= {"probe": {**asked, "paths": paths}, "password": password, "required": True}
    return step


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, Path]]:
    """A server, and the store that holds its root."""
    folder, root = tmp_path_factory.mktemp("app"), trustme.CA()
    root.cert_pem.write_to_path(str(folder / "store.pem"))
    issued = root.issue_cert("localhost")
    shown = Identity(folder / "server.pem", folder / "server.key")
    shown.certificate.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(shown.key))
    with Postgres(LOGIN, identity=shown, major="17") as running:
        yield running, folder / "store.pem"


@pytest.mark.parametrize(
    ("password", "state", "says"),
    [
        (LOGIN.password, "succeeded", "PostgreSQL 17."),
        ("not-the-password", "failed", "direct login: 28P01"),
    ],
)
def test_the_app_asks_by_the_same_probe_directly_and_through_the_gateway(
    password: str,
    state: str,
    says: str,
    server: tuple[Postgres, Path],
    place: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running, store = server
    place("10.1.9.4")
    monkeypatch.setenv("SSL_CERT_FILE", str(store))
    clients: Any = None
    agree: Any = None  # nothing is generated
    step = question(running.port, password)
    told: Any = probe(clients, step, agree, operation_url=None, elapsed=timedelta())
    assert told["state"] == state
    assert says in (told.get("detail") or told["failure"]["message"])
    assert password not in str(told)
