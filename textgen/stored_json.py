"""JSON objects on disk: parsing, migrating to the current version, and decoding into dataclasses.

A missing field takes its default. So the default of a stored field must describe what was true before the field
existed, and must never change. A field without a default is required; an unknown field is refused.

The message of a ValueError continues a sentence that begins with the file's name: "lacks hidden, which has no default".
"""

import json
import math
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict

T = TypeVar("T")
Migrations = Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]
"""For each older version, the function that turns an object of that version into one of the next."""

_DEEPEST = 16
"""Most levels of nested lists and objects in a field that may hold anything."""

_PLAIN = {bool: "true or false", str: "a text", NoneType: "null"}


def parse(content: bytes) -> dict[str, Any]:
    """The JSON object in a file's bytes.

    Raises:
        ValueError: the bytes hold no JSON object.
    """
    try:
        values = json.loads(content)
    except RecursionError:
        raise ValueError("cannot be read (its lists and objects are nested too deeply)") from None
    except ValueError as error:
        raise ValueError(f"cannot be read ({error})") from None
    if not isinstance(values, dict):
        raise ValueError("holds no JSON object")
    return values


def migrate(values: dict[str, Any], current: int, migrations: Migrations, unnumbered: int | None = None) -> Any:
    """An object in the current version, without its version number.

    Args:
        values: the object, with its version number as `format_version`.
        current: the current version.
        migrations: migrations from each older version to the next.
        unnumbered: the version of an object without a number; None refuses it.

    Raises:
        ValueError: the version is newer than the current one, or not a version number.
    """
    version = values.get("format_version", unnumbered)
    if type(version) is not int or not 1 <= version <= current:
        raise ValueError(
            f"has format version {reprlib.repr(version)}, but this version of textgen reads 1 to {current}"
        )
    values = {name: value for name, value in values.items() if name != "format_version"}
    for number in range(version, current):
        values = migrations[number](values)
    return values


def unchanged(values: dict[str, Any]) -> dict[str, Any]:
    """The migration that changes nothing."""
    return values


def decode(
    kind: type[T],
    values: object,
    types: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
    name: str = "",
) -> T:
    """A dataclass from the JSON object of its fields.

    Args:
        kind: the dataclass. Its fields may be numbers, texts, truth values, None, literals, lists, tuples,
            dictionaries, dataclasses, typed dictionaries of these, and unions of them; `Any` takes any JSON value.
        values: the object.
        types: more exact types of some fields, by name.
        given: values of fields that are stored elsewhere.
        name: name of the field that holds the object, for errors; empty for a whole file.

    Raises:
        ValueError: a field is missing, unknown, of another type, or refused by the dataclass.
    """
    known = fields(kind)  # type: ignore[arg-type]
    required = {field.name for field in known if field.default is MISSING and field.default_factory is MISSING}
    hints, given = get_type_hints(kind) | dict(types or {}), given or {}
    stored = {field.name: hints[field.name] for field in known if field.name not in given}
    found = _decode_fields(stored, required - set(given), values, name)
    try:
        return kind(**found, **given)
    except ValueError as error:
        raise ValueError(f"is not usable ({error})") from None


def _decode_fields(hints: Mapping[str, Any], required: set[str], values: object, name: str) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise ValueError(_wrong(name or "it", values, "an object"))
    prefix = f"{name}." if name else ""
    if unknown := sorted(set(values) - set(hints)):
        names = ", ".join(prefix + reprlib.repr(field)[1:-1] for field in unknown[:5])
        raise ValueError(f"holds {names}, which this version of textgen does not know (it knows {', '.join(hints)})")
    if missing := sorted(required - set(values)):
        raise ValueError(f"lacks {', '.join(prefix + field for field in missing)}, which has no default")
    return {field: _decode_value(hints[field], value, prefix + field) for field, value in values.items()}


def _decode_value(hint: Any, value: Any, name: str) -> Any:
    """A value decoded by its type; raises where `_found` gives MISSING."""
    found = _found(hint, value, name)
    if found is MISSING:
        raise ValueError(_wrong(name, value, _described(hint)))
    return found


def _found(hint: Any, value: Any, name: str) -> Any:
    """The value converted to a type; MISSING where it does not fit."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return value if type(value) is hint else MISSING
    if hint is int:
        return value if type(value) is int and -(2**63) <= value < 2**63 else MISSING
    if hint is float:
        return _number(value)
    if hint is Any:
        return value if _is_flat(value, _DEEPEST) else MISSING
    if origin is Literal:
        return value if isinstance(value, str) and value in parts else MISSING
    if origin in (Union, UnionType):
        return next((found for part in parts if (found := _found(part, value, name)) is not MISSING), MISSING)
    if origin in (list, tuple):
        return _row(origin, parts, value, name)
    if origin is dict:
        if not isinstance(value, dict):
            return MISSING
        return {key: _decode_value(parts[1], one, f"{name}.{key}") for key, one in value.items()}
    if is_typeddict(hint):
        return _decode_fields(get_type_hints(hint), set(hint.__required_keys__), value, name)
    if is_dataclass(hint):
        return decode(hint, value, name=name)  # type: ignore[arg-type]
    raise TypeError(f"{name} has the type {hint}, which no JSON value is read as")


def _number(value: Any) -> Any:
    if type(value) not in (int, float):
        return MISSING
    try:
        number = float(value)
    except OverflowError:
        return MISSING
    return MISSING if math.isnan(number) else number


def _row(kind: type, parts: tuple[Any, ...], value: Any, name: str) -> Any:
    """A list, or a tuple of any length or of a fixed one; MISSING where the value does not fit."""
    if not isinstance(value, list):
        return MISSING
    if kind is tuple and Ellipsis not in parts and len(value) != len(parts):
        return MISSING
    hints = [parts[0]] * len(value) if kind is list or Ellipsis in parts else parts
    pairs = enumerate(zip(hints, value, strict=True))
    return kind(_decode_value(hint, one, f"{name}[{place}]") for place, (hint, one) in pairs)


def _is_flat(value: Any, levels: int) -> bool:
    """Whether lists and objects are nested at most `levels` deep."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_flat(one, levels - 1) for one in inner)


def _described(hint: Any) -> str:
    """What a type allows, in words."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return f"one of {', '.join(parts)}"
    if origin in (Union, UnionType):
        return " or ".join(map(_described, parts))
    if origin is tuple and Ellipsis not in parts:
        return f"a list of {len(parts)}"
    if origin in (list, tuple):
        return "a list"
    words = {**_PLAIN, int: "a whole number below 2**63", float: "a number", Any: f"nested at most {_DEEPEST} deep"}
    return words.get(hint, "an object")


def _wrong(name: str, value: object, allowed: str) -> str:
    return f"is not usable ({name} is {reprlib.repr(value)}; it must be {allowed})"
