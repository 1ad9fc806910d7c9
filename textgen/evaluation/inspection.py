"""What is known of a corpus or of a model folder, as plain JSON values."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from textgen.corpus.collection import CorpusFile, ScriptCorpus
from textgen.corpus.scene import Line
from textgen.corpus.survey import survey
from textgen.inference.weights import check_weights
from textgen.judging.saved import discriminator_path, load_discriminator
from textgen.model_folder import Model, ModelFolder


def corpus_facts(corpus: ScriptCorpus) -> dict[str, Any]:
    """How a corpus is read and what is in it; reads it once.

    Returns:
        The object that `textgen inspect --corpus FILE --json` prints: `format` and `encoding` are those of the
        largest file, and `repairs` counts those of all files.
    """
    counts = survey(corpus)
    largest = max(corpus.files, key=lambda file: file.size)
    repairs: Counter[str] = sum((Counter(file.repairs) for file in corpus.files), Counter())
    return {
        "format": largest.format,
        "scenes": counts.scenes,
        "lines": counts.lines,
        "speakers": counts.speakers,
        "characters": counts.characters,
        "encoding": largest.encoding,
        "repairs": dict(repairs.most_common()),
        "documents": counts.documents,
        "headings": counts.headings,
        "narration_lines": counts.narration_lines,
        "longest_line": counts.longest_line,
        "skipped": counts.skipped,
        "skipped_examples": list(counts.skipped_examples),
        "changes": counts.changes,
        "files": [_file_facts(file) for file in corpus.files],
    }


def first_lines(corpus: ScriptCorpus, count: int) -> list[Line]:
    """The first lines of a corpus as they were understood."""
    return list(islice(_lines(corpus), count))


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
        "trained_on": {name: corpus.get(name) for name in ("files", "characters", "style", "split", "fingerprint")},
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


def _discriminator_facts(model: Model) -> dict[str, Any] | None:
    """What the model's discriminator is worth; None where it has none."""
    if not discriminator_path(model.path).is_file():
        return None
    saved = load_discriminator(model.path)
    return {
        "decoding": saved.decoding,
        "temperature": saved.temperature,
        "metrics": saved.metrics,
        "outdated": saved.generator != model.card.metrics,
    }


def _file_facts(file: CorpusFile) -> dict[str, Any]:
    return {
        "path": str(file.path),
        "format": file.format,
        "reason": file.reason,
        "encoding": file.encoding,
        "bytes": file.size,
        "repairs": file.repairs,
        "skipped": file.report.skipped,
        "changes": dict(file.report.changes),
    }


def _lines(corpus: ScriptCorpus) -> Iterator[Line]:
    for document in corpus.documents():
        for scene in document:
            yield from scene.lines


def _size(folder: Path) -> int:
    """Bytes of the files in a folder and in those below it; 0 where there is none."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
