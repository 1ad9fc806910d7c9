"""tiny-shakespeare as plain text, split as nanoGPT splits it: nats a character after so many minutes.

The first 90% of the characters are learned from, the last 10% scored. The ids of the part that is scored are decoded
again first: only where that gives the very same characters is anything measured, and everything that is needed to
rebuild them is counted. The training part ends in the middle of a line, and the reader closes it: one newline more to
learn from.

- `textgen-character` and `textgen-subword` are the two levels, with everything else left to textgen. A text can be put
  together from subwords in many ways, and one of them is paid for: what it comes to is a bound from above.
- `nats_per_character` is the whole part in one go, the state carried from its first character to its last.
- `from_cold_256` is nanoGPT's manner: windows of 256 characters, as its setting for a GPU has them, each read without
  any memory of what came before, the loss averaged over all positions. Its first character is read and not scored.
  nanoGPT draws windows at random; here they lie side by side, so that every character is scored once.
- `from_cold_64` is the same with the 64 characters that its CPU setting can see at most.
- `nanogpt-cpu` is nanoGPT's CPU setting (`small_gpt.py`), which has its own length.
- `-dynamic` is the longest run's model with dynamic evaluation (see `dynamic_evaluation.py`). Its settings were chosen
  on text that is not scored: `--only character choice` trains a model on the first 90% of the training part and tries
  settings on the rest of it.

Minutes count steps and validations; the best of the weights that were validated (on about half of the scored part) are
kept, as nanoGPT keeps its own.
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

from measuring import Row
from plain_text import FORMAT, Parts, carried, exact_ids, from_cold, halves, ids_of, tail, write_parts
from quality_training import figures, in_words, read_json, say, train, write_json

import textgen
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import START

LEVELS = ("character", "subword")
SYSTEMS = (*LEVELS, "nanogpt-cpu", "dynamic", "choice")
USUAL = SYSTEMS[:-1]
MINUTES = (1.2, 6.0, 12.0, 30.0)
"""nanoGPT's CPU setting takes about the first of them."""

FORMATS = {
    "minutes": ".1f",
    "epochs": ".1f",
    "tokens_per_second": ",.0f",
    "nats_per_character": ".4f",
    "from_cold_256": ".4f",
    "from_cold_64": ".4f",
    "rate": ".0e",
    "decay": ".0e",
}

_NAME = "tiny-shakespeare"
_SETTINGS = {"character": (3e-4, 1e-3), "subword": (3e-4, 1e-3)}
"""Rate and decay of dynamic evaluation."""

_RATES, _DECAYS = (1e-4, 3e-4, 1e-3), (0.0, 1e-3, 1e-2)
_CHOICE_MINUTES, _CHOICE_CHARACTERS = 6.0, 30_000


def measure(corpus: Path, minutes: Sequence[float], only: Sequence[str], out: Path) -> list[Row]:
    """Trains what is not there yet, and scores.

    Args:
        corpus: the whole text.
        minutes: of the runs.
        only: some of `SYSTEMS`; `dynamic` and `choice` are those of the levels that are named.
        out: of the models.
    """
    learned, scored = halves(corpus.read_bytes().decode())
    parts = write_parts(out / "corpora", _NAME, learned, scored)
    levels, longest = [level for level in LEVELS if level in only], max(minutes)
    rows = [_row(length, level, _trained(out, parts, length, level), parts) for length in minutes for level in levels]
    if "nanogpt-cpu" in only:
        rows.append(_small_gpt_row(out, learned, scored))
    if "dynamic" in only:
        rows += [_dynamic_row(longest, level, _trained(out, parts, longest, level), parts) for level in levels]
    if "choice" in only:
        rows += [row for level in levels for row in _choice_rows(out, learned, level)]
    return rows


def _trained(out: Path, parts: Parts, minutes: float, level: str, purpose: str = "") -> Path:
    """The folder of the model of so many minutes."""
    folder = out / f"{_NAME}{purpose}-{level}-{minutes:g}"
    train(folder, parts.training, minutes, validation=parts.held_out, format=FORMAT, level=level)
    return folder


def _row(minutes: float, level: str, folder: Path, parts: Parts) -> Row:
    say(f"{folder.name}: scoring")
    writer = textgen.load(folder)
    ids, text = exact_ids(writer.tokenizer, parts.held_out), parts.held_out.read_bytes().decode()
    return {
        "case": f"{_NAME}, {in_words(minutes)}",
        "system": f"textgen-{level}",
        **figures(folder),
        "nats_per_character": carried(writer.model, ids, parts.characters),
        "from_cold_256": from_cold(writer.model, writer.tokenizer, text, window=256),
        "from_cold_64": from_cold(writer.model, writer.tokenizer, text, window=64),
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


def _dynamic_row(minutes: float, level: str, folder: Path, parts: Parts) -> Row:
    from dynamic_evaluation import DynamicEvaluation  # TensorFlow, which the rest does without

    say(f"{folder.name}: dynamic evaluation")
    ids = exact_ids(ModelFolder(folder).load().tokenizer, parts.held_out)
    rate, decay = _SETTINGS[level]
    return {
        "case": f"{_NAME}, {in_words(minutes)}",
        "system": f"textgen-{level}-dynamic",
        "nats_per_character": DynamicEvaluation.of(ModelFolder(folder)).nats(ids, rate, decay) / parts.characters,
        "rate": rate,
        "decay": decay,
    }


def _choice_rows(out: Path, text: str, level: str) -> list[Row]:
    """Settings of dynamic evaluation, tried on the end of the training text by a model that has not seen it."""
    from dynamic_evaluation import DynamicEvaluation

    learned, scored = tail(text)
    parts = write_parts(out / "corpora", f"{_NAME}-choice", learned, scored)
    folder = ModelFolder(_trained(out, parts, _CHOICE_MINUTES, level, "-choice"))
    ids = [START, *ids_of(folder.load().tokenizer, scored[:_CHOICE_CHARACTERS])]
    evaluation = DynamicEvaluation.of(folder)
    rows: list[Row] = []
    for rate, decay in [(0.0, 0.0), *product(_RATES, _DECAYS)]:
        nats = evaluation.nats(ids, rate, decay) / len(scored[:_CHOICE_CHARACTERS])
        say(f"rate {rate:g}, decay {decay:g}: {nats:.4f} nats a character")
        case: Row = {"case": f"{_NAME}, choosing the settings", "system": f"textgen-{level}-dynamic"}
        rows.append({**case, "rate": rate, "decay": decay, "nats_per_character": nats})
    return rows
