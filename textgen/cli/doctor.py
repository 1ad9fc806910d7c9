"""`textgen doctor`: Show what this machine can do, and what is missing."""

import importlib.metadata
import importlib.util
import json
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from textgen.cli.output import echo
from textgen.wording import count

_PACKAGES = ("numpy", "click", "rich", "safetensors", "charset-normalizer", "prompt-toolkit", "platformdirs")
_NEEDED = ("tensorflow", "keras", "tokenizers", "matplotlib", "filelock")
_TRAINING = (*_NEEDED, "nltk")  # the last in JSON only: tests need it
_INSTALL = 'pip install "textgen-keras[train]"'
_INSTALL_GPU = 'pip install "tensorflow[and-cuda]"'
_CARD_PATH = "cuDNN for whole windows in float32; XLA for whole windows with --precision bfloat16"
_GPUS = Path("/proc/driver/nvidia/gpus")


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
def command(as_json: bool) -> None:
    """Show what this machine can do, and what is missing.

    Lists package versions, processor, graphics card and training precision, and the command that installs what is
    missing.
    """
    facts = machine_facts()
    if as_json:
        echo(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        echo("\n".join(describe(facts)))


def machine_facts() -> dict[str, Any]:
    """What `textgen doctor --json` prints."""
    from textgen._version import __version__
    from textgen.training.machine import best_precision, processor_flags, thread_count

    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    gpu = {
        "driver": _driver_visible(),
        "names": _gpu_names(),
        "cuda_packages": _version("nvidia-cudnn-cu12") is not None,
    }
    on_card = bool(gpu["driver"] and gpu["cuda_packages"])
    precision, threads = best_precision(on_card), thread_count()
    return {
        "textgen": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "packages": {name: _version(name) for name in (*_PACKAGES, *_TRAINING)},
        "processor": _processor(),
        "threads": threads,
        "bfloat16": sorted(flag for flag in processor_flags() if "bf16" in flag),
        "blas": _blas(),
        "gpu": gpu,
        "training_possible": not missing,
        "missing": missing,
        "install": _INSTALL if missing else None,
        "precision": precision,
        "lstm": _CARD_PATH
        if on_card
        else f"fused loop over the window, {precision} matrix products, float32 state; "
        f"the batch is split over {count(threads, 'core')}",
    }


def describe(facts: dict[str, Any]) -> Iterator[str]:
    """The facts for a person."""
    packages = facts["packages"]
    yield _row("textgen", facts["textgen"])
    yield _row("python", f"{facts['python']} on {facts['system']}")
    yield _row("packages", _versions(packages, _PACKAGES))
    yield _row("", _versions(packages, _NEEDED))
    yield _row("processor", f"{facts['processor']}, {count(facts['threads'], 'thread')}")
    yield _row("bfloat16", ", ".join(facts["bfloat16"]) or "no fast instructions")
    yield _row("numpy uses", facts["blas"])
    yield _row("gpu", _gpu(facts["gpu"]))
    yield _row("writing", "possible, in NumPy; it needs no TensorFlow")
    if facts["training_possible"]:
        yield _row("training", f"possible: {facts['lstm']}")
    else:
        yield _row("training", f"not possible, {', '.join(facts['missing'])} missing. To install:")
        yield _row("", facts["install"])
        yield _row("", 'or in a clone:  pip install -e ".[train]"')


def _versions(packages: dict[str, str | None], names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {packages[name] or 'not installed'}" for name in names)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    """The name of the processor, if the system knows it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in text.split("\n") if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _blas() -> str:
    """The library behind NumPy's matrix products."""
    import numpy as np

    config: Any = np.show_config(mode="dicts")
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'an unknown BLAS')} {blas.get('version', '')}".strip()


def _driver_visible() -> bool:
    """Whether there are signs of an NVIDIA driver; it is not called."""
    return Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi") is not None


def _gpu_names() -> list[str]:
    """The names of the cards, from the NVIDIA driver."""
    names = []
    for path in sorted(_GPUS.glob("*/information")):
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        names += [line.partition(":")[2].strip() for line in lines if line.startswith("Model:")]
    return names


def _gpu(gpu: dict[str, Any]) -> str:
    if not gpu["driver"]:
        return "no NVIDIA driver found: training runs on the processor"
    names = ", ".join(gpu["names"]) or "a card with an NVIDIA driver"
    if gpu["cuda_packages"]:
        return f"{names}, and the CUDA packages that TensorFlow needs to use it"
    return f"{names}; TensorFlow uses it if CUDA is installed, for example with  {_INSTALL_GPU}"


def _row(name: str, text: str) -> str:
    return f"{name:<12}{text}"
