"""OpenAI's API, asked by its own client."""

import math
from collections.abc import Callable
from typing import Any

import openai
import pytest

import textgen
from tests.serving.conftest import MODELS, Served, serving
from textgen.chatbot import Chatbot
from textgen.serving.security import Access
from textgen.writer import ScriptWriter

HELLO: list[Any] = [{"role": "user", "content": "hello! what colour is the soup?"}]


@pytest.fixture(scope="module")
def client(server: Served) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0)


@pytest.fixture(scope="module")
def bot() -> Chatbot:
    found = textgen.load(MODELS["chat"])
    assert isinstance(found, Chatbot)
    return found


@pytest.fixture(scope="module")
def writer() -> ScriptWriter:
    found = textgen.load(MODELS["script"])
    assert isinstance(found, ScriptWriter)
    return found


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["chat", "script", "judged"]
    assert client.models.retrieve("script:JERRY").id == "script:JERRY"
    with pytest.raises(openai.NotFoundError, match="did you mean script"):
        client.models.retrieve("scripts")
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("script:NOBODY")


@pytest.mark.parametrize(
    ("path", "changes", "status", "param"),
    [
        ("chat/completions", {"model": "chat:NOBODY"}, 404, "model"),
        ("chat/completions", {"top_logprobs": 2}, 400, "top_logprobs"),
        ("chat/completions", {"tool_choice": "required"}, 400, "tool_choice"),
        ("chat/completions", {"modalities": ["text", "audio"]}, 400, "modalities"),
        ("chat/completions", {"messages": [{"role": "user", "contents": "hello"}]}, 400, "contents"),
        ("chat/completions", {"messages": [{"role": "user", "content": 0}]}, 400, "messages"),
        ("chat/completions", {"messages": [{"role": "user"}]}, 400, "messages"),
        ("completions", {"model": "judged:JERRY", "messages": None, "prompt": "JERRY:"}, 400, "model"),
    ],
)
def test_nothing_that_asks_for_something_is_ignored(
    server: Served, path: str, changes: dict[str, Any], status: int, param: str
) -> None:
    answer = server.ask(f"/v1/{path}", {"model": "chat", "messages": HELLO, **changes})
    assert (answer.status, answer.json["error"]["param"]) == (status, param)


def test_what_asks_for_nothing_is_taken(server: Served) -> None:
    said = {"role": "assistant", "content": None, "tool_calls": [], "refusal": None}
    asked = {"model": "chat", "messages": [*HELLO, said, *HELLO], "tool_choice": "none", "modalities": ["text"]}
    assert server.ask("/v1/chat/completions", asked).status == 200


def test_an_empty_reply_has_no_tokens(server: Served) -> None:
    said = [*HELLO, {"role": "assistant", "content": "It is green."}, *HELLO]
    asked = {"model": "chat", "messages": said, "temperature": 0, "candidates": 1, "logprobs": True}
    (whole,) = server.ask("/v1/chat/completions", asked).json["choices"]
    assert whole["logprobs"]["content"]
    begin = whole["message"]["content"][0]
    (found,) = server.ask("/v1/chat/completions", {**asked, "stop": [begin]}).json["choices"]
    assert found["message"]["content"] == "" and found["logprobs"]["content"] == []


def test_each_prompt_is_counted_once(server: Served) -> None:
    def read(prompt: Any, n: int) -> int:
        asked = {"model": "script", "prompt": prompt, "max_tokens": 2, "n": n}
        return int(server.ask("/v1/completions", asked).json["usage"]["prompt_tokens"])

    short, long = read("JERRY:", 1), read("JERRY: the soup was nothing at all", 1)
    assert short < long and read(["JERRY:", "JERRY: the soup was nothing at all"], 3) == short + long


def test_a_reply_is_the_bots_own(client: openai.OpenAI, bot: Chatbot) -> None:
    found = client.chat.completions.create(model="chat", messages=HELLO, seed=5, n=2, temperature=1.0)
    bot.reset()
    first = bot.reply(HELLO[0]["content"], seed=5, temperature=1.0)
    assert found.choices[0].message.content == first
    assert found.choices[0].message.role == "assistant" and found.choices[0].finish_reason == "stop"
    assert (
        found.usage is not None
        and found.usage.total_tokens == found.usage.prompt_tokens + found.usage.completion_tokens
    )
    again = client.chat.completions.create(
        model="chat",
        messages=HELLO,
        seed=found.choices[1].model_extra["seed"],
        temperature=1.0,  # type: ignore[index]
    )
    assert again.choices[0].message.content == found.choices[1].message.content


def test_a_talk_goes_on_where_its_messages_end(client: openai.OpenAI, bot: Chatbot) -> None:
    bot.reset()
    first = bot.reply("hello!", seed=1)
    second = bot.reply("what colour is the moon?", seed=2)
    messages: list[Any] = [
        {"role": "system", "content": "You are helpful."},
        {"role": "user", "content": "hello!"},
        {"role": "assistant", "content": str(first)},
        {"role": "user", "content": [{"type": "text", "text": "what colour is the moon?"}]},
    ]
    found = client.chat.completions.create(model="chat", messages=messages, seed=2)
    assert found.choices[0].message.content == second


def test_another_reply_is_the_one_that_the_terminal_would_give(server: Served, bot: Chatbot) -> None:
    asked = {"model": "chat", "messages": HELLO, "seed": 3, "temperature": 0.2}
    bot.resume([], 3)
    said = [str(bot.reply(HELLO[0]["content"], seed=3, temperature=0.2))]
    assert server.ask("/v1/chat/completions", asked).json["choices"][0]["message"]["content"] == said[0]
    (found,) = server.ask("/v1/chat/completions", {**asked, "rejected": said}).json["choices"]
    again = bot.retry(temperature=0.2)
    assert (found["message"]["content"], found["seed"]) == (again, again.seed)
    streamed = server.ask("/v1/chat/completions", {**asked, "rejected": said, "stream": True}).events
    assert "".join(event["choices"][0]["delta"].get("content", "") for event in streamed) == again
    assert streamed[-1]["choices"][0]["seed"] == again.seed


def test_a_sure_bot_repeats_no_reply_that_was_rejected(server: Served) -> None:
    asked, said = {"model": "chat", "messages": HELLO, "seed": 3, "temperature": 0.2}, list[str]()
    for _ in range(4):
        (found,) = server.ask("/v1/chat/completions", {**asked, "rejected": said}).json["choices"]
        said.append(found["message"]["content"])
    assert len(set(said)) == 4


@pytest.mark.parametrize("candidates", [1, 4])
def test_a_stream_is_the_whole_in_pieces(client: openai.OpenAI, candidates: int) -> None:
    more = {"candidates": candidates}
    whole = client.chat.completions.create(model="chat", messages=HELLO, seed=3, n=2, extra_body=more)
    stream = client.chat.completions.create(
        model="chat", messages=HELLO, seed=3, n=2, stream=True, stream_options={"include_usage": True}, extra_body=more
    )
    texts, reasons, usage = ["", ""], ["", ""], None
    for chunk in stream:
        for choice in chunk.choices:
            texts[choice.index] += choice.delta.content or ""
            reasons[choice.index] += choice.finish_reason or ""
        usage = chunk.usage or usage
    assert texts == [choice.message.content for choice in whole.choices]
    assert reasons == ["stop", "stop"] and usage == whole.usage


def test_a_character_talks(client: openai.OpenAI, writer: ScriptWriter) -> None:
    found = client.chat.completions.create(model="script:jerry", messages=HELLO, seed=1)
    bot = textgen.chatbot.as_character(writer, "jerry")
    assert found.choices[0].message.content == bot.reply(HELLO[0]["content"], seed=1)


def test_a_continuation_is_the_writers_own(client: openai.OpenAI, writer: ScriptWriter) -> None:
    prompt = "JERRY: the so"
    found = client.completions.create(model="script", prompt=prompt, seed=4, n=2, extra_body={"lines": 2})
    alone = [script.text for script in writer.write_several(prompt, seed=4, lines=2, num_return_sequences=2)]
    assert [prompt + choice.text for choice in found.choices] == alone
    assert found.usage is not None and found.usage.completion_tokens > 0
    streamed = client.completions.create(model="script", prompt=prompt, seed=4, stream=True, extra_body={"lines": 2})
    assert prompt + "".join(chunk.choices[0].text for chunk in streamed) == alone[0]


def test_max_tokens_stop_and_echo(client: openai.OpenAI, writer: ScriptWriter) -> None:
    short = client.completions.create(model="script", prompt="JERRY:", max_tokens=5, seed=1, echo=True)
    assert short.choices[0].finish_reason == "length" and short.choices[0].text.startswith("JERRY:")
    whole = client.completions.create(model="script", prompt="JERRY:", seed=1, extra_body={"lines": 4})
    stop = whole.choices[0].text[8:11]
    cut = client.completions.create(model="script", prompt="JERRY:", seed=1, stop=[stop], extra_body={"lines": 4})
    assert cut.choices[0].text == whole.choices[0].text.partition(stop)[0]


def test_several_prompts_and_the_best_of_several_texts(client: openai.OpenAI) -> None:
    found = client.completions.create(model="script", prompt=["JERRY:", "ELAINE:"], max_tokens=4, n=2, seed=1)
    assert [choice.index for choice in found.choices] == [0, 1, 2, 3]
    best = client.completions.create(model="judged", prompt="JERRY:", seed=1, extra_body={"rerank": 3, "lines": 1})
    judged = textgen.load(MODELS["judged"])
    assert isinstance(judged, ScriptWriter)
    assert "JERRY:" + best.choices[0].text == judged.write("JERRY:", rerank=3, seed=1, lines=1).text
    options = {"model": "judged", "prompt": "JERRY:", "extra_body": {"rerank": 3, "lines": 3}}
    rated, other = client.completions.create(**options, seed=1, n=2, logprobs=1).choices
    assert rated.text.startswith(best.choices[0].text)
    assert rated.logprobs is not None and "".join(rated.logprobs.tokens or []) == rated.text
    assert "JERRY:" + other.text == judged.write("JERRY:", rerank=3, seed=2, lines=3).text
    pieces = [chunk.choices[0].text for chunk in client.completions.create(**options, seed=1, stream=True)]
    assert "".join(pieces) == rated.text
    assert len([piece for piece in pieces if piece]) >= 3  # each line as soon as it is chosen


def test_log_probabilities_are_those_of_the_model_alone(client: openai.OpenAI, writer: ScriptWriter) -> None:
    found = client.completions.create(model="script", prompt="JERRY:", max_tokens=6, logprobs=3, seed=1)
    logprobs = found.choices[0].logprobs
    assert logprobs is not None and logprobs.token_logprobs is not None and logprobs.top_logprobs is not None
    alone = writer.write("JERRY:", max_new_tokens=6, seed=1)
    assert sum(value or 0 for value in logprobs.token_logprobs) == pytest.approx(alone.log_probability, abs=1e-4)
    assert all(len(likeliest) <= 3 for likeliest in logprobs.top_logprobs)
    chat = client.chat.completions.create(model="chat", messages=HELLO, logprobs=True, top_logprobs=2, seed=1)
    content = chat.choices[0].logprobs.content  # type: ignore[union-attr]
    assert content and "".join(token.token for token in content) == chat.choices[0].message.content
    for token in content:
        assert sum(math.exp(one.logprob) for one in token.top_logprobs) <= 1 + 1e-6
        assert token.bytes == list(token.token.encode())


@pytest.mark.parametrize("echo", [False, True])
@pytest.mark.parametrize(
    "prompt", ["JERRY:", "JERRY: I", "JERRY: the so", "jerry:  hello", "JERRY: hello\n", "", "[A room"]
)
def test_the_tokens_of_a_text_are_the_text(client: openai.OpenAI, prompt: str, echo: bool) -> None:
    asked: dict[str, Any] = {"model": "script", "prompt": prompt, "seed": 1, "echo": echo, "extra_body": {"lines": 2}}
    choice = client.completions.create(**asked, logprobs=2).choices[0]
    found = choice.logprobs
    assert found is not None and found.tokens and found.text_offset and found.token_logprobs and found.top_logprobs
    assert choice.text.startswith("JERRY:" if echo and "erry" in prompt.lower() else "")
    assert "".join(found.tokens) == choice.text == client.completions.create(**asked).choices[0].text
    for token, offset in zip(found.tokens, found.text_offset, strict=True):
        assert choice.text.startswith(token, offset)
    assert len(found.token_logprobs) == len(found.top_logprobs) == len(found.tokens)
    for token, value, top in zip(found.tokens, found.token_logprobs, found.top_logprobs, strict=True):
        assert token == "" or token not in top or top[token] == pytest.approx(value)


def test_the_tokens_of_an_echoed_prompt_are_rated(client: openai.OpenAI, writer: ScriptWriter) -> None:
    found = client.completions.create(
        model="script", prompt="JERRY: hello\n", seed=1, echo=True, logprobs=1, extra_body={"lines": 1}
    ).choices[0]
    tokens = writer.explain(found.text).tokens[:-1]  # the text has not ended
    assert found.logprobs is not None
    assert found.logprobs.token_logprobs == pytest.approx([token.log_probability for token in tokens], abs=1e-4)


def test_a_stop_string_cuts_the_tokens_too(client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {"model": "script", "prompt": "JERRY:", "seed": 1, "logprobs": 1}
    whole = client.completions.create(**asked, extra_body={"lines": 4}).choices[0].text
    cut = client.completions.create(**asked, stop=[whole[8:11]], extra_body={"lines": 4}).choices[0]
    assert cut.logprobs is not None and cut.logprobs.tokens
    assert "".join(cut.logprobs.tokens) == cut.text == whole.partition(whole[8:11])[0]


def test_a_key_is_asked_for() -> None:
    with serving({"chat": MODELS["chat"]}, Access("a secret")) as server:
        for key in ("another", "a secret"):
            client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0)
            if key == "another":
                with pytest.raises(openai.AuthenticationError, match="wants a key"):
                    client.models.list()
            else:
                assert client.models.list().data[0].id == "chat"
        assert server.ask("/api/models").status == 401
        assert server.ask("/health").status == server.ask("/").status == 200


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("chat/completions", {"model": "chat"}, "'messages' is missing"),
        ("chat/completions", {"model": "chat", "messages": []}, "a list of at least one object"),
        ("chat/completions", {"model": "chat", "messages": [{"role": "cook", "content": "x"}]}, "role 'cook'"),
        ("chat/completions", {"model": "script", "messages": HELLO}, "'script:ELAINE'"),
        ("chat/completions", {"model": "script:newman", "messages": HELLO}, "no such speaker"),
        ("chat/completions", {"model": "chat", "messages": HELLO, "temperatur": 1}, "did you mean temperature"),
        ("chat/completions", {"model": "chat", "messages": HELLO, "temperature": "hot"}, "temperature='hot'"),
        ("chat/completions", {"model": "chat", "messages": HELLO, "lines": 3}, "makes no sense in a chat"),
        ("chat/completions", {"model": "chat", "messages": HELLO, "n": 17}, "from 1 to 16"),
        ("chat/completions", {"model": "chat", "messages": HELLO, "max_tokens": 10**9}, "at most 4,096"),
        ("chat/completions", {"model": "chat", "messages": HELLO, "frequency_penalty": 1}, "repetition_penalty"),
        ("chat/completions", {"model": "chat", "messages": HELLO, "tools": [{}]}, "no such thing"),
        ("chat/completions", {"model": "chat", "messages": HELLO, "seed": -1}, "seed must be"),
        ("chat/completions", {"model": "chat", "messages": [{"role": "user", "content": [{"type": "image"}]}]}, "text"),
        ("completions", {"model": "chat", "prompt": "x"}, "answers messages"),
        ("completions", {"model": "script", "prompt": [1, 2]}, "a text or a list of texts"),
        ("completions", {"model": "script", "prompt": "x" * 200_001}, "at most 200,000"),
        ("completions", {"model": "script", "prompt": "x", "logprobs": 11}, "from 0 to 10"),
        ("completions", {"model": "script", "prompt": "x", "candidates": 2}, "'candidates'"),
    ],
)
def test_what_makes_no_sense_is_refused(refused: Callable[..., str], path: str, body: Any, sentence: str) -> None:
    assert sentence in refused(f"/v1/{path}", body)


def test_what_goes_wrong_before_a_stream_begins_is_an_ordinary_error(refused: Callable[..., str]) -> None:
    body = {"model": "chat", "messages": HELLO, "stream": True, "temperature": -1}
    assert "temperature" in refused("/v1/chat/completions", body)
