"""What is known of a corpus of dialogues, as plain JSON values."""

from collections import Counter
from typing import Any

from textgen.corpus.collection import Corpus, CorpusFile
from textgen.corpus.document import Line


def dialogue_facts(corpus: Corpus) -> dict[str, Any]:
    """How dialogues are read and what is in them; reads them once.

    Returns:
        The object that `textgen inspect --corpus FILE --json` prints for dialogues. It has the keys of that for a
        script, where `scenes` are dialogues and `lines` turns, and `characters` are those of the turns, with one line
        end each.
    """
    dialogues = turns = empty_turns = characters = longest_turn = longest_dialogue = 0
    speakers: Counter[str] = Counter()
    for _, dialogue in corpus.dialogues():
        dialogues += 1
        turns += len(dialogue.lines)
        longest_dialogue = max(longest_dialogue, len(dialogue.lines))
        for turn in dialogue.lines:
            empty_turns += not turn.text
            characters += len(turn.text) + 1
            longest_turn = max(longest_turn, len(turn.text))
            if turn.speaker is not None:
                speakers[turn.speaker] += 1
    largest = max(corpus.files, key=lambda file: file.size)
    repairs: Counter[str] = sum((Counter(file.repairs) for file in corpus.files), Counter())
    changes: Counter[str] = sum((file.report.changes for file in corpus.files), Counter())
    return {
        "format": largest.format,
        "scenes": dialogues,
        "lines": turns,
        "speakers": dict(speakers.most_common()),
        "characters": characters,
        "encoding": largest.encoding,
        "repairs": dict(repairs.most_common()),
        "dialogues": dialogues,
        "turns": turns,
        "empty_turns": empty_turns,
        "longest_turn": longest_turn,
        "longest_dialogue": longest_dialogue,
        "skipped": sum(file.report.skipped for file in corpus.files),
        "skipped_examples": [
            f"{' and '.join(path.name for path in file.paths)}, {file.report.first_skipped}"
            for file in corpus.files
            if file.report.skipped
        ],
        "changes": dict(changes.most_common()),
        "files": [_file_facts(file) for file in corpus.files],
    }


def first_turns(corpus: Corpus, count: int) -> tuple[Line, ...]:
    """The first turns of the first dialogue as they were understood."""
    return next((dialogue.lines[:count] for _, dialogue in corpus.dialogues()), ())


def _file_facts(file: CorpusFile) -> dict[str, Any]:
    return {
        "path": ", ".join(map(str, file.paths)),
        "format": file.format,
        "reason": file.reason,
        "encoding": file.encoding,
        "bytes": file.size,
        "repairs": file.repairs,
        "skipped": file.report.skipped,
        "changes": dict(file.report.changes),
    }
