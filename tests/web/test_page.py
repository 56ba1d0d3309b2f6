"""What people see and do on the page, in a real browser."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import begin, violations

Json = dict[str, Any]

HOSTILE = '<img src=x onerror="window.hit=1">[red]"\'&'


def test_a_deployment_is_started_approved_and_watched_to_its_end(
    page: Page, still: Any, small: Json
) -> None:
    page.get_by_label("or paste it (JSON)").fill(json.dumps(small))
    page.get_by_role("button", name="Deploy").click()
    page.wait_for_url("**#/operations/**")
    still.advance(minutes=1)
    expect(page.get_by_role("heading", name="Approve this plan?")).to_be_visible()
    table = page.get_by_role("region", name="What the plan changes")
    expect(table.get_by_role("cell", name="postgres-server", exact=True)).to_be_visible()
    expect(page.get_by_text("USD/month").first).to_be_visible()
    page.get_by_label("Comment, kept with the decision").fill("looks right")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Decided: approve.")).to_be_visible()
    still.advance(minutes=10)
    page.get_by_label("express-route-gateway: running, on the critical path").wait_for()
    still.advance(hours=2)
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    expect(page.get_by_role("heading", name="Outputs")).to_be_visible()


def test_the_plan_is_rejected_with_nothing_written(page: Page, still: Any, small: Json) -> None:
    identity = begin(still, small)
    page.goto(f"/api/ui#/operations/{identity}")
    page.get_by_role("button", name="Reject").click()
    still.advance(hours=1)
    expect(page.get_by_text("Rejected").first).to_be_visible()
    assert still.writes() == []


def test_the_list_says_which_deployment_waits_for_approval(
    page: Page, still: Any, small: Json
) -> None:
    begin(still, small)
    page.reload()
    page.get_by_role("link", name="waits for approval").click()
    expect(page.get_by_role("heading", name="Approve this plan?")).to_be_visible()


def test_a_rollback_is_seen_with_its_cause_first(page: Page, still: Any, lean: Json) -> None:
    still.azure.fail(
        method="PUT",
        type="Microsoft.DBforPostgreSQL/flexibleServers",
        operation="Failed",
        code="QuotaExceeded",
    )
    identity = begin(still, lean)
    page.goto(f"/api/ui#/operations/{identity}")
    still.advance(hours=3)
    why = page.locator(".why")
    expect(why).to_contain_text("QuotaExceeded")
    expect(page.get_by_text("undo: delete").first).to_be_visible()
    expect(page.get_by_text("undo: check")).to_have_count(0)
    expect(page.get_by_label("virtual-network: absent")).to_be_visible()


def test_a_running_deployment_is_cancelled_once_that_is_confirmed(
    page: Page, still: Any, lean: Json
) -> None:
    identity = begin(still, lean)
    page.goto(f"/api/ui#/operations/{identity}")
    page.get_by_role("button", name="Cancel and roll back").click()
    box = page.get_by_role("dialog")
    expect(box.get_by_text("create of virtual-network is undone")).to_be_visible()
    box.get_by_role("button", name="Keep everything").click()
    assert not still.operation(identity)["cancelRequested"]
    page.get_by_role("button", name="Cancel and roll back").click()
    box.get_by_role("button", name="Cancel and roll back").click()
    still.advance(hours=3)
    expect(page.get_by_text("Canceled").first).to_be_visible()


def test_drift_is_shown_repaired_and_the_deployment_destroyed(
    page: Page, still: Any, lean: Json
) -> None:
    name = lean["name"]
    begin(still, lean)
    still.advance(hours=2)
    group = next(i for i in still.resources() if f"nsg-database-{name}" in i)
    still.azure.edit(group, {"tags": {"owner": "nobody"}})
    rules = still.resources()[group]["properties"]["securityRules"]
    rules[0]["properties"]["sourceAddressPrefix"] = "*"
    still.azure.edit(group, {"properties": {"securityRules": rules}})
    page.goto(f"/api/ui#/deployments/{name}")
    page.get_by_role("button", name="Check drift").click()
    still.advance(minutes=5)
    page.reload()
    expect(page.get_by_role("region", name="What drifted")).to_contain_text("nsg-database")
    assert violations(page) == []
    page.get_by_role("checkbox", name="properties.securityRules").check()
    end_drift(page, still, "Repair", "nsg-database: properties.securityRules", not_="tags.owner")
    page.goto(f"/api/ui#/deployments/{name}")
    page.get_by_role("button", name="Check drift").click()
    still.advance(minutes=5)
    page.reload()
    expect(page.get_by_role("region", name="What drifted")).to_contain_text("tags.owner")
    end_drift(page, still, "Accept", "nsg-database: tags.owner", not_="securityRules")
    page.goto(f"/api/ui#/deployments/{name}")
    page.get_by_role("button", name="Destroy").click()
    box = page.get_by_role("dialog")
    expect(box.get_by_role("button", name="Destroy")).to_be_disabled()
    box.get_by_label("The database and its backups go as well").check()
    box.get_by_label(f"Type {name} to go on").fill(name)
    box.get_by_role("button", name="Destroy").click()
    page.wait_for_url("**#/operations/**")
    still.advance(hours=3)
    expect(page.get_by_text("Succeeded").first).to_be_visible()


def end_drift(page: Page, still: Any, verb: str, told: str, *, not_: str) -> None:
    """Repair or accept what is ticked, once the dialog has named that and nothing else."""
    page.get_by_role("button", name=verb).click()
    box = page.get_by_role("dialog")
    expect(box).to_contain_text(told)
    expect(box).not_to_contain_text(not_)
    box.get_by_label("Comment, kept with the operation").fill("CHG-7")
    box.get_by_role("button", name=verb).click()
    page.wait_for_url("**#/operations/**")
    still.advance(hours=1)
    expect(page.get_by_text("Succeeded").first).to_be_visible()


def test_a_step_has_an_address_of_its_own(page: Page, still: Any, lean: Json) -> None:
    identity = begin(still, lean)
    page.goto(f"/api/ui#/operations/{identity}/virtual-network")
    aside = page.get_by_label("Step virtual-network")
    expect(aside).to_contain_text("/virtualNetworks/")
    expect(aside).to_contain_text("az monitor activity-log list --correlation-id ")
    aside.get_by_text("what Azure is asked for").click()
    expect(aside).to_contain_text('"addressPrefixes"')
    assert violations(page) == []


def test_what_a_caller_names_is_shown_as_text(page: Page) -> None:
    page.get_by_label("or paste it (JSON)").fill(json.dumps({"name": HOSTILE, HOSTILE: 1}))
    page.get_by_role("button", name="Deploy").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto(f"/api/ui#/operations/{HOSTILE}")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0


def test_what_is_no_json_is_said_to_be_none(page: Page) -> None:
    page.get_by_label("or paste it (JSON)").fill("{")
    page.get_by_role("button", name="Deploy").click()
    expect(page.get_by_role("alert")).to_contain_text("JSON")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_accessible_in_light_and_dark(
    page: Page, still: Any, small: Json, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    assert violations(page) == []
    identity = begin(still, small)
    page.goto(f"/api/ui#/operations/{identity}/virtual-network")
    page.get_by_role("heading", name="Approve this plan?").wait_for()
    assert violations(page) == []
    still.request("POST", f"operations/{identity}/approve")
    still.advance(minutes=10)
    page.get_by_role("heading", name="Timeline").wait_for()
    assert violations(page) == []
    page.goto(f"/api/ui#/deployments/{small['name']}")
    page.get_by_role("button", name="Destroy").click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []


def test_nothing_is_wider_than_a_phone(page: Page, still: Any, lean: Json) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    identity = begin(still, lean)
    for place in ("", f"operations/{identity}", f"deployments/{lean['name']}"):
        page.goto(f"/api/ui#/{place}")
        page.locator("#title").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, place


def test_a_plan_is_approved_by_keyboard_alone(page: Page, still: Any, small: Json) -> None:
    identity = begin(still, small)
    page.goto(f"/api/ui#/operations/{identity}")
    approve = page.get_by_role("button", name="Approve")
    approve.wait_for()
    for _ in range(20):
        page.keyboard.press("Tab")
        if approve.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("Decided: approve.")).to_be_visible()


def test_what_is_typed_stays_while_the_page_refreshes_itself(
    page: Page, still: Any, small: Json
) -> None:
    identity = begin(still, small)
    page.goto(f"/api/ui#/operations/{identity}")
    comment = page.get_by_label("Comment, kept with the decision")
    comment.fill("half a sent")
    with page.expect_response(f"**/operations/{identity}"):
        comment.press("End")
    expect(comment).to_be_focused()
    expect(comment).to_have_value("half a sent")
