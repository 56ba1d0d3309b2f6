"""What is started and stopped, by hand or by a `with` block, and how a child process is ended."""

import subprocess
from abc import ABC, abstractmethod
from typing import Self


class Service(ABC):
    """A context manager over `start` and `stop`."""

    @abstractmethod
    def start(self) -> Self:
        """Start it and wait until it answers."""

    @abstractmethod
    def stop(self) -> None:
        """End it."""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def await_end(process: subprocess.Popen[bytes] | subprocess.Popen[str], patience: float) -> None:
    """Wait for a process that was asked to end; kill it where that takes longer, in seconds."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
