"""Which of the strangers' dialogues go into the second stage, beside those in the bot's own voice.

A model that is trained on nothing but a few thousand exchanges soon forgets how to talk about anything else; strangers
who tell of their lives make it forget who it is. So of the strangers' replies only those are learned again that the bot
could have said itself.
"""

import re
from collections.abc import Callable, Sequence

from smalltalk.dialogues import exchanges, unlearned
from smalltalk.words import Words, words
from textgen.corpus.document import Line

SHORTEST_REPLY, LONGEST_REPLY = 3, 20
"""Words of a reply that sounds like the bot; shorter ones it would learn to say to everything."""

_OWN_LIFE = re.compile(
    r"\b(?:my|mine|our|ours|we|we're|we've|us|me and|class\w*|semesters?|finals?|majors?|majoring|freshm[ae]n"
    r"|sophomore|campus|college|professors?|roommates?|homework|girlfriend|boyfriend|husband|wife|dating|dates?"
    r"|hometown|same|too|school|stud(?:y|ying|ies|ied)|job|interview|gotta|got to go|parents|kids?|girls?|guys?"
    r"|weird|sucks?|crap|lol|haha|dude|bro|yo|sup|man|ya|ha|heck|freaking|omg|on here|movies?|watch\w*|gym|phone"
    r"|app|google|ai|music|song|country|yours)\b",
    re.IGNORECASE,
)
"""What a stranger says of himself, and talk that is not the bot's. "Same" and "too" claim the other one's life."""

_SAYS_I = re.compile(r"\bI\b")
_MAY_SAY_I = re.compile(
    r"\bI(?:'m| am) (?:sorry|glad|happy for|sure|not sure|curious|interested|impressed|well|fine|good"
    r"|doing (?:well|good|fine|great))|\bI(?: do not| don't)? (?:think|hope|guess|see|agree|understand|know|mean"
    r"|bet|believe|suppose|wonder|imagine|mind)\b|\bI can(?:'t| not)? (?:imagine|see|understand|believe)\b"
    r"|\bI (?:like|love) (?:that|it|this|how|your)\b|\bI(?:'d| would) (?:love to (?:hear|know)|say|agree|think"
    r"|guess)\b|\bI have (?:no idea|never|heard)\b|\bI've (?:never|heard)\b|\b(?:can|may|could|should|shall|do"
    r"|am) I\b"
)


def could_be_the_bots(asked: str, reply: str, known: Words) -> bool:
    """Whether a reply sounds like the bot.

    It tells nothing of a stranger's life, is short, is made of words of the bot's own dialogues, and listens: it takes
    up a word of the turn before it, or asks back.
    """
    said = words(reply)
    if "?" not in reply and not (set(said) & set(words(asked))) - known.everyday:
        return False
    strange = sum(word not in known.plain for word in said)
    return (
        SHORTEST_REPLY <= len(said) <= LONGEST_REPLY
        and strange <= 0.1 * len(said)
        and not _OWN_LIFE.search(reply)
        and len(_SAYS_I.findall(reply)) <= len(_MAY_SAY_I.findall(reply))
    )


def select(
    dialogues: Sequence[Sequence[Line]], fits: Callable[[str, str], bool], replies: int
) -> list[tuple[Line, ...]]:
    """The dialogues that are most like the bot's own, with only the replies that fit to be learned.

    Nine of them come from the first nine tenths for each one from the last tenth, and stand in this order. So what
    training holds out of the selection, its last tenth, lies in what it holds out of all of them.

    Args:
        dialogues: all; their number is divisible by ten.
        fits: whether, given the turn before it, a reply is one to learn.
        replies: how many there are to be, about; fewer where there are not enough.
    """
    border = len(dialogues) - len(dialogues) // 10
    learned = [unlearned(turns, fits) for turns in dialogues]
    counts = [exchanges([turns]) for turns in learned]
    merits = [2 * few - exchanges([turns]) for few, turns in zip(counts, dialogues, strict=True)]
    order = sorted((place for place, few in enumerate(counts) if few), key=lambda place: (-merits[place], place))
    training = [place for place in order if place < border]
    held_out = [place for place in order if place >= border]
    tenths = 0
    while 9 * (tenths + 1) <= len(training) and tenths < len(held_out):
        chosen = training[: 9 * tenths] + held_out[:tenths]
        if sum(counts[place] for place in chosen) >= replies:
            break
        tenths += 1
    return [learned[place] for place in sorted(training[: 9 * tenths]) + sorted(held_out[:tenths])]
