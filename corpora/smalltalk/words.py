"""What the filters need to know about words: names, swearing, proper nouns, plain English."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*")
"""A word; also the shape of the keys of `Words.counts`."""

_SENTENCE_END = re.compile(r"(?<=[.!?:)\"*])\s+|\.\.+")

_BOT = "wren"
_EVERYDAY = 150


def _set(entries: str) -> frozenset[str]:
    return frozenset(entries.split())


_RATHER_WORDS = _set(
    "ai aide al alpha america an angel angeles angle april argentina asia august aura autumn basil bee bell berry "
    "birdie brain bud buddy bunny candy carolina carry chance charity chastity cherish cherry chi chia chin china "
    "christian clementine cleveland columbus coral dale dallas denver desire destiny diamond dot dung dusty "
    "easter ed else emerald era eve fairy fern flora florida forest france francisco gala gay genie georgia "
    "german glen glory golden guy ha han hang harmony hee herb honey hong hope houston hung in india iris irish "
    "israel ivory jade january june jung junior ka karma kenya king kitty lady lai lala lan lane lang laurel le "
    "lean li liberty lin ling loan long lore love ma mac major man manual many maple margarita marine marry "
    "marvel maryland may mee mei melody meta mi min miss misty moon my nevada noble noe nu numbers ok olive omega "
    "pa page paris pasty patience peg pia ping porter prince princess queen rea rico rod roman rosemary royal "
    "sage sal sang santa season see september shin so sol son song soo soon sparkle spring star stormy summer sun "
    "sunday sung sunny sunshine ta tai tam tanner temple tiny toi tu ty un valentine van velvet viola virginia "
    "wade wan ward will willow windy winter yer young yu"
)
"""Names of the list that people hardly have or that mean something else: words, months, countries, places."""

_ONLY_CAPITALISED = _set(
    "amber art bill bo buck chad chase cliff crystal daisy dawn don drew faith frank gene ginger grace grant "
    "hazel heather holly hunter ivy jack jean jordan joy kim kit lance les lily mai mark max mercy miles nick pat "
    "pearl penny precious ray rich rob robin rose rusty sandy su sue tad violet"
)
"""Names that are words too: they count as names only with a capital inside a sentence."""

_HARMLESS = _set(
    "cowgirl dink dong doofus dopey drunk dummy enlargement erect facial fanny fat foobar gae gai gay gays gey "
    "god guido hebe hell hemp heroin hoar hooch hump inbred jerk junkie junky kill klan knob kraut len leper lmao "
    "loin lust maxi meth muff murder nappy niggle nimrod ninny nude omg opiate opium oral orally organ ovary ovum "
    "ovums paddy pawn pcp pee pms poop pot potty prude punky racy revue rum sandbar screw seaman slave slope "
    "snatch sniper souse steamy stoned strip stroke stupid suck sucked thrust tinkle toots tramp trashy ugly "
    "unwed urinal uterus valium viagra vixen vodka vomit wad wedgie weed weirdo wench whiz womb woody xx"
)
"""Words of the list that are no swearing, or that a filter with a truer name looks after."""

_NOT_PROPER = _set(
    "american april august british china chinese christmas december easter england english europe february france "
    "french friday german germany god greek haha halloween hello hey hi i i'd i'll i'm i've indian irish italian "
    "italy january japan japanese july june lol london march may mexican mexico monday no november october oh ok "
    "okay paris saturday september spain spanish sunday thai thanksgiving thursday tuesday tv wednesday wren yeah "
    "yes"
)
"""Words with a capital that may be said."""


@dataclass(frozen=True)
class Words:
    """Lists of words, all in lower case.

    Args:
        names: first names, ambiguous ones apart.
        ambiguous: names only where they stand with a capital inside a sentence.
        swearing: single words.
        phrases: swearing of several words.
        proper: words that conversations mostly write with a capital inside sentences: people, works, brands, places.
        plain: the words of the dialogues written for this project.
        everyday: the most frequent words of the conversations, which say nothing about a topic.
        counts: how often each word occurs in the conversations.
    """

    names: frozenset[str]
    ambiguous: frozenset[str]
    swearing: frozenset[str]
    phrases: frozenset[str]
    proper: frozenset[str]
    plain: frozenset[str]
    everyday: frozenset[str]
    counts: Mapping[str, int]


def learn_words(names: Iterable[str], swearing: Iterable[str], own: Iterable[str], talk: Iterable[str]) -> Words:
    """Put the lists together.

    Args:
        names: first names.
        swearing: words and phrases.
        own: the turns of the project's own dialogues, whose words are plain.
        talk: the turns of the other sources, which show how words are written.
    """
    plain = frozenset(word for turn in own for word in words(turn))
    inside, counts = Counter[str](), Counter[str]()
    for turn in talk:
        counts.update(words(turn))
        inside.update(word.casefold() for word in capitalised(turn))
    proper = frozenset(
        word
        for word, times in inside.items()
        if times >= 2 and times > 0.4 * counts[word] and word not in plain and word not in _NOT_PROPER
    )
    names, swearing = frozenset(names), frozenset(swearing) - _HARMLESS
    return Words(
        names=names - _RATHER_WORDS - _ONLY_CAPITALISED - {_BOT},
        ambiguous=_ONLY_CAPITALISED,
        swearing=frozenset(entry for entry in swearing if WORD.fullmatch(entry)),
        phrases=frozenset(entry for entry in swearing if " " in entry),
        proper=proper,
        plain=plain,
        everyday=frozenset(word for word, _ in counts.most_common(_EVERYDAY)),
        counts=counts,
    )


def words(turn: str) -> list[str]:
    """The words of a turn in lower case, without a possessive 's."""
    return [word.casefold().removesuffix("'s") for word in WORD.findall(turn.replace("’", "'"))]


def capitalised(turn: str) -> list[str]:
    """The words with a capital inside sentences; none where the turn is shouted or all words have one."""
    found, small = [], 0
    for sentence in _SENTENCE_END.split(turn.replace("’", "'")):
        inside = WORD.findall(sentence)[1:]
        small += sum(word[0].islower() for word in inside)
        found += [word.removesuffix("'s") for word in inside if word[0].isupper()]
    return found if small >= len(found) or len(found) < 3 else []
