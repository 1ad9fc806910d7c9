"""Write, as a person uses it: a page of text that a person and a small script model write together."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import textgen
from textgen.writer import ScriptWriter

if TYPE_CHECKING:
    from tests.serving.page.browser import Page

pytestmark = pytest.mark.slow
ENTER, BACKSPACE, DELETE, HOME, UP, CONTROL, LEFT, SHIFT = (
    "\ue007",
    "\ue003",
    "\ue017",
    "\ue011",
    "\ue013",
    "\ue009",
    "\ue012",
    "\ue008",
)
BEGINNING = "JERRY: The soup was nothing.\nELAINE:"


def text(page: "Page") -> str:
    """What is written on the page."""
    return str(
        page.run("return [...document.querySelectorAll('.page .row')].map((row) => row.textContent).join('\\n')")
    )


def written(page: "Page") -> str:
    """What is written on the page once nobody is writing."""
    page.until(lambda: page.button("Continue"))
    return text(page)


def write(page: "Page", keys: str) -> None:
    page.one(".page").send_keys(keys)


def test_the_text_before_the_cursor_is_looked_into(page: "Page") -> None:
    page.open("write")
    write(page, "JERRY: The soup.")
    page.press("Look inside")
    page.until(lambda: page.all(".found .tokens"))
    tokens = page.run("return [...document.querySelectorAll('.tokens [role=option]')].map((one) => one.textContent)")
    assert "".join(tokens).startswith("JERRY")
    assert page.field("Text").get_attribute("value") == "JERRY: The soup."


def test_a_page_is_edited_anywhere_and_is_there_again_after_a_reload(page: "Page") -> None:
    page.open("write")
    write(page, "one" + ENTER + "two" + ENTER + ENTER + "four")
    assert text(page) == "one\ntwo\n\nfour"
    write(page, HOME + BACKSPACE)
    assert text(page) == "one\ntwo\nfour"
    write(page, UP + HOME + BACKSPACE + " and ")
    assert text(page) == "one and two\nfour"
    write(page, CONTROL + "a" + CONTROL + "<b>x</b>" + ENTER + "y")
    assert text(page) == "<b>x</b>\ny"
    page.run("const undo = document.querySelector('[aria-label=Undo]'); while (!undo.disabled) undo.click()")
    assert text(page) == ""
    page.one(".page").send_keys(CONTROL + "y" + CONTROL)
    again = text(page)
    assert again.startswith("one")
    page.until(lambda: page.run("return localStorage.getItem('textgen/page')") == json.dumps(again))
    page.driver.refresh()
    page.until(lambda: page.all(".page"))
    assert text(page) == again


def test_no_empty_line_stands_before_what_follows_a_typed_line(page: "Page") -> None:
    page.open("write", settings={"show": {"seed": 5, "lines": 2}})
    write(page, "JERRY: One" + ENTER)
    assert page.run("return [...document.querySelectorAll('.page .row')].map((row) => row.textContent)") == [
        "JERRY: One",
        "",
    ]
    page.press("Continue")
    page.until(lambda: len(text(page)) > len("JERRY: One\n"))
    assert written(page).startswith(("JERRY: One\nJERRY: ", "JERRY: One\nELAINE: ", "JERRY: One\nGEORGE: "))


def test_no_key_makes_text_bold_or_a_line_of_two_lines(page: "Page") -> None:
    page.open("write")
    write(page, "one" + CONTROL + "b" + CONTROL + " two" + SHIFT + ENTER + SHIFT + "three")
    assert page.run("return [...document.querySelectorAll('.page .row')].map((row) => row.innerHTML)") == [
        "one two",
        "three",
    ]


def test_what_is_pasted_keeps_its_lines_and_loses_its_looks(page: "Page") -> None:
    page.open("write", page="one\nthree")
    write(page, CONTROL + HOME + CONTROL + "\ue010")  # to the end of the first line
    page.run(
        "const data = new DataTransfer(); data.setData('text/plain', ' <i>a</i>\\r\\ntwo');"
        "document.querySelector('.page').focus();"
        "const range = getSelection().getRangeAt(0);"
        "const paste = new InputEvent('beforeinput', {inputType: 'insertFromPaste', dataTransfer: data,"
        " cancelable: true, bubbles: true, targetRanges: [new StaticRange(range)]});"
        "document.querySelector('.page').dispatchEvent(paste)"
    )
    assert text(page) == "one <i>a</i>\ntwo\nthree"
    assert not page.all(".page i")


def test_the_model_continues_as_in_python_and_what_it_wrote_is_undone_and_redone_as_one_step(page: "Page") -> None:
    writer = textgen.load(Path(__file__).parents[2] / "data" / "run-v2" / "model")
    assert isinstance(writer, ScriptWriter)
    page.open("write", page=BEGINNING, settings={"show": {"seed": 5, "lines": 6}})
    page.press("Continue")
    page.until(lambda: len(text(page)) > len(BEGINNING))
    after = written(page)
    assert after == writer.write(BEGINNING, seed=5, lines=6).text
    assert page.texts(".bar .seed") == ["seed 5"]
    page.press("Undo")
    assert text(page) == BEGINNING
    page.press("Redo")
    assert text(page) == after


def test_the_model_continues_from_the_cursor(page: "Page") -> None:
    page.open("write", page=f"{BEGINNING}\nGEORGE: The end.")
    page.one(".page .row:nth-child(2)").click()
    page.press("From the cursor")
    page.until(lambda: len(text(page)) > 60)
    after = written(page)
    assert after.startswith(BEGINNING)
    assert after.endswith("\nGEORGE: The end.")
    assert "\n\n" not in after
    assert page.texts(".stop") == []
    page.one(".page .row:nth-child(2)").click()
    page.press("Several")
    page.until(lambda: page.all(".continuation"))[0].click()
    assert "\n\n" not in text(page)


def test_one_of_several_continuations_is_chosen(page: "Page") -> None:
    page.open("write", page=BEGINNING)
    page.press("Several")
    found = page.until(
        lambda: page.run("return [...document.querySelectorAll('.continuation')].map((one) => one.textContent)")
    )
    assert len(set(found)) == 3
    page.all(".continuation")[1].click()
    after = text(page)
    assert after.startswith(BEGINNING)
    assert after.removeprefix(BEGINNING).removeprefix("\n") == found[1]  # shown without the end of the line before it
    page.press("Undo")
    assert text(page) == BEGINNING


def test_the_next_word_is_chosen_from_the_likeliest(page: "Page") -> None:
    page.open("write", page=BEGINNING)
    page.press("Next word")
    shares = page.until(lambda: page.texts(".choices small"))
    assert all(share.endswith("%") for share in shares)
    page.all(".choices .chip")[0].click()
    page.until(lambda: len(text(page)) > len(BEGINNING))
    page.until(lambda: page.all(".choices .chip"))
    page.press("Close")
    assert not page.all(".choices")


def test_only_those_speak_who_may_and_only_so_many_lines(page: "Page") -> None:
    page.open("write", page="ELAINE: The soup.\n")
    next(chip for chip in page.all(".chip") if chip.text == "JERRY").click()
    lines = page.field("Lines to write")
    lines.clear()
    lines.send_keys("3\t")
    page.press("Continue")
    page.until(lambda: text(page).count("JERRY:") == 3)
    assert written(page).count("ELAINE:") == 1


def test_what_is_offered_goes_as_soon_as_the_text_is_another_one(page: "Page") -> None:
    page.open("write", page=BEGINNING)
    page.press("Next word")
    page.until(lambda: page.all(".choices .chip"))
    write(page, "x")
    assert not page.all(".choices")
    page.press("Several")
    page.until(lambda: page.all(".continuation"))
    page.press("Undo")
    assert not page.all(".choices")


def test_nothing_else_is_written_while_the_next_words_are_asked_for(page: "Page") -> None:
    page.open("write", page=BEGINNING)
    page.run(  # an answer that comes when the test wants it
        "window.fetch = ((real) => async (path, request) => {"
        " if (path === 'api/next') await new Promise((resolve) => (window.answer = resolve));"
        " return real(path, request); })(window.fetch)"
    )
    page.press("Next word")
    write(page, "x")
    assert text(page) == BEGINNING
    assert page.texts(".stop") == ["Stop"]
    page.run("answer()")
    page.until(lambda: page.all(".choices .chip"))
    assert page.texts(".stop") == []


def test_the_last_letters_are_kept_when_the_tab_is_closed(page: "Page") -> None:
    page.open("write")
    write(page, "one")
    page.run(
        "document.execCommand('insertText', false, ' two'); location.reload()"
    )  # no time for anything between them
    page.until(lambda: page.all(".page .row"))
    assert text(page) == "one two"


def test_two_tabs_show_one_page_and_none_writes_an_older_one_over_it(page: "Page") -> None:
    page.open("write", page="one")
    kept = "return JSON.parse(localStorage.getItem('textgen/page'))"
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    try:
        page.go("write")
        page.one(".page").click()
        write(page, " two")
        page.until(lambda: page.run(kept) == "one two")
        page.driver.switch_to.window(first)
        page.until(lambda: text(page) == "one two")
        page.go("talk")
        page.until(lambda: page.all(".composer"))
        assert page.run(kept) == "one two"
        page.driver.switch_to.window(page.driver.window_handles[-1])
        write(page, " three")
        page.until(lambda: page.run(kept) == "one two three")
        page.driver.switch_to.window(first)
        page.go("write")
        page.until(lambda: page.all(".page .row"))
        assert text(page) == "one two three"
        write(page, " four")
        page.until(lambda: page.run(kept) == "one two three four")
    finally:
        page.driver.switch_to.window(page.driver.window_handles[-1])
        page.driver.close()
        page.driver.switch_to.window(first)


def test_on_a_phone_the_tools_open_over_the_page_and_are_closed_again(page: "Page") -> None:
    page.window(360, 700)
    try:
        page.open("write")
        page.press("Tools")
        page.press("Close", "#tools")
        page.until(lambda: not page.all("#tools"))
        page.press("Tools")
        assert (
            page.run("return document.getElementById('tools').getBoundingClientRect().left") > 30
        )  # room to tap beside it
    finally:
        page.window(1200, 900)


def test_the_temperature_shows_what_it_does(page: "Page") -> None:
    page.open("write", page=BEGINNING)
    page.until(lambda: page.texts(".example")[0])
    page.field("Temperature").send_keys(HOME)
    page.until(lambda: page.texts("output") == ["0.00"])
    before = page.texts(".example")
    page.until(lambda: page.texts(".example") != before)
    safest = page.texts(".example")[0]
    page.press("Another example")
    time.sleep(1)
    assert page.texts(".example")[0] == safest  # the likeliest text is always the same


def test_writing_is_stopped_and_what_was_written_stays(page: "Page") -> None:
    page.open("write", page=BEGINNING, settings={"show": {"lines": 500}})
    page.press("Continue")
    stopped_in_one_go = (  # for all is written within seconds
        "return document.querySelector('.page').textContent.length > arguments[0]"
        " && !document.querySelector('.stop').click()"
    )
    page.until(lambda: page.run(stopped_in_one_go, len(BEGINNING) + 20))
    after = written(page)
    assert len(BEGINNING) + 20 < len(after) < 20_000, "500 lines have 22,000 characters"
    time.sleep(1)
    assert text(page) == after


def test_speakers_have_colours_and_copies_are_underlined(page: "Page") -> None:
    corpus = (Path(__file__).parents[2] / "data" / "run-v2" / "corpus.txt").read_text("utf-8").splitlines()
    lines = "\n".join(corpus[4:9])
    page.open("write", page=f"{lines}\nNOBODY: Hello.")
    found = "return Object.fromEntries([...CSS.highlights].map(([name, spans]) => [name, [...spans].map(String)]))"
    write(page, " ")
    page.until(lambda: "copied" in page.run(found))
    spans = page.run(found)
    assert sorted(spans.pop(name) for name in list(spans) if name.startswith("speaker-")) == [
        ["ELAINE"],
        ["GEORGE"] * 3,
        ["JERRY"],
    ]
    assert "big salad" in " ".join(spans["copied"])


def test_an_error_stays_until_a_person_acts_whatever_the_page_does_by_itself(page: "Page") -> None:
    page.open("write", page=BEGINNING)
    page.run(
        "window.asked = []; window.fetch = ((real) => async (path, request) => { asked.push(path);"
        " if (path === 'api/copies') throw new TypeError('network error');"
        " const told = JSON.stringify({error: {message: 'too busy'}});"
        " return path === 'api/next' ? new Response(told, {status: 503}) : real(path, request); })(window.fetch)"
    )
    page.press("Next word")
    assert page.one(".failed p").text == "too busy"
    write(page, " ")
    page.field("Temperature").send_keys(HOME)
    page.until(lambda: {"api/copies", "api/continuations"} <= set(page.run("return asked")))
    time.sleep(0.5)
    assert page.texts(".failed p") == ["too busy"]
    page.press("Undo")
    page.press("Several")
    page.until(lambda: page.all(".continuation"))
    assert page.texts(".failed p") == []


@pytest.mark.parametrize("form", ["text", "fountain", "fdx", "pdf", "json"])
def test_a_page_is_exported(page: "Page", form: str) -> None:
    page.open("write", page="JERRY: The soup.\nELAINE: My coat.\n")
    page.choose("Format of the export", form)
    page.press("Export")
    content = page.downloaded("page." + ("txt" if form == "text" else form))
    if form == "pdf":
        assert content.startswith(b"%PDF")
    elif form == "json":
        assert [line["text"] for line in json.loads(content)["lines"]] == ["The soup.", "My coat."]
    else:
        assert b"The soup." in content


def test_a_page_of_ten_thousand_lines_stays_responsive(page: "Page") -> None:
    """From a key to the picture that shows it: 100 ms, or on a busy machine not much more than on a short page."""
    short, long = (typing_takes(page, lines) for lines in (10, 10_000))
    assert long <= max(100, 1.5 * short)


def typing_takes(page: "Page", lines: int) -> float:
    """The median time in milliseconds from a key to the next picture, as the browser measures it."""
    page.open("write", page="JERRY: The soup was worth nothing, my coat.\n" * lines)
    page.one(".page").click()
    page.run(
        "window.took = []; new PerformanceObserver((list) =>"
        " took.push(...list.getEntries().filter((one) => one.name === 'keydown')"
        ".map((one) => one.duration))).observe({type: 'event', durationThreshold: 16})"
    )
    for key in "so, what now?":
        for kind in ("keyDown", "keyUp"):
            page.driver.execute_cdp_cmd(
                "Input.dispatchKeyEvent", {"type": kind, "key": key} | ({"text": key} if kind == "keyDown" else {})
            )
    page.until(lambda: "so, what now?" in text(page))
    took = sorted(page.run("return took"))
    return float(took[len(took) // 2]) if took else 0.0
