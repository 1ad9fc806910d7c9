"""AdamW (Loshchilov and Hutter 2019) with clipping by the global norm, as one compiled update of each weight."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from textgen.models.kernels import Rows, added_up, as_kernel

Tensor = Any

_BETA_1, _BETA_2, _EPSILON = 0.9, 0.99, 1e-8


class AdamW:
    """The optimizer and its two moments for each weight.

    A framework's optimizer runs a dozen element-wise ops for each weight; compiled together they are one pass over
    memory, and the update writes the weight in place. Each core can update a weight of its own.

    Args:
        variables: the weights by name.
        weight_decay: relative shrinkage per unit of learning rate, on matrices only.
        clip: largest global norm of the gradient.
    """

    def __init__(self, variables: Mapping[str, Any], weight_decay: float, clip: float) -> None:
        self.variables = {name: variable.value for name, variable in variables.items()}
        self.first = {name: tf.Variable(tf.zeros_like(v)) for name, v in self.variables.items()}
        self.second = {name: tf.Variable(tf.zeros_like(v)) for name, v in self.variables.items()}
        self._decay, self._clip = weight_decay, clip

    def apply(self, gradients: Mapping[str, Tensor], rate: Tensor, step: Tensor) -> Tensor:
        """Updates the weights in place; each replica of a strategy of `tf.distribute` updates its own copies.

        Args:
            gradients: by the weights' names, the same on all replicas.
            rate: the learning rate. *Shape:* ().
            step: counted from 0. *Shape:* ().

        Returns:
            The gradient's global norm before clipping. *Shape:* ().
        """
        rows = {name: _rows(gradients[name], int(v.shape[0])) for name, v in self.variables.items()}
        norm = tf.linalg.global_norm([one.rows for one in rows.values()])
        for name, gradient in rows.items():
            weight = [own_copy(group[name]) for group in (self.variables, self.first, self.second)]
            decay = self._decay if len(weight[0].shape) > 1 else 0.0
            as_kernel(_update)(*weight, gradient, norm, self._clip, decay, rate, tf.cast(step, tf.float32))
        return norm


def own_copy(variable: Any) -> Any:
    """The copy of a variable that this replica of a strategy has; the variable itself where there is no strategy.

    A kernel must be given the copy: it would take a variable with several for a constant of its first call.
    """
    place = int(tf.get_static_value(tf.distribute.get_replica_context().replica_id_in_sync_group))
    copies = tf.distribute.get_strategy().experimental_local_results(variable)
    return copies[place % len(copies)]


def _update(
    w: Any, m: Any, v: Any, gradient: Rows, norm: Tensor, clip: float, decay: float, rate: Tensor, step: Tensor
) -> None:
    """Changes a weight and its moments; weights of one shape share the kernel."""
    g = gradient.whole() * tf.minimum(1.0, clip / (norm + 1e-6))
    m.assign_add((1.0 - _BETA_1) * (g - m))
    v.assign_add((1.0 - _BETA_2) * (g * g - v))
    correction_1, correction_2 = 1.0 - _BETA_1 ** (step + 1.0), 1.0 - _BETA_2 ** (step + 1.0)
    change = (m / correction_1) / (tf.sqrt(v / correction_2) + _EPSILON)
    w.assign_sub(rate * (change + decay * w))


def _rows(gradient: Tensor, height: int) -> Rows:
    """A gradient as `Rows`, the form that the update takes."""
    count = gradient.values.shape[0] if isinstance(gradient, tf.IndexedSlices) else None
    if count is None or count >= height:  # of unknown length, each length would be compiled anew
        return Rows(tf.convert_to_tensor(gradient))
    return added_up(gradient.values, tf.ensure_shape(gradient.indices, (count,)), height)
