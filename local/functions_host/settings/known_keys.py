"""What the Functions host and the Durable extension know of host.json; the rest they ignore.

A key that is misspelt is silently without effect on Azure, so here it is refused. Sections from the
published schema (https://json.schemastore.org/host.json), HostJsonFileConfigurationSource.cs of
azure-functions-host, and DurableTaskOptions.cs and AzureStorageOptions.cs of the extension 3.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from local.functions_host.errors import SettingError

SPAN = timedelta  # a text like 00:00:30
_WORDS = {str: "a text", int: "a number", float: "a number", bool: "true or false", list: "a list"}
_SPAN = re.compile(r"-1|(\d+\.)?\d\d:\d\d:\d\d(\.\d+)?")
_VERSION = "See https://aka.ms/functions-hostjson for"

_AGGREGATOR = {"batchSize": int, "flushTimeout": SPAN}
_HEALTH = {
    "enabled": bool,
    "healthCheckInterval": SPAN,
    "healthCheckWindow": SPAN,
    "healthCheckThreshold": int,
    "counterThreshold": float,
}
_SINGLETON = {
    "lockPeriod": SPAN,
    "listenerLockPeriod": SPAN,
    "listenerLockRecoveryPollingInterval": SPAN,
    "lockAcquisitionTimeout": SPAN,
    "lockAcquisitionPollingInterval": SPAN,
}
_SAMPLING = {
    "isEnabled": bool,
    "maxTelemetryItemsPerSecond": float,
    "evaluationInterval": SPAN,
    "initialSamplingPercentage": float,
    "samplingPercentageIncreaseTimeout": SPAN,
    "samplingPercentageDecreaseTimeout": SPAN,
    "minSamplingPercentage": float,
    "maxSamplingPercentage": float,
    "movingAverageRatio": float,
    "excludedTypes": str,
    "includedTypes": str,
}
_INSIGHTS = {
    "samplingSettings": _SAMPLING,
    "samplingExcludedTypes": str,
    "enableLiveMetrics": bool,
    "enableLiveMetricsFilters": bool,
    "liveMetricsInitializationDelay": SPAN,
    "enableDependencyTracking": bool,
    "enablePerformanceCountersCollection": bool,
    "enableAutocollectedMetricsExtractor": bool,
    "httpAutoCollectionOptions": {
        "enableHttpTriggerExtendedInfoCollection": bool,
        "enableW3CDistributedTracing": bool,
        "enableResponseHeaderInjection": bool,
    },
    "snapshotConfiguration": dict,
}
_LOGGING = {
    "logLevel": {"*": str},
    "applicationInsights": _INSIGHTS,
    "console": {"isEnabled": bool},
    "fileLoggingMode": str,
}
_HTTP = {
    "routePrefix": str,
    "maxConcurrentRequests": int,
    "maxOutstandingRequests": int,
    "dynamicThrottlesEnabled": bool,
    "hsts": {
        "isEnabled": bool,
        "maxAge": str,
        "includeSubDomains": bool,
        "excludedHosts": list,
        "preload": bool,
    },
    "customHeaders": {"*": str},
}
_STORAGE = {
    "type": str,
    "connectionName": str,
    "connectionStringName": str,
    "controlQueueBatchSize": int,
    "controlQueueBufferThreshold": int,
    "controlQueueVisibilityTimeout": SPAN,
    "maxQueuePollingInterval": SPAN,
    "partitionCount": int,
    "trackingStoreConnectionName": str,
    "trackingStoreConnectionStringName": str,
    "trackingStoreNamePrefix": str,
    "useLegacyPartitionManagement": bool,
    "useTablePartitionManagement": bool,
    "workItemQueueVisibilityTimeout": SPAN,
}
_TRACING = {
    "traceInputsAndOutputs": bool,
    "traceReplayEvents": bool,
    "distributedTracingEnabled": bool,
    "distributedTracingProtocol": str,
    "version": str,
}
_DURABLE_TASK = {
    "hubName": str,
    "defaultVersion": str,
    "versionMatchStrategy": str,
    "versionFailureStrategy": str,
    "storageProvider": _STORAGE,
    "tracing": _TRACING,
    "notifications": {
        "eventGrid": {
            "topicEndpoint": str,
            "keySettingName": str,
            "publishRetryCount": int,
            "publishRetryInterval": SPAN,
            "publishRetryHttpStatus": list,
            "publishEventTypes": list,
        }
    },
    "httpSettings": {"defaultAsyncRequestSleepTimeMilliseconds": int},
    "maxConcurrentActivityFunctions": int,
    "maxConcurrentOrchestratorFunctions": int,
    "maxConcurrentEntityFunctions": int,
    "maxEntityOperationBatchSize": int,
    "maxOrchestrationActions": int,
    "localRpcEndpointEnabled": bool,
    "overridableExistingInstanceStates": str,
    "entityMessageReorderWindowInMinutes": int,
    "extendedSessionsEnabled": bool,
    "extendedSessionIdleTimeoutInSeconds": int,
    "useAppLease": bool,
    "useGracefulShutdown": bool,
    "rollbackEntityOperationsOnExceptions": bool,
    "storeInputsInOrchestrationHistory": bool,
    "useTablePartitionManagement": bool,
}
KNOWN: Mapping[str, Any] = {
    "version": str,
    "functionTimeout": SPAN,
    "functions": list,
    "watchDirectories": list,
    "watchFiles": list,
    "telemetryMode": str,
    "logging": _LOGGING,
    "extensionBundle": {"id": str, "version": str},
    "extensions": {"http": _HTTP, "durableTask": _DURABLE_TASK, "*": dict},
    "aggregator": _AGGREGATOR,
    "healthMonitor": _HEALTH,
    "singleton": _SINGLETON,
    "concurrency": {"dynamicConcurrencyEnabled": bool, "snapshotPersistenceEnabled": bool},
    "retry": dict,
    "managedDependency": {"enabled": bool},
    "customHandler": dict,
    "sendCanceledInvocationsToWorker": bool,
}


def check_host_json(root: Mapping[str, Any]) -> None:
    """Refuse what the platform would ignore or not start with, all of it at once.

    Raises:
        SettingError: unknown keys, values of another type, limits of the extension, the version.
    """
    faults = [*_faults(root, KNOWN, ""), *_limits(root)]
    if faults:
        raise SettingError(f"host.json: {'; '.join(faults[:10])}.")
    if "version" not in root:
        raise SettingError(
            f"The host.json file is missing the required 'version' property. {_VERSION} steps to "
            "migrate the configuration file."
        )
    if root["version"] != "2.0":
        raise SettingError(
            f"'{root['version']}' is an invalid value for host.json 'version' property. We "
            f"recommend you set the 'version' property to '2.0'. {_VERSION} more information on "
            "this configuration file."
        )


def _faults(section: Mapping[str, Any], known: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, value in section.items():
        wanted = known.get(key, known.get("*"))
        if wanted is None:
            near = difflib.get_close_matches(key, known, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            yield f"{path}{key} is not known to the Functions host or the extension{hint}"
        elif value is None:
            continue
        elif isinstance(wanted, dict) or wanted is dict:
            if not isinstance(value, dict):
                yield f"{path}{key} is {value!r}, should be an object"
            elif isinstance(wanted, dict):
                yield from _faults(value, wanted, f"{path}{key}.")
        elif wanted is SPAN:
            if not isinstance(value, str) or not _SPAN.fullmatch(value):
                yield f"{path}{key} is {value!r}, should be like 00:10:00"
        elif not _is(value, wanted):
            yield f"{path}{key} is {value!r}, should be {_WORDS[wanted]}"


def _is(value: object, wanted: type) -> bool:
    if isinstance(value, bool) or wanted is bool:
        return isinstance(value, bool) and wanted is bool
    return isinstance(value, int | float if wanted is float else wanted)


def _limits(root: Mapping[str, Any]) -> Iterator[str]:
    """What the extension refuses to start with: DurableTaskOptions.Validate and its provider's."""
    durable = _inner(_inner(root, "extensions"), "durableTask")
    hub = durable.get("hubName")
    if isinstance(hub, str) and not re.fullmatch(r"%\w+%|[A-Za-z][A-Za-z0-9]{2,44}", hub):
        yield (
            f"extensions.durableTask.hubName is {hub!r}, should be 3 to 45 letters and digits that "
            "start with a letter"
        )
    storage = _inner(durable, "storageProvider")
    bounds = (
        (storage, "partitionCount", 1, 16),
        (storage, "controlQueueBatchSize", 1, 32),
        (storage, "controlQueueBufferThreshold", 1, 1000),
        (durable, "maxConcurrentActivityFunctions", 1, None),
        (durable, "maxConcurrentOrchestratorFunctions", 1, None),
    )
    for section, key, low, high in bounds:
        value = section.get(key)
        if isinstance(value, int) and (value < low or (high is not None and value > high)):
            limit = f"from {low} to {high}" if high is not None else f"{low} or more"
            yield f"{key} is {value}, should be {limit}"
    for section, key, *choices in (
        (durable, "versionMatchStrategy", "None", "Strict", "CurrentOrOlder"),
        (durable, "versionFailureStrategy", "Reject", "Fail"),
        (durable, "overridableExistingInstanceStates", "NonRunningStates", "AnyState"),
        (_inner(durable, "tracing"), "version", "None", "V1", "V2"),
    ):
        if section.get(key) not in (None, *choices):
            yield f"{key} is {section[key]!r}, should be {', '.join(choices)}"


def _inner(section: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = section.get(key)
    return inner if isinstance(inner, dict) else {}
