"""The curves of adversarial training as a picture."""

from pathlib import Path

from textgen.files import replacing
from textgen.training.adversarial.observation import observations


def draw_curves(folder: Path, title: str) -> None:
    """Draws both losses, how well the critic tells texts apart, and how the sample compares with real text.

    Args:
        folder: of the run's observations, the first of them before its first step; `curves.png` is replaced there.
        title: above the picture.
    """
    seen = observations(folder).read()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6.4))
    figure.subplots_adjust(left=0.08, right=0.98, bottom=0.08, top=0.92, wspace=0.24, hspace=0.08)
    figure.suptitle(title)
    losses, accuracy, distance, diversity = figure.subplots(2, 2, sharex=True).flat
    epochs = [one.epoch for one in seen]
    panels = (
        (losses, "loss", (("generator_loss", "generator"), ("critic_loss", "critic"))),
        (accuracy, "share of pairs ranked rightly", (("critic_accuracy", "critic, held out against fresh"),)),
        (distance, "distance to real text", (("distance", "sample"),)),
        (diversity, "share", (("distinct_2", "distinct-2"), ("self_bleu_4", "self-BLEU-4"))),
    )
    for axes, name, lines in panels:
        for number, (key, label) in enumerate(lines):
            values = [getattr(one, key) for one in seen]
            axes.plot(epochs, values, label=label, color=f"C{number}", marker="o", markersize=3)
            if axes in (distance, diversity):
                axes.axhline(getattr(seen[0], f"real_{key}"), color=f"C{number}", linestyle=":", linewidth=1)
        axes.set(ylabel=name)
        axes.grid(alpha=0.3)
    best = min(range(len(seen)), key=lambda k: seen[k].distance)
    distance.plot(epochs[best], seen[best].distance, "*", color="C3", markersize=11, label="kept")
    accuracy.axhline(0.5, color="0.6", linestyle=":", linewidth=1, label="chance")
    for axes in (distance, diversity):
        axes.plot([], [], color="0.3", linestyle=":", label="real text")
    for axes in (losses, accuracy, distance, diversity):
        axes.legend(fontsize="small")
    for axes in (distance, diversity):
        axes.set(xlabel="adversarial epochs")
    with replacing(folder / "curves.png") as file:
        figure.savefig(file, format="png", dpi=120)
