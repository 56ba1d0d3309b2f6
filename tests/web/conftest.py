"""The page in a real browser, on an app whose time moves only when a test says so."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

Json = dict[str, Any]

AXE = Path("node_modules/axe-core/axe.min.js")
# As root a sandbox cannot be made; the other words keep Chromium from asking its maker's hosts.
WORDS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """Where the machine's own Chromium is."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window; while it is driven, no other event loop runs on this thread."""
    if not (found := chromium()):
        pytest.skip("the page is tested in Chromium, and there is none: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=list(WORDS))
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, still: Any) -> Iterator[Page]:
    """The page, opened; whatever it logs as an error fails the test."""
    shown = browser.new_page(base_url=still.host.url)
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.on(
        "console",
        lambda said: errors.append(said.text) if "Content Security" in said.text else None,
    )
    shown.set_default_timeout(20_000)
    shown.goto("/api/ui")
    yield shown
    shown.close()
    assert errors == []


@pytest.fixture
def small(lean: Json) -> Json:
    """A spec whose deployment is quick, to be approved."""
    return lean | {"approval": {"withinHours": 3}}


def begin(world: Any, spec: Json) -> str:
    """Start a deployment; the id of its operation."""
    started: Json = world.request("POST", "deployments", json=spec).json()
    world.advance(minutes=1)
    return str(started["id"])


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    return [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"]]
