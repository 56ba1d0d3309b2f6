"""The printed strings, run as they are printed by the drivers that they are for.

They run in a sandbox, which replaces what a test cannot have: where the server's name and the
gateway's address lead, and which root the store of the machine holds.
"""

import json
import site
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from local.arm_emulator.guest import sandbox
from local.arm_emulator.guest.sandbox import Network
from local.arm_emulator.state.guests import Script
from local.postgres import HOST, MODULES, Identity, Login, Postgres
from shared.deployment.outputs import outputs
from shared.deployment.specs.parsing import parse_spec
from tests.conftest import ROOT
from tests.shared.strategies import SUBSCRIPTION

Json = dict[str, Any]
PASSWORD = "Grün-€ 'quoted' ,=\"x"
DATABASE, GATEWAY, MACHINE = "10.1.3.4", "10.1.2.10", "10.1.4.4"
# Node reserves more addresses than a script of a run command may; it uses little of that.
UNLIMITED = {name: limit for name, limit in sandbox.LIMITS.items() if name != "AS"}
PSYCOPG = """python3 - <<'END'
import json, os, psycopg
for way, string in json.loads(os.environ["STRINGS"]).items():
    try:
        with psycopg.connect(string, password=os.environ["SECRET"], connect_timeout=5) as made:
            told = made.execute(
                "SELECT 1, ssl, current_user FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            ).fetchone()
            idle = made.info.get_parameters()["keepalives_idle"]
            print(json.dumps([way, made.info.hostaddr, *told, idle]))
    except psycopg.Error as error:
        print(json.dumps([way, str(error)]))
END
"""
NODE = """NODE_EXTRA_CA_CERTS=$SSL_CERT_FILE node - <<'END'
const { Client } = require("pg");
const client = new Client({ ...JSON.parse(process.env.STRINGS), password: process.env.SECRET });
client.connect()
  .then(() => client.query(
    "SELECT 1 AS one, ssl, current_user FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
  .then(({ rows: [row] }) => {
    const { remoteAddress, authorized } = client.connection.stream;
    console.log(JSON.stringify([remoteAddress, authorized, row.one, row.ssl, row.current_user]));
    return client.end();
  })
  .catch((error) => { console.log(JSON.stringify([String(error)])); process.exit(0); });
END
"""


def printed() -> Json:
    """The outputs of the recipe with a pool, which has a string for every way."""
    raw: Json = json.loads((ROOT / "samples" / "recipe.json").read_text())
    raw["postgres"] |= {"parameters": {"pgbouncer.enabled": "true"}}
    return outputs(parse_spec(raw, subscription_id=SUBSCRIPTION))


class Machine:
    """A machine inside of the network, whose store holds one root."""

    def __init__(self, store: Path, port: int) -> None:
        self.store, self.port = store, port

    def run(self, text: str, strings: Any, *, leads_to: str = DATABASE) -> list[Any]:
        """What a script prints, line by line."""
        ways = [(address, port) for address in (DATABASE, GATEWAY) for port in (5432, 6432)]
        network = Network(
            names={printed()["serverFqdn"]: leads_to},
            addresses=frozenset({DATABASE, GATEWAY, MACHINE}),
            open=dict.fromkeys(ways, "server"),
            silent=frozenset(),
        )
        environment = {
            "STRINGS": json.dumps(strings),
            "SECRET": PASSWORD,
            "PYTHONPATH": site.getsitepackages()[0],
            "NODE_PATH": str(MODULES),
        }
        script = Script(text, environment, (), 60.0)
        ended = sandbox.run(script, network, lambda _: (HOST, self.port), self.store, UNLIMITED)
        assert (ended.state, ended.error) == ("Succeeded", "")
        return [json.loads(line) for line in ended.output.splitlines()]


@pytest.fixture(scope="module")
def roots() -> tuple[trustme.CA, trustme.CA]:
    """The root that the machine trusts, and another one."""
    return trustme.CA(), trustme.CA()


@pytest.fixture(scope="module")
def machines(
    tmp_path_factory: pytest.TempPathFactory, roots: tuple[trustme.CA, trustme.CA]
) -> Iterator[dict[str, Machine]]:
    """One whose server is as it should be, and two whose servers are not."""
    ours, foreign = roots
    folder = tmp_path_factory.mktemp("strings")
    store = folder / "store.pem"
    ours.cert_pem.write_to_path(str(store))
    name = printed()["serverFqdn"]
    issued = {
        "good": ours.issue_cert(name),
        "of another root": foreign.issue_cert(name),
        "of another name": ours.issue_cert("other.postgres.database.azure.com"),
    }
    with ExitStack() as running:
        found: dict[str, Machine] = {}
        for kind, certificate in issued.items():
            shown = Identity(folder / f"{kind}.pem", folder / f"{kind}.key")
            chain = b"".join(each.bytes() for each in certificate.cert_chain_pems)
            shown.certificate.write_bytes(chain)
            certificate.private_key_pem.write_to_path(str(shown.key))
            login = Login("dbadmin", PASSWORD)
            server = running.enter_context(Postgres(login, identity=shown, major="17"))
            found[kind] = Machine(store, server.port)
        yield found


def test_every_string_of_libpq_gets_a_query_through_as_printed(
    machines: dict[str, Machine],
) -> None:
    strings = printed()["connectionStrings"]
    found = {way: told for way, *told in machines["good"].run(PSYCOPG, strings)}
    assert found == {
        "direct": [DATABASE, 1, True, "dbadmin", "120"],
        "pooled": [DATABASE, 1, True, "dbadmin", "120"],
        "proxied": [GATEWAY, 1, True, "dbadmin", "120"],
        "proxiedPooled": [GATEWAY, 1, True, "dbadmin", "120"],
    }


@pytest.mark.parametrize("way", ["direct", "proxied"])
@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("of another root", "certificate verify failed"),
        ("of another name", "does not match host name"),
    ],
)
def test_a_string_of_libpq_turns_away_whoever_is_not_the_server(
    machines: dict[str, Machine], way: str, kind: str, says: str
) -> None:
    string = printed()["connectionStrings"][way]
    [[_, error]] = machines[kind].run(PSYCOPG, {way: string})
    assert says in error


@pytest.mark.parametrize("address", [DATABASE, GATEWAY])
def test_the_config_of_node_gets_a_query_through_where_its_name_leads(
    machines: dict[str, Machine], address: str
) -> None:
    config = printed()["clients"]["node"]["config"]
    [told] = machines["good"].run(NODE, config, leads_to=address)
    assert told == [address, True, 1, True, "dbadmin"]


@pytest.mark.parametrize(
    ("kind", "says"),
    [("of another root", "unable to verify"), ("of another name", "does not match")],
)
def test_the_config_of_node_turns_away_whoever_is_not_the_server(
    machines: dict[str, Machine], kind: str, says: str
) -> None:
    config = printed()["clients"]["node"]["config"]
    [[error]] = machines[kind].run(NODE, config)
    assert says in error


def test_what_was_run_and_what_was_only_read_is_told_of_every_client() -> None:
    tried = {
        name: client["tried"].partition(":")[0] for name, client in printed()["clients"].items()
    }
    assert tried["libpq"] == tried["node"] != tried["jdbc"] == tried["npgsql"] == "not run"
