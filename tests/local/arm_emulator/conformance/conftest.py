"""The agreement with Azure, printed under every run of these tests."""

import pytest

from tests.local.arm_emulator.conformance.facts import summary


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many facts there are and how many are not met."""
    terminalreporter.write_line(summary())
