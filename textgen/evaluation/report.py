"""What `textgen evaluate` measures of a model, in one object: `evaluate` for scripts, `evaluate_chat` for chats."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line
from textgen.corpus.exchanges import Exchange
from textgen.corpus.script import ScriptStyle
from textgen.corpus.token_grammar import newest_turn
from textgen.discriminator.file import discriminator_path
from textgen.discriminator.matching import MessageReply, hits_at_1, scores_among_others
from textgen.discriminator.scorer import Scorer, reply_ids
from textgen.errors import ConfigurationError, CorpusError
from textgen.evaluation.copies import NO_NOVELTY, Novelty, TrainingOverlap, measure_novelty
from textgen.evaluation.eval_split import (
    ChatEvalSplit,
    EvalSplit,
    SplitName,
    chat_eval_split,
    draw_lines,
    lines_of,
    script_eval_split,
)
from textgen.evaluation.frechet import NO_ENCODER, TOO_FEW, find_encoder
from textgen.evaluation.generated_samples import telling_quarters, write_beginnings, write_lines
from textgen.evaluation.inventions import BEGINNINGS, Inventions, find_inventions
from textgen.evaluation.model_comparison import NO_COMPARISON, Comparison, compare_with_real
from textgen.evaluation.prediction import Scores, attention_on_message, finite, score_documents, score_replies
from textgen.evaluation.text_metrics import MEASURES
from textgen.generation.chat_model import ChatModel
from textgen.model_folder import ModelFolder
from textgen.starters import english_words
from textgen.wording import count
from textgen.writer import ScriptWriter

SAMPLE_LINES = 1000

_NO_SAMPLES = "No samples were written (--samples 0), so copying and the comparison with real text were not measured."
_NO_TRAINING_TEXT = "Copying was not measured: that takes the corpus the model was trained on, as --corpus."
_NO_SPANS = "The samples have fewer than eight words, so that there is no share of copied spans."
_SCRIPTS_ONLY = (
    "BLEU, diversity, the Frechet distance and copying are measured for script models only, since a reply depends on "
    "what was said before it."
)


@dataclass(frozen=True)
class Evaluation:
    """How well a script model predicts a text, how its own lines compare with real ones, and how much they copy.

    Args:
        scores: of the text.
        split: which part of the corpus was scored, `held-out` or `all`.
        lane_difference: bits per character that scoring in many lanes adds to scoring in a single one.
        novelty: of the samples; None where none were asked for or the training text is missing.
        notes: what a person should know, in sentences.
        real_novelty: of real lines that are held out.
        comparison: of the samples with real lines; None where none were asked for or there are too few lines.
        samples: the lines written.
        real: as many real ones.
        seed: of the samples.
        inventions: of the samples; None where none were asked for or the corpus is not the model's.
    """

    scores: Scores
    split: SplitName
    lane_difference: float
    novelty: Novelty | None
    notes: tuple[str, ...]
    real_novelty: Novelty | None = None
    comparison: Comparison | None = None
    samples: tuple[Line, ...] = ()
    real: tuple[Line, ...] = ()
    seed: int | None = None
    inventions: Inventions | None = None

    def to_json_object(self) -> dict[str, Any]:
        """The object that `textgen evaluate --json` prints; what could not be measured is None."""
        return {
            **self.scores.to_json_object(),
            "line_ends": self.scores.line_ends,
            "split": self.split,
            "lane_difference": self.lane_difference,
            **(self.comparison.to_json_object() if self.comparison else NO_COMPARISON),
            **(self.novelty.to_json_object() if self.novelty else self._without_novelty()),
            "invented_words": self.inventions.words if self.inventions else None,
            "bad_beginnings": self.inventions.beginnings if self.inventions else None,
            "measures": {name: self._measure_json(name) for name in MEASURES},
            "notes": list(self.notes),
        }

    def real_value(self, name: str) -> float | None:
        """The figure of real text, where it is known."""
        if self.comparison and name in self.comparison.real:
            return self.comparison.real[name].value
        value: float | None = self.real_novelty.to_json_object().get(name) if self.real_novelty else None
        return value

    def _without_novelty(self) -> dict[str, Any]:
        if not self.samples:
            return NO_NOVELTY
        words = sum(len(line.text.split()) for line in self.samples)
        written = {"samples_lines": len(self.samples), "samples_words": words, "samples_seed": self.seed}
        return {**NO_NOVELTY, **written}

    def _measure_json(self, name: str) -> dict[str, Any]:
        estimate = self.comparison.written.get(name) if self.comparison else None
        measure = MEASURES[name]
        return {
            "range": [measure.lowest, measure.highest],
            "better": measure.better,
            "interval": measure.clipped(estimate.interval) if estimate else None,
            "real": self.real_value(name),
        }


def evaluate(
    writer: ScriptWriter,
    corpus: Corpus,
    split: SplitName | None = None,
    samples: int = SAMPLE_LINES,
    seed: int = 0,
    tell: Callable[[str], None] = lambda text: None,
) -> Evaluation:
    """Evaluates a script model on a corpus.

    Args:
        writer: with the model.
        corpus: the training corpus, of which the held-out part is scored, or another one, which is scored whole.
        split: which part to score instead.
        samples: lines to write, to compare with real ones and to look for in the training text; 0 for none.
        seed: of the samples, of the choice of real lines and of the standard errors.
        tell: is told what is being done.

    Raises:
        ConfigurationError: `samples` is negative, or there is no held-out part.
        CorpusError: the corpus cannot be read, or holds no text.
    """
    if samples < 0:
        raise ConfigurationError(
            f"--samples {samples} was asked for; it must be 0 (no samples) or a number of lines to write."
        )
    part = script_eval_split(writer.card.corpus, corpus, split)
    tell(f"Scoring {'the held-out part' if part.split == 'held-out' else 'all'} of the corpus.")
    overlap = TrainingOverlap.of(ModelFolder(writer.path))
    scores, difference = score_documents(writer.model, writer.tokenizer, part.documents, corpus.style, overlap, tell)
    result = Evaluation(scores, part.split, difference, None, tuple(_notes(part, scores, overlap)))
    if not samples:
        return replace(result, notes=(*result.notes, _NO_SAMPLES))
    tell(f"Writing {count(samples, 'line')}.")
    written = write_lines(writer, samples, seed, telling_quarters(samples, tell))
    # Single lines are compared with lines from the whole text; copies need consecutive lines, as in the samples.
    drawn, running = draw_lines(part.documents, seed), tuple(islice(lines_of(part.documents), len(written)))
    result = replace(result, samples=tuple(written), real=running, seed=seed)
    result = _with_comparison(result, writer, drawn, corpus.style, seed, tell)
    return _with_inventions(_with_novelty(result, part, seed, tell), writer, part, seed, tell)


def _with_comparison(
    result: Evaluation,
    writer: ScriptWriter,
    real: Sequence[Line],
    real_style: ScriptStyle,
    seed: int,
    tell: Callable[[str], None],
) -> Evaluation:
    """Adds how the samples compare with real lines."""
    tell("Comparing them with real ones.")
    encoder = find_encoder()
    try:
        found = compare_with_real(writer, result.samples, real, real_style, encoder, seed)
    except (CorpusError, ConfigurationError) as error:
        return replace(result, notes=(*result.notes, f"Samples were not compared with real text. {error}"))
    notes = list(result.notes)
    if found.references < len(result.samples):
        notes.append(
            f"Only {found.lines:,} of the samples were compared, since there are {found.references:,} real lines with "
            "words: self-BLEU and distinct-n change with the number of lines."
        )
    if found.frechet_lines is None:
        notes.append(NO_ENCODER if encoder is None else TOO_FEW)
    if "known_speakers_share" not in found.written:
        notes.append("Nobody speaks in the samples, so that there is no share of known speakers.")
    return replace(result, comparison=found, notes=tuple(notes))


def _with_novelty(result: Evaluation, part: EvalSplit, seed: int, tell: Callable[[str], None]) -> Evaluation:
    """Adds how much of the samples stands in the training text."""
    if part.training is None:
        return replace(result, notes=(*result.notes, _NO_TRAINING_TEXT))
    tell("Looking for them in the training text.")
    novelty = measure_novelty(result.samples, part.training, seed)
    real = measure_novelty(result.real, part.training, seed) if part.split == "held-out" else None
    notes = result.notes if novelty.copied_share is not None else (*result.notes, _NO_SPANS)
    return replace(result, novelty=novelty, real_novelty=real, notes=notes)


def _with_inventions(
    result: Evaluation, writer: ScriptWriter, part: EvalSplit, seed: int, tell: Callable[[str], None]
) -> Evaluation:
    """Adds what the samples, and the beginnings of further pages, have that the corpus does not."""
    if part.training is None:
        return result
    tell(f"Beginning {BEGINNINGS} pages, and looking for invented words.")
    beginnings = write_beginnings(writer, BEGINNINGS, seed)
    corpus = (scene for _, scene in part.training.corpus.parts())
    return replace(result, inventions=find_inventions(result.samples, beginnings, corpus, english_words()))


def _notes(part: EvalSplit, scores: Scores, overlap: TrainingOverlap) -> list[str]:
    notes = [*part.notes, *scores.notes]
    if part.training is None or part.split == "held-out":
        notes += overlap.notes(held_out=part.training is not None)
    return notes


@dataclass(frozen=True)
class ChatEvaluation:
    """How well a model predicts the replies of dialogues.

    Args:
        scores: of the replies after their own contexts.
        shuffled: of the same replies after the contexts of other replies.
        alone: of the same replies after the empty context.
        attention_on_message: share of attention's weight on the newest turn; None without attention.
        hits_at_1: how often the discriminator finds the true reply among 20; None without one that reads messages, or
            with too few replies.
        exchanges: how many were scored.
        split: which part of the corpus that was, `held-out` or `all`.
        notes: what a person should know, in sentences.
    """

    scores: Scores
    shuffled: Scores
    alone: Scores
    attention_on_message: float | None
    hits_at_1: float | None
    exchanges: int
    split: SplitName
    notes: tuple[str, ...]

    def to_json_object(self) -> dict[str, Any]:
        """The object that `textgen evaluate --json` prints."""
        return {
            **self.scores.to_json_object(),
            "exchanges": self.exchanges,
            "shuffled_perplexity": finite(self.shuffled.perplexity),
            "shuffled_bits_per_character": self.shuffled.bits_per_character,
            "alone_perplexity": finite(self.alone.perplexity),
            "alone_bits_per_character": self.alone.bits_per_character,
            "attention_on_message": self.attention_on_message,
            "hits_at_1": self.hits_at_1,
            "split": self.split,
            **NO_COMPARISON,
            **NO_NOVELTY,
            "notes": [*self.notes, _SCRIPTS_ONLY],
        }


def evaluate_chat(
    model: ChatModel,
    corpus: Corpus,
    split: SplitName | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = lambda text: None,
) -> ChatEvaluation:
    """Evaluates a chat model on dialogues.

    Args:
        model: to be evaluated.
        corpus: the training corpus, of which the held-out part is scored, or another one, which is scored whole.
        split: which part to score instead.
        seed: of the shuffled contexts.
        tell: is told what is being done.

    Raises:
        ConfigurationError: there is no held-out part.
        CorpusError: there is no exchange to score.
    """
    part = chat_eval_split(model.card.corpus, corpus, split)
    tell(f"Scoring {'the held-out part' if part.split == 'held-out' else 'all'} of the dialogues.")
    encoded, texts, left_out = _encode(model, part.exchanges)
    if not encoded:
        voice = model.card.corpus.get("replies_by")
        raise CorpusError(
            "The corpus was to be scored, but it holds no exchange that the model can score: dialogues need two turns, "
            f"{f'replies are those of {voice}' if voice else 'replies are all but the first'} and have at most "
            f"{count(model.longest_reply, 'token')}; look at it with textgen inspect --corpus FILE."
        )
    notes = list(part.notes)
    if left_out:
        notes.append(
            f"Not scored: {count(left_out, 'reply', 'replies')} of more than {count(model.longest_reply, 'token')}."
        )
    notes += _overlap_notes(model, part, texts)
    contexts, replies = zip(*encoded, strict=True)
    tokens, characters = sum(len(reply) - 1 for reply in replies), sum(len(text) + 1 for text in texts)
    scored = Scores(0.0, tokens, characters, sum(len(text.split()) for text in texts), len(texts))
    notes += scored.notes
    others = [contexts[k] for k in _derangement(len(contexts), seed)]
    nothing = [model.encoder.encode_context([])] * len(replies)

    def score(given: Sequence[Sequence[int]]) -> Scores:
        return replace(scored, nats=score_replies(model.network, given, replies, tell))

    own = score(contexts)
    tell("Scoring the same replies after other contexts.")
    shuffled = score(others)
    tell("Scoring them after none.")
    alone = score(nothing)
    tell("Looking where attention lies.")
    seen = attention_on_message(model.network, contexts, replies)
    return ChatEvaluation(
        scores=own,
        shuffled=shuffled,
        alone=alone,
        attention_on_message=seen,
        hits_at_1=_hits_at_1(model, contexts, replies),
        exchanges=len(replies),
        split=part.split,
        notes=tuple(notes),
    )


def _hits_at_1(model: ChatModel, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> float | None:
    """How often the model's discriminator finds the true reply to a message among 20, the others drawn with seed 0."""
    if not discriminator_path(model.path).is_file():
        return None
    judge = Scorer(model.path, model.card, model.tokenizer)
    if not judge.reads_messages:
        return None
    pairs = [
        MessageReply(newest_turn(context), reply_ids(reply)) for context, reply in zip(contexts, replies, strict=True)
    ]
    return hits_at_1(scores_among_others([pair for pair in pairs if pair.message], judge.matches))


def _overlap_notes(model: ChatModel, part: ChatEvalSplit, replies: Iterable[str]) -> Sequence[str]:
    """Notes on replies that the model may have learned, where `part` does not say so already."""
    if part.is_training_corpus and part.split == "all":
        return ()
    overlap = TrainingOverlap.of(ModelFolder(model.path))
    overlap.add(replies)
    return overlap.notes(held_out=part.is_training_corpus)


def _encode(
    model: ChatModel, exchanges: Iterable[Exchange]
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


def _derangement(size: int, seed: int) -> list[int]:
    """A random order in which nothing keeps its place, where there are two or more."""
    order = np.random.default_rng(seed).permutation(size)
    moved = np.empty(size, np.intp)
    moved[order] = np.roll(order, 1)
    return [int(k) for k in moved]
