"""Installations that are named once."""

import json
from pathlib import Path

import pytest

from cli.__main__ import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder of settings, empty."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def test_a_profile_says_where_the_app_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "set", "test", "--url", "http://127.0.0.1:9"]) == 0
    assert main(["deployment", "list", "--profile", "test"]) == 1
    assert "http://127.0.0.1:9 does not answer" in capsys.readouterr().err


def test_a_profile_that_is_not_there_is_answered_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["profile", "set", "test", "--url", "http://127.0.0.1:9"])
    assert main(["deployment", "list", "--profile", "prod"]) == 1
    assert "there is no profile prod; known: test" in capsys.readouterr().err


def test_a_profile_that_is_removed_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    main(["profile", "set", "test", "--url", "http://127.0.0.1:9"])
    assert main(["profile", "remove", "test"]) == 0
    main(["profile", "list", "-o", "json"])
    assert json.loads(capsys.readouterr().out) == []
