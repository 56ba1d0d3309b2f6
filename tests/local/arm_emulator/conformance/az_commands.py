"""Runs commands of the Azure CLI, as told by lines of JSON on standard input, by its own Python.

The CLI is imported once and each command runs in a fork of that process: a second instead of five.
Its sleeps move the emulator's virtual clock. Answers each line by one: exit code, output, errors.
"""

import contextlib
import importlib
import io
import json
import os
import ssl
import sys
import tempfile
import time
import urllib.request

get_default_cli = importlib.import_module("azure.cli.core").get_default_cli
URL = os.environ["AZURE_RESOURCE_MANAGER_URL"]
WARM = (
    "network vnet show",
    "postgres flexible-server show",
    "vm show",
    "group show",
    "disk show",
    "deployment group show",
)
TRUST = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])


def pass_time(seconds: float) -> None:
    """Move the emulator's clock instead of waiting."""
    body = json.dumps({"seconds": max(seconds, 0.1)}).encode()
    asked = urllib.request.Request(f"{URL}/_emulator/advance", body, method="POST")  # noqa: S310
    urllib.request.urlopen(asked, context=TRUST).close()  # noqa: S310


def run(arguments: list[str]) -> dict[str, object]:
    """One command in a fork, a few seconds after the one before."""
    pass_time(5)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os.close(0)
            code = 1
            try:
                code = get_default_cli().invoke([*arguments, "--only-show-errors"]) or 0
            except SystemExit as end:
                code = int(end.code or 0)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        texts = {"out": out.read().decode(), "err": err.read().decode()}
        return {"exit": os.waitstatus_to_exitcode(status), **texts}


def warm_up() -> None:
    """Import what commands are made of, before the first fork."""
    for words in WARM:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
            get_default_cli().invoke([*words.split(), "--help"])


if __name__ == "__main__":
    warm_up()
    time.sleep = pass_time  # type: ignore[assignment]
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()
