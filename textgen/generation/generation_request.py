"""One request to write scripts: it parses the prompt, builds the constraints and decodes the sequences."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from textgen.corpus.document import Scene
from textgen.corpus.prompt import ScriptPrompt as ScriptPrompt
from textgen.corpus.prompt import parse_prompt
from textgen.corpus.reading import whole_pairs
from textgen.corpus.script import Script
from textgen.corpus.token_grammar import newest_document
from textgen.corpus.token_parser import ScriptRenderer, decode_script
from textgen.decoding.constraints.base import AllOf, Constraint, HealingConstraint, Utf8Constraint
from textgen.decoding.constraints.script import HeadingRules, ScriptGrammar
from textgen.decoding.loop import LineByLine
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Event, FinishReason, GeneratedSequence, collect
from textgen.decoding.sequence import SequenceStart, StopStrings
from textgen.errors import require_text
from textgen.generation.ranking import LineJudge
from textgen.generation.script_model import ScriptModel
from textgen.tokenizers.base import START


@dataclass(frozen=True)
class WrittenScript(Script):
    """A script that a model wrote, its prompt included.

    Args:
        scenes: the script.
        style: how its text looks.
        written: the text exactly as it was streamed; an unfinished last line has no line end.
        finish_reason: `end` (the document ended), `stop`, `lines` or `length`.
        seed: with it, the same text can be written again alone.
        log_probability: of what was written after the prompt, by the model alone, in nats.
        relaxed: whether `no_copy` had to let a copy through because nothing else was left.
        reads_as_real: how likely its new lines are to be real ones, by the model's discriminator; None where that did
            not choose among candidates.
    """

    written: str
    finish_reason: FinishReason
    seed: int
    log_probability: float
    relaxed: bool
    reads_as_real: float | None = None

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
            "reads_as_real": self.reads_as_real,
        }

    def to_text(self, finished: bool = False) -> str:
        """The text as it was streamed, or with its last line closed by a line end."""
        return super().to_text() if finished else self.written


Note = Callable[[str], None]
Watch = Callable[[int], None]


class GenerationRequest:
    """Texts to be written from one prompt.

    Captions are documents of one line each, so `lines` captions are as many sequences, not one long one. Whole lines
    of the prompt stand before the first; what it begins is the beginning of each.

    Args:
        model: writes.
        prompt: as typed.
        options: how to write.
        note: is told what a person should know.
        judge: chooses each line among candidates; None writes only one.

    Attributes:
        prompt_lines: whole lines of the prompt that every script begins with.
        given: characters at the beginning of what is written that the prompt has given.
        context, renderer: ids of the prompt, and what turns those that follow into text.
        sequences: what was written, once all of `pieces` were taken.
    """

    def __init__(
        self, model: ScriptModel, prompt: str, options: DecodingOptions, note: Note, judge: LineJudge | None = None
    ) -> None:
        self.model, self.options, self._note, self._judge = model, options, note, judge
        self._documents = 1
        if model.style.format == "captions" and options.lines is not None:
            self._documents = options.lines
            most = options.num_beams // options.num_return_sequences
            if options.greedy and options.lines > most:
                self._documents = most
                note(f"Without drawing there are no more captions than beams: lines is {most}.")
            sequences = options.num_return_sequences * self._documents
            self.options = replace(options, lines=1, num_return_sequences=sequences)
        prompt = self._normalised(prompt)
        opening = self._resolved(parse_prompt(prompt, model.style))
        opening, self._dropped = self._without_last_word(opening)
        self.sequences: list[GeneratedSequence] = []
        self.prompt_lines = sum(len(scene.lines) for scene in opening.scenes)
        self.context = model.encoder.encode_prompt(opening)
        self.renderer, self._prompt_text, self._begun = ScriptRenderer(model.tokenizer, model.style), "", ""
        for token in self.context:
            text, self.renderer = self.renderer.advance(token)
            self._prompt_text += text
            self._begun = "" if token == START else self._begun + text
        self.given, renderer = len(self._prompt_text), self.renderer
        for token in model.tokenizer.encode(self._dropped.decode()):
            text, renderer = renderer.advance(token)
            self.given += len(text)
        self._constraint = self._begin(prompt)
        model.guard(options)  # refuses what the model cannot do before anything is written

    def scripts(self, watch: Watch | None = None) -> list[WrittenScript]:
        """Writes all texts; `watch` is told how many whole lines there are of all of them together."""
        events = self._events() if watch is None else _watched(self._events(), watch)
        sequences, size = collect(events), self._documents
        return [self.script(sequences[k : k + size]) for k in range(0, len(sequences), size)]

    def pieces(self) -> Iterator[str]:
        """Writes one text and yields it piece by piece, the prompt first; captions one after the other."""
        waiting: dict[int, list[str]] = {}
        ended: dict[int, GeneratedSequence] = {}
        current = 0
        if self._prompt_text:
            yield self._prompt_text
        for event in self._events():
            waiting.setdefault(event.row, []).append(event.text)
            if event.sequence is not None:
                ended[event.row] = event.sequence
            while current in waiting or current in ended:
                yield from filter(None, waiting.pop(current, []))
                if current not in ended:
                    break
                end = self._end(self._opening(current) + ended[current].text)
                current += 1
                if current < self._documents:
                    yield from filter(None, (end, self._begun))
        self.sequences = [ended[row] for row in sorted(ended)]

    def _events(self) -> Iterator[Event]:
        """The events of decoding."""
        stops = StopStrings(self.options.stop, given=self.given - len(self._prompt_text))
        prompt = SequenceStart(self.context, self.renderer, self._constraint, stops=stops)
        decode, judge = self.model.decode, self._judge
        if judge is not None:
            decode = LineByLine(decode, self.model.network.read, judge.choose, judge.candidates).decode
        for event in decode(self.model.state_before_last(self.context), prompt, self.options):
            if event.sequence is not None and event.sequence.relaxed:
                self._note("A span of the corpus was copied after all: nothing else could be written there.")
            yield event

    def script(self, sequences: list[GeneratedSequence]) -> WrittenScript:
        """The script of one text's sequences."""
        style = self.model.style
        texts = [self._opening(number) + sequence.text for number, sequence in enumerate(sequences)]
        text = "".join(text + self._end(text) for text in texts[:-1]) + texts[-1]
        if any(sequence.finish_reason == "stop" for sequence in sequences):  # the ids go on beyond the cut
            scenes = tuple(scene for text in texts for scene in _scenes_of(parse_prompt(text, style)))
        else:
            ids = [*self.context, *sequences[0].ids]
            for sequence in sequences[1:]:
                ids += [*newest_document(self.context), *sequence.ids]
            scenes = decode_script(ids, self.model.tokenizer, style).scenes
        script = WrittenScript(
            scenes,
            style,
            written=text,
            finish_reason=sequences[-1].finish_reason,
            seed=sequences[0].seed,
            log_probability=sum(sequence.log_probability for sequence in sequences),
            relaxed=any(sequence.relaxed for sequence in sequences),
        )
        if self._judge is None:
            return script
        return replace(script, reads_as_real=self._judge.reads_as_real(script.lines[self.prompt_lines :]))

    def _opening(self, number: int) -> str:
        """The part of the prompt that a sequence of a script begins with."""
        return self._prompt_text if number == 0 else self._begun

    def _end(self, text: str) -> str:
        """What closes the line that a sequence was cut in, before the next one."""
        suffix = self.model.style.line_suffix
        return "" if text.endswith(suffix) or not text else suffix

    def _normalised(self, prompt: str) -> str:
        require_text("prompt", prompt)
        prompt = prompt.replace("\r\n", "\n").replace("\r", "\n")
        if prompt != whole_pairs(prompt):
            self.model.tokenizer.encode(prompt)  # refuses it
        changed = self.model.normalisation.apply(prompt)
        if changed != prompt:
            self._note("The prompt was put into the corpus's own case and quotation marks.")
        return changed

    def _resolved(self, prompt: ScriptPrompt) -> ScriptPrompt:
        """The prompt with its speakers spelled as the corpus does."""
        lines = [line for scene in prompt.scenes for line in scene.lines] + ([prompt.line] if prompt.line else [])
        for speaker in (line.speaker for line in lines):
            if speaker is not None and not self.model.knows(speaker):
                self._note(f"The prompt's speaker {speaker!r} does not occur in the corpus, and is taken as typed.")
        return self.model.with_names(prompt)

    def _without_last_word(self, prompt: ScriptPrompt) -> tuple[ScriptPrompt, bytes]:
        """The prompt without its last word, which may be half a word, and that word, which is to be written first."""
        if prompt.line is None:
            return prompt, b""
        # A line break is no part of a word, and most scripts have none within a line that could be written.
        dropped = self.model.tokenizer.last_word(prompt.line.text).rpartition("\n")[2]
        line = replace(prompt.line, text=prompt.line.text.removesuffix(dropped))
        return replace(prompt, line=line), dropped.encode()

    def _begin(self, prompt: str) -> Constraint:
        """The constraint on what follows the prompt."""
        pieces, shape, options = self.model.pieces, self.model.shape, self.options
        for name in options.characters or ():
            meant = self.model.character(name)
            if meant.casefold() != name.casefold():
                self._note(f"The character {name!r} is taken for {meant!r}, the only one with that in the name.")
        labels, names = self.model.cast(options.characters) if options.characters else (None, self.model.rare_names)
        may_end = options.lines is None
        grammar = ScriptGrammar(pieces, shape, labels, names, may_end)
        parts: list[Constraint] = [grammar.begin(self.context, self._dropped), Utf8Constraint(pieces)]
        if self.model.alphabet is not None:
            parts.append(self.model.alphabet.begin(prompt))
        if shape.bracketed_headings:
            parts.append(HeadingRules(pieces, grammar.longest_heading).begin(self.context))
        if self._dropped:
            parts.append(HealingConstraint(pieces, self._dropped))
        return AllOf(*parts)


def _watched(events: Iterator[Event], watch: Watch) -> Iterator[Event]:
    """The same events; `watch` is told of the lines of all sequences whenever their number changes."""
    lines: Counter[int] = Counter()
    for event in events:
        if event.lines != lines[event.row]:
            lines[event.row] = event.lines
            watch(lines.total())
        yield event


def _scenes_of(prompt: ScriptPrompt) -> tuple[Scene, ...]:
    """All of a text that was read as a prompt, its open line or heading included."""
    scenes = prompt.scenes
    if prompt.heading is not None:
        return (*scenes, Scene(prompt.heading))
    if prompt.line is not None:
        return (*scenes, Scene(None, (prompt.line,), continued=bool(scenes)))
    return scenes
