"""The learning curves of a run as a picture."""

from pathlib import Path

from textgen.files import replacing
from textgen.training.history import Row


def save_curves(path: Path, rows: list[Row], title: str) -> None:
    """Draws training and held-out bits per character over epochs.

    Args:
        path: of the PNG file, which is replaced whole.
        rows: of the run's history; nothing is drawn for none.
        title: above the picture.
    """
    if not rows:
        return
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2))
    figure.subplots_adjust(left=0.1, right=0.98, bottom=0.12, top=0.92)  # a layout to be found is drawn twice
    axes = figure.add_subplot()
    epochs = [row.epoch for row in rows]
    held_out = [row.validation_bits_per_character for row in rows]
    axes.plot(epochs, [row.train_bits_per_character for row in rows], label="training (with dropout)", color="0.6")
    axes.plot(epochs, held_out, label="held out", color="C0", marker="o", markersize=3)
    best = min(range(len(rows)), key=held_out.__getitem__)
    axes.annotate(
        f"{held_out[best]:.3f}",
        (epochs[best], held_out[best]),
        textcoords="offset points",
        xytext=(0, -14),
        ha="center",
    )
    axes.set(xlabel="epochs", ylabel="bits per character", title=title)
    axes.margins(y=0.12)
    axes.grid(alpha=0.3)
    axes.legend()
    with replacing(path) as file:
        figure.savefig(file, format="png", dpi=120)
