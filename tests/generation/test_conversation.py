from textgen.corpus.dialogue import Turn
from textgen.generation.conversation import ChatExchange, Conversation
from textgen.generation.reply import Reply


def conversation() -> Conversation:
    return Conversation(
        [
            ChatExchange(None, Reply("Hi!")),
            ChatExchange("hello", Reply("How are you?")),
            ChatExchange("", Reply("Well?")),
            ChatExchange("fine", Reply("Good.")),
        ]
    )


def texts(turns: tuple[Turn, ...]) -> list[str]:
    return [turn.text for turn in turns]


def test_turns_tell_who_spoke() -> None:
    turns = conversation().turns
    assert texts(turns) == ["Hi!", "hello", "How are you?", "", "Well?", "fine", "Good."]
    assert [turn.speaker for turn in turns] == ["bot", "user", "bot", "user", "bot", "user", "bot"]


def test_a_talk_is_the_last_turns_that_are_not_empty() -> None:
    assert texts(conversation().talk("and you?", turns=3, before=4).turns) == ["fine", "Good.", "and you?"]
    assert texts(conversation().talk("", turns=3, before=3).turns) == ["hello", "How are you?", "Well?"]
    assert texts(conversation().talk(None, turns=2, before=1).turns) == ["Hi!"]
    assert conversation().talk("and you?", turns=0, before=4).turns == ()


def test_a_talk_knows_the_last_replies_whatever_the_model_looks_at() -> None:
    assert conversation().talk("and you?", turns=0, before=3).said == ("Hi!", "How are you?", "Well?")


def test_the_last_exchange() -> None:
    assert Conversation().last is None
    last = conversation().last
    assert last is not None and last.message == "fine"
