"""What a critic adds to maximum likelihood: quality against diversity on captions.

    python benchmarks/adversarial.py --corpus image_coco.txt

A language model is trained by maximum likelihood. Each adversarial setting begins with that very model, and so does a
control that merely goes on with maximum likelihood at the same rate, for as many steps at most: like any run it stops
where held-out text is predicted no better for long. A discriminator of the model
(`train-discriminator`) chooses the best of several candidates. All of them write lines at temperatures from 0.5 to 1.3,
which are compared with the held-out tenth of the captions.

A colder model writes better lines and says the same more often, so that no single temperature tells who is better. A
system improves on its starting point where its curve lies outside that of maximum likelihood: at the self-BLEU-4 of one
of its points, the other curve, a straight line between two temperatures, is worse in BLEU-4 or in Frechet distance by
more than the noise of both samples, at 95 in 100 for all points of a curve together. The noise of training, which
another seed would show, is not in it. Nor is this: of an adversarial run the best of thirteen generators is kept, by
its Frechet distance from the same held-out lines.

Budgets are epochs, so that a busy machine gives the same figures later. What is trained already in `--out` is taken as
it is, and a run that was stopped goes on.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import textgen
from textgen.config import AdversarialConfig
from textgen.corpus.collection import Corpus
from textgen.discriminator.file import discriminator_path
from textgen.evaluation.bootstrap import Estimate
from textgen.evaluation.curves import PURE, Verdict, WriteLines
from textgen.evaluation.generated_samples import write_lines
from textgen.evaluation.model_comparison import ModelComparison, compare
from textgen.evaluation.pages import curves_picture
from textgen.evaluation.sample_metric import find_sample_metric
from textgen.evaluation.text_metrics import BLEU, SELF_BLEU, TEXT_MEASURES
from textgen.files import replacing
from textgen.model_folder import ModelFolder
from textgen.training import history
from textgen.training.adversarial.task import AdversarialTask, adversarial_folder
from textgen.training.script_task import ScriptTask
from textgen.training.sizing import ScriptChoice
from textgen.training.task import TrainingRequest
from textgen.writer import ScriptWriter

START, CONTROL = "maximum likelihood", "the same, for longer"
CANDIDATES = 4
BEST, REAL = f"best of {CANDIDATES}", "real text"

FORMAT, SIZE, RATE, WIDTH = "captions", "small", 3e-4, 18

HOW: dict[str, Any] = {"generator_rate": RATE, "critic_steps": 3, "warm_up": 100}
"""The critic is given the time to learn something: after a hundred updates it is hardly better than chance."""

SETTINGS = {
    "Gumbel, least squares": AdversarialConfig(loss="least-squares", **HOW),
    # In the one above the gradient of teacher forcing, at its usual weight of 0.5, is nearly all there is.
    "Gumbel, less forcing": AdversarialConfig(loss="least-squares", teacher_forcing=0.1, **HOW),
    "Gumbel, relativistic": AdversarialConfig(loss="relativistic", **HOW),
    "Gumbel, Wasserstein": AdversarialConfig(loss="wasserstein", **HOW),
    "REINFORCE": AdversarialConfig(loss="non-saturating", gradient="reinforce", **HOW),
}

FIGURES = (*BLEU, *SELF_BLEU, "frechet_distance")

TRAINING = ": {bits_per_character:.3f} bits per character, {minutes:.1f} minutes, epoch {kept_epoch:.1f} kept"

Row = dict[str, Any]


def say(text: str) -> None:
    """Tells a person how far it is."""
    print(text, file=sys.stderr, flush=True)


class Systems:
    """The models of one comparison, each in a folder of its own.

    Args:
        asked: the arguments of the script.
    """

    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked

    def folder(self, name: str) -> ModelFolder:
        """The folder of a system; the best of several candidates are written by the starting point."""
        name = START if name == BEST else name
        return ModelFolder(self._asked.out / name.lower().replace(",", "").replace(" ", "-"))

    def train(self) -> None:
        """Trains what is not trained yet."""
        self._train(START, epochs=self._asked.epochs, size=self._asked.size)
        start = self.folder(START).path
        for name, config in SETTINGS.items():
            self._train(name, epochs=self._asked.adversarial_epochs, adversarial=config, start_from=start)
        steps = max(self._history(name)[-1].step for name in SETTINGS)
        self._train(CONTROL, steps=steps, learning_rate=RATE, start_from=start)
        if not discriminator_path(start).is_file():
            say(f"{BEST}: training a discriminator")
            textgen.train_discriminator(start, samples=self._asked.samples, temperature=1.0, **PURE)

    def training(self, name: str, found: ModelComparison) -> Row:
        """What is known of a system's training; nothing of what was not trained."""
        if name == BEST:
            return {}
        return {
            "minutes": self._history(name)[-1].seconds / 60,
            "kept_epoch": self.folder(name).load_card().metrics.get("epoch", 0.0),
            "bits_per_character": found.bits_per_character[name],
        }

    def _history(self, name: str) -> list[history.HistoryRow]:
        """The validations of a system's training, of the part that is its own."""
        folder = self.folder(name)
        own = adversarial_folder(folder)
        return history.read(own if own.is_dir() else folder.training)

    def _train(self, name: str, **options: Any) -> None:
        folder = self.folder(name)
        if not is_trained(folder, self._asked.corpus):
            say(f"{name}: training")
            textgen.train_script(self._asked.corpus, folder.path, format=FORMAT, resume=True, index=False, **options)


def is_trained(folder: ModelFolder, corpus: Path) -> bool:
    """Whether a run on a corpus in this folder has come to its end."""
    if not folder.exists():
        return False
    is_adversarial = adversarial_folder(folder).is_dir()
    script = ScriptTask(TrainingRequest(corpus, ScriptChoice(), FORMAT))
    task = AdversarialTask(script, find_sample_metric) if is_adversarial else script
    return task.why_finished(folder) is not None


def best_of(writer: ScriptWriter, candidates: int) -> WriteLines:
    """Gives of so many captions the one that reads most real to the model's discriminator."""

    def write(temperature: float, lines: int, seed: int) -> list[str]:
        drawn = write_lines(writer, candidates * lines, seed, temperature=temperature, **PURE)
        groups = len(drawn) // candidates  # now and then a caption ends before it has begun
        judged = writer.judge.lines(drawn[: groups * candidates]).reshape(groups, candidates)
        return [drawn[candidates * group + best].text for group, best in enumerate(judged.argmax(axis=1))]

    return write


def verdicts(found: ModelComparison) -> Iterator[tuple[Verdict, Verdict]]:
    """For each system and plane, where its curve lies outside that of maximum likelihood, and the other way round."""
    by_pair = {(one.model, one.than, one.plane): one for one in found.verdicts}
    for (model, than, plane), verdict in by_pair.items():
        if than == START:
            yield verdict, by_pair[START, model, plane]


def sentence(ours: Verdict, theirs: Verdict) -> str:
    """What a pair of verdicts says."""
    quality, diversity = (TEXT_MEASURES[name].title for name in ours.plane)
    gains = ", ".join(f"{gap.gain:+.3f} ± {1.96 * gap.error:.3f} at {gap.temperature:g}" for gap in ours.gaps)
    if not ours.gaps and not theirs.gaps:
        said = f"shares no diversity with {START}, so that nothing can be said"
    elif ours.outside and not theirs.outside:
        said = "outside the curve of maximum likelihood"
    elif theirs.outside and not ours.outside:
        said = "inside the curve of maximum likelihood"
    elif ours.outside:
        said = "here outside, there inside the curve of maximum likelihood"
    else:
        said = "on the curve of maximum likelihood, as far as the noise lets one see"
    return f"{ours.model}: {said} ({quality} at equal {diversity}{': ' + gains if gains else ''})"


def rows(case: str, found: ModelComparison, trained: Callable[[str], Row]) -> list[Row]:
    """A row for each system and temperature, and one for real text.

    Args:
        case: name of the corpus.
        found: what is to be told.
        trained: what is known of a system's training.
    """
    written = [
        {
            "case": case,
            "system": curve.name,
            **trained(curve.name),
            "temperature": point.temperature,
            **figures(point.figures),
        }
        for curve in found.curves
        for point in curve.points
    ]
    return [*written, {"case": case, "system": REAL, **figures(found.real)}]


def figures(estimates: Mapping[str, Estimate]) -> Row:
    """Figures by their names, and intervals that hold 95 in 100."""
    intervals = {name: TEXT_MEASURES[name].clipped(estimate.interval) for name, estimate in estimates.items()}
    return {**{name: estimate.value for name, estimate in estimates.items()}, "intervals": intervals}


def table(found: Sequence[Row]) -> Iterator[str]:
    """The rows for people to read, a block a system."""
    columns = [name for name in FIGURES if name in found[0]]
    for system in dict.fromkeys(row["system"] for row in found):
        block = [row for row in found if row["system"] == system]
        yield system + (TRAINING.format(**block[0]) if "minutes" in block[0] else "")
        yield "temperature" + "".join(f"{TEXT_MEASURES[name].title:>{WIDTH}}" for name in columns) + "  (95 in 100)"
        for row in block:
            low, high = row["intervals"][columns[-1]]
            cells = "".join(f"{row[name]:>{WIDTH}.3f}" for name in columns)
            yield f"{row.get('temperature', ''):>11}{cells}  ({low:.3f} to {high:.3f})"
        yield ""


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True, metavar="FILE", help="one caption a line")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("runs/adversarial"),
        metavar="DIR",
        help="of models and picture  [runs/adversarial]",
    )
    parser.add_argument("--epochs", type=float, default=15.0, metavar="N", help="of maximum likelihood  [15]")
    parser.add_argument("--adversarial-epochs", type=float, default=3.0, metavar="N", help="of each setting  [3]")
    parser.add_argument("--size", default=SIZE, help="of the model, as in train-script  [small]")
    parser.add_argument("--samples", type=int, default=15000, metavar="N", help="for the discriminator  [15000]")
    parser.add_argument("--lines", type=int, default=1000, metavar="N", help="written at each temperature  [1000]")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    return parser.parse_args()


def main() -> None:
    """Trains what is not there, compares, draws, and prints the table."""
    asked = arguments()
    systems = Systems(asked)
    systems.train()
    names = [START, BEST, CONTROL, *SETTINGS]
    writers = {name: ScriptWriter(systems.folder(name).load()) for name in names}
    found = compare(
        writers,
        Corpus(asked.corpus, FORMAT),
        samples=asked.lines,
        tell=say,
        ways={BEST: best_of(writers[BEST], CANDIDATES)},
    )
    with replacing(asked.out / "curves.png") as file:
        file.write(curves_picture(found.curves, found.real))
    measured = rows(asked.corpus.name, found, lambda name: systems.training(name, found))
    said = [sentence(*pair) for pair in verdicts(found)]
    if asked.json:
        print(json.dumps({"rows": measured, "verdicts": said, "notes": found.notes}, indent=1))
        return
    print("\n".join([*table(measured), *said, *found.notes]))


if __name__ == "__main__":
    main()
