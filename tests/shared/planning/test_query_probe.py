"""The query probe against real PostgreSQL servers, with libpq beside it as the judge."""

import ast
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import trustme

from local.postgres import HOST, Identity, Login, Postgres
from shared.planning.validation import query_probe

SCRIPT = Path(query_probe.__file__)
PASSWORD = "Grün-€ 'quoted' ,=\"x"
LOGIN = Login("dbadmin", PASSWORD)
WRONG = "not-the-password"
Json = dict[str, Any]
Start = Callable[..., Postgres]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The root that the machine's certificate store holds."""
    return trustme.CA()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> Path:
    """Where certificates lie; `store.pem` is the machine's store."""
    made = tmp_path_factory.mktemp("tls")
    authority.cert_pem.write_to_path(str(made / "store.pem"))
    return made


def identity(folder: Path, name: str, issued: trustme.LeafCert) -> Identity:
    """A certificate and its key as files."""
    shown = Identity(folder / f"{name}.pem", folder / f"{name}.key")
    shown.certificate.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(shown.key))
    return shown


@pytest.fixture(scope="module")
def good(folder: Path, authority: trustme.CA) -> Identity:
    """A certificate without a fault."""
    return identity(folder, "good", authority.issue_cert("localhost"))


@pytest.fixture(scope="module")
def server(good: Identity) -> Iterator[Postgres]:
    """A server without a fault."""
    with Postgres(LOGIN, identity=good, settings={"work_mem": "8MB"}) as running:
        yield running


@pytest.fixture
def start(good: Identity) -> Iterator[Start]:
    """Starts servers with a fault, for one test."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(
            Postgres(LOGIN, **{"identity": good, **options})
        )


Probe = Callable[..., Json]


@pytest.fixture
def probe(folder: Path) -> Probe:
    """Runs the file as a run command does: by a shell, with its input in the environment."""

    def run(port: int, *, password: str = PASSWORD, **asked: Any) -> Json:
        paths = [{"name": "direct", "port": port}]
        wanted = {"server": "localhost", "user": "dbadmin", "paths": paths, **asked}
        environment = {"QUERY_PROBE": json.dumps(wanted), "QUERY_PROBE_PASSWORD": password}
        done = subprocess.run(
            [sys.executable, "-I", str(SCRIPT)],
            env={**environment, "SSL_CERT_FILE": str(folder / "store.pem")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        assert password not in done.stdout
        found: Json = json.loads(done.stdout)
        return {**found, "exitCode": done.returncode, "bytes": len(done.stdout)}

    return run


def states(found: Json) -> dict[str, str]:
    """Check -> state, in the order in which they were made."""
    return {check["check"]: check["state"] for check in found["checks"]}


def failure(found: Json) -> tuple[str, str]:
    """The one check that failed, and what was found."""
    assert found["verdict"] == "failed"
    assert found["exitCode"] == 1
    (failed,) = [check for check in found["checks"] if check["state"] == "failed"]
    return failed["check"], failed["found"]


def libpq_comes_in(port: int, folder: Path, *, password: str = PASSWORD) -> bool:
    """Whether PostgreSQL's own client, verifying everything, gets an answer and may write."""
    where = f"host=localhost port={port} user=dbadmin dbname=postgres connect_timeout=5"
    trust = f"sslmode=verify-full sslrootcert={folder / 'store.pem'}"
    try:
        with psycopg.connect(f"{where} {trust}", password=password) as connection:
            connection.execute("CREATE TEMPORARY TABLE written (x int)")
            return True
    except psycopg.Error:
        return False


def test_a_good_server_passes_every_check_and_libpq_agrees(
    server: Postgres, probe: Probe, folder: Path
) -> None:
    parameters = {"work_mem": "8192", "fsync": "FALSE", "max_connections": "20"}
    asked = {"version": "18", "writable": True, "encryptedOnly": True, "parameters": parameters}
    found = probe(server.port, **asked)
    assert found["verdict"] == "passed", found
    assert set(states(found).values()) == {"passed"}
    assert list(states(found)) == [
        *("name", "port", "encryption", "certificate", "login", "query"),
        *("version", "role", "parameters", "restart", "clear text"),
    ]
    assert found["exitCode"] == 0
    assert libpq_comes_in(server.port, folder)


def test_round_trips_are_told_as_rising_percentiles_of_each_path(
    server: Postgres, probe: Probe
) -> None:
    paths = [
        {"name": "direct", "port": server.port, "within": ["127.0.0.0/8", "::1/128"]},
        {"name": "gateway", "port": server.port, "address": HOST},
    ]
    trips = probe(0, paths=paths)["roundTrips"]
    assert set(trips) == {"direct", "gateway"}
    for each in trips.values():
        assert 0 < each["p50"] <= each["p95"] <= each["p99"]


def test_a_wrong_password_fails_at_the_login_with_the_code_of_the_server(
    server: Postgres, probe: Probe, folder: Path
) -> None:
    check, found = failure(probe(server.port, password=WRONG))
    assert check == "login"
    assert found.startswith("28P01: ")
    assert not libpq_comes_in(server.port, folder, password=WRONG)


def expired(folder: Path, authority: trustme.CA) -> Identity:
    ended = datetime.now(UTC) - timedelta(days=1)
    return identity(folder, "expired", authority.issue_cert("localhost", not_after=ended))


def self_signed(folder: Path, authority: trustme.CA) -> Identity:
    alone = trustme.CA()
    shown = Identity(folder / "alone.pem", folder / "alone.key")
    alone.cert_pem.write_to_path(str(shown.certificate))
    alone.private_key_pem.write_to_path(str(shown.key))
    return shown


def of_another_root(folder: Path, authority: trustme.CA) -> Identity:
    return identity(folder, "foreign", trustme.CA().issue_cert("localhost"))


def of_another_name(folder: Path, authority: trustme.CA) -> Identity:
    return identity(folder, "other", authority.issue_cert("other.postgres.database.azure.com"))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (expired, "certificate has expired"),
        (self_signed, "self-signed certificate"),
        (of_another_root, "unable to get local issuer certificate"),
        (of_another_name, "certificate is not valid for 'localhost'"),
    ],
)
def test_a_certificate_that_does_not_vouch_for_the_server_ends_the_probe(
    made: Callable[[Path, trustme.CA], Identity],
    said: str,
    folder: Path,
    authority: trustme.CA,
    start: Start,
    probe: Probe,
) -> None:
    running = start(identity=made(folder, authority))
    found = probe(running.port)
    check, seen = failure(found)
    assert check == "certificate"
    assert said in seen
    assert "login" not in states(found)
    assert not libpq_comes_in(running.port, folder)


def test_a_server_without_tls_is_shown_nothing(start: Start, probe: Probe, folder: Path) -> None:
    running = start(identity=None)
    found = probe(running.port)
    assert failure(found) == ("encryption", "the server does without TLS")
    assert "login" not in states(found)
    assert not libpq_comes_in(running.port, folder)


def test_a_server_that_also_takes_clear_text_fails_where_it_must_not(
    start: Start, probe: Probe
) -> None:
    running = start(encrypted_only=False)
    check, seen = failure(probe(running.port, encryptedOnly=True))
    assert check == "clear text"
    assert "without TLS" in seen
    assert probe(running.port)["verdict"] == "passed"


def test_a_server_shut_down_fails_at_its_port(start: Start, probe: Probe) -> None:
    running = start()
    running.stop()
    assert failure(probe(running.port)) == ("port", "Connection refused")


def test_a_full_pool_fails_at_the_login(start: Start, probe: Probe, folder: Path) -> None:
    few = {"max_connections": "2", "superuser_reserved_connections": "1", "max_wal_senders": "0"}
    running = start(settings=few)
    where = f"host=localhost port={running.port} user=dbadmin dbname=postgres"
    with psycopg.connect(where, password=PASSWORD, sslmode="require"):
        check, found = failure(probe(running.port))
        assert not libpq_comes_in(running.port, folder)
    assert check == "login"
    assert found.startswith("53300: ")


def test_a_standby_answers_but_is_not_writable(start: Start, probe: Probe, folder: Path) -> None:
    running = start(standby=True)
    found = probe(running.port, writable=True)
    assert failure(found) == ("role", "read-only")
    assert states(found)["query"] == "passed"
    assert not libpq_comes_in(running.port, folder)
    assert probe(running.port, writable=False)["verdict"] == "passed"


def test_another_version_is_told(server: Postgres, probe: Probe) -> None:
    check, found = failure(probe(server.port, version="17"))
    assert check == "version"
    assert found.startswith("PostgreSQL 18.")


def test_a_parameter_with_another_value_is_told_with_it(server: Postgres, probe: Probe) -> None:
    asked = {"max_connections": "200", "fsync": "off"}
    assert failure(probe(server.port, parameters=asked)) == ("parameters", "max_connections 20")


def test_a_list_asks_for_its_own_elements_only(start: Start, probe: Probe) -> None:
    running = start(settings={"search_path": '"$user", public, extra'})
    assert probe(running.port, parameters={"search_path": ["EXTRA"]})["verdict"] == "passed"
    assert probe(running.port, parameters={"search_path": ["absent"]})["verdict"] == "failed"
    assert probe(running.port, parameters={"search_path": "extra"})["verdict"] == "failed"


def test_a_parameter_that_the_login_may_not_see_is_unknown_and_no_failure(
    server: Postgres, probe: Probe
) -> None:
    found = probe(server.port, parameters={"pgbouncer.enabled": "true"})
    assert states(found)["parameters"] == "unknown"
    assert found["verdict"] == "passed"


def test_a_parameter_that_waits_for_a_restart_is_named(start: Start, probe: Probe) -> None:
    running = start()
    running.configure({"max_connections": "33"})
    found = probe(running.port)
    while found["verdict"] == "passed":  # the signal is on its way
        found = probe(running.port)
    assert failure(found) == ("restart", "waiting: max_connections")


def test_an_address_outside_of_the_expected_networks_fails_at_the_name(
    server: Postgres, probe: Probe
) -> None:
    paths = [{"name": "direct", "port": server.port, "within": ["10.1.3.0/24"]}]
    check, _ = failure(probe(0, paths=paths))
    assert check == "name"


def test_a_name_that_nobody_knows_fails_at_the_name(probe: Probe) -> None:
    check, _ = failure(probe(5432, server="nobody.invalid"))
    assert check == "name"


def test_silence_is_waited_for_no_longer_than_asked(probe: Probe) -> None:
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        paths = [{"name": "gateway", "port": silent.getsockname()[1], "address": HOST}]
        check, found = failure(probe(0, paths=paths, seconds=0.2))
    assert (check, found) == ("encryption", "no answer within 0.2 s")


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"S" + b"\x15\x03\x01\x00\x02\x02\x28"]
)
def test_a_stranger_at_the_address_is_a_failure_and_no_crash(answer: bytes, probe: Probe) -> None:
    with socket.socket() as stranger:
        stranger.bind((HOST, 0))
        stranger.listen()
        address = stranger.getsockname()
        if os.fork() == 0:
            caller, _ = stranger.accept()
            caller.recv(8)
            caller.sendall(answer)
            caller.close()
            os._exit(0)
        paths = [{"name": "gateway", "port": address[1], "address": HOST}]
        check, _ = failure(probe(0, paths=paths))
        os.wait()
    assert check in {"encryption", "certificate"}


def test_the_output_fits_in_what_a_run_command_keeps(server: Postgres, probe: Probe) -> None:
    parameters = {f"a_parameter_with_a_long_name.{n}": "x" * 1000 for n in range(20)}
    user = "u" * 63
    paths = [
        {"name": "direct", "port": server.port, "within": ["127.0.0.0/8"] * 60 + ["::1/128"]},
        {"name": "gateway", "port": server.port, "address": HOST},
    ]
    found = probe(0, paths=paths, parameters=parameters, version="17", writable=False)
    assert found["bytes"] < 4096
    assert probe(0, paths=paths, parameters=parameters, user=user)["bytes"] < 4096


@pytest.mark.parametrize(
    "paths", [[], None, [{}], [{"name": "x"}] * 3, [{"name": "x", "port": ""}]]
)
def test_nonsense_is_said_to_be_that(paths: Any, probe: Probe) -> None:
    found = probe(5432, paths=paths)
    assert found["verdict"] == "unusable"
    assert found["exitCode"] == 2


def test_the_probe_needs_nothing_but_the_standard_library() -> None:
    imported = set()
    for node in ast.walk(ast.parse(SCRIPT.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported <= sys.stdlib_module_names
