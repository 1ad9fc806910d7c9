"""The chatbot: conversation in, reply out."""

import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgen import terminal
from textgen.corpus.document import Line
from textgen.decoding.options import ChatOptions, chat_options
from textgen.discriminator.file import discriminator_path, how_to_make
from textgen.discriminator.scorer import Scorer
from textgen.errors import ConfigurationError, ModelError, require_text
from textgen.generation.answering import Answer, Responder
from textgen.generation.character import Character
from textgen.generation.chat_model import ChatModel
from textgen.generation.conversation import (
    ChatExchange,
    Conversation,
    Reply,
    SavedConversation,
    clean,
    fresh_seed,
    turn_seed,
)
from textgen.generation.ranking import Candidate, JudgedText, judge_lines
from textgen.model_folder import Model
from textgen.writer import ScriptWriter, as_keras

if TYPE_CHECKING:
    from textgen.explanation.reply import ReplyExplanation

__all__ = ["Candidate", "ChatOptions", "Chatbot", "Reply", "as_character"]


_RETRIES = 8
"""Seeds that are tried for a reply that was not rejected before."""

_LINE_ENDS = re.compile(r"\r\n|\r|\n")


class Chatbot:
    """Talks with a trained model, in NumPy, and remembers what was said.

    The conversation has a seed, from the options or a fresh one; the seed of each turn is derived from it. A seed that
    is given with a message is the seed of that turn.

    Args:
        model: a loaded model folder, or another responder, such as a `Character`.

    Attributes:
        name: name of the responder.
        path, card, tokenizer: parts of the model.

    Raises:
        ModelError: it is no chat model, or the folder's parts do not fit together.
        ConfigurationError: the model's own options are out of range.

    Example:
        >>> bot = textgen.load("smalltalk")  # doctest: +SKIP
        >>> bot.reply("hello there")  # doctest: +SKIP
    """

    def __init__(self, model: Model | Responder) -> None:
        self._responder: Responder = ChatModel(model) if isinstance(model, Model) else model
        self.name, self.path = self._responder.name, self._responder.path
        self.card, self.tokenizer = self._responder.card, self._responder.tokenizer
        self._kept: tuple[dict[str, Any], dict[str, Any]] = {}, {}
        self._offered: list[Candidate] = []
        self._chosen_from: list[Candidate] = []
        self._options = chat_options(self._responder.defaults)
        self.reset()

    @property
    def options(self) -> ChatOptions:
        """The current options: the model's own, changed by `set`."""
        return self._options

    def set(self, /, **options: Any) -> None:
        """Changes options for all later replies; beam search without a temperature sets it to 0.

        Raises:
            ConfigurationError: an option is unknown or out of range, or `no_copy` was asked for but the model has no
                novelty index; no option is changed.
        """
        before, last = self._kept
        if "num_beams" in options or "temperature" in options:  # of these, the order decides (`chat_options`)
            kept = {**before, **last}, options
        else:
            kept = before, {**last, **options}
        chosen = chat_options(self._responder.defaults, *kept)
        self._responder.guard(chosen)
        self._options, self._kept = chosen, kept

    @property
    def seed(self) -> int:
        """The seed of the conversation."""
        return self._fresh_seed if self._options.seed is None else self._options.seed

    @property
    def turns(self) -> tuple[Line, ...]:
        """The turns so far, by the speakers "user" and "bot"."""
        return self._conversation.turns

    @property
    def last_reply(self) -> Reply | None:
        """The last reply."""
        last = self._conversation.last
        return None if last is None else last.reply

    def reply(self, text: str, **options: Any) -> Reply:
        """Answers a message.

        Args:
            text: anything; an empty text is answered too.
            options: fields of `ChatOptions`, for this reply only.

        Returns:
            The reply. It is empty only where it would begin with one of the texts in `stop`; the exchange is then
            forgotten.

        Raises:
            ConfigurationError: an option makes no sense.
        """
        return self._whole(self._begin(clean(text), options))

    def stream(self, text: str, **options: Any) -> Iterator[str]:
        """Answers a message and yields the reply piece by piece.

        The exchange is remembered when the reply ends. Where the iterator is closed early, the text yielded so far is
        remembered as the reply; without any text, nothing is.
        """
        return self._pieces(self._begin(clean(text), options))

    def say_first(self, **options: Any) -> Reply:
        """Says something without a message."""
        return self._whole(self._begin(None, options))

    def stream_first(self, **options: Any) -> Iterator[str]:
        """Says something without a message and yields it piece by piece."""
        return self._pieces(self._begin(None, options))

    def retry(self, **options: Any) -> Reply:
        """Replaces the last reply by one with the next seed.

        Seeds that repeat an earlier reply are skipped where a reply is chosen among several candidates.

        Raises:
            ConfigurationError: nothing was said yet.
        """
        return self._whole(self._begin_again(options))

    def stream_retry(self, **options: Any) -> Iterator[str]:
        """Replaces the last reply and yields the new one piece by piece; the old one stays until something is shown."""
        self._last("Another reply was asked for")
        chat_options(self._responder.defaults, *self._kept, options)  # refuses now what cannot be
        return self._pieces_again(options)

    def _pieces_again(self, options: dict[str, Any]) -> Iterator[str]:
        yield from self._pieces(self._begin_again(options))

    def candidates(self, n: int = 5, **options: Any) -> list[Candidate]:
        """Alternatives to the last reply, best first; equal replies count once.

        With the options of the last reply and as many candidates, they are the ones it was chosen from.

        Args:
            n: how many to write.
            options: fields of `ChatOptions`.

        Raises:
            ConfigurationError: nothing was said yet.
        """
        last = self._last("Candidates were asked for")
        answer = self._answer(last.message, {"seed": last.reply.seed, **options, "candidates": n}, 0, replaced=last)
        self._offered = answer.candidates()
        return list(self._offered)

    def pick(self, k: int) -> Reply:
        """Replaces the last reply by the k-th of its candidates, counted from 1.

        Raises:
            ConfigurationError: there is no such candidate.
        """
        last = self._last(f"Candidate {k} was picked")
        if not isinstance(k, int) or not 1 <= k <= len(self._offered):
            there = f"there are {len(self._offered)}" if self._offered else "none were asked for since the last reply"
            raise ConfigurationError(
                f"Candidate {k!r} was picked, but {there}: ask for candidates, then pick one by its number from 1 on."
            )
        reply = self._offered[k - 1].reply
        self._conversation.exchanges[-1] = replace(last, reply=reply, rejected=_rejected(last))
        self._chosen_from = self._offered
        return reply

    def explain(self) -> "ReplyExplanation":
        """Tells how the last reply came about: where the network looked, what it copied, how likely each token was.

        Returns:
            With the candidates it was chosen from; none where it was written alone or comes from a saved conversation.

        Raises:
            ConfigurationError: nothing was said yet.
        """
        from textgen.explanation.reply import explain_reply  # no reply waits for it

        last, before = self._last("The last reply was to be explained"), len(self._conversation.exchanges) - 1
        talk = self._conversation.talk(last.message, self._responder.turns, before)
        return explain_reply(self._responder, talk.turns, last.reply.text, self._chosen_from)

    def score(self, text: str, message: str | None = None) -> JudgedText:
        """Scores how realistic replies are, one by one and together, with the model's discriminator.

        Args:
            text: one reply a line; lines without text are left out. The conversation does not matter.
            message: what each of them answers. None scores them by themselves: whether a person could have said so.

        Raises:
            ConfigurationError: text or message is not a str, or the discriminator does not read messages.
            ModelError: the model has no discriminator; the message names the command that trains one.
        """
        require_text("text", text)
        asked = "" if message is None else self._responder.line(clean(message)).text
        if asked and not self.judge.reads_messages:
            raise ConfigurationError(
                f"Replies were to be scored with the message {message!r}, but the discriminator of {self.path} judges "
                "texts by themselves, which is all that one of a script model, of a bot trained with --turns 0 or of "
                f"an older version does: leave the message out, or make one anew {how_to_make(self.path)}"
            )
        return judge_lines([self._responder.line(clean(line)) for line in _LINE_ENDS.split(text)], self.judge, asked)

    def to_keras(self) -> Any:
        """Builds the network as a stock functional `keras.Model`, with the weights of the model folder.

        Returns:
            A model of Embedding, Bidirectional, LSTM, Attention and Dense layers that maps `contexts` (batch, context)
            and `replies` (batch, time), ids from START on with padding at their ends, to logits (batch, time,
            vocabulary); for a character of a script model, the language model, as `ScriptWriter.to_keras` gives it.

        Raises:
            MissingExtraError: Keras is not installed.

        Example:
            >>> textgen.load("smalltalk").to_keras().summary()  # doctest: +SKIP
        """
        return as_keras(self.path)

    @cached_property
    def judge(self) -> Scorer:
        """The model's discriminator.

        Raises:
            ModelError: the model has none, or a damaged one.
        """
        judge = Scorer(self.path, self.card, self.tokenizer)
        if judge.warning is not None:
            terminal.note(judge.warning)
        return judge

    @cached_property
    def _helper(self) -> Scorer | None:
        """The judge where the model has one; a damaged one is told, and does not help."""
        if not discriminator_path(self.path).is_file():
            return None
        try:
            return self.judge
        except ModelError as error:
            terminal.note(f"Replies are chosen without the discriminator. {error}")
            return None

    def _judge_for(self, options: ChatOptions) -> Scorer | None:
        """The discriminator that helps to choose; None where there is none, it is off, or there is no choice."""
        return self._helper if options.rerank and options.sequences > 1 else None

    def undo(self) -> bool:
        """Takes back the last reply and its message; False where nothing was said."""
        self._offered, self._chosen_from = [], []
        if self._conversation.last is None:
            return False
        self._conversation.exchanges.pop()
        return True

    def reset(self) -> None:
        """Forgets the conversation; the options stay."""
        self._conversation = Conversation()
        self._offered, self._chosen_from = [], []
        self._fresh_seed = fresh_seed()

    def save(self, path: str | Path) -> None:
        """Writes the conversation to a file.

        Raises:
            TextgenError: it cannot be written.
        """
        SavedConversation(self.name, self.seed, self._conversation.exchanges).write(Path(path))

    def open(self, path: str | Path) -> str:
        """Continues a conversation from a file, in place of this one; the options stay.

        Returns:
            The name of the bot in that conversation, which may be a different one.

        Raises:
            TextgenError: there is no such file, or it holds something else; this conversation is then kept.
        """
        saved = SavedConversation.read(Path(path))
        self.resume(saved.exchanges, saved.seed)
        return saved.model

    def resume(self, exchanges: Sequence[ChatExchange], seed: int) -> None:
        """Continues a conversation in place of this one; the options stay.

        Args:
            exchanges: what was said.
            seed: of the conversation.
        """
        self._conversation = Conversation(list(exchanges))
        self._offered, self._chosen_from, self._fresh_seed = [], [], seed

    def another(self) -> "Chatbot":
        """A bot with the same model, which is not read again, and the same options, to which nothing was said yet."""
        bot = copy(self)
        bot.reset()
        return bot

    def _begin(self, message: str | None, options: dict[str, Any]) -> "_Begun":
        return _Begun(message, self._answer(message, options, 0))

    def _begin_again(self, options: dict[str, Any]) -> "_Begun":
        last = self._last("Another reply was asked for")
        answers, rejected = dict[int, Answer](), _rejected(last)
        for attempt in range(last.attempt + 1, last.attempt + 1 + _RETRIES):
            answers[attempt] = answer = self._answer(last.message, options, attempt, last)
            if options.get("seed") is not None or not answer.says_again(rejected):
                return _Begun(last.message, answer, attempt, last)
        # The model is sure of what it said: another candidate is better than the same reply.
        chosen = next((one for one, answer in answers.items() if answer.turns_from(rejected)), attempt)
        return _Begun(last.message, answers[chosen], chosen, last)

    def _answer(
        self, message: str | None, options: dict[str, Any], attempt: int, replaced: ChatExchange | None = None
    ) -> Answer:
        """Prepares a reply.

        Args:
            message: the message to answer; None where the bot speaks without one.
            options: fields of `ChatOptions` for this reply.
            attempt: how many other replies there were before this one.
            replaced: the last exchange, where it is to be replaced.
        """
        chosen = chat_options(self._responder.defaults, *self._kept, options)
        before = len(self._conversation.exchanges) - (replaced is not None)
        seed = options.get("seed")
        if seed is None:
            seed = turn_seed(self.seed, before, attempt)
        talk = self._conversation.talk(message, self._responder.turns, before)
        return Answer(self._responder, talk, chosen, seed, self._judge_for(chosen))

    def _whole(self, begun: "_Begun") -> Reply:
        for _ in self._pieces(begun):
            pass
        return begun.answer.reply

    def _pieces(self, begun: "_Begun") -> Iterator[str]:
        """Yields the reply, and remembers what was shown."""
        shown = ""
        try:
            for piece in begun.answer.pieces():
                shown += piece
                yield piece
        finally:
            if shown:
                self._remember(begun, shown)

    def _remember(self, begun: "_Begun", shown: str) -> None:
        if begun.replaced is not None and begun.replaced is self._conversation.last:
            self._conversation.exchanges.pop()
        reply = begun.answer.reply
        if reply != shown:
            reply = Reply(shown, finish_reason="interrupted", seed=reply.seed)
        rejected = _rejected(begun.replaced)
        self._conversation.exchanges.append(ChatExchange(begun.message, reply, begun.attempt, rejected))
        self._offered, self._chosen_from = [], begun.answer.chosen_from

    def _last(self, asked: str) -> ChatExchange:
        last = self._conversation.last
        if last is None:
            raise ConfigurationError(f"{asked}, but nothing was said yet: say something first, or let the bot begin.")
        return last


def _rejected(replaced: ChatExchange | None) -> tuple[str, ...]:
    """The texts of the replies that a new one replaces."""
    return () if replaced is None else (*replaced.rejected, replaced.reply.text)


@dataclass(frozen=True)
class _Begun:
    """A reply in progress.

    Args:
        message: the message to answer; None where the bot speaks without one.
        answer: makes the reply.
        attempt: how many other replies there were before this one.
        replaced: the exchange that it replaces.
    """

    message: str | None
    answer: Answer
    attempt: int = 0
    replaced: ChatExchange | None = None


def as_character(writer: ScriptWriter, name: str) -> Chatbot:
    """A chatbot that speaks as a character of a script model.

    Args:
        writer: writer of the script model.
        name: name of the character, in upper or lower case.

    Raises:
        ConfigurationError: the corpus has no such speaker; the message names the nearest.

    Example:
        >>> as_character(textgen.load("runs/seinfeld"), "george").reply("Who ate my soup?")  # doctest: +SKIP
    """
    return Chatbot(Character(writer.opened, name))
