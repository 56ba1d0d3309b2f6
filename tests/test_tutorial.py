"""The commands of the tutorial, run in its order: they print what it says."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "docs" / "tutorial.md"
SPEED = 600  # times real time, so that half an hour takes seconds
MARK = "@@@@"


class Command(NamedTuple):
    """A command of the tutorial and what it prints, where `...` stands for anything."""

    line: str
    prints: str


def commands() -> Iterator[Command]:
    """All commands, in order."""
    for block in re.findall(r"^```console\n(.*?)^```", TUTORIAL.read_text("utf-8"), re.M | re.S):
        for each in re.split(r"^\$ ", block, flags=re.M)[1:]:
            line, _, prints = each.partition("\n")
            yield Command(line, prints)


def started_by_make(folder: Path) -> list[str]:
    """What ``make up`` runs, on free ports, faster, and with its state elsewhere."""
    asked = ["make", "--dry-run", "up", "PORT=0", "ARM_PORT=0", f"SPEED={SPEED}"]
    printed = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    line = next(line for line in printed.splitlines() if " -m local " in line)
    return [*line.split(), "--folder", str(folder)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What stands where the tutorial says something else, and what ``make up`` printed."""
    folder = tmp_path_factory.mktemp("stack")
    made = started_by_make(folder)
    with subprocess.Popen(made, cwd=ROOT, stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout
        printed = ""
        for line in up.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        try:
            host = re.search(r"Listening on (http\S+)", printed)
            azure = re.search(r"Resource Manager: (https\S+),", printed)
            assert host, printed
            assert azure, printed
            yield {
                "printed": printed,
                "http://127.0.0.1:7071": host[1],
                "https://localhost:8443": azure[1],
                "at 80 times": f"at {SPEED} times",
                ".local/": f"{folder}/",
            }
        finally:
            up.terminate()


def here(text: str, stack: Mapping[str, str]) -> str:
    """Text of the tutorial, as it is on this stack."""
    for told, found in stack.items():
        text = text.replace(told, found)
    return text


def run(asked: list[Command], stack: Mapping[str, str]) -> list[str]:
    """What each of the commands printed, in one shell."""
    script = "".join(
        f'{here(command.line, stack)}\nlast=$?; echo "{MARK}"; (exit $last)\n' for command in asked
    )
    known = {"HYBRIDDB_URL": stack["http://127.0.0.1:7071"], "HYBRIDDB_PATIENCE": "0.2"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env={**os.environ, **known},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.split(f"{MARK}\n")


def alike(told: str, seen: str) -> bool:
    """Whether something printed is what is told of it, in any spacing."""
    first, *others = (" ".join(piece.split()) for piece in told.split("..."))
    rest = " ".join(seen.split())
    if not others:
        return rest == first
    if not rest.startswith(first) or not rest.endswith(others[-1]):
        return False
    if len(rest) < len(first) + len(others[-1]):
        return False
    rest = rest[len(first) : len(rest) - len(others[-1])]
    for piece in others[:-1]:
        _, found, rest = rest.partition(piece) if piece else ("", " ", rest)
        if not found:
            return False
    return True


@pytest.mark.parametrize(
    ("told", "seen", "same"),
    [
        ("a b\n", "a  b", True),
        ("a\n...\nb", "a b", True),
        ("a\n...\nb", "a x b", True),
        ("... b ... c", "a b c", True),
        ("a", "a b", False),
        ("... b ... c", "a c b", False),
        ("a ... a", "a", False),
        ("a ... b ... b", "a b", False),
    ],
)
def test_what_is_printed_is_compared(told: str, seen: str, same: bool) -> None:
    assert alike(told, seen) is same


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_each_command_of_the_tutorial_prints_what_it_says(stack: dict[str, str]) -> None:
    first, *others = commands()
    assert first.line == "make up"
    printed = [stack["printed"], *run(others, stack)]
    for command, seen in zip([first, *others], printed[:-1], strict=True):
        assert alike(here(command.prints, stack), seen), (
            f"$ {command.line}\n--- the tutorial says\n{command.prints}\n--- it printed\n{seen}"
        )


def test_the_tutorial_deploys_breaks_edits_repairs_and_destroys() -> None:
    verbs = " ".join(command.line for command in commands())
    told = ("deployment create", "_emulator/faults", "_emulator/resources", "drift check")
    for each in (*told, "drift repair", "deployment delete"):
        assert each in verbs
