"""The report of an evaluation as a page of Markdown."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textgen.evaluation.measures import MEASURES, Measure
from textgen.evaluation.plots import NO_PICTURES, can_draw, lengths_picture
from textgen.evaluation.tokens import tokens
from textgen.wording import count

_SHOWN = 30


def report_files(
    title: str, values: Mapping[str, Any], written: Sequence[str], real: Sequence[str]
) -> dict[str, bytes]:
    """The files of a report: the page, the figures, and where lines were written these and a picture of their lengths.

    Args:
        title: of the page.
        values: the object that `textgen evaluate --json` prints.
        written: texts of the lines that were written.
        real: texts of real lines.
    """
    files = {"evaluation.json": json.dumps(values, ensure_ascii=False, indent=1).encode()}
    if written:
        files["samples.txt"] = "".join(f"{line}\n" for line in written).encode()
        if can_draw():
            lengths = ([len(tokens(line)) for line in lines] for lines in (written, real))
            files["lengths.png"] = lengths_picture(*lengths)
        else:
            values = {**values, "notes": [*values["notes"], NO_PICTURES]}
    picture = "lengths.png" if "lengths.png" in files else None
    return {"report.md": report_page(title, values, written, picture).encode(), **files}


def report_page(title: str, values: Mapping[str, Any], samples: Sequence[str], picture: str | None) -> str:
    """A page for people.

    Args:
        title: of the page.
        values: the object that `textgen evaluate --json` prints.
        samples: texts of the lines that were written, of which the first are shown.
        picture: name of a picture of the lengths, if there is one.
    """
    return "\n".join([f"# {title}", "", *_table(values), *_facts(values), *_shown(samples), *_picture(picture)]) + "\n"


def _table(values: Mapping[str, Any]) -> Iterator[str]:
    yield "| measure | value | 95 in 100 samples | real text | range | better | meaning |"
    yield "|---|---:|---|---:|---|---|---|"
    details: Mapping[str, Any] = values.get("measures", {})
    for name, measure in MEASURES.items():
        if values.get(name) is None:
            continue
        found = details.get(name, {})
        interval, real = found.get("interval"), found.get("real")
        cells = [
            measure.title,
            number(values[name]),
            f"{number(interval[0])} to {number(interval[1])}" if interval else "",
            number(real) if real is not None else "",
            _range(measure),
            measure.better,
            measure.meaning,
        ]
        yield f"| {' | '.join(cells)} |"


def _facts(values: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"- scored: {values['split']}, {values['characters']:,} characters, {values['tokens']:,} tokens of the model"
    if values.get("samples_seed") is not None:
        yield f"- sample: {count(values['samples_lines'], 'line')}, seed {values['samples_seed']}"
    if values.get("compared_lines") is not None:
        yield (
            f"- compared: {count(values['compared_lines'], 'line')} with {values['reference_lines']:,} real ones, and "
            "as many real lines with the others"
        )
        yield f"- tokens: {values['tokenisation']}"
    if values.get("frechet_encoder") is not None:
        yield f"- Frechet distance: {values['frechet_samples']:,} lines a side, {values['frechet_encoder']}"
    if values.get("copied_text"):
        at = values["copied_at"]
        yield f'- longest copy: "{values["copied_text"]}", in {at["file"]}, line {at["line"]:,}'
    yield from (f"- note: {note}" for note in values["notes"])


def _shown(samples: Sequence[str]) -> Iterator[str]:
    if samples:
        yield from ("", f"## The first lines of {len(samples):,}", "", "```")
        yield from samples[:_SHOWN]
        yield "```"


def _picture(name: str | None) -> Iterator[str]:
    if name is not None:
        yield from ("", f"![tokens a line, written and real]({name})")


def _range(measure: Measure) -> str:
    return (
        f"{measure.lowest:g} to {measure.highest:g}" if measure.highest is not None else f"{measure.lowest:g} or more"
    )


def number(value: float) -> str:
    """A figure for people: whole numbers whole, others to four digits."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) >= 1000 else f"{value:.4g}"
