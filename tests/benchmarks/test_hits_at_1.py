"""The baselines that the judge of the match is measured beside."""

import json
import math
from pathlib import Path

import pytest

from tests.benchmarks.scripts import script
from tests.generation.small import chat_model
from textgen.corpus.exchanges import Exchange
from textgen.generation.chat_model import ChatModel

benchmark = script("hits_at_1")


def test_shared_words_weigh_by_how_rare_they_are() -> None:
    score = benchmark.SharedWords(["I like tea", "I like soup", "I do"])
    tea, all_of_it, nothing = score(
        Exchange(
            ("Hi", "Do you like TEA?"),
            "",
        ),
        ["tea", "I like tea, tea", "no"],
    )
    assert tea == pytest.approx(math.log(4 / 2))
    assert all_of_it == pytest.approx((math.log(4 / 3) + math.log(4 / 2)) / 2)
    assert nothing == 0.0


def test_mutual_information_is_the_difference_of_two_scores() -> None:
    model = ChatModel(chat_model())
    found = benchmark.MutualInformation(model)(Exchange(("hello there",), ""), ["what a day", "tea"])
    told = model.encoder.encode_reply("tea")
    after, alone = (
        model.network.score([model.encoder.encode_context(turns)], [told])[0].sum() for turns in (["hello there"], [])
    )
    assert found[1] == pytest.approx(after - alone, abs=1e-4)
    assert len(found) == 2


def test_of_a_source_by_answer_only_new_replies_count(tmp_path: Path) -> None:
    model = ChatModel(chat_model())
    path = tmp_path / "talks.jsonl"
    said = [{"turns": [f"say {k}", "again" if k % 2 else f"number {k}"]} for k in range(60)]
    path.write_text("".join(json.dumps(one) + "\n" for one in said))
    every, learned = benchmark.held_out(model, path, by_answer=False)
    new, _ = benchmark.held_out(model, path, by_answer=True)
    assert [one.reply for one in every] == ["number 54", "again", "number 56", "again", "number 58", "again"]
    assert [one.reply for one in new] == ["number 54", "number 56", "number 58"]
    assert len(learned) == 54


def test_a_true_reply_stands_first_among_twenty() -> None:
    exchanges = [Exchange((f"say {k}",), str(k)) for k in range(40)]
    sets = benchmark.drawn(exchanges, 10)
    assert len(sets) == 10
    assert all(replies[0] == exchange.reply and len(set(replies)) == 20 for exchange, replies in sets)
    assert benchmark.hits(sets, lambda exchange, replies: [float(one == exchange.reply) for one in replies]) == 1.0
    assert benchmark.hits(sets, lambda exchange, replies: [0.0] * 20) == 0.0
    with pytest.raises(SystemExit, match="only 5 exchanges"):
        benchmark.drawn(exchanges[:5], 10)
