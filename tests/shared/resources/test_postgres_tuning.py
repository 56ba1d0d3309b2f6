"""What a server is tuned for: formulas by its size, judged by PostgreSQL itself and by Azure."""

from typing import Any

import pytest

from local.arm_emulator.providers.dbforpostgresql.parameters import PARAMETERS
from local.postgres import Login, Postgres
from shared.resources.postgres_parameters import PostgresParameters
from shared.resources.postgres_server import PostgresServer
from shared.resources.postgres_tuning import FORMULAS, tuned
from shared.resources.prices import monthly
from tests.shared.resources.conftest import MakeSpec, sample

Json = dict[str, Any]
WORKLOADS = ("oltp", "olap", "mixed")
SIZES = ("Standard_B1ms", "Standard_B2s", "Standard_D2ds_v5", "Standard_E96ads_v5")
LOGIN = Login("dbadmin", "Only-for-tests-1")


def parameters(workload: str, sku: str, storage: int = 128, **given: str) -> dict[str, str]:
    postgres = {"sku": sku, "storageGiB": storage, "tuning": {"workload": workload}}
    return tuned(sample("recipe", postgres={**postgres, "parameters": given}))


@pytest.mark.parametrize("workload", WORKLOADS)
def test_postgresql_itself_takes_every_value(workload: str) -> None:
    sizes = [(SIZES[0], 32), (SIZES[-1], 16384)]
    for major, (sku, storage) in zip(("17", "18"), sizes, strict=True):
        values = parameters(workload, sku, storage)
        with Postgres(LOGIN, settings=values, major=major) as server:
            assert "invalid value" not in server.log


def test_postgresql_itself_refuses_what_it_does_not_take() -> None:
    wrong = parameters("oltp", SIZES[0]) | {"max_wal_size": "0"}
    with pytest.raises(RuntimeError, match="max_wal_size"):
        Postgres(LOGIN, settings=wrong).start()


@pytest.mark.parametrize("sku", SIZES)
@pytest.mark.parametrize("workload", WORKLOADS)
def test_azure_lets_every_value_be_set_without_a_restart(workload: str, sku: str) -> None:
    for name, value in parameters(workload, sku).items():
        assert PARAMETERS[name].allows(value), (name, value)
        assert PARAMETERS[name].dynamic


def test_values_follow_from_the_size_and_the_work() -> None:
    small, large = (parameters("oltp", sku) for sku in ("Standard_D2ds_v5", "Standard_D8ds_v5"))
    assert small["effective_cache_size"] == "786432"  # 6 of 8 GiB, in pages of 8 kB
    assert (small["work_mem"], large["work_mem"]) == ("6990", "27962")
    assert parameters("olap", "Standard_D8ds_v5")["work_mem"] == "104857"
    assert parameters("olap", "Standard_D8ds_v5")["maintenance_work_mem"] == "2097151"
    assert large["max_parallel_workers"] == "8"


def test_the_log_never_takes_more_than_a_sixteenth_of_the_disk() -> None:
    assert parameters("olap", "Standard_D2ds_v5", 32)["max_wal_size"] == "2048"
    assert parameters("olap", "Standard_D2ds_v5", 1024)["max_wal_size"] == "16384"


def test_what_is_given_by_name_wins(make_spec: MakeSpec) -> None:
    postgres = {"parameters": {"work_mem": "8192"}, "tuning": {"workload": "oltp"}}
    spec = make_spec("lean", postgres=postgres)
    body = PostgresParameters().tagged_body(spec)["properties"]
    assert body["work_mem"] == "8192"
    assert set(FORMULAS) <= set(body)


def test_every_formula_has_a_source() -> None:
    assert all(source.startswith("https://") for _formula, source in FORMULAS.values())


def test_switches_are_parameters(make_spec: MakeSpec) -> None:
    tuning = {"queryStore": "all", "indexTuning": "report"}
    assert tuned(make_spec("lean", postgres={"tuning": tuning})) == {
        "pg_qs.query_capture_mode": "all",
        "pgms_wait_sampling.query_capture_mode": "all",
        "index_tuning.mode": "report",
    }


def test_a_higher_tier_costs_what_the_disk_costs_that_brings_it(make_spec: MakeSpec) -> None:
    server = PostgresServer()

    def cost(**postgres: Any) -> float | None:
        return monthly(server.meters(server.tagged_body(make_spec("recipe", postgres=postgres))))

    assert cost(storageTier="P30") == cost(storageGiB=1024)
    assert cost(provisionedDisk={}) is None
