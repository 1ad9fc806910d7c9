"""A dialogue in a JSON value: a list of turns, or a prompt and its reply, under the names that datasets give them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from typing import Any

from textgen.corpus.document import Line, turn_of
from textgen.corpus.formats.columns import field_key, find_pair_columns
from textgen.corpus.formats.json_file import text_in
from textgen.corpus.reading import repair_escaped

TURNS_FIELDS = (
    "turns",
    "dialogue",
    "dialog",
    "messages",
    "conversation",
    "conversations",
    "utterances",
    "chat_messages",
)
TEXT_FIELDS = ("text", "content", "value", "utterance", "message")
SPEAKER_FIELDS = ("speaker", "role", "from", "name", "author", "sender", "user", "creator", "agent")

_ROLE_FIELDS = ("role", "from")
_ROLES_OF_NOBODY = frozenset(("system", "developer", "tool", "function", "function_call", "observation"))
_CHOSEN = "chosen"
_INSTRUCTIONS = ("instruction", "instructions")
_MORE_OF_THE_PROMPT = ("input", "context")
_HISTORY = "history"
_PATTERNS, _RESPONSES = ("patterns", "examples", "text"), "responses"
_SURE_PROMPTS = frozenset(("prompt", "question", "instruction", "query", "input"))


def items_of(value: Any) -> list[Any] | None:
    """The turns of a dialogue as JSON gives them; None where a value is no dialogue.

    Args:
        value: as JSON gives it.

    Example:
        >>> items_of({"instruction": "Add.", "input": "2 and 3", "output": "5"})
        [{'from': 'instruction', 'value': 'Add.\\n2 and 3'}, {'from': 'output', 'value': '5'}]
    """
    if isinstance(value, list):
        return value if any(turn_in(item) is not None for item in value) else None
    if not isinstance(value, dict):
        return None
    fields = {field_key(name): content for name, content in value.items()}
    turns = _first(fields, TURNS_FIELDS, list)
    if turns is None:
        return _pair(fields)
    return turns if not turns or any(turn_in(item) is not None for item in turns) else None


def dialogues_of(value: Any) -> list[list[Any]]:
    """The dialogues in a value, each as `items_of` gives it: one, or as many as an intent has patterns or responses.

    Example:
        >>> [[turn["value"] for turn in items] for items in dialogues_of({"patterns": ["a", "b"], "responses": ["c"]})]
        [['a', 'c'], ['b', 'c']]
    """
    fields = {field_key(name): content for name, content in value.items()} if isinstance(value, dict) else {}
    pattern = next((name for name in _PATTERNS if _texts(fields.get(name))), None)
    if pattern is not None and _texts(fields.get(_RESPONSES)):
        sides = [[{"from": name, "value": text} for text in _texts(fields[name])] for name in (pattern, _RESPONSES)]
        most = max(map(len, sides))
        return [list(items) for items in islice(zip(*map(cycle, sides), strict=True), most)]
    items = items_of(value)
    return [] if items is None else [items]


def _is_said(item: Any) -> bool:
    turn = turn_in(item)
    return turn is not None and turn.text != ""


def _texts(value: Any) -> list[str]:
    """The texts in a list that are not empty."""
    return [item for item in value if isinstance(item, str) and item.strip()] if isinstance(value, list) else []


def turn_in(item: Any) -> Line | None:
    """The turn in an item of a list of turns; None where it has no text."""
    if isinstance(item, str):
        return turn_of(repair_escaped(item))
    fields = {field_key(name): value for name, value in item.items()} if isinstance(item, dict) else {}
    text = _text(fields)
    name = speaker_in(_first(fields, SPEAKER_FIELDS, str | int | dict))
    return None if text is None else turn_of(text, name or None)


def _text(fields: Mapping[str, Any]) -> str | None:
    """The text of a turn, the first that is not empty; None where it has none."""
    texts = [
        (value, text_in(value)) for name in TEXT_FIELDS if isinstance(value := fields.get(name), str | list | dict)
    ]
    empty = next((text for value, text in texts if not isinstance(value, dict)), None)
    return next((text for _, text in texts if text.strip()), empty)


def speaker_in(value: Any) -> str:
    """The name in a field with a speaker, who may be an object; nothing where it has none."""
    if isinstance(value, dict):
        value = _first(value, ("name", "username", "id"), str | int)
    return repair_escaped(str(value)).strip() if isinstance(value, str | int) else ""


def has_role(item: Any) -> bool:
    """Whether an item is a turn of a side that it names, such as user and assistant."""
    return isinstance(item, dict) and any(name in item for name in _ROLE_FIELDS) and turn_in(item) is not None


def is_of_nobody(item: Any) -> bool:
    """Whether an item is said by neither side: it instructs the bot, or a program wrote it."""
    fields = {field_key(name): value for name, value in item.items()} if isinstance(item, dict) else {}
    return str(_first(fields, _ROLE_FIELDS, str)).strip().casefold() in _ROLES_OF_NOBODY


def _pair(fields: Mapping[str, Any]) -> list[Any] | None:
    """The items of a prompt and its reply, with the turns before them where there are any."""
    if _CHOSEN in fields:
        fields = {**fields, "reply": fields[_CHOSEN]}
    names = [name for name, value in fields.items() if isinstance(value, str | list) and name != _HISTORY]
    found = find_pair_columns(names)
    if found is None or not found.header:
        return None
    prompt, reply = names[found.prompt], names[found.reply]
    if isinstance(fields[prompt], list) and not any(map(_is_said, fields[prompt])):
        return None
    if isinstance(fields.get("text"), str) and prompt not in _SURE_PROMPTS:
        return None
    said = _said(reply, fields[reply])
    if len(said) > 1:  # all of the dialogue is there, the prompt too
        return said
    return [*_earlier(fields.get(_HISTORY)), *_said(prompt, _whole_prompt(fields, prompt)), *said]


def _said(name: str, value: Any) -> list[Any]:
    """What is in a field, as items: a text, the first of several texts to choose from, or turns."""
    if isinstance(value, list):
        turns = [item for item in value if isinstance(item, dict)]
        return turns or _said(name, next((item for item in value if isinstance(item, str)), ""))
    return [{"from": name, "value": value}]


def _whole_prompt(fields: Mapping[str, Any], prompt: str) -> Any:
    """A prompt; an instruction together with what it is about."""
    more = _first(fields, _MORE_OF_THE_PROMPT, str) if prompt in _INSTRUCTIONS else None
    return f"{fields[prompt]}\n{more}" if more and more.strip() else fields[prompt]


def _earlier(history: Any) -> Iterator[Any]:
    """The turns of earlier pairs."""
    for pair in history if isinstance(history, list) else ():
        yield from (text for text in pair if isinstance(text, str)) if isinstance(pair, list) else ()


def _first(fields: Mapping[str, Any], names: Sequence[str], kind: Any) -> Any:
    """The value of the first of these fields that has the wanted type."""
    return next((fields[name] for name in names if isinstance(fields.get(name), kind)), None)
