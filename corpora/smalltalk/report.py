"""The README of the model that ships: sources, what was filtered, how it was trained, what it reached."""

from collections.abc import Mapping
from typing import Any

_SOURCES = """\
| Source | Licence | What |
| --- | --- | --- |
| `chitchat-dataset` 0.9.0 (PyPI) | MIT | conversations of students, from the BYU Perception, Control & Cognition lab |
| `chatterbot-corpus` 1.3.3 (PyPI) | BSD | conversations, greetings, food, humor; English |
| `corpora/smalltalk.txt` | MIT | dialogues written for this project, which give the bot its character |

Filters also read `names` 0.3.0 (MIT; first names of the United States census) and `better-profanity` 0.7.0 (MIT)."""


def readme(
    command: str, counts: Mapping[str, Mapping[str, int]], stages: Mapping[str, Mapping[str, Any]], parameters: int
) -> str:
    """The whole text, in Markdown.

    Args:
        command: that trained the model.
        counts: by source and step, as `Prepared.counts`.
        stages: the held-out figures of each stage.
        parameters: of the model.
    """
    parts = [
        "# smalltalk",
        "",
        'The chat model that comes along with textgen: `textgen chat`, or `textgen.load("smalltalk")`. It is an LSTM',
        f"encoder-decoder with attention, of {parameters:,} weights in float16. The folder has no text of its sources",
        "and, to stay small, no index of their word sequences, so `no_copy` is not offered.",
        "",
        f"Trained by `{command}`, which also wrote this file.",
        "",
        "## Sources",
        "",
        _SOURCES,
        "",
        "## What was taken and what was left out",
        "",
        "A turn that a filter hits is left out, and what comes before and behind it is kept as dialogues of their own",
        "where it has two turns or more. A turn counts for the first filter that hits it. A conversation of two people",
        "is read twice, once with either as the bot, so that each of its exchanges is learned once.",
        "",
        *(line for source, steps in counts.items() for line in _table(source, "Step", steps)),
        "## Held-out figures",
        "",
        "Of the last tenth of each source's dialogues, which neither stage learned from: replies after their own",
        "contexts, after those of other replies (shuffled), and after none (alone).",
        "",
        *(line for stage, metrics in stages.items() for line in _table(stage, "Metric", metrics)),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _table(title: str, head: str, rows: Mapping[str, Any]) -> list[str]:
    shown = {name: value for name, value in rows.items() if isinstance(value, int | float)}
    return [
        f"### {title[0].upper()}{title[1:]}",
        "",
        f"| {head} | Value |",
        "| --- | ---: |",
        *(f"| {name.replace('_', ' ')} | {_number(value)} |" for name, value in shown.items()),
        "",
    ]


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
