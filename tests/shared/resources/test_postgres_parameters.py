"""The parameters of the server, set one after the other on the emulated Azure."""

import json
from datetime import timedelta
from typing import Any

import pytest

from local.arm_emulator.emulator import ArmEmulator
from shared.azure.clients import AzureClients
from shared.deployment.changes.bodies import reverted
from shared.deployment.messages import Json
from shared.resources.postgres_parameters import PostgresParameters
from shared.resources.postgres_server import PostgresServer
from tests.shared.resources.conftest import MakeSpec

PARAMETERS = PostgresParameters()


class Server:
    """A server that exists, and the walk of its parameters towards a body."""

    def __init__(self, azure: ArmEmulator, clients: AzureClients, make_spec: MakeSpec) -> None:
        self.spec = make_spec("direct")
        self.id = PARAMETERS.id(self.spec)
        self.azure = azure
        self.clients = clients
        azure.put(PostgresServer().id(self.spec), {"location": "eastus", "properties": {}})
        azure.advance(60)  # a server is busy for a while after every write

    def read(self) -> Any:
        return json.loads(json.dumps(PARAMETERS.read(self.clients, self.id).json()))

    def apply(self, body: Json, observed: Json | None) -> list[str]:
        """Put and settle until the end; the writes it took."""
        seen = len(self.azure.calls())
        PARAMETERS.put(self.clients, self.id, body, observed)
        for _ in range(10):
            self.azure.advance(120)
            verdict = PARAMETERS.settle(self.clients, body, self.read(), timedelta())
            if verdict.state == "succeeded":
                calls = self.azure.calls()[seen:]
                return [_short(c) for c in calls if c["method"] in {"PUT", "PATCH", "POST"}]
            assert verdict.submitted is not None
            assert verdict.submitted.status_code == 202
        raise AssertionError("it does not settle")


def _short(call: Json) -> str:
    return f"{call['method']} {call['path'].rstrip('/').rsplit('/', 1)[-1]}"


@pytest.fixture
def server(azure: ArmEmulator, clients: AzureClients, make_spec: MakeSpec) -> Server:
    return Server(azure, clients, make_spec)


def test_all_parameters_are_read_in_one_call(server: Server) -> None:
    seen = len(server.azure.calls())
    read = server.read()
    assert read["properties"]["max_connections"] == "859"
    assert len(server.azure.calls()) == seen + 1


def test_those_that_differ_are_set_and_one_restart_follows(server: Server) -> None:
    body = {"properties": {"max_connections": "200", "wal_level": "logical", "work_mem": "8192"}}
    writes = server.apply(body, None)
    assert writes == [
        "PATCH max_connections",
        "PATCH wal_level",
        "PATCH work_mem",
        "POST restart",
    ]
    read = server.read()
    assert PARAMETERS.differences(body, read) == []
    assert list(PARAMETERS.health(read)) == []


def test_dynamic_parameters_need_no_restart(server: Server) -> None:
    assert server.apply({"properties": {"work_mem": "8192"}}, None) == ["PATCH work_mem"]


def test_nothing_is_written_where_nothing_differs(server: Server) -> None:
    assert server.apply({"properties": {"max_connections": "859"}}, None) == []


def test_libraries_are_added_to_those_that_are_there(server: Server) -> None:
    server.apply({"properties": {"shared_preload_libraries": ["pgaudit"]}}, None)
    libraries = server.read()["properties"]["shared_preload_libraries"].split(",")
    assert sorted(libraries) == ["pg_cron", "pg_stat_statements", "pgaudit"]


def test_libraries_that_are_there_already_are_no_difference(server: Server) -> None:
    body = {"properties": {"shared_preload_libraries": ["PG_stat_statements"]}}
    assert PARAMETERS.differences(body, server.read()) == []


def test_a_restore_puts_back_exactly_what_was_there(server: Server) -> None:
    body = {"properties": {"max_connections": "200", "shared_preload_libraries": ["pgaudit"]}}
    before = server.read()
    changes = PARAMETERS.differences(body, before)
    server.apply(body, before)
    there = server.read()
    writes = server.apply(reverted(there, changes), there)
    assert writes.count("POST restart") == 1
    assert server.read()["properties"] == before["properties"]


def test_a_snapshot_keeps_the_parameters_concerned_and_no_others(server: Server) -> None:
    desired = {"properties": {"max_connections": "200"}}
    snapshot = PARAMETERS.snapshot(desired, server.read())
    assert snapshot == {"properties": {"max_connections": "859"}}


def test_deleting_them_is_no_call_and_a_success(server: Server) -> None:
    seen = len(server.azure.calls())
    assert PARAMETERS.delete(server.clients, server.id).status_code == 204
    assert len(server.azure.calls()) == seen


def test_they_share_the_lock_of_their_server(server: Server) -> None:
    assert PARAMETERS.locks(server.spec) == PostgresServer().locks(server.spec)


def test_a_parameter_that_waits_for_a_restart_is_a_degradation() -> None:
    observed = {"properties": {"max_connections": "200"}, "pendingRestart": ["max_connections"]}
    waiting = [(change["path"], change["before"]) for change in PARAMETERS.health(observed)]
    assert waiting == [("properties.max_connections", "pending restart")]


@pytest.mark.parametrize(
    ("desired", "observed"),
    [
        ("ON", "on"),
        ("true", "on"),
        ("no", "off"),
        ("0.10", "0.1"),
        ("a, b", "b,a"),
        (" 200 ", "200"),
    ],
)
def test_two_spellings_of_one_value_are_equal(desired: str, observed: str) -> None:
    assert not PARAMETERS.differences(
        {"properties": {"p": desired}}, {"properties": {"p": observed}}
    )


@pytest.mark.parametrize(("desired", "observed"), [("on", "off"), ("200", "859"), ("a,b", "a")])
def test_two_values_are_different(desired: str, observed: str) -> None:
    changes = PARAMETERS.differences(
        {"properties": {"pgbouncer.mode": desired}}, {"properties": {"pgbouncer.mode": observed}}
    )
    assert [(c["path"], c["before"], c["after"]) for c in changes] == [
        ('properties."pgbouncer.mode"', observed, desired)
    ]


@pytest.mark.parametrize(
    ("desired", "there", "texts", "differs"),
    [
        ("%M [%p]", "%m [%p]", ["a"], True),
        ("%m [%p] ", "%m [%p]", ["a"], True),
        ("%m,%p", "%p,%m", ["a"], True),
        ("%m [%p]", "%m [%p]", ["a"], False),
        ("DDL", "ddl", [], False),
        ("on", "True", [], False),
    ],
)
def test_free_text_has_case_and_order_and_other_values_have_not(
    desired: str, there: str, texts: list[str], differs: bool
) -> None:
    observed = {"properties": {"a": there}, "texts": texts}
    changes = PARAMETERS.differences({"properties": {"a": desired}}, observed)
    assert bool(changes) == differs
    assert all(change["before"] != change["after"] for change in changes)


@pytest.mark.parametrize(
    ("name", "value", "codes"),
    [
        ("work_mem", "65536", []),
        ("work_mem", "64", ["ParameterValueInvalid"]),  # PostgreSQL takes it, Azure does not
        ("shared_preload_libraries", "nonsense", ["ParameterValueInvalid"]),
        ("server_version", "18", ["ParameterUnknown"]),
        ("pgbouncer.enable", "true", ["ParameterUnknown"]),
        ("pgbouncer.enabled", "true", []),
    ],
)
def test_what_the_server_would_not_take_is_refused_before(
    server: Server, name: str, value: str, codes: list[str]
) -> None:
    body = {"properties": {name: value}}
    observed = server.read()
    changes = PARAMETERS.differences(body, observed)
    refused = list(PARAMETERS.refusals(server.spec, changes, observed))
    assert [r["code"] for r in refused] == codes
    assert {r["target"] for r in refused} <= {f"postgres.parameters.{name}"}
