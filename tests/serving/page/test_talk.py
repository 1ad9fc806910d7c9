"""Talk, as a person uses it: in a real browser, with the model that comes along."""

import json
from typing import TYPE_CHECKING

import pytest

from textgen.generation.conversation import SavedConversation

if TYPE_CHECKING:
    from tests.serving.page.browser import Page

pytestmark = pytest.mark.slow
ENTER, BACKSPACE, CONTROL = "\ue007", "\ue003", "\ue009"


def say(page: "Page", message: str) -> None:
    """Sends a message and waits for the replies."""
    page.one(".composer textarea").send_keys(message + ENTER)
    page.until(lambda: page.all(".composer .primary") and page.texts(".message p")[-1] == message)


def retry(page: "Page") -> None:
    """Wants another reply and waits for it."""
    before = page.texts(".reply .seed")
    page.press("Retry")
    page.until(lambda: page.texts(".reply .seed") not in ([], before) and page.all(".composer .primary"))


def answer_half(page: "Page", then: str) -> None:
    """Lets the server answer with half a reply, after which some JavaScript has the stream `out`."""
    page.run(
        "window.fetch = ((real) => (path, request) => path !== 'v1/chat/completions' ? real(path, request) :"
        " Promise.resolve("
        "new Response(new ReadableStream({start(out) {"
        ' out.enqueue(new TextEncoder().encode(\'data: {"choices": [{"delta": {"content": "half a"}}]}\\n\'));'
        f" {then} }}}}))))(window.fetch)"
    )


def replies(page: "Page") -> list[str]:
    return page.texts(".reply > p")


def test_a_reply_comes_with_its_seed_and_is_there_again_after_a_reload(page: "Page") -> None:
    page.open()
    say(page, "hello there")
    assert replies(page)[0]
    assert page.texts(".reply .seed")[0].startswith("seed ")
    before = page.texts(".exchange")
    page.driver.refresh()
    page.until(lambda: page.texts(".exchange") == before)


def test_markup_in_a_message_stays_text(page: "Page") -> None:
    page.open()
    say(page, "<img src=x onerror=alert(1)><b>bold</b>")
    assert page.texts(".message p") == ["<img src=x onerror=alert(1)><b>bold</b>"]
    assert not page.all(".log img, .log b")


def test_retry_brings_another_reply_and_undo_the_message_back(page: "Page") -> None:
    page.open()
    say(page, "what do you like to do?")
    retry(page)
    page.press("Undo")
    page.until(lambda: not page.all(".exchange"))
    assert page.one(".composer textarea").get_attribute("value") == "what do you like to do?"
    assert not page.all("#talks li")  # nothing is said in it


def test_retry_repeats_no_reply_that_was_there_before_even_of_a_bot_that_is_sure(page: "Page") -> None:
    page.open(settings={"smalltalk": {"seed": 3, "temperature": 0.2}})
    say(page, "tell me a joke")
    said = replies(page)
    for _ in range(3):
        retry(page)
        said += replies(page)
    assert len(set(said)) == 4
    assert page.texts(".reply .seed")[0].startswith("chosen from those of seed ")
    page.press("Export this talk")
    (exchange,) = json.loads(page.downloaded("smalltalk.json"))["exchanges"]
    assert [*exchange["rejected"], exchange["reply"]] == said
    page.press("Choose")
    page.until(lambda: page.texts(".candidate[aria-current]") == said[3:])


def test_a_reply_is_looked_into_with_all_that_came_before_it(page: "Page") -> None:
    page.open()
    say(page, "my name is Zolt")
    say(page, "what is my name?")
    reply = replies(page)[1]
    page.all(".exchange:last-child .reply button")[-1].click()
    page.until(lambda: page.all(".found .tokens"))
    assert page.field("Message").get_attribute("value") == "what is my name?"
    assert page.field("Reply (empty: the model writes one)").get_attribute("value") == reply
    read, written = page.all(".found .tokens")[:2]
    assert "Zolt" in str(read.get_attribute("textContent"))  # the earlier message is part of the context
    assert str(written.get_attribute("textContent")).strip().startswith(reply)


def test_a_message_is_edited_and_the_talk_goes_on_from_there_in_a_new_one(page: "Page") -> None:
    page.open()
    say(page, "hello")
    say(page, "i am tired")
    say(page, "good night")
    page.all(".message button")[1].click()
    assert page.texts(".message p") == ["hello"]
    box = page.one(".composer textarea")
    box.clear()
    say(page, "i am happy")
    assert page.texts(".message p") == ["hello", "i am happy"]
    page.all("#talks .title")[1].click()
    page.until(lambda: page.texts(".message p") == ["hello", "i am tired", "good night"])


def test_a_candidate_with_its_scores_takes_the_place_of_the_reply(page: "Page") -> None:
    page.open(settings={"smalltalk": {"temperature": 1.5, "min_p": 0}})
    say(page, "do you like music?")
    page.press("Choose")
    page.until(lambda: len(page.all(".candidate")) > 1)
    assert "likelihood" in page.texts(".scores")[0]
    assert page.texts(".candidate[aria-current]") == replies(page)
    assert "wrote 8 replies" in page.texts("dialog p")[0]
    chosen = page.all(".candidate")[-1]
    text = chosen.text
    chosen.click()
    page.until(lambda: replies(page) == [text])


def test_while_candidates_are_written_nothing_else_begins_and_they_can_be_stopped(page: "Page") -> None:
    page.open()
    say(page, "hello")
    page.run(  # an answer that does not come
        "window.fetch = ((real) => (path, request) => path !== 'api/candidates' ? real(path, request) :"
        " new Promise((_, reject) => { window.fail = reject;"
        " request.signal.onabort = () => reject(request.signal.reason); }))(window.fetch)"
    )
    said = "return document.querySelector('[role=status]').textContent"
    page.press("Choose")
    assert page.run(said) == "Writing candidates …"
    page.one(".composer textarea").send_keys("and" + ENTER)
    assert page.texts(".message p") == ["hello"]
    for name in ("New talk", "Import a talk …", "Undo"):
        shown = [one for one in page.all("button") if name in (one.text, one.get_attribute("aria-label"))]
        assert not any(one.is_enabled() for one in shown), name
    page.press("Stop")
    page.button("Choose")
    assert (page.run(said), page.texts(".failed p")) == ("", [])
    page.press("Choose")
    page.run("fail(new TypeError('network error'))")
    page.button("Choose")
    assert page.run(said) == ""
    assert "does not answer" in page.one(".failed").text


def test_a_voice_that_the_server_no_longer_has_takes_its_replies_with_it(page: "Page") -> None:
    replies_of_two = [{"text": text, "seed": 1, "attempt": 0, "rejected": []} for text in ("one", "two")]
    exchange = {"message": "hello", "replies": replies_of_two}
    talk = {"id": "a", "seed": 1, "models": ["gone", "smalltalk"], "exchanges": [exchange], "changed": 1}
    page.open(**{"talk/a": talk, "talk": "a"})
    assert page.texts(".reply h2") == ["Wren"]
    assert replies(page) == ["two"]


def test_a_chosen_reply_has_the_seed_of_its_candidates_and_says_that_it_was_chosen(page: "Page") -> None:
    page.open(settings={"smalltalk": {"temperature": 1.5, "min_p": 0}})
    say(page, "do you like music?")
    page.press("Settings")
    page.field("seed").send_keys("7\t")
    page.run("document.getElementById('settings').hidePopover()")
    page.press("Choose")
    page.until(lambda: len(page.all(".candidate")) > 1)
    page.all(".candidate:not([aria-current])")[-1].click()
    page.until(lambda: page.texts(".reply .seed") == ["chosen from those of seed 7"])
    page.press("Export this talk")
    content = page.downloaded("smalltalk.json")
    (exchange,) = json.loads(content)["exchanges"]
    assert (exchange["seed"], exchange["chosen"]) == (7, True)
    path = page.downloads / "talk.json"
    path.write_bytes(content)
    assert SavedConversation.read(path).exchanges[0].reply.seed == 7


def test_the_newest_reply_and_its_buttons_are_in_view(page: "Page") -> None:
    exchange = {"message": "one", "replies": [{"text": "two " * 300, "seed": 1, "attempt": 0, "rejected": []}]}
    talk = {"id": "a", "seed": 1, "models": ["smalltalk"], "exchanges": [exchange] * 6, "changed": 1}
    page.open(**{"talk/a": talk, "talk": "a", "settings": {"smalltalk": {"temperature": 1.5, "min_p": 0}}})
    below = (
        "const log = document.querySelector('.log'), last = [...log.querySelectorAll('.tools')].at(-1);"
        "return last.getBoundingClientRect().bottom - log.getBoundingClientRect().bottom"
    )
    assert page.run(below) <= 0
    say(page, "hello")
    assert page.run(below) <= 0
    page.press("Choose")
    page.until(lambda: page.all(".candidate"))
    page.all(".candidate")[-1].click()
    page.until(lambda: not page.all(".candidate"))
    assert page.run(below) <= 0


def test_the_list_of_talks_has_its_width_whatever_they_are_called(page: "Page") -> None:
    exchange = {"message": "so " * 60, "replies": [{"text": "yes", "seed": 1, "attempt": 0, "rejected": []}]}
    talk = {"id": "a", "seed": 1, "models": ["smalltalk"], "exchanges": [exchange], "changed": 1}
    page.open(**{"talk/a": talk, "talk": "a"})
    assert page.run("const rail = document.getElementById('talks'); return rail.scrollWidth - rail.clientWidth") == 0


def test_on_a_phone_the_list_of_talks_gives_way_to_the_talk_that_is_opened(page: "Page") -> None:
    page.window(360, 700)
    try:
        page.open()
        say(page, "hello")
        for name in ("New talk", "hello", "Close"):
            page.press("Talks")
            page.press(name, "#talks")
            page.until(lambda: not page.all("#talks"))
        assert page.texts(".message p") == ["hello"]
        page.press("Talks")
        assert (
            page.run("return document.getElementById('talks').getBoundingClientRect().right") < 330
        )  # room to tap beside it
    finally:
        page.window(1200, 900)


def test_an_exported_talk_opens_in_the_terminal_and_here_again(page: "Page") -> None:
    page.open()
    say(page, "hello")
    said = replies(page)[0]
    page.press("Export this talk")
    content = page.downloaded("smalltalk.json")
    path = page.downloads / "talk.json"
    path.write_bytes(content)
    assert [(one.message, one.reply) for one in SavedConversation.read(path).exchanges] == [("hello", said)]
    page.press("New talk")
    page.until(lambda: not page.all(".exchange"))
    page.driver.find_element("css selector", "input[type=file]").send_keys(str(path))
    page.until(lambda: replies(page) == [said])
    path.write_text("{}")
    page.driver.find_element("css selector", "input[type=file]").send_keys(str(path))
    assert "talk.json holds no talk" in page.one(".failed").text
    assert replies(page) == [said]


def test_two_voices_answer_the_same_message_side_by_side(page: "Page") -> None:
    page.open()
    page.choose("Beside it", "show:JERRY")
    page.until(lambda: page.all("main.two"))
    say(page, "hello")
    from tests.serving.page.browser import conversation

    assert page.texts(".reply h2") == ["Wren", "JERRY"]
    said = replies(page)
    assert all(said)
    for name, file, reply in zip(("Wren", "JERRY"), ("smalltalk", "show_JERRY"), said, strict=True):
        page.press(f"Export with {name}")
        assert conversation(page.downloaded(f"{file}.json")) == [("hello", reply)]


def test_a_reply_that_is_stopped_keeps_what_was_written(page: "Page") -> None:
    page.open()
    # An answer that does not end, so that there is time to stop it.
    answer_half(page, "request.signal.onabort = () => out.error(request.signal.reason);")
    page.one(".composer textarea").send_keys("hello" + ENTER)
    page.until(lambda: replies(page) == ["half a"])
    page.press("Stop")
    page.until(lambda: "stopped" in page.one(".reply .tools").text)
    assert replies(page) == ["half a"]


def test_a_reply_that_breaks_off_says_so_and_keeps_what_was_written(page: "Page") -> None:
    page.open()
    answer_half(page, "setTimeout(() => out.error(new TypeError('network error')), 200);")
    page.one(".composer textarea").send_keys("hello" + ENTER)
    page.until(lambda: page.texts(".reply .seed") == ["stopped"])
    assert replies(page) == ["half a"]
    assert "The answer ended too early" in page.one(".failed").text


def test_settings_reach_the_server_and_go_back_to_their_defaults(page: "Page") -> None:
    page.open()
    page.press("Settings")
    default = page.field("seed").get_attribute("value")
    page.field("seed").send_keys("7\t")
    page.press("Settings")
    page.run("document.getElementById('settings').hidePopover()")
    say(page, "hello")
    assert page.texts(".reply .seed") == ["seed 7"]
    page.press("Settings")
    page.press("Back to the defaults")
    assert page.field("seed").get_attribute("value") == default == ""


def test_a_number_that_is_emptied_is_the_default_again_and_says_so(page: "Page") -> None:
    page.open(settings={"smalltalk": {"max_new_tokens": None}})  # as an earlier page kept it
    page.press("Settings")
    default = page.field("max_new_tokens").get_attribute("value")
    assert int(default or 0) > 1
    kept = "return JSON.parse(localStorage.getItem('textgen/settings')).smalltalk"
    page.field("max_new_tokens").send_keys(CONTROL + "a" + CONTROL + "1\t")
    assert page.run(kept) == {"max_new_tokens": 1}
    page.field("max_new_tokens").send_keys(CONTROL + "a" + CONTROL + BACKSPACE + "\t")
    assert page.field("max_new_tokens").get_attribute("value") == default
    assert page.run(kept) == {}


def test_what_the_server_refuses_is_told_and_the_message_stays(page: "Page") -> None:
    page.open(settings={"smalltalk": {"temperature": -1}})
    page.one(".composer textarea").send_keys("hello" + ENTER)
    assert "temperature" in page.one(".failed").text
    assert page.texts(".message p") == ["hello"]
    page.button("Retry")
    assert [entry for entry in page.complaints() if "400" not in entry] == []  # the browser notes the answer's status
