"""Prepares a model folder for a run: reports what was read and chosen, writes vocabulary, ids and first weights."""

import importlib.metadata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from textgen._version import __version__
from textgen.config import (
    CELLS,
    AnyArchitecture,
    Budget,
    DiscriminatorConfig,
    EncoderDecoderConfig,
    ModelConfig,
    ScriptTrainingConfig,
)
from textgen.corpus.collection import Corpus
from textgen.corpus.reading import REPAIRS
from textgen.corpus.survey import CorpusSurvey, DialogueSurvey
from textgen.inference.weights import weight_shapes
from textgen.model_folder import Model, ModelCard, ModelFolder
from textgen.tokenizers import learn_tokenizer
from textgen.tokenizers.base import Tokenizer
from textgen.training.checkpoint import Run
from textgen.training.machine import thread_count
from textgen.training.sizing import Choice, RunEstimate, choose_level, choose_vocabulary_limit
from textgen.training.target import building
from textgen.training.task import FolderTask, Note, RunPlan
from textgen.wording import count


def initial_weights(config: AnyArchitecture, seed: int) -> dict[str, NDArray[np.float32]]:
    """Draws the weights of a network.

    Kernels are normal and keep the variance of their inputs (LeCun et al. 1998); with smaller ones, the default of most
    libraries, a network learns only token frequencies for some hundred steps. Recurrent kernels are orthogonal for each
    gate (Saxe et al. 2014), the forget gates' biases one (Jozefowicz et al. 2015) and the other biases zero. Token
    vectors are standard normal, or of length one if they are the softmax's weights too; the first kernel makes up for
    that. A discriminator's speaker vectors begin at zero, so that it first learns what all speakers have in common. Its
    last kernel begins at zero too, so that it has no random judgement to unlearn. A cosine of one counts for `e ** 2`
    there; what a shared token counts for depends on the corpus and begins at zero. Classes of real texts begin equally
    likely, and together as likely as "generated".

    Returns:
        Arrays under their names in the model folder.
    """
    tied = isinstance(config, EncoderDecoderConfig) or (isinstance(config, ModelConfig) and config.tied)
    vector = config.embedding**-0.5 if tied else 1.0
    weights, shapes = dict[str, NDArray[np.float32]](), weight_shapes(config)
    for number, (name, shape) in enumerate(shapes.items()):
        random = np.random.default_rng([seed, number])
        layer, _, part = name.rpartition("/")
        if name in ("embedding", "whose"):
            weight = vector * random.standard_normal(shape)
        elif name == "match/log_scale":
            weight = np.full(shape, 2.0)
        elif name == "output/bias" and isinstance(config, DiscriminatorConfig):
            weight = np.full(shape, np.log(1.0 / config.classes))
        elif part in ("bias", "speakers", "shared") or (
            name == "output/kernel" and isinstance(config, DiscriminatorConfig)
        ):
            weight = np.zeros(shape)
            if not isinstance(config, DiscriminatorConfig) and f"{layer}/recurrent_kernel" in shapes:
                units = shapes[f"{layer}/recurrent_kernel"][0]
                for gate in CELLS[config.cell].open_gates:
                    weight[gate * units : (gate + 1) * units] = 1.0
        elif part == "recurrent_kernel":
            squares = random.standard_normal((shape[1] // shape[0], shape[0], shape[0]))
            weight = np.concatenate(np.linalg.qr(squares)[0], axis=1)
        else:
            reads_embedding = layer.split("/")[0].endswith("_0") or name == "copy/previous"
            deviation = shape[0] ** -0.5 / (vector if reads_embedding else 1.0)
            weight = deviation * random.standard_normal(shape)
        weights[name] = weight.astype(np.float32)
    return weights


_MOST_FILES = 5
_FEW_CHARACTERS = 100_000


def describe_corpus(corpus: Corpus, survey: CorpusSurvey | DialogueSurvey) -> Iterator[str]:
    """Lines about what was read, and about everything that was changed while reading."""
    for file in corpus.files[:_MOST_FILES]:
        paths = " and ".join(map(str, file.paths))
        yield f"corpus    {paths}: {file.format}, because {file.reason}; {file.encoding}"
        if file.encoding_doubt is not None:
            yield f"encoding  {file.encoding_doubt}"
    if len(corpus.files) > _MOST_FILES:
        yield f"          and {count(len(corpus.files) - _MOST_FILES, 'more file')}"
    yield from (f"          {line}" for line in _counts(survey))
    for file in corpus.files:
        for kind, times in file.repairs.items():
            yield f"repaired  {times:,} x {REPAIRS[kind]} in {file.path.name}"
    if isinstance(survey, CorpusSurvey):  # for dialogues, the counts include the changes
        for change, times in survey.changes.items():
            yield f"changed   {times:,} x {change}"
        if survey.skipped:
            yield f"skipped   {count(survey.skipped, 'bad record')}, such as {survey.skipped_examples[0]}"


def _counts(survey: CorpusSurvey | DialogueSurvey) -> Iterator[str]:
    if isinstance(survey, DialogueSurvey):
        yield from survey.describe()
        if survey.detokenised:
            yield "put back into normal writing (--spacing as-is leaves it alone)"
        return
    yield (
        f"{count(survey.lines, 'line')}, {count(len(survey.speakers), 'speaker')}, "
        f"{count(survey.scenes, 'scene')}, {count(survey.characters, 'character')}"
    )


def describe_plan(plan: RunPlan, run: Run, guess: RunEstimate) -> Iterator[str]:
    """Lines about the model, the run and what it will take, for a settled plan."""
    model, training, tokenizer = plan.architecture, plan.training, plan.tokenizer
    assert not isinstance(model, DiscriminatorConfig)
    is_chat = isinstance(model, EncoderDecoderConfig)
    labels, of = ("", "replies of ") if is_chat else (f" ({len(tokenizer.speakers)} of them speakers)", "")
    yield (
        f"text      {tokenizer.level} level, {tokenizer.vocabulary_size:,} tokens in the vocabulary{labels}, "
        f"{run.characters[0] / run.tokens[0]:.2f} characters a token"
    )
    yield (
        f"model     {'encoder and decoder of ' if is_chat else ''}{model.layers} x {model.hidden} {model.cell.upper()}"
        f"{', attention' if isinstance(model, EncoderDecoderConfig) and model.attention else ''}, "
        f"embedding {model.embedding}, {model.parameters / 1e6:.1f} million weights, "
        f"dropout {training.dropout:g}, {training.precision}"
    )
    if isinstance(training, ScriptTrainingConfig) and training.sampled_words:
        yield (
            f"softmax   over {training.sampled_words:,} of {len(tokenizer.ranked_ids()):,} words in each step, so the "
            "training score is an estimate; the held-out score is over all words"
        )
    if run.characters[0] < _FEW_CHARACTERS:
        yield (
            f"note      {of}{run.characters[0]:,} characters are few: the model will mostly recite them; "
            f"{_FEW_CHARACTERS:,} and more are better"
        )
    yield f"held out  {_held_out(run, of)}"
    yield (
        f"training  {training.budget.describe()}: about {guess.tokens_per_second:,.0f} "
        f"{'tokens of replies' if is_chat else 'tokens'} a second here, {guess.epochs:.1f} epochs in "
        f"{_minutes(guess.minutes)}, {guess.memory / 1e9:.1f} GB of memory"
    )


def describe_smaller(usual: str, guess: RunEstimate) -> str:
    """Says why the model is smaller than usual for its text.

    Args:
        usual: the size that suits the text.
        guess: what a run of that size would take.
    """
    return (
        f"size      {usual} suits a text of this length, but would read only {count(guess.tokens, 'token')} in "
        f"{_minutes(guess.minutes)} here, too few to be better: give it more time, or --size {usual} to use it anyway"
    )


def _held_out(run: Run, of: str) -> str:
    if not run.characters[1]:
        return (
            "nothing, because the corpus is in one piece: the score is that of training, and the last weights are "
            "kept; --validation FILE gives text to measure on"
        )
    characters = f"{of}{run.characters[1]:,} characters, up to {count(run.training.validations, 'validation')}"
    if run.held_out_decides:
        return characters
    return f"{characters}; too few to choose the best weights by, so the last ones are kept"


def _minutes(number: float) -> str:
    if number < 0.1:
        return "a few seconds"
    rounded = round(number, 1) if number < 10 else round(number)
    return f"{rounded:,g} {'minute' if rounded == 1 else 'minutes'}"


MIN_P = {"character": 0.05, "word": 0.1, "subword": 0.05}
"""Default decoding of new models at each level: it cuts off the long tail of a small model's mistakes, above all the
words that a word model invents when it begins to spell."""

MIN_P_OF_REPLIES = 0.02
"""The same for chats, where the first words of other replies must live beside one that half of all begin with."""


def prepare(task: FolderTask, folder: ModelFolder, budget: Budget, origin: Model | None, note: Note) -> None:
    """Writes a model folder that can be loaded, with first weights and all that a run needs.

    Args:
        task: of the run.
        folder: must not hold a model.
        budget: of the run.
        origin: a model to continue from; None leaves the beginning to the task.
        note: receives lines about what was read and decided.

    Raises:
        TrainingError: there is too little to learn from.
        ConfigurationError: the request does not fit the texts or the model to continue from.
    """
    task.read(note)
    plan = task.plan(budget, origin)
    with building(folder) as new:
        encoded = task.encode(new, plan, note)
        settled = task.settle(plan, encoded, new)
        architecture, training = settled.plan.architecture, settled.plan.training
        assert not isinstance(architecture, DiscriminatorConfig)
        run = Run(training, encoded.characters, encoded.tokens, thread_count())
        weights = plan.start.weights if plan.start else initial_weights(architecture, training.seed)
        min_p = MIN_P_OF_REPLIES if task.kind == "chat" else MIN_P[plan.tokenizer.level]
        decoding = {"temperature": 0.8, "min_p": min_p}
        corpus = {**encoded.corpus, "started_from": plan.start.path.name if plan.start else None}
        card = ModelCard(task.kind, architecture, corpus, decoding=decoding, versions=versions())
        new.create(card, plan.tokenizer, weights)
        run.save(new.training)
    for line in task.describe(settled, run):
        note(line)


def learn_vocabulary(choice: Choice, characters: int, texts: Iterable[str], labels: Sequence[str]) -> Tokenizer:
    """Learns the vocabulary that a person asked for, or one that suits the corpus.

    Args:
        choice: what was asked for.
        characters: of the training text.
        texts: all text that is split into pieces; read once.
        labels: speakers that get a label of their own.

    Raises:
        ConfigurationError: characters were asked for, and words cut at spaces too.
    """
    level = choose_level(choice, characters)
    limit = choose_vocabulary_limit(choice, level, characters)
    return learn_tokenizer(level, texts, labels, choice.words, limit)


def versions() -> dict[str, str]:
    """The versions of the packages that train, as far as they are installed."""
    found = {"textgen": __version__}
    for name in ("tensorflow", "keras", "numpy"):
        with suppress(importlib.metadata.PackageNotFoundError):  # tensorflow-cpu and others have another name
            found[name] = importlib.metadata.version(name)
    return found
