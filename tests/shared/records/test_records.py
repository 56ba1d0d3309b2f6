"""One running operation per deployment, and what is remembered of it, on a real table."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal

import pytest
from azure.data.tables import TableServiceClient

from local.azurite import Azurite
from shared.deployment.inventory import Item
from shared.deployment.messages import Json
from shared.deployment.operation import Decision, first_state
from shared.deployment.walks.ending import Ending
from shared.records.claims import REQUESTS_KEPT, Claim, Claimed
from shared.records.entities import packed
from shared.records.errors import (
    DeploymentUnknown,
    NotOurs,
    OperationInProgress,
    OperationOver,
    OperationUnknown,
    PreconditionFailed,
    RecordsUnavailable,
)
from shared.records.records import PARTITION, Records

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
GRACE = timedelta(minutes=2)
SPEC = {"name": "x", "location": "eastus"}
ITEMS: dict[str, Item] = {"/s": {"key": "server", "provenance": "created", "state": "seen"}}
MISSING: Literal["missing"] = "missing"
SUCCEEDED = Ending(
    status="Succeeded",
    failure=None,
    result={},
    output={},
    custom_status={},
    inventory=None,
    outputs=None,
    health=None,
    stays={},
    let_go=[],
    monthly_cost=None,
    secret_versions=None,
)
REPORT: Json = {"status": "drifted", "changes": [1, 2]}
names = count()


@pytest.fixture
def name() -> str:
    """A deployment that no other test knows."""
    return f"deployment-{next(names):03}"


@pytest.fixture
def records(connected: Records) -> Records:
    return connected


def claim(
    records: Records, name: str, identity: str, *, alive: bool = True, **options: Any
) -> Claimed:
    wanted = {"kind": "deploy", "now": NOON, "spec": SPEC, **options}
    request = Claim(deployment=name, operation_id=f"{name}-{identity}", **wanted)
    return records.claim(request, fate=lambda _: "running" if alive else "missing", grace=GRACE)


def finish(records: Records, name: str, identity: str, **options: Any) -> None:
    operation, now = records.operations.get(f"{name}-{identity}"), options.pop("now", NOON)
    records.end(operation, replace(SUCCEEDED, **options), now=now)


def test_a_claim_makes_a_record(records: Records, name: str) -> None:
    claimed = claim(records, name, "1")
    record = records.get(name)
    assert record == claimed.record
    assert (record.spec, record.generation, record.status) == (SPEC, 1, "NotDeployed")
    assert record.operation["id"] == claimed.operation_id == f"{name}-1"


def test_of_many_claims_at_once_exactly_one_succeeds(records: Records, name: str) -> None:
    def attempt(number: int) -> str:
        try:
            return claim(records, name, str(number)).operation_id
        except OperationInProgress as refusal:
            return f"refused by {refusal.operation_id}"

    with ThreadPoolExecutor(64) as pool:
        answers = sorted(pool.map(attempt, range(64)))
    winner = records.get(name).operation["id"]
    assert answers == [winner] + [f"refused by {winner}"] * 63


def test_of_many_takeovers_at_once_exactly_one_succeeds(records: Records, name: str) -> None:
    claim(records, name, "dead")
    later, fates = NOON + GRACE, {f"{name}-dead": MISSING}

    def attempt(number: int) -> bool:
        try:
            request = Claim(
                deployment=name, operation_id=f"{name}-{number}", kind="deploy", now=later
            )
            records.claim(request, fate=lambda i: fates.get(i, "running"), grace=GRACE)
        except OperationInProgress:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_a_running_operation_refuses_a_claim_and_is_named(records: Records, name: str) -> None:
    claim(records, name, "1")
    with pytest.raises(OperationInProgress, match=f"{name}-1 of deployment {name} is running"):
        claim(records, name, "2", now=NOON + timedelta(hours=9))


def test_a_finished_operation_lets_the_next_one_in(records: Records, name: str) -> None:
    claim(records, name, "1")
    finish(records, name, "1", status="Failed")
    assert claim(records, name, "2").operation_id == f"{name}-2"


def test_an_operation_whose_orchestration_is_missing_is_taken_over(
    records: Records, name: str
) -> None:
    claim(records, name, "1")
    claim(records, name, "2", alive=False, now=NOON + GRACE)
    assert records.get(name).operation["id"] == f"{name}-2"


def test_a_missing_orchestration_proves_nothing_within_the_grace(
    records: Records, name: str
) -> None:
    claim(records, name, "1")
    with pytest.raises(OperationInProgress):
        claim(records, name, "2", alive=False, now=NOON + GRACE - timedelta(seconds=1))


def test_an_operation_whose_orchestration_has_ended_is_taken_over_at_once(
    records: Records, name: str
) -> None:
    claim(records, name, "1")
    request = Claim(deployment=name, operation_id=f"{name}-2", kind="destroy", now=NOON)
    records.claim(request, fate=lambda _: "ended", grace=GRACE)
    assert records.get(name).operation["id"] == f"{name}-2"
    assert records.operations.get(f"{name}-1").status == "Failed"


def test_a_lost_operation_is_lost_in_both_its_records(records: Records, name: str) -> None:
    claim(records, name, "1", spec={**SPEC, "location": "westus"})
    records.lose(records.operations.get(f"{name}-1"), "terminated", now=NOON)
    operation = records.operations.get(f"{name}-1")
    assert (operation.status, records.get(name).operation["status"]) == ("Failed", "Failed")
    assert operation.result is not None
    assert operation.result["failure"]["code"] == "OperationLost"


def test_an_end_on_record_is_not_overwritten_by_a_loss(records: Records, name: str) -> None:
    running = records.operations.get(claim(records, name, "1").operation_id)
    finish(records, name, "1")
    records.lose(running, "missing", now=NOON)
    assert (records.operations.get(running.id).status, records.get(name).operation["status"]) == (
        "Succeeded",
        "Succeeded",
    )


def test_the_end_of_an_operation_that_was_taken_over_leaves_the_record_alone(
    records: Records, name: str
) -> None:
    claim(records, name, "1")
    claim(records, name, "2", alive=False, now=NOON + GRACE)
    finish(records, name, "1", inventory=ITEMS)
    record = records.get(name)
    assert (record.busy, record.inventory) == (True, {})
    assert records.operations.get(f"{name}-1").status == "Succeeded"


def test_a_changed_spec_is_a_new_generation_once_it_is_deployed(
    records: Records, name: str
) -> None:
    claim(records, name, "1")
    finish(records, name, "1", inventory=ITEMS)
    changed = {**SPEC, "location": "westus"}
    claim(records, name, "2", spec=changed)
    assert (records.get(name).spec, records.get(name).generation) == (SPEC, 1)
    finish(records, name, "2", inventory=ITEMS)
    assert (records.get(name).spec, records.get(name).generation) == (changed, 2)


@pytest.mark.parametrize("options", [{"status": "Failed", "inventory": {}}, {"inventory": None}])
def test_a_spec_that_was_not_deployed_does_not_replace_the_one_that_is(
    records: Records, name: str, options: dict[str, Any]
) -> None:
    claim(records, name, "1")
    finish(records, name, "1", inventory=ITEMS)
    claim(records, name, "2", spec={**SPEC, "location": "westus"})
    finish(records, name, "2", **options)
    assert (records.get(name).spec, records.get(name).proposed) == (SPEC, None)


def test_the_same_spec_is_the_same_generation(records: Records, name: str) -> None:
    claim(records, name, "1")
    finish(records, name, "1")
    assert claim(records, name, "2").record.generation == 1


def test_a_claim_without_a_spec_keeps_the_recorded_one(records: Records, name: str) -> None:
    claim(records, name, "1")
    finish(records, name, "1")
    assert claim(records, name, "2", spec=None, kind="destroy").record.spec == SPEC


def test_a_claim_without_a_spec_needs_a_record(records: Records, name: str) -> None:
    with pytest.raises(DeploymentUnknown, match=name):
        claim(records, name, "1", spec=None)


def test_a_repeated_request_gets_its_first_answer(records: Records, name: str) -> None:
    claim(records, name, "1", request_id="r")
    again = claim(records, name, "2", request_id="r")
    assert (again.operation_id, again.repeated) == (f"{name}-1", True)


def test_a_repeated_request_completes_what_a_crash_cut_off(
    records: Records, name: str, storage: Azurite
) -> None:
    operation = claim(records, name, "1", request_id="r").operation_id
    service = TableServiceClient.from_connection_string(storage.connection_string)
    service.get_table_client("operations").delete_entity(operation, "")
    claim(records, name, "2", request_id="r")
    told = records.operations.get(operation)
    assert (told.deployment, told.status) == (name, "Running")


def test_a_repeated_request_leaves_the_recorded_end_of_its_operation_alone(
    records: Records, name: str
) -> None:
    operation = claim(records, name, "1", request_id="r").operation_id
    finish(records, name, "1")
    assert not claim(records, name, "2", request_id="r").holds
    assert records.operations.get(operation).status == "Succeeded"


def test_a_repeated_request_is_answered_before_its_preconditions(
    records: Records, name: str
) -> None:
    claim(records, name, "1", request_id="r", if_none_match=True)
    assert claim(records, name, "2", request_id="r", if_none_match=True).repeated


def test_only_the_last_requests_are_remembered(records: Records, name: str) -> None:
    for number in range(REQUESTS_KEPT + 1):
        claim(records, name, str(number), request_id=f"r{number}")
        finish(records, name, str(number))
    remembered = records.get(name).requests
    assert len(remembered) == REQUESTS_KEPT
    assert "r0" not in remembered


def test_if_none_match_refuses_a_deployment_that_exists(records: Records, name: str) -> None:
    claim(records, name, "1")
    finish(records, name, "1")
    with pytest.raises(PreconditionFailed, match="exists already"):
        claim(records, name, "2", if_none_match=True)


def test_if_match_refuses_a_record_that_has_changed(records: Records, name: str) -> None:
    etag = claim(records, name, "1").record.etag
    finish(records, name, "1")
    with pytest.raises(PreconditionFailed, match="has changed"):
        claim(records, name, "2", if_match=etag)


def test_if_match_lets_an_unchanged_record_be_claimed(records: Records, name: str) -> None:
    claim(records, name, "1")
    finish(records, name, "1")
    assert claim(records, name, "2", if_match=records.get(name).etag).record.generation == 1


def test_if_match_refuses_a_deployment_that_does_not_exist(records: Records, name: str) -> None:
    with pytest.raises(PreconditionFailed, match="does not exist"):
        claim(records, name, "1", if_match="*")


def test_an_end_is_recorded_once_however_often_it_is_told(records: Records, name: str) -> None:
    claim(records, name, "1")
    inventory = ITEMS
    finish(records, name, "1", inventory=inventory, outputs={"port": 5432})
    first = records.get(name)
    finish(records, name, "1", inventory=inventory, outputs={"port": 5432})
    assert records.get(name) == first
    assert (first.operation["status"], first.inventory, first.outputs) == (
        "Succeeded",
        inventory,
        {"port": 5432},
    )


def test_an_end_without_an_inventory_keeps_the_recorded_one(records: Records, name: str) -> None:
    claim(records, name, "1")
    finish(records, name, "1", inventory=ITEMS, outputs={"a": 1})
    claim(records, name, "2")
    finish(records, name, "2", status="Failed")
    record = records.get(name)
    assert (record.inventory, record.outputs) == (ITEMS, {"a": 1})


def test_drift_is_recorded_whatever_else_happens(records: Records, name: str) -> None:
    claim(records, name, "1")
    records.save_drift(name, REPORT)
    record = records.get(name)
    assert (record.drift, record.busy) == (REPORT, True)


def test_drift_of_a_deployment_that_is_gone_is_dropped(records: Records, name: str) -> None:
    records.save_drift(name, REPORT)
    assert records.find(name) is None


def test_a_destroyed_deployment_is_forgotten(records: Records, name: str) -> None:
    claim(records, name, "1", kind="destroy")
    records.forget(name, f"{name}-1")
    records.forget(name, f"{name}-1")
    assert records.find(name) is None


def test_a_deployment_that_was_taken_over_is_not_forgotten(records: Records, name: str) -> None:
    claim(records, name, "1", kind="destroy")
    claim(records, name, "2", alive=False, now=NOON + GRACE)
    records.forget(name, f"{name}-1")
    assert records.get(name).operation["id"] == f"{name}-2"


def test_an_operation_has_no_signals_at_first(records: Records, name: str) -> None:
    claim(records, name, "1")
    assert records.operations.signals(f"{name}-1") == {"cancelRequested": False, "decision": None}


def test_a_cancel_and_a_decision_do_not_overwrite_each_other(records: Records, name: str) -> None:
    claim(records, name, "1")
    records.operations.request_cancel(f"{name}-1")
    records.operations.decide(f"{name}-1", "reject")
    finish(records, name, "1")
    assert records.operations.signals(f"{name}-1") == {
        "cancelRequested": True,
        "decision": "reject",
    }


def test_the_first_decision_holds(records: Records, name: str) -> None:
    claim(records, name, "1")
    assert records.operations.decide(f"{name}-1", "approve") == "approve"
    assert records.operations.decide(f"{name}-1", "reject") == "approve"
    assert records.operations.signals(f"{name}-1")["decision"] == "approve"


def test_of_many_decisions_at_once_all_learn_the_same_one(records: Records, name: str) -> None:
    claim(records, name, "1")
    wishes: list[Decision] = ["approve", "reject"] * 8
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda wish: records.operations.decide(f"{name}-1", wish), wishes))
    assert made == {records.operations.signals(f"{name}-1")["decision"]}


def test_an_operation_that_does_not_exist_cannot_be_decided_on(records: Records) -> None:
    with pytest.raises(OperationUnknown, match="nobody"):
        records.operations.decide("nobody", "approve")


def test_an_operation_that_does_not_exist_cannot_be_cancelled(records: Records) -> None:
    with pytest.raises(OperationUnknown, match="nobody"):
        records.operations.request_cancel("nobody")


def test_deployments_are_listed_in_pages_in_order_of_name(records: Records, name: str) -> None:
    wanted = [f"{name}-{letter}" for letter in "abc"]
    for each in reversed(wanted):
        claim(records, each, "1")
    first = records.page(top=2, token=name)
    second = records.page(top=2, token=first.token)
    assert [record.name for record in first.records + second.records][:3] == wanted


def test_the_last_page_has_no_token(records: Records, name: str) -> None:
    claim(records, "zz-last", "1")
    assert records.page(top=1, token="zz").token is None


def test_a_proposal_made_first_is_agreed_on(records: Records, name: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        agreed = set(pool.map(lambda i: records.agreements.agree(name, str(i)), range(16)))
    assert len(agreed) == 1


def test_a_void_agreement_is_replaced_once(records: Records, name: str) -> None:
    records.agreements.agree(name, "void")
    assert records.agreements.agree(name, "new", instead_of="void") == "new"
    assert records.agreements.agree(name, "newer", instead_of="void") == "new"


def test_an_agreement_is_no_deployment(records: Records, name: str) -> None:
    records.agreements.agree(f"{name}-topic", "x")
    assert f"{name}-topic" not in [r.name for r in records.page(top=1000).records]


def test_the_exceptions_of_the_sdk_end_here(storage: Azurite) -> None:
    gone = storage.connection_string.replace(str(storage.ports["table"]), "1")
    with pytest.raises(RecordsUnavailable):
        Records.connect(gone)


def test_what_the_record_does_not_call_ours_is_not_deleted(records: Records, name: str) -> None:
    operation = records.operations.get(claim(records, name, "1").operation_id)
    foreign: Item = {"key": "zone", "provenance": "adopted", "state": "seen"}
    records.write_ahead(operation, {**ITEMS, "/theirs": foreign})
    records.check_ours(operation.id, "/S")
    for other in ("/theirs", "/s2", "/s/child"):
        with pytest.raises(NotOurs, match=f"{other} is not on record as created"):
            records.check_ours(operation.id, other)


def test_an_operation_that_was_taken_over_deletes_nothing(records: Records, name: str) -> None:
    operation = records.operations.get(claim(records, name, "1").operation_id)
    records.write_ahead(operation, ITEMS)
    claim(records, name, "2", alive=False, now=NOON + GRACE)
    with pytest.raises(OperationOver):
        records.check_ours(operation.id, "/s")


def test_a_record_of_the_first_schema_is_read(
    records: Records, name: str, storage: Azurite
) -> None:
    old: Json = {
        "spec": SPEC,
        "generation": 3,
        "status": "Succeeded",
        "operation": {"id": f"{name}-1", "kind": "deploy", "startedAt": "", "status": "Succeeded"},
        "inventory": {"server": {"id": "/s", "provenance": "created"}},
        "outputs": {},
        "requests": {"r": f"{name}-1"},
        "createdAt": "2026-01-01T00:00:00+00:00",
    }
    service = TableServiceClient.from_connection_string(storage.connection_string)
    entity = {"PartitionKey": PARTITION, "RowKey": name, **packed(old)}
    service.get_table_client("deployments").create_entity(entity)
    record = records.get(name)
    assert (record.status, record.inventory, record.generation) == ("Deployed", ITEMS, 3)
    claim(records, name, "2", request_id="r")
    assert records.get(name).inventory == ITEMS


def test_what_ended_before_the_retention_is_cleared_with_its_plan(
    records: Records, name: str
) -> None:
    claim(records, name, "1", now=NOON - timedelta(days=400))
    records.plans.save_state(f"{name}-1", first_state("deploy"))
    finish(records, name, "1", now=NOON - timedelta(days=399))
    claim(records, name, "2")
    finish(records, name, "2", inventory=ITEMS)
    records.clear(ended_before=NOON - timedelta(days=30))
    with pytest.raises(OperationUnknown):
        records.operations.get(f"{name}-1")
    assert records.plans.state(f"{name}-1") is None
    assert records.operations.get(f"{name}-2").status == "Succeeded"
    assert records.get(name).inventory == ITEMS


def test_what_has_not_ended_is_never_cleared(records: Records, name: str) -> None:
    claim(records, name, "1", now=NOON - timedelta(days=400))
    records.clear(ended_before=NOON)
    assert records.operations.get(f"{name}-1").status == "Running"
    assert f"{name}-1" in records.operations.unended(begun_before=NOON)


def test_the_record_of_what_was_destroyed_goes_after_the_retention(
    records: Records, name: str
) -> None:
    old = NOON - timedelta(days=400)
    claim(records, name, "1", now=old)
    finish(records, name, "1", now=old, inventory={}, health="Destroyed")
    records.clear(ended_before=old)
    assert records.get(name).status == "Destroyed"
    records.clear(ended_before=NOON)
    assert records.find(name) is None
