"""The script writer: prompt in, script out."""

import difflib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from textgen.artifact import Model, ModelFolder
from textgen.corpus.encoding import ScriptEncoder, decode_script
from textgen.corpus.prompt import Prompt as ScriptPrompt
from textgen.corpus.prompt import parse_prompt
from textgen.corpus.rendering import ScriptRenderer
from textgen.corpus.scene import Scene
from textgen.corpus.script import Script
from textgen.corpus.style import ScriptStyle
from textgen.decoding.constraints import AllOf, Constraint, HealingConstraint, Utf8Constraint
from textgen.decoding.cursor import Prompt
from textgen.decoding.decode import decode
from textgen.decoding.grammar import ScriptGrammar
from textgen.decoding.headings import HeadingRules
from textgen.decoding.options import DecodingOptions
from textgen.decoding.pieces import Pieces
from textgen.decoding.results import Event, FinishReason, Sequence
from textgen.decoding.shape import ScriptShape
from textgen.decoding.speech import CopyGuard
from textgen.errors import ConfigurationError, CorpusError, ModelError
from textgen.inference.language_model import LanguageModel
from textgen.text.normalisation import Normalisation

DEFAULT_LINES = 20

Note = Callable[[str], None]


@dataclass(frozen=True)
class WrittenScript(Script):
    """A script that a model wrote, its prompt included.

    Args:
        scenes: the script.
        style: how its text looks.
        written: the text exactly as it was streamed; an unfinished last line has no line end.
        finish_reason: `end` (the document ended), `stop`, `lines` or `length`.
        seed: writes the same text again, alone.
        log_probability: of what was written after the prompt, by the model alone, in nats.
        relaxed: whether `no_copy` had to let a copy through because nothing else was left.
    """

    written: str
    finish_reason: FinishReason
    seed: int
    log_probability: float
    relaxed: bool

    @property
    def text(self) -> str:
        """The text exactly as it was streamed."""
        return self.written

    def to_json_object(self) -> dict[str, Any]:
        """The script and how it was written, as plain JSON values."""
        return {
            **json.loads(self.to_json()),
            "text": self.written,
            "seed": self.seed,
            "finish_reason": self.finish_reason,
            "log_probability": self.log_probability,
            "relaxed": self.relaxed,
        }

    def to_text(self, finished: bool = False) -> str:
        """The text as it was streamed, or with its last line closed by a line end."""
        return super().to_text() if finished else self.written


class ScriptWriter:
    """Writes scripts with a trained model, in NumPy.

    Args:
        model: a loaded model folder.
        note: is told what a person should know, such as how a prompt was changed.

    Raises:
        ModelError: the folder's parts do not fit together.

    Example:
        >>> writer = textgen.load("runs/seinfeld")  # doctest: +SKIP
        >>> print(writer.write(prompt="jerry:", lines=10, seed=7).text)  # doctest: +SKIP
    """

    def __init__(self, model: Model, note: Note | None = None) -> None:
        self.path, self.card, self.tokenizer = model.path, model.card, model.tokenizer
        self.model = LanguageModel(model.card.architecture, model.weights)
        try:
            corpus = model.card.corpus
            self.style = ScriptStyle.from_json(corpus["style"])
            self._shape = ScriptShape(**corpus["shape"])
            self._normalisation = Normalisation.from_json(corpus["normalisation"])
        except (KeyError, TypeError, AttributeError, ConfigurationError, CorpusError) as error:
            raise ModelError(
                f"model.json in {model.path} does not describe the scripts it was trained on ({error!r}): "
                "the file is damaged; copy or train the model again."
            ) from None
        self._note = note or _to_stderr
        self._encoder = ScriptEncoder(self.tokenizer)
        self._pieces = Pieces(self.tokenizer)
        self._told: set[str] = set()

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers with a label, the one with most lines first."""
        return self.tokenizer.speakers

    @cached_property
    def rare_speakers(self) -> dict[str, str]:
        """The speakers without a label, as the corpus spells them, by their name in folded case."""
        names = self.card.corpus.get("speakers", {})
        return {name.casefold(): name for name in names if self.tokenizer.label_id(name) is None}

    def options(self, **options: Any) -> DecodingOptions:
        """Decoding options over this model's defaults.

        Raises:
            ConfigurationError: an option is unknown or out of range.
        """
        known = [field.name for field in fields(DecodingOptions)]
        for name in options:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"choose from {', '.join(known)}."
                raise ConfigurationError(f"The option {name!r} was given, but writing knows no such option: {hint}")
        defaults = dict(self.card.decoding)
        if options.get("num_beams", 1) > 1:
            defaults["temperature"] = 0  # beam search draws nothing
        chosen = DecodingOptions(**{**defaults, **options})
        if chosen.lines is None and chosen.max_new_tokens is None:
            return replace(chosen, lines=DEFAULT_LINES)
        return chosen

    def write(self, prompt: str = "", **options: Any) -> WrittenScript:
        """Writes one script.

        Args:
            prompt: how it begins, in the corpus's own format (`jerry: hello`); an unfinished line is continued.
            options: of `DecodingOptions`, such as `lines=20, characters=["jerry"], temperature=0.8, seed=7`. Twenty
                lines where neither `lines` nor `max_new_tokens` is given.

        Raises:
            ConfigurationError: an option makes no sense.
        """
        return self.write_several(prompt, **{**options, "num_return_sequences": 1})[0]

    def write_several(self, prompt: str = "", **options: Any) -> list[WrittenScript]:
        """Writes `num_return_sequences` scripts from one prompt, side by side; the i-th has the seed `seed + i`."""
        job = _Job(self, prompt, self.options(**options))
        done = {event.row: event.sequence for event in job.events() if event.sequence is not None}
        sequences = [done[row] for row in sorted(done)]
        size = job.documents
        return [job.script(sequences[k : k + size]) for k in range(0, len(sequences), size)]

    def stream(self, prompt: str = "", **options: Any) -> Iterator[str]:
        """Writes one script and yields its text piece by piece, the prompt first.

        The pieces are whole characters, and together they are `write(...).text`.
        """
        job = _Job(self, prompt, self.options(**{**options, "num_return_sequences": 1}))
        return job.pieces()

    def note_once(self, text: str) -> None:
        """Tells a person something, the first time only."""
        if text not in self._told:
            self._told.add(text)
            self._note(text)

    @cached_property
    def _guard(self) -> CopyGuard:
        path = ModelFolder(self.path).novelty
        if not path.is_file():
            raise ConfigurationError(
                f"no_copy was asked for, but {self.path} has no novelty.bin: it was trained with --no-index or the "
                "file was deleted; leave no_copy out, or train again without --no-index."
            )
        return CopyGuard(np.memmap(path, dtype=np.uint64, mode="r"), self._pieces)

    def _label_or_name(self, name: str) -> str:
        """The corpus's spelling of a speaker's name, or the name as it is."""
        ids = self.tokenizer.label_ids(name)
        return (self.tokenizer.speaker_of(ids[0]) or name) if ids else name


class _Job:
    """One request: the prompt understood, the constraints built, the sequences decoded.

    Captions are documents of one line each, so `lines` of them are so many sequences, not one long one.
    """

    def __init__(self, writer: ScriptWriter, prompt: str, options: DecodingOptions) -> None:
        self.writer, self.options = writer, options
        self.documents = 1
        if writer.style.format == "captions" and options.lines is not None:
            self.documents = options.lines
            sequences = options.num_return_sequences * options.lines
            self.options = replace(options, lines=1, num_return_sequences=sequences)
        opening = self._resolve(parse_prompt(self._normalise(prompt), writer.style))
        self._healed = b""
        if opening.line is not None:
            dropped = writer.tokenizer.last_word(opening.line.text)
            kept = opening.line.text.removesuffix(dropped)
            opening = replace(opening, line=replace(opening.line, text=kept))
            self._healed = dropped.encode()
        self.context = writer._encoder.encode_prompt(opening)
        self._renderer, self.prompt_text = ScriptRenderer(writer.tokenizer, writer.style), ""
        for token in self.context:
            text, self._renderer = self._renderer.advance(token)
            self.prompt_text += text

    def events(self) -> Iterator[Event]:
        """What happens while it is written."""
        writer = self.writer
        state = writer.model.read(np.array(self.context[:-1], np.intp)[:, None], writer.model.initial_state())
        guard = writer._guard if self.options.no_copy else None
        prompt = Prompt(self.context, self._renderer, self._constraint())
        return decode(writer.model.step, state, prompt, self.options, guard, writer.tokenizer.first_piece)

    def pieces(self) -> Iterator[str]:
        """The text piece by piece; captions one after the other."""
        waiting: dict[int, list[str]] = {}
        current = 0
        ended: set[int] = set()
        if self.prompt_text:
            yield self.prompt_text
        for event in self.events():
            waiting.setdefault(event.row, []).append(event.text)
            if event.sequence is not None:
                ended.add(event.row)
                self._tell_of(event.sequence)
            while current in waiting or current in ended:
                yield from filter(None, waiting.pop(current, []))
                if current not in ended:
                    break
                current += 1
                if current < self.documents and self.prompt_text:
                    yield self.prompt_text

    def _tell_of(self, sequence: Sequence) -> None:
        if sequence.relaxed:
            self.writer.note_once("A span of the corpus was copied after all: nothing else could be written there.")

    def script(self, sequences: list[Sequence]) -> WrittenScript:
        """The script of one text's sequences."""
        style = self.writer.style
        text = "".join(self.prompt_text + sequence.text for sequence in sequences)
        if any(sequence.finish_reason == "stop" for sequence in sequences):
            scenes = _scenes_of(parse_prompt(text, style))
        else:
            ids = [token for sequence in sequences for token in [*self.context, *sequence.ids]]
            scenes = decode_script(ids, self.writer.tokenizer, style).scenes
        return WrittenScript(
            scenes,
            style,
            written=text,
            finish_reason=sequences[-1].finish_reason,
            seed=sequences[0].seed,
            log_probability=sum(sequence.log_probability for sequence in sequences),
            relaxed=any(sequence.relaxed for sequence in sequences),
        )

    def _normalise(self, prompt: str) -> str:
        prompt = prompt.replace("\r\n", "\n").replace("\r", "\n")
        changed = self.writer._normalisation.apply(prompt)
        if changed != prompt:
            self.writer.note_once("The prompt was put into the corpus's own case and quotation marks.")
        return changed

    def _resolve(self, prompt: ScriptPrompt) -> ScriptPrompt:
        """Speakers of the prompt as the corpus spells them."""
        name = self.writer._label_or_name

        def known(speaker: str | None) -> str | None:
            return None if speaker is None else name(speaker)

        scenes = tuple(
            replace(scene, lines=tuple(replace(line, speaker=known(line.speaker)) for line in scene.lines))
            for scene in prompt.scenes
        )
        line = prompt.line and replace(prompt.line, speaker=known(prompt.line.speaker))
        return replace(prompt, scenes=scenes, line=line)

    def _constraint(self) -> Constraint:
        writer, labels, names = self.writer, None, None
        if self.options.characters:
            labels, names = self._cast()
        grammar = ScriptGrammar(
            writer._pieces,
            writer._shape,
            labels,
            names,
            may_end=self.options.lines is None or self.documents > 1,
        )
        parts: list[Constraint] = [
            grammar.begin(self.context, prefix=self._healed),
            Utf8Constraint(writer._pieces),
        ]
        if writer._shape.bracketed_headings:
            parts.append(HeadingRules(writer._pieces, grammar.longest_heading).begin(self.context))
        if self._healed:
            parts.append(HealingConstraint(writer._pieces, self._healed))
        return AllOf(*parts)

    def _cast(self) -> tuple[list[int], list[list[int]]]:
        """The labels, and the spelled names, of the characters asked for."""
        tokenizer, labels, names = self.writer.tokenizer, [], []
        for name in self.options.characters:
            ids = tokenizer.label_ids(name)
            if ids:
                labels += ids
            elif name.casefold() in self.writer.rare_speakers:
                names.append(tokenizer.encode(self.writer.rare_speakers[name.casefold()]))
            else:
                raise ConfigurationError(_unknown_character(name, self.writer))
        return labels, names


def _unknown_character(name: str, writer: ScriptWriter) -> str:
    known = {speaker.casefold(): speaker for speaker in writer.speakers} | writer.rare_speakers
    near = [known[key] for key in difflib.get_close_matches(name.casefold(), known, 3, cutoff=0.5)]
    if not near:
        near = list(writer.speakers[:5])
    if not known:
        return f"The character {name!r} was asked for, but this model's corpus has no speakers: leave characters out."
    return (
        f"The character {name!r} was asked for, but the corpus has no such speaker; the nearest are "
        f"{', '.join(near)}: choose among the {len(known)} that `textgen inspect --model {writer.path}` lists."
    )


def _scenes_of(prompt: ScriptPrompt) -> tuple[Scene, ...]:
    """All of a text that was read as a prompt, its open line or heading included."""
    scenes = prompt.scenes
    if prompt.heading is not None:
        return (*scenes, Scene(prompt.heading))
    if prompt.line is not None:
        return (*scenes, Scene(None, (prompt.line,), continued=bool(scenes)))
    return scenes


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr)
