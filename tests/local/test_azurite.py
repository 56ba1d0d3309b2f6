"""The storage account of the local stack."""

import socket
from pathlib import Path

import pytest

from local.azurite import Azurite, AzuriteMissing


def test_every_service_listens(storage: Azurite) -> None:
    for port in storage.ports.values():
        socket.create_connection(("127.0.0.1", port), timeout=1).close()


def test_the_connection_string_names_every_service(storage: Azurite) -> None:
    for service, port in storage.ports.items():
        assert f"{service.capitalize()}Endpoint=http://127.0.0.1:{port}/" in (
            storage.connection_string
        )


def test_a_port_that_is_taken_is_said_to_be(storage: Azurite) -> None:
    with pytest.raises(RuntimeError, match="is it free"):
        Azurite(table_port=storage.ports["table"], blob_port=storage.ports["blob"]).start()


def test_a_clone_without_the_node_package_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AzuriteMissing, match="make setup"):
        Azurite(package=tmp_path).start()
