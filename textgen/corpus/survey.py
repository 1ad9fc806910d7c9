"""What there is in a corpus, counted in one pass."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from textgen.corpus.collection import Corpus
from textgen.corpus.detokenisation import Spacing
from textgen.corpus.document import Line, Scene, turn_of
from textgen.corpus.exchanges import Dialogues, Exchanges, folded
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.normalisation import Habits, Normalisation
from textgen.errors import ConfigurationError
from textgen.wording import count


@dataclass(frozen=True)
class CorpusSurvey:
    """The counts of a corpus.

    Args:
        documents, scenes, lines: how many.
        narration_lines: how many of the lines have no speaker.
        headings: how many scenes have one.
        speakers: lines of each speaker, the one with most lines first.
        characters: Unicode characters of the text in the corpus's style, line ends included.
        longest_line: characters of the longest line's text.
        skipped: bad records that were left out.
        skipped_examples: the first one of each file that has any.
        changes: what readers normalised or left out on purpose, with how often.
        normalisation: what makes a prompt look like the corpus.
    """

    documents: int
    scenes: int
    lines: int
    narration_lines: int
    headings: int
    speakers: dict[str, int]
    characters: int
    longest_line: int
    skipped: int
    skipped_examples: tuple[str, ...]
    changes: dict[str, int]
    normalisation: Normalisation


def survey(corpus: Corpus) -> CorpusSurvey:
    """Count what there is in a corpus; reads it once, memory grows with the number of speakers only."""
    count = _Count()
    for document in corpus.documents():
        count.documents += 1
        for number, scene in enumerate(document):
            count.characters += len(corpus.style.scene_text(scene, first=number == 0))
            count.add(scene)
    changes: Counter[str] = sum((file.report.changes for file in corpus.files), Counter())
    return CorpusSurvey(
        documents=count.documents,
        scenes=count.scenes,
        lines=sum(count.speakers.values()),
        narration_lines=count.speakers.pop(None, 0),
        headings=count.headings,
        speakers=_most_first(count.speakers),
        characters=count.characters,
        longest_line=count.longest_line,
        skipped=sum(file.report.skipped for file in corpus.files),
        skipped_examples=tuple(
            f"{file.path.name}, {file.report.first_skipped}" for file in corpus.files if file.report.first_skipped
        ),
        changes=dict(changes.most_common()),
        normalisation=Normalisation.observe(count.habits),
    )


class _Count:
    """Running totals of a survey."""

    def __init__(self) -> None:
        self.documents = self.scenes = self.headings = self.characters = self.longest_line = 0
        self.speakers: Counter[str | None] = Counter()
        self.habits = Habits()

    def add(self, scene: Scene) -> None:
        self.scenes += not scene.continued
        self.headings += scene.heading is not None
        for line in scene.lines:
            self._add_line(line)

    def _add_line(self, line: Line) -> None:
        self.speakers[line.speaker] += 1
        self.longest_line = max(self.longest_line, len(line.text))
        self.habits.add(line.text)


def _most_first(speakers: Counter[str | None]) -> dict[str, int]:
    named = [(name, lines) for name, lines in speakers.items() if name is not None]
    return dict(sorted(named, key=lambda item: (-item[1], item[0])))


_MOST_SPEAKERS = 5


@dataclass(frozen=True)
class DialogueSurvey:
    """The counts of a corpus of dialogues.

    Args:
        dialogues: how many each file has.
        exchanges: how many there are to learn from.
        characters: Unicode characters of their replies, and one line end for each.
        words: of their replies, as white space cuts them.
        speakers: filled turns of each speaker, the one with most turns first.
        tokenised: whether the files set punctuation apart from the words before it.
        habits: how all filled turns are written.
        left_out: why turns, exchanges and dialogues were left out ("not by NAME": are context only), with how often;
            see `Exchanges.counts`.
        skipped: bad records that were left out.
        skipped_examples: the first one of each file that has any.
        changes: what readers normalised or left out on purpose, with how often.
    """

    dialogues: tuple[int, ...]
    exchanges: int
    characters: int
    words: int
    speakers: dict[str, int]
    tokenised: bool
    habits: Habits
    left_out: dict[str, int]
    skipped: int
    skipped_examples: tuple[str, ...]
    changes: dict[str, int]

    @property
    def normalisation(self) -> Normalisation:
        """What makes a message look like the turns of the corpus."""
        return Normalisation.observe(self.habits)

    def describe(self) -> list[str]:
        """A few short lines for a person."""
        lines = [
            f"{count(sum(self.dialogues), 'dialogue')}, {count(self.exchanges, 'exchange')}, "
            f"{count(self.characters, 'character')} and {count(self.words, 'word')} of replies"
        ]
        if self.speakers:
            most = ", ".join(f"{name} ({turns:,})" for name, turns in list(self.speakers.items())[:_MOST_SPEAKERS])
            more = len(self.speakers) - _MOST_SPEAKERS
            lines.append(f"turns of {most}" + (f" and {more:,} more" if more > 0 else ""))
        if self.tokenised:
            lines.append("punctuation stands apart from the words, as a tokeniser leaves it")
        for why, times in self.left_out.items():
            left_out = f"left out {times:,} x {_REASONS[why]}" if why in _REASONS else None
            lines.append(left_out or f"only context: {count(times, 'turn')} {why}")
        lines += [f"changed {times:,} x {change}" for change, times in self.changes.items()]
        if self.skipped:
            lines.append(f"skipped {count(self.skipped, 'bad record')}, such as {self.skipped_examples[0]}")
        return lines


_REASONS = {
    "empty context": "empty turn that opens a dialogue",
    "empty reply": "empty turn inside a dialogue",
    "duplicate": "exchange that was there before",
    "one-sided": "dialogue in which at most one turn is not empty",
}


class SurveyedFile(Protocol):
    """What a survey asks of a file."""

    @property
    def paths(self) -> Sequence[Path]:
        """The file, or the two that belong together."""
        ...

    @property
    def report(self) -> ReadReport:
        """What its reader did in the last complete pass."""
        ...


class SurveyedCorpus(Dialogues, Protocol):
    """What a survey asks of a corpus; a `Corpus` has it."""

    @property
    def files(self) -> Sequence[SurveyedFile]:
        """Its files, in order."""
        ...


def survey_dialogues(
    corpus: SurveyedCorpus, turns: int, replies_by: str | None, normalise: Callable[[str], str] = str
) -> DialogueSurvey:
    """Count what there is in a corpus; reads it once.

    Args:
        corpus: the dialogues.
        turns: how many a context has at most.
        replies_by: whose turns are replies; None for everybody's.
        normalise: what is done to every turn; `str` leaves it as it is.

    Raises:
        ConfigurationError: nobody of that name speaks in the corpus; names the nearest.

    Example:
        >>> found = survey(corpus, turns=3, replies_by=None)
        >>> normalise = detokenise if found.tokenised else str
        >>> found = survey(corpus, 3, None, normalise)
        >>> split = split_dialogues(found.dialogues)
        >>> training = Exchanges(corpus, 3, None, normalise, "training", split)
    """
    watched = _Watched(corpus, normalise)
    characters = words = 0
    exchanges = Exchanges(watched, turns, replies_by, normalise=str, part="all", split=None)
    for exchange in exchanges:
        characters += len(exchange.reply) + 1
        words += len(exchange.reply.split())
    speakers = dict(sorted(watched.speakers.items(), key=lambda item: (-item[1], item[0])))
    if replies_by is not None:
        _check_name(replies_by, speakers)
    left_out = Counter({why: times for why, times in exchanges.counts.items() if times and why != "exchanges"})
    changes: Counter[str] = sum((file.report.changes for file in corpus.files), Counter())
    return DialogueSurvey(
        dialogues=tuple(watched.dialogues_of[file] for file in range(len(corpus.files))),
        exchanges=exchanges.counts["exchanges"],
        characters=characters,
        words=words,
        speakers=speakers,
        tokenised=watched.spacing.tokenised,
        habits=watched.habits,
        left_out=dict(left_out.most_common()),
        skipped=sum(file.report.skipped for file in corpus.files),
        skipped_examples=tuple(
            f"{file.paths[0].name}, {file.report.first_skipped}" for file in corpus.files if file.report.first_skipped
        ),
        changes=dict(changes.most_common()),
    )


class _Watched:
    """A corpus whose turns are normalised, and counted as they pass."""

    def __init__(self, corpus: Dialogues, normalise: Callable[[str], str]) -> None:
        self._corpus, self._normalise = corpus, normalise
        self.dialogues_of: Counter[int] = Counter()
        self.speakers: Counter[str] = Counter()
        self.habits, self.spacing = Habits(), Spacing()

    def dialogues(self) -> Iterator[tuple[int, Scene]]:
        """The dialogues, each with the number of its file."""
        for file, dialogue in self._corpus.dialogues():
            self.dialogues_of[file] += 1
            yield file, Scene(None, tuple(self._count(turn) for turn in dialogue.lines))

    def _count(self, turn: Line) -> Line:
        self.spacing.add(turn.text)
        written = turn_of(self._normalise(turn.text), turn.speaker)
        self.habits.add(written.text)
        if written.speaker and written.text:
            self.speakers[written.speaker] += 1
        return written


def _check_name(name: str, speakers: dict[str, int]) -> None:
    """Refuses a name that nobody in the corpus has."""
    known = {folded(speaker): speaker for speaker in reversed(speakers)}
    if folded(name) in known:
        return
    asked = f"Replies by {name!r} were asked for, but"
    if not known:
        raise ConfigurationError(
            f"{asked} this corpus does not say who speaks; allowed are names where it does: leave the name out, and "
            "every turn is a reply to those before it."
        )
    near = [known[key] for key in difflib.get_close_matches(folded(name), known, 3, cutoff=0.5)]
    raise ConfigurationError(
        f"{asked} nobody of that name speaks in this corpus; {'the nearest' if near else 'some'} of its "
        f"{len(known):,} speakers are "
        f"{', '.join(near or list(speakers)[:_MOST_SPEAKERS])}: choose one of them, in any case."
    )
