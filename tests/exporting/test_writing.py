"""What the page writes: the same tokens, the same masks and the same greedy texts as Python, in Chromium."""

import json
from dataclasses import replace
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import numpy as np
import pytest

from tests.exporting.browser import Engine, finite
from tests.generation.small import TOKENIZERS, chat_model
from textgen.chatbot import Chatbot
from textgen.corpus.token_parser import decode_script
from textgen.decoding import logits as transforms
from textgen.decoding import sampler
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import GeneratedSequence
from textgen.generation import ranking
from textgen.generation.conversation import Reply
from textgen.generation.generation_request import GenerationRequest
from textgen.generation.script_model import ScriptModel
from textgen.model_folder import Model
from textgen.tokenizers.base import LINE_END, START
from textgen.training.moving_in import with_words

pytestmark = pytest.mark.slow

TEXTS = [
    *json.loads((Path(__file__).parents[1] / "data" / "texts.json").read_text(encoding="utf-8")),
    "it's 10  o'clock\n\n\tIT’S _under_ x²½Ⅷ don't-stop... “so”",
    "e\u0301\u0302 שָׁלוֹם नमस्ते ไทย 한국어 日本語 ٣٤ 👩‍🔬 \ufeff\x85\u2028\xa0\u200b end ",
    "a" * 200 + " " * 130 + "!" * 70 + "7" * 70,
]
MESSAGES = ["hello there", "what is your name?", "my name is Zolt", "what is my name?", "I like blue; do you?"]
ALPHABET = f"{ascii_letters}{digits}éü .,:'()[]\n"
_ASKED = ("do you like", "tell me about", "what is", "where is")
FREE = {"temperature": 1, "top_k": 0, "top_p": 1, "min_p": 0, "repetition_penalty": 1}
GREEDY = {**FREE, "temperature": 0, "candidates": 1, "characters": [], "seed": 0}


@pytest.mark.parametrize("level", TOKENIZERS)
def test_texts_have_the_same_ids(browser: Any, tmp_path: Path, level: str) -> None:
    engine = Engine(browser, tmp_path, chat_model(level))
    tokenizer = engine.opened.tokenizer
    found = engine.run("return a.map((text) => [model.tokenizer.encode(text), model.tokenizer.lastWord(text)]);", TEXTS)
    assert found == [[tokenizer.encode(text), tokenizer.last_word(text)] for text in TEXTS]
    normalisation = engine.opened.normalisation
    for habits in (normalisation, replace(normalisation, straight_quotes=False, curly_quotes=True)):
        found = engine.run("return a.map((text) => engine.normalised(text, b));", TEXTS, habits.to_json())
        assert found == [habits.apply(text) for text in TEXTS]


def test_messages_have_the_same_ids(browser: Any, tmp_path: Path, wren: Model) -> None:
    engine = Engine(browser, tmp_path, wren)
    talks = Path(__file__).parents[2] / "corpora" / "smalltalk" / "talks.txt"
    lines = [*talks.read_text(encoding="utf-8").splitlines()[:2000], "tell me a joke", "'the cat'"]
    found = engine.run("return a.map((text) => model.tokenizer.encode(text));", lines)
    assert found == [wren.tokenizer.encode(line) for line in lines]


def test_words_that_joined_a_vocabulary_have_the_same_ids(browser: Any, tmp_path: Path, wren: Model) -> None:
    grown = with_words(wren, ["👩‍🔬 日本語 IT’S שָׁלוֹם, o'clock"] * 20)
    assert len(grown.tokenizer.encode(" 日本語")) == 1
    engine = Engine(browser, tmp_path, grown)
    found = engine.run("return a.map((text) => model.tokenizer.encode(text));", TEXTS)
    assert found == [grown.tokenizer.encode(text) for text in TEXTS]


def test_contexts_are_the_same(browser: Any, tmp_path: Path, wren: Model) -> None:
    engine = Engine(browser, tmp_path, wren)
    turns = [*MESSAGES, "tell me a story about a goose " * 20, "and “then”?"]
    for count in range(len(turns) + 1):
        expected = engine.opened.encoder.encode_context([engine.opened.normalisation.apply(t) for t in turns[:count]])
        assert engine.run("return model.context(a);", turns[:count]) == expected


def test_transforms_leave_the_same_tokens(browser: Any, tmp_path: Path, script: Model) -> None:
    engine = Engine(browser, tmp_path, script)
    random = np.random.default_rng(5)
    program = """
    const logits = engine.numbers(a);
    engine.transform(logits, b);
    return Array.from(logits, (logit) => (logit === -Infinity ? null : logit));
    """
    for options in (
        {"top_k": 7},
        {"top_p": 0.6},
        {"min_p": 0.1},
        {"temperature": 0.7, "top_k": 90, "top_p": 0.9, "min_p": 0.02},
    ):
        logits = random.normal(0, 3, 400).astype(np.float32)
        logits[random.random(400) < 0.2] = -np.inf
        found = engine.run(program, finite(logits), {**FREE, **options})
        expected = logits
        for transform in transforms.distribution_transforms(DecodingOptions(**{"temperature": 1, **options})):
            expected = transform(expected)
        assert [value is None for value in found] == np.isneginf(expected).tolist()
        if "temperature" in options:
            kept = np.isfinite(expected)
            assert np.allclose(np.array(found)[kept].astype(float), expected[kept], atol=1e-5)
        for place in (0.0, 0.2, 0.5, 0.9, 0.999):
            assert engine.run("return engine.draw(engine.numbers(a), b);", finite(expected), place) == sampler.draw(
                expected, place
            )


def test_a_penalty_lies_on_the_tokens_of_the_history(browser: Any, tmp_path: Path, script: Model) -> None:
    engine = Engine(browser, tmp_path, script)
    program = "const logits = engine.numbers(a); engine.penalise(logits, b, 2, 1); return [...logits];"
    assert engine.run(program, [2, 1, -1], [0, 2, 2, 1]) == [2, 0.5, -2]


def test_draws_are_even_and_depend_on_seed_and_step(browser: Any, tmp_path: Path, script: Model) -> None:
    engine = Engine(browser, tmp_path, script)
    drawn = np.array(
        engine.run("return [0, 1, 2].map((s) => Array.from({length: 4000}, (_, k) => engine.uniform(s, k)));")
    )
    assert (drawn >= 0).all() and (drawn < 1).all()
    for row in drawn:
        counts = np.histogram(row, 20, (0, 1))[0]
        assert ((counts - 200) ** 2 / 200).sum() < 44  # chi-squared with 19 degrees of freedom, p = 0.001
    assert np.abs(np.corrcoef(drawn)[np.triu_indices(3, 1)]).max() < 0.06


def request_of(engine: Engine, prompt: str, **options: Any) -> GenerationRequest:
    assert isinstance(engine.opened, ScriptModel)
    return GenerationRequest(engine.opened, prompt, DecodingOptions(**options), lambda note: None)


def assert_greedy(step: Any, state: Any, request_ids: list[int], constraint: Any, written: list[int]) -> int:
    """Replays what was written greedily; returns how many tokens agree before two were nearly equal."""
    last = request_ids[-1]
    for place, token in enumerate(written):
        logits, state = step(np.array([last]), state)
        values = np.where(constraint.allowed(), logits[0], -np.inf)
        best, second = np.sort(values)[::-1][:2]
        if token != values.argmax():
            assert best - second < 1e-4, f"token {place} is {token}, NumPy's is {values.argmax()}"
            return place
        constraint, last = constraint.advance(token), token
    return len(written)


@pytest.mark.parametrize(
    ("prompt", "opening"),
    [
        ("", {}),
        ("JERRY: the so", {"speaker": "JERRY", "text": "the so"}),
        ("KRAMER:", {"speaker": "KRAMER", "text": ""}),
        ("Nothing is wor", {"text": "Nothing is wor"}),
        ("[Scene 4", {"heading": "[Scene 4"}),
    ],
)
def test_greedy_scripts_are_the_same(
    browser: Any, tmp_path: Path, script: Model, prompt: str, opening: dict[str, str]
) -> None:
    engine = Engine(browser, tmp_path, script)
    program = """
    const script = model.begin(a), before = script.ids.length, draft = engine.whole(script.write(b));
    return { ids: draft.ids, context: draft.context, text: script.text };
    """
    found = engine.run(program, opening, {**GREEDY, "lines": 400, "max_new_tokens": 500})
    request = request_of(engine, prompt, temperature=0, lines=400, max_new_tokens=500)
    assert found["context"] == request.context
    network = engine.opened.network
    state = network.read(np.array(request.context[:-1], np.intp)[:, None], network.initial_state())
    agreed = assert_greedy(network.step, state, request.context, request._constraint, found["ids"])
    assert len(found["ids"]) == 500
    if agreed == 500:
        assert found["text"] == request.scripts()[0].text


def test_greedy_replies_are_the_same(browser: Any, tmp_path: Path, wren: Model) -> None:
    engine = Engine(browser, tmp_path, wren)
    program = """
    return a.map((text) => {
      const [draft] = engine.whole(model.drafts([text], b, 0));
      return [draft.ids, model.textOf(draft.ids)];
    });
    """
    things = (
        "soup",
        "ferries",
        "coats",
        "the moon",
        "geese",
        "tea",
        "the sea",
        "bread",
        "rain",
        "winter",
        "old films",
        "cake",
    )
    messages = [*MESSAGES, *(f"{asked} {thing}?" for asked in _ASKED for thing in things)]
    agreed, bot = 0, Chatbot(wren)
    options = {**GREEDY, "max_new_tokens": 60}
    for message, (ids, text) in zip(messages, engine.run(program, messages, options), strict=True):
        network, opened = engine.opened.network, engine.opened
        constraint = opened.shape.begin(60, (), message)
        state = network.read([opened.encoder.encode_context([message])])
        place = assert_greedy(network.step, state, [START], constraint, ids)
        agreed += place
        bot.reset()
        assert place < len(ids) or text == bot.reply(message, temperature=0)
    assert agreed > 500


def assert_masks(found: list[str], constraint: Any, written: list[int]) -> None:
    """Compares what the page allowed at every step with what Python allows."""
    for place, (mask, token) in enumerate(zip(found, written, strict=True)):
        allowed = "".join("1" if one else "0" for one in constraint.allowed())
        assert mask == allowed, f"at token {place}"
        assert allowed[token] == "1"
        constraint = constraint.advance(token)


@pytest.mark.parametrize(
    ("prompt", "opening", "characters"),
    [("", {}, []), ("ELAINE: my c", {"speaker": "ELAINE", "text": "my c"}, ["KRAMER", "JERRY"]), ("", {}, ["KRAMER"])],
)
@pytest.mark.parametrize(
    "habits", [{}, {"narration": True, "line_breaks": True, "empty_lines": True, "longest_line": 9}]
)
def test_scripts_may_go_on_as_in_python(
    browser: Any,
    tmp_path: Path,
    script: Model,
    prompt: str,
    opening: dict[str, str],
    characters: list[str],
    habits: dict[str, Any],
) -> None:
    corpus = {**script.card.corpus, "shape": {**script.card.corpus["shape"], **habits}, "alphabet": ALPHABET}
    engine = Engine(browser, tmp_path, replace(script, card=replace(script.card, corpus=corpus)))
    program = """
    const script = model.begin(a), constraints = script.constraints(b.characters);
    const draft = engine.whole(script.write(b));
    return [draft.ids, engine.masks(constraints, draft.ids)];
    """
    options = {**GREEDY, "characters": characters, "temperature": 2.5, "seed": 4, "lines": 30, "max_new_tokens": 300}
    ids, masks = engine.run(program, opening, options)
    request = request_of(engine, prompt, lines=30, characters=tuple(characters))
    assert_masks(masks, request._constraint, ids)


@pytest.mark.parametrize("style", [("colon", 0), ("colon", 2), ("play", 1), ("plain", 0), ("captions", 0)], ids=str)
def test_scripts_are_laid_out_as_in_python(browser: Any, tmp_path: Path, script: Model, style: tuple[str, int]) -> None:
    habits = {"narration": True, "line_breaks": True, "empty_lines": True, "bracketed_headings": False}
    layout = {"format": style[0], "blank_lines": style[1]}
    corpus = {**script.card.corpus, "style": layout, "shape": {**script.card.corpus["shape"], **habits}}
    engine = Engine(browser, tmp_path, replace(script, card=replace(script.card, corpus=corpus)))
    program = """
    return [250, 251, 252, 253, 254, 255, 256].map((most, seed) => {
      const script = model.begin({});
      engine.whole(script.write({ ...a, seed, max_new_tokens: most }));
      return [script.ids, script.text];
    });
    """
    for ids, text in engine.run(program, {**GREEDY, "temperature": 1.6, "lines": 200}):
        whole = ids[-1] == LINE_END
        assert text == decode_script(ids, engine.opened.tokenizer, engine.opened.style).to_text(finished=whole)


@pytest.mark.parametrize("level", TOKENIZERS)
@pytest.mark.parametrize("alphabet", [None, "abcdefghijklmnopqrstuvwxyz é,.'"])
def test_replies_may_go_on_as_in_python(browser: Any, tmp_path: Path, level: str, alphabet: str | None) -> None:
    corpus = {} if alphabet is None else {"alphabet": alphabet}
    engine = Engine(browser, tmp_path, chat_model(level, **corpus))
    program = """
    const drafts = engine.whole(model.drafts([a], b, 3));
    return drafts.map((draft) => [draft.ids, engine.masks(model.constraints([a], b.max_new_tokens), draft.ids)]);
    """
    options = {**FREE, "temperature": 3, "candidates": 6, "max_new_tokens": 30}
    for ids, masks in engine.run(program, "hello ü日 there", options):
        assert_masks(masks, engine.opened.shape.begin(30, (), "hello ü日 there"), ids)


def test_replies_have_the_same_score(browser: Any, tmp_path: Path, wren: Model) -> None:
    engine = Engine(browser, tmp_path, wren)
    opened, said = engine.opened, ["I like tea, and I like soup too.", "Hello there!"]
    program = """
    const draft = { ids: a[0], logProbability: a[1] }, familiarity = engine.whole(model.familiarity(a[0]));
    return [engine.score(b, draft, familiarity, c, model.facts.ranking), engine.repetition(b, c)];
    """
    for text in (
        "I like soup too, I like it.",
        "Hello there!",
        "no no no no",
        "?",
        "The moon is yellow. What do you like best?",
    ):
        ids = tuple(opened.encoder.encode_reply(text)[1:])
        sequence = GeneratedSequence(ids, text, "end", 0, -7.5)
        (familiarity,) = opened.familiarities([ranking.beginning(ids, opened.pieces)])
        penalty = opened.card.decoding["dullness_penalty"]
        expected = ranking.candidate(Reply(text), sequence, familiarity, said, dullness_penalty=penalty).score
        score, repetition = engine.run(program, [list(ids), -7.5], text, said)
        assert score == pytest.approx(expected, abs=1e-4)
        assert repetition == pytest.approx(ranking.repetition(text, said))


def test_the_best_of_several_replies_is_taken(browser: Any, tmp_path: Path, wren: Model) -> None:
    engine = Engine(browser, tmp_path, wren)
    program = """
    const options = { ...a, seed: 5 }, reply = engine.whole(model.answer("do you like soup?", options));
    const again = engine.whole(model.best([], "do you like soup?", options, 0));
    const other = engine.whole(model.retry(options)), { exchanges } = model;
    return { reply, again, other, exchanges };
    """
    found = engine.run(program, {**FREE, "temperature": 0.9, "candidates": 4, "max_new_tokens": 60})
    assert found["reply"] == found["again"] != found["other"]
    assert [one["reply"] for one in found["exchanges"]] == [found["other"]]
    assert found["exchanges"][0]["rejected"] == [found["reply"]]


def test_a_network_that_learned_without_messages_reads_none(browser: Any, tmp_path: Path) -> None:
    engine = Engine(browser, tmp_path, chat_model("word", turns=0))
    program = """
    const read = [], context = model.context.bind(model);
    model.context = (turns) => (read.push(turns), context(turns));
    for (const message of ["hello", "what colour is the tea?"]) engine.whole(model.answer(message, a));
    return read;
    """
    assert engine.run(program, {**FREE, "temperature": 0, "candidates": 1, "max_new_tokens": 5}) == [[], []]


def test_the_same_words_are_the_same_reply(browser: Any, tmp_path: Path) -> None:
    engine = Engine(browser, tmp_path, chat_model("word"))
    program = """
    const texts = [...b];
    let asked = 0;
    model.ranked = function* () { asked += 1; return [texts.shift()]; };
    model.exchanges = [{ message: "tea?", reply: "Yes.", attempt: 0, rejected: [] }];
    return [engine.whole(model.retry(a)), asked];
    """
    assert engine.run(program, {**FREE, "temperature": 1}, ["yes", "YES!", "No."]) == ["No.", 3]
    assert engine.run(program, {**FREE, "temperature": 0}, ["yes", "yes", "No."]) == ["yes", 1]
