"""Hypothesis strategies for scripts, and small tokenizers of every level."""

from hypothesis import strategies as st

from textgen.corpus.script import Line, Scene, Script, ScriptStyle
from textgen.tokenizers import learn_tokenizer
from textgen.tokenizers.base import Tokenizer

LABELS = ("jerry", "ÉLAINE", "小明", "Mr. X")
_LEARNED_FROM = ["hello there (softly) how are you [beat] fine, thanks. "] * 4

TOKENIZERS: dict[str, Tokenizer] = {
    "character": learn_tokenizer("character", _LEARNED_FROM, LABELS),
    "word": learn_tokenizer("word", _LEARNED_FROM, LABELS),
    "whitespace": learn_tokenizer("word", _LEARNED_FROM, LABELS, words="whitespace"),
    "subword": learn_tokenizer("subword", _LEARNED_FROM, LABELS, vocabulary_limit=20),
}

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        [
            "",
            "hello there",
            " how are you ",
            "a\n\nb",
            "[[note]]",
            "/* x",
            "é\u2028\x85",
            "😀(softly)",
            "EVE",
            "(V.O.)\nhi",
        ]
    ),
)
speakers = st.one_of(st.none(), st.sampled_from(LABELS), st.sampled_from(["george", "JERRY", ""]), texts)
headings = st.one_of(st.none(), texts.filter(bool))
styles = st.builds(ScriptStyle, st.sampled_from(["colon", "play", "fountain", "plain", "captions"]), st.integers(0, 2))


def scripts(
    speakers: st.SearchStrategy[str | None] = speakers,
    texts: st.SearchStrategy[str] = texts,
    headings: st.SearchStrategy[str | None] = headings,
    styles: st.SearchStrategy[ScriptStyle] = styles,
    most_lines: int = 4,
) -> st.SearchStrategy[Script]:
    """Scripts of up to three scenes."""
    lines = st.lists(st.builds(Line, speakers, texts), max_size=most_lines).map(tuple)
    scenes = st.lists(st.builds(Scene, headings, lines), max_size=3).map(tuple)
    return st.builds(Script, scenes, styles)


MARKS = (
    *("!", "@", "#", "=", "===", ".", "..", ">", "> ", " <", "~", "[[", "/*", "\\", "[", "]", "/", "INT. x", "EVE"),
    *("TO:", "(V.O.)\n", "(softly) ", " [beat]", "(a", "\n\n", "   ", "&amp;", "<Text>", " #1#"),
)
"""What means something in a screenplay, or in the files that hold one."""

_names = (
    st.one_of(texts, st.sampled_from(MARKS))
    .map(lambda text: " ".join(text.split()))
    .filter(lambda name: name and "(" not in name and ")" not in name and not name.endswith("^"))
)
_awkward = st.lists(st.one_of(st.sampled_from(MARKS), texts), max_size=4).map("".join)
_headings = _awkward.map(lambda text: " ".join(text.split())).filter(bool)

screenplays = scripts(st.one_of(st.none(), _names), _awkward, st.one_of(st.none(), _headings)).map(
    lambda script: Script(tuple(scene for scene in script.scenes if scene.heading or scene.lines), script.style)
)
"""Scripts that screenplays can hold: no scene is empty, no name has brackets, headings and names have plain spaces."""
