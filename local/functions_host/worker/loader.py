"""Loads function_app.py as the Python worker does and reads what it declares.

The module is imported by its own name with the app folder first on the import path, once per
host. What the import brought in is taken out again when the host stops, so that the next host
of this process meets a fresh app, whatever its folder.
"""

import importlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.functions.decorators.function_app import Function

from local.functions_host.errors import AppError
from local.functions_host.worker.bindings import CLIENT, RETURN, check_bindings
from local.functions_host.worker.naming import check_names
from local.functions_host.worker.retry_policy import RetryPolicy, read_retry_policy

HTTP, TIMER, ORCHESTRATION, ACTIVITY = (
    "httpTrigger",
    "timerTrigger",
    "orchestrationTrigger",
    "activityTrigger",
)
_TRIGGERS = (HTTP, TIMER, ORCHESTRATION, ACTIVITY)
_SCRIPT_NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_\-]*\.py")


@dataclass(frozen=True, slots=True)
class AppFunction:
    """One function of the app."""

    name: str
    kind: str
    call: Callable[..., Any]
    trigger: Any  # the SDK's binding object
    parameter: str  # that receives the trigger's value
    clients: tuple[str, ...]  # parameters that receive a durable client
    returns_http: bool
    wants_context: bool
    disabled: bool
    retry: RetryPolicy | None

    @property
    def is_async(self) -> bool:
        """Whether it runs on the event loop rather than in the pool."""
        return inspect.iscoroutinefunction(self.call)

    @property
    def durable_name(self) -> str:
        """The name under which orchestrations find it."""
        given = {ORCHESTRATION: "orchestration", ACTIVITY: "activity"}[self.kind]
        return getattr(self.trigger, given, None) or self.name


def by_durable_name(functions: Iterable[AppFunction]) -> dict[str, AppFunction]:
    """Functions by the name that orchestrations use, in lower case: lookup ignores case."""
    return {function.durable_name.casefold(): function for function in functions}


@contextmanager
def loaded(app_dir: Path) -> Iterator[list[AppFunction]]:
    """The functions of the app, as long as the context lasts.

    Raises:
        AppError: the app cannot be imported, is ambiguous, or needs what this host does not do.
    """
    script = os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
    sys.modules.pop(Path(script).stem, None)
    before, packages = set(sys.modules), set[str]()
    sys.path.insert(0, str(app_dir))
    importlib.invalidate_caches()
    try:
        try:
            module = _import_script(app_dir, script)
        finally:
            packages = {name.split(".")[0] for name in _brought(before, app_dir)}
        yield _index(_find_app(module))
    finally:
        sys.path.remove(str(app_dir))
        for name in _brought(before, app_dir):  # also what its functions have imported since
            if name.split(".")[0] in packages:
                _forget(name)


def _forget(name: str) -> None:
    """Unload a module; its package, where that stays, would hand it out to the next app."""
    module = sys.modules.pop(name, None)
    package, _, last = name.rpartition(".")
    stays = sys.modules.get(package)
    if stays is not None and getattr(stays, last, None) is module:
        delattr(stays, last)


def _brought(before: set[str], app_dir: Path) -> list[str]:
    """Modules of the app that were not there before."""
    return [n for n in set(sys.modules) - before if _belongs_to(sys.modules[n], app_dir)]


def _belongs_to(module: object, app_dir: Path) -> bool:
    file = getattr(module, "__file__", None)
    places = [file] if file else list(getattr(module, "__path__", []))
    return any(
        Path(place).is_relative_to(app_dir) and "site-packages" not in place for place in places
    )


def _import_script(app_dir: Path, script: str) -> Any:
    if not _SCRIPT_NAME.fullmatch(script):
        raise AppError(f"Invalid file name: {script}")
    if not (app_dir / script).is_file():
        raise AppError(f"{app_dir} has no {script}.")
    try:
        return importlib.import_module(Path(script).stem)
    except Exception as error:
        raise AppError(f"{script} cannot be imported: {type(error).__name__}: {error}") from error


def _find_app(module: Any) -> func.FunctionRegister:
    """The one app that the module names; to the worker a second name is a second app."""
    apps = [v for v in vars(module).values() if isinstance(v, func.FunctionRegister)]
    if not apps:
        raise AppError(f"Could not find top level function app instances in {module.__name__}.py.")
    if len(apps) > 1:
        raise AppError(
            f"More than one {type(apps[0]).__name__} or other top level function app instances "
            "are defined."
        )
    return apps[0]


def _index(app: func.FunctionRegister) -> list[AppFunction]:
    try:
        functions = app.get_functions()  # a second call would raise: names are kept on the app
    except ValueError as error:
        raise AppError(f"The app cannot be indexed: {error}") from error
    indexed = [_describe(function) for function in functions]
    _check_unique([f.name for f in indexed], "trigger")
    for kind in (ORCHESTRATION, ACTIVITY):
        _check_unique([f.durable_name for f in indexed if f.kind == kind], kind)
    if not indexed:
        raise AppError("The app has no functions.")
    return indexed


def _check_unique(names: list[str], kind: str) -> None:
    seen = set[str]()
    for name in names:
        if name.casefold() in seen:
            article = "an" if kind[0] in "ao" else "a"
            raise AppError(f"Two functions with {article} {kind} are called {name!r}.")
        seen.add(name.casefold())


def _describe(function: Function) -> AppFunction:
    name = function.get_function_name() or ""
    trigger = function.get_trigger()
    if trigger is None:
        raise AppError(f"Function {name!r} has no trigger.")
    kind = trigger.type
    if kind not in _TRIGGERS:
        raise AppError(
            f"Function {name!r} has a binding of type {kind}, which this local host does not run; "
            "it runs HTTP, timer, orchestration and activity triggers."
        )
    bindings = _other_bindings(function, name)
    call = function.get_user_function()
    clients = tuple(b.name for b in bindings if b.type == CLIENT)
    wants_context = check_bindings(name, call, [trigger, *bindings])
    check_names(name, [trigger.name, *(b.name for b in bindings)])
    if clients and not inspect.iscoroutinefunction(inspect.unwrap(call)):
        raise AppError(f"Function {name!r} uses a durable client, so it has to be async def.")
    return AppFunction(
        name=name,
        kind=kind,
        call=call,
        trigger=trigger,
        parameter=trigger.name,
        clients=clients,
        returns_http=any(b.type == "http" for b in bindings),
        wants_context=wants_context,
        retry=read_retry_policy(
            name, function.get_settings_dict("retry_policy"), honoured=kind == TIMER
        ),
        disabled=os.environ.get(f"AzureWebJobs.{name}.Disabled", "").lower() in ("1", "true"),
    )


def _other_bindings(function: Function, name: str) -> list[Any]:
    bindings = [b for b in function.get_bindings() if b is not function.get_trigger()]
    for binding in bindings:
        provided = binding.type == CLIENT or (binding.type == "http" and binding.name == RETURN)
        if not provided:
            raise AppError(
                f"Function {name!r} has a binding of type {binding.type}, which this local host "
                "does not provide; it provides durable clients and HTTP responses."
            )
    return bindings
