"""Facts about a corpus or a model folder, as plain JSON values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from textgen.corpus.collection import Corpus, CorpusFile
from textgen.corpus.document import Line
from textgen.corpus.frequent import FrequentTexts
from textgen.corpus.survey import survey
from textgen.discriminator.file import discriminator_path, load_discriminator
from textgen.evaluation.eval_split import lines_of
from textgen.inference.weights import check_weights
from textgen.model_folder import Model, ModelFolder


def corpus_facts(corpus: Corpus) -> dict[str, Any]:
    """How a corpus is read and what is in it; reads it once.

    Returns:
        The object that `textgen inspect --corpus FILE --json` prints: `format` and `encoding` are those of the
        largest file, and `repairs` counts those of all files.
    """
    counts = survey(corpus)
    return {
        **_first_facts(corpus.files, counts.scenes, counts.lines, counts.speakers, counts.characters),
        "documents": counts.documents,
        "headings": counts.headings,
        "narration_lines": counts.narration_lines,
        "longest_line": counts.longest_line,
        "left_out": [str(path) for path in corpus.left_out],
        **_facts_of_files(corpus.files),
    }


def dialogue_facts(corpus: Corpus) -> dict[str, Any]:
    """How dialogues are read and what is in them; reads them once.

    Returns:
        The object that `textgen inspect --corpus FILE --json` prints for dialogues. It has the keys of that for a
        script, where `scenes` are dialogues and `lines` turns, and `characters` are those of the turns, with one line
        end each.
    """
    dialogues = turns = empty_turns = characters = longest_turn = longest_dialogue = 0
    replies = FrequentTexts()
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
        for reply in islice(filter(None, (turn.text for turn in dialogue.lines)), 1, None):
            replies.add(reply)
    dominating = replies.dominating()
    return {
        **_first_facts(corpus.files, dialogues, turns, dict(speakers.most_common()), characters),
        "dialogues": dialogues,
        "turns": turns,
        "empty_turns": empty_turns,
        "longest_turn": longest_turn,
        "longest_dialogue": longest_dialogue,
        "dominating_reply": None if dominating is None else asdict(dominating),
        **_facts_of_files(corpus.files),
    }


def first_lines(corpus: Corpus, count: int) -> list[Line]:
    """The first lines of a corpus as they were understood."""
    return list(islice(lines_of(corpus.documents()), count))


def first_turns(corpus: Corpus, count: int) -> tuple[Line, ...]:
    """The first turns of the first dialogue as they were understood."""
    return next((dialogue.lines[:count] for _, dialogue in corpus.dialogues()), ())


def model_facts(path: Path) -> dict[str, Any]:
    """What a model is and what it was trained on; the whole folder is read and checked.

    Returns:
        The object that `textgen inspect --model DIR --json` prints.

    Raises:
        ModelError: there is no model, or it is damaged.
    """
    folder = ModelFolder(path)
    model = folder.load()
    check_weights(model.card.architecture, model.weights)
    card, tokenizer = model.card, model.tokenizer
    corpus = card.corpus
    return {
        "path": str(path),
        "kind": card.kind,
        "format_version": card.format_version,
        "level": tokenizer.level,
        "vocabulary": tokenizer.vocabulary_size,
        "architecture": card.architecture.to_json(),
        "weights": sum(array.size for array in model.weights.values()),
        "dtype": ", ".join(sorted({str(array.dtype) for array in model.weights.values()})),
        "trained_on": {
            name: corpus.get(name) for name in ("files", "characters", "style", "split", "fingerprint", "started_from")
        },
        "metrics": card.metrics,
        "speakers": corpus.get("speakers", {}),
        "labels": list(tokenizer.speakers),
        "decoding": card.decoding,
        "versions": card.versions,
        "bytes": _size(path) - _size(folder.training),
        "training_bytes": _size(folder.training),
        "novelty_index": folder.novelty.is_file(),
        "discriminator": _discriminator_facts(model),
    }


def _first_facts(
    files: Sequence[CorpusFile], scenes: int, lines: int, speakers: Mapping[str, int], characters: int
) -> dict[str, Any]:
    """The first facts, under the same keys for scripts and dialogues."""
    largest = max(files, key=lambda file: file.size)
    repairs: Counter[str] = sum((Counter(file.repairs) for file in files), Counter())
    return {
        "format": largest.format,
        "scenes": scenes,
        "lines": lines,
        "speakers": speakers,
        "characters": characters,
        "encoding": largest.encoding,
        "repairs": dict(repairs.most_common()),
    }


def _facts_of_files(files: Sequence[CorpusFile]) -> dict[str, Any]:
    """What the readers left out and changed, in all files together and in each."""
    changes: Counter[str] = sum((file.report.changes for file in files), Counter())
    return {
        "skipped": sum(file.report.skipped for file in files),
        "skipped_examples": [
            f"{' and '.join(path.name for path in file.paths)}, {file.report.first_skipped}"
            for file in files
            if file.report.skipped
        ],
        "changes": dict(changes.most_common()),
        "files": [_file_facts(file) for file in files],
    }


def _file_facts(file: CorpusFile) -> dict[str, Any]:
    """How one file, or two that belong together, are read."""
    return {
        "path": ", ".join(map(str, file.paths)),
        "format": file.format,
        "reason": file.reason,
        "encoding": file.encoding,
        "encoding_doubt": file.encoding_doubt,
        "columns": [{"name": name, "taken_for": role or None} for name, role in file.columns],
        "bytes": file.size,
        "repairs": file.repairs,
        "skipped": file.report.skipped,
        "changes": dict(file.report.changes),
    }


def _discriminator_facts(model: Model) -> dict[str, Any] | None:
    """How good the model's discriminator is; None where it has none."""
    if not discriminator_path(model.path).is_file():
        return None
    saved = load_discriminator(model.path)
    return {
        "decoding": saved.decoding,
        "temperature": saved.temperature,
        "metrics": saved.metrics,
        "outdated": saved.generator != model.card.metrics,
    }


def _size(folder: Path) -> int:
    """Bytes of the files in a folder and in those below it; 0 where there is none."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
