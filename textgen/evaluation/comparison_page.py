"""The comparison of models in words: tables, verdicts, and a page of Markdown."""

import json
from collections.abc import Iterator, Mapping

from textgen.evaluation.curve import Curve
from textgen.evaluation.estimates import Estimate
from textgen.evaluation.measures import TEXT_MEASURES
from textgen.evaluation.model_comparison import ModelComparison, Verdict
from textgen.evaluation.outside import PLANES
from textgen.evaluation.plots import NO_PICTURES, can_draw, curves_picture
from textgen.wording import count


def comparison_files(title: str, found: ModelComparison) -> dict[str, bytes]:
    """The files of a report: the page, the figures, and the picture where it can be drawn.

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
    page = [f"# {title}", "", *(row for curve in found.curves for row in _markdown(curve_table(curve, found.real)))]
    page += ["## Who is better where", ""]
    page += [f"- {sentence}" for sentence in verdict_sentences(found)]
    page += ["", *(f"- {fact}" for fact in comparison_facts(found)), *(f"- note: {note}" for note in notes)]
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
    """For each pair of models and each plane, where one curve lies outside the other."""
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
                yield f"{where}: {_judgement(first, second, pair)}"


def _judgement(first: str, second: str, pair: list[Verdict]) -> str:
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
    """How the figures came about."""
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
    head, *body = rows
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'---:|' * (len(head) - 1)}"
    yield from (f"| {' | '.join(row)} |" for row in body)
    yield ""


def _figure(figure: Estimate) -> str:
    return f"{figure.value:.3f}" if figure.value < 1 else f"{figure.value:.2f}"
