"""What comes along is found by its name, and what does not is told."""

import pytest

import textgen
from textgen.errors import ConfigurationError


def test_a_corpus_that_comes_along() -> None:
    assert textgen.sample_corpus() == textgen.sample_corpus("sitcom")
    assert "HATTIE:" in textgen.sample_corpus("sitcom").read_text(encoding="utf-8")


def test_a_corpus_that_does_not() -> None:
    with pytest.raises(ConfigurationError, match=r"'opera' was asked for, but none .* name sitcom\."):
        textgen.sample_corpus("opera")
