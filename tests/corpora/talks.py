"""Words and conversations that tests can check by hand."""

from smalltalk.words import Words, learn_words

OWN = [
    "hello how are you today",
    "i am well and it is raining, what a fine day for soup",
    "do you like dogs or tea",
    "that is a nice dog what is it called",
    "we will see if it is good in may",
]
"""Plain words."""

STRANGERS = ["I met Zorblax at the sea", "who is Zorblax", *["my dog sleeps so much"] * 40]
"""Among them a word that always has a capital."""


def known() -> Words:
    """Small lists: two names, one of them a word too, and one word that is not said."""
    return learn_words(["kyle", "mary", "mark", "may"], ["darn", "oh darn it", "kill"], OWN, STRANGERS)
