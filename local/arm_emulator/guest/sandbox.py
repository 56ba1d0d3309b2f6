"""Runs a script in namespaces of its own, on a network that holds what it is told and no more.

Linux alone can do that, and needs no privilege for it where unprivileged user namespaces are
allowed. The script thinks that it is root; it is `nobody` where the emulator runs as root, else
whoever runs the emulator, and may read what they may. Memory, processor time, files and processes
are bounded. Whoever it connects to is on the other side of a door: a socket inside, answered here.
"""

import contextlib
import functools
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from local.arm_emulator.state.guests import Ended, Script

UNPRIVILEGED = "nobody"
NAMESPACES = (
    *("--user", "--map-root-user", "--net", "--mount", "--pid", "--mount-proc"),
    *("--fork", "--kill-child"),
)
LIMITS = {"AS": 1 << 30, "CPU": 60, "FSIZE": 1 << 24, "NOFILE": 256, "CORE": 0}
LONGEST = 120.0  # real seconds; Azure allows 90 minutes
INSIDE = Path(__file__).with_name("inside.py").read_text(encoding="utf-8")
PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Address = tuple[str, int]
Answer = Callable[[str], Address | None]


class SandboxMissing(RuntimeError):
    """This machine lets nobody make namespaces."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "run commands are executed in user namespaces, which this machine refuses "
            f"({said.strip()}): Linux, `unshare` of util-linux and, on Ubuntu 24.04, "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0` are needed"
        )


@dataclass(frozen=True, slots=True)
class Network:
    """What a machine finds: names, addresses, and what happens at their ports.

    A port of a known address that is in neither mapping refuses; other addresses are unreachable.
    """

    names: Mapping[str, str]  # name: address
    addresses: frozenset[str]
    open: Mapping[Address, str]  # who answers, by a word that `answer` understands
    silent: frozenset[Address]


def run(
    script: Script,
    network: Network,
    answer: Answer,
    store: Path | None = None,
    limits: Mapping[str, int] = LIMITS,
) -> Ended:
    """Run a script to its end.

    Args:
        script: what to run; its time is bounded here too.
        network: what it finds.
        answer: where a connection goes, by who answers; None closes it at once.
        store: the certificates that the machine trusts.
        limits: of its resources, by the names of setrlimit(2).

    Raises:
        SandboxMissing: there can be none here.
    """
    with tempfile.TemporaryDirectory(prefix="guest-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        order = _order(folder, script, network, store) | {"limits": dict(limits)}
        ours, theirs = socket.socketpair()
        doors = list(network.open)
        with ours, theirs:
            process = subprocess.Popen(
                [_unshare(), *NAMESPACES, _python(), "-I", "-c", INSIDE, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                **_unprivileged(),
            )
            theirs.close()
            ours.sendall(json.dumps(order).encode() + b"\n")
            _, received, _, _ = socket.recv_fds(ours, 1, max(len(doors), 1))
        sockets = [socket.socket(fileno=each) for each in received]
        answers = [network.open[door] for door in doors]
        with _answering(dict(zip(sockets, answers, strict=False)), answer):
            return _wait(process, min(script.seconds, LONGEST))


def _order(folder: Path, script: Script, network: Network, store: Path | None) -> dict[str, Any]:
    """What the first process is to make; files that it needs are written beside the script."""
    # Interpreters are found by the name that Ubuntu gives them.
    environment = {"PATH": f"{folder}:{PATHS}", "HOME": str(folder), **script.environment}
    hosts = [f"{address} {name}" for name, address in network.names.items()]
    texts = {
        "hosts": "\n".join(["127.0.0.1 localhost", *hosts, ""]),
        "nsswitch.conf": "hosts: files\npasswd: files\ngroup: files\n",
        "script.sh": script.text,
    }
    if store is not None:
        shutil.copyfile(store, folder / "certificates.pem")
        environment["SSL_CERT_FILE"] = str(folder / "certificates.pem")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "python3").symlink_to(_python())
    for each in (folder, folder / "script.sh"):
        each.chmod(0o755)
    etc = [each for each in ("hosts", "nsswitch.conf") if Path("/etc", each).exists()]
    return {
        "addresses": sorted(network.addresses),
        "open": [list(door) for door in network.open],
        "silent": sorted(network.silent),
        "files": [[str(folder / each), f"/etc/{each}"] for each in etc],
        "folder": str(folder),
        "script": str(folder / "script.sh"),
        "arguments": script.arguments,
        "environment": environment,
    }


def _wait(process: "subprocess.Popen[bytes]", seconds: float) -> Ended:
    try:
        output, error = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, error = process.communicate()
        return Ended("TimedOut", -1, _text(output), _text(error))
    said = _text(error)
    if process.returncode and "unshare failed" in said:
        raise SandboxMissing(said)
    state = "Failed" if process.returncode else "Succeeded"
    return Ended(state, process.returncode, _text(output), said)  # type: ignore[arg-type]


@contextlib.contextmanager
def _answering(doors: Mapping[socket.socket, str], answer: Answer) -> Iterator[None]:
    """Answer at the doors for as long as the block lasts."""
    waker, woken = socket.socketpair()
    thread = threading.Thread(target=_forward, args=(doors, answer, woken), daemon=True)
    thread.start()
    try:
        yield
    finally:
        waker.close()
        thread.join()
        woken.close()


def _forward(doors: Mapping[socket.socket, str], answer: Answer, woken: socket.socket) -> None:
    """Carry bytes both ways between whoever came and whoever answers, until woken."""
    with selectors.DefaultSelector() as watched:
        watched.register(woken, selectors.EVENT_READ)
        for door in doors:
            watched.register(door, selectors.EVENT_READ)
        peers: dict[socket.socket, socket.socket] = {}
        while True:
            for key, _ in watched.select():
                ready = cast(socket.socket, key.fileobj)
                if ready is woken:
                    for each in (*doors, *peers):
                        each.close()
                    return
                if ready in doors:
                    pair = _open(ready, answer(doors[ready]))
                    for one, other in (pair, pair[::-1]) if pair else ():
                        peers[one] = other
                        watched.register(one, selectors.EVENT_READ)
                elif not _pass(ready, peers[ready]):
                    for each in (ready, peers[ready]):
                        watched.unregister(each)
                        del peers[each]
                        each.close()
                    break  # the other may be among those found ready


def _open(door: socket.socket, where: Address | None) -> tuple[socket.socket, socket.socket] | None:
    came, _ = door.accept()
    try:
        if where is not None:
            return came, socket.create_connection(where)
    except OSError:
        pass
    came.close()
    return None


def _pass(one: socket.socket, other: socket.socket) -> bool:
    try:
        carried = one.recv(1 << 16)
        other.sendall(carried)
    except OSError:
        return False
    return bool(carried)


@functools.cache
def _python() -> str:
    """An interpreter that the script may use, whoever it runs as."""
    base = str(getattr(sys, "_base_executable", sys.executable))
    for each in (sys.executable, base, "/usr/bin/python3"):
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([each, "-I", "-c", ""], check=True, **_unprivileged())
            return each
    raise SandboxMissing("no python3 that anybody may run")


def _unshare() -> str:
    found = shutil.which("unshare")
    if found is None:
        raise SandboxMissing("no unshare")
    return found


def _unprivileged() -> dict[str, Any]:
    options: dict[str, Any] = {"env": {"PATH": PATHS}, "cwd": "/"}
    if os.geteuid() == 0:
        options |= {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []}
    return options


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
