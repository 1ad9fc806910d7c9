"""Draws the pictures of docs/teaching.md: `python docs/pictures.py`, from the clone's folder, takes two minutes.

The lessons' model is trained where runs/lessons does not hold it yet, with the settings of the lessons' commands.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.patches import Rectangle

import textgen
from textgen.chatbot import Chatbot
from textgen.discriminator.file import discriminator_path
from textgen.explanation.neurons import neurons
from textgen.writer import ScriptWriter

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "runs" / "lessons"
PICTURES = ROOT / "docs" / "pictures"
CORPUS = ROOT / "corpora" / "sitcom.txt"

PAGE = """\
PEARL: Right! Who wants soup?
GUS: I'd better sit down.
FINN: (with the second best hat held against his chest) I've got no more ideas.
PEARL: Don't you dare. I've only just started liking them.
CRISP: (reading) It's all one pound forty!
GUS: (putting his ear to the floor) There's a bit of a knock.
"""
"""Lines in the manner of the end of the corpus, which is held out of training."""

_COLUMNS = 84
_SURPRISE, _CELL, _WEIGHT = (plt.get_cmap(name) for name in ("Oranges", "coolwarm", "Blues"))


def surprise(writer: ScriptWriter) -> None:
    """Lesson 1: a text coloured by surprise."""
    tokens = writer.explain(PAGE).tokens[:-1]  # without the end of the document
    shown = [f"{token.text} " if token.kind == "speaker" else token.text for token in tokens]
    _coloured(shown, [min(token.surprise / 8, 1) * 0.7 for token in tokens], _SURPRISE)


def temperature(writer: ScriptWriter) -> None:
    """Lesson 2: the likeliest next tokens at three temperatures."""
    temperatures = (0.5, 1.0, 1.5)
    tokens = writer.next_tokens("PEARL: One p", n=12, temperatures=temperatures)
    figure, axes = plt.subplots(1, 3, figsize=(8, 3), sharex=True, sharey=True, layout="constrained")
    for k, axis in enumerate(axes):
        axis.barh([repr(token.text) for token in tokens], [token.at_temperatures[k] for token in tokens])
        axis.set(title=f"temperature {temperatures[k]:g}", xlabel="probability")
    axes[0].invert_yaxis()
    axes[0].set_ylabel("after PEARL: One p")
    figure.align_labels()


def cell(writer: ScriptWriter) -> None:
    """Lesson 3: the cell that follows directions best at the end of the corpus, along a page."""
    best = neurons(writer.opened, CORPUS.read_text(encoding="utf-8")[-20_000:], property="direction", n=1)
    found = neurons(writer.opened, PAGE, best.layer, best.cell)
    shown = [f"{token} " if token.endswith(":") and len(token) > 1 else token for token in found.tokens]
    _coloured(shown[:-1], [0.5 + 0.35 * value for value in found.values], _CELL)


def forcing(writer: ScriptWriter) -> None:
    """Lesson 4: the same network led by the truth, and left to itself."""
    truth = writer.explain("PEARL: One pound forty. If you fall in, that's one pound forty too.").tokens[1:-1]
    free = writer.explain(writer.write("PEARL: One", lines=1, temperature=0).text).tokens[1:-1]
    rows = {
        "the truth": [token.text for token in truth],
        "teacher forcing:\nbest guess after the truth": [token.alternatives[0].text for token in truth],
        "free running:\nbest guess after its own": [token.text for token in free],
    }
    _, axis = plt.subplots(figsize=(9, 1.9), layout="constrained")
    for y, words in enumerate(rows.values()):
        for x, word in enumerate(words[: len(truth)]):
            right = word == truth[x].text
            axis.add_patch(Rectangle((x, y), 0.95, 0.9, facecolor="#cfe8cf" if right else "#f6d0c0"))
            axis.text(x + 0.47, y + 0.5, word.replace(" ", "␣"), ha="center", va="center", size=7.5, family="monospace")
    axis.set(xlim=(-0.3, len(truth)), ylim=(3, -0.1), xticks=[], yticks=[0.45, 1.45, 2.45])
    axis.set_yticklabels(list(rows), size=8)
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)


def attention(bot: Chatbot) -> None:
    """Lesson 5: where Wren looks while it answers, and what it copies."""
    bot.reset()
    bot.reply("my name is Zolt", seed=3)
    found = bot.explain()
    assert found.attention is not None and found.copied is not None
    _, (left, right) = plt.subplots(
        1, 2, figsize=(6.5, 3.4), width_ratios=[len(found.message_tokens), 1], layout="constrained"
    )
    words = [token.text for token in found.tokens]
    _heat(left, found.attention.tolist(), found.message_tokens, words)
    _heat(right, [[share] for share in found.copied.tolist()], ["copied"], [""] * len(words))
    left.set(xlabel="the message", ylabel="the reply")


def critic(writer: ScriptWriter) -> None:
    """Lesson 6: how real lines of the corpus and lines of the generator look to the critic."""
    real = [line for line in PAGE.splitlines() if len(line) < 60]
    drawn = writer.write("", lines=20, seed=4).lines
    written = [f"{line.speaker}: {line.text}" for line in drawn if line.speaker and len(line.text) < 60][
        : len(real) + 3
    ]
    texts = [*real, *written[: len(real)]]
    scores = [writer.score(text).reads_as_real for text in texts]
    _, axis = plt.subplots(figsize=(8, 3.2), layout="constrained")
    axis.barh(range(len(texts)), scores, color=["#4c9f70"] * len(real) + ["#d9744a"] * len(real))
    axis.set_yticks(range(len(texts)), texts, size=8)
    axis.set(xlim=(0, 1), xlabel="probability of being real, by the critic (green: written by a person)")
    axis.axvline(0.5, color="grey", linewidth=0.8)
    axis.invert_yaxis()


def _coloured(tokens: Sequence[str], values: Iterable[float], colours: Colormap) -> None:
    """A text in a monospaced font, each token on its colour; values are from 0 to 1."""
    places, row, column = [], 0, 0
    for token, value in zip(tokens, values, strict=False):
        if column + len(token) > _COLUMNS:
            row, column = row + 1, 2
        places.append((row, column, token, value))
        row, column = (row + 1, 0) if token == "⏎" else (row, column + len(token))
    figure, axis = plt.subplots(figsize=(_COLUMNS * 0.092, (row + 1) * 0.25))
    for row, column, token, value in places:
        axis.add_patch(Rectangle((column, row), len(token), 0.94, facecolor=colours(value), linewidth=0))
        axis.text(column, row + 0.5, token, va="center", size=11, family="DejaVu Sans Mono")
    axis.set(xlim=(0, _COLUMNS), ylim=(max(place[0] for place in places) + 1, 0))
    axis.set_axis_off()
    figure.subplots_adjust(0.005, 0.02, 0.995, 0.98)


def _heat(axis: Axes, shares: list[list[float]], columns: Sequence[str], rows: Sequence[str]) -> None:
    axis.imshow(shares, cmap=_WEIGHT, vmin=0, vmax=1, aspect="auto")
    axis.set_xticks(range(len(columns)), columns, rotation=45, size=8)
    axis.set_yticks(range(len(rows)), rows, size=8)
    for y, row in enumerate(shares):
        for x, share in enumerate(row):
            axis.text(x, y, f"{share:.0%}", ha="center", va="center", size=7, color="white" if share > 0.6 else "black")


def draw_all(writer: ScriptWriter, bot: Chatbot, folder: Path) -> None:
    """Draws all pictures into a folder.

    Args:
        writer: with a discriminator.
        bot: with attention and copying.
        folder: that exists.
    """
    of_writer: list[Callable[[ScriptWriter], None]] = [surprise, temperature, cell, forcing, critic]
    for draw in of_writer:
        draw(writer)
        _save(folder / f"{draw.__name__}.png")
    attention(bot)
    _save(folder / "attention.png")


def _save(path: Path) -> None:
    plt.savefig(path, dpi=110)
    plt.close("all")


def lessons_model(path: Path) -> ScriptWriter:
    """The model of the lessons, trained where it is not there yet."""
    if not path.exists():
        textgen.train_script(CORPUS, path, minutes=0.7)
    if not discriminator_path(path).is_file():
        textgen.train_discriminator(path, CORPUS, samples=2000, minutes=0.3)
    writer = textgen.load(path)
    assert isinstance(writer, ScriptWriter)
    return writer


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else MODEL
    wren = textgen.load("smalltalk")
    assert isinstance(wren, Chatbot)
    PICTURES.mkdir(exist_ok=True)
    draw_all(lessons_model(chosen), wren, PICTURES)
