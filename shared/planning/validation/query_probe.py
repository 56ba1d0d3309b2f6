#!/usr/bin/env python3
"""Asks a PostgreSQL server a question from the machine it runs on, and says how far it came.

One file and the standard library alone, for machines on which nothing can be installed (Ubuntu
24.04 carries python3 and no psql): the text of this file is the script of a managed run command.
Nothing is written to the server, and no password leaves this process: that it is known is proven
by SCRAM-SHA-256, inside of TLS, to a server that the system's certificate store vouches for.

The environment says what to do. ``QUERY_PROBE`` is JSON::

    {"server": "x.postgres.database.azure.com", "user": "dbadmin", "database": "postgres",
     "paths": [{"name": "direct", "port": 5432, "within": ["10.1.3.0/24"]},
               {"name": "gateway", "port": 5432, "address": "10.1.2.10"}],
     "version": "17", "writable": true, "encryptedOnly": true, "samples": 20, "seconds": 10,
     "parameters": {"max_connections": "200", "shared_preload_libraries": ["pg_cron"]}}

and ``QUERY_PROBE_PASSWORD`` the password. Server, user and paths are needed. `within` is where the
server's address may lie, `seconds` how long one answer may take; a list of values means "at least
these". What is asked of the server beyond a query is asked once, on the first path.

It prints one line of JSON below 4 KB, as a run command keeps no more: `verdict`, ``passed`` or
``failed``; `checks`, each with path, check, state (``unknown`` where the server shows this login
nothing that speaks for or against), expected, found and milliseconds; `roundTrips`, percentiles in
milliseconds by path. It exits with 0 where nothing failed, 1 where something did, 2 where it was
asked nonsense.

Longer than most modules: it is sent as it is, in one piece.
"""

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import secrets
import socket
import ssl
import stringprep
import struct
import sys
import time
import unicodedata
from collections.abc import Callable
from typing import Any

OUTPUT = 3900  # bytes; a run command keeps the last 4 KB (Azure/run-command-handler-linux, cmds.go)
TEXT_LIMITS = (400, 200, 100, 60, 30)  # characters of one text; the first with which all fits
MESSAGE = 1 << 20  # bytes of one message of the server; more is not PostgreSQL
ITERATIONS = 1_000_000  # of SCRAM; the server chooses them (4096 by default) and we pay for them
TLS_PLEASE, VERSION_3 = 80877103, 196608  # what opens a connection (protocol 3.0)
SWITCHES = {"true": "on", "yes": "on", "false": "off", "no": "off"}
PATHS = 2  # ways at most, so that what was found fits
PASSWORD_NEEDED = {3: "the password in clear", 5: "MD5", 10: "SASL", 0: "nobody's password"}

Json = dict[str, Any]
Check = tuple[str, str, Callable[[], str]]  # its name, what is expected, how to find out


class Unlike(Exception):
    """What was found is not what was expected."""


class Unseen(Exception):
    """Nothing was found that speaks for or against what is expected."""


class Connection:
    """A connection to a server, with the messages of the protocol 3.0 that are needed here."""

    def __init__(self, address: str, port: int, seconds: float) -> None:
        self.socket: socket.socket = socket.create_connection((address, port), seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """End it."""
        self.socket.close()

    def offers_tls(self) -> bool:
        """Ask for TLS the way PostgreSQL wants to be asked: in clear, before all else."""
        self.socket.sendall(struct.pack("!ii", 8, TLS_PLEASE))
        answer = self._receive(1)
        if answer not in (b"S", b"N"):
            raise Unlike(f"{answer!r}, which no PostgreSQL server says")
        return answer == b"S"

    def encrypt(self, server: str) -> str:
        """Go on in TLS, if the other side is who it should be; what it has shown."""
        wrapped = ssl.create_default_context().wrap_socket(self.socket, server_hostname=server)
        self.socket = wrapped
        shown: Any = wrapped.getpeercert()
        issuer = dict(pair for part in shown["issuer"] for pair in part)
        by = issuer.get("commonName") or issuer.get("organizationName")
        return f"{wrapped.version()}, issued by {by}, until {shown['notAfter']}"

    def open(self, user: str, database: str) -> tuple[int, bytes]:
        """Say who wants in and where; how the server wants to be convinced."""
        words = ("user", user, "database", database, "application_name", "hybriddb-probe", "")
        body = struct.pack("!i", VERSION_3) + b"".join(word.encode() + b"\0" for word in words)
        self.socket.sendall(struct.pack("!i", len(body) + 4) + body)
        return self.challenge()

    def challenge(self) -> tuple[int, bytes]:
        """Receive the next word of an authentication: its code and what comes with it."""
        kind, body = self.receive()
        if kind != b"R":
            raise Unlike(f"{kind!r} in the middle of an authentication")
        return struct.unpack("!i", body[:4])[0], body[4:]

    def send(self, kind: bytes, body: bytes) -> None:
        """Send one message."""
        self.socket.sendall(kind + struct.pack("!i", len(body) + 4) + body)

    def receive(self) -> tuple[bytes, bytes]:
        """Receive one message that matters; an error of the server is raised in its own words."""
        while True:
            kind, length = self._receive(1), struct.unpack("!i", self._receive(4))[0]
            if not 4 <= length <= MESSAGE:
                raise Unlike(f"a message of {length} bytes, which no PostgreSQL server sends")
            body = self._receive(length - 4)
            if kind == b"E":
                said = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0")}
                raise Unlike(f"{said.get(b'C')}: {said.get(b'M')}")
            if kind not in (b"S", b"N", b"K"):  # a setting, a notice, a key to cancel with
                return kind, body

    def query(self, sql: str) -> list[list[str]]:
        """Ask one question; the rows of the answer, as text."""
        self.send(b"Q", sql.encode() + b"\0")
        rows: list[list[str]] = []
        while True:
            kind, body = self.receive()
            if kind == b"Z":
                return rows
            if kind == b"D":
                rows.append(_row(body))

    def _receive(self, count: int) -> bytes:
        received = b""
        while len(received) < count:
            more = self.socket.recv(count - len(received))
            if not more:
                raise Unlike("the other side has closed the connection")
            received += more
        return received


class Path:
    """One way to the server: a ladder of checks, each of which needs those before it."""

    def __init__(self, asked: Json, path: Json, password: str) -> None:
        self.asked, self.path, self.password = asked, path, password
        self.seconds, self.port = float(asked.get("seconds", 10)), int(path.get("port", 5432))
        self.address = str(path.get("address", ""))
        self.connection: Connection
        self.checks: list[Json] = []
        self.round_trips: Json | None = None

    def walk(self, *, first: bool) -> None:
        """Climb until a check fails; on top, the first path asks what else is to be known."""
        server, user = self.asked["server"], self.asked["user"]
        inside = self.path.get("within") or []
        name: Check = ("name", f"an address in {', '.join(inside) or 'any network'}", self._resolve)
        ladder: list[Check] = [
            ("port", f"port {self.port} open", self._connect),
            ("encryption", "TLS offered", self._offer),
            ("certificate", f"trusted, valid, for {server}", self._encrypt),
            ("login", f"{user} by SCRAM-SHA-256", self._log_in),
            ("query", "SELECT 1 is 1", self._measure),
        ]
        if all(self._check(*each) for each in (ladder if self.address else [name, *ladder])):
            for each in self._questions() if first else []:
                self._check(*each)
        if hasattr(self, "connection"):
            self.connection.close()

    def _questions(self) -> list[Check]:
        version, writable = self.asked.get("version"), self.asked.get("writable")
        wanted = ", ".join(f"{k} {_text(v)}" for k, v in self._parameters_asked().items())
        questions: list[tuple[Any, Check]] = [
            (version, ("version", f"PostgreSQL {version}", self._version)),
            (writable is not None, ("role", "writable" if writable else "read-only", self._role)),
            (wanted, ("parameters", wanted, self._parameters)),
            (True, ("restart", "no parameter waits for one", self._waiting)),
            (self.asked.get("encryptedOnly"), ("clear text", "refused", self._refuse)),
        ]
        return [check for asked, check in questions if asked]

    def _check(self, name: str, expected: str, ask: Callable[[], str]) -> bool:
        begun, state = time.perf_counter(), "passed"
        try:
            found = ask()
        except Unlike as error:
            state, found = "failed", str(error)
        except Unseen as error:
            state, found = "unknown", str(error)
        except OSError as error:  # everything that sockets, names and certificates raise
            state, found = "failed", _words(error, self.seconds)
        except (LookupError, ValueError, struct.error):
            state, found = "failed", "an answer that no PostgreSQL server gives"
        milliseconds = round((time.perf_counter() - begun) * 1000, 1)
        said = {"path": self.path["name"], "check": name, "state": state, "expected": expected}
        self.checks.append({**said, "found": found, "milliseconds": milliseconds})
        return state == "passed"

    def _resolve(self) -> str:
        found = socket.getaddrinfo(self.asked["server"], self.port, type=socket.SOCK_STREAM)
        self.address = str(found[0][4][0])
        networks = [ipaddress.ip_network(prefix) for prefix in self.path.get("within") or []]
        if networks and not any(ipaddress.ip_address(self.address) in each for each in networks):
            raise Unlike(self.address)
        return self.address

    def _connect(self) -> str:
        self.connection = Connection(self.address, self.port, self.seconds)
        return f"{self.address} accepts"

    def _offer(self) -> str:
        if not self.connection.offers_tls():
            raise Unlike("the server does without TLS")
        return "TLS offered"

    def _encrypt(self) -> str:
        return self.connection.encrypt(self.asked["server"])

    def _log_in(self) -> str:
        user, database = self.asked["user"], self.asked.get("database", "postgres")
        code, offered = self.connection.open(user, database)
        if code != 10 or b"SCRAM-SHA-256" not in offered.split(b"\0"):
            raise Unlike(f"{PASSWORD_NEEDED.get(code, code)} is asked for")
        prove(self.connection, self.password)
        while self.connection.receive()[0] != b"Z":
            pass
        return f"{user} is let in"

    def _measure(self) -> str:
        took = []
        for _ in range(int(self.asked.get("samples", 20))):
            begun = time.perf_counter()
            rows = self.connection.query("SELECT 1")
            took.append((time.perf_counter() - begun) * 1000)
            if rows != [["1"]]:
                raise Unlike(f"SELECT 1 is {rows}")
        took.sort()
        named = {f"p{p}": took[min(len(took) * p // 100, len(took) - 1)] for p in (50, 95, 99)}
        self.round_trips = {name: round(value, 2) for name, value in named.items()}
        return f"1, {len(took)} times"

    def _version(self) -> str:
        shown = self.connection.query("SHOW server_version")[0][0]
        if shown.partition(".")[0] != str(self.asked["version"]).partition(".")[0]:
            raise Unlike(f"PostgreSQL {shown}")
        return f"PostgreSQL {shown}"

    def _role(self) -> str:
        state = self.connection.query("SHOW transaction_read_only")[0][0]
        found = "writable" if state == "off" else "read-only"
        if (found == "writable") != self.asked["writable"]:
            raise Unlike(found)
        return found

    def _parameters_asked(self) -> Json:
        return dict(self.asked.get("parameters") or {})

    def _parameters(self) -> str:
        names = ", ".join(_quoted(name) for name in self._parameters_asked())
        rows = self.connection.query(
            f"SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ({names})"  # noqa: S608
        )
        shown = {row[0]: row[1] for row in rows}
        asked = self._parameters_asked()
        unlike = [n for n in asked if n in shown and not _same(asked[n], shown[n])]
        if unlike:
            raise Unlike(", ".join(f"{name} {shown[name]}" for name in unlike))
        if unseen := [name for name in asked if name not in shown]:
            raise Unseen(f"{', '.join(unseen)} not shown to this login")
        return "as expected"

    def _waiting(self) -> str:
        rows = self.connection.query(
            "SELECT name FROM pg_catalog.pg_settings WHERE pending_restart ORDER BY name"
        )
        if rows:
            raise Unlike(f"waiting: {', '.join(row[0] for row in rows)}")
        return "no parameter waits for one"

    def _refuse(self) -> str:
        """Come without TLS: whoever is asked for a password then is served then."""
        clear = Connection(self.address, self.port, self.seconds)
        try:
            code, _ = clear.open(self.asked["user"], self.asked.get("database", "postgres"))
        except Unlike as error:
            return str(error)
        finally:
            clear.close()
        raise Unlike(f"{PASSWORD_NEEDED.get(code, code)} is asked for, without TLS")


def prove(connection: Connection, password: str) -> None:
    """Prove by SCRAM-SHA-256 (RFC 5802, 7677) that we know a password, and let the server do so."""
    nonce = base64.b64encode(secrets.token_bytes(18)).decode()
    first = f"n=,r={nonce}"  # the name is that of the opening message
    spoken = f"n,,{first}".encode()
    body = b"SCRAM-SHA-256\0" + struct.pack("!i", len(spoken)) + spoken
    connection.send(b"p", body)
    code, asked = connection.challenge()
    parts = _attributes(asked)
    rounds = int(parts.get("i", 0))
    if code != 11 or not parts.get("r", "").startswith(nonce) or not 0 < rounds <= ITERATIONS:
        raise Unlike("an authentication that is not SCRAM's")
    salt = base64.b64decode(parts["s"])
    salted = hashlib.pbkdf2_hmac("sha256", prepared(password), salt, rounds)
    last = f"c=biws,r={parts['r']}"  # biws: no channel binding, as the first message said
    everything = f"{first},{asked.decode()},{last}".encode()
    key = _signed(salted, b"Client Key")
    signature = _signed(hashlib.sha256(key).digest(), everything)
    proof = bytes(one ^ other for one, other in zip(key, signature, strict=True))
    connection.send(b"p", f"{last},p={base64.b64encode(proof).decode()}".encode())
    code, ended = connection.challenge()
    expected = _signed(_signed(salted, b"Server Key"), everything)
    shown = base64.b64decode(_attributes(ended).get("v", ""))
    if code != 12 or not hmac.compare_digest(shown, expected):
        raise Unlike("a server that does not know the password itself")


def prepared(password: str) -> bytes:
    """A password as SCRAM counts it (SASLprep, RFC 4013), or as it is where that forbids it."""
    spaced = "".join(" " if stringprep.in_table_c12(c) else c for c in password)
    mapped = "".join(c for c in spaced if not stringprep.in_table_b1(c))
    plain = unicodedata.normalize("NFKC", mapped)
    forbidden = any(stringprep.in_table_c21_c22(c) for c in plain)
    return (password if forbidden or not plain else plain).encode()


def report(paths: list[Path]) -> Json:
    """Everything that was found, in less than a run command keeps."""
    checks = [check for path in paths for check in path.checks]
    passed = all(check["state"] != "failed" for check in checks)
    trips = {path.path["name"]: path.round_trips for path in paths if path.round_trips}
    found = {"verdict": "passed" if passed else "failed", "roundTrips": trips}
    for limit in TEXT_LIMITS:
        short = [{k: _cut(v, limit) for k, v in check.items()} for check in checks]
        if len(json.dumps({**found, "checks": short})) <= OUTPUT:
            break
    return {**found, "checks": short}


def _row(body: bytes) -> list[str]:
    values, at = [], 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        (length,) = struct.unpack("!i", body[at : at + 4])
        at += 4
        values.append(body[at : at + max(length, 0)].decode(errors="replace"))
        at += max(length, 0)  # -1 is NULL
    return values


def _attributes(said: bytes) -> dict[str, str]:
    parts = said.decode(errors="replace").split(",")
    return {part[:1]: part[2:] for part in parts}


def _signed(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _same(wanted: Any, shown: str) -> bool:
    """As the server means it: lists have no order, texts no case; a list asks for its own alone."""
    there = {_plain(part) for part in shown.split(",")}
    if isinstance(wanted, list):
        return {_plain(str(each)) for each in wanted} <= there
    return {_plain(part) for part in str(wanted).split(",")} == there


def _plain(text: str) -> str:
    bare = text.strip(' "').casefold()
    try:
        return str(float(bare))
    except ValueError:
        return SWITCHES.get(bare, bare)


def _text(value: Any) -> str:
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)


def _words(error: OSError, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return str(error.strerror or error)


def _cut(value: Any, limit: int) -> Any:
    long = isinstance(value, str) and len(value) > limit
    return f"{value[: limit - 1]}~" if long else value


def main() -> int:
    """Walk every path and print what was found; the exit code."""
    try:
        asked = json.loads(os.environ["QUERY_PROBE"])
        password = os.environ["QUERY_PROBE_PASSWORD"]
        paths = [Path(asked, path, password) for path in asked["paths"]]
        if not 0 < len(paths) <= PATHS:
            raise ValueError(f"{len(paths)} paths instead of 1 to {PATHS}")
        for number, path in enumerate(paths):
            path.walk(first=number == 0)
    except (KeyError, TypeError, ValueError) as error:
        print(json.dumps({"verdict": "unusable", "error": f"{type(error).__name__}: {error}"}))
        return 2
    found = report(paths)
    print(json.dumps(found))
    return 0 if found["verdict"] == "passed" else 1


if __name__ == "__main__":
    sys.exit(main())
