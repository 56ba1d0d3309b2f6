"""A host.json that Azure would ignore in part, or not start with, is refused in words."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.functions_host.errors import SettingError
from local.functions_host.settings.app_settings import HostSettings, read_host_json

ROOT = Path(__file__).parents[4]


def read(folder: Path, **root: Any) -> HostSettings:
    (folder / "host.json").write_text(json.dumps({"version": "2.0"} | root))
    return read_host_json(folder)


def durable(**options: Any) -> dict[str, Any]:
    return {"extensions": {"durableTask": options}}


@pytest.mark.parametrize(
    ("root", "fault"),
    [
        ({"version": "4.0"}, "'4.0' is an invalid value for host.json 'version' property."),
        ({"functionTimeOut": "00:05:00"}, "functionTimeOut is not known to the Functions host"),
        ({"functionTimeOut": "00:05:00"}, "(did you mean functionTimeout?)"),
        ({"logging": {"loglevel": {}}}, "logging.loglevel is not known"),
        (
            {"logging": {"logLevel": {"default": 3}}},
            "logging.logLevel.default is 3, should be a text",
        ),
        (
            {"logging": {"applicationInsights": {"samplingSettings": {"isEnabled": "yes"}}}},
            "samplingSettings.isEnabled is 'yes', should be true or false",
        ),
        ({"extensionBundle": {"Id": "x"}}, "extensionBundle.Id is not known"),
        ({"extensions": {"http": {"prefix": ""}}}, "extensions.http.prefix is not known"),
        (durable(HubName="hub"), "extensions.durableTask.HubName is not known"),
        (
            durable(storageProvider={"partitions": 4}),
            "storageProvider.partitions is not known to the Functions host or the extension",
        ),
        (
            durable(tracing={"distributedTracing": True}),
            "mean distributedTracingEnabled?",
        ),
        (durable(tracing={"version": "2"}), "version is '2', should be None, V1, V2"),
        (durable(hubName="my-hub"), "hubName is 'my-hub', should be 3 to 45 letters and digits"),
        (durable(hubName="1hub"), "that start with a letter"),
        (durable(hubName="h" * 46), "should be 3 to 45"),
        (durable(storageProvider={"partitionCount": 17}), "partitionCount is 17, should be from 1"),
        (
            durable(storageProvider={"maxQueuePollingInterval": 5}),
            "maxQueuePollingInterval is 5, should be like 00:10:00",
        ),
        (
            durable(maxConcurrentActivityFunctions=0),
            "maxConcurrentActivityFunctions is 0, should be 1 or more",
        ),
        (
            durable(extendedSessionsEnabled=1),
            "SessionsEnabled is 1, should be true or false",
        ),
    ],
)
def test_what_the_platform_does_not_know_is_refused(
    tmp_path: Path, root: dict[str, Any], fault: str
) -> None:
    with pytest.raises(SettingError) as caught:
        read(tmp_path, **root)
    assert fault in str(caught.value)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        read(tmp_path, log={}, **durable(hub="x", hubName="?"))
    assert str(caught.value).count(";") == 2


def test_a_file_without_a_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{}")
    with pytest.raises(SettingError, match="is missing the required 'version' property"):
        read_host_json(tmp_path)


def test_a_section_of_an_extension_that_is_not_used_here_is_left_alone(tmp_path: Path) -> None:
    assert read(tmp_path, extensions={"queues": {"batchSize": 8}}) == HostSettings()


def test_the_app_turns_on_distributed_tracing_of_the_second_version() -> None:
    read_host_json(ROOT)
    host = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))
    tracing = host["extensions"]["durableTask"]["tracing"]
    assert tracing == {
        "distributedTracingEnabled": True,
        "version": "V2",
        "traceInputsAndOutputs": False,  # inputs and outputs name resources of a customer
    }
