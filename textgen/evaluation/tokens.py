"""The tokens that texts are compared by; the model's own vocabulary plays no part."""

from textgen.tokenizers.pretokens import split

TOKENISATION = "textgen natural: words, numbers and runs of punctuation; case kept"
"""Named in every report: BLEU changes by several points with the tokenisation."""


def tokens(text: str) -> list[str]:
    """The words, numbers and runs of punctuation of a text, in order.

    Example:
        >>> tokens("It isn't a dog's, is it?")
        ['It', 'isn', "'t", 'a', 'dog', "'s", ',', 'is', 'it', '?']
    """
    return [token for piece in split(text) if (token := piece.strip())]
