"""The page's own API under `/api/`: candidates, continuations, what could come next, what a network sees, runs."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from textgen.chatbot import Chatbot
from textgen.corpus.script import read_script
from textgen.corpus.token_parser import ScriptRenderer
from textgen.decoding.option_row import Option, Use, Values
from textgen.decoding.options import TABLE
from textgen.explanation.copies import copied_spans
from textgen.explanation.neighbours import neighbours
from textgen.explanation.neurons import neurons
from textgen.explanation.script import next_tokens as likely_tokens
from textgen.generation.conversation import ChatExchange, Reply, clean
from textgen.generation.ranking import JudgedText
from textgen.generation.script_model import ScriptModel
from textgen.serving.body import MOST, Body, default, for_writing
from textgen.serving.catalogue import ServedModel
from textgen.serving.choices import MOST_CHOICES, ContinuationChoice, Talk, read_talk, seeds
from textgen.serving.errors import RequestError
from textgen.serving.service import Service

_LONGEST_EXPLAINED = 30_000
"""Characters of a text that is looked into: the answer is a hundred times as long."""

_MOST_TOKENS = 200


async def models(service: Service, request: Request) -> Response:
    """`GET /api/models`."""
    return JSONResponse({"models": await service.in_thread(service.catalogue.descriptions)})


async def options(service: Service, request: Request) -> Response:
    """`GET /api/options`."""
    return JSONResponse({"options": list(_options_shown())})


async def candidates(service: Service, request: Request) -> Response:
    """`POST /api/candidates`."""
    body, model = await _begin(service, request)
    talk, chosen = read_talk(body.objects("messages")), body.options_within("options")
    n = body.whole("n", 8, 1, 32)
    body.nothing_else()
    seed = seeds(chosen, 1, n)[0]

    def work() -> dict[str, Any]:
        bot = _bot(service, model)
        bot.resume([*talk.exchanges, ChatExchange(talk.message, Reply("", seed=seed))], seed)
        found = bot.candidates(n, **{name: value for name, value in chosen.items() if name != "candidates"})
        return {
            "candidates": [{"text": one.reply.text, "scores": one.parts, "total": one.score} for one in found],
            "seed": seed,
        }

    return await _written(service, request, work)


async def continuations(service: Service, request: Request) -> Response:
    """`POST /api/continuations`."""
    body, model = await _begin(service, request)
    text, chosen = body.text("text", ""), body.options_within("options")
    n = body.whole("n", 3, 1, MOST_CHOICES)
    body.nothing_else()
    rerank = Body({"rerank": chosen.pop("rerank", 1)}).whole("rerank", 1, 1, MOST_CHOICES)
    served = await service.in_thread(lambda: service.catalogue.find(model)[0])
    notes: list[str] = []
    choices = [
        ContinuationChoice(served.writer(notes.append), text, for_writing(chosen), seed, rerank)
        for seed in seeds(chosen, n)
    ]

    async def work() -> Response:
        texts = [""] * n
        async for place, piece in service.texts(choices):
            texts[place] += piece
        found = [
            {"text": text, "seed": choice.seed, "finish_reason": choice.finish_reason}
            for text, choice in zip(texts, choices, strict=True)
        ]
        return JSONResponse({"continuations": found, "notes": list(dict.fromkeys(notes))})

    return await service.while_connected(request, work())


async def next_tokens(service: Service, request: Request) -> Response:
    """`POST /api/next`."""
    body, model = await _begin(service, request)
    text, n = body.text("text", ""), body.whole("n", 10, 1, _MOST_TOKENS)
    temperatures = body.numbers("temperatures", (0.5, 1.0, 1.5), 0.01, 100)
    body.nothing_else()

    def work() -> dict[str, Any]:
        script = service.catalogue.find(model)[0].script
        found, inserted = likely_tokens(script, text, n, temperatures), _Inserted(script, text)
        return {
            "temperatures": temperatures,
            "tokens": [
                {
                    "id": one.id,
                    "text": one.text,
                    "inserts": inserted.by(one.id),
                    "probability": one.probability,
                    "probabilities": one.at_temperatures,
                }
                for one in found
            ],
        }

    return await _written(service, request, work)


async def explain(service: Service, request: Request) -> Response:
    """`POST /api/explain`."""
    body, model = await _begin(service, request)
    messages, reply = body.any("messages"), body.text("reply", "", _LONGEST_EXPLAINED)
    chosen = body.options_within("options")
    if messages is None:
        text = body.text("text", None, _LONGEST_EXPLAINED)
        body.nothing_else()
        return await _written(
            service,
            request,
            lambda: service.catalogue.find(model)[0].writer(lambda note: None).explain(text).to_json_object(),
        )
    talk = read_talk(Body({"messages": messages}).objects("messages"))
    body.nothing_else()
    seed = seeds(chosen, 1)[0]
    return await _written(service, request, lambda: _explained(_bot(service, model), talk, reply, seed, chosen))


async def show_neurons(service: Service, request: Request) -> Response:
    """`POST /api/neurons`."""
    body, model = await _begin(service, request)
    text, asked = body.text("text", None, _LONGEST_EXPLAINED), body.text("property", "", 200)
    layer, cell = body.whole("layer", -1, -1, 1 << 20), body.whole("cell", -1, -1, 1 << 20)
    body.nothing_else()

    def work() -> dict[str, Any]:
        script = service.catalogue.find(model)[0].script
        chosen = None if layer < 0 else layer, None if cell < 0 else cell
        return neurons(script, text, *chosen, property=asked or None).to_json_object()

    return await _written(service, request, work)


async def show_neighbours(service: Service, request: Request) -> Response:
    """`POST /api/neighbours`."""
    body, model = await _begin(service, request)
    n, token = body.whole("n", 10, 1, _MOST_TOKENS), body.whole("id", -1, -1, 1 << 30)
    text = body.text("text", None if token < 0 else "", 200)
    body.nothing_else()

    def work() -> dict[str, Any]:
        opened = service.catalogue.find(model)[0].opened
        return neighbours(opened, text if token < 0 else token, n).to_json_object()

    return await _written(service, request, work)


async def realness(service: Service, request: Request) -> Response:
    """`POST /api/realness`."""
    body, model = await _begin(service, request)
    text, message = body.text("text", None, _LONGEST_EXPLAINED), body.any("message")
    body.nothing_else()
    if message is not None and not isinstance(message, str):
        raise RequestError(400, "message must be a text: send one, or none.", param="message")

    def work() -> dict[str, Any]:
        served, speaker = service.catalogue.find(model)
        if served.card.kind == "script" and speaker is None:
            judged = served.writer(lambda note: None).score(text)
        else:
            judged = served.bot(speaker).score(text, message)
        return _judged(judged)

    return await _written(service, request, work)


async def copies(service: Service, request: Request) -> Response:
    """`POST /api/copies`."""
    body, model = await _begin(service, request)
    text = body.text("text")
    body.nothing_else()

    def work() -> dict[str, Any]:
        served = service.catalogue.find(model)[0]
        if served.index is None:
            raise RequestError(
                409,
                f"What a text copies was asked of the model {model!r}, but it was trained without an index of its "
                "corpus: train a model without --no-index.",
                param="model",
            )
        return {"spans": copied_spans(served.opened, text, served.index)}

    return await _written(service, request, work)


_TYPES = {
    "text": ("text/plain; charset=utf-8", "txt"),
    "json": ("application/json", "json"),
    "fountain": ("text/plain; charset=utf-8", "fountain"),
    "fdx": ("application/xml; charset=utf-8", "fdx"),
    "pdf": ("application/pdf", "pdf"),
}


async def export(service: Service, request: Request) -> Response:
    """`POST /api/export`."""
    body, model = await _begin(service, request)
    text, form = body.text("text"), body.text("format", "text", 20)
    body.nothing_else()
    if form not in _TYPES:
        raise RequestError(400, f"The format {form!r} is unknown; choose one of {', '.join(_TYPES)}.", param="format")
    media, ending = _TYPES[form]
    attachment = {"Content-Disposition": f'attachment; filename="scene.{ending}"'}

    def work() -> bytes:
        return _exported(service.catalogue.find(model)[0], text, form)

    async def sent() -> Response:
        return Response(await service.workers.run(work), media_type=media, headers=attachment)

    return await service.while_connected(request, sent())


async def runs(service: Service, request: Request) -> Response:
    """`GET /api/runs`."""
    return JSONResponse({"runs": await service.in_thread(service.runs.listed)})


async def run(service: Service, request: Request) -> Response:
    """`GET /api/runs/ID`."""
    name = request.path_params["name"]
    return JSONResponse(await service.in_thread(lambda: service.runs.one(name)))


async def _begin(service: Service, request: Request) -> tuple[Body, str]:
    """The body of a request, and the model that it names."""
    body = await service.body(request)
    return body, body.text("model", longest=400)


async def _written(service: Service, request: Request, work: Callable[[], dict[str, Any]]) -> Response:
    """The object that a thread makes, as long as the client waits for it and the time allows."""

    def written() -> Response:
        return JSONResponse(work())  # here and not in the loop: the JSON of an explanation has megabytes

    async def made() -> Response:
        async with asyncio.timeout(service.workers.limits.seconds):
            return await service.workers.run(written)

    return await service.while_connected(request, made())


def _bot(service: Service, model: str) -> Chatbot:
    served, speaker = service.catalogue.find(model)
    return served.bot(speaker)


def _explained(bot: Chatbot, talk: Talk, reply: str, seed: int, options: dict[str, Any]) -> dict[str, Any]:
    """How a reply came about: one that is given, or the one that the bot would give."""
    if reply:
        bot.resume([*talk.exchanges, ChatExchange(talk.message, Reply(clean(reply)))], seed)
    else:
        bot.resume(talk.exchanges, seed)
        chosen = {**options, "seed": seed}
        _ = bot.say_first(**chosen) if talk.message is None else bot.reply(talk.message, **chosen)
    last = bot.last_reply
    return {**bot.explain().to_json_object(), "reply": "" if last is None else last.text, "seed": seed}


class _Inserted:
    """What tokens add to a text.

    Args:
        script: the model that reads it.
        text: as it was typed.
    """

    def __init__(self, script: ScriptModel, text: str) -> None:
        self._typed, self._read, self._renderer = text, "", ScriptRenderer(script.tokenizer, script.style)
        for token in script.encoder.encode_prompt(script.read_prompt(text)):
            piece, self._renderer = self._renderer.advance(token)
            self._read += piece

    def by(self, token: int) -> str | None:
        """The text to be put behind what was typed; None where the token is not seen."""
        piece, _ = self._renderer.advance(token)
        whole = self._read + piece
        return (whole[len(self._typed) :] if whole.startswith(self._typed) else piece) or None


def _judged(judged: JudgedText) -> dict[str, Any]:
    lines = [{"speaker": one.line.speaker, "text": one.line.text, "score": one.reads_as_real} for one in judged.lines]
    return {"score": judged.reads_as_real, "lines": lines}


def _exported(served: ServedModel, text: str, form: str) -> bytes:
    """A script in a format, spelled as it was typed."""
    if form == "text":
        return text.encode()
    script = read_script(text.replace("\r\n", "\n").replace("\r", "\n"), served.script.style)
    if form == "pdf":
        return script.to_pdf()
    if form == "json":
        return (json.dumps(json.loads(script.to_json()), ensure_ascii=False, indent=1) + "\n").encode()
    return (script.to_fountain() if form == "fountain" else script.to_fdx()).encode()


_TYPES_OF_VALUES = {"whole": "integer", "number": "number", "switch": "flag", "texts": "list"}


def _options_shown() -> Iterator[dict[str, Any]]:
    """The rows of the table as the page shows them; an option that chats take in another way has two rows."""
    for name, option in TABLE.items():
        known = [use for use in USES if option.known_to(use)]
        if option.while_writing is None:
            yield _option(name, option, option.values, known)
        else:
            for use in known:
                yield _option(name, option, option.values_for(use), [use])


USES: dict[Use, str] = {"talking": "chat", "writing": "script"}
"""The kind of model that is made for each use."""


def _option(name: str, option: Option, values: Values, uses: Sequence[Use]) -> dict[str, Any]:
    """An option as the page shows it."""
    differs = option.while_writing if list(uses) == ["writing"] else None
    return {
        "name": name,
        "help": differs.help if differs else option.help.partition("  [")[0],
        "type": _TYPES_OF_VALUES[values.kind],
        "allowed": values.allowed,
        "minimum": values.least if values.kind == "whole" else None,
        "maximum": MOST.get(name, values.most) if values.kind == "whole" else None,
        "optional": values.optional,
        "off": option.off if option.edits else None,
        "examples": () if differs else option.examples,
        "default": {USES[use]: default(name, option, use) for use in uses},
        "for": [USES[use] for use in uses],
    }
