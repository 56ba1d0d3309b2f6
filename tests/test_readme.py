"""The README equals the code: its tables of resources, settings and routes, its files."""

import re
from pathlib import Path

from shared.resources.catalogue import catalogue
from triggers.description import description

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_resources_is_the_catalogue() -> None:
    table = re.findall(r"^\| `([a-z-]+)` \| `(Microsoft\.[A-Za-z/]+)` \|$", README, re.MULTILINE)
    assert table == [(r.key, r.arm_type) for r in catalogue().resources]


def test_every_setting_that_is_read_is_explained() -> None:
    source = (ROOT / "shared" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"([A-Z][A-Za-z_]*_[A-Z_]+|AzureWebJobsStorage)"', source))
    assert read
    assert {name for name in read if f"`{name}`" not in README} == set()


def test_every_route_is_in_the_table() -> None:
    assert {path for path in description()["paths"] if path.split("/{")[0] not in README} == set()


def test_every_file_on_the_path_of_a_request_exists() -> None:
    section = README.split("## The path of a request")[1].split("## ")[0]
    named = set(
        re.findall(r"`((?:triggers|orchestrators|activities|shared)/[a-z_/]+\.py)`", section)
    )
    assert len(named) > 12
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_command_of_the_readme_is_a_target_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
