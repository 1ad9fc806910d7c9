"""The ids that every vocabulary begins with; no text ever encodes to one of them.

0..7                    structure, as named below
FIRST_LABEL + k         the label of speaker k
then                    the pieces of the level: characters, words or merges
the last 256            the bytes 0..255, in order
"""

PAD = 0
START = 1
END = 2
TURN = 3
SCENE = 4
LINE_END = 5
NAME = 6
"""Begins a speaker's name that is spelled in pieces because it has no label of its own."""
NAME_END = 7
FIRST_LABEL = 8

BYTES = 256
