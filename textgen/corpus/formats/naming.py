"""Telling people from labels: what stands before a colon or above a paragraph names a speaker only if names behave so.

Speakers recur, and in an order that varies. The fields of a record (a recipe, a contact, the head of a letter) stand
once in each record, in the same order. Labels such as `Note` or `INFO` recur like speakers, so the common ones of
some languages are listed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

_LATEST_LEVEL, _LONGEST_LEVEL = 60, 10
_FEWEST = 3
_ENOUGH = 10
_NEW_NAMES_ALLOWED = 0.9
_RECURRING = 0.4
_LABELLED = 0.5
_SAME_BEGINNING = 0.6
_LISTED = 0.7
_LIST_WORDS = 5

NUMBERED_SPEAKER = r"(?:speaker|spk|sprecher|locuteur|hablante)[ _]?\w{1,3}"
"""A pattern of the names that tools give to voices they do not know; case is to be ignored."""

_RECIPES = (
    "ingredients|method|directions|preparation|instructions|serves|servings|yield|makes|prep time|cook time|total time|"
    "nutrition|equipment|for the dough|for the sauce|for the filling|topping|filling|zutaten|zubereitung|portionen|"
    "ingrédients|préparation|ingredientes|preparación|preparo|elaboración|ingredienti|preparazione|procedimento|"
    "ingrediënten|bereiding|ингредиенты|приготовление|材料|作り方|做法"
)
_REMARKS = (
    "note|notes|warning|caution|danger|important|tip|tips|hint|example|examples|remark|todo|fixme|see also|summary|"
    "hinweis|achtung|warnung|beispiel|remarque|attention|exemple|nota|aviso|ejemplo|ps|p.s|step|schritt|étape|paso"
)
_SONGS = "verse|chorus|bridge|intro|outro|refrain|pre-chorus|hook|strophe|couplet|estrofa|coro"
_RECORDS = (
    "from|to|cc|bcc|subject|date|sent|reply-to|message-id|von|an|betreff|datum|de|à|objet|asunto|fecha|para|"
    "title|author|authors|year|publisher|isbn|source|url|link|tags|keywords|category|categories|license|version|"
    "description|name|phone|email|e-mail|address|city|town|country|website|size|price|weight|colour|color|status|"
    "type|id|key|value|default|returns|raises|args|arguments|parameters|params|usage|options|requires|installation|"
    "added|changed|fixed|removed|deprecated|security|telefon|adresse|ort|titel|autor|preis"
)
_MEETINGS = (
    "present|apologies|absent|agenda|attendees|decision|action|actions|minutes|place|location|time|next meeting|"
    "objective|objectives|homework|materials|conclusion|introduction|abstract|results|discussion|references"
)
_SOUNDS = "applause|laughter|laughs|cheering|inaudible|crosstalk|silence|pause|instrumental"
_LABELS = frozenset("|".join((_RECIPES, _REMARKS, _SONGS, _RECORDS, _MEETINGS, _SOUNDS)).split("|"))
_ANSWERS = re.compile(
    "answers?|solution|antwort|lösung|réponse|respuesta|resposta|risposta|ответ|答え|答案", re.IGNORECASE
)
_QUESTIONS = re.compile("question|q|frage|pregunta|pergunta|domanda|вопрос|質問|问题", re.IGNORECASE)
_LEVEL_NAMES = ("TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL")
_LEVEL = re.compile(
    rf"[{''.join(name[0] for name in _LEVEL_NAMES)}](?<!\w.)"  # a search is fast for a letter that is looked behind at
    rf"(?:{'|'.join(f'(?<={name[0]}){name[1:]}' for name in _LEVEL_NAMES)})\b"
)
_NUMBERING = re.compile(r"[\s#.]*\d+[.)]?$")
_BULLET = re.compile(r"(?:[-*•·–]|\d+[.)]?|[¼½¾])\s")
_ENDS = re.compile(r"""[.!?…,;:。！？，—-]["'”’»)\]_*]*$""")
_NOBODY = re.compile(r"(?:scene|stage) directions?|#all#|\(all\)|sound|sfx|music", re.IGNORECASE)


def is_label(name: str) -> bool:
    """Whether a name is a common label of something that is written, and hardly a person.

    Example:
        >>> is_label("Ingredients"), is_label("Verse 2"), is_label("Nora")
        (True, True, False)
    """
    return _NUMBERING.sub("", name.strip()).casefold() in _LABELS or has_level(name)


def has_level(text: str) -> bool:
    """Whether a text has a word for how serious a line of a log is."""
    return _LEVEL.search(text) is not None


def begins_with_level(text: str) -> bool:
    """Whether such a word is near the beginning of a text."""
    found = _LEVEL.search(text, 0, _LATEST_LEVEL + _LONGEST_LEVEL)
    return found is not None and found.start() <= _LATEST_LEVEL


@lru_cache(maxsize=4096)  # the same people speak again and again
def is_nobody(name: str) -> bool:
    """Whether what some data sets write for a speaker is no person: directions, or everybody at once."""
    return _NOBODY.fullmatch(name.strip()) is not None


def is_numbered_speaker(name: str) -> bool:
    """Whether a name is one that tools give to a voice they do not know: `Speaker 1`, `SPEAKER_00`, `spk_0`."""
    return re.fullmatch(NUMBERED_SPEAKER, name, re.IGNORECASE) is not None


def recur(names: Sequence[str]) -> bool:
    """Whether names come again as those of speakers do; fewer than three cannot tell."""
    if len(names) < _FEWEST:
        return bool(names)
    return sum(times for times in Counter(names).values() if times > 1) >= _RECURRING * len(names)


def come_again(names: Sequence[str]) -> bool:
    """Whether names in a column of their own look like speakers: a glossary has a new one in every row."""
    return bool(names) and (len(names) < _ENOUGH or len(set(names)) <= _NEW_NAMES_ALLOWED * len(names))


def are_people(names: Sequence[str]) -> bool:
    """Whether the names of all speeches, in order, are those of speakers: they recur, and most are no labels.

    `Answer` is a label where nothing is called `Question`.
    """
    counts = Counter(names)
    asked = any(map(_QUESTIONS.fullmatch, counts))
    labels = sum(
        times
        for name, times in counts.items()
        if is_label(name) or (not asked and _ANSWERS.fullmatch(name) is not None)
    )
    return recur(names) and labels < _LABELLED * len(names)


def are_records(blocks: Sequence[Sequence[str]]) -> bool:
    """Whether names stand in blocks as fields do: each once in a block, the same first.

    Two names alone are not looked at, since a question and its answer stand like that too.
    """
    blocks = [block for block in blocks if len(block) > 1]
    if len(blocks) < 2 or len({name for block in blocks for name in block}) < 3:
        return False
    first = Counter(block[0] for block in blocks).most_common(1)[0][1]
    return first >= _SAME_BEGINNING * len(blocks) and all(len(set(block)) == len(block) for block in blocks)


def shared_ending(names: Sequence[str]) -> str:
    """The last word that all names have behind the name proper, as in `Nora wrote`; nothing where there is none."""
    endings = {tuple(name.rsplit(" ", 1)[1:]) for name in names}
    ending = "".join(next(iter(endings))) if len(endings) == 1 else ""
    return ending if len({*names}) > 1 and ending.isalpha() and ending.islower() else ""


def ends_like_a_sentence(line: str) -> bool:
    """Whether a line ends with a sign that ends a sentence or a part of one."""
    return _ENDS.search(line) is not None


def is_list(lines: Sequence[str]) -> bool:
    """Whether lines are items, and no speech: bullets, amounts, or a few words without an end each."""
    return len(lines) > 1 and sum(map(_is_item, lines)) >= _LISTED * len(lines)


def _is_item(line: str) -> bool:
    line = line.strip()
    return bool(_BULLET.match(line)) or (len(line.split()) <= _LIST_WORDS and not ends_like_a_sentence(line))
