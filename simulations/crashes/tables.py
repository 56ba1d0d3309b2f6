"""The tables of the storage account: read and put back whole, and a gate that sees every write.

The gate stands between the app and Azurite and passes requests on as they are; the signature of a
request to a table covers its path and date, not the host it was sent to.
"""

import threading
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from azure.data.tables import TableServiceClient

from local.azurite import HOST, Azurite

TABLES = ("deployments", "operations", "plans")

Json = dict[str, Any]
Entities = dict[str, list[Json]]  # by table


class Tables:
    """Direct access to the tables."""

    def __init__(self, storage: Azurite) -> None:
        service = TableServiceClient.from_connection_string(storage.connection_string)
        self._tables = {name: service.create_table_if_not_exists(name) for name in TABLES}

    def read(self) -> Entities:
        """Every entity of every table."""
        return {
            name: [dict(each) for each in table.list_entities()]
            for name, table in self._tables.items()
        }

    def replace(self, entities: Entities) -> None:
        """Make these entities all that there is; they get new ETags."""
        for name, table in self._tables.items():
            for there in table.list_entities():
                table.delete_entity(there)
            for entity in entities[name]:
                table.create_entity(entity)


class Gate(ThreadingHTTPServer):
    """A port that leads to the tables; `written` is called before a writer gets its answer."""

    daemon_threads = True

    def __init__(self, storage: Azurite, written: Callable[[str], None]) -> None:
        super().__init__((HOST, 0), Forward)
        self.target, self.written, self.turn = storage.ports["table"], written, threading.Lock()
        self.shut = False  # heeded by those handlers that can be shut
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        there, here = f":{self.target}/", f":{self.server_address[1]}/"
        self.connection_string = storage.connection_string.replace(there, here)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class Forward(BaseHTTPRequestHandler):
    """One request on its way through the gate."""

    server: Gate
    protocol_version = "HTTP/1.1"

    def forward(self) -> None:
        """Pass it on, one at a time, and its answer back."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.turn, closing(HTTPConnection(HOST, self.server.target)) as onward:
            onward.request(self.command, self.path, body, dict(self.headers))
            answer = onward.getresponse()
            content = answer.read()
            if self.command != "GET":
                self.server.written(f"{self.command} {self.path}")
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.headers.items():
            if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_MERGE = do_DELETE = forward

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
