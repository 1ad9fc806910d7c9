"""Small tokenizers of every level, and strings that tokenizers get wrong."""

from functools import cache

from hypothesis import strategies as st

from textgen.tokenizers import learn_tokenizer
from textgen.tokenizers.base import Tokenizer
from textgen.tokenizers.character import CharacterTokenizer
from textgen.tokenizers.subword import SubwordTokenizer
from textgen.tokenizers.word import WordTokenizer

SPEAKERS = ("jerry", "elaine")
TEXTS = ["hello there jerry, hello elaine", "it's a show about nothing", "  it's the 10 o'clock show\n"] * 3

AWKWARD = (
    "",
    " ",
    "   ",
    "\n\n  \t x",
    "a",
    "it's IT'S it’s 'tis 's up",
    "x\u0085y\u2028z\r\nw\x1c",
    "\x00\ufeff\ufffe\uffff",
    "e\u0301 é",
    "हिन्दी 👩‍👩‍👧 \U0010ffff",
    "<pad> <start> __eou__ _ ___",
    "a" * 1000,
    " " * 1000 + "b",
    "!" * 300,
)

any_text = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
near_text = st.text(alphabet=" helotrjyia's10\nx\u0301é’_.\t", max_size=80)


@cache
def subword_tokenizer() -> SubwordTokenizer:
    return SubwordTokenizer.learn(TEXTS, SPEAKERS, vocabulary_limit=40)


@cache
def tokenizers() -> tuple[Tokenizer, ...]:
    """One tokenizer of each kind, and one of each level whose vocabulary is empty."""
    return (
        learn_tokenizer("character", TEXTS, SPEAKERS),
        learn_tokenizer("word", TEXTS, SPEAKERS),
        learn_tokenizer("word", TEXTS, SPEAKERS, words="whitespace"),
        subword_tokenizer(),
        subword_tokenizer().grown(["it’s a 👩‍👩‍👧 hello हिन्दी"] * 5, most=40, least=5),
        CharacterTokenizer([], []),
        WordTokenizer([], []),
    )
