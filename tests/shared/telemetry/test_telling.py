"""Where nobody listens, nothing is told; and nobody waits for what listens."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

LOADS = """
import sys
import function_app
from shared.telemetry.telling import sender
assert sender() is None
heavy = ("opentelemetry.sdk", "opentelemetry.exporter", "azure.monitor", "google.protobuf")
print([name for name in sys.modules if name.startswith(heavy)])
"""


def test_a_worker_without_a_listener_loads_nothing_of_what_tells() -> None:
    settings = {
        "AZURE_SUBSCRIPTION_ID": "s",
        "KEY_VAULT_URL": "https://v",
        "RECORDS_TABLE_ENDPOINT": "https://t",
    }
    done = subprocess.run(
        [sys.executable, "-c", LOADS], env=settings, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr
