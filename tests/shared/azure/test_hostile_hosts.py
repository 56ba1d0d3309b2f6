"""A host that is not what it says gets neither the token nor the body."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from threading import Thread
from typing import Any, TypeVar

import pytest
import trustme
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError

from shared.azure.clients import AzureClients
from shared.azure.errors import SecretUnavailable
from shared.azure.secrets import Vaults, resolve
from shared.deployment.specs.secrets import secret
from shared.planning.preflight.vault import stored
from shared.settings import Settings

Server = TypeVar("Server", bound=ThreadingHTTPServer)
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
TOKEN = "the-token-of-the-app"


class Credential:
    """Hands out a token, and notes for what."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """A token for anything."""
        self.scopes += scopes
        return AccessToken(TOKEN, 4_000_000_000)


class Host(ThreadingHTTPServer):
    """Answers everything alike, and keeps what it was told."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.answer: tuple[int, dict[str, str]] = (200, {})
        self.seen: list[tuple[str, str | None, bytes]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://localhost:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One answer for all."""

    server: Host

    def answer(self) -> None:
        """Note the request and answer it."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.headers.get("Authorization"), body))
        status, headers = self.server.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = answer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Host, Host]]:
    """The one that is asked, and another one; both are trusted as far as TLS goes."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with ExitStack() as stack:
        yield (
            stack.enter_context(running(Host(context))),
            stack.enter_context(running(Host(context))),
        )


@contextmanager
def running(host: Server) -> Iterator[Server]:
    """Serve for as long as the `with` block lasts."""
    Thread(target=host.serve_forever, daemon=True).start()
    yield host
    host.shutdown()
    host.server_close()


def settings(host: Host) -> Settings:
    return Settings(
        subscription_id=SUBSCRIPTION, key_vault_url=host.url, storage="", arm_url=host.url
    )


REDIRECTS = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("verb", ["put", "delete", "read", "poll", "ask"])
def test_no_redirect_of_arm_is_followed(hosts: tuple[Host, Host], status: int, verb: str) -> None:
    asked, other = hosts
    asked.answer = status, {"Location": f"{other.url}/elsewhere"}
    clients = AzureClients(Credential(), settings(asked), SUBSCRIPTION)
    tables: Any = clients.network.route_tables
    calls: dict[str, Any] = {
        "put": lambda: tables.begin_create_or_update("rg", "rt", {}, polling=False),
        "delete": lambda: tables.begin_delete("rg", "rt", polling=False),
        "read": lambda: tables.get("rg", "rt"),
        "poll": lambda: clients.send("GET", f"{asked.url}/operations/1").raise_for_status(),
        "ask": lambda: clients.send("POST", "/asked?api-version=1", json={"a": 1}),
    }
    with suppress(HttpResponseError):  # some of the SDK's methods raise, and some return it
        calls[verb]()
    assert len(asked.seen) == 1
    assert other.seen == []


@pytest.mark.parametrize("status", REDIRECTS)
def test_no_redirect_of_a_vault_is_followed(hosts: tuple[Host, Host], status: int) -> None:
    asked, other = hosts
    asked.answer = status, {"Location": f"{other.url}/secrets/pw"}
    vaults = Vaults(Credential(), settings(asked))
    with pytest.raises(SecretUnavailable):
        resolve({"a": secret("pw")}, _agree, vaults)
    assert other.seen == []


@pytest.mark.parametrize(
    "challenge",
    [
        'Bearer authorization="https://login.microsoftonline.com/t", resource="https://a.example"',
        'Bearer authorization="https://login.microsoftonline.com/t", '
        'resource="https://management.azure.com"',
        'Bearer authorization="https://a.example/t", scope="https://vault.azure.net.a.example/x"',
    ],
)
def test_a_vault_that_asks_for_another_token_than_its_own_gets_none(
    hosts: tuple[Host, Host], challenge: str
) -> None:
    asked, _ = hosts
    asked.answer = 401, {"WWW-Authenticate": challenge}
    credential = Credential()
    vaults = Vaults(credential, settings(asked))
    with pytest.raises(SecretUnavailable, match="token") as refused:
        resolve({"a": secret("pw")}, _agree, vaults)
    assert not refused.value.retryable
    assert credential.scopes == []
    assert [authorization for _, authorization, _ in asked.seen] == [None]


def _agree(topic: str, proposal: str, *, instead_of: str | None = None) -> str:
    return proposal


@pytest.mark.parametrize("how", ["refused", "no TLS", "another authority"])
def test_a_vault_that_cannot_be_reached_is_told_in_one_way_whatever_the_reason(
    hosts: tuple[Host, Host], how: str, tmp_path: Path
) -> None:
    asked, _ = hosts
    url = f"https://localhost:{_closed_port()}"
    with ExitStack() as stack:
        if how == "no TLS":
            plain = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            stack.enter_context(running(plain))
            url = f"https://localhost:{plain.server_port}"
        elif how == "another authority":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trustme.CA().issue_cert("localhost").configure_cert(context)
            url = stack.enter_context(running(Host(context))).url
        vaults = Vaults(Credential(), replace(settings(asked), key_vault_url=url))
        with pytest.raises(SecretUnavailable) as unread:
            resolve({"a": secret("pw")}, _agree, vaults)
        with pytest.raises(SecretUnavailable) as unlisted:
            stored(vaults, "pw")
    assert unread.value.why == "the vault, or the identity of the app, does not answer"
    assert unlisted.value.why == "the vault does not answer"


def _closed_port() -> int:
    with socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    return port
