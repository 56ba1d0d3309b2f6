"""``make screenshots``: what the page looks like, as pictures for the docs.

Not a test: each picture is taken of the real page, on an app whose time stands where it is shown.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from local.world import World, world
from tests.web.conftest import WORDS, begin, chromium

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "screenshots"
SIZE = {"width": 1280, "height": 900}


@contextmanager
def opened(app: World, scheme: str) -> Iterator[Page]:
    """The page of an app, in one of two colour schemes."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(WORDS))
        page = browser.new_page(
            base_url=app.host.url,
            viewport=SIZE,  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        yield page
        browser.close()


def take(page: Page, hash_: str, name: str) -> None:
    """One picture."""
    page.goto(f"/api/ui#/{hash_}")
    page.reload()
    page.locator("#title").wait_for()
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    spec = json.loads((ROOT / "samples" / "recipe.json").read_text(encoding="utf-8"))
    spec["approval"] = {"withinHours": 24}
    with world(ROOT) as app:
        app.start(jumps=False)
        identity = begin(app, spec)
        with opened(app, "light") as page:
            take(page, f"operations/{identity}", "approval")
            app.request("POST", f"operations/{identity}/approve")
            app.advance(minutes=9)
            take(page, f"operations/{identity}", "deploying")
        with opened(app, "dark") as page:
            app.advance(hours=1)
            take(page, f"deployments/{spec['name']}", "deployed-dark")
        app.host.stop()


if __name__ == "__main__":
    main()
