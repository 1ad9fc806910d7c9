"""Statistics of a corpus, counted in one pass."""

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, Scene, turn_of
from textgen.corpus.exchanges import Dialogues, ExchangeMaker, folded
from textgen.corpus.formats.base import ReadReport, excerpt
from textgen.corpus.frequent import Dominating, FrequentTexts
from textgen.corpus.normalisation import Habits, Normalisation, Spacing, detokenise
from textgen.corpus.split import DialogueSplit, Split, SplitFinder
from textgen.errors import ConfigurationError
from textgen.wording import count

_MOST_SPEAKERS = 5
_TURNS_TO_TELL = 2_000


@dataclass(frozen=True)
class Survey:
    """The counts of any corpus.

    Args:
        speakers: lines (in dialogues: filled turns) of each speaker, the one with most first.
        characters: Unicode characters of the text in the corpus's style, line ends included; in dialogues those of the
            replies, and one line end for each.
        habits: counts of letters and quotation marks in the lines (the filled turns).
        skipped: number of bad records that were left out.
        skipped_examples: the first bad record of each file that has any.
        changes: what readers normalised or left out on purpose, with how often.
    """

    speakers: dict[str, int]
    characters: int
    habits: Habits
    skipped: int
    skipped_examples: tuple[str, ...]
    changes: dict[str, int]

    @property
    def normalisation(self) -> Normalisation:
        """The changes that make a prompt or a message look like the corpus."""
        return Normalisation.observe(self.habits)


@dataclass(frozen=True)
class CorpusSurvey(Survey):
    """The counts of a corpus of scripts.

    Args:
        documents, scenes, lines: how many.
        narration_lines: how many of the lines have no speaker.
        headings: how many scenes have one.
        longest_line: characters of the longest line's text.
        split: where the last tenth begins; None where the corpus is too small to be split.
        training_speakers: lines before the split of each named speaker, the one with most lines first.
    """

    documents: int
    scenes: int
    lines: int
    narration_lines: int
    headings: int
    longest_line: int
    split: Split | None
    training_speakers: dict[str, int]

    def speakers_before(self, split: Split | None) -> dict[str, int]:
        """Lines of each named speaker in the training text, the one with most lines first.

        Args:
            split: the corpus's own, or None where all of it is for training.
        """
        return self.training_speakers if split else {name: lines for name, lines in self.speakers.items() if name}


@dataclass(frozen=True)
class DialogueSurvey(Survey):
    """The counts of a corpus of dialogues.

    Args:
        dialogues: number of dialogues of each file.
        exchanges: number of exchanges.
        words: number of words in their replies, separated by white space.
        tokenised: whether the files set punctuation apart from the words before it.
        detokenised: whether the turns were put into normal writing before counting.
        left_out: why turns, exchanges and dialogues were left out ("not by NAME": are context only), with how often;
            see `Exchanges.counts`.
        first_replies: the place of the first dialogue with a reply in each file that has one.
        dominating: the reply that makes more than a tenth of all; None where none does.
    """

    dialogues: tuple[int, ...]
    exchanges: int
    words: int
    tokenised: bool
    detokenised: bool
    left_out: dict[str, int]
    first_replies: dict[int, int]
    dominating: Dominating | None

    def has_training_exchanges(self, split: DialogueSplit | None) -> bool:
        """Whether a split leaves any exchange for training."""
        return any(split is None or not split.is_held_out(*place) for place in self.first_replies.items())

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
        if self.dominating is not None:
            lines.append(
                f"one reply is {self.dominating.share:.0%} of all, which the bot will prefer too: "
                f'"{excerpt(self.dominating.text)}"'
            )
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
    "duplicate": "duplicate exchange",
    "one-sided": "dialogue in which at most one turn is not empty",
}


def survey(corpus: Corpus) -> CorpusSurvey:
    """Count a corpus of scripts, and find where to split it; reads it once.

    Memory grows with the number of speakers, and by 12 bytes for each line in about the last fifth of the corpus.
    """
    finder, counts = SplitFinder(corpus.style), Counter[str]()
    habits, documents, longest_line = Habits(), 0, 0
    before = None
    for document, scene in corpus.parts():
        documents += document != before
        before = document
        finder.add(document, scene)
        counts["scenes"] += not scene.continued
        counts["headings"] += scene.heading is not None
        for line in scene.lines:
            longest_line = max(longest_line, len(line.text))
            habits.add(line.text)
    split, speakers = finder.split(), finder.lines_of_speakers()
    in_training = {name: lines for name, lines in finder.lines_of_speakers(split).items() if name}
    return CorpusSurvey(
        speakers=_most_first({name: lines for name, lines in speakers.items() if name is not None}),
        characters=finder.characters,
        habits=habits,
        documents=documents,
        scenes=counts["scenes"],
        lines=speakers.total(),
        narration_lines=speakers[None],
        headings=counts["headings"],
        longest_line=longest_line,
        split=split,
        training_speakers=_most_first(in_training),
        **_reports(corpus.files),
    )


class SurveyedFile(Protocol):
    """What a survey needs of a file."""

    @property
    def paths(self) -> Sequence[Path]:
        """The file, or the two that belong together."""
        ...

    @property
    def report(self) -> ReadReport:
        """What its reader did in the last complete pass."""
        ...


class SurveyedCorpus(Dialogues, Protocol):
    """What a survey needs of a corpus of dialogues; a `Corpus` has it."""

    @property
    def files(self) -> Sequence[SurveyedFile]:
        """Its files, in order."""
        ...


def survey_dialogues(
    corpus: SurveyedCorpus, turns: int, replies_by: str | None, detokenised: bool | None = False
) -> DialogueSurvey:
    """Count a corpus of dialogues; reads it once.

    Args:
        corpus: the dialogues.
        turns: most turns in a context.
        replies_by: whose turns are replies; None for everybody's.
        detokenised: whether every turn is first put into normal writing; None does so where the corpus is tokenised.
            A corpus whose beginning and rest differ in this is then read twice.

    Raises:
        ConfigurationError: nobody of that name speaks in the corpus; the message names the nearest.

    Example:
        >>> found = survey_dialogues(corpus, turns=3, replies_by=None, detokenised=None)
        >>> normalise = detokenise if found.detokenised else str
        >>> split = split_dialogues(found.dialogues)
        >>> training = Exchanges(corpus, 3, None, normalise, "training", split)
    """
    ways = (False, True) if detokenised is None else (detokenised,)
    counts = {way: _DialogueCount(turns, replies_by, way) for way in ways}
    spacing, passed = Spacing(), 0
    for file, dialogue in corpus.dialogues():
        for turn in dialogue.lines:
            spacing.add(turn.text)
        for counting in counts.values():
            counting.add(file, dialogue)
        passed += len(dialogue.lines)
        if len(counts) > 1 and passed >= _TURNS_TO_TELL:
            counts = {spacing.tokenised: counts[spacing.tokenised]}
    way = spacing.tokenised if detokenised is None else detokenised
    if way not in counts:
        return survey_dialogues(corpus, turns, replies_by, way)
    counted = counts[way]
    speakers = _most_first(counted.speakers)
    if replies_by is not None:
        _check_name(replies_by, speakers)
    left_out = Counter({why: times for why, times in counted.maker.counts.items() if times and why != "exchanges"})
    return DialogueSurvey(
        speakers=speakers,
        characters=counted.characters,
        habits=counted.habits,
        dialogues=tuple(counted.dialogues[file] for file in range(len(corpus.files))),
        exchanges=counted.maker.counts["exchanges"],
        words=counted.words,
        tokenised=spacing.tokenised,
        detokenised=way,
        left_out=dict(left_out.most_common()),
        first_replies=counted.first_replies,
        dominating=counted.replies.dominating(),
        **_reports(corpus.files),
    )


class _DialogueCount:
    """Running totals of a survey of dialogues, as they are written or in normal writing."""

    def __init__(self, turns: int, replies_by: str | None, detokenised: bool) -> None:
        self.maker = ExchangeMaker(turns, replies_by, str)
        self._normalise = detokenise if detokenised else str
        self.dialogues, self.speakers = Counter[int](), Counter[str]()
        self.characters = self.words = 0
        self.habits, self.replies = Habits(), FrequentTexts()
        self.first_replies: dict[int, int] = {}

    def add(self, file: int, dialogue: Scene) -> None:
        """Count a dialogue of a file."""
        replies = self._replies()
        for exchange in self.maker.exchanges(Scene(None, tuple(map(self._count, dialogue.lines)))):
            self.characters += len(exchange.reply) + 1
            self.words += len(exchange.reply.split())
            self.replies.add(exchange.reply)
        if self._replies() > replies:
            self.first_replies.setdefault(file, self.dialogues[file])
        self.dialogues[file] += 1

    def _replies(self) -> int:
        """Number of replies so far, duplicates included: a duplicate may be the first in its side of a split."""
        return self.maker.counts["exchanges"] + self.maker.counts["duplicate"]

    def _count(self, turn: Line) -> Line:
        written = turn_of(self._normalise(turn.text), turn.speaker)
        self.habits.add(written.text)
        if written.speaker and written.text:
            self.speakers[written.speaker] += 1
        return written


def _reports(files: Iterable[SurveyedFile]) -> dict[str, Any]:
    """What readers skipped and changed in files that were read to their ends."""
    reports = [(file.paths[0].name, file.report) for file in files]
    changes: Counter[str] = sum((report.changes for _, report in reports), Counter())
    return {
        "skipped": sum(report.skipped for _, report in reports),
        "skipped_examples": tuple(f"{name}, {report.first_skipped}" for name, report in reports if report.skipped),
        "changes": dict(changes.most_common()),
    }


def _most_first(speakers: dict[str, int]) -> dict[str, int]:
    return dict(sorted(speakers.items(), key=lambda item: (-item[1], item[0])))


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
