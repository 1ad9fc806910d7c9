"""What `textgen evaluate` found out, for a person: a row for each figure."""

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from textgen.wording import count

if TYPE_CHECKING:
    from textgen.evaluation.comparison import Comparison
    from textgen.evaluation.report import ChatEvaluation, Evaluation

_WIDTH = 100
_INDENT = " " * 4


def describe_chat(result: "ChatEvaluation") -> Iterator[str]:
    """The figures for a person, each with what it means."""
    scores = result.scores
    part = "the held-out dialogues" if result.split == "held-out" else "all dialogues"
    yield _row("bits per character", f"{scores.bits_per_character:.3f}", "of the replies; lower is better")
    yield _row("perplexity", f"{scores.perplexity:,.2f}", "equally likely tokens it hesitates between, on average")
    yield _row("word perplexity", f"{scores.word_perplexity:,.0f}", "the same for a word or the end of a reply")
    others = [("after others' talk", result.shuffled)] if result.exchanges > 1 else []
    for name, other in (*others, ("after nothing", result.alone)):
        worse = other.perplexity / scores.perplexity - 1
        yield _row(name, f"{other.perplexity:,.2f}", f"perplexity without the right context: {worse:+.1%}")
    yield _row("text scored", f"{result.exchanges:,}", f"{'reply' if result.exchanges == 1 else 'replies'}: {part}")
    yield _row("", f"{scores.characters:,}", "characters, a line end for each reply included")
    yield _row("", f"{scores.tokens:,}", "tokens of the model, ends included")
    for note in result.notes:
        yield ""
        yield from textwrap.wrap(f"Note: {note}", _WIDTH)


def describe(result: "Evaluation") -> Iterator[str]:
    """The figures for a person, each with what it means."""
    scores = result.scores
    part = "the held-out part of the corpus" if result.split == "held-out" else "all of the corpus"
    yield _row("bits per character", f"{scores.bits_per_character:.3f}", "lower is better; compares all models")
    yield _row("perplexity", f"{scores.perplexity:,.2f}", "equally likely tokens it hesitates between, on average")
    yield _row("word perplexity", f"{scores.word_perplexity:,.0f}", "the same for a word or line end")
    yield _row("text scored", f"{scores.characters:,}", f"characters: {part}")
    yield _row("", f"{scores.words:,}", "words between white space")
    yield _row("", f"{scores.tokens:,}", "tokens of the model, structure included")
    yield _row("lane difference", f"{result.lane_difference:+z.4f}", "bits per character added by scoring side by side")
    yield _row("", "", "(of the first 20,000 tokens; less on a longer text)")
    if result.comparison is not None:
        yield from _compared(result.comparison)
    yield from _copies(result)
    for note in result.notes:
        yield ""
        yield from textwrap.wrap(f"Note: {note}", _WIDTH)


def _compared(found: "Comparison") -> Iterator[str]:
    from textgen.evaluation.text_metrics import MEASURES

    yield ""
    yield f"{'':<20}{'written':>12}  {'95 in 100 samples':<19}{'real text':>9}"
    for name, figure in found.written.items():
        measure = MEASURES[name]
        low, high = measure.clipped(figure.interval)
        digits = 2 if measure.highest is None and figure.value >= 1 else 3
        interval = f"{low:.{digits}f} to {high:.{digits}f}"
        real = f"{found.real[name].value:.{digits}f}" if name in found.real else ""
        better = "near real text" if measure.better == "as real" else f"{measure.better} is better"
        yield f"{_row(measure.title, f'{figure.value:.{digits}f}', f'{interval:<19}{real:>9}')}  {better}"
    yield ""
    yield from textwrap.wrap(
        f"Compared {count(found.lines, 'line')} with {found.references:,} real ones, and as many real lines with the "
        f"others; tokens: {found.tokenisation}.",
        _WIDTH,
    )
    if found.encoder is not None:
        yield from textwrap.wrap(f"Frechet distance: {found.frechet_lines:,} lines a side, {found.encoder}.", _WIDTH)
    yield ""


def _copies(result: "Evaluation") -> Iterator[str]:
    novelty = result.novelty
    if novelty is None:
        return
    number, lines = count(novelty.lines, "line").split()
    yield _row("fresh sample", number, f"{lines}, {count(novelty.words, 'word')}, written with seed {novelty.seed}")
    if novelty.copied_share is not None:
        real = result.real_value("copied_share")
        beside = "" if real is None else f"; of real lines {real:.1%}"
        meaning = f"of its eight-word spans stand in the training text{beside}"
        yield _row("copied spans", f"{novelty.copied_share:.1%}", meaning)
    if novelty.longest is None:
        yield _row("longest copy", "0", "words: none of its words stands in the training text")
        return
    yield _row("longest copy", f"{len(novelty.longest.words)}", "words in a row that stand in the training text:")
    at = novelty.to_json_object()["copied_at"]
    speaker = f"{at['speaker']}: " if at["speaker"] else ""
    heading = f" ({at['heading']})" if at["heading"] else ""
    yield from _indented(f'"{" ".join(novelty.longest.words)}"')
    yield from _indented(
        f"in {at['file']}, line {at['line']:,}, scene {at['scene']:,}{heading}: {speaker}{at['quote']}"
    )


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)


def _row(name: str, value: str, meaning: str) -> str:
    return f"{name:<20}{value:>12}  {meaning}"
