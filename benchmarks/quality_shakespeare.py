"""tiny-shakespeare as plain text, split as nanoGPT splits it: nats a character after so many minutes.

The first 90% of the characters are learned from, the last 10% scored. Textgen reads plain text line by line: a newline
is the id LINE_END, and a document has a START in front, which is given, and an END behind it, which is scored too. The
ids of the part that is scored are decoded again first: only where that gives the very same characters is anything
measured. The training part ends in the middle of a line, and the reader closes it: one newline more to learn from.

- `nats_per_character` is the whole part in one go, the state carried from its first character to its last.
- `from_cold` is nanoGPT's manner: windows of 256 characters, each read without any memory of what came before, the loss
  averaged over all positions. Its first character is read and not scored. nanoGPT draws windows at random; here they
  lie side by side, so that every character is scored once.
- `nanogpt-cpu` is nanoGPT's CPU setting (`small_gpt.py`), which has its own length; its windows are 64 characters.
- `textgen-dynamic` is the longest run's model with dynamic evaluation (see `dynamic_evaluation.py`). Its two settings
  were chosen on text that is not scored: `--only choice` trains a model on the first 90% of the training part and
  tries settings on the rest of it.

Minutes count steps and validations; the best of the weights that were validated (on half of the scored part) are kept,
as nanoGPT keeps its own.
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from measuring import Row
from numpy.typing import NDArray
from quality_training import figures, in_words, read_json, say, train, write_json, write_text

import textgen
from textgen.artifact import ModelFolder
from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.encoding import ScriptEncoder, decode_script
from textgen.inference.language_model import LanguageModel
from textgen.inference.scoring import score_ids
from textgen.text.tokenizer import Tokenizer

SYSTEMS = ("textgen", "nanogpt-cpu", "textgen-dynamic", "choice")
USUAL = SYSTEMS[:-1]
MINUTES = (1.2, 6.0, 12.0, 30.0)
"""1.2 minutes are about what nanoGPT's CPU setting takes on the same machine."""

FORMATS = {
    "minutes": ".1f",
    "epochs": ".1f",
    "tokens_per_second": ",.0f",
    "nats_per_character": ".4f",
    "from_cold": ".4f",
    "rate": ".0e",
    "decay": ".0e",
}

FORMAT = "plain"
COLD_WINDOW = 256

_NAME = "tiny-shakespeare"
_COLD_BATCH = 64
_RATE, _DECAY = 1e-3, 3e-3
_RATES, _DECAYS = (1e-4, 3e-4, 1e-3, 3e-3), (0.0, 1e-3, 1e-2)
_CHOICE_MINUTES, _CHOICE_CHARACTERS = 6.0, 30_000


def measure(corpus: Path, minutes: Sequence[float], only: Sequence[str], out: Path) -> list[Row]:
    """Trains what is not there yet, and scores.

    Args:
        corpus: the whole text.
        minutes: of the runs.
        only: some of `SYSTEMS`.
        out: of the models.
    """
    learned, scored = halves(corpus.read_bytes().decode())
    parts = write_parts(out / "corpora", _NAME, learned, scored)
    rows: list[Row] = []
    if "textgen" in only:
        rows += [_plain_row(length, _trained(out, parts, length), parts) for length in minutes]
    if "nanogpt-cpu" in only:
        rows.append(_small_gpt_row(out, learned, scored))
    if "textgen-dynamic" in only:
        rows.append(_dynamic_row(max(minutes), _trained(out, parts, max(minutes)), parts))
    if "choice" in only:
        rows += _choice_rows(out, learned)
    return rows


class Parts(NamedTuple):
    """The files that are learned from and scored."""

    training: Path
    held_out: Path


def halves(text: str) -> tuple[str, str]:
    """The first 90% of the characters and the last 10%."""
    cut = int(len(text) * 0.9)
    return text[:cut], text[cut:]


def tail(text: str) -> tuple[str, str]:
    """The `halves` of a training text, without the line that it breaks off in."""
    learned, scored = halves(text)
    return learned, scored[: scored.rfind("\n") + 1]


def write_parts(folder: Path, name: str, learned: str, scored: str) -> Parts:
    """Two parts of a text as files of their own."""
    return Parts(
        write_text(folder / f"{name}-training.txt", learned), write_text(folder / f"{name}-held-out.txt", scored)
    )


def exact_ids(tokenizer: Tokenizer, path: Path) -> NDArray[np.int32]:
    """The ids of a plain text, from START to END.

    Raises:
        SystemExit: they do not decode to the very same text.
    """
    corpus, encoder = ScriptCorpus(path, FORMAT), ScriptEncoder(tokenizer)
    ids = [token for document in corpus.documents() for part in encoder.encode_document(document) for token in part]
    if decode_script(ids, tokenizer, corpus.style).text.encode() != path.read_bytes():
        raise SystemExit(f"{path} is changed by being read, so that its characters cannot be counted: mend the text.")
    return np.array(ids, np.int32)


def carried(model: LanguageModel, ids: NDArray[np.int32], characters: int) -> float:
    """Nats a character of a whole text in one go, its end included."""
    return score_ids(model, ids, lanes=1)[0] / characters


def from_cold(model: LanguageModel, ids: NDArray[np.int32]) -> float:
    """Nats a token of windows side by side, each from the zero state; what is left over at the end is not scored.

    Args:
        model: a character model.
        ids: of characters and newlines only. *Shape:* (tokens,).
    """
    windows = (len(ids) - 1) // COLD_WINDOW
    inputs = ids[: windows * COLD_WINDOW].reshape(windows, COLD_WINDOW).T
    targets = ids[1 : windows * COLD_WINDOW + 1].reshape(windows, COLD_WINDOW).T
    nats = 0.0
    for begin in range(0, windows, _COLD_BATCH):
        x, y = inputs[:, begin : begin + _COLD_BATCH], targets[:, begin : begin + _COLD_BATCH]
        scores, _ = model.score(x, y, np.ones(x.shape, np.float32), model.initial_state(x.shape[1]))
        nats -= float(np.sum(scores, dtype=np.float64))
    return nats / targets.size


def _trained(out: Path, parts: Parts, minutes: float, purpose: str = "") -> Path:
    """The folder of the character model of so many minutes."""
    folder = out / f"{_NAME}{purpose}-{minutes:g}"
    train(folder, parts.training, minutes, validation=parts.held_out, format=FORMAT, level="character")
    return folder


def _plain_row(minutes: float, folder: Path, parts: Parts) -> Row:
    say(f"{folder.name}: scoring")
    writer = textgen.load(folder)
    ids = exact_ids(writer.tokenizer, parts.held_out)
    return {
        "case": f"{_NAME}, {in_words(minutes)}",
        "system": "textgen",
        **figures(folder),
        "nats_per_character": carried(writer.model, ids, _characters(parts)),
        "from_cold": from_cold(writer.model, ids[1:-1]),
    }


def _small_gpt_row(out: Path, learned: str, scored: str) -> Row:
    kept = out / f"{_NAME}-nanogpt-cpu.json"
    found = read_json(kept)
    if found is None:
        from small_gpt import learn  # PyTorch, which the rest does without

        say(f"{kept.stem}: training")
        found = learn(learned, scored, say)
        write_json(kept, found)
    return {"case": f"{_NAME}, {in_words(round(found['minutes'], 1))}", "system": "nanogpt-cpu", **found}


def _dynamic_row(minutes: float, folder: Path, parts: Parts) -> Row:
    from dynamic_evaluation import DynamicEvaluation  # TensorFlow, which the rest does without

    say(f"{folder.name}: dynamic evaluation")
    ids = exact_ids(ModelFolder(folder).load().tokenizer, parts.held_out)
    nats = DynamicEvaluation.of(ModelFolder(folder)).nats(ids, _RATE, _DECAY)
    return {
        "case": f"{_NAME}, {in_words(minutes)}",
        "system": "textgen-dynamic",
        "nats_per_character": nats / _characters(parts),
        "rate": _RATE,
        "decay": _DECAY,
    }


def _choice_rows(out: Path, text: str) -> list[Row]:
    """Settings of dynamic evaluation, tried on the end of the training text by a model that has not seen it."""
    from dynamic_evaluation import DynamicEvaluation

    parts = write_parts(out / "corpora", f"{_NAME}-choice", *tail(text))
    folder = ModelFolder(_trained(out, parts, _CHOICE_MINUTES, "-choice"))
    ids = exact_ids(folder.load().tokenizer, parts.held_out)[: _CHOICE_CHARACTERS + 1]
    evaluation = DynamicEvaluation.of(folder)
    rows: list[Row] = []
    for rate, decay in [(0.0, 0.0), *product(_RATES, _DECAYS)]:
        nats = evaluation.nats(ids, rate, decay) / _CHOICE_CHARACTERS
        say(f"rate {rate:g}, decay {decay:g}: {nats:.4f} nats a character")
        case: Row = {"case": f"{_NAME}, choosing the settings", "system": "textgen-dynamic"}
        rows.append({**case, "rate": rate, "decay": decay, "nats_per_character": nats})
    return rows


def _characters(parts: Parts) -> int:
    return len(parts.held_out.read_bytes().decode())
