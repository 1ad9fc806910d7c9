"""The script writer: prompt in, script out."""

import importlib.util
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgen import terminal
from textgen.decoding.option_row import refuse_unknown
from textgen.decoding.options import DEFAULT_LINES, DecodingOptions, asks_for_beams
from textgen.discriminator.scorer import Scorer
from textgen.errors import ConfigurationError, MissingExtraError, require_text
from textgen.generation.generation_request import GenerationRequest, Note, Watch, WrittenScript
from textgen.generation.ranking import JudgedText, LineJudge, check_rerank, judge_lines
from textgen.generation.script_model import ScriptModel
from textgen.model_folder import Model, ModelFolder
from textgen.wording import to_install

if TYPE_CHECKING:
    from textgen.explanation.script import Explanation, NextToken

__all__ = ["DEFAULT_LINES", "ScriptWriter", "WrittenScript"]


class ScriptWriter:
    """Writes scripts with a trained model, in NumPy.

    Args:
        model: a loaded model folder, or a script model that is open.
        note: gets notes for the user, such as how a prompt was changed; prints them to stderr where none is given.

    Attributes:
        opened: the parts of the model that writing uses.

    Raises:
        ModelError: the folder's parts do not fit together.

    Example:
        >>> writer = textgen.load("runs/seinfeld")  # doctest: +SKIP
        >>> print(writer.write(prompt="jerry:", lines=10, seed=7).text)  # doctest: +SKIP
    """

    def __init__(self, model: Model | ScriptModel, note: Note | None = None) -> None:
        self.path, self.card, self.tokenizer = model.path, model.card, model.tokenizer
        self.opened = ScriptModel(model) if isinstance(model, Model) else model
        self.style, self.model = self.opened.style, self.opened.network
        self._note = note or _to_stderr
        self._told: set[str] = set()

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers with a label, the one with most lines first."""
        return self.tokenizer.speakers

    def options(self, **options: Any) -> DecodingOptions:
        """Decoding options over this model's defaults.

        Raises:
            ConfigurationError: an option is unknown or out of range.
        """
        refuse_unknown(options, [field.name for field in fields(DecodingOptions)], "writing")
        defaults = dict(self.card.decoding)
        if asks_for_beams(options):
            defaults["temperature"] = 0  # beam search does not sample
        chosen = DecodingOptions(**{**defaults, **options})
        if chosen.lines is None and chosen.max_new_tokens is None:
            return replace(chosen, lines=DEFAULT_LINES)
        return chosen

    def write(self, prompt: str = "", *, rerank: int = 1, **options: Any) -> WrittenScript:
        """Writes one script.

        Args:
            prompt: how the script begins, in the corpus's own format (`jerry: hello`); an unfinished line is continued.
            rerank: number of candidates for each line; the model's discriminator chooses the one that reads most like
                the corpus and suits its speaker best. 1 turns it off.
            options: fields of `DecodingOptions`, such as `lines=20, characters=["jerry"], temperature=0.8, seed=7`.
                Twenty lines where neither `lines` nor `max_new_tokens` is given.

        Raises:
            ConfigurationError: an option makes no sense.
            ModelError: re-ranking was asked for, and the model has no discriminator.
        """
        return self.write_several(prompt, rerank=rerank, **_one(options))[0]

    def write_several(
        self, prompt: str = "", *, rerank: int = 1, watch: Watch | None = None, **options: Any
    ) -> list[WrittenScript]:
        """Writes `num_return_sequences` scripts from one prompt, side by side; the i-th has the seed `seed + i`.

        Of captions, every line takes a seed.

        `watch` is called repeatedly with the number of whole lines written.
        """
        return self.request(prompt, rerank=rerank, **options).scripts(watch)

    def stream(self, prompt: str = "", *, rerank: int = 1, **options: Any) -> Iterator[str]:
        """Writes one script and yields its text piece by piece, the prompt first.

        The pieces are whole characters, and together they are `write(...).text`. With `rerank` each line comes as soon
        as it is chosen.
        """
        return self.request(prompt, rerank=rerank, **_one(options)).pieces()

    def request(self, prompt: str = "", *, rerank: int = 1, **options: Any) -> GenerationRequest:
        """A request to write that is not begun, for those who need more of it than its text.

        Args:
            prompt, rerank, options: as `write` takes them.
        """
        chosen = self.options(**options)
        check_rerank(rerank, chosen)
        judge = LineJudge(self.judge, self.tokenizer, self.style, rerank) if rerank > 1 else None
        if self.card.warning is not None:
            self._note_once(self.card.warning)
        return GenerationRequest(self.opened, prompt, chosen, self._note_once, judge)

    def another(self, note: Note) -> "ScriptWriter":
        """A writer with the same model, which is not read again, whose notes go elsewhere."""
        writer = copy(self)
        writer._note, writer._told = note, set()
        return writer

    def score(self, text: str) -> JudgedText:
        """Scores how realistic a text is, line by line and as a whole, with the model's discriminator.

        Args:
            text: in the corpus's own format, such as a script that was written.

        Raises:
            ConfigurationError: the text is not a str.
            ModelError: the model has no discriminator; the message names the command that trains one.
        """
        require_text("text", text)
        return judge_lines(self.opened.read(text).lines, self.judge)

    def explain(self, text: str) -> "Explanation":
        """Reads a text and tells for each token how likely the model found it, and what else could have come.

        Args:
            text: in the corpus's own format, whole lines.

        Raises:
            ConfigurationError: the text is not a str, or there is no line in it.
        """
        from textgen.explanation.script import explain_script  # no page waits for it

        return explain_script(self.opened, text)

    def next_tokens(self, text: str, n: int = 10, temperatures: Sequence[float] = ()) -> "list[NextToken]":
        """What could come after the beginning of a script, the likeliest first, by the model alone.

        Args:
            text: in the corpus's own format; an unfinished line goes on.
            n: how many tokens.
            temperatures: above 0; at each of them probabilities are given, too.

        Raises:
            ConfigurationError: an argument makes no sense.

        Example:
            >>> writer.next_tokens("jerry: i am", n=1)  # doctest: +SKIP
            [NextToken(text=' not', id=412, probability=0.09, at_temperatures=())]
        """
        from textgen.explanation.script import next_tokens

        return next_tokens(self.opened, text, n, temperatures)

    @cached_property
    def judge(self) -> Scorer:
        """The model's discriminator.

        Raises:
            ModelError: the model has none, or a damaged one.
        """
        judge = Scorer(self.path, self.card, self.tokenizer)
        if judge.warning is not None:
            self._note_once(judge.warning)
        return judge

    def to_keras(self) -> Any:
        """Builds the network as a stock functional `keras.Model`, with the weights of the model folder.

        Returns:
            A model of Embedding, LSTM and Dense layers that maps ids (batch, time), from START on, to logits (batch,
            time, vocabulary). It can be saved, loaded and trained without textgen.

        Raises:
            MissingExtraError: Keras is not installed.

        Example:
            >>> textgen.load("runs/seinfeld").to_keras().save("seinfeld.keras")  # doctest: +SKIP
        """
        return as_keras(self.path)

    def _note_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._note(text)


def as_keras(path: Path) -> Any:
    """The network of a model folder as a stock `keras.Model`.

    Raises:
        MissingExtraError: Keras is not installed.
    """
    if not (importlib.util.find_spec("keras") and importlib.util.find_spec("tensorflow")):
        raise MissingExtraError(
            "A Keras model was asked for, but keras or tensorflow is not installed; writing needs neither, this does: "
            f"{to_install('train')}"
        )
    from textgen.models.stock import stock_model  # imports TensorFlow

    return stock_model(ModelFolder(path).load())


def _one(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a method that returns one script."""
    if (asked := options.get("num_return_sequences", 1)) != 1:
        raise ConfigurationError(
            f"num_return_sequences={asked!r} was asked for, but this writes one script: leave it out, or call "
            "write_several."
        )
    return {**options, "num_return_sequences": 1}


def _to_stderr(text: str) -> None:
    terminal.note(text)
