import math
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, TypedDict

import pytest

from textgen.errors import ConfigurationError
from textgen.stored_json import decode, migrate, parse, unchanged


class Extent(TypedDict):
    scenes: int
    heading: NotRequired[str]


@dataclass(frozen=True)
class Inner:
    size: int = 3

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ConfigurationError("size is too small")


@dataclass(frozen=True)
class Outer:
    name: str
    rate: float = 0.5
    tied: bool = False
    level: Literal["word", "character"] = "word"
    limit: int | None = None
    pair: tuple[int, int] = (1, 2)
    widths: tuple[int, ...] = ()
    names: list[str] = field(default_factory=list)
    counts: dict[str, int | float] = field(default_factory=dict)
    inner: Inner = field(default_factory=Inner)
    extent: Extent | None = None
    anything: Any = None


WHOLE = {
    "name": "a",
    "rate": 1,
    "tied": True,
    "level": "character",
    "limit": 2,
    "pair": [3, 4],
    "widths": [5],
    "names": ["b"],
    "counts": {"c": 1, "d": 1.5},
    "inner": {"size": 6},
    "extent": {"scenes": 7},
    "anything": [{"e": None}],
}


def test_every_type_is_decoded() -> None:
    found = decode(Outer, WHOLE)
    assert found == Outer(
        "a", 1.0, True, "character", 2, (3, 4), (5,), ["b"], {"c": 1, "d": 1.5}, Inner(6), {"scenes": 7}, [{"e": None}]
    )
    assert type(found.rate) is float and type(found.counts["c"]) is int


def test_a_missing_field_takes_its_default() -> None:
    assert decode(Outer, {"name": "a", "inner": {}}) == Outer("a")


def test_types_and_values_may_be_given() -> None:
    found = decode(Outer, {"anything": 3}, {"anything": int}, {"name": "elsewhere"})
    assert (found.name, found.anything) == ("elsewhere", 3)
    with pytest.raises(ValueError, match="anything is 'x'; it must be a whole number"):
        decode(Outer, {"anything": "x"}, {"anything": int}, {"name": "elsewhere"})
    with pytest.raises(ValueError, match="holds name"):
        decode(Outer, {"name": "here"}, given={"name": "elsewhere"})


DEEP: list[Any] = []
for _ in range(500):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": 3}, "name is 3; it must be a text"),
        ({"name": None}, "name is None; it must be a text"),
        ({"rate": True}, "rate is True; it must be a number"),
        ({"rate": math.nan}, "rate is nan; it must be a number"),
        ({"rate": 10**400}, "rate is 10+.* it must be a number"),
        ({"tied": 1}, "tied is 1; it must be true or false"),
        ({"level": "verse"}, "level is 'verse'; it must be one of word, character"),
        ({"level": []}, r"level is \[\]; it must be one of"),
        ({"limit": True}, "limit is True; it must be a whole number below 2.*63 or null"),
        ({"limit": 2.0}, "limit is 2.0; it must be a whole number"),
        ({"limit": 2**63}, "limit is 9223372036854775808; it must be"),
        ({"pair": [1]}, r"pair is \[1\]; it must be a list of 2"),
        ({"pair": 1}, "pair is 1; it must be a list of 2"),
        ({"widths": "ab"}, "widths is 'ab'; it must be a list"),
        ({"widths": [1, None]}, r"widths\[1\] is None; it must be a whole number"),
        ({"names": {}}, "names is {}; it must be a list"),
        ({"counts": []}, r"counts is \[\]; it must be an object"),
        ({"counts": {"c": "d"}}, r"counts\.c is 'd'; it must be a whole number .* or a number"),
        ({"inner": []}, r"inner is \[\]; it must be an object"),
        ({"inner": {"size": "x"}}, r"inner\.size is 'x'"),
        ({"inner": {"size": 0}}, r"is not usable \(size is too small\)"),
        (
            {"inner": {"colour": 0}},
            r"holds inner\.colour, which this version .* does not know \(it knows size\)",
        ),
        ({"extent": {}}, r"lacks extent\.scenes, which has no default"),
        ({"extent": {"scenes": 1, "lines": 2}}, r"holds extent\.lines"),
        ({"anything": DEEP}, "anything is .* it must be nested at most 16 deep"),
        ({"colour": 1, "age": 2}, "holds age, colour, which"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as error:
        decode(Outer, {**WHOLE, **change})
    assert len(str(error.value)) < 300


@pytest.mark.parametrize("values", [None, [], "x", 3])
def test_what_is_no_object_is_refused(values: object) -> None:
    with pytest.raises(ValueError, match="it must be an object"):
        decode(Outer, values)
    with pytest.raises(ValueError, match="lacks name"):
        decode(Outer, {})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "cannot be read"),
        (b"", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b'{"a": ' * 100_000, "cannot be read"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "cannot be read"),
        (b"[]", "holds no JSON object"),
        (b"null", "holds no JSON object"),
    ],
)
def test_what_is_no_json_object_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse(content)


def renamed(values: dict[str, Any]) -> dict[str, Any]:
    return {"new": values["old"]}


def test_an_older_object_goes_through_every_version() -> None:
    migrations = {1: renamed, 2: unchanged}
    assert migrate({"format_version": 1, "old": 5}, 3, migrations) == {"new": 5}
    assert migrate({"format_version": 3, "new": 5}, 3, migrations) == {"new": 5}
    assert migrate({"old": 5}, 3, migrations, unnumbered=1) == {"new": 5}


@pytest.mark.parametrize("version", [4, 0, -1, True, "1", 1.0, None, [], 10**30])
def test_another_version_is_refused(version: object) -> None:
    with pytest.raises(ValueError, match=r"has format version .*, but this version of textgen reads 1 to 3"):
        migrate({"format_version": version}, 3, {1: unchanged, 2: unchanged}, unnumbered=1)
    with pytest.raises(ValueError, match="has format version None"):
        migrate({}, 3, {})
