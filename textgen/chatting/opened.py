"""A chat model that is ready to talk: the network, and what it must know of the dialogues."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from textgen.chatting.options import ChatOptions
from textgen.chatting.rendering import ReplyRenderer
from textgen.chatting.shape import ReplyShape
from textgen.config import EncoderDecoderConfig
from textgen.corpus.dialogue import Turn
from textgen.corpus.dialogue_encoding import DialogueEncoder
from textgen.corpus.scene import Line
from textgen.decoding.constraints import Constraint
from textgen.decoding.cursor import Prompt
from textgen.decoding.decode import decode
from textgen.decoding.loop import draw_sequences
from textgen.decoding.options import DecodingOptions
from textgen.decoding.pieces import Pieces
from textgen.decoding.results import Event, collect
from textgen.decoding.speech import CopyGuard
from textgen.errors import ConfigurationError, ModelError
from textgen.inference.encoder_decoder import EncoderDecoder
from textgen.judging.judge import reply_line
from textgen.model_folder import Model
from textgen.text.normalisation import Normalisation
from textgen.text.pretokens import LONGEST
from textgen.text.special import END, START
from textgen.writing.guard import copy_guard


class OpenedChat:
    """A `Responder`: the parts of a chat model's folder that talking uses.

    Args:
        model: a loaded model folder.

    Attributes:
        network: the forward pass.
        encoder, pieces: text to ids and back.
        normalisation: how the corpus is written.
        longest_reply: tokens of a reply at most in training, END included.

    Raises:
        ModelError: it is no chat model, or the folder's parts do not fit together.
    """

    def __init__(self, model: Model) -> None:
        self.path, self.card, self.tokenizer = model.path, model.card, model.tokenizer
        architecture = model.card.architecture
        if not isinstance(architecture, EncoderDecoderConfig):
            raise ModelError(
                f"A chat was asked for, but the model in {model.path} is a {model.card.kind} model: name a model "
                "trained by train-chat, or a character that this one is to speak as."
            )
        self.network = EncoderDecoder(architecture, model.weights)
        try:
            corpus = model.card.corpus
            self.normalisation = Normalisation.from_json(corpus["normalisation"])
            self.turns = int(corpus["turns"])
            self.encoder = DialogueEncoder(self.tokenizer, int(corpus["longest_context"]))
            self.longest_reply = int(corpus["longest_reply"])
        except (KeyError, TypeError, ValueError, AttributeError, ConfigurationError) as error:
            raise ModelError(
                f"model.json in {model.path} does not describe the dialogues it was trained on ({error!r}): "
                "the file is damaged; copy or train the model again."
            ) from None
        self.name: str = corpus.get("replies_by") or self.path.resolve().name
        self.defaults: Mapping[str, Any] = self.card.decoding
        self.pieces = Pieces(self.tokenizer)
        self.shape = ReplyShape(self.pieces, END)

    @cached_property
    def _guard(self) -> CopyGuard:
        return copy_guard(self.path, self.pieces)

    def guard(self, options: DecodingOptions) -> CopyGuard | None:
        """What notices copies of the training corpus's replies, where that is asked for."""
        return self._guard if options.no_copy else None

    def events(self, turns: Sequence[Turn], options: DecodingOptions, constraint: Constraint) -> Iterator[Event]:
        """Writes replies, and tells of each piece of text."""
        context = self.encoder.encode_context([self._readable(turn.text) for turn in turns])
        state = self.network.read([context])
        prompt = Prompt([START], ReplyRenderer(self.pieces), constraint)
        return decode(self.network.step, state, prompt, options, self.guard(options), self.pieces.first)

    def draw(self, contexts: Sequence[Sequence[int]], options: ChatOptions, seeds: Sequence[int]) -> list[str]:
        """One reply to each of several contexts, drawn side by side.

        Args:
            contexts: ids, from START on.
            options: how to write; no beams.
            seeds: one a reply.

        Returns:
            The texts, in the order of the contexts.
        """
        constraint = self.shape.begin(options.max_new_tokens, options.blocked)
        prompts = [Prompt([START], ReplyRenderer(self.pieces), constraint, seed) for seed in seeds]
        events = draw_sequences(
            self.network.step, self.network.read(contexts), prompts, options, self.guard(options), self.pieces.first
        )
        return [sequence.text.strip() for sequence in collect(events)]

    def familiarities(self, beginnings: Sequence[Sequence[int]]) -> Sequence[float]:
        """Log-probabilities of the beginnings of replies after the empty context, in nats a token."""
        empty = self.encoder.encode_context([])
        scores = self.network.score([empty] * len(beginnings), [[START, *ids] for ids in beginnings])
        return [float(score.mean()) for score in scores]

    def line(self, reply: str) -> Line:
        """A line that nobody is named in."""
        return reply_line(self._readable(reply))

    def _readable(self, text: str) -> str:
        """A turn as the corpus writes it; of one that is longer than any context the end."""
        return self.normalisation.apply(text[-self.encoder.longest_context * LONGEST :])
