"""``python -m tests.shared.planning.planted_faults``: planted faults, and what finds each.

The tests of the validation are run, and what they have seen is printed as a table: of the checks,
each against a deployment with that fault, and of the probe, which asks a real PostgreSQL.
"""

import sys
from contextlib import redirect_stdout
from typing import Any

import pytest

from tests.shared.planning import faults, test_validation

CHECKED = "test_a_planted_fault_is_found_by_name"
PROBED = "test_a_query_finds_a_planted_fault_by_itself"
SEEN = {"passed": "found", "failed": "missed"}


class Outcomes:
    """A plugin of pytest that remembers how each test ended."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Remember the call, or why there was none."""
        if report.when == "call" or report.outcome != "passed":
            self.of[report.nodeid.rpartition("::")[2]] = SEEN.get(report.outcome, report.outcome)


def table(outcomes: dict[str, str]) -> str:
    """What was planted and what has found it, as Markdown."""
    lines = ["| planted | found by | which says | |", "|---|---|---|---|"]
    for plant, key, words in faults.PLANTED + faults.SIBLINGS:
        lines.append(_row(plant, key, words, outcomes[f"{CHECKED}[{plant.__name__}-{key}]"]))
    for plant, words in faults.QUERIED:
        lines.append(_row(plant, "query-answered", words, outcomes[f"{PROBED}[{plant.__name__}]"]))
    return "\n".join(lines)


def _row(plant: Any, key: str, words: str, outcome: str) -> str:
    return f"| {plant.__name__.replace('_', ' ')} | `{key}` | {words.strip(' :')} | {outcome} |"


def main() -> int:
    """Plant them all; 1 where one was missed."""
    outcomes = Outcomes()
    wanted = ["-q", "-p", "no:cacheprovider", "--assert=plain", "-k", f"{CHECKED} or {PROBED}"]
    with redirect_stdout(sys.stderr):
        code = pytest.main([str(test_validation.__file__), *wanted], plugins=[outcomes])
    print(table(outcomes.of))
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
