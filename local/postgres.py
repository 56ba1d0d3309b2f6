"""A real PostgreSQL server as a process of its own on the loopback, for as long as it is needed.

Its data are new each time and go with it. It speaks TLS with the certificate that it is given and
knows one login, by SCRAM-SHA-256, which is no superuser, as on Azure. The binaries come with npm
and are installed by ``make setup``. PostgreSQL refuses to run as root: started by root, it runs as
`nobody`, who must then be able to read the folder of the clone.
"""

import atexit
import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from local.service import Service, await_end

HOST = "127.0.0.1"
MODULES = Path(__file__).parents[1] / "node_modules"
# Where npm puts each major version, by package.json. Linux on x64 alone: no other is tried.
PACKAGES = {"17": "postgres-17", "18": "postgres-18"}
SUPERUSER = "azuresu"  # as on Azure, where nobody else is it
UNPRIVILEGED = "nobody"
PATIENCE = 30.0  # seconds to come up or to go; less than one is usual
# Nothing here has to outlive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SMALL = {"shared_buffers": "16MB", "max_connections": "20"}


class PostgresMissing(RuntimeError):
    """The npm package of a major version is not installed, or not to be read."""

    def __init__(self, major: str, missing: Path) -> None:
        super().__init__(
            f"PostgreSQL {major} is not installed, or `{UNPRIVILEGED}` may not read it: {missing} "
            "is put there by `make setup` (Linux on x64)"
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """What a server shows in TLS: PEM files, the certificate with the chain below its root."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Login:
    """Who may come in."""

    name: str
    password: str = field(repr=False)


class Postgres(Service):
    """A server for as long as the `with` block lasts.

    Args:
        login: the only one; a member of pg_monitor, as Azure's administrators are.
        identity: without one there is no TLS.
        major: the version to run.
        settings: server parameters by name.
        encrypted_only: whether those who come without TLS are turned away.
        standby: whether it is a copy that waits for a primary: nothing can be written.
        port: 0 takes a free one.
    """

    def __init__(
        self,
        login: Login,
        *,
        identity: Identity | None = None,
        major: str = "18",
        settings: Mapping[str, str] | None = None,
        encrypted_only: bool = True,
        standby: bool = False,
        port: int = 0,
    ) -> None:
        self.port = port or _free_port()
        self._login, self._identity, self._major = login, identity, major
        self._settings = dict(settings or {})
        self._encrypted_only, self._standby = encrypted_only, standby
        self._binaries = MODULES / PACKAGES.get(major, f"postgres-{major}") / "native/bin"
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Make its data, start it and wait until it lets people in.

        Raises:
            PostgresMissing: there is nothing to start.
            RuntimeError: it ended, or kept silent for too long; with the end of its log.
        """
        if not (self._binaries.parent / "lib/libicui18n.so").exists():
            raise PostgresMissing(self._major, self._binaries)
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        try:
            self._make()
            self._launch()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End it, cutting whoever is connected; may be repeated."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGQUIT)  # at once: nothing is to be kept
            await_end(process, PATIENCE)
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def configure(self, settings: Mapping[str, str]) -> None:
        """Write parameters and have them read; those that need a restart wait for one."""
        lines = "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())
        with (self._data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
            file.write(lines)
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    @property
    def log(self) -> str:
        """What it has said so far."""
        path = self._home / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def _home(self) -> Path:
        if self._folder is None:
            raise RuntimeError("this server has not been started")
        return self._folder

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def _make(self) -> None:
        """A cluster, its login, who may come in and how, and what it shows in TLS."""
        _give(self._home)
        _run(["cp", "-a", str(_empty_cluster(self._binaries)), str(self._data)])
        settings = {**FAST, **SMALL, "listen_addresses": HOST, "port": str(self.port)}
        settings |= {"unix_socket_directories": "", **self._settings, **self._tls()}
        self.configure(settings)
        name, password = _name(self._login.name), _quoted(self._login.password)
        options = "LOGIN CREATEROLE CREATEDB"
        _run(
            [str(self._binaries / "postgres"), "--single", "-D", str(self._data), "postgres"],
            text=f"CREATE ROLE {name} {options} PASSWORD {password}\nGRANT pg_monitor TO {name}\n",
        )
        way = "hostssl" if self._encrypted_only and self._identity else "host"
        rule = f"{way} all {name} {HOST}/32 scram-sha-256\n"
        (self._data / "pg_hba.conf").write_text(rule, encoding="utf-8")
        if self._standby:
            (self._data / "standby.signal").touch()

    def _tls(self) -> dict[str, str]:
        if self._identity is None:
            return {"ssl": "off"}
        files = {"ssl_cert_file": self._identity.certificate, "ssl_key_file": self._identity.key}
        for name, source in files.items():
            copy = self._home / name
            shutil.copyfile(source, copy)
            _give(copy)
        return {"ssl": "on", **{name: str(self._home / name) for name in files}}

    def _launch(self) -> None:
        with (self._home / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self._data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is for whoever started it
                **_unprivileged(),
            )
        deadline = time.monotonic() + PATIENCE
        while "ready to accept" not in self.log:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {self.log[-2000:]}")
            time.sleep(0.02)


@functools.cache
def _empty_cluster(binaries: Path) -> Path:
    """A cluster to copy, as making one takes a second; it goes with this process."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _give(folder)
    arguments = ["-U", SUPERUSER, "-A", "reject", "-E", "UTF8", "--no-locale", "--wal-segsize=1"]
    _run([str(binaries / "initdb"), "-D", str(folder / "data"), *arguments, "--no-sync"])
    return folder / "data"


def _run(command: list[str], text: str = "") -> None:
    done = subprocess.run(
        command, input=text.encode(), capture_output=True, check=False, **_unprivileged()
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace")[-2000:]
        raise RuntimeError(f"{command[0]} failed: {said}")


def _unprivileged() -> dict[str, Any]:
    """How a process is started that must not be root, with next to nothing in its environment."""
    options: dict[str, Any] = {"env": {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, "cwd": "/"}
    if os.geteuid() == 0:
        options |= {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []}
    return options


def _give(path: Path) -> None:
    """Leave a file or folder to the server alone."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    if os.geteuid() == 0:
        shutil.chown(path, UNPRIVILEGED, "nogroup")


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as held:
        held.bind((HOST, 0))
        port: int = held.getsockname()[1]
        return port


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
