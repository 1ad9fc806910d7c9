"""Quality records: how well textgen predicts held-out text after so many minutes, where others publish figures.

    python benchmarks/quality.py shakespeare tinyshakespeare.txt
    python benchmarks/quality.py treebank ptb
    python benchmarks/quality.py seinfeld seinfeld.txt

What is trained, how it is scored and what the figures are divided by stands at the top of `quality_shakespeare.py`,
`quality_treebank.py` and `quality_seinfeld.py`. Models are kept in `--out`, and what is there already is only scored,
so that a record can be made piece by piece with `--only` and `--minutes`, and put together by a last call. A training
that was stopped goes on. Timings are worth something only where nothing else runs.
"""

import argparse
from pathlib import Path
from types import ModuleType

import quality_seinfeld
import quality_shakespeare
import quality_treebank
from measuring import shown

RECORDS: dict[str, ModuleType] = {
    "shakespeare": quality_shakespeare,
    "treebank": quality_treebank,
    "seinfeld": quality_seinfeld,
}


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description="Measure how well textgen predicts held-out text after some minutes.",
        epilog="RECORD --help tells how to make one piece by piece (--only, --minutes, --out).",
    )
    records = parser.add_subparsers(dest="record", required=True, metavar="RECORD", help=", ".join(RECORDS))
    for name, record in RECORDS.items():
        usual = " ".join(f"{minutes:g}" for minutes in record.MINUTES)
        sub = records.add_parser(name, description=record.__doc__.split("\n")[0])
        sub.add_argument("corpus", type=Path, help="the text; of treebank the folder with both files")
        sub.add_argument(
            "--minutes", type=float, nargs="+", default=record.MINUTES, metavar="N", help=f"of training  [{usual}]"
        )
        sub.add_argument(
            "--only",
            nargs="+",
            choices=record.SYSTEMS,
            default=record.USUAL,
            metavar="NAME",
            help=f"of {', '.join(record.SYSTEMS)}  [{' '.join(record.USUAL)}]",
        )
        sub.add_argument("--out", type=Path, default=Path("runs/quality"), metavar="DIR", help="[runs/quality]")
        sub.add_argument("--json", action="store_true", help="print an object with `rows` instead of tables")
    return parser.parse_args()


def main() -> None:
    """Trains what is not there, scores, and prints the tables."""
    asked = arguments()
    record = RECORDS[asked.record]
    rows = record.measure(asked.corpus, asked.minutes, asked.only, asked.out)
    print(shown(rows, asked.json, record.FORMATS))


if __name__ == "__main__":
    main()
