"""Reports for people: pages of Markdown, pictures, and the folder they are written to."""

import importlib.util
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgen.errors import ConfigurationError
from textgen.evaluation.bootstrap import Estimate
from textgen.evaluation.curves import PLANES, Curve, Verdict
from textgen.evaluation.inventions import BEGINNINGS
from textgen.evaluation.markdown import escaped, fenced
from textgen.evaluation.model_comparison import ModelComparison
from textgen.evaluation.text_metrics import MEASURES, TEXT_MEASURES, Measure, tokens
from textgen.files import remove_leftovers, temporary_beside
from textgen.wording import count, to_install

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NO_PICTURES = f"No pictures were drawn: they take matplotlib, which is not installed; {to_install('eval')}"

_SHOWN = 30
"""Sample lines that a page shows."""


class ResultFolder:
    """A folder of results, written as a whole or not at all.

    Args:
        path: of the folder; it must not exist yet, or be empty.

    Raises:
        ConfigurationError: something lies there.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ConfigurationError(
                f"Results were to be written into {path}, but something is there already, and nothing of yours is "
                "overwritten: name a folder that is new or empty."
            )
        self.path = Path(os.path.realpath(path))  # a link may lead to a place that is not there yet
        self.path.parent.mkdir(parents=True, exist_ok=True)  # refused now rather than after the work

    def write(self, files: Mapping[str, bytes]) -> None:
        """Writes all files beside the folder, and then puts them in its place.

        Args:
            files: contents by name.
        """
        remove_leftovers(self.path)
        beside = temporary_beside(self.path)
        try:
            beside.mkdir()
            for name, content in files.items():
                (beside / name).write_bytes(content)
            if not self.path.exists():
                beside.rename(self.path)
                return
            if any(self.path.iterdir()):
                raise ConfigurationError(
                    f"Results were to be written into {self.path}, but something has come in meanwhile, and nothing of "
                    "yours is overwritten: name another folder."
                )
            for name in files:  # the folder itself stays: something may be mounted there
                shutil.move(beside / name, self.path / name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def report_files(
    title: str, values: Mapping[str, Any], written: Sequence[str], real: Sequence[str]
) -> dict[str, bytes]:
    """The files of an evaluation: page and figures, and the lines that were written with a picture of their lengths.

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
    """The page of an evaluation, in Markdown.

    Args:
        title: of the page.
        values: the object that `textgen evaluate --json` prints.
        samples: texts of the lines that were written, of which the first are shown.
        picture: name of the picture of the lengths, if there is one.
    """
    return (
        "\n".join([f"# {escaped(title)}", "", *_table(values), *_facts(values), *_shown(samples), *_picture(picture)])
        + "\n"
    )


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
        yield f"- tokens: {escaped(values['tokenisation'])}"
    if values.get("frechet_encoder") is not None:
        yield f"- Frechet distance: {values['frechet_samples']:,} lines a side, {escaped(values['frechet_encoder'])}"
    if values.get("copied_text"):
        at = values["copied_at"]
        yield f'- longest copy: "{escaped(values["copied_text"])}", in {escaped(at["file"])}, line {at["line"]:,}'
    if values.get("invented_words") is not None:
        yield f"- invented words: {values['invented_words']:.2%} of the written words"
    if values.get("bad_beginnings") is not None:
        yield f"- bad beginnings: {values['bad_beginnings']:.0%} of {BEGINNINGS} pages without a prompt"
    yield from (f"- note: {escaped(note)}" for note in values["notes"])


def _shown(samples: Sequence[str]) -> Iterator[str]:
    if samples:
        yield from ("", f"## The first lines of {len(samples):,}", "", *fenced(samples[:_SHOWN]))


def _picture(name: str | None) -> Iterator[str]:
    if name is not None:
        yield from ("", f"![tokens a line, written and real]({name})")


def _range(measure: Measure) -> str:
    return (
        f"{measure.lowest:g} to {measure.highest:g}" if measure.highest is not None else f"{measure.lowest:g} or more"
    )


def number(value: float) -> str:
    """A figure for people: integers as they are, others to four digits."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) >= 1000 else f"{value:.4g}"


def comparison_files(title: str, found: ModelComparison) -> dict[str, bytes]:
    """The files of a comparison of models: the page, the figures, and the picture where it can be drawn.

    Args:
        title: of the page.
        found: what is reported.
    """
    notes = list(found.notes)
    files = {"comparison.json": json.dumps(found.to_json_object(), ensure_ascii=False, indent=1).encode()}
    if can_draw():
        files["curves.png"] = curves_picture(found.curves, found.real)
    else:
        notes.append(NO_PICTURES)
    page = [
        f"# {escaped(title)}",
        "",
        *(row for curve in found.curves for row in _markdown(curve_table(curve, found.real))),
    ]
    page += ["## Who is better where", ""]
    page += [f"- {escaped(sentence)}" for sentence in verdict_sentences(found)]
    page += ["", *(f"- {escaped(fact)}" for fact in comparison_facts(found))]
    page += [f"- note: {escaped(note)}" for note in notes]
    page += ["", "![quality and diversity](curves.png)"] if "curves.png" in files else []
    return {"report.md": ("\n".join(page) + "\n").encode(), **files}


def curve_table(curve: Curve, real: Mapping[str, Estimate]) -> list[list[str]]:
    """The figures of a curve as rows of cells: temperatures along the top, measures down the side.

    Args:
        curve: of a model.
        real: the figures of real lines; they come last.
    """
    rows = [[curve.name, *(f"{point.temperature:g}" for point in curve.points), "real"]]
    for name, measure in TEXT_MEASURES.items():
        if name in real:
            figures = (*(point.figures for point in curve.points), real)
            cells = (_figure(one[name]) if name in one else "" for one in figures)
            rows.append([measure.title, *cells])
    return rows


def verdict_sentences(found: ModelComparison) -> Iterator[str]:
    """Where one curve lies outside the other, in a sentence for each pair of models and each plane."""
    names = [curve.name for curve in found.curves]
    for plane in PLANES:
        if not set(plane) <= set(found.real):
            continue
        where = f"{TEXT_MEASURES[plane.quality].title} at equal {TEXT_MEASURES[plane.diversity].title}"
        for number, first in enumerate(names):
            for second in names[number + 1 :]:
                pair = [
                    verdict
                    for verdict in found.verdicts
                    if verdict.plane == plane and {verdict.model, verdict.than} == {first, second}
                ]
                yield f"{where}: {_verdict_sentence(first, second, pair)}"


def _verdict_sentence(first: str, second: str, pair: list[Verdict]) -> str:
    said = [
        f"{verdict.model} is better than {verdict.than} at temperature "
        f"{', '.join(f'{gap.temperature:g}' for gap in verdict.outside)}"
        for verdict in pair
        if verdict.outside
    ]
    if said:
        return "; ".join(said) + "."
    if any(verdict.gaps for verdict in pair):
        return f"neither of {first} and {second} lies outside the other."
    return f"the curves of {first} and {second} share no diversity, so nothing can be said."


def comparison_facts(found: ModelComparison) -> Iterator[str]:
    """How the figures were measured, in sentences."""
    for name, bits in found.bits_per_character.items():
        yield f"{name}: {bits:.3f} bits per character of the text"
    part = "the held-out part" if found.split == "held-out" else "all"
    yield (
        f"{count(found.lines, 'line')} at each temperature, seed {found.seed}, drawn without truncation; compared with "
        f"{found.references:,} real lines, {part} of the corpus"
    )
    yield "better means beyond the noise of the samples: 95 in 100 for all points of a curve together"
    if found.encoder is not None:
        yield f"Frechet distance: {found.frechet_lines:,} lines a side, {found.encoder}"


def _markdown(rows: list[list[str]]) -> Iterator[str]:
    head, *body = ([escaped(cell) for cell in row] for row in rows)
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'---:|' * (len(head) - 1)}"
    yield from (f"| {' | '.join(row)} |" for row in body)
    yield ""


def _figure(figure: Estimate) -> str:
    return f"{figure.value:.3f}" if figure.value < 1 else f"{figure.value:.2f}"


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def lengths_picture(written: Sequence[int], real: Sequence[int]) -> bytes:
    """How many lines have how many tokens, written and real, as a PNG.

    Args:
        written, real: tokens of each line; at least one of either.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.add_subplot()
    edges = [length - 0.5 for length in range(max((*written, *real)) + 2)]
    axes.hist(real, edges, density=True, label="real", color="0.75")
    axes.hist(written, edges, density=True, label="written", histtype="step", color="C0", linewidth=1.5)
    axes.set(xlabel="tokens a line", ylabel="share of lines")
    axes.legend()
    return _png(figure)


def curves_picture(curves: Sequence[Curve], real: Mapping[str, Estimate]) -> bytes:
    """Quality against diversity for each model, with error bars, in one panel a plane, as a PNG.

    Args:
        curves: one a model.
        real: the figures of real lines, for comparison.
    """
    from matplotlib.figure import Figure

    planes = [plane for plane in PLANES if set(plane) <= set(real)]
    figure = Figure(figsize=(7 * len(planes), 5.2), layout="constrained")
    for axes, plane in zip(figure.subplots(1, len(planes), squeeze=False)[0], planes, strict=True):
        for number, curve in enumerate(curves):
            _draw(axes, curve, *plane, color=f"C{number}")
        axes.plot(real[plane.diversity].value, real[plane.quality].value, "*", color="black", label="real text")
        axes.set(xlabel=_axis(plane.diversity), ylabel=_axis(plane.quality))
        axes.grid(alpha=0.3)
        axes.legend()
    return _png(figure)


def _draw(axes: "Axes", curve: Curve, quality: str, diversity: str, color: str) -> None:
    points = [point for point in curve.points if {quality, diversity} <= set(point.figures)]
    if not points:
        return
    across = [point.figures[diversity] for point in points]
    up = [point.figures[quality] for point in points]
    axes.errorbar(
        [figure.value for figure in across],
        [figure.value for figure in up],
        xerr=[1.96 * figure.error for figure in across],
        yerr=[1.96 * figure.error for figure in up],
        marker="o",
        markersize=3,
        elinewidth=0.6,
        color=color,
        label=curve.name.replace("$", r"\$"),
    )
    for end in (points[0], points[-1]):
        place = (end.figures[diversity].value, end.figures[quality].value)
        axes.annotate(f"{end.temperature:g}", place, textcoords="offset points", xytext=(4, 4), color=color, fontsize=8)


def _axis(name: str) -> str:
    measure = TEXT_MEASURES[name]
    return f"{measure.title} ({measure.better} is better)"


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()
