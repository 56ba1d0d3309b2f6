"""What can go wrong between a command and its answer.

CommandFailed
├── Refused        the API answered with an error
├── Unreachable    no answer came
├── SpecUnreadable the file of a spec is missing, or holds no object
├── NotConfirmed   nobody said yes
└── Unusable       a value on the command line, or in a profile, makes no sense
"""

from pathlib import Path
from typing import Any

Json = dict[str, Any]


class CommandFailed(Exception):
    """Ends a command with exit code 1; its text is the sentence that is shown."""


class Refused(CommandFailed):
    """The API answered with an error; `error` is its envelope."""

    def __init__(self, status: int, error: Json) -> None:
        self.status = status
        self.error = error
        details = "".join(f"\n  {d['target']}: {d['message']}" for d in error.get("details", []))
        super().__init__(f"{error.get('code')}: {error.get('message')}{details}")


class Unreachable(CommandFailed):
    """No answer came."""

    def __init__(self, url: str, why: Exception) -> None:
        super().__init__(f"{url} does not answer: {why}; is --url right, and the app up?")


class SpecUnreadable(CommandFailed):
    """The file of a spec is missing or holds no object."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path}: {why}")


class NotConfirmed(CommandFailed):
    """Nobody said yes, or nobody could be asked."""


class Unusable(CommandFailed):
    """A value that makes no sense; the text names it and what would."""
