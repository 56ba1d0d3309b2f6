"""The first process of a sandbox: makes the machine's network, then becomes the script.

It runs in namespaces of its own, where it may do what only root may, and sees nothing of the
package it lies in: it is run by its text. Its argument is the descriptor of a socket: what to make
comes in as a line of JSON (an argument could be read by anybody), and the sockets on which others
are to answer go out.
"""

import ctypes
import fcntl
import json
import os
import resource
import socket
import struct
import sys
from typing import Any

# ioctls of Linux, netdevice(7)
SET_ADDRESS, SET_MASK, GET_FLAGS, SET_FLAGS, UP = 0x8916, 0x891C, 0x8913, 0x8914, 1
BIND = 4096  # mount(2)


def main() -> None:
    """Make what is told, then run the script as the agent of a machine does."""
    out = socket.socket(fileno=int(sys.argv[1]))
    order: dict[str, Any] = json.loads(out.makefile("rb").readline())
    for number, address in enumerate(("127.0.0.1", *order["addresses"])):
        add_address(f"lo:{number}" if number else "lo", address)
    kept = [silent(address, port) for address, port in order["silent"]]
    doors = [listening(address, port, backlog=16) for address, port in order["open"]]
    with out:
        socket.send_fds(out, [b"!"], [each.fileno() for each in doors])
    for door in doors:
        door.close()
    for source, target in order["files"]:
        mount(source, target)
    for name, limit in order["limits"].items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))
    for pair in kept:
        for one in pair:
            os.set_inheritable(one.fileno(), True)  # silent for as long as the script lives
    os.chdir(order["folder"])
    # As the agent does: Azure/run-command-handler-linux, internal/exec/exec.go
    command = " ".join([order["script"], *order["arguments"]])
    os.execve("/bin/bash", ["/bin/bash", "-c", command], order["environment"])  # noqa: S606


def add_address(label: str, address: str) -> None:
    """Give the loopback interface one more address, and turn it on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = label.encode().ljust(16, b"\0")
        # This address alone: the default is the whole class, 10.0.0.0/8.
        for request, value in ((SET_ADDRESS, address), (SET_MASK, "255.255.255.255")):
            packed = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(value))
            fcntl.ioctl(control, request, name + packed)
        asked = fcntl.ioctl(control, GET_FLAGS, name + bytes(24))
        (flags,) = struct.unpack_from("=H", asked, 16)
        fcntl.ioctl(control, SET_FLAGS, name + struct.pack("=H22x", flags | UP))


def listening(address: str, port: int, *, backlog: int) -> socket.socket:
    """A socket on which connections arrive."""
    made = socket.socket()
    made.bind((address, port))
    made.listen(backlog)
    return made


def silent(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A port that never answers: its queue is full, so that the kernel drops what arrives."""
    made = listening(address, port, backlog=0)
    return made, socket.create_connection((address, port))


def mount(source: str, target: str) -> None:
    """Put a file of ours in the place of the machine's."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), target.encode(), None, BIND, None):
        raise OSError(ctypes.get_errno(), f"cannot mount {target}")


if __name__ == "__main__":
    main()
