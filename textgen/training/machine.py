"""What this machine offers for training, and how fast it is likely to be."""

import math
import os
import sys
import time
from pathlib import Path
from typing import Any, Literal

from textgen.errors import ConfigurationError

Precision = Literal["float32", "bfloat16"]

_FAST_BFLOAT16 = {"amx_bf16", "avx512_bf16"}
_PROBE_SECONDS, _PROBE_STEPS = 0.2, 32
_KERAS_BACKEND = "KERAS_BACKEND"
_THREADS_OF_AN_OPERATION = "TF_NUM_INTRAOP_THREADS"


def processor_flags() -> set[str]:
    """The instruction sets of the processor; empty where the system does not list them."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    lines = (line for line in text.split("\n") if line.startswith("flags"))
    return set(next(lines, "").split())


def best_precision(on_card: bool = False) -> Precision:
    """bfloat16 where the processor multiplies it faster than float32, decided from its flags alone.

    Args:
        on_card: whether a graphics card computes; there float32 is fast, because cuDNN takes it.
    """
    return "bfloat16" if processor_flags() & _FAST_BFLOAT16 and not on_card else "float32"


def thread_count() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def most_shards() -> int:
    """Parts into which a batch may be cut: one a core, and one alone for a graphics card, which has many of its own."""
    from textgen.models.kernels import has_graphics_card

    return 1 if has_graphics_card() else thread_count()


def share_cores() -> None:
    """Makes TensorFlow run each operation on one core, instead of splitting every operation among all cores.

    That suits a batch in shards and slows most other work, so it is for processes that only train. Call it before
    TensorFlow is imported; variables that a person has set are kept.
    """
    os.environ.setdefault(_THREADS_OF_AN_OPERATION, str(_share()))
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", str(thread_count()))


def cores_are_shared() -> bool:
    """Whether TensorFlow runs as `share_cores` sets it up."""
    import tensorflow as tf

    chosen = tf.config.threading.get_intra_op_parallelism_threads() or os.environ.get(_THREADS_OF_AN_OPERATION)
    return str(chosen) == str(_share())


def make_deterministic() -> None:
    """Makes TensorFlow sum in the same order every time, so that a resumed run is exact."""
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()


def _share() -> int:
    """Cores per shard: a usual batch makes four shards at most."""
    return max(1, thread_count() // 4)


def compute_with_tensorflow() -> None:
    """Imports Keras with its TensorFlow backend, whatever KERAS_BACKEND or keras.json say.

    The layers that train are written in TensorFlow. The setting itself is left as it is, for what this process starts.

    Raises:
        ConfigurationError: this process has imported Keras with another backend.
    """
    if "keras" in sys.modules:
        if (found := sys.modules["keras"].config.backend()) != "tensorflow":
            raise ConfigurationError(
                f"Training was asked for, but this process has imported Keras with its {found} backend, and textgen "
                "trains with TensorFlow: set KERAS_BACKEND=tensorflow before Keras is imported, or train in another "
                "process, as the command textgen does."
            )
        return
    kept = os.environ.get(_KERAS_BACKEND)
    os.environ[_KERAS_BACKEND] = "tensorflow"
    try:
        import textgen.models  # noqa: F401 - imports Keras
    finally:
        if kept is None:
            del os.environ[_KERAS_BACKEND]
        else:
            os.environ[_KERAS_BACKEND] = kept


def measure_flops(precision: Precision, batch: int, hidden: int) -> float:
    """Floating-point operations a second of a recurrent step's matrix product, measured briefly.

    As in training, each product waits for the one before, and the batch is split into parts that the cores may compute
    in parallel.

    Args:
        precision: of the product.
        batch: sequences.
        hidden: units of the layer.
    """
    import tensorflow as tf

    from textgen.models.kernels import as_graph
    from textgen.models.lstm import recurrent_products

    a = tf.cast(tf.random.stateless_uniform((batch, hidden), (0, 0)), precision)
    b = tf.cast(tf.random.stateless_uniform((hidden, 4 * hidden), (0, 1)), precision)

    @as_graph
    def multiply(parts: list[Any]) -> list[Any]:
        recur, _ = recurrent_products(b)
        for _ in range(_PROBE_STEPS):
            parts = [recur(part)[:, :hidden] for part in parts]
        return parts

    parts = tf.split(a, math.gcd(batch, thread_count()))
    multiply(parts)
    count, started = 0, time.perf_counter()
    while (seconds := time.perf_counter() - started) < _PROBE_SECONDS:
        [product.numpy() for product in multiply(parts)]
        count += 1
    return 8 * batch * hidden**2 * _PROBE_STEPS * count / seconds
