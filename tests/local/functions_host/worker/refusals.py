"""Functions that the platform refuses or takes, each rule with the words of its refusal."""

HEAD = """
from __future__ import annotations
import typing
from typing import Any, Callable, ClassVar, Dict, List, NewType, Optional, TypedDict, TypeVar, Union
import azure.durable_functions as df
import azure.functions as func

app = df.DFApp()
T = TypeVar("T")
Name = NewType("Name", str)
Json = dict[str, Any]

class Request(TypedDict):
    key: str

class Context:
    pass

"""
ACTIVITY = "@app.activity_trigger(input_name='request')\ndef work(request: {}): ...\n"
HTTP = "@app.route(route='a')\ndef page(req: {}) -> {}: ...\n"
TIMER = "@app.timer_trigger(schedule='0 0 * * * *', arg_name='timer')\ndef tick(timer: {}): ...\n"
FLOW = "@app.orchestration_trigger(context_name='context')\ndef flow(context: {}):\n    yield\n"
CLIENT = (
    "@app.route(route='a')\n@app.durable_client_input(client_name='client')\n"
    "async def page(req: func.HttpRequest, client: {}) -> func.HttpResponse: ...\n"
)

NON_TYPE = "cannot load the work function: binding request has invalid non-type annotation {}"
REFUSED_BY_WORKER = [
    # A parameter of a trigger takes a class, or a generic of `typing`.
    (ACTIVITY.format("dict[str, Any]"), NON_TYPE.format("dict[str, typing.Any]")),
    (ACTIVITY.format("list[int]"), NON_TYPE.format("list[int]")),
    (ACTIVITY.format("Json"), NON_TYPE.format("dict[str, typing.Any]")),
    (ACTIVITY.format("'Json'"), NON_TYPE.format("dict[str, typing.Any]")),
    (ACTIVITY.format("dict | None"), NON_TYPE.format("dict | None")),
    (ACTIVITY.format("Optional[dict]"), NON_TYPE.format("typing.Optional[dict]")),
    (ACTIVITY.format("Union[str, int]"), NON_TYPE.format("typing.Union[str, int]")),
    (ACTIVITY.format("tuple[int, int]"), NON_TYPE.format("tuple[int, int]")),
    (ACTIVITY.format("typing.Tuple[int, int]"), NON_TYPE.format("typing.Tuple[int, int]")),
    (ACTIVITY.format("Callable[..., int]"), NON_TYPE.format("typing.Callable[..., int]")),
    (ACTIVITY.format("T"), NON_TYPE.format("~T")),
    (ACTIVITY.format("Name"), NON_TYPE.format("function_app.Name")),
    (ACTIVITY.format("Nowhere"), "NameError: name 'Nowhere' is not defined"),
    # The class has to be one that the binding takes.
    (
        HTTP.format("dict", "str"),
        """cannot load the page function: binding type "'req'" and dataType "httpTrigger" in the """
        "binding decorator do not match the corresponding function parameter's Python type "
        "annotation dict",
    ),
    (HTTP.format("List[int]", "str"), "TypeError: issubclass() arg 1 must be a class"),
    (
        TIMER.format("func.HttpRequest"),
        """binding type "'timer'" and dataType "timerTrigger" in the binding decorator do not """
        "match the corresponding function parameter's Python type annotation HttpRequest",
    ),
    (
        ACTIVITY.format("func.Out[str]"),
        'binding request is declared to have the "in" direction in the binding decorator, but its '
        "annotation is azure.functions.Out in Python",
    ),
    # Of what is returned the same is asked, where there is a binding for it.
    (
        HTTP.format("func.HttpRequest", "Optional[str]"),
        "cannot load the page function: has invalid non-type return annotation",
    ),
    (
        HTTP.format("func.HttpRequest", "str | func.HttpResponse"),
        "has invalid non-type return annotation",
    ),
    (
        HTTP.format("func.HttpRequest", "dict"),
        'Python return annotation "dict" does not match binding type "http"',
    ),
    (
        HTTP.format("func.HttpRequest", "None"),
        'Python return annotation "NoneType" does not match binding type "http"',
    ),
    (
        HTTP.format("func.HttpRequest", "func.Out[str]"),
        "return annotation should not be azure.functions.Out",
    ),
    # `context` may be there without a binding, and is the worker's own then.
    (
        "@app.activity_trigger(input_name='request')\ndef work(request: dict, context: dict): ...",
        'the "context" parameter is expected to be of type azure.functions.Context, got '
        "\"<class 'dict'>\"",
    ),
    # Parameters and bindings are the same set.
    (
        "@app.activity_trigger(input_name='request')\ndef work(*args): ...",
        "the following parameters are declared in Python but not in the function definition "
        "(function.json or function decorators):  {'args'}",
    ),
    # A retry policy is read whether it is honoured or not.
    (
        "@app.retry(strategy='fixed_delay', max_retry_count='1', delay_interval='25:00:00')\n"
        + ACTIVITY.format("dict"),
        "time data '25:00:00' does not match format '%H:%M:%S'",
    ),
]
REFUSED_BY_HOST = [
    # The worker loads it, and every call fails.
    (HTTP.format("str", "str"), "binding req is annotated str, so that the worker takes a"),
    (TIMER.format("bytes"), "binding timer is annotated bytes, so that the worker takes a"),
    # Names: what the Functions host refuses.
    (
        "@app.activity_trigger(input_name='the_request')\ndef work(the_request: dict): ...",
        "The binding name the_request is invalid. Please assign a valid name to the binding.",
    ),
    (
        "@app.activity_trigger(input_name='request')\ndef _work(request: dict): ...",
        "'_work' is not a valid function name.",
    ),
    (
        "@app.function_name('Host')\n@app.activity_trigger(input_name='request')\n"
        "def work(request: dict): ...",
        "'Host' is not a valid function name.",
    ),
    (
        "@app.function_name('w' * 129)\n@app.activity_trigger(input_name='request')\n"
        "def work(request: dict): ...",
        "is not a valid function name.",
    ),
    (
        "@app.route(route='a')\n@app.durable_client_input(client_name='Req')\n"
        "async def page(req: func.HttpRequest, Req: str) -> str: ...",
        "Multiple bindings with name 'req' discovered. Binding names must be unique.",
    ),
    (
        ACTIVITY.format("dict") + ACTIVITY.format("dict").replace("def work", "def Work"),
        "Two functions with a trigger are called 'Work'.",
    ),
    # Routes that the Functions host keeps, or has given away.
    (
        "@app.route(route='admin/things')\ndef page(req: func.HttpRequest) -> str: ...",
        "The specified route conflicts with one or more built in routes.",
    ),
    (
        "@app.route(route='Runtime')\ndef page(req: func.HttpRequest) -> str: ...",
        "The specified route conflicts with one or more built in routes.",
    ),
    (
        "@app.route(route='a')\ndef one(req: func.HttpRequest) -> str: ...\n"
        "@app.route(route='A/', methods=['GET'])\ndef two(req: func.HttpRequest) -> str: ...",
        "The route specified conflicts with the route defined by function 'one'.",
    ),
]
TAKEN = [
    ACTIVITY.format("dict"),
    ACTIVITY.format("Request"),
    ACTIVITY.format("Dict[str, Any]"),
    ACTIVITY.format("List[int]"),
    ACTIVITY.format("typing.Mapping"),
    ACTIVITY.format("Any"),
    ACTIVITY.format("str"),
    ACTIVITY.format("None"),
    HTTP.format("func.HttpRequest", "func.HttpResponse"),
    TIMER.format("func.TimerRequest"),
    FLOW.format("func.OrchestrationContext"),
    FLOW.format("df.DurableOrchestrationContext"),
    CLIENT.format("df.DurableOrchestrationClient"),
    CLIENT.format("str"),
    "@app.activity_trigger(input_name='request')\ndef work(request: dict, context: Context): ...",
    "@app.activity_trigger(input_name='request')\ndef work(request) -> dict[str, Any]: ...",
    "@app.route(route='a', methods=['GET'])\ndef one(req: func.HttpRequest) -> str: ...\n"
    "@app.route(route='a', methods=['PUT'])\ndef two(req: func.HttpRequest) -> str: ...",
]
