"""A real receiver of webhooks on this machine: takes, refuses, hangs or answers late."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import trustme

Json = dict[str, Any]


class Receiver(ThreadingHTTPServer):
    """Answers as it is told, and keeps what came: headers and body."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.answers: list[int] = []  # to be given first; then `status`
        self.status = 202
        self.headers: Json = {}
        self.slow = ""  # "hangs", or "drips" a header a moment
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.released = Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://localhost:{self.server_port}/hook?code=s3cret"

    def events(self, kind: str = "") -> list[Json]:
        """What came, of a type."""
        bodies: list[Json] = [json.loads(body) for _, body in self.came]
        return [event for event in bodies if kind in event["type"]]


class Handler(BaseHTTPRequestHandler):
    """One answer."""

    server: Receiver

    def do_POST(self) -> None:
        """Keep it, and answer."""
        there = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        there.came.append((dict(self.headers), body))
        if there.slow == "hangs":
            there.released.wait()
        while there.slow == "drips" and not there.released.wait(0.05):
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.send_response(there.answers.pop(0) if there.answers else there.status)
        for name, value in {**there.headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def receiving(authority: trustme.CA) -> Iterator[Receiver]:
    """A receiver for as long as the `with` block lasts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    receiver = Receiver(context)
    Thread(target=receiver.serve_forever, args=[0.02], daemon=True).start()
    yield receiver
    receiver.released.set()
    receiver.shutdown()
    receiver.server_close()


def trust(authority: trustme.CA, folder: Path, *others: str) -> str:
    """A file with the certificates of an authority, beside those of other files."""
    file = folder / "trusted.pem"
    texts = [Path(other).read_bytes() for other in others]
    file.write_bytes(b"\n".join([authority.cert_pem.bytes(), *texts]))
    return str(file)
