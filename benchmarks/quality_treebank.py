"""Penn Treebank in Mikolov's preparation: validation perplexity of a word, and how it falls over the minutes.

Each line of the files is a sentence with a space before each word and one at its end. That last space is left away, so
that nothing is scored but words and line ends; a line end is the `<eos>` of published figures, and `<unk>` is a word
like any other. The perplexity is exp(nats / (words + line ends)): our END of the document and the spelling of words
that the training text has fewer than three times are in the nats.

`pytorch-f32` is the small model of PyTorch's word-language-model example after the same minutes
(`word_language_model.py`). Minutes count steps and validations in either system, and the best of the validated weights
are scored, the state carried from the first word to the last. Rows of the curve are the best validation up to then;
ours looks at 65,536 tokens spread over the validation text for it.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from measuring import Row
from quality_training import figures, in_words, read_json, say, train, write_json, write_text

import textgen
from textgen.corpus.collection import ScriptCorpus
from textgen.evaluation.report import evaluate
from textgen.model_folder import ModelFolder
from textgen.training import history

SYSTEMS = USUAL = ("textgen", "pytorch-f32")
MINUTES = (45.0,)
FORMATS = {
    "minutes": ".1f",
    "parameters": ",",
    "epochs": ".1f",
    "tokens_per_second": ",.0f",
    "perplexity": ".1f",
}

_NAME = "Penn Treebank"
_MARKS = 9
"""Rows of a curve."""

Curve = list[tuple[float, float]]
"""Minutes, and the perplexity of a word."""


def measure(corpus: Path, minutes: Sequence[float], only: Sequence[str], out: Path) -> list[Row]:
    """Trains what is not there yet, and scores.

    Args:
        corpus: the folder of `ptb.train.txt` and `ptb.valid.txt`.
        minutes: of the runs.
        only: some of `SYSTEMS`.
        out: of the models.
    """
    rows: list[Row] = []
    for length in minutes:
        for system in only:
            row, curve = (_ours if system == "textgen" else _pytorch)(corpus, length, out)
            rows.append({"case": f"{_NAME}, {in_words(length)}", "system": system, **row})
            case = f"{_NAME}, the way through {in_words(length)}"
            marks = (length * (k + 1) / _MARKS for k in range(_MARKS))
            points = ((mark, best_until(curve, mark)) for mark in marks)
            rows += [{"case": case, "system": system, "minutes": at, "perplexity": best} for at, best in points if best]
    return rows


def tidied(text: str) -> str:
    """The sentences without the space at their ends."""
    return "".join(f"{line.rstrip(' ')}\n" for line in text.rstrip("\n").split("\n"))


def best_until(curve: Curve, minutes: float) -> float | None:
    """The lowest perplexity of a curve up to then; None where there is none yet.

    A run ends with a validation behind its last minute, so that a little more is allowed.
    """
    return min((perplexity for at, perplexity in curve if at <= 1.02 * minutes), default=None)


def _ours(corpus: Path, minutes: float, out: Path) -> tuple[Row, Curve]:
    training, held_out = (
        write_text(out / "corpora" / f"ptb.{part}.txt", tidied((corpus / f"ptb.{part}.txt").read_text("utf-8")))
        for part in ("train", "valid")
    )
    folder = out / f"treebank-{minutes:g}"
    train(folder, training, minutes, validation=held_out, format="plain", level="word", words="whitespace")
    say(f"{folder.name}: scoring")
    scores = evaluate(textgen.load(folder), ScriptCorpus(held_out, "plain"), split="all", samples=0).scores
    nats_per_bit = math.log(2) * scores.characters / (scores.words + scores.line_ends)
    curve = [
        (row.seconds / 60, math.exp(row.validation_bits_per_character * nats_per_bit))
        for row in history.read(ModelFolder(folder).training)
    ]
    return {**figures(folder), "perplexity": scores.word_perplexity}, curve


def _pytorch(corpus: Path, minutes: float, out: Path) -> tuple[Row, Curve]:
    kept = out / f"treebank-pytorch-{minutes:g}.json"
    found = read_json(kept)
    if found is None:
        from word_language_model import learn  # PyTorch, which the rest does without

        say(f"{kept.stem}: training for {minutes:g} minutes")
        texts = [(corpus / f"ptb.{part}.txt").read_text("utf-8") for part in ("train", "valid")]
        row, curve = learn(*texts, minutes, say)
        found = {"row": row, "curve": curve}
        write_json(kept, found)
    return found["row"], [(at, perplexity) for at, perplexity in found["curve"]]
