"""The parts of an explanation as one page of HTML: no script, nothing from elsewhere, and text is never markup."""

import html
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from textgen.explanation.tokens import SHADES, ExplainedToken, cross_entropy
from textgen.terminal import harmless

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 19rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; font-family: ui-monospace, monospace; line-height: 1.9; }
.text > span, .legend i { border-radius: .2em; padding: .15em 0; }
.text > span:hover, .text > span:focus { outline: 2px solid; }
.structure, .speaker { opacity: .75; }
.tip { display: none; }
:hover > .tip, :focus > .tip { display: block; position: fixed; inset: auto 0 0 0; z-index: 1; padding: .5rem 1rem;
  background: Canvas; color: CanvasText; border-top: 2px solid; font: .9rem/1.4 system-ui, sans-serif;
  max-height: 17rem; overflow: auto; }
:hover > .tip { z-index: 2; }
.tip span { display: flex; gap: .5rem; } .tip meter { width: 8rem; }
code { white-space: pre; font-family: ui-monospace, monospace; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; } td, th { padding: .2rem .4rem; text-align: right; }
th { font-weight: normal; } .map thead th { writing-mode: vertical-rl; text-align: left; white-space: pre; }
.words td:first-child, .words th:first-child { text-align: left; }
"""
_SHADES = "".join(f".s{k} {{ background: rgb(235 95 20 / {k * 0.065:.3f}); }}\n" for k in range(SHADES))
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(title: str, *parts: str) -> str:
    """A whole page.

    Args:
        title: plain text.
        parts: HTML.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}{_SHADES}</style></head>\n"
        f"<body><main><h1>{_text(title)}</h1>\n" + "\n".join(parts) + "\n</main></body></html>\n"
    )


def summary(tokens: Sequence[ExplainedToken]) -> str:
    """How surprising the tokens are together, and what the colours mean."""
    steps = "".join(f'<i class="s{k}">&nbsp;&nbsp;</i>' for k in range(SHADES))
    return (
        f"<p>{len(tokens):,} tokens, {cross_entropy(tokens):.2f} nats a token in the mean. Point at a token, or go to "
        "it with the Tab key, to see how likely it was and what else could have come.</p>"
        f'<p class="legend">expected {steps} a surprise</p>'
    )


def coloured(tokens: Sequence[ExplainedToken]) -> str:
    """A text coloured by surprise; a token that is pointed at shows its probability, rank and alternatives."""
    return f'<div class="text">{"".join(map(_token, tokens))}</div>'


def _token(token: ExplainedToken) -> str:
    space = " " if token.kind == "speaker" else ""
    rated = "".join(
        f'<span><meter value="{share:.4f}"></meter> {share:.1%} <code>{_text(text)}</code></span>'
        for text, _, share in token.alternatives
    )
    return (
        f'<span class="s{token.shade} {token.kind}" tabindex="0">{_text(token.text)}{space}<span class="tip">'
        f"<code>{_text(token.text)}</code>: probability {token.probability:.2%}, rank {token.rank:,}, "
        f"{token.surprise:.2f} nats. The likeliest:{rated}</span></span>" + "\n" * token.ends_line
    )


def what_was_read(message: Sequence[str]) -> str:
    """The tokens that a reply follows."""
    return f'<p>It had read: <span class="text">{_text("".join(message))}</span></p>'


def attention_map(
    message: Sequence[str],
    reply: Sequence[str],
    weights: NDArray[np.floating],
    copied: NDArray[np.floating] | None,
) -> str:
    """Where the network looked: a row for each token of the reply, a column for each of the message.

    Args:
        message, reply: tokens as they are shown.
        weights: *Shape:* (reply, message).
        copied: shares of probability that come from copying, as a last column. *Shape:* (reply,).
    """
    columns = [*message, *([] if copied is None else ["copied"])]
    shares = weights if copied is None else np.column_stack([weights, copied])
    head = "".join(f"<th>{_text(column)}</th>" for column in columns)
    rows = "".join(
        f"<tr><th><code>{_text(token)}</code></th>{_cells(row)}</tr>" for token, row in zip(reply, shares, strict=True)
    )
    return (
        "<h2>Where it looked, in percent: the reply downwards, the message across</h2>"
        f'<div class="scroll"><table class="map"><thead><tr><td></td>{head}</tr></thead>{rows}</table></div>'
    )


def _cells(shares: NDArray[np.floating]) -> str:
    return "".join(f'<td class="s{round(share * (SHADES - 1))}">{share * 100:.0f}</td>' for share in shares.tolist())


def candidate_table(rows: Sequence[tuple[str, Mapping[str, float], float]]) -> str:
    """The replies that were compared.

    Args:
        rows: text, parts of the score by name, and the score, in nats a token; the best first.
    """
    names = "".join(f"<th>{name}</th>" for name in [*rows[0][1], "together"])
    body = "".join(
        f"<tr><td>{_text(text)}</td>{''.join(f'<td>{value:z.2f}</td>' for value in [*parts.values(), score])}</tr>"
        for text, parts, score in rows
    )
    return (
        '<h2>The candidates, the best first</h2><div class="scroll"><table class="words">'
        f"<tr><th>reply</th>{names}</tr>{body}</table></div>"
    )


def _text(text: str) -> str:
    return html.escape(harmless(text))
