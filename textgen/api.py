"""`train_script`, `train_chat` and `load`: training and writing put together."""

import importlib.util
import os
import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from textgen.chatbot import Chatbot
from textgen.config import AdversarialConfig, Budget, TrainingConfig
from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.dialogues import DialogueCorpus
from textgen.corpus.paths import Paths
from textgen.errors import ConfigurationError, MissingExtraError
from textgen.judging.judge import JUDGED
from textgen.model_folder import Model, ModelFolder
from textgen.wording import count, to_install
from textgen.writer import ScriptWriter

if TYPE_CHECKING:
    from textgen.judging.matching import Text
    from textgen.judging.saved import SavedDiscriminator
    from textgen.training.adversarial.run import AdversarialCourse
    from textgen.training.chat_preparation import Listening
    from textgen.training.real_texts import RealTexts
    from textgen.training.run import Course
    from textgen.training.sizing import Choice
    from textgen.training.target import Target

DEFAULT_MINUTES = 20.0

DEFAULT_SAMPLES = 6000
"""Texts that are written for a discriminator."""

DEFAULT_EPOCHS = 12.0
"""Of a discriminator over its texts, at most."""

SMALLTALK = "smalltalk"
"""The name of the chat model that comes along."""

SMALLTALK_FOLDER = Path(__file__).parent / "pretrained" / SMALLTALK


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C during training; the message says what was saved and how to go on."""


def load(path: str | Path) -> ScriptWriter | Chatbot:
    """Opens a trained model, without TensorFlow.

    Args:
        path: of the model folder; `smalltalk` opens the chat model that comes along, unless a folder has that name.

    Returns:
        A script writer or a chatbot, as the model was trained.

    Raises:
        ModelError: there is no model, or it is damaged.

    Example:
        >>> textgen.load("runs/seinfeld").write(prompt="jerry:", lines=10).text  # doctest: +SKIP
        >>> textgen.load("smalltalk").reply("hello there")  # doctest: +SKIP
    """
    model = open_folder(path).load()
    return ScriptWriter(model) if model.card.kind == "script" else Chatbot(model)


def open_folder(path: str | Path) -> ModelFolder:
    """The model folder of this path; `smalltalk` is the one that comes along, unless a folder has that name."""
    folder = ModelFolder(path)
    return ModelFolder(SMALLTALK_FOLDER) if str(path) == SMALLTALK and not folder.exists() else folder


def train_script(
    corpus: Paths,
    out: str | Path | None = None,
    *,
    validation: Paths | None = None,
    format: str | None = None,
    minutes: float | None = None,
    epochs: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    start_from: str | Path | None = None,
    adversarial: AdversarialConfig | bool = False,
    index: bool = True,
    tensorboard: bool = False,
    quiet: bool = False,
    **choice: Any,
) -> ScriptWriter:
    """Trains a script writer.

    Args:
        corpus: a file or folder with scripts or plain text, or several.
        out: the model folder; `runs/<corpus name>` where none is given, numbered if taken.
        validation: text to judge the model by; the last tenth of the corpus where none is given.
        format: of the corpus; found from its content where none is given.
        minutes, epochs, steps: the budget, at most one of them; 20 minutes where none is given. Minutes count steps
            and validations, with the compiling in the first ones; reading and encoding the corpus is not counted.
        seed: of all randomness.
        resume: go on with an interrupted run in `out`; where there is none yet, begin.
        overwrite: replace the model in `out` once the new one is trained.
        start_from: a model folder to go on from, whose vocabulary and architecture are kept.
        adversarial: whether, and how, a critic of its lines trains the writer on; half of the budget then goes to
            training without it, none where `start_from` is given. True takes the usual settings.
        index: whether to keep hashes of the corpus's word sequences, which `no_copy` needs.
        tensorboard: whether to write event files into `out/training/tensorboard`.
        quiet: show no progress.
        choice: level, size and their details, as in `textgen.training.sizing.ScriptChoice`.

    Returns:
        The writer with the weights that predict the held-out text best; with the last ones where that is too short to
        tell (fewer than 1,000 characters).

    Raises:
        TextgenError: what was asked for cannot be done; nothing is lost.
        TrainingInterrupted: Ctrl-C; the run was saved and can be resumed.
    """
    _require_training()
    from textgen.evaluation.sample_judge import find_judge
    from textgen.training.adversarial import run as adversarial_run
    from textgen.training.run import Course
    from textgen.training.script_run import SCRIPT, ScriptRequest, begin
    from textgen.training.sizing import ScriptChoice

    chosen = _chosen(ScriptChoice, choice, "train_script")
    source = ScriptCorpus(corpus, format)
    budget = _budget(minutes, epochs, steps)

    if not isinstance(adversarial, bool | AdversarialConfig):
        raise ConfigurationError(
            f"adversarial is {adversarial!r}; it must be True, False or an AdversarialConfig: give "
            'AdversarialConfig(loss="minimax"), for one.'
        )
    config = AdversarialConfig() if adversarial is True else adversarial or None

    def start(folder: ModelFolder, given: Budget, origin: Model | None, note: Callable[[str], None]) -> None:
        held_out = ScriptCorpus(validation, format) if validation is not None else None
        request = ScriptRequest(source, held_out, chosen, given, seed, origin, index)
        if config is None:
            begin(folder, request, note)
        else:
            adversarial_run.begin_adversarial(folder, config, request, note)

    def course(folder: ModelFolder) -> "Course | AdversarialCourse":
        if config is None and not adversarial_run.adversarial_folder(folder).is_dir():
            return Course(folder, SCRIPT)
        return adversarial_run.AdversarialCourse(folder, find_judge, config)

    name = source.files[0].path.stem
    job = _Job("train-script", course, source, (chosen,), seed, format, name, budget, start, _write_a_little)
    return ScriptWriter(_train(job, corpus, out, start_from, resume, overwrite, tensorboard, quiet))


def train_chat(
    corpus: Paths,
    out: str | Path | None = None,
    *,
    validation: Paths | None = None,
    format: str | None = None,
    turns: int = 3,
    replies_by: str | None = None,
    spacing: str = "auto",
    minutes: float | None = None,
    epochs: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    start_from: str | Path | None = None,
    index: bool = True,
    tensorboard: bool = False,
    quiet: bool = False,
    **choice: Any,
) -> Chatbot:
    """Trains a chatbot.

    Args:
        corpus: a file or folder with dialogues, or several.
        out: the model folder; `runs/<corpus name>` where none is given, numbered if taken.
        validation: dialogues to judge the model by; the last tenth of each file where none are given.
        format: of the corpus; found from its content where none is given.
        turns: before a reply that the model looks back at; 0 trains one that ignores the context.
        replies_by: whose turns the bot learns to say, where turns have speakers; everybody's where none is given.
        spacing: `natural` puts tokenised text ("I ' m here .") back into normal writing, `as-is` leaves it; `auto`
            looks at the corpus.
        minutes, epochs, steps: the budget, at most one of them; 20 minutes where none is given. Minutes count steps
            and validations, with the compiling in the first ones; reading and encoding the corpus is not counted.
        seed: of all randomness.
        resume: go on with an interrupted run in `out`; where there is none yet, begin.
        overwrite: replace the model in `out` once the new one is trained.
        start_from: a model folder (or `smalltalk`) to go on from, whose vocabulary and architecture are kept.
        index: whether to keep hashes of the replies' word sequences, which `no_copy` needs.
        tensorboard: whether to write event files into `out/training/tensorboard`.
        quiet: show no progress.
        choice: level, size and their details, as in `textgen.training.sizing.ChatChoice`.

    Returns:
        The chatbot with the weights that predict the held-out replies best; with the last ones where those are too few
        to tell (fewer than 1,000 characters).

    Raises:
        TextgenError: what was asked for cannot be done; nothing is lost.
        TrainingInterrupted: Ctrl-C; the run was saved and can be resumed.
    """
    _require_training()
    from textgen.training.chat_preparation import Listening
    from textgen.training.chat_run import CHAT, ChatRequest, begin_chat
    from textgen.training.run import Course
    from textgen.training.sizing import ChatChoice

    chosen = _chosen(ChatChoice, choice, "train_chat")
    listening = Listening(turns, replies_by, spacing)  # type: ignore[arg-type]
    source = DialogueCorpus(corpus, format)
    budget = _budget(minutes, epochs, steps)

    def start(folder: ModelFolder, given: Budget, origin: Model | None, note: Callable[[str], None]) -> None:
        held_out = DialogueCorpus(validation, format) if validation is not None else None
        begin_chat(folder, ChatRequest(source, held_out, listening, chosen, given, seed, origin, index), note)

    def course(folder: ModelFolder) -> Course:
        return Course(folder, CHAT)

    name = source.files[0].paths[0].stem
    job = _Job("train-chat", course, source, (chosen, listening), seed, format, name, budget, start, _talk_a_little)
    return Chatbot(_train(job, corpus, out, start_from, resume, overwrite, tensorboard, quiet))


def train_discriminator(
    model: str | Path,
    corpus: Paths | None = None,
    *,
    format: str | None = None,
    samples: int = DEFAULT_SAMPLES,
    minutes: float | None = None,
    epochs: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    quiet: bool = False,
    **decoding: Any,
) -> "SavedDiscriminator":
    """Trains a judge of real texts and texts that a model writes, and puts it into the model's folder.

    Of a script model the texts are lines; of a chat model they are replies, and those it writes answer real messages.

    Args:
        model: the folder; the model itself stays as it is.
        corpus: the real text; what training left in the folder where none is given.
        format: of the corpus; found from its content where none is given.
        samples: texts that are written for it: two thirds to learn from, one to be judged by.
        minutes, epochs, steps: the budget, at most one of them; 12 epochs where none is given. It ends early when
            nothing more is learned.
        seed: of all randomness.
        quiet: show no progress.
        decoding: how the texts are written, such as `temperature=0.9`; the model's own where nothing is given.

    Returns:
        The discriminator, with what was measured.

    Raises:
        TextgenError: what was asked for cannot be done; an older discriminator is kept.

    Example:
        >>> textgen.train_discriminator("runs/seinfeld").metrics["accuracy"]  # doctest: +SKIP
    """
    _require_training()
    from textgen.training.discriminator_run import Samples, make_discriminator, parts_of, require_enough
    from textgen.training.display import PlainDisplay, SilentDisplay

    folder = open_folder(model)
    opened = folder.load()
    _require_place_for_discriminator(folder)
    budget = _budget(minutes, epochs, steps) or Budget(epochs=DEFAULT_EPOCHS)
    TrainingConfig(budget, seed=seed)  # a seed that cannot be is refused before anything is written
    if format is not None and corpus is None:
        raise ConfigurationError(
            f"The format {format} was given without a corpus, but what training left in the model folder has none: "
            "give the file with --corpus, or leave --format out."
        )
    note = (SilentDisplay() if quiet else PlainDisplay()).note
    noun, learned = JUDGED[opened.card.kind], parts_of(samples)[0]
    real, options, write = _real_and_fresh(opened, corpus, format, samples, seed, decoding)
    require_enough(real, samples, noun)
    note(f"real      {len(real.training):,} {noun} to learn from, {len(real.held_out):,} held out")
    written = write(note)
    trained = make_discriminator(
        opened, real, Samples(written[:learned], written[learned:], options), budget, seed, note
    )
    trained.save(folder)
    return trained


def _real_and_fresh(
    model: Model, corpus: Paths | None, format: str | None, samples: int, seed: int, decoding: dict[str, Any]
) -> "tuple[RealTexts, dict[str, Any], Callable[[Callable[[str], None]], list[Text]]]":
    """The real texts, how fresh ones are written, and what writes them and tells how far it is."""
    from textgen.evaluation.fresh import FreshLines
    from textgen.evaluation.fresh_replies import FreshReplies
    from textgen.training.discriminator_run import parts_of
    from textgen.training.real_replies import corpus_replies, stored_replies
    from textgen.training.real_texts import corpus_texts, stored_texts

    most = _REAL_A_SAMPLE * samples
    if model.card.kind == "chat":
        replies = FreshReplies(model, seed, decoding)
        if corpus is None:
            answers = stored_replies(model, most, seed)
        else:
            answers = corpus_replies(model, DialogueCorpus(corpus, format), most, seed)
        return answers, replies.decoding, lambda tell: replies.write(answers.contexts(*parts_of(samples)), tell)
    lines = FreshLines(model, seed, decoding)
    if corpus is None:
        real = stored_texts(model, most, seed)
    else:
        real = corpus_texts(model, ScriptCorpus(corpus, format), most, seed)
    return real, lines.decoding, partial(lines.write, samples)


def _require_place_for_discriminator(folder: ModelFolder) -> None:
    """Refuses to write into the installed package, and into what may not be written to."""
    from textgen.judging.saved import copying, is_installed

    path = folder.path
    if is_installed(path):
        found = "it lies in the installed package, which is not to be changed"
        then = "name the copy, and with --corpus the dialogues to judge by"
    elif not os.access(path, os.W_OK):
        found, then = "it may not be written to", "name the copy"
    else:
        return
    command, _ = copying(path)
    raise ConfigurationError(
        f"A discriminator was to be put into {path}, but {found}: copy the folder, for one with  {command}  and {then}."
    )


_REAL_A_SAMPLE = 10
"""Real texts read for each that is written, so that there are some of every length."""


class _Corpus(Protocol):
    @property
    def fingerprint(self) -> str: ...


class _Job(NamedTuple):
    """What sets the kinds of models apart when one is trained."""

    command: str
    course: "Callable[[ModelFolder], Course | AdversarialCourse]"
    corpus: _Corpus
    asked: "tuple[Choice | Listening, ...]"
    seed: int
    format: str | None
    name: str
    budget: Budget | None
    begin: Callable[[ModelFolder, Budget, Model | None, Callable[[str], None]], None]
    sample: Callable[[Model], str]


def _train(
    job: _Job,
    corpus: Paths,
    out: str | Path | None,
    start_from: str | Path | None,
    resume: bool,
    overwrite: bool,
    tensorboard: bool,
    quiet: bool,
) -> Model:
    """Trains a model of any kind, and loads it."""
    from textgen.training.display import SilentDisplay, make_display
    from textgen.training.resuming import require_as_begun
    from textgen.training.target import Target

    display = SilentDisplay() if quiet else make_display()
    with Target(out, job.name, resume, overwrite) as target:
        display.note(f"folder    {target.described}")
        course = job.course(target.building)
        trained = resume and target.replaces and job.budget is None and course.why_finished()
        if trained:  # the run came to its end, and was cut off before it took the old model's place
            target.finish()
            return target.final.load()
        if resume and target.started:
            require_as_begun(target.building, *job.asked, seed=job.seed)
            course.go_on(job.corpus.fingerprint, job.budget, display.note)
        else:
            if resume:
                display.note(f"There is no run in {target.final.path} yet: training starts from the beginning.")
            origin = open_folder(start_from).load() if start_from is not None else None
            if origin is not None:
                display.note(f"from      {start_from}: its weights, vocabulary and architecture")
            job.begin(target.building, job.budget or Budget(minutes=DEFAULT_MINUTES), origin, display.note)
        resuming = _resuming(job, corpus, target, tensorboard)
        try:
            outcome = course.run(display, job.sample, tensorboard)
        except KeyboardInterrupt:
            kept = "Interrupted; the last checkpoint is kept. To go on from it:"
            raise TrainingInterrupted(f"{kept}\n  {resuming}") from None
        if outcome.reason == "interrupted":
            steps = count(outcome.steps, "step")
            raise TrainingInterrupted(f"Interrupted after {steps}, and saved{outcome.behind}. To go on:\n  {resuming}")
        target.finish()
        return target.final.load()


def _resuming(job: _Job, corpus: Paths, target: "Target", tensorboard: bool) -> str:
    """The command that goes on with a run.

    Without their format some files could not be read again; and an adversarial run shares the cores in another way.
    """
    from textgen.training.run_record import ADVERSARIAL

    given = " ".join(f"--corpus {shlex.quote(str(path))}" for path in _as_list(corpus))
    if job.format is not None:
        given += f" --format {job.format}"
    wanted = f" --{ADVERSARIAL}" if (target.building.training / ADVERSARIAL).is_dir() else ""
    wanted += " --tensorboard" if tensorboard else ""
    return f"textgen {job.command} {given} --out {shlex.quote(str(target.final.path))}{wanted} --resume"


def _chosen(kind: type[Any], choice: dict[str, Any], function: str) -> Any:
    try:
        return kind(**choice)
    except TypeError as error:
        raise ConfigurationError(f"{function} was given an option it does not know ({error}).") from None


def _budget(minutes: float | None, epochs: float | None, steps: int | None) -> Budget | None:
    return None if minutes is epochs is steps is None else Budget(minutes, epochs, steps)


def _write_a_little(model: Model) -> str:
    """The sample of a script writer while it trains, with the same seed each time."""
    return ScriptWriter(model, note=lambda text: None).write(lines=8, max_new_tokens=120, seed=1).text


def _talk_a_little(model: Model) -> str:
    """The sample of a chatbot while it trains: replies to a few held-out messages, with the same seed each time."""
    from textgen.training.samples import held_out_talks

    lines, bot = list[str](), Chatbot(model)
    for turns in held_out_talks(model):
        bot.reset()
        lines += [f"> {turns[-1]}", f"  {bot.reply(turns[-1], seed=1)}"]
    return "\n".join(lines)


def _as_list(paths: Paths) -> list[str | os.PathLike[str]]:
    return [paths] if isinstance(paths, str | os.PathLike) else list(paths)


def _require_training() -> None:
    missing = [
        name for name in ("tensorflow", "keras", "tokenizers", "matplotlib") if not importlib.util.find_spec(name)
    ]
    if missing:
        raise MissingExtraError(
            f"Training was asked for, but {', '.join(missing)} is not installed; writing needs none of it, training "
            f"does: {to_install('train')}"
        )
