"""Script writers: how a corpus of scripts is read, planned for and encoded, and how the language model learns it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, replace
from itertools import chain, islice
from pathlib import Path

from textgen.config import Budget, ModelConfig, ScriptTrainingConfig
from textgen.corpus.collection import Corpus
from textgen.corpus.document import Scene
from textgen.corpus.id_store import IdStoreWriter, open_ids
from textgen.corpus.split import Side, Split, split_documents, training_documents
from textgen.corpus.survey import CorpusSurvey, survey
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.errors import ConfigurationError, TrainingError
from textgen.inference.language_model import lay_out
from textgen.model_folder import Model, ModelFolder
from textgen.models.kernels import has_graphics_card
from textgen.models.language_model import KerasLanguageModel
from textgen.tokenizers.base import END, START, Tokenizer
from textgen.training.batches import Windows
from textgen.training.checkpoint import HELD_OUT_IDS, TRAINING_IDS, Run
from textgen.training.corpus_stats import NoveltyIndexer, ShapeObserver
from textgen.training.machine import best_precision, measure_flops, most_shards
from textgen.training.moving_in import for_tuning, moved_in, with_words
from textgen.training.network_steps import CandidateSampler, LanguageModelStep, LanguageModelValidation
from textgen.training.prepare import describe_corpus, describe_plan, describe_smaller, learn_vocabulary
from textgen.training.run import ModelTask, Sample
from textgen.training.sizing import (
    ScriptChoice,
    choose_model,
    choose_size,
    choose_training,
    dropout_for,
    estimate,
    has_time,
    with_dropout,
    with_weight_decay,
)
from textgen.training.task import Encoded, Note, RunPlan, Settled, TrainingRequest, Workspace
from textgen.training.trial import Trial, tried

_FEWEST_CHARACTERS = 200
_LINES_FOR_A_LABEL = 10
_MOST_SPEAKERS = 10_000  # that model.json lists
_VALIDATION_TOKENS = 1 << 16
_LANES = 64


class ScriptTask(ModelTask):
    """Trains the language model of a script writer.

    Args:
        request: what a person asked for; its choice is a `ScriptChoice`.
        sample: writes a short sample with a model, for people to read.
        starter: a model to begin with where it knows the language of the corpus and the network is left open.
    """

    kind, command, reads = "script", "train-script", "scripts"

    survey: CorpusSurvey
    split: Split | None
    characters: int
    speakers: dict[str, int]
    trial: Trial | None = None

    def __init__(
        self, request: TrainingRequest, sample: Sample = lambda model: "", starter: ModelFolder | None = None
    ) -> None:
        super().__init__(request, sample)
        self._validation: Corpus | None = None
        self._starter = starter

    @property
    def choice(self) -> ScriptChoice:
        """The settings asked for: vocabulary, network and training."""
        assert isinstance(self.request.choice, ScriptChoice)
        return self.request.choice

    def read(self, note: Note) -> None:
        """Surveys the corpus, and holds out its last tenth unless a held-out text was given."""
        if self.request.validation is not None:
            self._validation = self.request.open(self.request.validation, "scripts")
        self.survey = survey(self.corpus)
        self.split = self.survey.split if self._validation is None else None
        self.characters = self.split.characters if self.split else self.survey.characters
        if self.characters < _FEWEST_CHARACTERS:
            raise TrainingError(
                f"The training text has {self.characters} characters, and a model needs {_FEWEST_CHARACTERS} at the "
                "very least (100,000 or more to be fun): give a longer corpus, or several files."
            )
        for line in describe_corpus(self.corpus, self.survey):
            note(line)

    def plan(self, budget: Budget, origin: Model | None) -> RunPlan:
        """Moves into the model to continue from or the starter, or else learns a vocabulary and chooses a network.

        The choice depends on the text alone, not on the time.
        """
        choice, self.speakers = self.choice, self.survey.speakers_before(self.split)
        labelled = {name: lines for name, lines in self.speakers.items() if lines >= _LINES_FOR_A_LABEL}
        start = self._moved_in(origin, labelled) if origin else self._tried(labelled)
        if start:
            start = with_words(start, self._texts(labelled))
            tokenizer, architecture = start.tokenizer, start.card.architecture
        else:
            labels = list(labelled)
            tokenizer = learn_vocabulary(choice, self.characters, self._texts(labels), labels)
            architecture = choose_model(choice, tokenizer.level, self.characters, tokenizer.vocabulary_size)
        precision = best_precision(has_graphics_card()) if choice.precision == "auto" else choice.precision
        words = len(tokenizer.ranked_ids())
        training = choose_training(
            choice, tokenizer.level, self.characters, budget, self.request.seed, precision, words, most_shards()
        )
        return RunPlan(tokenizer, architecture, training, start)

    def _moved_in(self, origin: Model, labelled: dict[str, int]) -> Model:
        """The model that a person named, with the labels of this corpus."""
        if not isinstance(origin.card.architecture, ModelConfig):
            raise ConfigurationError(
                f"--from names {origin.path}, a {origin.card.kind} model, but a script writer can only go on "
                "from a script writer: name a model trained by train-script, or use train-chat."
            )
        return moved_in(origin, labelled)

    def _tried(self, labelled: dict[str, int]) -> Model | None:
        """The starter with the labels of this corpus; None where there is none or it does not help."""
        if self._starter is None or not self._starter.exists() or self.choice.network:
            return None
        starter = moved_in(self._starter.load(), labelled)
        scenes = chain.from_iterable(training_documents(self.corpus, self.split))
        self.trial = tried(self._starter.path.name, starter, scenes)
        return starter if self.trial is not None and self.trial.helps else None

    def encode(self, folder: ModelFolder, plan: RunPlan, note: Note) -> Encoded:
        """Writes the ids and the index of word sequences, and records the shape of the scripts."""
        tokenizer, shape, novelty, alphabet = plan.tokenizer, ShapeObserver(), NoveltyIndexer(), set[str]()

        def observe(side: Side, scene: Scene, ids: list[int]) -> None:
            alphabet.update(*_texts_of(scene))
            if side == "held out":
                return
            shape.add(scene, ids, tokenizer.speakers)
            if self.request.index:
                novelty.add(line.text for line in scene.lines)

        learned, judged = _store(folder.training, self._sides(), tokenizer, observe)
        if self.request.index:
            novelty.save(folder.novelty, note)
        corpus = {
            "fingerprint": self.corpus.fingerprint,
            "files": [file.path.name for file in self.corpus.files],
            "style": self.corpus.style.to_json(),
            "normalisation": self.survey.normalisation.to_json(),
            "reading": self.request.reading.to_json(),
            "shape": asdict(shape.shape()),
            "split": asdict(self.split) if self.split else None,
            "characters": self.characters,
            "alphabet": "".join(sorted(alphabet)),
            "speakers": dict(islice(self.speakers.items(), _MOST_SPEAKERS)),
        }
        return Encoded((learned, judged), (self.characters, self._held_out_characters()), corpus)

    def settle(self, plan: RunPlan, encoded: Encoded, folder: ModelFolder) -> Settled:
        """Takes a smaller network if there is no time for a large one, and the dropout that suits the epochs."""
        model, training, tokens = plan.architecture, plan.training, encoded.tokens[0]
        assert isinstance(model, ModelConfig) and isinstance(training, ScriptTrainingConfig)
        flops, level = measure_flops(training.precision, training.streams, model.hidden), plan.tokenizer.level
        usual = estimate(model, training, tokens, flops)
        if plan.start is None:
            budget, asked = training.budget, training
            model = choose_model(
                self.choice,
                level,
                self.characters,
                plan.tokenizer.vocabulary_size,
                fits=lambda model: has_time(budget, estimate(model, asked, tokens, flops)),
            )
            # What the model learned before is not in this text, and would be forgotten.
            training = with_weight_decay(training, self.characters, tokens)
        epochs = estimate(model, training, tokens, flops).epochs
        if plan.start is not None:
            training = for_tuning(training, self.choice, epochs)
        if self.choice.dropout is None:
            training = with_dropout(training, level, dropout_for(epochs))
        settled = replace(plan, architecture=model, training=training)
        return Settled(settled, estimate(model, training, tokens, flops), usual if model != plan.architecture else None)

    def describe(self, settled: Settled, run: Run) -> Iterator[str]:
        """What the run begins with, the vocabulary, the network, the run, and why a network is smaller than usual."""
        if self.trial is not None:
            yield self.trial.describe()
        yield from describe_plan(settled.plan, run, settled.guess)
        if settled.usual is not None:
            yield describe_smaller(choose_size(self.choice, self.characters), settled.usual)

    def batches(self, at: Workspace) -> Windows:
        """Windows of parallel streams over the training text."""
        config = at.run.training
        assert isinstance(config, ScriptTrainingConfig)
        ids = open_ids(at.folder.training / TRAINING_IDS, at.model.tokenizer.vocabulary_size)
        return Windows(ids, config.streams, config.window, config.reset, config.seed, config.beginnings)

    def network(self, at: Workspace) -> KerasLanguageModel:
        """The language model."""
        architecture = at.model.card.architecture
        assert isinstance(architecture, ModelConfig)
        return KerasLanguageModel(architecture, at.run.training.precision)

    def step(self, at: Workspace, network: KerasLanguageModel, batches: Windows) -> LanguageModelStep:
        """Learns from a window, over the whole vocabulary or a sample of it."""
        config, tokenizer, sampler = at.run.training, at.model.tokenizer, None
        assert isinstance(config, ScriptTrainingConfig)
        if config.sampled_words:
            words = tokenizer.ranked_ids()
            sampler = CandidateSampler(tokenizer.vocabulary_size, words, config.sampled_words, config.seed)
        return LanguageModelStep(network, config, batches.streams, sampler)

    def validate(self, at: Workspace, network: KerasLanguageModel) -> LanguageModelValidation | None:
        """Scores a fixed run of the held-out text."""
        ids = open_ids(at.folder.training / HELD_OUT_IDS, at.model.tokenizer.vocabulary_size)
        if not len(ids):
            return None
        return LanguageModelValidation(network, lay_out(ids, _LANES, limit=_VALIDATION_TOKENS), at.run.training.towers)

    def _sides(self) -> Iterator[tuple[Side, Iterable[Scene]]]:
        """The training documents, then the held-out ones; none of those if the corpus could not be split."""
        yield from split_documents(self.corpus, self.split)
        if self._validation is not None:
            yield from (("held out", document) for document in self._validation.documents())

    def _held_out_characters(self) -> int:
        """Characters of the held-out text, line ends included."""
        if self._validation is not None:
            return survey(self._validation).characters
        return self.survey.characters - self.characters

    def _texts(self, labels: Iterable[str]) -> Iterator[str]:
        """Every text that is split into pieces: speech, headings, and names without a label."""
        labelled = set(labels)
        for document in training_documents(self.corpus, self.split):
            for scene in document:
                yield from _texts_of(scene, labelled)


def _texts_of(scene: Scene, labelled: Collection[str] = ()) -> Iterator[str]:
    """The texts of a scene: its heading, speech, and the names of speakers without a label."""
    if scene.heading is not None:
        yield scene.heading
    for line in scene.lines:
        if line.speaker is not None and line.speaker not in labelled:
            yield line.speaker
        yield line.text


def _store(
    folder: Path,
    sides: Iterable[tuple[Side, Iterable[Scene]]],
    tokenizer: Tokenizer,
    observe: Callable[[Side, Scene, list[int]], None],
) -> tuple[int, int]:
    """Writes the ids of the documents of both sides, in one pass.

    Returns:
        how many tokens are scored on each side: all but START.
    """
    encoder, started, size = ScriptEncoder(tokenizer), Counter[Side](), tokenizer.vocabulary_size
    with IdStoreWriter(folder / TRAINING_IDS, size) as training, IdStoreWriter(folder / HELD_OUT_IDS, size) as held_out:
        for side, document in sides:
            store = training if side == "training" else held_out
            started[side] += 1
            store.append([START])
            for number, scene in enumerate(document):
                ids = encoder.encode_scene(scene, first_of_document=number == 0)
                observe(side, scene, ids)
                store.append(ids)
            store.append([END])
    return training.length - started["training"], held_out.length - started["held out"]
