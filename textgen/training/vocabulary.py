"""Learning the vocabulary that a person asked for, or that suits the corpus."""

from collections.abc import Iterable, Sequence

from textgen.tokenizers.base import Tokenizer
from textgen.tokenizers.learning import learn_tokenizer
from textgen.training.sizing import Choice, choose_level, choose_vocabulary_limit


def learn_chosen(choice: Choice, characters: int, texts: Iterable[str], labels: Sequence[str]) -> Tokenizer:
    """Learns a vocabulary.

    Args:
        choice: what was asked for.
        characters: of the training text.
        texts: all that is spelled in pieces; read once.
        labels: speakers that get a label of their own.
    """
    level = choose_level(choice, characters)
    limit = choose_vocabulary_limit(choice, level, characters)
    words = choice.words if level != "character" else "natural"
    return learn_tokenizer(level, texts, labels, words, limit)
