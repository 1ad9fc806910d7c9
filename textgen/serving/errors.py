"""What goes wrong with a request, in the form in which OpenAI's API tells it."""

from typing import Any

from starlette.responses import JSONResponse

from textgen.errors import ConfigurationError, TextgenError

_TYPES = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}


class RequestError(Exception):
    """A request that cannot be served.

    Args:
        status: of the response.
        message: one sentence for a person.
        param: the field of the request that is wrong.
        code: a short name that programs can compare.
        headers: of the response.
    """

    def __init__(
        self,
        status: int,
        message: str,
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.code, self.headers = status, message, param, code, headers

    @property
    def body(self) -> dict[str, Any]:
        """The response's JSON object."""
        kind = _TYPES.get(self.status, "invalid_request_error" if self.status < 500 else "server_error")
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    @property
    def response(self) -> JSONResponse:
        """The response."""
        return JSONResponse(self.body, self.status, self.headers)


def as_request_error(error: Exception) -> RequestError:
    """What to tell of any error: a person's mistakes as they are, anything else without its insides."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, ConfigurationError):
        return RequestError(400, str(error))
    if isinstance(error, TextgenError):
        return RequestError(409, str(error))
    if isinstance(error, TimeoutError):
        return RequestError(
            503, "The request took longer than the server allows: ask for less text.", code="time_limit"
        )
    return RequestError(
        500, f"Something went wrong inside textgen ({type(error).__name__}); the server's own log says where."
    )
