"""Dialogues to a folder that a run can begin in."""

import json
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from tests.training.tasks import Said, chat_task, is_explained, prepared, script_task, short_and_long, talks
from textgen.chatbot import Chatbot
from textgen.config import Budget, ChatTrainingConfig
from textgen.corpus.collection import Corpus
from textgen.decoding.copy_detection import ngram_hashes, word_hashes
from textgen.errors import ConfigurationError, TrainingError
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import END, START, TURN
from textgen.training.batches import PairStore
from textgen.training.chat_task import Listening, held_out_talks
from textgen.training.checkpoint import HELD_OUT_IDS, TRAINING_IDS, Run
from textgen.training.sizing import ChatChoice

TALK: list[list[Said]] = [
    ["hello there", "oh hello", "how are you", "fine and you"],
    ["is it late", "it is never late"],
    ["what is that", "that is a kettle", "it is mine"],
    ["so long", "so long my friend"],
]
LAST: list[Said] = ["quagga zebu", "okapi", "axolotl newt"]  # nobody else speaks of animals


def texts(folder: ModelFolder, name: str) -> list[tuple[list[str], str]]:
    """The stored exchanges as turns and reply."""
    tokenizer, store, found = folder.load().tokenizer, PairStore(folder.training / name), []
    for k in range(len(store)):
        context, reply = store.context(k).tolist(), store.reply(k).tolist()
        assert (context[0], reply[0], reply[-1]) == (START, START, END)
        turns, rest = [], context[1:]
        while rest:
            end = rest.index(TURN)
            turns.append(tokenizer.decode(rest[:end]))
            rest = rest[end + 1 :]
        found.append((turns, tokenizer.decode(reply[1:-1])))
    return found


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talks(tmp_path_factory.mktemp("talks") / "few.jsonl", [*TALK, LAST])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, path: Path) -> ModelFolder:
    """Prepared with nothing asked for but the widths. Not to be changed."""
    return prepared(tmp_path_factory.mktemp("prepared") / "deep" / "model", chat_task(path, seed=5))


def test_a_prepared_folder_is_a_chatbot_with_everything_a_run_needs(folder: ModelFolder) -> None:
    model, run = folder.load(), Run.load(folder.training)
    assert (model.card.kind, model.card.architecture.hidden) == ("chat", 12)
    assert isinstance(run.training, ChatTrainingConfig)
    assert (run.training.budget, run.training.seed, run.training.batch) == (Budget(steps=3), 5, 4)
    assert model.card.decoding == {"temperature": 0.8, "min_p": 0.02}
    assert set(model.card.versions) == {"textgen", "tensorflow", "keras", "numpy"}
    assert folder.novelty.is_file()
    assert [entry.name for entry in folder.path.parent.iterdir()] == ["model"]
    assert Chatbot(model).reply("hello", seed=1, max_new_tokens=5).finish_reason


def test_what_model_json_says_of_the_dialogues(folder: ModelFolder, path: Path) -> None:
    corpus = json.loads((folder.path / "model.json").read_bytes())["corpus"]
    replies = [reply for turns in TALK for reply in turns[1:]]
    assert corpus == {
        "fingerprint": Corpus(path, "plain").fingerprint,
        "files": ["few.jsonl"],
        "normalisation": {"lowercase": True, "straight_quotes": True, "curly_quotes": False},
        "turns": 3,
        "longest_context": 200,
        "longest_reply": 60,
        "replies_by": None,
        "split": {"held_out": [1], "dialogues": [5]},
        "detokenise": False,
        "exchanges": len(replies),
        "characters": sum(len(reply) + 1 for reply in replies),
        "alphabet": "".join(sorted(set("".join(chain(*TALK, LAST))))),
        "started_from": None,
        "reading": {},
    }


def test_every_turn_but_the_first_is_stored_as_a_reply_to_those_before_it(folder: ModelFolder) -> None:
    expected = [(turns[max(0, k - 3) : k], turns[k]) for turns in TALK for k in range(1, len(turns))]
    assert texts(folder, TRAINING_IDS) == expected


def test_held_out_dialogues_are_never_among_what_is_learned(folder: ModelFolder) -> None:
    assert texts(folder, HELD_OUT_IDS) == [(LAST[:1], LAST[1]), (LAST[:2], LAST[2])]
    tokenizer = folder.load().tokenizer
    assert not set("qzx") & set("".join(tokenizer.to_json()["pieces"]))
    animals = {tuple(tokenizer.encode(word)) for word in ("quagga", "okapi", "axolotl")}
    store = PairStore(folder.training / TRAINING_IDS)
    learned = " ".join(str(token) for k in range(len(store)) for token in [*store.context(k), *store.reply(k)])
    assert not any(" ".join(map(str, word)) in learned for word in animals)


def test_a_run_knows_how_much_there_is_to_score(folder: ModelFolder) -> None:
    run = Run.load(folder.training)
    for side, name in enumerate((TRAINING_IDS, HELD_OUT_IDS)):
        store = PairStore(folder.training / name)
        assert run.tokens[side] == sum(len(store.reply(k)) - 1 for k in range(len(store)))
        assert run.characters[side] == sum(len(reply) + 1 for _, reply in texts(folder, name))


def test_a_validation_file_is_held_out_and_everything_else_is_learned(tmp_path: Path, path: Path) -> None:
    judged = talks(tmp_path / "judged.jsonl", [["who", "me"], ["and you", "not me"]])
    folder = prepared(tmp_path / "model", chat_task(path, validation=judged))
    assert len(texts(folder, TRAINING_IDS)) == 9
    assert texts(folder, HELD_OUT_IDS) == [(["who"], "me"), (["and you"], "not me")]
    assert folder.load_card().corpus["split"] is None


def test_without_turns_every_context_is_empty(tmp_path: Path, path: Path) -> None:
    folder = prepared(tmp_path / "model", chat_task(path, Listening(turns=0)))
    store = PairStore(folder.training / TRAINING_IDS)
    assert [store.context(k).tolist() for k in range(len(store))] == [[START]] * 7
    assert folder.load_card().corpus["turns"] == 0


def test_a_context_looks_back_as_far_as_asked(tmp_path: Path, path: Path) -> None:
    folder = prepared(tmp_path / "model", chat_task(path, Listening(turns=1)))
    assert [turns for turns, _ in texts(folder, TRAINING_IDS)][:3] == [["hello there"], ["oh hello"], ["how are you"]]


def test_of_a_long_context_the_newest_tokens_are_kept(tmp_path: Path) -> None:
    long = ["you " * 190 + "is", "is " * 20 + "you", "you"]
    folder = prepared(tmp_path / "model", chat_task(talks(tmp_path / "a.jsonl", [long, *TALK, LAST])))
    store = PairStore(folder.training / TRAINING_IDS)
    first, second = (store.context(k).tolist() for k in range(2))
    assert 192 <= len(first) < len(second) == 200
    assert second[0] == START and second[-1] == TURN and second.count(TURN) == 2
    assert second[1 : second.index(TURN) + 1] == first[-(second.index(TURN)) :]


def test_only_one_speakers_turns_are_replies(tmp_path: Path, dialogues: Path) -> None:
    folder = prepared(tmp_path / "model", chat_task(dialogues, Listening(replies_by="BOB")))
    found = texts(folder, TRAINING_IDS)
    assert len(found) > 50
    assert all(reply.endswith(".") and turns[-1].endswith("?") for turns, reply in found)
    assert folder.load_card().corpus["replies_by"] == "BOB"


def test_a_name_that_nobody_has_is_told(dialogues: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nobody of that name speaks .* are Bob"):
        chat_task(dialogues, Listening(replies_by="bop")).read(print)


def long_reply(words: int) -> list[Said]:
    return ["tell me more", " ".join(["and"] * words)]


def test_replies_that_are_too_long_are_left_out_counted_and_told(tmp_path: Path) -> None:
    dialogues = [*TALK, long_reply(59), long_reply(60), long_reply(61), LAST, long_reply(70)]
    notes: list[str] = []
    folder = prepared(tmp_path / "model", chat_task(talks(tmp_path / "a.jsonl", dialogues)), notes=notes)
    assert [len(reply.split()) for _, reply in texts(folder, TRAINING_IDS)][-3:] == [59, 1, 2]
    assert [note for note in notes if note.startswith("left out")] == [
        "left out  2 x reply of more than 60 tokens",
        "left out  1 x held-out reply of more than 60 tokens",
    ]
    assert folder.load_card().corpus["exchanges"] == 7 + 1 + 2
    assert len(PairStore(folder.training / HELD_OUT_IDS)) == 0


def test_nothing_but_long_replies_cannot_be_learned_from(tmp_path: Path) -> None:
    sources = chat_task(talks(tmp_path / "a.jsonl", [long_reply(words) for words in range(80, 90)]))
    with pytest.raises(TrainingError, match="All 9 replies to learn from are longer than 60 tokens: give dialogues"):
        prepared(tmp_path / "model", sources)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.jsonl"]


TOKENISED: list[list[Said]] = [[f"don ' t you see , number {k} ?", f"i ' m here , number {k} ."] for k in range(5)]


@pytest.mark.parametrize(
    ("spacing", "dialogues", "reply"),
    [
        ("auto", TOKENISED, "i'm here, number 0."),
        ("natural", TOKENISED, "i'm here, number 0."),
        ("as-is", TOKENISED, "i ' m here , number 0 ."),
        ("auto", [["so there you are.", "well, yes !"], *TALK, LAST], "well, yes !"),
        ("natural", [["so there you are.", "well, yes !"], *TALK, LAST], "well, yes!"),
    ],
)
def test_spacing(tmp_path: Path, spacing: str, dialogues: list[list[Said]], reply: str) -> None:
    listening = Listening(spacing=spacing)  # type: ignore[arg-type]
    folder = prepared(tmp_path / "model", chat_task(talks(tmp_path / "a.jsonl", dialogues), listening))
    assert texts(folder, TRAINING_IDS)[0][1] == reply
    assert folder.load_card().corpus["detokenise"] is (reply[-2] != " ")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"turns": -1}, r"turns is -1; it must be 0 \(the context is ignored\) or more: give such a number"),
        ({"spacing": "tight"}, "spacing is 'tight'; it must be one of auto, natural, as-is: choose one"),
    ],
)
def test_listening_that_makes_no_sense_is_refused(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        Listening(**values)  # type: ignore[arg-type]


def test_too_few_exchanges_are_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="hold 3 exchanges to learn from, and a model needs 4 at the very least"):
        chat_task(talks(tmp_path / "a.jsonl", [["one", "two"], ["three", "four", "five"]])).read(print)
    chat_task(talks(tmp_path / "a.jsonl", [["one", "two"], ["3", "4", "5", "6"]])).read(print)


def test_a_corpus_whose_split_leaves_nothing_to_learn_from_is_told(tmp_path: Path) -> None:
    path = talks(tmp_path / "a.jsonl", [["hello"], ["who is it", "it is me", "me who", "me again", "oh", "yes oh"]])
    with pytest.raises(TrainingError, match=r"once the last ones are held out, hold no exchange: .* --validation"):
        chat_task(path).read(print)
    assert len(texts(prepared(tmp_path / "model", chat_task(path, validation=path)), TRAINING_IDS)) == 5


@pytest.mark.parametrize(
    ("voice", "judged", "found"),
    [
        (None, [["nothing"]], "hold no exchange"),
        ("gus", [[("ann", "hello"), ("bob", "hi")]], "hold no exchange in which gus replies"),
        (None, [long_reply(70)], "hold no exchange whose reply has at most 60 tokens"),
    ],
)
def test_dialogues_to_judge_by_that_judge_nothing_are_told(
    tmp_path: Path, voice: str | None, judged: list[list[Said]], found: str
) -> None:
    spoken = [[("ann", f"are you there {k}"), ("gus", f"i am {k}")] for k in range(8)]
    path, other = talks(tmp_path / "a.jsonl", spoken), talks(tmp_path / "b.jsonl", judged)
    task = chat_task(path, Listening(replies_by=voice), validation=other)
    with pytest.raises(TrainingError, match=f"given with --validation, but they {found}: give others, or leave"):
        prepared(tmp_path / "model", task)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.jsonl", "b.jsonl"]


def test_words_are_learned_from_replies_and_newest_turns_also_where_contexts_are_ignored(
    tmp_path: Path, path: Path, folder: ModelFolder
) -> None:
    listening = Listening(turns=0)
    ignoring = prepared(tmp_path / "model", chat_task(path, listening)).load()
    assert ignoring.tokenizer.to_json() == folder.load().tokenizer.to_json()


def test_going_on_from_a_chatbot_keeps_its_vocabulary_and_weights(tmp_path: Path, folder: ModelFolder) -> None:
    other = talks(tmp_path / "other.jsonl", [["ünïcödé", f"is new here, {k}"] for k in range(6)])
    old = folder.load()
    new = prepared(tmp_path / "model", chat_task(other), old).load()
    assert new.tokenizer.to_json() == old.tokenizer.to_json()
    assert new.card.architecture == old.card.architecture
    assert all(np.array_equal(new.weights[name], old.weights[name]) for name in old.weights)
    assert new.card.corpus["fingerprint"] != old.card.corpus["fingerprint"]
    assert texts(ModelFolder(tmp_path / "model"), TRAINING_IDS)[0] == (["ünïcödé"], "is new here, 0")


def test_going_on_with_subwords_lets_frequent_words_of_what_is_learned_join(tmp_path: Path, path: Path) -> None:
    subwords = ChatChoice(level="subword", embedding=8, hidden=12, layers=1, batch=4)
    old = prepared(tmp_path / "old", chat_task(path, choice=subwords)).load()
    learned = [[f"is it late {k} 😁", f"it is never late {k} 😁"] for k in range(12)]
    other = talks(tmp_path / "other.jsonl", [*learned, ["quagga quagga"] * 10])
    folder = prepared(tmp_path / "new", chat_task(other, choice=ChatChoice()), old)
    new = folder.load()
    needed = [len(model.tokenizer.encode(" 😁 never")) for model in (old, new)]
    assert needed[0] > 5 and needed[1] == 2
    assert new.tokenizer.encode("hello") == old.tokenizer.encode("hello"), "its pieces keep their ids"
    joined = b" ".join(new.tokenizer.piece(k) for k in range(old.tokenizer.first_byte, new.tokenizer.first_byte))
    assert b"qu" not in joined, "held-out words are not learned from"
    assert texts(folder, TRAINING_IDS) == [([question], answer) for question, answer in learned]
    assert new.card.architecture.vocabulary_size == new.tokenizer.vocabulary_size


@pytest.mark.parametrize(("asked", "epochs", "dropout"), [(None, 8, 0.15), (None, 1, 0.0), (0.25, 8, 0.25)])
def test_dropout_of_a_run_that_goes_on_suits_how_often_it_reads_the_text(
    tmp_path: Path, path: Path, folder: ModelFolder, asked: float | None, epochs: float, dropout: float
) -> None:
    task = chat_task(path, choice=ChatChoice(dropout=asked))
    made = prepared(tmp_path / "model", task, folder.load(), Budget(epochs=epochs))
    assert Run.load(made.training).training.dropout == dropout


def test_only_a_run_that_begins_afresh_begins_without_contexts(path: Path, folder: ModelFolder) -> None:
    for model, expected in ((None, 0.8), (folder.load(), 0.0)):
        task = chat_task(path, choice=ChatChoice())
        task.read(print)
        plan = task.plan(Budget(steps=1), model)
        assert isinstance(plan.training, ChatTrainingConfig)
        assert (plan.training.empty_at_first, plan.training.empty_contexts) == (expected, 0.1)


def test_kinds_of_models_do_not_go_on_from_each_other(
    tmp_path: Path, path: Path, corpus: Path, folder: ModelFolder, untrained: Path
) -> None:
    with pytest.raises(ConfigurationError, match="a script model, but a chatbot can only go on from a chatbot"):
        prepared(tmp_path / "chat", chat_task(path), ModelFolder(untrained).load())
    with pytest.raises(ConfigurationError, match="a chat model, but a script writer can only go on from a script"):
        prepared(tmp_path / "script", script_task(corpus), folder.load())


def test_no_index_on_request(tmp_path: Path, path: Path) -> None:
    assert not prepared(tmp_path / "model", chat_task(path, index=False)).novelty.exists()


def known_words(folder: ModelFolder, text: str) -> bool:
    hashes = ngram_hashes(word_hashes(text.split()), 8)
    return bool(np.isin(hashes, np.fromfile(folder.novelty, np.uint64)).all())


def test_the_index_knows_the_replies_and_not_the_contexts(tmp_path: Path) -> None:
    asked = "this question has more words than eight to be sure"
    answered = "and this answer has more words than eight as well"
    path = talks(tmp_path / "a.jsonl", [[asked, answered], *TALK, LAST])
    folder = prepared(tmp_path / "model", chat_task(path))
    assert known_words(folder, answered) and not known_words(folder, asked)


@short_and_long
def test_where_time_is_short_the_model_is_smaller_unless_its_size_was_asked_for(
    dialogues: Path,
    tmp_path: Path,
    flops: float,
    budget: Budget,
    asked: str,
    hidden: int,
    is_told: bool,
) -> None:
    told: list[str] = []
    task = chat_task(dialogues, choice=ChatChoice(size=asked))
    model = prepared(tmp_path / "model", task, budget=budget, notes=told, flops=flops).load()
    assert model.card.architecture.hidden == hidden
    assert model.weights["decoder_0/recurrent_kernel"].shape[0] == hidden
    assert is_explained(told) is is_told
    assert any(line.startswith("training  1 ") and "tokens of replies a second here" in line for line in told)


def test_a_bot_to_go_on_from_keeps_its_size_however_short_the_time(
    dialogues: Path, tmp_path: Path, folder: ModelFolder
) -> None:
    task = chat_task(dialogues, choice=ChatChoice())
    made = prepared(tmp_path / "model", task, folder.load(), Budget(minutes=1), flops=1.0)
    assert made.load_card().architecture == folder.load_card().architecture


NUMBERS = [[f"what is {k}", f"{k} it is", f"is it {k}", "yes"] for k in range(30)]


def test_talks_are_held_out_contexts_evenly_spread(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "model", chat_task(talks(tmp_path / "a.jsonl", NUMBERS)))
    contexts = [turns[:k] for turns in NUMBERS[-3:] for k in (1, 2, 3)]
    assert held_out_talks(folder.load()) == [contexts[k] for k in (0, 2, 5, 8)]


def test_without_held_out_dialogues_talks_are_what_was_learned(tmp_path: Path) -> None:
    path = talks(tmp_path / "a.jsonl", [[turn for turns in NUMBERS[:2] for turn in turns]])
    folder = prepared(tmp_path / "model", chat_task(path))
    assert not len(PairStore(folder.training / HELD_OUT_IDS))
    assert held_out_talks(folder.load())[0] == NUMBERS[0][:1]


def test_a_model_that_ignores_the_context_has_nothing_to_answer(tmp_path: Path) -> None:
    task = chat_task(talks(tmp_path / "a.jsonl", NUMBERS), Listening(turns=0))
    assert held_out_talks(prepared(tmp_path / "model", task).load()) == []
