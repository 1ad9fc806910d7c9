"""The application: which address leads to which endpoint, the page's files, and the form of every error."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from textgen.serving import openai, page_api
from textgen.serving.catalogue import Catalogue
from textgen.serving.errors import RequestError
from textgen.serving.runs import Runs
from textgen.serving.security import Access, Guard
from textgen.serving.service import Service, told
from textgen.serving.workers import Workers

PAGE = Path(__file__).parent / "page"

Endpoint = Callable[[Service, Request], Awaitable[Response]]

_GET: dict[str, Endpoint] = {
    "/v1/models": openai.list_models,
    "/v1/models/{name:path}": openai.get_model,
    "/api/models": page_api.models,
    "/api/options": page_api.options,
    "/api/runs": page_api.runs,
    "/api/runs/{name:path}": page_api.run,
}

_POST: dict[str, Endpoint] = {
    "/v1/chat/completions": openai.chat_completions,
    "/v1/completions": openai.completions,
    "/api/candidates": page_api.candidates,
    "/api/continuations": page_api.continuations,
    "/api/next": page_api.next_tokens,
    "/api/explain": page_api.explain,
    "/api/neurons": page_api.show_neurons,
    "/api/neighbours": page_api.show_neighbours,
    "/api/realness": page_api.realness,
    "/api/copies": page_api.copies,
    "/api/export": page_api.export,
}


def application(catalogue: Catalogue, runs: Runs, workers: Workers, access: Access) -> Starlette:
    """The ASGI application.

    Args:
        catalogue: the models it offers.
        runs: that it shows.
        workers: write.
        access: whose requests are answered.
    """
    service = Service(catalogue, runs, workers)
    ways = (("GET", _GET), ("POST", _POST))
    routes = [
        Route(path, _bound(endpoint, service), methods=[method])
        for method, endpoints in ways
        for path, endpoint in endpoints.items()
    ]
    app = Starlette(
        routes=[Route("/health", _health), *routes],
        middleware=[Middleware(Guard, access=access)],
        exception_handlers={HTTPException: _http_error},
    )
    app.router.redirect_slashes = False
    # Mounted at "/", the files would take the addresses above when they are asked with another method.
    app.router.default = _PageFiles(directory=PAGE, html=True)
    return app


class _PageFiles(StaticFiles):
    """The files of the page, which a browser asks for again only where they changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, {**scope, "method": "GET"})  # nothing is 404 for any method
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        response.headers["Cache-Control"] = "no-cache"
        return response


def _bound(endpoint: Endpoint, service: Service) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint as Starlette calls it."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(service, request)
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it
        except Exception as error:
            return told(error).response

    return answer


async def _health(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path[:100]
    sentence = {
        404: f"{path!r} was asked for, but there is nothing: docs/server.md lists the addresses.",
        405: f"{path!r} was asked with {request.method}, which it does not take: docs/server.md lists the addresses.",
    }
    message = sentence.get(error.status_code, str(error.detail))
    return RequestError(error.status_code, message, headers=dict(error.headers or {})).response
