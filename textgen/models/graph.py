"""Functions of tensors as graphs, and as kernels."""

from functools import cache, partial
from typing import Any

import tensorflow as tf

as_graph = partial(tf.function, autograph=False)
"""`tf.function` that takes a function as it is written; loops and choices inside are `tf.while_loop` and `tf.where`.

AutoGraph reads the source of all that is called, and rewrites each `if` and `for` in case it depends on a tensor. Here
none does, and the rewriting alone took as long as everything else until the first step of a run.
"""


@cache
def as_kernel(function: Any) -> Any:
    """A function compiled by XLA, once in a process for each set of shapes.

    A dozen small element-wise operations would cost more than their arithmetic. Not for functions that reduce: see
    `as_own_kernel`.
    """
    return as_graph(function, jit_compile=True)


def as_own_kernel(function: Any) -> Any:
    """A function compiled by XLA for one place alone, for what reduces and may run beside itself, as shards do.

    XLA hands reductions to YNNPACK, and in TensorFlow 2.21 a kernel that two threads run at once collects their
    constants without a lock (`xla::cpu::EmitYnnSubgraph`): now and then a run crashed in its first step.
    """
    return as_graph(function, jit_compile=True)
