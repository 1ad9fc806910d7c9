"""Look inside, as a person uses it: each of its pictures, with the numbers that Python gives."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import textgen
from textgen.writer import ScriptWriter

if TYPE_CHECKING:
    from tests.serving.page.browser import Page

pytestmark = pytest.mark.slow
RIGHT, HOME, ENTER, CONTROL, BACKSPACE = "\ue014", "\ue011", "\ue007", "\ue009", "\ue003"
TEXT = "JERRY: The soup.\nELAINE: My coat.\n"


@pytest.fixture(scope="module")
def writer() -> ScriptWriter:
    """The script model that the server has, too."""
    from tests.serving.page.browser import DATA

    found = textgen.load(DATA / "run-v2" / "model")
    assert isinstance(found, ScriptWriter)
    return found


def look(page: "Page", part: str, **fields: str) -> None:
    """Fills in a part's form and looks."""
    page.open(f"inside/{part}")
    for label, value in fields.items():
        box = page.field(label)
        box.clear()
        box.send_keys(value)
    page.press("Look")
    page.until(lambda: page.all(".found > *"))


def heats(page: "Page", selector: str) -> list[int]:
    """How warm each token of the first list is, in percent."""
    heat = "Number.parseInt(one.style.getPropertyValue('--heat'))"
    tokens = "document.querySelector(arguments[0]).querySelectorAll('[role=option]')"
    return list(page.run(f"return [...{tokens}].map((one) => {heat})", selector))


def test_a_text_is_coloured_by_surprise_and_a_token_tells_what_was_expected(page: "Page", writer: ScriptWriter) -> None:
    look(page, "surprise", Text=TEXT)
    tokens = writer.explain(TEXT).tokens
    assert page.run("return [...document.querySelectorAll('.tokens [role=option]')].map((one) => one.textContent)") == [
        token.text for token in tokens
    ]
    page.one(".tokens").send_keys(HOME + RIGHT)
    details = page.texts(".details")[0]
    assert f"rank {tokens[1].rank}" in details and f"surprise {tokens[1].surprise:.2f} nats" in details
    assert len(page.all(".details tbody tr")) == 10
    assert f"{writer.explain(TEXT).cross_entropy:.2f} nats a token" in page.texts(".found p")[0]
    heat = heats(page, ".tokens")
    assert max(range(len(tokens)), key=lambda place: tokens[place].surprise) == heat.index(max(heat))


def test_a_click_chooses_the_token_under_the_pointer(page: "Page") -> None:
    page.window(1280, 640)
    try:
        look(page, "surprise", Text=TEXT)
        place = "return arguments[0].getBoundingClientRect().x"
        token = page.all(".tokens [role=option]")[3]
        before = page.run(place, token)
        token.click()
        page.until(lambda: page.all(".details tbody tr"))
        assert page.run(place, token) == before
        assert token.get_attribute("aria-selected") == "true"
    finally:
        page.window(1200, 900)


def test_the_next_token_has_bars_at_three_temperatures(page: "Page", writer: ScriptWriter) -> None:
    look(page, "next", Text="JERRY: The")
    likeliest = writer.next_tokens("JERRY: The", n=1, temperatures=[0.5, 1, 1.5])[0]
    shown = [float(share.removesuffix("%")) / 100 for share in page.texts("tbody tr:first-child .bars")]
    assert shown == pytest.approx(likeliest.at_temperatures, abs=0.005)
    assert len(page.all("tbody tr:first-child .fill")) == 3


def test_a_cell_that_follows_a_property_colours_the_text_and_another_one_is_picked(page: "Page") -> None:
    look(page, "neurons", Text=TEXT)
    first = page.texts(".found h3")
    page.all("th button")[1].click()
    page.until(lambda: page.texts(".found h3") not in ([], first))
    page.one(".tokens").send_keys(RIGHT)
    page.until(lambda: ":" in page.texts(".value")[0])
    page.choose("Find cells that follow", "word")
    page.field("Word").send_keys("soup" + ENTER)
    page.until(lambda: len(page.all("th button")) > 1)


def test_attention_shows_where_each_word_of_a_reply_looked(page: "Page") -> None:
    look(page, "attention", **{"Message": "my name is Zolt", "Reply (empty: the model writes one)": "hello Zolt"})
    reply = page.all(".tokens")[1]
    assert " looks at " in page.texts(".value")[0]
    assert 90 <= sum(heats(page, ".tokens")) <= 110
    assert len(page.all("details tbody tr")) == len(
        page.run("return [...arguments[0].querySelectorAll('[role=option]')]", reply)
    )


def test_neighbours_lead_from_one_token_to_the_next(page: "Page") -> None:
    page.open("inside/neighbours")
    page.press("Look")
    page.until(
        lambda: page.texts("caption") == ["Neighbours of ·the"] or page.texts("caption") == ["Neighbours of the"]
    )
    other = page.all("th button")[0]
    name = other.text
    other.click()
    page.until(lambda: page.texts("caption") == [f"Neighbours of {name}"])


def test_a_run_is_followed_while_it_trains(page: "Page") -> None:
    page.open("inside/runs")
    page.until(lambda: page.all("polyline"))
    assert "<b>soup</b>" in page.texts("pre")[0]
    assert "held out" in page.texts(".legend")[0]
    titles = page.run("return [...document.querySelectorAll('.curves text')].map((one) => one.textContent)")
    assert {"epochs", "bits per character"} < set(titles)


def test_a_run_appears_grows_and_ends_while_the_page_is_open(page: "Page", tmp_path: Path) -> None:
    from tests.serving.page.browser import DATA, serving

    training, old = tmp_path / "runs" / "film" / "training", page.address
    listed = "return [...document.querySelectorAll('.desk option')].map((one) => one.text)"
    samples = "const {scrollTop, clientHeight, scrollHeight} = document.querySelector('pre');"
    try:
        with serving(tmp_path) as page.address:
            (tmp_path / "runs" / "show").rename(tmp_path / "elsewhere")
            page.open("inside/runs")
            page.until(lambda: "no runs yet" in page.texts(".desk [role=status]")[0])
            training.mkdir(parents=True)
            (tmp_path / "runs" / ".film.lock").touch()
            (training / "run.json").write_bytes((DATA / "run-v2" / "model" / "training" / "run.json").read_bytes())
            page.until(lambda: page.run(listed) == ["film (script), training"])
            page.until(lambda: page.texts(".empty") == ["Nothing has been measured yet."])
            assert not page.all("pre")
            table = "step,epoch,train_bits_per_character,validation_bits_per_character\n5,0.1,2,1.8\n"
            (training / "history.csv").write_text(table, "utf-8")
            page.until(lambda: len(page.all(".curves circle")) == 2)  # one point alone is seen, too
            (training / "samples.txt").write_text("JERRY: Hello.\n" * 50, "utf-8")
            page.until(lambda: page.all("pre"))
            assert page.run(samples + "return scrollHeight - scrollTop - clientHeight") < 4
            page.run("document.querySelector('pre').scrollTop = 10")
            (training / "history.csv").write_text(table + "10,0.2,1.9,1.7\n", "utf-8")
            page.until(lambda: "held out bits per character: 1.700" in page.texts(".legend li"))
            assert page.run(samples + "return scrollTop") == 10
            (tmp_path / "runs" / ".film.lock").unlink()
            page.until(lambda: page.run(listed) == ["film (script)"])
            assert page.texts(".desk [role=status]") == ["The run has ended."]
            assert page.complaints() == []
        page.until(lambda: "does not answer" in page.texts(".desk [role=status]")[0])
        assert page.texts(".legend li")  # what was seen stays
    finally:
        page.address = old
        page.go("talk")
        page.driver.get_log("browser")  # type: ignore[no-untyped-call]  # that nobody answered


def test_what_cannot_be_looked_into_is_told(page: "Page") -> None:
    page.open("inside/surprise")
    page.field("Text").send_keys(CONTROL + "a" + CONTROL + BACKSPACE)
    page.press("Look")
    assert "no line" in page.one(".failed").text
    page.press("Close")
    assert not page.all(".failed")
    assert [entry for entry in page.complaints() if "400" not in entry] == []  # the browser notes the answer's status
