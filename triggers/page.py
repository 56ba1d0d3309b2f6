"""Liveness, the description of the API, and the page that people look at."""

from pathlib import Path

import azure.durable_functions as df
import azure.functions as func

from triggers.answers import error, reply
from triggers.description import description
from triggers.guarding import conventional
from triggers.routing import allowed, route
from triggers.shapes.deployments import Description, Liveness

blueprint = df.Blueprint()

WEB = Path(__file__).parent.parent / "web"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
HEADERS = {
    # All of the page is its own files: nothing inline, nothing from elsewhere, framed by nobody.
    "Content-Security-Policy": "default-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # a new release shows at once
}


@route(
    blueprint,
    "GET",
    "health",
    "Liveness",
    operation="App_GetHealth",
    answer=Liveness,
    open=True,
)
async def health(req: func.HttpRequest) -> func.HttpResponse:
    """Whether the app is up."""
    return reply({"status": "healthy"})


@route(
    blueprint,
    "GET",
    "openapi.json",
    "This description",
    operation="App_GetDescription",
    answer=Description,
    open=True,
)
async def openapi(req: func.HttpRequest) -> func.HttpResponse:
    """The description of the API."""
    return reply(description())


@route(
    blueprint,
    "GET",
    "ui",
    "The page",
    operation="App_GetPage",
    answer=None,
    open=True,
    content="text/html",
)
async def ui(req: func.HttpRequest) -> func.HttpResponse:
    """The page; it asks for the function key itself where one is needed."""
    return _file("index.html")


@route(
    blueprint,
    "GET",
    "ui/{file}",
    "A file of the page",
    operation="App_GetPageFile",
    answer=None,
    open=True,
    content="text/*",
)
async def ui_file(req: func.HttpRequest) -> func.HttpResponse:
    """A style sheet or script of the page."""
    return _file(req.route_params["file"])


@blueprint.route(route="{*path}", methods=[*func.HttpMethod])
@conventional
async def z_anything_else(req: func.HttpRequest) -> func.HttpResponse:
    """What no route is for: 404, 405 with the methods that there are, or these alone to OPTIONS.

    The Functions host tries routes in the order of the functions' names, so this one sorts last.
    """
    path = f"/{req.route_params.get('path', '')}".rstrip("/")
    methods = allowed(path)
    if not methods:
        message = f"there is no route {path[:80]}: /api/openapi.json has all"
        return error(404, "RouteUnknown", message)
    allow = {"Allow": ", ".join(methods)}
    if req.method == "OPTIONS":
        return func.HttpResponse(status_code=204, headers=allow)
    message = f"{path[:80]} knows {allow['Allow']}, not {req.method}"
    return error(405, "MethodNotAllowed", message, headers=allow)


def _file(name: str) -> func.HttpResponse:
    """One of the files that lie in `web`; compared by name, so that no path leads out of it."""
    for path in WEB.iterdir():
        if path.name == name and path.suffix in TYPES:
            text = path.read_text(encoding="utf-8")
            return func.HttpResponse(text, headers=HEADERS, mimetype=TYPES[path.suffix])
    return error(404, "FileUnknown", f"the page has no file {name}")
