"""The functions of the package: `load`, `train_script`, `train_chat` and `train_discriminator`."""

import importlib.util
import os
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgen import starters
from textgen.chatbot import Chatbot
from textgen.config import AdversarialConfig, Budget, TrainingConfig
from textgen.corpus.reading_options import AS_FOUND, READING
from textgen.decoding.option_row import refuse_unknown
from textgen.errors import ConfigurationError, MissingExtraError, require_path
from textgen.errors import TrainingInterrupted as TrainingInterrupted
from textgen.model_folder import Model, ModelFolder
from textgen.wording import to_install
from textgen.writer import ScriptWriter

if TYPE_CHECKING:
    from textgen.corpus.collection import Paths
    from textgen.corpus.given import Given
    from textgen.discriminator.file import SavedDiscriminator
    from textgen.training.callback import Callback
    from textgen.training.discriminator_task import Write

DEFAULT_SAMPLES = 6000
"""Number of texts that the model writes for a discriminator."""

DEFAULT_EPOCHS = 12.0
"""Maximum training epochs of a discriminator."""


def load(path: str | Path) -> ScriptWriter | Chatbot:
    """Opens a trained model, without TensorFlow.

    Args:
        path: the model folder; `smalltalk` and `english` open the models that come with the package, unless a folder
            has that name.

    Returns:
        A script writer or a chatbot, depending on the kind of model.

    Raises:
        ModelError: there is no model, or it is damaged.

    Example:
        >>> textgen.load("runs/seinfeld").write(prompt="jerry:", lines=10).text  # doctest: +SKIP
        >>> textgen.load("smalltalk").reply("hello there")  # doctest: +SKIP
    """
    model = open_folder(path).load()
    return ScriptWriter(model) if model.card.kind == "script" else Chatbot(model)


def open_folder(path: str | Path) -> ModelFolder:
    """The model folder at a path, or that of a model of the package (`textgen.starters`)."""
    require_path("the model", path)
    return starters.open_folder(path)


def train_script(
    corpus: "Paths | None" = None,
    out: str | Path | None = None,
    *,
    texts: Iterable[str | None] | None = None,
    validation: "Paths | None" = None,
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
    callbacks: "Iterable[Callback]" = (),
    **choice: Any,
) -> ScriptWriter:
    """Trains a script writer.

    Args:
        corpus: a file or folder with scripts or plain text, or several.
        out: the model folder; `runs/<corpus name>` where none is given (`runs/texts` for `texts`), numbered if taken.
        texts: instead of a corpus: a list, an iterator or a pandas column of texts, each a document.
        validation: text to judge the model by; the last tenth of the corpus where none is given.
        format: format of the corpus; found from its content where none is given.
        minutes, epochs, steps: the budget, at most one of them; 20 minutes where none is given. Minutes count steps
            and validations, with the compiling in the first ones; reading and encoding the corpus is not counted.
        seed: seed of all randomness.
        resume: continue an interrupted run in `out`; begin a new one where there is none.
        overwrite: replace the model in `out` once the new one is trained.
        start_from: a model folder (or `english`) to continue from; its pieces and architecture are kept, the labels are
            those of the corpus's speakers. `none` starts afresh. Where nothing is given and the settings of the network
            are left open, a run on English texts starts from `english`.
        adversarial: whether, and with which settings, a critic trains the writer further; half of the budget then goes
            to training without it, none where `start_from` is given. True takes the usual settings.
        index: whether to keep hashes of the corpus's word sequences, which `no_copy` needs.
        tensorboard: whether to write event files into `out/training/tensorboard`.
        quiet: show no progress.
        callbacks: objects of subclasses of `textgen.Callback`, which are told what happens and may stop the run.
        choice: level, size and their details, as in `textgen.training.sizing.ScriptChoice`; how the corpus is read, as
            in `textgen.corpus.reading_options.ReadingOptions`.

    Returns:
        The writer with the weights that predict the held-out text best; with the last ones where that is too short to
        tell (fewer than 1,000 characters).

    Raises:
        TextgenError: what was asked for cannot be done; nothing is lost.
        TrainingInterrupted: Ctrl-C; the run was saved and can be resumed.

    Example:
        >>> textgen.train_script(texts=frame["lyrics"], out="runs/songs", minutes=10)  # doctest: +SKIP
    """
    _require_training()
    from textgen.corpus.given import GivenTexts
    from textgen.evaluation.sample_metric import find_sample_metric
    from textgen.training.adversarial.task import AdversarialTask, adversarial_folder
    from textgen.training.run import assist, train
    from textgen.training.script_task import ScriptTask
    from textgen.training.sizing import ScriptChoice
    from textgen.training.target import Target
    from textgen.training.task import Start, TrainingRequest
    from textgen.training.team import Cluster

    watching = _callbacks(callbacks)
    reading = AS_FOUND.replaced(_taken(choice))
    chosen = _chosen(ScriptChoice, choice, "train_script")
    source = _one_of(corpus, None if texts is None else GivenTexts(texts), "texts")
    request = TrainingRequest(source, chosen, format, validation, seed, index, reading)
    config = _adversarial_config(adversarial)
    starter = ModelFolder(starters.PRETRAINED[starters.ENGLISH]) if start_from is None and config is None else None
    script = ScriptTask(request, _write_a_little, starter)
    start = Start(_budget(minutes, epochs, steps), _origin(start_from, chosen.network), tensorboard, quiet, watching)
    adversary = AdversarialTask(script, find_sample_metric, config)
    if Cluster.from_environment().place:
        return ScriptWriter(assist(script if config is None else adversary, start))
    with Target(out, script.name, resume, overwrite) as target:
        both = config is not None or adversarial_folder(target.building).is_dir()
        return ScriptWriter(train(adversary if both else script, target, start))


def train_chat(
    corpus: "Paths | None" = None,
    out: str | Path | None = None,
    *,
    dialogues: Iterable[Iterable[str | None]] | None = None,
    validation: "Paths | None" = None,
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
    callbacks: "Iterable[Callback]" = (),
    **choice: Any,
) -> Chatbot:
    """Trains a chatbot.

    Args:
        corpus: a file or folder with dialogues, or several.
        out: the model folder; `runs/<corpus name>` where none is given (`runs/texts` for `dialogues`), numbered if
            taken.
        dialogues: instead of a corpus: a list, an iterator or a pandas column of dialogues, each with its turns.
        validation: dialogues to judge the model by; the last tenth of each file where none are given.
        format: format of the corpus; found from its content where none is given.
        turns: number of turns before a reply that the model sees; 0 trains a model that ignores the context.
        replies_by: whose turns the bot learns to say, where turns have speakers; everybody's where none is given.
        spacing: `natural` puts tokenised text ("I ' m here .") back into normal writing, `as-is` leaves it; `auto`
            decides by the corpus.
        minutes, epochs, steps: the budget, at most one of them; 20 minutes where none is given. Minutes count steps
            and validations, with the compiling in the first ones; reading and encoding the corpus is not counted.
        seed: seed of all randomness.
        resume: continue an interrupted run in `out`; begin a new one where there is none.
        overwrite: replace the model in `out` once the new one is trained.
        start_from: a model folder (or `dialogue`, or `smalltalk`) to continue from; its vocabulary and architecture are
            kept. `none` starts afresh. Where nothing is given and the settings of the network are left open, a run on
            English dialogues starts from `dialogue`.
        index: whether to keep hashes of the replies' word sequences, which `no_copy` needs.
        tensorboard: whether to write event files into `out/training/tensorboard`.
        quiet: show no progress.
        callbacks: objects of subclasses of `textgen.Callback`, which are told what happens and may stop the run.
        choice: level, size and their details, as in `textgen.training.sizing.ChatChoice`; how the corpus is read, as
            in `textgen.corpus.reading_options.ReadingOptions`.

    Returns:
        The chatbot with the weights that predict the held-out replies best; with the last ones where those are too few
        to tell (fewer than 1,000 characters).

    Raises:
        TextgenError: what was asked for cannot be done; nothing is lost.
        TrainingInterrupted: Ctrl-C; the run was saved and can be resumed.
    """
    _require_training()
    from textgen.corpus.given import GivenDialogues
    from textgen.training.chat_task import ChatTask, Listening
    from textgen.training.run import assist, train
    from textgen.training.sizing import ChatChoice
    from textgen.training.target import Target
    from textgen.training.task import Start, TrainingRequest
    from textgen.training.team import Cluster

    watching = _callbacks(callbacks)
    reading = AS_FOUND.replaced(_taken(choice))
    chosen = _chosen(ChatChoice, choice, "train_chat")
    source = _one_of(corpus, None if dialogues is None else GivenDialogues(dialogues), "dialogues")
    request = TrainingRequest(source, chosen, format, validation, seed, index, reading)
    listening = Listening(turns, replies_by, spacing)  # type: ignore[arg-type]
    starter = ModelFolder(starters.PRETRAINED[starters.DIALOGUE]) if start_from is None else None
    task = ChatTask(request, listening, _talk_a_little, starter)
    network = {**chosen.network, **({} if turns else {"turns": turns})}
    start = Start(_budget(minutes, epochs, steps), _origin(start_from, network), tensorboard, quiet, watching)
    if Cluster.from_environment().place:
        return Chatbot(assist(task, start))
    with Target(out, task.name, resume, overwrite) as target:
        return Chatbot(train(task, target, start))


def train_discriminator(
    model: str | Path,
    corpus: "Paths | None" = None,
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
    """Trains a discriminator between real texts and texts that a model writes, and saves it in the model's folder.

    The texts of a script model are lines, and where a speaker has 200 of them, the discriminator also learns whose a
    line is. The texts of a chat model are replies to real messages, and the discriminator also learns which replies fit
    which messages.

    Args:
        model: the model folder; the model itself is not changed.
        corpus: the real text; where none is given, the text that training left in the folder.
        format: format of the corpus; found from its content where none is given.
        samples: number of texts that the model writes: two thirds to train on, one third to measure with.
        minutes, epochs, steps: the budget, at most one of them; 12 epochs where none is given. Training stops early
            when it no longer improves.
        seed: seed of all randomness.
        quiet: show no progress.
        decoding: decoding options for these texts, such as `temperature=0.9`; the model's own where none are given.
            Reading options of the corpus too; those the model was trained with where none are given.

    Returns:
        The discriminator, with its metrics.

    Raises:
        TextgenError: what was asked for cannot be done; an older discriminator is kept.

    Example:
        >>> textgen.train_discriminator("runs/seinfeld").metrics["accuracy"]  # doctest: +SKIP
    """
    _require_training()
    from textgen.discriminator.voices import voices_of
    from textgen.training.callback import Callback
    from textgen.training.discriminator_task import DiscriminatorTask, make_discriminator
    from textgen.training.display import PlainDisplay
    from textgen.training.matching_task import MatchingTask
    from textgen.training.team import Cluster
    from textgen.training.voice_task import VoiceTask

    Cluster.from_environment().require_one("A discriminator")
    folder = open_folder(model)
    opened = folder.load()
    _require_place_for_discriminator(folder)
    budget = _budget(minutes, epochs, steps) or Budget(epochs=DEFAULT_EPOCHS)
    TrainingConfig(budget, seed=seed)  # refuses an invalid seed before anything is written
    reading = _taken(decoding)
    if corpus is None and (given := {"format": format} if format is not None else reading):
        name, value = next(iter(given.items()))
        raise ConfigurationError(
            f"The {name.replace('_', ' ')} {value} was given without a corpus, but what training left in the model "
            f"folder has none: give the file with --corpus, or leave --{name.replace('_', '-')} out."
        )
    write, options = _generator(opened, samples, seed, decoding)
    kind: type[DiscriminatorTask] = VoiceTask if voices_of(opened) else DiscriminatorTask
    if opened.card.kind == "chat" and opened.card.corpus["turns"]:  # otherwise its replies answer no message
        kind = MatchingTask
    task = kind(opened, samples, write, options, seed, corpus, format, reading)
    trained = make_discriminator(task, budget, (Callback() if quiet else PlainDisplay()).note)
    trained.save(folder)
    return trained


def _generator(model: Model, samples: int, seed: int, decoding: dict[str, Any]) -> "tuple[Write, dict[str, Any]]":
    """The function that writes a discriminator's texts (lines, or replies to real messages), and its options."""
    from textgen.evaluation.generated_samples import GeneratedLines, GeneratedReplies
    from textgen.training.discriminator_task import parts_of

    if model.card.kind == "chat":
        replies = GeneratedReplies(model, seed, decoding)
        return lambda real, note: replies.write(real.contexts(*parts_of(samples)), note), replies.decoding
    lines = GeneratedLines(model, seed, decoding)
    return lambda real, note: lines.write(samples, note), lines.decoding


def _require_place_for_discriminator(folder: ModelFolder) -> None:
    """Refuses a folder in the installed package, and a folder that may not be written to."""
    from textgen.discriminator.file import copying, is_installed

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
        f"A discriminator was to be put into {path}, but {found}: copy the folder, for example with  {command}  and "
        f"{then}."
    )


def _one_of(corpus: "Paths | None", given: "Given | None", argument: str) -> "Paths | Given":
    """The corpus or what was given instead of it, of which there must be exactly one."""
    if (corpus is None) == (given is None):
        found = "neither was" if corpus is None else "both were"
        raise ConfigurationError(
            f"A model learns from a corpus (files) or from {argument} (given by a program), but {found} given: give "
            "exactly one of the two."
        )
    source = given if corpus is None else corpus
    assert source is not None
    return source


def _taken(given: dict[str, Any]) -> dict[str, Any]:
    """Takes the reading options out of a function's further arguments."""
    reading = {name: given.pop(name) for name in READING if name in given}
    return {name: value for name, value in reading.items() if value is not None}


def _chosen(kind: type[Any], choice: dict[str, Any], function: str) -> Any:
    refuse_unknown(choice, [field.name for field in fields(kind)] + list(READING), function)
    return kind(**choice)


def _budget(minutes: float | None, epochs: float | None, steps: int | None) -> Budget | None:
    return None if minutes is epochs is steps is None else Budget(minutes, epochs, steps)


def _origin(start_from: str | Path | None, network: dict[str, object]) -> tuple[ModelFolder, str] | None:
    """The folder to continue from, and its name as given; None where there is none.

    Raises:
        ConfigurationError: settings of vocabulary or network were given too.
    """
    if start_from is None or str(start_from) == starters.NONE:
        return None
    folder = open_folder(start_from)
    if folder.exists() and (given := _differing(network, folder)):
        name, value = given[0]
        raise ConfigurationError(
            f"{name} is {value!r}, but the run was to start from {start_from}, whose vocabulary and network are kept: "
            "leave one of the two out; --from none starts afresh."
        )
    return folder, str(start_from)


def _differing(network: dict[str, object], folder: ModelFolder) -> list[tuple[str, object]]:
    """The settings that a model to go on from does not take; one that ignores the context may be told so again."""
    turns = folder.load_card().corpus.get("turns") if "turns" in network else None
    return [(name, value) for name, value in network.items() if name != "turns" or value != turns]


def _callbacks(given: "Iterable[Callback]") -> "tuple[Callback, ...]":
    """What is to be told of a run.

    Raises:
        ConfigurationError: one of them is no `textgen.Callback`.
    """
    from textgen.training.callback import Callback

    callbacks = tuple(given)
    for one in callbacks:
        if not isinstance(one, Callback):
            raise ConfigurationError(
                f"A callback is {one!r}; it must be an object of a subclass of textgen.Callback, whose methods are in "
                "docs/api.md: write one that calls it."
            )
    return callbacks


def _adversarial_config(asked: AdversarialConfig | bool) -> AdversarialConfig | None:
    if not isinstance(asked, bool | AdversarialConfig):
        raise ConfigurationError(
            f"adversarial is {asked!r}; it must be True, False or an AdversarialConfig: give "
            'AdversarialConfig(loss="minimax"), for example.'
        )
    return AdversarialConfig() if asked is True else asked or None


def _write_a_little(model: Model) -> str:
    """A sample of a script model in training, with the same seed each time."""
    return ScriptWriter(model, note=lambda text: None).write(lines=8, max_new_tokens=120, seed=1).text


def _talk_a_little(model: Model) -> str:
    """A sample of a chat model in training: replies to a few held-out messages, with the same seed each time."""
    from textgen.training.chat_task import held_out_talks

    lines, bot = list[str](), Chatbot(model)
    for turns in held_out_talks(model):
        bot.reset()
        lines += [f"> {turns[-1]}", f"  {bot.reply(turns[-1], seed=1)}"]
    return "\n".join(lines)


def _require_training() -> None:
    """Imports what trains, with Keras computing in TensorFlow.

    Raises:
        MissingExtraError: a package is not installed.
        ConfigurationError: this process computes with another backend of Keras.
    """
    missing = [
        name for name in ("tensorflow", "keras", "tokenizers", "matplotlib") if not importlib.util.find_spec(name)
    ]
    if missing:
        raise MissingExtraError(
            f"Training was asked for, but {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed; "
            f"writing needs none of it, training does: {to_install('train')}"
        )
    from textgen.training.machine import compute_with_tensorflow

    compute_with_tensorflow()
