"""Server parameters: a wrong name or value is told before anything is created."""

import pytest

from generate.server_parameters import FILE, table
from shared.deployment.specs.checks.server_parameters import allows, known, parameter_faults


def told(name: str, value: str) -> list[tuple[str, str]]:
    """Code and message of what is wrong with one parameter."""
    return [(f.advice["code"], f.advice["message"]) for f in parameter_faults({name: value})]


def test_the_table_is_what_real_servers_show() -> None:
    assert FILE.read_text(encoding="utf-8") == table(), "run python -m generate.server_parameters"


def test_a_name_misspelt_is_told_with_the_one_that_is_meant() -> None:
    [(code, message)] = told("max_conections", "200")
    assert code == "ParameterUnknown"
    assert message.endswith("do you mean max_connections?")


def test_what_the_server_was_built_with_is_nobodys_to_set() -> None:
    assert told("block_size", "8192")[0][0] == "ParameterReadOnly"


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("work_mem", "64MB", "a whole number from 64 to 2147483647, in units of kB"),
        ("work_mem", "abc", "a whole number"),
        ("work_mem", "65536.5", "a whole number"),
        ("max_connections", "0", "from 1 to 262143"),
        ("random_page_cost", "cheap", "a number"),
        ("checkpoint_completion_target", "1.5", "from 0 to 1"),
        ("log_statement", "everything", "one of all, ddl, mod, none"),
        ("jit", "perhaps", "on or off"),
    ],
)
def test_a_value_that_no_server_takes_is_told_with_what_it_takes(
    name: str, value: str, wanted: str
) -> None:
    [(code, message)] = told(name, value)
    assert code == "ParameterValueInvalid"
    assert wanted in message
    assert message.endswith(f"not {value}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("work_mem", "65536"),
        ("random_page_cost", "1.1"),
        ("jit", "OFF"),
        ("log_statement", "DDL"),
        ("wal_compression", "zstd"),
        ("synchronous_commit", "true"),
        ("require_secure_transport", "on"),
        ("old_snapshot_threshold", "60"),
        ("log_line_prefix", "%t-%c-"),
        ("pgbouncer.enabled", "true"),
        ("azure.extensions", "pgcrypto"),
    ],
)
def test_what_some_server_takes_is_left_to_the_server(name: str, value: str) -> None:
    assert told(name, value) == []


def test_a_long_value_is_told_in_part() -> None:
    assert len(told("work_mem", "9" * 1000)[0][1]) < 200


@pytest.mark.parametrize("name", [n for n, rule in known().items() if rule["type"] == "bool"][:5])
def test_every_word_for_on_and_off_is_one(name: str) -> None:
    assert [told(name, v) for v in ("on", "off", "true", "false", "yes", "no")] == [[]] * 6


@pytest.mark.parametrize(
    ("kind", "allowed", "value", "right"),
    [
        ("Integer", "25-5000", "5000", True),
        ("Integer", "25-5000", "5001", False),
        ("Integer", "-1-2147483647", "-1", True),
        ("Numeric", "0-1", "0.9", True),
        ("Numeric", "0-1", "1.1", False),
        ("Boolean", "on,off", "true", True),
        ("Boolean", "on,off", "maybe", False),
        ("Enumeration", "none,ddl,mod,all", "ALL", True),
        ("Enumeration", "none,ddl,mod,all", "some", False),
        ("Set", "pg_cron,pgaudit", "pgaudit, pg_cron", True),
        ("Set", "pg_cron,pgaudit", "pgaudit,nonsense", False),
        ("String", "[a-z]*", "ANY", True),
    ],
)
def test_an_existing_server_says_what_it_takes(
    kind: str, allowed: str, value: str, right: bool
) -> None:
    assert allows(kind, allowed, value) == right
