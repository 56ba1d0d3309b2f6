"""The locked requirements: for every Python of the app, by hash, and from nowhere in particular."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-checkov.txt"]


def locked(name: str) -> list[str]:
    """The entries of a lock, each with its hashes, without comments."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_its_hashes(name: str) -> None:
    entries = locked(name)
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_says_where_it_was_resolved(name: str) -> None:
    assert not re.search(r"https?:|file:|--\w*index|--find-links", "\n".join(locked(name)))


@pytest.mark.parametrize(("marker", "line"), [("< '3.13'", "1."), (">= '3.13'", "2.")])
def test_each_line_of_pythons_gets_the_library_of_its_worker(marker: str, line: str) -> None:
    (entry,) = [
        e for e in locked("requirements.txt") if e.startswith("azure-functions==") and marker in e
    ]
    assert entry.startswith(f"azure-functions=={line}")


def test_what_the_app_needs_is_locked_alike_for_its_developers() -> None:
    deployed = {entry.split()[0] for entry in locked("requirements.txt")}
    assert deployed <= {entry.split()[0] for entry in locked("requirements-dev.txt")}


def test_no_python_of_azure_is_shut_out() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
