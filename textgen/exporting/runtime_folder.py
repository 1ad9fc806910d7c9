"""A model in a folder for another runtime: Keras, TensorFlow, LiteRT or ONNX, with a vocabulary file."""

import importlib.util
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from textgen.config import CELLS, EncoderDecoderConfig
from textgen.errors import ConfigurationError, MissingExtraError
from textgen.files import remove_leftovers, temporary_beside
from textgen.generation.chat_model import ChatModel
from textgen.generation.script_model import ScriptModel
from textgen.model_folder import Model
from textgen.tokenizers import pretokens
from textgen.tokenizers.base import END, FIRST_LABEL, LINE_END, NAME_END, START, TURN
from textgen.wording import to_install

VOCABULARY = "vocabulary.json"

_CHARACTER = "(?s:.)"
"""The pattern of words where each character is one."""


class Runtime(NamedTuple):
    """A way to store a network.

    Args:
        write: puts the files of a model into a folder that is empty, in 8 bits if asked to.
        packages: that it needs.
        knows_int8: whether it can store 8 bits.
    """

    write: Callable[[Model, Path, bool], None]
    packages: tuple[str, ...]
    knows_int8: bool


def _write_keras(model: Model, folder: Path, int8: bool) -> None:
    from textgen.models.stock import stock_model

    stock_model(model).save(folder / "model.keras")


def _write_saved_model(model: Model, folder: Path, int8: bool) -> None:
    from textgen.models.token_steps import save_steps

    save_steps(model.card.architecture, model.weights, folder)


def _write_litert(model: Model, folder: Path, int8: bool) -> None:
    from textgen.models.token_steps import litert_file

    (folder / "model.tflite").write_bytes(litert_file(model.card.architecture, model.weights, int8))


def _write_onnx(model: Model, folder: Path, int8: bool) -> None:
    from textgen.exporting.onnx_graphs import onnx_files

    for name, content in onnx_files(model.card.architecture, model.weights, int8).items():
        (folder / name).write_bytes(content)


RUNTIMES = {
    "keras": Runtime(_write_keras, ("tensorflow", "keras"), knows_int8=False),
    "saved-model": Runtime(_write_saved_model, ("tensorflow", "keras"), knows_int8=False),
    "litert": Runtime(_write_litert, ("tensorflow", "keras"), knows_int8=True),
    "onnx": Runtime(_write_onnx, ("onnx",), knows_int8=True),
}


def export_folder(model: Model, format: str, out: Path, int8: bool = False) -> None:
    """Writes a folder with the network and its vocabulary, as a whole or not at all.

    Args:
        model: a loaded model folder.
        format: one of `RUNTIMES`.
        out: the folder, which must not exist yet.
        int8: store the weights in 8 bits.

    Raises:
        ConfigurationError: there is something at `out`, or the format does not know 8 bits.
        MissingExtraError: a package is not installed.
    """
    runtime = RUNTIMES[format]
    if int8 and not runtime.knows_int8:
        able = ", ".join(name for name, other in RUNTIMES.items() if other.knows_int8)
        raise ConfigurationError(
            f"int8 was asked for with the format {format}, which stores weights as they are: leave it out, or export "
            f"to {able} or html."
        )
    if os.path.lexists(out):
        raise ConfigurationError(f"The export was to be written to {out}, but that exists: name a new folder.")
    if missing := [name for name in runtime.packages if not importlib.util.find_spec(name)]:
        raise MissingExtraError(
            f"An export to {format} was asked for, but {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} "
            f"not installed: {to_install('export')}"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(out)
    temporary = temporary_beside(out)
    try:
        temporary.mkdir()
        runtime.write(model, temporary, int8)
        text = json.dumps(vocabulary(model), ensure_ascii=False, indent=0)
        (temporary / VOCABULARY).write_text(text, encoding="utf-8")
        temporary.rename(out)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def vocabulary(model: Model) -> dict[str, Any]:
    """What a program must know to read and write text with the network alone.

    Returns:
        `text`: what each id stands for, a character for each byte (Latin-1) of its UTF-8. In a script the label of a
        speaker stands for what the corpus writes before a line, and the end of a line for what closes it. `start`,
        `end`, `line_end`, `turn`: ids. `state`: the shape of the state of one sequence. `level`: what a piece is.
        `words`: the regular expression that cuts text into words, beyond which no piece reaches. `normalisation`: the
        habits of the corpus. Of a chat model also `turns`, how many of the last turns the network reads,
        `longest_context`, the most ids of a context, `start` included, and `longest_reply`, of a reply, `end` included.
    """
    tokenizer, architecture = model.tokenizer, model.card.architecture
    pieces = [tokenizer.piece(index) for index in range(tokenizer.vocabulary_size)]
    opened: ChatModel | ScriptModel
    if isinstance(architecture, EncoderDecoderConfig):
        opened = ChatModel(model)
        talk = {
            "turns": opened.turns,
            "longest_context": opened.encoder.longest_context,
            "longest_reply": opened.longest_reply,
        }
    else:
        opened, talk = ScriptModel(model), {}
        style = opened.style
        for place, speaker in enumerate(tokenizer.speakers):
            pieces[FIRST_LABEL + place] = style.line_prefix(speaker).encode()
        pieces[LINE_END] = style.line_suffix.encode()
        pieces[NAME_END] = style.line_prefix("X").partition("X")[2].encode()
    words = tokenizer.to_json().get("words")
    return {
        "text": [piece.decode("latin-1") for piece in pieces],
        "start": START,
        "end": END,
        "turn": TURN,
        "line_end": LINE_END,
        "state": [CELLS[architecture.cell].states * architecture.layers, 1, architecture.hidden],
        "level": tokenizer.level,
        "words": _CHARACTER if words is None else pretokens.pattern(words).pattern,
        "normalisation": opened.normalisation.to_json(),
        **talk,
    }
