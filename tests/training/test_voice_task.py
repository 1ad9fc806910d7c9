"""How a script's discriminator learns whose lines are."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textgen.config import Budget, DiscriminatorConfig, TrainingConfig
from textgen.discriminator.metrics import Examples, Text
from textgen.discriminator.voices import SpokenText, voice_cross_entropy, voices_of
from textgen.inference.discriminator import Discriminator
from textgen.model_folder import Model, ModelFolder
from textgen.models.discriminator import KerasDiscriminator
from textgen.tokenizers.base import FIRST_LABEL, LINE_END, NAME, NAME_END
from textgen.training import discriminator_task
from textgen.training.discriminator_task import make_discriminator
from textgen.training.prepare import initial_weights
from textgen.training.real_texts import RealTexts
from textgen.training.step import exported
from textgen.training.voice_task import VoiceBatches, VoiceStep, VoiceTask

CONFIG = DiscriminatorConfig(40, embedding=8, widths=(1, 2), filters=8, voices=3)

LINES = [SpokenText([20 + k % 3, 25 + k % 7, LINE_END], k % 3) for k in range(60)]
"""The first word tells who speaks."""

TEXTS = Examples([[7 + k % 2, 30 + k % 5, LINE_END] for k in range(200)], np.arange(200) % 2 == 0)


def network() -> KerasDiscriminator:
    model = KerasDiscriminator(CONFIG)
    for name, array in initial_weights(CONFIG, 0).items():
        model.named_weights()[name].assign(array)
    return model


def rows(ids: np.ndarray, lengths: np.ndarray) -> list[list[int]]:
    return [row[:length].tolist() for row, length in zip(ids, lengths, strict=True)]


def test_an_epoch_of_texts_sees_each_line_once_with_its_speaker() -> None:
    batches = VoiceBatches(TEXTS, LINES, seed=1)
    assert batches.steps_per_epoch == 3
    seen = []
    for step in range(3):
        found = batches.batch(step)
        assert (len(found.texts), len(found.real), len(found.lines)) == (64, 64, 20)
        seen += list(zip(map(tuple, rows(found.lines, found.line_lengths)), found.voices.tolist(), strict=True))
    assert sorted(seen) == sorted((tuple(line.text), line.voice) for line in LINES)
    long = VoiceBatches(TEXTS, [SpokenText([20] * 500, 1)] * 60, 1).batch(0)
    assert long.lines.shape == (20, 96) and (long.line_lengths == 96).all()
    again, other = VoiceBatches(TEXTS, LINES, 1).batch(4), VoiceBatches(TEXTS, LINES, 2).batch(4)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(again, batches.batch(4), strict=True))
    assert not np.array_equal(other.lines, again.lines)


def test_at_first_each_class_is_as_likely_and_real_as_likely_as_generated() -> None:
    logits = Discriminator(CONFIG, initial_weights(CONFIG, 0)).class_logits([[20, LINE_END]])
    assert logits == pytest.approx(np.full((1, 3), -np.log(3)))


@pytest.mark.slow
def test_the_loss_is_that_of_the_numpy_pass() -> None:
    model, given = network(), VoiceBatches(TEXTS, LINES, 1).batch(0)
    kernel = model.named_weights()["output/kernel"]
    kernel.assign(np.random.default_rng(0).normal(0, 1, kernel.shape))
    numpy = Discriminator(CONFIG, exported(model))
    real = np.where(given.real > 0, -1, 1) * numpy.logits(rows(given.texts, given.text_lengths))
    whose = voice_cross_entropy(numpy.class_logits(rows(given.lines, given.line_lengths)), given.voices)
    step = VoiceStep(model, TrainingConfig(Budget(steps=1), dropout=0.0))
    loss, state = step(given, [], 0, 0.0)
    assert loss == pytest.approx(np.logaddexp(0, real).mean() + whose, abs=1e-3)
    assert state == []


def lines_of(count: int, seed: int, tells: bool) -> list[Text]:
    """Lines of two speakers with a label and one without, each with words of their own if they tell."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        who = int(random.integers(3))
        first = 50 + 10 * who if tells else 50 + 10 * int(random.integers(3))
        text = [*(first + random.integers(10, size=random.integers(2, 5))).tolist(), LINE_END]
        found.append([*([NAME, 90, NAME_END] if who == 2 else [FIRST_LABEL + who]), *([] if tells else [91]), *text])
    return found


def model_with(untrained: Path, **lines: int) -> Model:
    """A model whose corpus has so many lines of its speakers."""
    model = ModelFolder(untrained).load()
    speakers = dict(zip(model.tokenizer.speakers, lines.values(), strict=False))
    return replace(model, card=replace(model.card, corpus={**model.card.corpus, "speakers": speakers}))


def test_a_model_has_voices_where_speakers_have_lines(untrained: Path) -> None:
    assert voices_of(model_with(untrained, a=900, b=200, c=199)) == 3
    assert voices_of(model_with(untrained, a=199, b=9)) == 0


@pytest.mark.slow
def test_it_learns_who_says_what_and_does_not_look_at_who_speaks(
    untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_with(untrained, a=900, b=300, c=20)
    real = RealTexts(lines_of(1200, 1, True), lines_of(600, 2, True), "0f")
    written = [line for seed in (3, 4) for line in lines_of(600, seed, False)]
    monkeypatch.setattr(discriminator_task, "stored_texts", lambda *about: real)
    monkeypatch.setattr(discriminator_task, "parts_of", lambda samples: (samples // 2, samples // 2))
    told: list[str] = []
    settings: dict[str, Any] = {"temperature": 0.8}
    task = VoiceTask(model, len(written), lambda real, note: written, settings)
    saved = make_discriminator(task, Budget(epochs=12), told.append)
    found = saved.metrics["voices"]
    assert (saved.architecture.voices, found["lines"]) == (3, 300)
    assert found["names"] == list(model.tokenizer.speakers[:2])
    assert found["accuracy"]["discriminator"] > 0.95
    assert found["accuracy"]["majority"] == pytest.approx(1 / 3, abs=0.1)
    assert saved.metrics["accuracy"]["discriminator"] > 0.9  # a 91 is generated
    assert saved.voice_shares == pytest.approx([1 / 3] * 3, abs=0.05)
    assert saved.voice_temperature != 1.0
    network = Discriminator(saved.architecture, saved.weights)
    logits = network.class_logits([[52, 53, LINE_END], [61, 66, LINE_END], [72, 73, LINE_END]])
    assert logits.argmax(axis=1).tolist() == [0, 1, 2]
    first, second = model.tokenizer.speakers[:2]
    assert f"voices    {first}, {second}, and all others together" in told
    assert any("of speakers named  best so far" in line for line in told)
