"""The README and the NOTICE of a model that ships: sources, what was left out, how it was trained, what it reached."""

from collections.abc import Mapping, Sequence
from typing import Any

from building.sources import Source


def readme(
    opening: Sequence[str],
    command: str,
    sources: Sequence[Source],
    counts: Mapping[str, Mapping[str, int]],
    figures: Mapping[str, Mapping[str, Any]],
) -> str:
    """The README, in Markdown.

    Args:
        opening: lines that say what the model is.
        command: that trained it.
        sources: the texts of others.
        counts: by source and step.
        figures: on held-out text, by stage of training.
    """
    rows = [f"| {one.file} | {one.source} @ {one.commit[:12]} | {one.licence} |" for one in sources]
    parts = [
        *opening,
        "",
        f"Trained by `{command}`, which also wrote this file.",
        "",
        "## Sources",
        "",
        "| File | Source | Licence |",
        "| --- | --- | --- |",
        *rows,
        "",
        "## What was taken and what was left out",
        "",
        "A turn that a filter hits is left out; what stands before and behind it is kept where that is two turns or",
        "more.",
        "",
        *(line for source, steps in counts.items() for line in _table(source, "Step", steps)),
        "## Held-out figures",
        "",
        *(line for stage, metrics in figures.items() for line in _table(stage, "Metric", metrics)),
    ]
    return "\n".join(parts).rstrip() + "\n"


def notice(name: str, sources: Sequence[Source]) -> str:
    """The NOTICE: who the texts are from, as their licences ask.

    Args:
        name: of the model.
        sources: the texts of others.
    """
    attributions = dict.fromkeys(_ATTRIBUTIONS[one.source] for one in sources if one.source in _ATTRIBUTIONS)
    lines = [
        f"The weights of the model {name} were computed from these texts, of which the folder holds none:",
        "",
        *(f"- {one.source}, {one.commit}: {one.licence}" for one in sources),
        "",
        *attributions,
    ]
    return "\n".join(lines).rstrip() + "\n"


_ATTRIBUTIONS = {
    "jfainberg/self_dialogue_corpus": (
        "self_dialogue_corpus: Copyright (c) 2017, its authors (Joachim Fainberg, Ben Krause, Mihai Dobre, Marco "
        "Damonte, Emmanuel Kahembwe, Daniel Duma, Bonnie Webber, Federico Fancellu); BSD 3-Clause License."
    ),
    "google-research-datasets/Synthetic-Persona-Chat": (
        "Synthetic-Persona-Chat: Google Research, licensed under CC BY 4.0 "
        "(https://creativecommons.org/licenses/by/4.0/); filtered."
    ),
    "alexa/Topical-Chat": (
        "Topical-Chat: Amazon.com, Inc. or its affiliates; Community Data License Agreement - Sharing - Version 1.0."
    ),
    "mimi-tg/ChitChat": "BotBuilder-PersonalityChat: Copyright (c) Microsoft Corporation; MIT License.",
    "facebookresearch/LASER": (
        "Tatoeba (https://tatoeba.org) and its contributors: sentences under CC BY 2.0 FR "
        "(https://creativecommons.org/licenses/by/2.0/fr/)."
    ),
}
"""What their licences ask to be said, by source."""


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
