"""Making a model folder ready for a run: corpus to vocabulary, ids and first weights."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from textgen.config import Budget, ModelConfig, ScriptTrainingConfig
from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.encoding import ScriptEncoder
from textgen.corpus.scene import Scene
from textgen.corpus.split import Split, find_split, held_out_documents, training_documents
from textgen.corpus.survey import CorpusSurvey, survey
from textgen.errors import ConfigurationError, TrainingError
from textgen.model_folder import Model, ModelFolder
from textgen.text.special import END, START
from textgen.text.store import IdStoreWriter
from textgen.text.tokenizer import Tokenizer
from textgen.training.building import Prepared, build
from textgen.training.machine import best_precision, thread_count
from textgen.training.observing import NoveltyIndexer, ShapeObserver
from textgen.training.run_record import HELD_OUT_IDS, TRAINING_IDS, Run
from textgen.training.sizing import ScriptChoice, choose_model, choose_training
from textgen.training.vocabulary import learn_chosen

_LINES_FOR_A_LABEL = 10
_MOST_SPEAKERS = 10_000  # that model.json lists

Documents = Iterable[Iterable[Scene]]
Note = Callable[[str], None]


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
    """A run as it was decided on before anything is written.

    What depends on how often the text will be read is settled when its tokens are counted.

    Args:
        tokenizer: learned, or the one of the model to go on from.
        architecture: of the model, as it suits the length of the text.
        training: how it is trained, without any dropout that was not asked for.
        speakers: lines of each in the training text, the one with most lines first.
    """

    tokenizer: Tokenizer
    architecture: ModelConfig
    training: ScriptTrainingConfig
    speakers: dict[str, int]


Settle = Callable[[Plan, int], Plan]
"""Completes a plan when the tokens of the training text are counted."""


def make_plan(sources: Sources, choice: ScriptChoice, budget: Budget, seed: int, start_from: Model | None) -> Plan:
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
        if not isinstance(architecture, ModelConfig):
            raise ConfigurationError(
                f"--from names {start_from.path}, a {start_from.card.kind} model, but a script writer can only go on "
                "from a script writer: name a model trained by train-script, or use train-chat."
            )
    else:
        labels = [name for name, lines in speakers.items() if lines >= _LINES_FOR_A_LABEL]
        tokenizer = learn_chosen(choice, sources.characters, sources.texts(labels), labels)
        architecture = choose_model(choice, tokenizer.level, sources.characters, tokenizer.vocabulary_size)
    words = len(tokenizer.ranked_ids())
    training = choose_training(
        choice, tokenizer.level, sources.characters, budget, seed, precision, words, thread_count()
    )
    return Plan(tokenizer, architecture, training, speakers)


def prepare(
    folder: ModelFolder,
    sources: Sources,
    plan: Plan,
    start_from: Model | None,
    index: bool,
    note: Note,
    settle: Settle = lambda plan, tokens: plan,
) -> None:
    """Writes a model folder that loads, with first weights and all that a run needs.

    Args:
        folder: must not hold a model.
        sources: the texts.
        plan: of the run.
        start_from: a model whose weights are the first ones; None draws them.
        index: whether to write the novelty index.
        note: is told what a person should know.
        settle: completes the plan.
    """
    encode = partial(_encode, sources=sources, plan=plan, index=index, note=note, settle=settle)
    build(folder, "script", plan.tokenizer, start_from, encode)


def _encode(folder: ModelFolder, sources: Sources, plan: Plan, index: bool, note: Note, settle: Settle) -> Prepared:
    """Writes ids and index."""
    tokenizer = plan.tokenizer
    shape, novelty = ShapeObserver(), NoveltyIndexer()

    def observe(scene: Scene, ids: list[int]) -> None:
        shape.add(scene, ids, tokenizer.speakers)
        if index:
            novelty.add(line.text for line in scene.lines)

    training_tokens = _store(folder.training / TRAINING_IDS, sources.training, tokenizer, observe)
    held_out_tokens = _store(folder.training / HELD_OUT_IDS, sources.held_out, tokenizer, lambda scene, ids: None)
    if index and not novelty.save(folder.novelty):
        note("The text is too long for an index of its word sequences: no_copy will not be offered by this model.")
    characters = (sources.characters, sources.held_out_characters)
    plan = settle(plan, training_tokens)
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
    return Prepared(plan.architecture, run, corpus)


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
