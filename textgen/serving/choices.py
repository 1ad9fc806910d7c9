"""One choice of a response: a reply or a continuation that is written piece by piece, and the facts about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from textgen.chatbot import Chatbot
from textgen.decoding.options import LARGEST_SEED
from textgen.explanation.tokens import ExplainedToken
from textgen.generation.conversation import ChatExchange, Reply, clean, fresh_seed
from textgen.generation.generation_request import GenerationRequest
from textgen.serving.body import LONGEST_TEXT, Body
from textgen.serving.errors import RequestError
from textgen.serving.logprobs import chat_logprobs, text_logprobs
from textgen.writer import ScriptWriter

MOST_CHOICES = 16

_ABOUT_MESSAGES = ("name", "refusal", "annotations", "audio", "tool_calls", "tool_call_id", "function_call")
"""Fields of OpenAI's messages that change nothing about a text."""


class TextChoice(Protocol):
    """A text to be written in a thread, and what is known of it afterwards.

    Attributes:
        seed: with it the same text comes again.
        finish_reason: `stop` or `length`.
        prompt_tokens, completion_tokens: how many were read and written.
        logprobs: the log-probabilities of the text's tokens by the model alone, and of the likeliest at each place;
            None where they are not wanted.
    """

    seed: int
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    logprobs: dict[str, Any] | None

    def pieces(self) -> Iterator[str]:
        """Writes the text and yields it piece by piece."""


@dataclass(frozen=True)
class Talk:
    """The messages of a talk as a bot takes them.

    Args:
        exchanges: what was said before.
        message: to be answered; None where the bot has the next word.
    """

    exchanges: list[ChatExchange]
    message: str | None


def read_talk(messages: Sequence[Body]) -> Talk:
    """The talk in the messages of a request. What a system says is left out: the networks read no instructions.

    Raises:
        RequestError: a message is not what it must be.
    """
    exchanges: list[ChatExchange] = []
    heard: list[str] = []
    room = LONGEST_TEXT
    for message in messages:
        role = message.text("role")
        text = _content(message, role)
        room -= len(text)
        if room < 0:
            raise RequestError(
                400, f"The messages have more than {LONGEST_TEXT:,} characters: send the last ones.", param="messages"
            )
        if role == "user":
            heard.append(clean(text))
        elif role == "assistant":
            said = " ".join(heard) if heard else None
            exchanges.append(ChatExchange(said, Reply(clean(text))))
            heard = []
        elif role not in ("system", "developer"):
            raise RequestError(
                400,
                f"A message has the role {role[:40]!r}; it must be user, assistant, system or developer.",
                param="messages",
            )
    return Talk(exchanges, " ".join(heard) if heard else None)


def _content(message: Body, role: str) -> str:
    """The text of a message; one in parts is put together."""
    content = message.any("content")
    if content is None and role == "assistant":  # one that called a function said nothing
        content = ""
    for name in _ABOUT_MESSAGES:
        message.any(name)
    message.nothing_else()
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    texts = [part.get("text") for part in parts if isinstance(part, dict) and part.get("type") == "text"]
    if len(texts) < len(parts) or not all(isinstance(text, str) for text in texts):
        raise RequestError(
            400, "The content of a message must be a text, or a list of parts of the type text.", param="messages"
        )
    return "\n".join(map(str, texts))


@dataclass
class ReplyChoice:
    """A reply of a bot.

    Args:
        bot: of this choice alone.
        talk: what it answers.
        options: fields of `ChatOptions`.
        seed: of the reply; where others were rejected the seed they began with, and once it is written its own.
        rejected: texts of earlier replies to the same message, which this one replaces.
        top: alternatives that the log-probabilities of each token have; None where they are not wanted.
    """

    bot: Chatbot
    talk: Talk
    options: dict[str, Any]
    seed: int
    rejected: Sequence[str] = ()
    top: int | None = None
    finish_reason: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    logprobs: dict[str, Any] | None = None

    def pieces(self) -> Iterator[str]:
        """Writes the reply and yields it piece by piece."""
        bot, before = self.bot, self._resume()
        yield from self._stream()
        count = bot.tokenizer.encode
        self.prompt_tokens = sum(len(count(turn.text)) for turn in bot.turns[:-1])
        written = (reply := bot.last_reply) is not None and reply is not before
        if self.top is not None:
            self.logprobs = chat_logprobs(_of_text(bot) if written else [], self.top)
        if reply is not None and written:
            self.seed = reply.seed
            self.completion_tokens = len(count(reply.text)) + (reply.finish_reason == "end")
            self.finish_reason = "length" if reply.finish_reason == "length" else "stop"

    def _resume(self) -> Reply | None:
        """Tells the bot what was said; gives the last reply, which is the one to be replaced where there is one."""
        said = self.talk.exchanges
        if self.rejected:
            *earlier, last = map(clean, self.rejected)
            said = [*said, ChatExchange(self.talk.message, Reply(last), len(earlier), tuple(earlier))]
        self.bot.resume(said, self.seed)
        return self.bot.last_reply

    def _stream(self) -> Iterator[str]:
        if self.rejected:
            return self.bot.stream_retry(**self.options)
        options = {**self.options, "seed": self.seed}
        message = self.talk.message
        return self.bot.stream_first(**options) if message is None else self.bot.stream(message, **options)


def _of_text(bot: Chatbot) -> list[ExplainedToken]:
    """The tokens of the last reply without its end."""
    tokens = list(bot.explain().tokens)
    return tokens[:-1] if tokens[-1].kind == "structure" else tokens


@dataclass
class ContinuationChoice:
    """What a writer adds to a prompt.

    Args:
        writer: of this request.
        prompt: as typed.
        options: fields of `DecodingOptions`.
        seed: of the text.
        rerank: candidates for each line, of which the one that reads most real is kept; 1 is off.
        echo: whether the text begins with the prompt, as the model read it.
        top: alternatives that the log-probabilities of each token have; None where they are not wanted.
    """

    writer: ScriptWriter
    prompt: str
    options: dict[str, Any]
    seed: int
    rerank: int = 1
    echo: bool = False
    top: int | None = None
    finish_reason: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    logprobs: dict[str, Any] | None = None
    _request: GenerationRequest | None = field(default=None, repr=False)
    _begin: int = field(default=0, repr=False)

    def pieces(self) -> Iterator[str]:
        """Writes the continuation and yields it piece by piece."""
        options = {**self.options, "seed": self.seed}
        request = self._request = self.writer.request(self.prompt, rerank=self.rerank, **options)
        self.prompt_tokens = len(request.context)
        whole, shown, longest = "", False, 0 if self.echo else max(len(self.prompt), request.given)
        for piece in request.pieces():
            whole += piece
            if shown:
                yield piece
            elif len(whole) >= longest:
                shown = True
                yield whole[self._begins(whole) :]
        if not shown:
            yield whole[self._begins(whole) :]
        self.completion_tokens = sum(len(sequence.ids) for sequence in request.sequences)
        self.finish_reason = _reason(request.sequences[-1].finish_reason)
        if self.top is not None:
            self.logprobs = text_logprobs(request, self._begin, self.top)

    def _begins(self, written: str) -> int:
        """Where the text begins in what was written, which is remembered."""
        self._begin = 0 if self.echo else self._given(written)
        return self._begin

    def _given(self, written: str) -> int:
        """Length of the prompt as it was typed, or as the model read it where that differs."""
        assert self._request is not None
        return len(self.prompt) if written.startswith(self.prompt) else self._request.given


def _reason(reason: str) -> str:
    return "length" if reason == "length" else "stop"


def seeds(options: dict[str, Any], n: int, apart: int = 1) -> list[int]:
    """Takes the seed out of options and gives one for each choice.

    Args:
        options: where it is taken from; without one, a fresh one is the first.
        n: how many.
        apart: how many seeds each choice needs: a reply one for each of its candidates.
    """
    first = options.pop("seed", None)
    if first is None:
        first = fresh_seed()
    if not isinstance(first, int) or isinstance(first, bool) or not 0 <= first <= LARGEST_SEED:
        raise RequestError(400, "seed must be a whole number from 0 to 2**64 - 1: send one, or none.", param="seed")
    return [(first + k * apart) & LARGEST_SEED for k in range(n)]
