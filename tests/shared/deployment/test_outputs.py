"""What is printed for those who connect: strings that work as printed, and no secret."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.deployment.outputs import outputs
from shared.deployment.specs.parsing import parse_spec

SAMPLES = Path(__file__).parents[3] / "samples"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
POOLED = {"parameters": {"pgbouncer.enabled": "true"}}
FOUR_MINUTES = 240


def told(name: str, **parts: Any) -> Any:
    raw = json.loads((SAMPLES / f"{name}.json").read_text())
    for field, value in parts.items():
        raw[field] = {**raw.get(field, {}), **value}
    return outputs(parse_spec(raw, subscription_id=SUBSCRIPTION))


def words(text: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in text.split())


@pytest.mark.parametrize("name", ["recipe", "lean", "direct", "full"])
def test_libpq_verifies_the_server_and_keeps_a_silent_session_alive(name: str) -> None:
    for text in told(name, postgres=POOLED)["connectionStrings"].values():
        said = words(text)
        assert (said["sslmode"], said["sslrootcert"]) == ("verify-full", "system")
        assert int(said["keepalives_idle"]) < FOUR_MINUTES
        assert "password" not in said


def test_through_the_gateway_the_name_is_the_servers_and_the_address_the_gateways() -> None:
    found = told("recipe")
    said = words(found["connectionStrings"]["proxied"])
    assert (said["host"], said["hostaddr"]) == (found["serverFqdn"], "10.1.2.10")
    assert "hostaddr" not in words(found["connectionStrings"]["direct"])


@pytest.mark.parametrize(
    ("name", "parts", "ports"),
    [
        ("recipe", {}, {"direct": "5432", "proxied": "5432"}),
        ("direct", {}, {"direct": "5432"}),
        ("direct", {"postgres": POOLED}, {"direct": "5432", "pooled": "6432"}),
        (
            "recipe",
            {"postgres": POOLED},
            {"direct": "5432", "pooled": "6432", "proxied": "5432", "proxiedPooled": "6432"},
        ),
    ],
)
def test_there_is_a_string_for_each_way_in(name: str, parts: Any, ports: Any) -> None:
    strings = told(name, **parts)["connectionStrings"]
    assert {way: words(text)["port"] for way, text in strings.items()} == ports


def test_drivers_without_an_address_of_its_own_are_told_the_record_to_make() -> None:
    found = told("recipe")
    assert found["dns"]["record"] == {
        "name": found["serverFqdn"],
        "type": "A",
        "address": "10.1.2.10",
    }
    assert told("direct")["dns"]["forward"] == "postgres.database.azure.com"
    for driver in ("jdbc", "npgsql", "node"):
        assert "dns" in found["clients"][driver]["needs"]


def test_every_driver_verifies_names_and_sends_keepalives() -> None:
    clients = told("recipe")["clients"]
    jdbc = urlsplit(clients["jdbc"]["string"].removeprefix("jdbc:"))
    query = parse_qs(jdbc.query)
    assert (jdbc.port, query["sslmode"], query["tcpKeepAlive"]) == (5432, ["verify-full"], ["true"])
    npgsql = dict(part.split("=") for part in clients["npgsql"]["string"].split(";"))
    assert npgsql["SSL Mode"] == "VerifyFull"
    assert int(npgsql["Keepalive"]) < FOUR_MINUTES
    node = clients["node"]["config"]
    assert node["ssl"]["rejectUnauthorized"]
    assert node["keepAlive"]
    assert node["keepAliveInitialDelayMillis"] < FOUR_MINUTES * 1000


# https://jdbc.postgresql.org/documentation/use/#connection-parameters
OF_JDBC = {"user", "sslmode", "sslfactory", "tcpKeepAlive"}
# https://www.npgsql.org/doc/connection-string-parameters.html
OF_NPGSQL = {"Host", "Port", "Database", "Username", "SSL Mode", "Keepalive"}


@pytest.mark.parametrize("name", ["recipe", "direct", "secure"])
def test_what_was_not_run_uses_keywords_that_the_driver_documents(name: str) -> None:
    clients = told(name)["clients"]
    jdbc = urlsplit(clients["jdbc"]["string"].removeprefix("jdbc:"))
    npgsql = [part.split("=", 1) for part in clients["npgsql"]["string"].split(";")]
    assert (jdbc.scheme, jdbc.path) == ("postgresql", "/postgres")
    assert set(parse_qs(jdbc.query, strict_parsing=True)) == OF_JDBC
    assert {key for key, _ in npgsql} == OF_NPGSQL


@pytest.mark.parametrize(
    ("name", "parts", "client", "says"),
    [
        ("recipe", {}, "libpq", "nothing: its address is in the string"),
        ("recipe", {}, "jdbc", "make the record"),
        ("recipe", {"dns": {"resolver": {}}}, "node", "to 10.1.6.4"),
        ("direct", {}, "libpq", "to a DNS server in the hub network"),
        ("direct", {"dns": {"resolver": {}}}, "npgsql", "azure.com to 10.1.6.4"),
    ],
)
def test_each_kind_of_client_is_told_what_to_do_on_premises(
    name: str, parts: Any, client: str, says: str
) -> None:
    assert says in told(name, **parts)["dns"]["clients"][client]


def test_a_resolver_is_named_as_the_forwarder() -> None:
    dns = told("recipe", dns={"resolver": {"address": "10.1.6.9"}})["dns"]
    assert (dns["forwarder"], dns["forward"]) == ("10.1.6.9", "postgres.database.azure.com")
    assert "forwarder" not in told("recipe")["dns"]
