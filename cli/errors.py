"""What can go wrong between a command and its answer.

CommandFailed
├── Refused        the API answered with an error
├── Unreachable    no answer came
├── SpecUnreadable the file of a spec is missing, or holds no object
├── SpecFaulty     what the file holds is no spec
├── NotConfirmed   nobody said yes
└── Unusable       a value on the command line, or in a profile, makes no sense
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class CommandFailed(Exception):
    """Ends a command with exit code 1; its text is the sentence that is shown."""


class Refused(CommandFailed):
    """The API answered with an error; `error` is its envelope, `hint` what helps here."""

    def __init__(self, status: int, error: Json, hint: str = "") -> None:
        self.status = status
        self.error = error
        parts = [error.get("code"), error.get("target"), error.get("message")]
        text = ": ".join(str(part) for part in parts if part)
        details = "".join(f"\n  {d['target']}: {d['message']}" for d in error.get("details", []))
        super().__init__(f"{text}{f' ({hint})' if hint else ''}{details}")


class Unreachable(CommandFailed):
    """No answer came."""

    def __init__(self, url: str, why: Exception) -> None:
        reason = re.sub(r"^\[Errno -?\d+\] ", "", str(why)) or type(why).__name__
        super().__init__(f"{url} does not answer: {reason}; is --url right, and the app up?")


class SpecUnreadable(CommandFailed):
    """The file of a spec is missing or holds no object."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path}: {why}")


class SpecFaulty(CommandFailed):
    """What a file holds is no spec; `faults` are lines that name place and field."""

    def __init__(self, path: Path, faults: Iterable[str], *, code: str = "InvalidSpec") -> None:
        lines = list(faults)
        text = f"{code}: {path} has {len(lines)} fault(s)"
        super().__init__("\n  ".join([text, *lines]))


class NotConfirmed(CommandFailed):
    """Nobody said yes, or nobody could be asked."""


class Unusable(CommandFailed):
    """A value that makes no sense; the text names it and what would."""
