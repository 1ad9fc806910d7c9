"""The trial of a starter: a figure of the corpus alone, and a choice that a person can follow."""

import math
from itertools import cycle, pairwise

import pytest

from tests.training.test_moving_in import script_model
from textgen.corpus.document import Line, Scene
from textgen.corpus.exchanges import Exchange
from textgen.starters import DIALOGUE, open_folder
from textgen.starters import ENGLISH as ENGLISH_STARTER
from textgen.training.trial import Trial, _counted, tried, tried_in_chat

SCENE = Scene(None, tuple(Line("anna", "hello there, how are you today?") for _ in range(50)))


def test_pairs_are_counted_as_by_hand() -> None:
    # " a", "aa", "aa" over the alphabet {a}: 0.1/0.1, then 0.1/0.1, then 1.1/1.1.
    assert _counted("aaa") == pytest.approx(0.0)
    # " a", "ab" over {a, b}: 0.1/0.2 each.
    assert _counted("ab") == pytest.approx(2.0)


@pytest.mark.parametrize("line", [SCENE.lines[0].text, "hello 😁😁 there, how are you today? 😁"])
def test_a_model_that_knows_nothing_chooses_among_all_tokens_for_each_piece_and_counts_what_is_in_bytes(
    line: str,
) -> None:
    model = script_model(["anna"])
    tokenizer = model.tokenizer
    for array in model.weights.values():
        array[:] = 0.0
    trial = tried("english", model, [Scene(None, (Line("anna", line),) * 50)])
    assert trial is not None
    pieces = [index for index in tokenizer.encode(line) if index < tokenizer.first_byte]
    assert 5 <= len(pieces) < len(tokenizer.encode(line))
    in_bytes = _counted(line * 50) - _counted(tokenizer.decode(pieces) * 50)
    bits = math.log2(tokenizer.vocabulary_size) * len(pieces) + in_bytes / 50
    assert trial.bits == pytest.approx(bits / len(line), rel=1e-4)
    assert not trial.helps


def test_the_same_corpus_gives_the_same_figures() -> None:
    model = script_model(["anna"])
    assert tried("english", model, [SCENE] * 40) == tried("english", model, iter([SCENE] * 40))


@pytest.mark.parametrize("count", [5, 96, 97, 191, 200, 9000])
def test_replies_are_spread_over_the_beginning_of_the_dialogues(count: int) -> None:
    """The last of the replies that are looked at is one of those that are scored."""
    model = open_folder(DIALOGUE).load()
    trials = list[Trial | None]()
    for last in ("Hi.", "zzqqx"):
        replies = ["Hi."] * (min(count, 3000) - 1) + [last] * count
        trials.append(tried_in_chat(DIALOGUE, model, [Exchange(("Hello!",), one) for one in replies[:count]], 60))
    assert trials[0] is not None and trials[1] is not None and trials[0].bits < trials[1].bits


def test_nothing_to_score() -> None:
    assert tried("english", script_model(["anna"]), [Scene(None, (Line("anna", ""),))]) is None


@pytest.mark.parametrize(("bits", "helps"), [(2.0, True), (4.0, False)])
def test_what_people_are_told(bits: float, helps: bool) -> None:
    trial = Trial("english", bits, 3.6)
    assert trial.helps is helps
    told = trial.describe()
    assert ("--from none" in told) is helps and f"{bits:.2f}" in told


GERMAN = """Guten Morgen, hast du gut geschlafen?
Nein, der Hund hat die ganze Nacht gebellt.
Dann trinken wir erst einmal einen Kaffee.
Die Milch ist leider schon wieder alle.
Ich gehe gleich in den Laden an der Ecke.
Bringst du mir bitte auch Brot und Käse mit?
Natürlich, aber nur, wenn du das Geschirr spülst.
Heute kommt meine Schwester mit den Kindern zu Besuch.
Wie lange wollen sie denn diesmal bleiben?
Bis Sonntag, wenn das Wetter schön bleibt.
Wir könnten mit ihnen zum See hinausfahren.
Das Boot ist noch nicht repariert worden.""".splitlines()
ENGLISH = """Good morning, did you sleep well?
No, the dog was barking all night long.
Then let us have a cup of coffee first.
I am afraid there is no milk left.
I will go to the shop on the corner.
Could you bring me some bread and cheese, please?
Of course, but only if you do the dishes.
My sister is coming over with the children today.
How long do they want to stay this time?
Until Sunday, if the weather stays nice.
We could take them out to the lake.
The boat has not been repaired yet.""".splitlines()
SMILING = [f"{line} {smile}" for line, smile in zip(ENGLISH, cycle(["😁😁", "😄", "😂😂"]))]


@pytest.mark.parametrize(("lines", "is_english"), [(ENGLISH, True), (SMILING, True), (GERMAN, False)])
def test_the_starters_know_english_with_pictograms_too_and_no_other_language(
    lines: list[str], is_english: bool
) -> None:
    scene = Scene(None, tuple(Line(None, line) for line in lines))
    script = tried(ENGLISH_STARTER, open_folder(ENGLISH_STARTER).load(), [scene])
    exchanges = [Exchange((message,), reply) for message, reply in pairwise(lines)]
    chat = tried_in_chat(DIALOGUE, open_folder(DIALOGUE).load(), exchanges, longest=200)
    assert script is not None and chat is not None
    assert script.helps is chat.helps is is_english
