"""A chat model that is ready to reply: the network, and the facts it needs about its dialogues."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textgen.config import EncoderDecoderConfig
from textgen.corpus.document import Line
from textgen.corpus.token_grammar import DialogueEncoder
from textgen.decoding.constraints.base import Constraint
from textgen.decoding.constraints.reply import ReplyShape
from textgen.decoding.loop import draw_sequences
from textgen.decoding.options import ChatOptions, DecodingOptions
from textgen.decoding.protocols import Event, collect
from textgen.decoding.sequence import SequenceStart
from textgen.discriminator.scorer import reply_line
from textgen.errors import ModelError
from textgen.generation.answering import ReplyTrace
from textgen.generation.base import OpenedModel
from textgen.generation.conversation import ReplyRenderer
from textgen.inference.encoder_decoder import EncoderDecoder
from textgen.model_folder import Model
from textgen.tokenizers.base import END, START
from textgen.tokenizers.pretokens import LONGEST


class ChatModel(OpenedModel):
    """A `Responder`: the parts of a chat model's folder that talking uses.

    Args:
        model: a loaded model folder.

    Attributes:
        network: the forward pass.
        encoder: text to ids.
        longest_reply: most tokens of a reply in training, END included.

    Raises:
        ModelError: it is not a chat model, or the folder's parts do not fit together.
    """

    network: EncoderDecoder
    learned_from = "dialogues"

    def __init__(self, model: Model) -> None:
        architecture = model.card.architecture
        if not isinstance(architecture, EncoderDecoderConfig):
            raise ModelError(
                f"A chat was asked for, but the model in {model.path} is a {model.card.kind} model: name a model "
                "trained by train-chat, or a character that this one is to speak as."
            )
        self.network = EncoderDecoder(architecture, model.weights)
        super().__init__(model)
        self.defaults: Mapping[str, Any] = self.card.decoding
        self.shape = ReplyShape(self.pieces, END, self.alphabet)

    def _describe(self, corpus: Mapping[str, Any]) -> None:
        self.turns = int(corpus["turns"])
        self.encoder = DialogueEncoder(self.tokenizer, int(corpus["longest_context"]))
        self.longest_reply = int(corpus["longest_reply"])
        self.name: str = corpus.get("replies_by") or self.path.resolve().name

    def events(self, turns: Sequence[Line], options: DecodingOptions, constraint: Constraint) -> Iterator[Event]:
        """Writes replies, and yields an event for each piece of text."""
        state = self.network.read([self._context(turns)])
        prompt = SequenceStart([START], ReplyRenderer(self.pieces), constraint)
        return self.decode(state, prompt, options)

    def draw(self, contexts: Sequence[Sequence[int]], options: ChatOptions, seeds: Sequence[int]) -> list[str]:
        """One reply to each of several contexts, drawn side by side.

        Args:
            contexts: ids, from START on.
            options: how to write; no beams.
            seeds: one per reply.

        Returns:
            The texts, in the order of the contexts.
        """
        constraint = self.shape.begin(options.max_new_tokens, options.blocked)
        prompts = [SequenceStart([START], ReplyRenderer(self.pieces), constraint, seed) for seed in seeds]
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
        """The reply as a line without a speaker."""
        return reply_line(self._readable(reply))

    def trace(self, turns: Sequence[Line], reply: str) -> ReplyTrace:
        """Reads a reply as if the model were writing it."""
        context, ids = self._context(turns), self.encoder.encode_reply(self.normalisation.apply(reply))
        return ReplyTrace(context, ids[1:], *self.network.trace(context, ids))

    def _context(self, turns: Sequence[Line]) -> list[int]:
        return self.encoder.encode_context([self._readable(turn.text) for turn in turns])

    def _readable(self, text: str) -> str:
        """A turn normalised like the corpus; only the end of one that is longer than any context."""
        return self.normalisation.apply(text[-self.encoder.longest_context * LONGEST :])
