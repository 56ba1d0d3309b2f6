"""Run commands: scripts that run for real, on the emulated network, at real database servers."""

from typing import Any

import pytest

from tests.local.arm_emulator.connected import FRONTEND, GATEWAY, MACHINE, NAME, PASSWORD, connect

VERSION = "2025-04-01"
# What a stranger would write; it speaks to the servers as far as SSLRequest.
HELLO = f"""#!/usr/bin/env python3
import os, socket
for where in ({NAME!r}, {FRONTEND!r}):
    try:
        with socket.create_connection((where, 5432), 2) as connection:
            connection.settimeout(5)
            connection.sendall(bytes([0, 0, 0, 8, 4, 210, 22, 47]))
            print(where, connection.recv(1))
    except OSError as error:
        print(where, type(error).__name__)
"""
Json = dict[str, Any]


@pytest.fixture
def stack(azure: Any) -> Any:
    """All is well, and the machine's subnet has the old way out."""
    connect(azure)
    subnet = azure.id("virtualNetworks/vnet/subnets/mgmt")
    azure.emulator.edit(subnet, {"properties": {"defaultOutboundAccess": True}})
    return azure


def run(azure: Any, script: str, **properties: Any) -> Json:
    """Put a run command, wait for its end, and read all that it shows."""
    where = f"{azure.id(MACHINE)}/runCommands/ask"
    body = {"location": "eastus", "properties": {"source": {"script": script}, **properties}}
    azure.resources.resources.begin_create_or_update_by_id(
        where, body, api_version=VERSION
    ).result()
    return show(azure, **{"$expand": "instanceView"})


def show(azure: Any, **query: str) -> Json:
    where, get = f"{azure.id(MACHINE)}/runCommands/ask", azure.resources.resources.get_by_id
    found: Json = get(where, api_version=VERSION, params=query).as_dict()
    return found


def view(azure: Any, script: str, **properties: Any) -> Json:
    found: Json = run(azure, script, **properties)["properties"]["instanceView"]
    return found


def test_a_script_reaches_the_server_by_name_and_through_the_gateway(stack: Any) -> None:
    told = view(stack, HELLO)
    assert (told["executionState"], told["exitCode"]) == ("Succeeded", 0)
    assert told["output"].splitlines() == [f"{NAME} b'S'", f"{FRONTEND} b'S'"]


def test_a_gateway_with_a_dead_backend_lets_in_and_hangs_up(stack: Any) -> None:
    stack.advance(seconds=30)
    stack.postgresql.servers.begin_stop("rg", "base").result()
    told = view(stack, HELLO)
    server, gateway = told["output"].splitlines()
    assert server == f"{NAME} TimeoutError"
    assert gateway in {f"{FRONTEND} b''", f"{FRONTEND} ConnectionResetError"}


def test_a_gateway_without_a_listener_on_the_port_refuses(stack: Any) -> None:
    ports = [{"name": "pg", "id": f"{stack.id(GATEWAY)}/frontendPorts/pg"}]
    changed = [{**ports[0], "properties": {"port": 5433}}]
    stack.emulator.edit(stack.id(GATEWAY), {"properties": {"frontendPorts": changed}})
    assert f"{FRONTEND} ConnectionRefusedError" in view(stack, HELLO)["output"]


def test_the_end_of_the_script_is_told_and_not_that_of_the_resource(stack: Any) -> None:
    told = run(stack, "echo out; echo err >&2; exit 3")
    assert told["properties"]["provisioningState"] == "Succeeded"
    seen = told["properties"]["instanceView"]
    assert (seen["executionState"], seen["exitCode"]) == ("Failed", 3)
    assert (seen["output"], seen["error"]) == ("out\n", "err\n")


def test_parameters_with_names_are_the_environment_and_the_others_arguments(stack: Any) -> None:
    told = view(
        stack,
        'echo "$WORD $SECRET $1"',
        parameters=[{"name": "WORD", "value": "hello"}, {"name": "", "value": "first"}],
        protectedParameters=[{"name": "SECRET", "value": PASSWORD}],
    )
    assert told["output"] == f"hello {PASSWORD} first\n"


def test_protected_parameters_are_shown_to_nobody(stack: Any) -> None:
    run(stack, "true", protectedParameters=[{"name": "SECRET", "value": PASSWORD}])
    assert "SECRET" not in str(show(stack))
    assert PASSWORD not in str(show(stack))
    assert PASSWORD not in str(stack.emulator.calls(method="GET"))


def test_the_instance_view_is_shown_only_where_it_is_asked_for(stack: Any) -> None:
    run(stack, "true")
    assert "instanceView" not in show(stack)["properties"]


def test_only_the_last_four_kilobytes_are_kept(stack: Any) -> None:
    told = view(stack, "printf 'x%.0s' $(seq 5000); printf end")
    assert len(told["output"]) == 4096
    assert told["output"].endswith("xend")


def test_a_script_that_takes_too_long_is_killed(stack: Any) -> None:
    told = view(stack, "sleep 60", timeoutInSeconds=1)
    assert told["executionState"] == "TimedOut"


def test_without_a_way_out_nothing_is_told(stack: Any) -> None:
    subnet = stack.id("virtualNetworks/vnet/subnets/mgmt")
    stack.emulator.edit(subnet, {"properties": {"defaultOutboundAccess": False}})
    told = view(stack, "echo out")
    assert (told["executionState"], told["output"]) == ("Unknown", "")


def test_a_script_comes_to_nothing_beyond_the_emulated_network(stack: Any) -> None:
    port = stack.emulator.url.rpartition(":")[2]
    told = view(stack, f"exec 3<>/dev/tcp/127.0.0.1/{port}")
    assert told["executionState"] == "Failed"
    assert "Connection refused" in told["error"]


def test_memory_is_bounded(stack: Any) -> None:
    assert "MemoryError" in view(stack, "python3 -c 'bytearray(2 << 30)'")["error"]


def test_a_deleted_run_command_is_gone(stack: Any, refusal: Any) -> None:
    run(stack, "true")
    where = f"{stack.id(MACHINE)}/runCommands/ask"
    stack.resources.resources.begin_delete_by_id(where, api_version=VERSION).result()
    assert (
        refusal(stack.resources.resources.get_by_id, where, api_version=VERSION)
        == "404 ResourceNotFound"
    )


@pytest.mark.parametrize("wish", ["runAsUser", "outputBlobUri"])
def test_what_is_not_emulated_is_refused(stack: Any, refusal: Any, wish: str) -> None:
    where = f"{stack.id(MACHINE)}/runCommands/ask"
    body = {"location": "eastus", "properties": {"source": {"script": "true"}, wish: "x"}}
    put = stack.resources.resources.begin_create_or_update_by_id
    assert refusal(put, where, body, api_version=VERSION) == "501 NotEmulated"
