"""The real lines that a discriminator learns from and is judged by."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.encoding import ScriptEncoder
from textgen.corpus.reservoir import keep_some
from textgen.corpus.split import DocumentView, Split, find_split, held_out_documents, training_documents
from textgen.corpus.survey import survey
from textgen.errors import ConfigurationError, TrainingError
from textgen.judging.judge import line_ids
from textgen.judging.matching import Text
from textgen.model_folder import Model, ModelFolder
from textgen.text.special import END, LINE_END, NAME_END, SCENE, START
from textgen.text.store import open_ids
from textgen.training.run_record import HELD_OUT_IDS, TRAINING_IDS


@dataclass(frozen=True)
class RealTexts:
    """Texts that people wrote, as ids.

    Args:
        training: the model learned from them too.
        held_out: it did not.
        corpus: fingerprint of the text.
    """

    training: list[Text]
    held_out: list[Text]
    corpus: str | None


def stored_texts(model: Model, most: int, seed: int) -> RealTexts:
    """The lines that a model's training left in its folder.

    Args:
        model: a script model.
        most: so many of either part, drawn at random; fewer where there are not so many.
        seed: of the draw.

    Raises:
        TrainingError: they are not there.
    """
    training, held_out = (_stored_lines(path, model, most, seed) for path in stored_parts(model))
    return RealTexts(training, held_out, model.card.corpus.get("fingerprint"))


def stored_parts(model: Model) -> tuple[Path, Path]:
    """The files of ids that a model's training left in its folder: what it learned from, and what was held out.

    Raises:
        TrainingError: they are not there.
    """
    folder = ModelFolder(model.path).training
    training, held_out = folder / TRAINING_IDS, folder / HELD_OUT_IDS
    if not (training.is_file() and held_out.is_file()):
        raise TrainingError(
            f"The real text was to be taken from {folder}, but what training left there is gone: name the corpus the "
            "model was trained on with --corpus FILE."
        )
    return training, held_out


def _stored_lines(path: Path, model: Model, most: int, seed: int) -> list[Text]:
    ids = open_ids(path)
    ends = np.flatnonzero(ids == LINE_END) + 1
    begins = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    lines: list[Text] = []
    for k in np.random.default_rng(seed).permutation(len(ends)):
        line = [token for token in ids[begins[k] : ends[k]].tolist() if token not in (START, END)]
        if line[0] != SCENE and _has_text(line, model.tokenizer.first_piece):
            lines.append(line)
        if len(lines) == most:
            break
    return lines


def _has_text(line: Text, first_piece: int) -> bool:
    """Whether something is said after the speaker's label or name."""
    said = line[line.index(NAME_END) :] if NAME_END in line else line
    return any(token >= first_piece for token in said)


def corpus_texts(model: Model, corpus: ScriptCorpus, most: int, seed: int) -> RealTexts:
    """The lines of a corpus; of the one the model was trained on, the same part is held out.

    Args:
        model: a script model.
        corpus: the lines.
        most: so many of either part, drawn at random; fewer where there are not so many.
        seed: of the draw.

    Raises:
        ConfigurationError: it is the training corpus, read in another way than in training, or learned from whole.
        TrainingError: the corpus is too small for a held-out part.
    """
    split = _split(model, corpus)
    encoder = ScriptEncoder(model.tokenizer)

    def lines(documents: DocumentView) -> list[Text]:
        every = (line for document in documents for scene in document for line in scene.lines if line.text.strip())
        random = np.random.default_rng(seed)
        return [line_ids(encoder, line) for line in keep_some(every, most, lambda n: int(random.integers(n)))]

    return RealTexts(
        lines(training_documents(corpus, split)), lines(held_out_documents(corpus, split)), corpus.fingerprint
    )


def _split(model: Model, corpus: ScriptCorpus) -> Split:
    known, total = model.card.corpus, survey(corpus).characters
    if known.get("split") is not None and corpus.fingerprint == known.get("fingerprint"):
        split = Split.from_json(known["split"])
        if split.total != total or known.get("style") != corpus.style.to_json():
            raise ConfigurationError(
                f"This is the corpus the model was trained on, but it was read as {corpus.files[0].format}, and so the "
                "part that was held out cannot be found in it: give the --format that training was given."
            )
        return split
    if corpus.fingerprint == known.get("fingerprint"):
        raise ConfigurationError(
            "Real lines were to be held out, but the model learned from all of this corpus, because it was given a "
            "--validation text: name that one with --corpus, or leave --corpus out."
        )
    found = find_split(corpus, total)
    if found is None:
        raise TrainingError("A part of the corpus is to be held out, but it is too small for that: give more text.")
    return found
