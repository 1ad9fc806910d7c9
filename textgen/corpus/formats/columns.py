"""What the columns of a table hold: as a person says, else by their names, else by what stands in them."""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from textgen.corpus.reading_options import Column, ReadingOptions
from textgen.errors import CorpusError

SPEAKER_FIELDS = (
    "raw_character_text",
    "character_name",
    "character",
    "speaker_name",
    "speaker",
    "name",
    "who",
    "author_name",
    "author",
    "sender_name",
    "sender",
    "from_name",
    "from",
    "username",
    "user_name",
    "user",
    "display_name",
    "screen_name",
    "nickname",
    "nick",
    "role",
    "person",
    "participant",
    "actor",
    "sprecher",
    "autor",
    "auteur",
    "personnage",
    "personaje",
    "usuario",
    "absender",
    "verfasser",
    "expéditeur",
    "remitente",
    "emisor",
    "mittente",
    "remetente",
    "afzender",
    "avsändare",
    "afsender",
    "avsender",
    "nadawca",
    "отправитель",
)
TEXT_FIELDS = (
    "spoken_words",
    "dialogue",
    "dialog",
    "text",
    "speech",
    "quote",
    "utterance",
    "line",
    "content",
    "message",
    "message_text",
    "message_content",
    "msg",
    "body",
    "selftext",
    "comment",
    "comment_text",
    "comment_body",
    "tweet",
    "tweet_text",
    "full_text",
    "post_text",
    "post",
    "review",
    "review_text",
    "lyrics",
    "lyric",
    "poem",
    "recipe",
    "story",
    "joke",
    "article",
    "transcript",
    "sentence",
    "caption",
    "description",
    "summary",
    "abstract",
    "headline",
    "title",
    "subject",
    "nachricht",
    "texto",
    "texte",
    "testo",
    "mensaje",
    "mensagem",
    "messaggio",
    "bericht",
    "meddelande",
    "wiadomość",
    "сообщение",
)
DOCUMENT_FIELDS = (
    "season",
    "season_id",
    "episode",
    "episode_id",
    "episode_title",
    "movie",
    "play",
    "document",
    "channel",
    "conversation_id",
    "chat_session",
    "dialogue_id",
    "thread_id",
)
SCENE_FIELDS = ("scene", "scene_id", "scene_number", "raw_location_text", "location", "setting")
"""What the columns of a table and the fields of an object are called, the surest names first."""

PROMPT_NAMES = (
    "prompt",
    "question",
    "instruction",
    "message",
    "human",
    "user",
    "query",
    "request",
    "statement",
    "post",
    "source",
    "src",
    "input",
    "context",
    "customer",
    "comment",
    "q",
)
REPLY_NAMES = (
    "reply",
    "answer",
    "response",
    "robot",
    "bot",
    "chatbot",
    "assistant",
    "completion",
    "target",
    "tgt",
    "output",
    "agent",
    "a",
)
"""What the columns with prompts and with replies are called, the surest names first."""

_CERTAIN_TEXTS = frozenset(TEXT_FIELDS[: TEXT_FIELDS.index("content") + 1])
"""Texts by these names are no prompts, even beside a reply."""

_NAME_WORDS = 4
_ENDS_SENTENCE = tuple(".!?…。！？")
_NEW_NAMES_ALLOWED = 0.7
_TEXT_WORDS, _TEXT_CHARACTERS = 1.5, 10  # fewer on average are names or values, and no texts
_NEARLY_ALL = 0.9
_FEW_ROWS = 8
_LOOKED_AT = 500
_DELIMITERS = re.compile(r"[,;|\t]")
_NUMBER = re.compile(r"[\d\s.,:;/+TZ-]*")


class Columns(NamedTuple):
    """The numbers of the columns of a script, from 0."""

    speaker: int | None
    text: int
    document: tuple[int, ...]
    scene: int | None
    header: bool

    def documents(self, record: Sequence[str]) -> tuple[str, ...]:
        """What says in which document a record is."""
        return tuple(record[place] for place in self.document)


class PairColumns(NamedTuple):
    """The numbers of the columns with prompts and with replies, from 0."""

    prompt: int
    reply: int
    header: bool


def field_key(name: str) -> str:
    """A field's name for comparison: without case, its words separated by `_`."""
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())


def find_columns(first: Sequence[str]) -> Columns | None:
    """The columns of a script by the names in a table's first record; without known names, two are speaker and text.

    Example:
        >>> find_columns(["AuthorID", "Author", "Content"])
        Columns(speaker=1, text=2, document=(), scene=None, header=True)
    """
    keys = [field_key(name) for name in first]
    text, speaker = _find(keys, TEXT_FIELDS), _find(keys, SPEAKER_FIELDS)
    if text is not None and len(keys) > 1 and (speaker is not None or keys[text] in _CERTAIN_TEXTS or not _pair(first)):
        documents = tuple(place for place, key in enumerate(keys) if key in DOCUMENT_FIELDS)
        return Columns(speaker, text, documents, _find(keys, SCENE_FIELDS), header=True)
    return Columns(0, 1, (), None, header=False) if len(keys) == 2 and not _pair(first) else None


def is_header(line: str) -> bool:
    """Whether a line names a column with speakers and one with texts, whatever separates them.

    Example:
        >>> is_header("time;speaker;text"), is_header("Nora, text me")
        (True, False)
    """
    keys = [field_key(name.strip('"')) for name in _DELIMITERS.split(line)]
    return _find(keys, TEXT_FIELDS) is not None and _find(keys, SPEAKER_FIELDS) is not None


def find_pair_columns(first: Sequence[str]) -> PairColumns | None:
    """The columns of a table of pairs, by the names in its first record; without known names, the first two.

    Example:
        >>> find_pair_columns(["id", "Questions", "Answer text"])
        PairColumns(prompt=1, reply=2, header=True)
    """
    return _pair(first) or (PairColumns(0, 1, header=False) if len(first) > 1 else None)


def _pair(first: Sequence[str]) -> PairColumns | None:
    names = [singular(field_key(name).removesuffix("_text")) for name in first]
    prompt, reply = _find(names, PROMPT_NAMES), _find(names, REPLY_NAMES)
    return None if prompt is None or reply is None else PairColumns(prompt, reply, header=True)


def singular(word: str) -> str:
    """An English word in the singular, as far as its end shows."""
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _find(keys: Sequence[str], names: Sequence[str]) -> int | None:
    return next((keys.index(name) for name in names if name in keys), None)


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first record of a table whose column names are unknown looks like names.

    It does if every column shows it: its other cells are numbers, or longer, or a few that come again while the first
    does not.
    """
    first, *body = rows[:_LOOKED_AT]
    if len(body) < _FEW_ROWS or not all(map(_may_be_header, first)) or len({*first}) < len(first):
        return False
    return all(_differs(cell, _cells(body, place)) for place, cell in enumerate(first))


def _may_be_header(cell: str) -> bool:
    return bool(cell.strip()) and len(cell.split()) <= _NAME_WORDS and not _is_number(cell) and cell[-1] not in ".!?…"


def _differs(first: str, cells: Sequence[str]) -> bool:
    numbers = sum(map(_is_number, cells))
    longer = sum(len(cell.split()) > len(first.split()) for cell in cells)
    come_again = first not in cells and len({*cells}) <= len(cells) // 2
    return come_again or max(numbers, longer) >= _NEARLY_ALL * len(cells)


def _cells(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    """The cells of a column that are not empty."""
    return [row[place].strip() for row in rows if row[place].strip()]


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell.strip()) is not None


def are_numbers(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether nearly all cells of a column are numbers or dates."""
    cells = _cells(rows, place)
    return sum(map(_is_number, cells)) >= _NEARLY_ALL * len(cells)


def are_names(texts: Sequence[str]) -> bool:
    """Whether texts look like the names of speakers: short, no sentences, and repeated."""
    short = sum(len(text.split()) <= _NAME_WORDS and not text.rstrip().endswith(_ENDS_SENTENCE) for text in texts)
    return short >= _NEARLY_ALL * len(texts) and len({*texts}) <= _NEW_NAMES_ALLOWED * len(texts)


def _take_turns(texts: Sequence[str]) -> bool:
    """Whether texts look like the names of speakers who take turns; a table in the order of its groups has none."""
    return are_names(texts) and sum(1 for _ in groupby(texts)) > len({*texts})


def columns_by_content(rows: Sequence[Sequence[str]]) -> Columns | None:
    """The columns of a table whose names are unknown: the longest texts, and names that come again beside them."""
    header = has_header(rows)
    body, below = rows[header:_LOOKED_AT], rows[1:_LOOKED_AT]
    words = {place: _mean_words(_cells(body, place)) for place in range(len(rows[0])) if not are_numbers(below, place)}
    if not words:
        return None
    text = max(words, key=words.__getitem__)
    characters = [len(cell) for cell in _cells(body, text)]
    if words[text] < _TEXT_WORDS and sum(characters) < _TEXT_CHARACTERS * len(characters):
        return None
    speaker = next((place for place in words if place != text and _take_turns(_cells(body, place))), None)
    return Columns(speaker, text, (), None, header)


def _mean_words(cells: Sequence[str]) -> float:
    return sum(len(cell.split()) for cell in cells) / max(len(cells), 1)


def columns_asked_for(
    rows: Sequence[Sequence[str]], options: ReadingOptions, path: Path
) -> Columns | PairColumns | None:
    """The columns that a person named, and beside them those with known names; None where none was named.

    Args:
        rows: the first records of the table.
        options: name the columns.
        path: of the table, for messages.

    Raises:
        CorpusError: the table has no such column, or one that is needed was not named and is not known.
    """
    if not options.columns:
        return None
    first = rows[0]
    found = {option: place_of(column, first, option, path) for option, column in options.columns.items()}
    asked = {option.removesuffix("_column"): place for option, (place, _) in found.items()}
    script, pair = find_columns(first), _pair(first)
    named = any(in_header for _, in_header in found.values())
    header = named or pair is not None or (script is not None and script.header) or has_header(rows)
    if "text" not in asked and ("prompt" in asked or "reply" in asked):
        both = {**(pair._asdict() if pair else {}), **asked}
        for side, other, plural in (("prompt", "reply", "prompts"), ("reply", "prompt", "replies")):
            if side not in both:
                raise CorpusError(
                    f"--{other}-column was given for {path}, but no other column has a name that is known for "
                    f"{plural}: name that column with --{side}-column."
                )
        return PairColumns(both["prompt"], both["reply"], header)
    known = script if script is not None and script.header else columns_by_content(rows)
    text = asked.get("text", known.text if known else None)
    if text is None:
        raise CorpusError(
            f"Columns were named for {path}, but none that holds the text, and no column looks like one: name it with "
            "--text-column."
        )
    free = [place for place in range(len(first)) if place != text and place not in asked.values()]
    by_name = Columns(None, text, (), None, header) if script is None or not script.header else script
    return Columns(
        asked.get("speaker", by_name.speaker if by_name.speaker in free else None),
        text,
        tuple(place for place in by_name.document if place in free),
        asked.get("scene", by_name.scene if by_name.scene in free else None),
        header,
    )


def place_of(column: Column, first: Sequence[str], option: str, path: Path) -> tuple[int, bool]:
    """The number (from 0) of a column that a person named, and whether the name is in the header.

    Args:
        column: a name in the header, or a number from 1.
        first: the first record of the table.
        option: name of the option, for the message.
        path: of the table, for the message.

    Raises:
        CorpusError: the table has no such column.
    """
    wanted, names = str(column).strip(), [name.strip() for name in first]
    if wanted in names:
        return names.index(wanted), True
    if (place := _find([field_key(name) for name in names], [field_key(wanted)])) is not None:
        return place, True
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1, False
    shown = ", ".join(f'{number} "{name[:40]}"' for number, name in enumerate(names, start=1))
    raise CorpusError(
        f"--{option.replace('_', '-')} is {wanted!r}, but the columns of {path} are {shown}: give one of these names, "
        "or its number."
    )


def described(
    first: Sequence[str], columns: Columns | PairColumns, times: Sequence[int] = (), direction: int | None = None
) -> tuple[tuple[str, str], ...]:
    """Each column by its name (empty without a header) and what it was taken for (empty for nothing).

    Args:
        first: the first record of the table.
        columns: what its columns hold.
        times: numbers of the columns that say when something was said.
        direction: number of the column that says whether it was sent or received.
    """
    taken = dict.fromkeys(times, "time") | ({} if direction is None else {direction: "direction"})
    for role, places in columns._asdict().items():
        if role != "header":
            found = places if isinstance(places, tuple) else (places,)
            taken |= {place: role for place in found if place is not None}
    return tuple((name.strip() if columns.header else "", taken.get(place, "")) for place, name in enumerate(first))
