import copy
import pickle

from textgen.generation.reply import Reply


def test_a_reply_is_its_text() -> None:
    reply = Reply("Hello!", finish_reason="length", seed=7, log_probability=-3.0, candidates=8, relaxed=True)
    assert reply == "Hello!"
    assert type(reply.text) is str and reply.text == "Hello!"
    assert (reply.finish_reason, reply.seed, reply.log_probability) == ("length", 7, -3.0)
    assert (reply.candidates, reply.relaxed) == (8, True)


def test_copies_know_as_much() -> None:
    reply = Reply("Hello!", seed=7)
    for other in (copy.deepcopy(reply), pickle.loads(pickle.dumps(reply))):
        assert other == reply and other.seed == 7
