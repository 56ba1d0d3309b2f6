"""Liveness, the description of the API, and the page that people look at."""

from pathlib import Path

import azure.durable_functions as df
import azure.functions as func

from triggers.answers import reply
from triggers.description import description

blueprint = df.Blueprint()

PAGE = Path(__file__).parent.parent / "web" / "index.html"


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
    return func.HttpResponse(PAGE.read_text(encoding="utf-8"), mimetype="text/html")
