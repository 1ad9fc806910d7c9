"""Prepares a model folder for a run: reports what was read and chosen, writes vocabulary, ids and first weights."""

import hashlib
import importlib.metadata
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from textgen._version import __version__
from textgen.config import CELLS, Budget, DiscriminatorConfig, EncoderDecoderConfig, ModelConfig, ScriptTrainingConfig
from textgen.corpus.collection import Corpus
from textgen.corpus.reading import REPAIRS
from textgen.corpus.survey import CorpusSurvey, DialogueSurvey
from textgen.errors import ConfigurationError
from textgen.inference.weights import Network, weight_shapes
from textgen.model_folder import Model, ModelCard, ModelFolder
from textgen.tokenizers import learn_tokenizer
from textgen.tokenizers.base import Tokenizer
from textgen.training.checkpoint import Run
from textgen.training.machine import thread_count
from textgen.training.sizing import Choice, RunEstimate, choose_level, choose_vocabulary_limit
from textgen.training.task import FolderTask, Note, RunPlan
from textgen.wording import count


def initial_weights(config: Network, seed: int) -> dict[str, NDArray[np.float32]]:
    """Draws the weights of a network.

    Kernels are normal and keep the variance of their inputs (LeCun et al. 1998); with smaller ones, the default of most
    libraries, a network learns only token frequencies for some hundred steps. Recurrent kernels are orthogonal for each
    gate (Saxe et al. 2014), the forget gates' biases one (Jozefowicz et al. 2015) and the other biases zero. Token
    vectors are standard normal, or of length one if they are the softmax's weights too; the first kernel makes up for
    that. A discriminator's speaker vectors begin at zero, so that it first learns what all speakers have in common. Its
    last kernel begins at zero too, so that it has no random judgement to unlearn. A cosine of one counts for `e ** 2`
    there; what a shared token counts for depends on the corpus and begins at zero.

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
    yield f"held out  {of}{_held_out(run)}"
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


def _held_out(run: Run) -> str:
    characters = f"{run.characters[1]:,} characters, up to {count(run.training.validations, 'validation')}"
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


def prepare(task: FolderTask, folder: ModelFolder, budget: Budget, origin: Model | None, note: Note) -> None:
    """Writes a model folder that can be loaded, with first weights and all that a run needs.

    Args:
        task: of the run.
        folder: must not hold a model.
        budget: of the run.
        origin: a model to continue from, with its vocabulary, architecture and weights; None starts from scratch.
        note: receives lines about what was read and decided.

    Raises:
        TrainingError: there is too little to learn from.
        ConfigurationError: the request does not fit the texts or the model to continue from.
    """
    task.read(note)
    plan = task.plan(budget, origin)
    with building(folder) as new:
        encoded = task.encode(new, plan, note)
        settled = task.settle(plan, encoded, new, origin)
        architecture, training = settled.plan.architecture, settled.plan.training
        assert not isinstance(architecture, DiscriminatorConfig)
        run = Run(training, encoded.characters, encoded.tokens, thread_count())
        weights = origin.weights if origin else initial_weights(architecture, training.seed)
        decoding = {"temperature": 0.8, "min_p": MIN_P[plan.tokenizer.level]}
        card = ModelCard(task.kind, architecture, encoded.corpus, decoding=decoding, versions=versions())
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
    """
    level = choose_level(choice, characters)
    limit = choose_vocabulary_limit(choice, level, characters)
    words = choice.words if level != "character" else "natural"
    return learn_tokenizer(level, texts, labels, words, limit)


@contextmanager
def building(folder: ModelFolder) -> Iterator[ModelFolder]:
    """Gives an empty folder to write into; it is moved to its place on success and deleted on failure.

    Args:
        folder: its final place; must not hold a model.
    """
    new = ModelFolder(folder.path.with_name(f".{folder.path.name}.building"))
    shutil.rmtree(new.path, ignore_errors=True)
    new.training.mkdir(parents=True)
    try:
        yield new
        folder.path.parent.mkdir(parents=True, exist_ok=True)
        new.path.rename(folder.path)
    except BaseException:
        shutil.rmtree(new.path, ignore_errors=True)
        raise


def versions() -> dict[str, str]:
    """The versions of the packages that train, as far as they are installed."""
    found = {"textgen": __version__}
    for name in ("tensorflow", "keras", "numpy"):
        with suppress(importlib.metadata.PackageNotFoundError):  # tensorflow-cpu and others have another name
            found[name] = importlib.metadata.version(name)
    return found


RUNS = Path("runs")
_NEW = ".new"


class Target:
    """The folder a person asked for, and the one the run works in, locked against other runs on this machine.

    Args:
        out: the model folder; None takes `runs/<name>`, with a number if that exists.
        name: of the corpus.
        resume: whether to resume an interrupted run.
        overwrite: whether to replace an existing model, once the new one is trained.

    Raises:
        ConfigurationError: the folder holds a model, and neither was asked for; or another run works in it.

    Example:
        >>> with Target("runs/seinfeld", "seinfeld", resume=False, overwrite=False) as target:
        ...     target.building.path
        PosixPath('runs/seinfeld')
    """

    def __init__(self, out: str | Path | None, name: str, resume: bool, overwrite: bool) -> None:
        if resume and overwrite:
            raise ConfigurationError(
                "Both resume and overwrite were asked for, but a run either goes on or begins anew: choose one of them."
            )
        self.resume, self._usual = resume, RUNS / name
        path = _named(Path(out)) if out is not None else self._usual
        self._is_numbered = out is None and not (resume or overwrite) and path.exists()
        if self._is_numbered:
            path = next(free for number in itertools.count(2) if not (free := RUNS / f"{name}-{number}").exists())
        self.final = ModelFolder(path)
        beside = ModelFolder(path.with_name(f".{path.name}{_NEW}"))
        begun_beside = resume and beside.exists()
        self.building = beside if begun_beside or (overwrite and self.final.exists()) else self.final
        self._refuse_taken(resume, overwrite)
        self._lock = _claim(path)
        if overwrite:
            shutil.rmtree(beside.path, ignore_errors=True)

    def __enter__(self) -> Self:
        """Gives the target itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Releases the lock."""
        self._lock.release()

    @property
    def described(self) -> str:
        """The folder; if it is numbered, with the name that existed already."""
        return f"{self.final.path} ({self._usual} exists already)" if self._is_numbered else f"{self.final.path}"

    @property
    def started(self) -> bool:
        """Whether an earlier run has begun here."""
        return self.building.exists()

    @property
    def replaces(self) -> bool:
        """Whether the run works beside an old model that it will replace."""
        return self.building is not self.final

    def finish(self) -> None:
        """Replaces the old model by the new one, if that was built beside it."""
        if not self.replaces:
            return
        old = self.final.path.with_name(f".{self.final.path.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if self.final.path.exists():  # it is missing if an earlier replacement was interrupted here
            self.final.path.rename(old)
        self.building.path.rename(self.final.path)
        shutil.rmtree(old, ignore_errors=True)

    def _refuse_taken(self, resume: bool, overwrite: bool) -> None:
        path = self.final.path
        if self.final.exists() and not (resume or overwrite):
            raise ConfigurationError(
                f"{path} holds a model already: give --resume to go on with its training, --overwrite to replace it, "
                "or another --out."
            )
        if path.exists() and not self.final.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ConfigurationError(
                f"{path} exists and is no model folder: give another --out, so that nothing of yours is lost."
            )


def final_name(building: Path) -> str:
    """The final name of a folder that is built in place, or beside the model that it will replace."""
    name = building.name
    return name.removeprefix(".").removesuffix(_NEW) if name.startswith(".") and name.endswith(_NEW) else name


def _claim(path: Path) -> FileLock:
    """Locks a folder for this run; the lock ends with the process, however that ends.

    The lock file is among the temporary files: the folder does not exist yet, and no file should remain beside it.
    """
    person = os.path.expanduser("~")  # noqa: PTH111 - it never fails
    name = hashlib.sha256(os.fsencode(person) + b"\0" + os.fsencode(path.resolve())).hexdigest()[:16]
    lock = FileLock(Path(tempfile.gettempdir()) / f"textgen-{name}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ConfigurationError(
            f"{path} was to be trained, but another process is training it at this moment: wait for its end, "
            "interrupt it with Ctrl-C where it runs, or give another --out."
        ) from None
    return lock


def _named(path: Path) -> Path:
    """The path with a last name, even if it was given as dots only: the new model is built beside it."""
    named = path.resolve() if path.name in ("", "..") else path
    if not named.name:
        raise ConfigurationError(f"{path} was to be the model folder, but it has no name: give another --out.")
    return named
