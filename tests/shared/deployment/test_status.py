"""A custom status is within what the extension holds, in every phase, whatever Azure says."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.deployment.messages import Failure, Phase, Residue, Run
from shared.deployment.operation import Outline, StepOutline
from shared.deployment.walks.progress import Progress
from shared.deployment.walks.status import briefly, ended, status

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
LIMIT = 16_384  # bytes of UTF-16: above it the extension ends the instance
RESOURCES = 40

# Long texts of one character each: plain, escaped, outside the basic plane, half of a pair.
CHARACTERS = st.sampled_from(
    ['"', "\\", "x", "é", "\x01", "\x85", "\u2028", "\U0001f40d", "\ud800"]
)
TEXTS = st.builds(lambda character, length: character * length, CHARACTERS, st.integers(1, 3000))
FAILURES = st.builds(Failure, code=TEXTS, message=TEXTS, retryable=st.booleans())
NAMES = st.builds(lambda character, length: character * length, CHARACTERS, st.integers(1, 120))


def bytes_in_dotnet(told: Any) -> int:
    """The size of a status as Newtonsoft writes it and .NET counts it."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    for character in "\x85\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return len(text.encode("utf-16-le", "surrogatepass"))


def outline(keys: list[str]) -> Outline:
    steps = [
        StepOutline(
            key=key,
            action="delete",
            dependsOn=[],
            startsAfter=[],
            locks=[],
            expectedSeconds=1234.5,
            timeoutSeconds=5000,
        )
        for key in keys
    ]
    return Outline(purpose="deploy", steps=steps)


def failed(failure: Failure, detail: str) -> Run:
    moment = (NOW - timedelta(minutes=5)).isoformat()
    return Run(
        state="failed",
        attempts=12,
        startedAt=moment,
        settledAt=moment,
        failure=failure,
        warning=detail,
        detail=detail,
    )


@pytest.mark.parametrize("phase", get_args(Phase))
@settings(deadline=None, max_examples=40)
@given(name=NAMES, failure=FAILURES, root=FAILURES, detail=TEXTS)
def test_forty_failed_resources_fit_into_the_status_of_any_phase(
    phase: Phase, name: str, failure: Failure, root: Failure, detail: str
) -> None:
    plan = outline([f"{name}-{number}" for number in range(RESOURCES)])
    runs = {step["key"]: failed(failure, detail) for step in plan["steps"]}
    told = status(
        phase,
        now=NOW,
        progress=Progress(plan, runs, halted=True),
        failure=root,
        approve_before=NOW + timedelta(days=30),
    )
    assert bytes_in_dotnet(told) <= LIMIT
    assert told["failure"]["message"] == root["message"][:400]
    assert told["phase"] == phase


@pytest.mark.parametrize("outcome", ["Failed", "Canceled"])
@settings(deadline=None, max_examples=40)
@given(name=NAMES, failure=FAILURES, root=FAILURES, detail=TEXTS)
def test_forty_resources_left_behind_fit_into_the_status_at_the_end(
    outcome: str, name: str, failure: Failure, root: Failure, detail: str
) -> None:
    keys = [f"{name}-{number}" for number in range(RESOURCES)]
    runs = {key: failed(failure, detail) for key in keys}
    left = [Residue(key=key, id=detail, reason=detail, command=detail) for key in keys]
    told = ended(outcome, steps=briefly(outline(keys), runs), failure=root, residue=left)
    assert bytes_in_dotnet(told) <= LIMIT
    assert told["failure"]["message"] == root["message"][:400]


def test_the_root_failure_comes_before_what_follows_from_it() -> None:
    failure = Failure(code="QuotaExceeded", message="No more.", retryable=False)
    plan = outline(["a", "b"])
    runs = {step["key"]: failed(failure, "") for step in plan["steps"]}
    told = status("rolling-back", now=NOW, progress=Progress(plan, runs), failure=failure)
    assert list(told)[:5] == ["version", "phase", "status", "canceled", "failure"]


def test_forty_resources_are_all_told_where_texts_are_of_usual_length() -> None:
    message = "The resource is locked by a lock at the scope of its group. " * 4
    failure = Failure(code="ScopeLocked", message=message, retryable=False)
    plan = outline([f"network-security-group-{number}" for number in range(RESOURCES)])
    runs = {step["key"]: failed(failure, message) for step in plan["steps"]}
    told = status("destroying", now=NOW, progress=Progress(plan, runs), failure=failure)
    assert [step["key"] for step in told["steps"]] == [step["key"] for step in plan["steps"]]
    assert {step["state"] for step in told["steps"]} == {"failed"}
