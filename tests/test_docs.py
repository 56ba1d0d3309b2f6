"""The documentation equals the code: tables, files, commands and links."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

import function_app  # noqa: F401  # it registers the routes
from cli.__main__ import hybriddb
from local.arm_emulator.state.faults import Fault
from shared.resources.catalogue import catalogue
from shared.telemetry.measures import INSTRUMENTS
from triggers.description import description

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "docs/decisions/*.md", "local/*/*/*.md")
    for path in ROOT.glob(pattern)
)
LONGEST = 120  # columns; a row of a generated table may be longer


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


every_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def test_the_readme_is_short_and_narrow() -> None:
    lines = read("README.md").splitlines()
    assert len(lines) < 150
    assert [line for line in lines if len(line) > LONGEST] == []


def test_the_table_of_resources_is_the_catalogue() -> None:
    rows = r"^\| `([a-z-]+)` \| `(Microsoft\.[A-Za-z/]+)` \|"
    table = re.findall(rows, read("docs/resources.md"), re.MULTILINE)
    assert table == [(r.key, r.arm_type) for r in catalogue().resources]


def test_every_setting_that_is_read_is_explained() -> None:
    settings = read("docs/settings.md")
    found = set(
        re.findall(r'"([A-Z][A-Za-z_]*_[A-Z_]+|AzureWebJobsStorage)"', read("shared/settings.py"))
    )
    assert found
    assert {name for name in found if f"`{name}`" not in settings} == set()


def test_every_instrument_is_in_the_table() -> None:
    rows = r"^\| `(hybriddb\.[a-z.]+)` \| (counter|histogram)"
    table = re.findall(rows, read("docs/observability.md"), re.MULTILINE)
    assert table == [(each.name, each.kind) for each in INSTRUMENTS]


def test_every_route_is_in_the_table() -> None:
    routes = read("docs/routes.md")
    assert {path for path in description()["paths"] if path not in routes} == set()


def test_every_command_is_named_with_its_verbs_and_no_other() -> None:
    named = dict(
        re.findall(r"^hybriddb (\w+) +([\w|-]+)", read("docs/command-line.md"), re.MULTILINE)
    )
    there = {name: set(group.commands) for name, group in hybriddb.commands.items()}  # type: ignore[attr-defined]
    assert {name: set(verbs.split("|")) for name, verbs in named.items()} == there


def test_every_file_on_the_path_of_a_request_exists() -> None:
    section = read("docs/architecture.md").split("## The path of a request")[1].split("## ")[0]
    named = set(
        re.findall(r"`((?:triggers|orchestrators|activities|shared)/[a-z_/]+\.py)`", section)
    )
    assert len(named) > 12
    assert {name for name in named if not (ROOT / name).exists()} == set()


@every_page
def test_every_variable_of_azd_is_one_that_the_template_or_its_hook_knows(page: Path) -> None:
    known = (
        read("infra/main.parameters.json") + read("infra/main.bicep") + read("infra/register.sh")
    )
    named = re.findall(
        r"azd env (?:set|get-value) (\w+)|^\| `(HYBRIDDB_\w+)`",
        page.read_text("utf-8"),
        re.MULTILINE,
    )
    assert [name for pair in named for name in pair if name and name not in known] == []


def test_every_fault_that_can_be_asked_for_is_explained() -> None:
    kept = {"id", "seen", "struck"}  # by the emulator itself
    told = read("docs/stand-ins.md").split("### Faults")[1].split("### ")[0]
    assert {
        f.name for f in fields(Fault) if f.name not in kept and f"`{f.name}`" not in told
    } == set()


@every_page
def test_every_command_is_a_target_of_the_makefile(page: Path) -> None:
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE):
        assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE), target


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert {link for link in links if not (page.parent / link).exists()} == set()


@every_page
def test_every_file_that_is_named_exists(page: Path) -> None:
    if page.name == "CHANGELOG.md" or page.parent.name == "decisions":
        return  # they tell of what was
    text = page.read_text("utf-8")
    named = re.findall(r"`((?:docs|infra|local|samples|shared|tests|triggers)/[\w/.]+)`", text)
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_whoever_carries_it_on_finds_what_a_project_has() -> None:
    assert read("LICENSE").startswith("MIT License")
    for page in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/architecture.md"):
        assert f"]({page})" in read("README.md")
    assert len(read("CONTRIBUTING.md").splitlines()) < 70  # one page
