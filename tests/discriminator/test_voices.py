import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.document import Line
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.discriminator.calibration import fit_temperature
from textgen.discriminator.metrics import Text
from textgen.discriminator.scorer import line_ids
from textgen.discriminator.voices import (
    FEWEST_LINES,
    SpokenText,
    count_voices,
    fit_voice_temperature,
    spoken,
    voice_cross_entropy,
    voice_log_probabilities,
    voice_metrics,
    voice_of,
    voice_shares,
)
from textgen.tokenizers.character import CharacterTokenizer

MANY, FEW = FEWEST_LINES, FEWEST_LINES - 1


@pytest.mark.parametrize(
    ("lines", "voices"),
    [
        ({"ann": 900, "bob": MANY, "cid": FEW, "dot": 3}, 3),
        ({"ann": 900, "bob": MANY}, 3),
        ({"ann": FEW, "bob": FEW}, 0),
        ({"ann": 900}, 0),  # who else?
        ({"ann": 900, "zoe": 1}, 2),
        ({}, 0),
    ],
)
def test_a_speaker_with_many_lines_is_a_class_and_all_others_are_one(lines: dict[str, int], voices: int) -> None:
    assert count_voices([name for name, said in lines.items() if said >= 10], lines) == voices


@given(st.sampled_from(["ann", "bob", "cid", "dot", "zoe", None]), st.text("abcdnz", max_size=5))
def test_the_speaker_is_taken_from_a_line_and_told(speaker: str | None, text: str) -> None:
    tokenizer = CharacterTokenizer("abcdnoteyz", ["ann", "bob", "cid", "dot"])  # zoe has no label
    encoder = ScriptEncoder(tokenizer)
    found = spoken(line_ids(encoder, Line(speaker, text)), 4, voices=3)
    assert found.text == line_ids(encoder, Line(None, text))
    assert found.voice == voice_of(speaker, tokenizer, 3) == {"ann": 0, "bob": 1}.get(speaker or "", 2)


def test_no_share_is_zero() -> None:
    assert voice_shares(np.array([0, 0, 2, 0]), 3).tolist() == [4 / 7, 1 / 7, 2 / 7]


def test_probabilities_by_hand() -> None:
    logits = np.log([[1.0, 9.0, 6.0]])
    assert np.exp(voice_log_probabilities(logits, 1.0))[0] == pytest.approx([1 / 16, 9 / 16, 6 / 16])
    assert np.exp(voice_log_probabilities(logits[:, :2], 2.0))[0] == pytest.approx([1 / 4, 3 / 4])
    assert voice_cross_entropy(logits, np.array([1])) == pytest.approx(np.log(16 / 9))


def test_the_temperature_of_two_classes_is_that_of_real_and_generated() -> None:
    random = np.random.default_rng(0)
    logits, real = random.normal(1, 3, 500), random.random(500) < 0.6
    two = np.stack([np.zeros(500), logits], axis=1)
    assert fit_voice_temperature(two, real.astype(int)) == pytest.approx(fit_temperature(logits, real))


class FirstToken:
    """Takes a line for that class's whose number is its first token."""

    def class_logits(self, texts: list[Text]) -> np.ndarray:
        return np.eye(3)[[text[0] for text in texts]]


def test_metrics_by_hand() -> None:
    # Two of four are named rightly; one is the second speaker's, who had most lines before.
    unseen = [SpokenText([0, 9], 0), SpokenText([1, 9], 0), SpokenText([2, 9], 2), SpokenText([0, 9], 1)]
    found = voice_metrics(FirstToken(), (0.3, 0.5, 0.2), ("ann", "bob"), unseen)
    assert found == {
        "accuracy": {"discriminator": 0.5, "majority": 0.25},
        "lines": 4,
        "names": ["ann", "bob"],
        "majority_class": "bob",
    }
    others = voice_metrics(FirstToken(), (0.2, 0.2, 0.6), ("ann", "bob"), unseen)
    assert (others["majority_class"], others["accuracy"]["majority"]) == (None, 0.25)
