"""The JSON object of a request: its fields are taken one by one, and what is left over is refused."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from textgen.decoding.option_row import Option, Use
from textgen.decoding.options import DEFAULT_LINES, TABLE, ChatOptions, DecodingOptions
from textgen.serving.errors import RequestError
from textgen.wording import did_you_mean

LONGEST_TEXT = 200_000
"""Characters of a text, and of all messages of a talk together. Reading more would keep others waiting."""

MOST_MESSAGES = 2000

MOST = {"max_new_tokens": 4096, "lines": 500, "num_beams": 8, "candidates": 32, "num_return_sequences": 16}
"""The largest values that a server allows of these options."""

_FIELDS = (
    *("model", "messages", "rejected", "prompt", "max_tokens"),
    *("stream", "n", "logprobs", "top_logprobs"),
)
"""Other fields that are offered to whoever has misspelled one."""

_MOST_OF_ANY = 1 << 20
_MOST_TEXTS, _LONGEST_OPTION = 64, 200
_ABSENT = object()


def parse(data: bytes) -> Any:
    """The value in a body of JSON.

    Raises:
        RequestError: it is no JSON, or holds numbers and characters that JSON does not have.
    """
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails on half a surrogate pair
    except (ValueError, RecursionError) as error:
        kind = "nested too deeply" if isinstance(error, RecursionError) else f"no JSON in UTF-8 ({error})"[:150]
        raise RequestError(400, f"A JSON object was expected, but the body is {kind}: send valid JSON.") from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


class Body:
    """The fields of a request.

    Args:
        values: what was sent; fields that are null count as absent.

    Raises:
        RequestError: it is no object.
    """

    def __init__(self, values: Any) -> None:
        if not isinstance(values, dict):
            raise RequestError(400, f"A JSON object was expected, but the body is {_kind(values)}: send an object.")
        self._values = {name: value for name, value in values.items() if value is not None}

    def text(self, name: str, default: str | None = None, longest: int = LONGEST_TEXT) -> str:
        """A text; needed where there is no default."""
        value = self._take(name, default)
        if not isinstance(value, str):
            self._refuse(name, value, "a text")
        if len(value) > longest:
            raise RequestError(
                400, f"{name} has {len(value):,} characters; at most {longest:,} are allowed: send less.", param=name
            )
        return value

    def whole(self, name: str, default: int | None, least: int, most: int) -> int:
        """A whole number from `least` to `most`; needed where there is no default."""
        value = self._take(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self._refuse(name, value, f"a whole number from {least} to {most}")
        return value

    def number(self, name: str, least: float, most: float) -> float | None:
        """A number, or None where it was not sent."""
        value = self._take(name, None, needed=False)
        if value is not None and not _is_number(value, least, most):
            self._refuse(name, value, f"a number from {least:g} to {most:g}")
        return value if value is None else float(value)

    def numbers(self, name: str, default: Sequence[float], least: float, most: float) -> list[float]:
        """At most sixteen numbers."""
        value = self._take(name, list(default))
        if not isinstance(value, list) or len(value) > 16 or not all(_is_number(one, least, most) for one in value):
            self._refuse(name, value, f"a list of at most 16 numbers from {least:g} to {most:g}")
        return [float(one) for one in value]

    def texts(self, name: str) -> list[str]:
        """Texts; none where nothing was sent."""
        value = self._take(name, [])
        if not isinstance(value, list) or len(value) > MOST_MESSAGES or not _are_short_texts(value):
            allowed = f"a list of at most {MOST_MESSAGES:,} texts with at most {LONGEST_TEXT:,} characters together"
            self._refuse(name, value, allowed)
        return value

    def flag(self, name: str) -> bool:
        """True or false, which it is where it was not sent."""
        value = self._take(name, False)
        if not isinstance(value, bool):
            self._refuse(name, value, "true or false")
        return value

    def any(self, name: str) -> Any:
        """Whatever was sent, or None."""
        return self._take(name, None, needed=False)

    def part(self, name: str) -> "Body":
        """An object within this one; an empty one where it was not sent."""
        value = self._take(name, {})
        if not isinstance(value, dict):
            self._refuse(name, value, "an object")
        return Body(value)

    def objects(self, name: str) -> list["Body"]:
        """A list of objects, at least one."""
        value = self._take(name, None)
        if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
            self._refuse(name, value, "a list of at least one object")
        if len(value) > MOST_MESSAGES:
            raise RequestError(
                400,
                f"{name} has {len(value):,} entries; at most {MOST_MESSAGES:,} are allowed: send the last ones.",
                name,
            )
        return [Body(one) for one in value]

    def options(self) -> dict[str, Any]:
        """The decoding options among the fields, those of chats and scripts, within what a server allows."""
        found = {name: self._values.pop(name) for name in TABLE if name in self._values}
        for name, value in found.items():
            self._bound(name, value)
        return found

    def options_within(self, name: str) -> dict[str, Any]:
        """The decoding options in an object within this one, which holds nothing else."""
        part = self.part(name)
        found = part.options()
        part.nothing_else()
        return found

    def nothing_else(self) -> None:
        """Refuses the fields that were not taken."""
        known = [*TABLE, *_FIELDS]
        for name in self._values:
            raise RequestError(
                400,
                f"The field {name[:60]!r} was sent, but it is unknown here: {did_you_mean(name[:60], known)}",
                param=name[:60],
                code="unknown_parameter",
            )

    def _bound(self, name: str, value: Any) -> None:
        if isinstance(value, list):
            if len(value) > _MOST_TEXTS or any(isinstance(one, str) and len(one) > _LONGEST_OPTION for one in value):
                self._refuse(name, "more", f"at most {_MOST_TEXTS} texts of at most {_LONGEST_OPTION} characters")
        elif isinstance(value, str) and len(value) > _LONGEST_OPTION:
            self._refuse(name, "more", f"of at most {_LONGEST_OPTION} characters")
        elif isinstance(value, int) and name != "seed" and value > (most := MOST.get(name, _MOST_OF_ANY)):
            self._refuse(name, "more", f"at most {most:,}")

    def _take(self, name: str, default: Any, needed: bool = True) -> Any:
        value = self._values.pop(name, _ABSENT)
        if value is not _ABSENT:
            return value
        if default is None and needed:
            raise RequestError(400, f"The field {name!r} is missing: send it.", param=name, code="missing_parameter")
        return default

    def _refuse(self, name: str, value: Any, allowed: str) -> NoReturn:
        shown = value if value == "more" else _kind(value)
        raise RequestError(400, f"{name} is {shown}; it must be {allowed}: send such a value.", param=name)


def for_writing(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options for a script, with an end even where lines never do."""
    chosen = dict(options)
    if "lines" not in chosen and "max_new_tokens" not in chosen:
        chosen["lines"] = DEFAULT_LINES
    return {"max_new_tokens": MOST["max_new_tokens"], **chosen}


def default(name: str, option: Option, use: Use) -> Any:
    """The value of an option where neither a request nor the model has one."""
    if use == "talking":
        return getattr(ChatOptions, name)
    if option.while_writing is not None:
        return option.while_writing.default
    return DEFAULT_LINES if name == "lines" else getattr(DecodingOptions, name)


def _kind(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, bool | int | float):
        return json.dumps(value)[:40]
    return {list: "a list", dict: "an object", type(None): "null"}.get(type(value), "something else")


def _are_short_texts(values: list[Any]) -> bool:
    return all(isinstance(one, str) for one in values) and sum(map(len, values)) <= LONGEST_TEXT


def _is_number(value: Any, least: float, most: float) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return least <= value <= most and math.isfinite(value)
