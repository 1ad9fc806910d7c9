"""Making a model folder ready for a run: corpus to vocabulary, ids and first weights."""

import importlib.metadata
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from textgen import __version__
from textgen.artifact import Model, ModelCard, ModelFolder
from textgen.config import Budget, ModelConfig, TrainingConfig
from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.encoding import ScriptEncoder
from textgen.corpus.scene import Scene
from textgen.corpus.split import Split, find_split, held_out_documents, training_documents
from textgen.corpus.survey import CorpusSurvey, survey
from textgen.errors import TrainingError
from textgen.files import replacing
from textgen.text.learning import learn_tokenizer
from textgen.text.special import END, START
from textgen.text.store import IdStoreWriter
from textgen.text.tokenizer import Tokenizer
from textgen.training.initialisation import initial_weights
from textgen.training.machine import best_precision, thread_count
from textgen.training.observing import NoveltyIndexer, ShapeObserver
from textgen.training.sizing import Choice, choose_level, choose_model, choose_training, choose_vocabulary_limit

TRAINING_IDS, HELD_OUT_IDS, RUN = "training.npy", "held_out.npy", "run.json"

_LINES_FOR_A_LABEL = 10
_MOST_SPEAKERS = 10_000  # that model.json lists

MIN_P = {"character": 0.05, "word": 0.1, "subword": 0.05}
"""What fresh models of each level write with: it keeps the long tail of a small model's mistakes out of the text, most
of all the words that a word model invents whenever it begins to spell."""

Documents = Iterable[Iterable[Scene]]
Note = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """What a run was started with, saved beside its checkpoint.

    Args:
        training: how to train.
        characters: of the training text and of the held-out text, line ends included.
        tokens: scored ones of the training text and of the held-out text: all but START.
        threads: processors it began with; sums in another order give other last bits.
    """

    training: TrainingConfig
    characters: tuple[int, int]
    tokens: tuple[int, int]
    threads: int

    def save(self, folder: Path) -> None:
        """Replaces the run's description in `folder`."""
        values = {**asdict(self), "training": self.training.to_json()}
        with replacing(folder / RUN) as file:
            file.write(json.dumps(values, indent=1).encode())

    @classmethod
    def load(cls, folder: Path) -> "Run":
        """Reads the run's description.

        Raises:
            TrainingError: it is missing or damaged.
        """
        try:
            values = json.loads((folder / RUN).read_bytes())
            training = TrainingConfig.from_json(values["training"])
            return cls(training, tuple(values["characters"]), tuple(values["tokens"]), int(values["threads"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrainingError(
                f"The run in {folder} cannot be resumed ({error!r}): its training folder is missing or damaged; "
                "the model itself still works, and --from continues from it."
            ) from None


class Sources:
    """The text a run learns from, and the text it is judged by.

    Args:
        corpus: of the training text.
        validation: of the held-out text; None holds out the last tenth of the corpus.

    Raises:
        TrainingError: there is too little text.
    """

    def __init__(self, corpus: ScriptCorpus, validation: ScriptCorpus | None) -> None:
        self.corpus, self.validation = corpus, validation
        self.survey: CorpusSurvey = survey(corpus)
        self.split: Split | None = None
        if validation is None:
            self.split = find_split(corpus, self.survey.characters)
        self.characters = self.split.characters if self.split else self.survey.characters
        if self.characters < _FEWEST_CHARACTERS:
            raise TrainingError(
                f"The training text has {self.characters} characters, and a model needs {_FEWEST_CHARACTERS} at the "
                "very least (100,000 or more to be fun): give a longer corpus, or several files."
            )

    @property
    def training(self) -> Documents:
        """The documents to learn from."""
        return training_documents(self.corpus, self.split)

    @property
    def held_out(self) -> Documents:
        """The documents to be judged by; none where the corpus could not be split."""
        if self.validation is not None:
            return training_documents(self.validation, None)
        return held_out_documents(self.corpus, self.split) if self.split else ()

    @property
    def held_out_characters(self) -> int:
        """Characters of the held-out text, line ends included."""
        if self.validation is not None:
            return survey(self.validation).characters
        return self.survey.characters - self.characters

    def speakers(self) -> dict[str, int]:
        """Lines of each speaker in the training text, the one with most lines first."""
        lines = Counter(line.speaker for document in self.training for scene in document for line in scene.lines)
        named = [(name, count) for name, count in lines.items() if name]
        return dict(sorted(named, key=lambda item: (-item[1], item[0])))

    def texts(self, labels: Iterable[str]) -> Iterator[str]:
        """Every text that is spelled in pieces: speech, headings, and names without a label."""
        labelled = set(labels)
        for document in self.training:
            for scene in document:
                if scene.heading is not None:
                    yield scene.heading
                for line in scene.lines:
                    if line.speaker is not None and line.speaker not in labelled:
                        yield line.speaker
                    yield line.text


_FEWEST_CHARACTERS = 200


@dataclass(frozen=True)
class Plan:
    """A run as it was decided on, before anything is written.

    Args:
        tokenizer: learned, or the one of the model to go on from.
        architecture: of the model.
        training: how it is trained.
        speakers: lines of each in the training text, the one with most lines first.
    """

    tokenizer: Tokenizer
    architecture: ModelConfig
    training: TrainingConfig
    speakers: dict[str, int]


def make_plan(sources: Sources, choice: Choice, budget: Budget, seed: int, start_from: Model | None) -> Plan:
    """Decides on a run: what the person asked for, and for the rest what suits the corpus.

    Args:
        sources: the texts.
        choice: what was asked for.
        budget: of the run.
        seed: of all randomness.
        start_from: a model to go on from, whose vocabulary and architecture are kept; None begins afresh.
    """
    speakers = sources.speakers()
    precision = best_precision() if choice.precision == "auto" else choice.precision
    if start_from:
        tokenizer, architecture = start_from.tokenizer, start_from.card.architecture
    else:
        tokenizer = _learn(sources, speakers, choice)
        architecture = choose_model(choice, tokenizer.level, sources.characters, tokenizer.vocabulary_size)
    training = choose_training(choice, tokenizer.level, sources.characters, budget, seed, precision)
    return Plan(tokenizer, architecture, training, speakers)


def prepare(
    folder: ModelFolder, sources: Sources, plan: Plan, start_from: Model | None, index: bool, note: Note
) -> None:
    """Writes a model folder that loads, with first weights and all that a run needs.

    It is built beside its place and put there whole.

    Args:
        folder: must not hold a model.
        sources: the texts.
        plan: of the run.
        start_from: a model whose weights are the first ones; None draws them.
        index: whether to write the novelty index.
        note: is told what a person should know.
    """
    building = ModelFolder(folder.path.with_name(f".{folder.path.name}.building"))
    shutil.rmtree(building.path, ignore_errors=True)
    building.training.mkdir(parents=True)
    try:
        run, corpus = _encode(building, sources, plan, index, note)
        weights = start_from.weights if start_from else initial_weights(plan.architecture, plan.training.seed)
        decoding = {"temperature": 0.8, "min_p": MIN_P[plan.tokenizer.level]}
        card = ModelCard("script", plan.architecture, corpus, decoding=decoding, versions=_versions())
        building.create(card, plan.tokenizer, weights)
        run.save(building.training)
        folder.path.parent.mkdir(parents=True, exist_ok=True)
        building.path.rename(folder.path)
    except BaseException:
        shutil.rmtree(building.path, ignore_errors=True)
        raise


def _learn(sources: Sources, speakers: dict[str, int], choice: Choice) -> Tokenizer:
    level = choose_level(choice, sources.characters)
    limit = choose_vocabulary_limit(choice, level, sources.characters)
    labels = [name for name, lines in speakers.items() if lines >= _LINES_FOR_A_LABEL]
    words = choice.words if level != "character" else "natural"
    return learn_tokenizer(level, sources.texts(labels), labels, words, limit)


def _encode(folder: ModelFolder, sources: Sources, plan: Plan, index: bool, note: Note) -> tuple[Run, dict[str, Any]]:
    """Writes ids and index; returns the run's description and what `model.json` says of the corpus."""
    tokenizer = plan.tokenizer
    shape, novelty = ShapeObserver(), NoveltyIndexer()

    def observe(scene: Scene, ids: list[int]) -> None:
        shape.add(scene, ids, tokenizer.speakers)
        if index:
            novelty.add(scene)

    training_tokens = _store(folder.training / TRAINING_IDS, sources.training, tokenizer, observe)
    held_out_tokens = _store(folder.training / HELD_OUT_IDS, sources.held_out, tokenizer, lambda scene, ids: None)
    if index and not novelty.save(folder.novelty):
        note("The text is too long for an index of its word sequences: no_copy will not be offered by this model.")
    characters = (sources.characters, sources.held_out_characters)
    run = Run(plan.training, characters, (training_tokens, held_out_tokens), thread_count())
    corpus = {
        "fingerprint": sources.corpus.fingerprint,
        "files": [file.path.name for file in sources.corpus.files],
        "style": sources.corpus.style.to_json(),
        "normalisation": sources.survey.normalisation.to_json(),
        "shape": asdict(shape.shape()),
        "split": asdict(sources.split) if sources.split else None,
        "characters": characters[0],
        "speakers": dict(islice(plan.speakers.items(), _MOST_SPEAKERS)),
    }
    return run, corpus


def _store(path: Path, documents: Documents, tokenizer: Tokenizer, observe: Callable[[Scene, list[int]], None]) -> int:
    """Writes the ids of documents; returns how many are scored, which is all but START."""
    encoder, started = ScriptEncoder(tokenizer), 0
    with IdStoreWriter(path, tokenizer.vocabulary_size) as store:
        for document in documents:
            started += 1
            store.append([START])
            for number, scene in enumerate(document):
                ids = encoder.encode_scene(scene, first_of_document=number == 0)
                observe(scene, ids)
                store.append(ids)
            store.append([END])
    return store.length - started


def _versions() -> dict[str, str]:
    versions = {"textgen": __version__}
    for name in ("tensorflow", "keras", "numpy"):
        with suppress(importlib.metadata.PackageNotFoundError):  # tensorflow-cpu and others go by another name
            versions[name] = importlib.metadata.version(name)
    return versions
