"""How often a text changes when others are written beside it.

The draws are the same whatever the batch, but a matrix product of another shape adds up in another order, and logits
that differ in the last bits may tip a choice. Once one is tipped, the rest of that text is another one.

    python benchmarks/batch_invariance.py --model runs/seinfeld
"""

import argparse
import json

import textgen


def common_prefix(one: str, other: str) -> int:
    """How many characters two texts have in common from their beginning on."""
    return next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def compare(writer: textgen.ScriptWriter, batch: int, texts: int, tokens: int) -> dict[str, float | str]:
    """Writes each text alone and in a batch, with the same seeds."""
    changed = kept = 0
    for first in range(0, texts, batch):
        options = {"max_new_tokens": tokens, "seed": first}
        together = writer.write_several(num_return_sequences=batch, **options)
        for offset, script in enumerate(together):
            alone = writer.write(max_new_tokens=tokens, seed=first + offset)
            changed += alone.text != script.text
            kept += common_prefix(alone.text, script.text)
    return {
        "case": f"batch {batch}",
        "system": "textgen",
        "texts": texts,
        "changed": changed,
        "characters_until_a_change": kept / changed if changed else None,
    }


def main() -> None:
    """Prints a row a batch size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--texts", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    writer = textgen.load(asked.model)
    rows = [compare(writer, batch, asked.texts, asked.tokens) for batch in (2, 8, 32)]
    if asked.json:
        print(json.dumps({"rows": rows}, indent=1))
        return
    for row in rows:
        print(f"{row['case']:10} {row['changed']} of {row['texts']} texts of {asked.tokens} tokens changed")


if __name__ == "__main__":
    main()
