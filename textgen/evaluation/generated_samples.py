"""Samples of a model: lines to be measured, lines and replies for a discriminator."""

from collections.abc import Callable, Sequence
from typing import Any

from textgen.corpus.document import Line, Scene
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.decoding.options import LARGEST_SEED, chat_options
from textgen.discriminator.metrics import Text
from textgen.discriminator.scorer import line_ids, reply_line
from textgen.errors import ConfigurationError
from textgen.generation.chat_model import ChatModel
from textgen.model_folder import Model
from textgen.writer import ScriptWriter

_PAGE = 50
"""Lines of a script that are written one after the other: long pages, since every page begins like a document."""

_TEXTS_TOGETHER = 128
"""Texts that are written side by side."""

_REPLIES_TOGETHER = 64
"""Replies that are drawn side by side."""

_TOLD = 4
"""How many times progress is reported while samples are written for a discriminator."""

Tell = Callable[[str], None]


def write_lines(
    writer: ScriptWriter, count: int, seed: int, watch: Callable[[int], None] = lambda lines: None, **options: Any
) -> list[Line]:
    """Writes lines without a prompt: captions each by itself, scripts in pages of fifty lines.

    Args:
        writer: with the model.
        count: how many lines.
        seed: of the first text; each further one has the next.
        watch: is told, again and again, how many lines are written.
        options: of decoding, over the model's own defaults.
    """
    is_captions = writer.style.format == "captions"
    each = 1 if is_captions else max(1, min(count, _PAGE))
    texts, lines = -(-count // each), list[Line]()

    def so_far(more: int) -> None:
        watch(len(lines) + more)

    for begin in range(0, texts, _TEXTS_TOGETHER):
        several = min(_TEXTS_TOGETHER, texts - begin)
        shape = (several, 1) if is_captions else (each, several)  # captions are the lines of one text
        asked = {"lines": shape[0], "num_return_sequences": shape[1], "seed": (seed + begin) & LARGEST_SEED}
        scripts = writer.write_several(watch=so_far, **{**options, **asked})
        lines += [line for script in scripts for line in script.lines]
    return lines[:count]


def write_beginnings(writer: ScriptWriter, count: int, seed: int) -> list[Scene]:
    """The first scenes of pages that are written without a prompt and end after a line.

    Args:
        writer: with the model.
        count: how many pages.
        seed: of the first page; each further one has the next.
    """
    scripts = writer.write_several(lines=1, num_return_sequences=count, seed=seed)
    return [script.scenes[0] if script.scenes else Scene(None, ()) for script in scripts]


def telling_quarters(count: int, tell: Tell, done: str = "lines are written") -> Callable[[int], None]:
    """A watch over `count` things that tells whenever another quarter of them is done, except for the last."""
    told = 0

    def watch(number: int) -> None:
        nonlocal told
        if told < (quarter := 4 * number // count) < 4:
            told = quarter
            tell(f"{number:,} of {count:,} {done}.")

    return watch


class GeneratedLines:
    """Lines of a script model for a discriminator, each encoded as the corpus's own text would be.

    Args:
        model: loaded.
        seed: of the first text; no two texts share a seed.
        decoding: options over the model's own.

    Attributes:
        decoding: how they are written, the seed included.

    Raises:
        ConfigurationError: an option makes no sense.
    """

    def __init__(self, model: Model, seed: int, decoding: dict[str, Any]) -> None:
        self.decoding = {**model.card.decoding, **decoding, "seed": seed}
        self._writer, self._options = ScriptWriter(model, note=lambda text: None), decoding
        _refuse_greedy(self._writer.options(**decoding).greedy)

    def write(self, count: int, tell: Tell) -> list[Text]:
        """Writes so many lines with text in them.

        Args:
            count: of lines.
            tell: is told the progress.

        Raises:
            ConfigurationError: the model writes nothing but empty lines.
        """
        tell(f"writing   {count:,} lines ({_described(self.decoding)})")
        texts: list[Text] = []
        part, first = -(-count // _TOLD), self.decoding["seed"]
        while len(texts) < count:
            lines = write_lines(self._writer, part, first, **self._options)
            first = (first + part) & LARGEST_SEED  # a line takes one seed at most
            spoken = [line_ids(self._writer.opened.encoder, line) for line in lines if line.text.strip()]
            if not spoken:
                raise ConfigurationError(
                    f"{count:,} samples were asked for, but {len(lines):,} lines were written without a word in any of "
                    "them: train the model for longer, or let it write longer lines."
                )
            texts += spoken
            tell(f"          {min(len(texts), count):,} written")
        return texts[:count]


class GeneratedReplies:
    """Replies of a chat model for a discriminator, each encoded as the corpus's own would be.

    Each is one draw, not the best of several: the discriminator is to tell how likely a reply is among real ones and
    among those that the model draws.

    Args:
        model: loaded.
        seed: of the first reply; the i-th (from 0) has the seed `seed + i`.
        decoding: options over the model's own.

    Attributes:
        decoding: how they are written, the seed included.

    Raises:
        ConfigurationError: an option makes no sense.
    """

    def __init__(self, model: Model, seed: int, decoding: dict[str, Any]) -> None:
        self._chat = ChatModel(model)
        self._options = chat_options(self._chat.defaults, decoding)
        _refuse_greedy(self._options.greedy)
        self.decoding = {
            **self._chat.defaults,
            "max_new_tokens": self._options.max_new_tokens,
            **decoding,
            "seed": seed,
        }

    def write(self, contexts: Sequence[Text], tell: Tell) -> list[Text]:
        """Replies to contexts.

        Args:
            contexts: ids, from START on.
            tell: is told the progress.

        Returns:
            A reply to each, in their order.
        """
        count, encoder = len(contexts), ScriptEncoder(self._chat.tokenizer)
        tell(f"writing   {count:,} replies to real messages ({_described(self.decoding)})")
        by_length = sorted(range(count), key=lambda k: len(contexts[k]))  # little padding
        texts = dict[int, Text]()
        for start in range(0, count, _REPLIES_TOGETHER):
            chosen = by_length[start : start + _REPLIES_TOGETHER]
            seeds = [(self.decoding["seed"] + k) & LARGEST_SEED for k in chosen]
            replies = self._chat.draw([contexts[k] for k in chosen], self._options, seeds)
            texts |= {k: line_ids(encoder, reply_line(reply)) for k, reply in zip(chosen, replies, strict=True)}
            if _TOLD * len(texts) // count > _TOLD * start // count:
                tell(f"          {len(texts):,} written")
        return [texts[k] for k in range(count)]


def _described(decoding: dict[str, Any]) -> str:
    """How samples are written, for a person."""
    return ", ".join(f"{name} {value}" for name, value in decoding.items() if name != "seed")


def _refuse_greedy(greedy: bool) -> None:
    """Refuses to take samples where nothing is drawn."""
    if greedy:
        raise ConfigurationError(
            "Samples were to be written with temperature=0, which writes the same text each time: give a temperature "
            "above 0."
        )
