"""What there is in a corpus, counted in one pass."""

from collections import Counter
from dataclasses import dataclass

from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.normalisation import Habits, Normalisation
from textgen.corpus.scene import Line, Scene


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


def survey(corpus: ScriptCorpus) -> CorpusSurvey:
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
