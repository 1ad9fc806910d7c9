import numpy as np
import pytest
import tensorflow as tf

from textgen.training.step import in_shards, shards


@pytest.mark.parametrize(
    ("sequences", "most", "heights"),
    [
        (64, 1, [64]),
        (64, 2, [32, 32]),
        (64, 16, [16] * 4),  # a shard has 16 sequences at least
        (96, 4, [24] * 4),
        (100, 3, [50, 50]),  # all are of the same height
        (31, 2, [31]),
        (3, 2, [3]),
    ],
)
def test_a_batch_is_cut_into_shards_of_one_height(sequences: int, most: int, heights: list[int]) -> None:
    parts = [list(range(sequences))[part] for part in shards(sequences, most)]
    assert [len(part) for part in parts] == heights
    assert [number for part in parts for number in part] == list(range(sequences))


def test_sums_are_added_and_states_joined() -> None:
    numbers = tf.range(32.0)

    def learn(part: slice) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        own = numbers[part]
        return tf.reduce_sum(own), tf.reduce_max(own), [own[:, None], -own]

    total, tops, (column, negative) = in_shards(32, 2, learn)
    assert (float(total), float(tops)) == (496.0, 15.0 + 31.0)
    assert np.array_equal(column[:, 0], numbers) and np.array_equal(negative, -numbers)


def test_what_has_no_state_gets_none() -> None:
    assert in_shards(32, 2, lambda part: (tf.constant(1.0), tf.constant(2.0), []))[2] == []
