"""How well a chatbot predicts replies that it has not seen, and how much it listens."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from textgen.chatting.opened import OpenedChat
from textgen.corpus.dialogue_split import DialogueSplit, split_dialogues
from textgen.corpus.dialogues import DialogueCorpus
from textgen.corpus.exchanges import Exchange
from textgen.corpus.learned_dialogues import count_dialogues, reread, training_split
from textgen.errors import ConfigurationError, CorpusError
from textgen.evaluation.comparison import NO_COMPARISON
from textgen.evaluation.familiarity import Familiarity
from textgen.evaluation.novelty import NO_NOVELTY
from textgen.evaluation.part import SplitName
from textgen.evaluation.scores import Scores, finite
from textgen.model_folder import ModelFolder
from textgen.wording import count

_BATCH = 64

_SCRIPTS_ONLY = (
    "BLEU, diversity, the Frechet distance and copying are measured for script models only, since a reply depends on "
    "what was said before it."
)


@dataclass(frozen=True)
class ChatEvaluation:
    """How well a model predicts the replies of dialogues.

    Args:
        scores: of the replies after their own contexts.
        shuffled: of the same replies after the contexts of others.
        alone: of the same replies after the empty context.
        exchanges: how many were scored.
        split: which part of the corpus that was, `held-out` or `all`.
        notes: what a person should know, in sentences.
    """

    scores: Scores
    shuffled: Scores
    alone: Scores
    exchanges: int
    split: SplitName
    notes: tuple[str, ...]

    def to_json_object(self) -> dict[str, Any]:
        """The object that `textgen evaluate --json` prints."""
        scores = self.scores
        return {
            "bits_per_character": scores.bits_per_character,
            "perplexity": finite(scores.perplexity),
            "word_perplexity": finite(scores.word_perplexity),
            "tokens": scores.tokens,
            "characters": scores.characters,
            "words": scores.words,
            "exchanges": self.exchanges,
            "shuffled_perplexity": finite(self.shuffled.perplexity),
            "shuffled_bits_per_character": self.shuffled.bits_per_character,
            "alone_perplexity": finite(self.alone.perplexity),
            "alone_bits_per_character": self.alone.bits_per_character,
            "split": self.split,
            **NO_COMPARISON,
            **NO_NOVELTY,
            "notes": [*self.notes, _SCRIPTS_ONLY],
        }


def evaluate_chat(
    model: OpenedChat,
    corpus: DialogueCorpus,
    split: SplitName | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = lambda text: None,
) -> ChatEvaluation:
    """Judges a chat model by dialogues.

    Args:
        model: to be judged.
        corpus: the training corpus, of which the held-out part is scored, or another one, which is scored whole.
        split: overrules that.
        seed: of the order in which contexts are dealt out anew.
        tell: is told what is being done.

    Raises:
        ConfigurationError: there is no held-out part.
        CorpusError: no exchange is there to be scored.
    """
    exchanges, name, notes = _choose(model, corpus, split)
    tell(f"Scoring {'the held-out part' if name == 'held-out' else 'all'} of the dialogues.")
    encoded, texts, left_out = _encode(model, exchanges)
    if not encoded:
        voice = model.card.corpus.get("replies_by")
        raise CorpusError(
            "The corpus was to be scored, but it holds no exchange that the model can score: dialogues need two turns, "
            f"{f'replies are those of {voice}' if voice else 'replies are all but the first'} and have at most "
            f"{count(model.longest_reply, 'token')}; look at it with textgen inspect --corpus FILE."
        )
    if left_out:
        notes.append(
            f"Not scored: {count(left_out, 'reply', 'replies')} of more than {count(model.longest_reply, 'token')}."
        )
    notes += _learned_already(model, corpus, name, texts)
    contexts, replies = zip(*encoded, strict=True)
    tokens, characters = sum(len(reply) - 1 for reply in replies), sum(len(text) + 1 for text in texts)
    scored = Scores(0.0, tokens, characters, sum(len(text.split()) for text in texts), len(texts))
    notes += scored.notes
    tell("Scoring the same replies after other contexts, and after none.")
    others = [contexts[k] for k in _dealt_anew(len(contexts), seed)]
    nothing = [model.encoder.encode_context([])] * len(replies)

    def score(given: Sequence[Sequence[int]]) -> Scores:
        return replace(scored, nats=_nats(model, given, replies))

    return ChatEvaluation(score(contexts), score(others), score(nothing), len(replies), name, tuple(notes))


def _choose(
    model: OpenedChat, corpus: DialogueCorpus, asked: SplitName | None
) -> tuple[Iterable[Exchange], SplitName, list[str]]:
    """What to score: what the model has not seen, where that is known."""
    known, same = model.card.corpus, corpus.fingerprint == model.card.corpus.get("fingerprint")
    held_out, notes = training_split(known, corpus), list[str]()
    if held_out is None and asked == "held-out":
        if same:
            raise ConfigurationError(
                "--split held-out was asked for, but the model was trained on all of this corpus, because it was given "
                "a --validation text or the corpus was too small to be split: score the validation text instead "
                "(--corpus FILE), or --split all."
            )
        held_out, note = _split_anew(corpus, known)
        notes.append(note)
    if held_out is not None and asked != "all":
        return reread(known, corpus, "held out", held_out), "held-out", notes
    note = "This is the corpus the model was trained on, so the scores say little about new dialogues."
    return reread(known, corpus, "all", None), "all", [note] if same else []


def _learned_already(
    model: OpenedChat, corpus: DialogueCorpus, split: SplitName, replies: Iterable[str]
) -> Sequence[str]:
    """Notes on replies that the model may have learned, where that is not said already."""
    same = corpus.fingerprint == model.card.corpus.get("fingerprint")
    if same and split == "all":
        return ()
    familiarity = Familiarity.of(ModelFolder(model.path))
    familiarity.add(replies)
    return familiarity.notes(held_out=same)


def _split_anew(corpus: DialogueCorpus, known: Mapping[str, Any]) -> tuple[DialogueSplit, str]:
    """A split of a corpus that the model was not trained on, and a note about it."""
    split = split_dialogues(count_dialogues(corpus))
    if split is None:
        raise CorpusError(
            "--split held-out was asked for, but the corpus holds fewer than two dialogues, which is too few to be "
            "split: use --split all, or give more dialogues."
        )
    files = ", ".join(known.get("files", [])) or "its training corpus"
    return split, f"The model was trained on another corpus ({files}); the last tenth of each file given was scored."


def _encode(
    model: OpenedChat, exchanges: Iterable[Exchange]
) -> tuple[list[tuple[list[int], list[int]]], list[str], int]:
    """The ids of exchanges, the texts of their replies, and how many replies were too long."""
    encoded, texts, left_out = list[tuple[list[int], list[int]]](), list[str](), 0
    for exchange in exchanges:
        reply = model.encoder.encode_reply(exchange.reply)
        if len(reply) - 1 > model.longest_reply:
            left_out += 1
            continue
        encoded.append((model.encoder.encode_context(exchange.context), reply))
        texts.append(exchange.reply)
    return encoded, texts, left_out


def _dealt_anew(count: int, seed: int) -> list[int]:
    """An order in which nothing stays where it was, where there are two or more."""
    order = np.random.default_rng(seed).permutation(count)
    dealt = np.empty(count, np.intp)
    dealt[order] = np.roll(order, 1)
    return [int(k) for k in dealt]


def _nats(model: OpenedChat, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> float:
    """Cross-entropy of all replies; those of like length are scored together."""
    order = sorted(range(len(replies)), key=lambda k: (len(replies[k]), len(contexts[k])))
    nats = 0.0
    for begin in range(0, len(order), _BATCH):
        part = order[begin : begin + _BATCH]
        scores = model.network.score([contexts[k] for k in part], [replies[k] for k in part])
        nats -= sum(float(score.sum(dtype=np.float64)) for score in scores)
    return nats
