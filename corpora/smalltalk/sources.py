"""The three sources of the chat model that ships.

| source | package | licence | what is taken |
|---|---|---|---|
| chitchat | `chitchat-dataset` 0.9.0 | MIT | who answers whom, and the texts; no times, ratings or ids |
| chatterbot | `chatterbot-corpus` 1.3.3 | BSD | four English files, without a few of their conversations |
| own | `corpora/smalltalk.txt` | MIT | all of it |
"""

from collections.abc import Iterable
from importlib import import_module, util
from pathlib import Path
from types import ModuleType
from typing import Any

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line
from textgen.errors import MissingExtraError

OWN = Path(__file__).parents[1] / "smalltalk.txt"
"""The dialogues written for this project."""

BOT = "WREN"
"""Who speaks the bot's lines in them."""

PACKAGES = {
    "chitchat_dataset": "chitchat-dataset==0.9.0",
    "chatterbot_corpus": "chatterbot-corpus==1.3.3",
    "yaml": "pyyaml",
    "names": "names==0.3.0",
    "better_profanity": "better-profanity==0.7.0",
}
"""What is imported, and what pip calls it."""

CHATTERBOT_FILES = ("conversations", "greetings", "food", "humor")
"""Small talk. The others are left out: ai, botprofile, emotion, gossip and psychology describe another bot, which is
on the Internet, immortal, without feelings or rude; politics, history, literature, movies, science, sports, trivia,
money, computers, coding, health and tech_support are about people, works, brands, illness and facts that a small
model gets wrong."""

CHATTERBOT_LEFT_OUT = (
    "man in a mask",  # quotes of a film
    "Zen of Python",  # a poem of somebody else's
    "programmer",
    "languages do you like to use",
    "What annoys you",
    "favorite book",
    "your hobbies",
    "YOLO",
    "Did I ever live",
    "Mr. ",
    "Mrs. ",
    "Ms. ",
    "Dr. ",
    "can a robot get drunk",
    "i like wine",
    "bionic",
    "burger",
    "eskimos",
    "murderer",
    "uddhist",
    "My wife",
    "grandfather",
    "dyslexic",
    "balls",
    "dead raccoons",
    "shot my paw",
    "check out a joke",
    "Cartune",
    "camo pants",
    "Carnation",
    "the Andes",
    "Carolina",
    "Holsteins",
    "forget a face",
    "thought a fool",
    "cake is a lie",
    "pizza",
    "Electricity is food",
    "robots need",
    "cup of sugar",
    "failed math",
)
"""Conversations that hold one of these say what Wren would not."""

Messages = list[str]
"""What one side writes before the other one does: one message, or several one after the other."""

Talk = list[Messages]
"""A conversation of two people who take turns."""


def require_packages() -> None:
    """Check that all packages are there.

    Raises:
        MissingExtraError: with the command that installs them.
    """
    missing = [asked for module, asked in PACKAGES.items() if util.find_spec(module) is None]
    if missing:
        raise MissingExtraError(
            f"The chat model was to be trained, but {', '.join(missing)} is not installed; its dialogues and "
            'word lists come from these packages: run  pip install -e ".[train,smalltalk]"  in the clone.'
        )


def read_chitchat() -> list[Talk]:
    """The conversations of `chitchat-dataset`, in its order, those of a single message too."""
    dataset: Any = import_module("chitchat_dataset").Dataset()
    return [[[said["text"] for said in turn] for turn in talk["messages"]] for talk in dataset.values()]


def read_chatterbot() -> tuple[list[Talk], int]:
    """The conversations of the chosen files of `chatterbot-corpus`; how many were left out of them by hand."""
    yaml = import_module("yaml")
    folder = _folder(import_module("chatterbot_corpus")) / "data" / "english"
    found: list[list[str]] = []
    for name in CHATTERBOT_FILES:
        document = yaml.safe_load((folder / f"{name}.yml").read_text(encoding="utf-8"))
        found += [[str(turn) for turn in talk] for talk in document["conversations"]]
    kept = [talk for talk in found if not _holds(talk, CHATTERBOT_LEFT_OUT)]
    return [[[turn] for turn in talk] for talk in kept], len(found) - len(kept)


def read_own() -> list[tuple[Line, ...]]:
    """The dialogues written for this project, with their speakers."""
    return [dialogue.lines for _, dialogue in Corpus(OWN, "script", "dialogues").dialogues()]


def read_names() -> frozenset[str]:
    """First names from `names` (the United States census of 1990), in lower case."""
    folder = _folder(import_module("names"))
    lines = [line for sex in ("female", "male") for line in _lines(folder / f"dist.{sex}.first")]
    return frozenset(line.split()[0].casefold() for line in lines)


def read_swearing() -> frozenset[str]:
    """Slurs, swearing and sexual words from `better-profanity`, in lower case; some are several words."""
    return frozenset(map(str.casefold, _lines(_folder(import_module("better_profanity")) / "profanity_wordlist.txt")))


def _folder(module: ModuleType) -> Path:
    return Path(str(module.__file__)).parent


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _holds(talk: Iterable[str], parts: Iterable[str]) -> bool:
    return any(part in turn for turn in talk for part in parts)
