"""Liveness, the description of the API, and the page that people look at."""

from pathlib import Path

import azure.durable_functions as df
import azure.functions as func

from triggers.answers import error, reply
from triggers.description import description

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


@blueprint.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:
    """Whether the app is up."""
    return reply({"status": "healthy"})


@blueprint.route(route="openapi.json", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def openapi(req: func.HttpRequest) -> func.HttpResponse:
    """The description of the API."""
    return reply(description())


@blueprint.route(route="ui", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def ui(req: func.HttpRequest) -> func.HttpResponse:
    """The page; it asks for the function key itself where one is needed."""
    return _file("index.html")


@blueprint.route(route="ui/{file}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def ui_file(req: func.HttpRequest) -> func.HttpResponse:
    """A style sheet or script of the page."""
    return _file(req.route_params["file"])


def _file(name: str) -> func.HttpResponse:
    """One of the files that lie in `web`; compared by name, so that no path leads out of it."""
    for path in WEB.iterdir():
        if path.name == name and path.suffix in TYPES:
            text = path.read_text(encoding="utf-8")
            return func.HttpResponse(text, headers=HEADERS, mimetype=TYPES[path.suffix])
    return error(404, "FileUnknown", f"the page has no file {name}")
