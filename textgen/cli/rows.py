"""Facts as rows for a person: a name, and what is known under it."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textgen.wording import count

INDENT = 12
WIDTH = 100

_SHOWN_SPEAKERS = 12
_SHOWN_FILES = 10


def row(name: str, text: str) -> Iterator[str]:
    """The lines of one row; a long text is wrapped."""
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=f"{name:<{INDENT}}", subsequent_indent=" " * INDENT, break_on_hyphens=False
    )


def short_row(name: str, text: str) -> Iterator[str]:
    """One line; a long text is cut, between words where it has some."""
    width, whole = WIDTH - INDENT, " ".join(text.split())
    shown = textwrap.shorten(whole, width, placeholder=" …")
    if len(shown) < min(len(whole), width // 2):
        shown = f"{whole[: width - 1]}…"
    yield from row(name, shown)


def corpus_files(files: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Rows for the files of a corpus, and how each is read."""
    for file in files[:_SHOWN_FILES]:
        yield from row("file", f"{file['path']} ({size(file['bytes'])}, {file['encoding']})")
        yield from row("read as", f"{file['format']}: {file['reason']}")
    if len(files) > _SHOWN_FILES:
        yield from row("", f"and {count(len(files) - _SHOWN_FILES, 'more file')} (--json lists all)")


def corpus_treatment(facts: Mapping[str, Any]) -> Iterator[str]:
    """Rows for what was repaired, changed and skipped in a corpus."""
    from textgen.corpus.repairs import REPAIRS

    yield from _counts("repaired", {REPAIRS[kind]: times for kind, times in facts["repairs"].items()})
    yield from _counts("changed", facts["changes"])
    if facts["skipped"]:
        yield from row("skipped", count(facts["skipped"], "bad record"))
        for example in facts["skipped_examples"]:
            yield from row("", example)


def speakers(lines: Mapping[str, int]) -> Iterator[str]:
    """A row for who speaks how often."""
    shown = ", ".join(f"{name} {times:,}" for name, times in list(lines.items())[:_SHOWN_SPEAKERS])
    more = f", and {len(lines) - _SHOWN_SPEAKERS:,} more" if len(lines) > _SHOWN_SPEAKERS else ""
    yield from row("speakers", f"{len(lines):,}: {shown}{more}" if lines else "none")


def pairs(values: Mapping[str, Any]) -> str:
    """Settings or measures, one after the other."""
    return ", ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in values.items())


def size(number: int) -> str:
    """Bytes."""
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{number / 1e3:.1f} kB"


def _counts(name: str, counts: Mapping[str, int]) -> Iterator[str]:
    for number, (thing, times) in enumerate(counts.items()):
        yield from row("" if number else name, f"{times:,} x {thing}")


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
