"""Which apps load, which are refused and in what words (cases 1, 2, 38, 39)."""

# mypy: disable-error-code="untyped-decorator"

import importlib
import json
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import azure.functions as func
import httpx
import pytest

from local.functions_host.errors import AppError, HostError, SettingError
from local.functions_host.host import FunctionsHost

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]

HTTP_APP = """
import azure.functions as func
from greeting import TEXT
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
@app.route(route="greet")
def greet(req: func.HttpRequest) -> str:
    return TEXT
"""


def write_app(folder: Path, source: str, **modules: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "host.json").write_text('{"version": "2.0"}')
    (folder / "function_app.py").write_text(source)
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def refusal(folder: Path, source: str) -> str:
    with pytest.raises(HostError) as caught:
        FunctionsHost(write_app(folder, source)).start()
    return str(caught.value)


@pytest.mark.case(1)
def test_hosts_of_two_apps_follow_each_other_with_modules_of_the_same_name(tmp_path: Path) -> None:
    said = []
    for name in ("one", "two"):
        app = write_app(tmp_path / name, HTTP_APP, greeting=f"TEXT = {name!r}")
        for _ in range(2):
            with FunctionsHost(app) as host:
                said.append(httpx.get(f"{host.url}/api/greet").text)
    assert said == ["one", "one", "two", "two"]
    assert "greeting" not in sys.modules
    assert str(tmp_path / "one") not in sys.path


def test_a_package_that_stays_hands_out_no_module_of_an_app_that_has_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a test has imported one module of a package, and the app imports the others."""
    package = tmp_path / "rooms"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "greeting.py").write_text("TEXT = str(object())")
    monkeypatch.syspath_prepend(str(tmp_path))
    stays = importlib.import_module("rooms")
    app = write_app(tmp_path, HTTP_APP.replace("from greeting", "from rooms.greeting"))
    with FunctionsHost(app):
        assert hasattr(stays, "greeting")
    assert not hasattr(stays, "greeting")
    monkeypatch.delitem(sys.modules, "rooms")


COUNTING_APP = HTTP_APP.replace("return TEXT", "return str(INDEXED)").replace(
    "from greeting import TEXT\napp = func.FunctionApp(",
    """INDEXED = []
class Counting(func.FunctionApp):
    def get_functions(self):
        INDEXED.append("once")
        return super().get_functions()
app = Counting(""",
)


@pytest.mark.case(1)
def test_an_app_is_indexed_once_per_load(tmp_path: Path) -> None:
    app = write_app(tmp_path, COUNTING_APP)
    for _ in range(2):
        with FunctionsHost(app) as host:
            assert [httpx.get(f"{host.url}/api/greet").text for _ in range(2)] == ["['once']"] * 2


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x = 1", "Could not find top level function app instances in function_app.py."),
        (
            "import azure.functions as f\na = f.FunctionApp()\nb = f.FunctionApp()",
            "More than one FunctionApp or other top level function app instances are defined.",
        ),
        (
            "import azure.functions as f\na = b = f.FunctionApp()",
            "More than one FunctionApp or other top level function app instances are defined.",
        ),
        ("import azure.functions as f\na = f.FunctionApp()", "The app has no functions."),
        ("import nowhere", "cannot be imported: ModuleNotFoundError: No module named 'nowhere'"),
        ("def broken(:", "cannot be imported: SyntaxError"),
    ],
    ids=["none", "two", "two names", "empty", "import", "syntax"],
)
@pytest.mark.case(2)
def test_a_module_that_is_no_app_is_refused(tmp_path: Path, source: str, sentence: str) -> None:
    assert sentence in refusal(tmp_path, source)


HEAD = "import azure.functions as f\nimport azure.durable_functions as df\napp = df.DFApp()\n"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "@app.route(route='a')\ndef same(req: f.HttpRequest) -> str: ...\n"
            "@app.route(route='b')\n@app.function_name('same')\n"
            "def other(req: f.HttpRequest) -> str: ...",
            "does not have a unique function name",
        ),
        ("@app.function_name('bare')\ndef bare(): ...", "trigger"),
        (
            "@app.route(route='a')\ndef extra(req: f.HttpRequest, more: str) -> str: ...",
            "cannot load the extra function: the following parameters are declared in Python but "
            "not in the function definition (function.json or function decorators):  {'more'}",
        ),
        (
            "@app.activity_trigger(input_name='value')\ndef named(other): ...",
            "cannot load the named function: the following parameters are declared in Python but "
            "not in the function definition (function.json or function decorators):  {'other'}",
        ),
        (
            "@app.activity_trigger(input_name='value')\ndef bare(): ...",
            "cannot load the bare function: Extra parameters in binding definition — the following "
            "parameters are declared as bindings but are not present in Python: {'value'}",
        ),
        (
            "@app.route(route='a')\n@app.durable_client_input(client_name='client')\n"
            "def sync(req: f.HttpRequest, client) -> str: ...",
            "Function 'sync' uses a durable client, so it has to be async def.",
        ),
        (
            "@app.queue_trigger(arg_name='m', queue_name='q', connection='c')\n"
            "def queued(m: f.QueueMessage): ...",
            "Function 'queued' has a binding of type queueTrigger",
        ),
        (
            "@app.entity_trigger(context_name='context')\ndef counter(context): ...",
            "Function 'counter' has a binding of type entityTrigger",
        ),
        (
            "@app.route(route='a')\n"
            "@app.queue_output(arg_name='o', queue_name='q', connection='c')\n"
            "def sends(req: f.HttpRequest, o) -> str: ...",
            "Function 'sends' has a binding of type queue",
        ),
        (
            "@app.timer_trigger(schedule='0 61 * * * *', arg_name='t')\n"
            "def tick(t: f.TimerRequest) -> None: ...",
            "The schedule of function 'tick' cannot be read",
        ),
        (
            "@app.timer_trigger(schedule='%NO_SUCH_SETTING%', arg_name='t')\n"
            "def tick(t: f.TimerRequest) -> None: ...",
            "The schedule of function 'tick' refers to %NO_SUCH_SETTING%",
        ),
        (
            "@app.activity_trigger(input_name='v', activity='same')\ndef one(v): ...\n"
            "@app.activity_trigger(input_name='v', activity='Same')\ndef two(v): ...",
            "Two functions with an activityTrigger are called 'Same'.",
        ),
    ],
)
@pytest.mark.case(2)
def test_a_function_that_cannot_run_is_refused_by_name(
    tmp_path: Path, source: str, sentence: str
) -> None:
    assert sentence in refusal(tmp_path, HEAD + source)


def test_a_folder_without_host_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"has no host\.json"):
        FunctionsHost(tmp_path).start()


@pytest.mark.case(2)
def test_a_folder_without_function_app_is_refused(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    with pytest.raises(AppError, match=r"has no function_app\.py"):
        FunctionsHost(tmp_path).start()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", "does not hold a JSON object"),
        (
            '{"extensions": {"durableTask": {"versionMatchStrategy": "Newest"}}}',
            "versionMatchStrategy is 'Newest', should be None, Strict, CurrentOrOlder.",
        ),
        (
            '{"extensions": {"durableTask": {"overridableExistingInstanceStates": "All"}}}',
            "overridableExistingInstanceStates is 'All', should be NonRunningStates, AnyState.",
        ),
        ('{"extensions": [1]}', "extensions is [1], should be an object."),
        (
            '{"extensions": {"durableTask": {"maxConcurrentActivityFunctions": "9"}}}',
            "maxConcurrentActivityFunctions is '9', should be a number.",
        ),
        ('{"extensions": {"http": {"routePrefix": 5}}}', "routePrefix is 5, should be a text."),
        ('{"functionTimeout": 5}', "functionTimeout is 5, should be like 00:10:00."),
        ('{"functionTimeout": "soon"}', "functionTimeout is 'soon', should be like 00:10:00."),
    ],
)
def test_a_host_json_that_means_nothing_is_refused(
    tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "host.json").write_text(text)
    with pytest.raises(SettingError) as caught:
        FunctionsHost(tmp_path).start()
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEBSITE_TIME_ZONE", "Middle Earth"),
        ("WEBSITE_TIME_ZONE", "../etc"),
        ("PYTHON_THREADPOOL_THREAD_COUNT", "many"),
        ("PYTHON_THREADPOOL_THREAD_COUNT", "0"),
    ],
)
def test_a_setting_that_means_nothing_is_refused_by_name(
    tmp_path: Path, name: str, value: str
) -> None:
    app = write_app(tmp_path, HTTP_APP, greeting="TEXT = 'hi'")
    with pytest.raises(SettingError) as caught:
        FunctionsHost(app, settings={name: value}).start()
    assert str(caught.value).startswith(f"{name} is {value!r}, should be ")


def test_local_settings_reach_the_app_without_overriding_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = HTTP_APP.replace("from greeting import TEXT", "import os").replace(
        "return TEXT", "return os.environ['FROM_FILE'] + os.environ['FROM_BOTH']"
    )
    app = write_app(tmp_path, source)
    values = {"FROM_FILE": "file ", "FROM_BOTH": "file"}
    (app / "local.settings.json").write_text(json.dumps({"Values": values}))
    monkeypatch.setenv("FROM_BOTH", "environment")
    with FunctionsHost(app) as host:
        assert httpx.get(f"{host.url}/api/greet").text == "file environment"
    assert "FROM_FILE" not in os.environ
    assert os.environ["FROM_BOTH"] == "environment"


# What the host does not do


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda c: c.call_http("GET", "http://127.0.0.1/"), "call_http"),
        (lambda c: c.call_entity(df.EntityId("counter", "k"), "get"), "call_entity"),
    ],
)
@pytest.mark.case(38, 39)
def test_an_orchestration_that_needs_more_than_this_host_does_fails_with_a_sentence(
    bench: "Bench", call: Any, name: str
) -> None:
    def flow(context: Context) -> Steps:
        yield call(context)

    status = bench.run(flow)
    assert status["runtimeStatus"] == "Failed"
    assert status["output"] == (
        f"Orchestrator function 'flow' uses {name}, which this local host does not run: "
        "do it in an activity."
    )


def test_an_app_of_functions_only_needs_no_durable_part(tmp_path: Path) -> None:
    app = write_app(tmp_path, HTTP_APP, greeting="TEXT = 'hi'")
    with FunctionsHost(app) as host:
        assert [f.name for f in host.functions] == ["greet"]
        assert func.AuthLevel.ANONYMOUS.name == host.endpoints[0].level
