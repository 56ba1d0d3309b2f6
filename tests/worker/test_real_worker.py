"""Azure's own worker library is the judge of the app, and of what our host refuses.

It needs Python 3.13; `make test` runs these tests with every Python that it finds.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.azurite import Azurite
from tests.local.functions_host.worker.refusals import (
    HEAD,
    REFUSED_BY_WORKER,
    TAKEN,
)

ROOT = Path(__file__).parents[2]
LIBRARY = Path(__file__).parent / "library.py"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("azure_functions_runtime") is None,
    reason="Azure's worker library needs Python 3.13 or later: the app is not loaded in it here",
)


def ask(what: str, folder: Path, **settings: str) -> Any:
    environment = {**os.environ, "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1", **settings}
    ended = subprocess.run(
        [sys.executable, str(LIBRARY), what, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def told() -> Any:
    """What the library says of the app, with an empty storage account behind it."""
    with Azurite() as storage:
        return ask(
            "run",
            ROOT,
            AzureWebJobsStorage=storage.connection_string,
            AZURE_SUBSCRIPTION_ID="00000000-0000-0000-0000-000000000001",
            KEY_VAULT_URL="https://vault.invalid",
            DRIFT_SCHEDULE="0 0 * * * *",
        )


def test_the_library_loads_every_function_of_the_app(told: Any) -> None:
    assert "refused" not in told
    assert {"health", "check_drift", "list_deployments", "submit_steps"} <= set(told["functions"])


@pytest.mark.parametrize(
    ("function", "returned"),
    [("health", "200"), ("check_drift", '"isDone": false'), ("list_deployments", '"names": []')],
)
def test_the_library_calls_a_function_of_each_kind(told: Any, function: str, returned: str) -> None:
    called = told["called"][function]
    assert called["succeeded"], called
    assert returned in called["returned"]


def test_the_library_refuses_and_takes_what_our_host_does(tmp_path: Path) -> None:
    cases = [*REFUSED_BY_WORKER, *((source, "") for source in TAKEN)]
    for number, (source, _) in enumerate(cases):
        (tmp_path / f"app_{number:03}.py").write_text(HEAD + source)
    said = ask("load", tmp_path)
    for (source, words), (app, text) in zip(cases, said.items(), strict=True):
        assert bool(text) == bool(words), f"{source}: {text}"
        assert words.replace("function_app", app) in (text or "")
