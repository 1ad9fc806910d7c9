"""OpenAI's API: `/v1/models`, `/v1/chat/completions` and `/v1/completions`, whole or as a stream."""

import time
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from textgen.explanation.tokens import ALTERNATIVES
from textgen.serving.body import Body, for_writing
from textgen.serving.choices import (
    MOST_CHOICES,
    ContinuationChoice,
    ReplyChoice,
    TextChoice,
    read_talk,
    seeds,
)
from textgen.serving.errors import RequestError
from textgen.serving.service import Service

_IGNORED = (
    *("user", "store", "metadata", "service_tier", "reasoning_effort", "verbosity", "parallel_tool_calls"),
    *("safety_identifier", "prompt_cache_key"),
)
"""Fields that change nothing about a text."""

_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
    "tools": ([],),
    "tool_choice": ("none", "auto"),
    "functions": ([],),
    "best_of": (1,),
    "suffix": ("",),
}
"""Fields for things that these models do not do, with the values that ask for nothing."""


async def list_models(service: Service, request: Request) -> Response:
    """`GET /v1/models`."""
    found = [_model(one) for one in await service.in_thread(service.catalogue.descriptions)]
    return JSONResponse({"object": "list", "data": found})


async def get_model(service: Service, request: Request) -> Response:
    """`GET /v1/models/ID`."""
    name = request.path_params["name"]
    found = await service.in_thread(lambda: service.catalogue.description(name))
    return JSONResponse({**_model(found), "id": name})


async def chat_completions(service: Service, request: Request) -> Response:
    """`POST /v1/chat/completions`."""
    body = await service.body(request)
    model, talk = body.text("model", longest=400), read_talk(body.objects("messages"))
    rejected, wanted = body.texts("rejected"), body.flag("logprobs")
    top = body.whole("top_logprobs", 0, 0, ALTERNATIVES)
    if top and not wanted:
        raise RequestError(
            400, "top_logprobs was sent without logprobs: send logprobs as true, too.", param="top_logprobs"
        )
    options, n = _options(body, also="max_completion_tokens")
    asked = _Asked(body, "chat.completion", model, n)
    served, speaker = await service.in_thread(lambda: service.catalogue.find(model))
    apart = options.get("candidates", 8)
    each = seeds(options, n, apart if isinstance(apart, int) else 1)

    def choices() -> list[TextChoice]:
        rated = top if wanted else None
        return [ReplyChoice(served.bot(speaker), talk, options, seed, rejected, rated) for seed in each]

    return await asked.answer(service, request, await service.in_thread(choices))


async def completions(service: Service, request: Request) -> Response:
    """`POST /v1/completions`."""
    body = await service.body(request)
    model, prompts, echo = body.text("model", longest=400), _prompts(body), body.flag("echo")
    top = body.any("logprobs")
    if top is not None and (not isinstance(top, int) or isinstance(top, bool) or not 0 <= top <= ALTERNATIVES):
        raise RequestError(400, f"logprobs must be a whole number from 0 to {ALTERNATIVES}.", param="logprobs")
    options, n = _options(body)
    rerank = Body({"rerank": options.pop("rerank", 1)}).whole("rerank", 1, 1, MOST_CHOICES)
    if n * len(prompts) > MOST_CHOICES:
        raise RequestError(400, f"At most {MOST_CHOICES} texts a request are written: ask for fewer.", param="n")
    asked = _Asked(body, "text_completion", model, n)
    served, speaker = await service.in_thread(lambda: service.catalogue.find(model))
    if speaker is not None:
        raise RequestError(
            400,
            f"The model {model[:100]!r} was asked for text, but a speaker behind a colon only talks: leave it out, and "
            "say with characters who may speak.",
            param="model",
        )
    each = seeds(options, n)

    def choices() -> list[TextChoice]:
        writing = for_writing(options)
        return [
            ContinuationChoice(served.writer(lambda note: None), prompt, writing, seed, rerank, echo, top)
            for prompt in prompts
            for seed in each
        ]

    return await asked.answer(service, request, await service.in_thread(choices))


class _Asked:
    """What a request wants to know besides the texts.

    Args:
        body: of the request; nothing may be left in it.
        kind: of the response's object.
        model: as it was asked for.
        n: how many texts each prompt gets.
    """

    def __init__(self, body: Body, kind: str, model: str, n: int) -> None:
        self.streamed = body.flag("stream")
        stream_options = body.part("stream_options")
        self._usage = stream_options.flag("include_usage")
        stream_options.any("include_obfuscation")
        for part in (stream_options, body):
            part.nothing_else()
        self._kind, self._model, self._n = kind, model, n
        self._chat = kind == "chat.completion"
        name = "chatcmpl" if self._chat else "cmpl"
        self._head = {"id": f"{name}-{uuid4().hex}", "created": int(time.time()), "model": model}

    async def answer(self, service: Service, request: Request, choices: Sequence[TextChoice]) -> Response:
        """The response."""
        if self.streamed:
            return await service.events(request, self._events(service, choices))
        return await service.while_connected(request, self._whole(service, choices))

    async def _whole(self, service: Service, choices: Sequence[TextChoice]) -> Response:
        texts = [""] * len(choices)
        async for place, text in service.texts(choices):
            texts[place] += text
        found = []
        for place, (choice, text) in enumerate(zip(choices, texts, strict=True)):
            said = {"message": {"role": "assistant", "content": text}} if self._chat else {"text": text}
            about = {"logprobs": choice.logprobs, "finish_reason": choice.finish_reason, "seed": choice.seed}
            found.append({"index": place, **said, **about})
        return JSONResponse({**self._head, "object": self._kind, "choices": found, "usage": self._used(choices)})

    async def _events(self, service: Service, choices: Sequence[TextChoice]) -> AsyncGenerator[dict[str, Any], None]:
        async for place, text in service.texts(choices):
            yield self._chunk(place, text)
        for place, choice in enumerate(choices):
            about = {"finish_reason": choice.finish_reason, "seed": choice.seed}
            yield self._chunk(place, "", logprobs=choice.logprobs, **about)
        if self._usage:
            yield {**self._head, "object": self._chunk_kind, "choices": [], "usage": self._used(choices)}

    @property
    def _chunk_kind(self) -> str:
        return "chat.completion.chunk" if self._chat else self._kind

    def _chunk(self, place: int, text: str, **about: Any) -> dict[str, Any]:
        """A piece of a choice, or its end."""
        new: dict[str, Any] = {"text": text}
        if self._chat:
            new = {"delta": {"role": "assistant", "content": text} if not about else {}}
        choice = {"index": place, **new, "logprobs": None, "finish_reason": None, **about}
        return {**self._head, "object": self._chunk_kind, "choices": [choice]}

    def _used(self, choices: Sequence[TextChoice]) -> dict[str, int]:
        """How many tokens were read and written; each prompt is counted once."""
        read = sum(choice.prompt_tokens for choice in choices[:: self._n])
        written = sum(choice.completion_tokens for choice in choices)
        return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _options(body: Body, also: str = "") -> tuple[dict[str, Any], int]:
    """The decoding options of a request, and how many texts it asks for."""
    for name in _IGNORED:
        body.any(name)
    for name, neutral in _NEUTRAL.items():
        value = body.any(name)
        if value is not None and value not in neutral:
            advice = "repetition_penalty makes a model repeat itself less: " if name.endswith("penalty") else ""
            raise RequestError(
                400, f"{name} was sent, but these models have no such thing: {advice}leave it out.", param=name
            )
    options = body.options()
    for name in ("max_tokens", also):
        if name and (longest := body.any(name)) is not None:
            limited = Body({"max_new_tokens": longest}).options()  # within the same limit
            options |= limited
    return options, body.whole("n", options.pop("num_return_sequences", 1), 1, MOST_CHOICES)


def _prompts(body: Body) -> list[str]:
    """The prompts: one text, or a list of texts."""
    prompt = body.any("prompt")
    prompts = [""] if prompt is None else prompt if isinstance(prompt, list) else [prompt]
    if not prompts or not all(isinstance(one, str) for one in prompts):
        raise RequestError(400, "prompt must be a text or a list of texts: send such a value.", param="prompt")
    return [Body({"prompt": one}).text("prompt") for one in prompts]


def _model(one: dict[str, Any]) -> dict[str, Any]:
    return {"id": one["id"], "object": "model", "created": one["created"], "owned_by": "textgen"}
