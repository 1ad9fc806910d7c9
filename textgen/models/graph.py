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

    A dozen small element-wise operations would cost more than their arithmetic.
    """
    return as_graph(function, jit_compile=True)
