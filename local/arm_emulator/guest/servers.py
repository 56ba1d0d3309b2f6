"""Real PostgreSQL servers for as long as a script runs, made to be like the emulated ones."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Self

import trustme

from local.arm_emulator.providers.dbforpostgresql.parameters import PARAMETERS
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.postgres import HOST, PACKAGES, Identity, Login, Postgres

ON = {"on", "true"}
LIBRARIES = "shared_preload_libraries"
OWN_LIBRARIES = {"auto_explain", "pg_prewarm", "pg_stat_statements"}  # of PostgreSQL itself
# Of what is set in Azure, what a laptop can have as well; the rest would not fit or is not known.
HONOURED = {
    *("max_connections", "work_mem", "statement_timeout", "lock_timeout", "log_statement"),
    *("idle_in_transaction_session_timeout", "ssl_min_protocol_version", "password_encryption"),
    *("default_statistics_target", "random_page_cost", "wal_level", "timezone"),
    *("log_connections", "log_disconnections", "log_lock_waits", "autovacuum"),
    LIBRARIES,
}


class Servers:
    """The servers that a script may come to; a context manager that ends them.

    Args:
        world: where the emulated servers are.
        issue: issues a certificate for a name.
        folder: where keys lie meanwhile.
    """

    def __init__(
        self, world: World, issue: Callable[[str], trustme.LeafCert], folder: Path
    ) -> None:
        self._world, self._issue, self._folder = world, issue, folder
        self._open = contextlib.ExitStack()

    def start(self, key: str) -> tuple[str, int] | None:
        """Start the real server behind an emulated one; where it listens, if there can be one.

        Raises:
            PostgresMissing: its version is not installed.
        """
        server = self._world.store.get(key)
        if server is None or str(server.properties.get("version")) not in PACKAGES:
            return None
        running = self._open.enter_context(self._like(server))
        running.configure(_parameters(self._world, server, waiting=True))
        return HOST, running.port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _like(self, server: Resource) -> Postgres:
        name = str(server.properties["fullyQualifiedDomainName"])
        issued = self._issue(name)
        files = Identity(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        files.certificate.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(str(files.key))
        login = str(server.properties.get("administratorLogin"))
        return Postgres(
            Login(login, server.secrets.get("administratorLoginPassword", "")),
            identity=files,
            major=str(server.properties["version"]),
            settings=_parameters(self._world, server, waiting=False),
            encrypted_only=_secure(self._world, server),
            standby=server.properties.get("replicationRole") == "AsyncReplica",
        )


def _parameters(world: World, server: Resource, *, waiting: bool) -> dict[str, str]:
    """What is in force, or waits for a restart, as far as a laptop can have it as well."""
    found = {} if waiting else {LIBRARIES: PARAMETERS[LIBRARIES].default}
    for child in world.store.children(server.key):
        name = child.id.name
        of_server = child.id.type.lower().endswith("/configurations")
        pending = bool(child.properties.get("isConfigPendingRestart"))
        if of_server and name in HONOURED and pending == waiting:
            found[name] = str(child.properties["value"])
    if LIBRARIES in found:
        wanted = (each.strip() for each in found[LIBRARIES].split(","))
        found[LIBRARIES] = ",".join(each for each in wanted if each in OWN_LIBRARIES)
    return found


def _secure(world: World, server: Resource) -> bool:
    switch = world.store.get(server.id.child("configurations", "require_secure_transport").key)
    return switch is None or str(switch.properties.get("value")).lower() in ON
