"""Text of others in a page: it cannot end a block, begin one, or become a link."""

import re

from hypothesis import given
from hypothesis import strategies as st

from textgen.evaluation.markdown import escaped, fenced


def test_what_means_something_is_escaped() -> None:
    assert escaped("# *a* _b_ `c` [d](e) <f> | ~g~ &amp; \\") == (
        r"\# \*a\* \_b\_ \`c\` \[d\](e) \<f\> \| \~g\~ \&amp; " + "\\\\"
    )
    assert escaped("It's a line: yes, 1.5 (or so) - isn't it?") == "It's a line: yes, 1.5 (or so) - isn't it?"


@given(st.text())
def test_escaped_text_is_one_line_that_reads_the_same(text: str) -> None:
    found = escaped(text)
    assert len(found.splitlines()) <= 1
    assert re.sub(r"\\(.)", r"\1", found) == " ".join(text.split())


@given(st.lists(st.text("`~a ", max_size=9), max_size=5))
def test_no_line_ends_the_fence(lines: list[str]) -> None:
    opening, *inner, closing = fenced(lines)
    assert inner == lines
    assert opening == closing and set(opening) == {"`"} and len(opening) >= 3
    assert not any(opening in line for line in lines)
