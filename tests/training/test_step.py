from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from textgen.errors import TrainingError
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


def test_a_replica_reads_its_own_sequences(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = tf.range(7.0)

    def learn(part: slice) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        return tf.reduce_sum(numbers[part]), tf.reduce_max(numbers[part]), [numbers[part, None]]

    sums, states = [], []
    for place in range(3):
        replica = SimpleNamespace(num_replicas_in_sync=3, replica_id_in_sync_group=tf.constant(place))
        monkeypatch.setattr(tf.distribute, "get_replica_context", lambda replica=replica: replica)
        total, _, (state,) = in_shards(7, 2, learn)
        sums.append(float(total))
        states.append(state[:, 0])
    assert sums == [0.0 + 1.0, 2.0 + 3.0, 4.0 + 5.0 + 6.0]
    assert np.array_equal(tf.add_n(states), numbers)
    with pytest.raises(TrainingError, match="A batch of 2 sequences was to be shared by 3 graphics cards or machines"):
        in_shards(2, 2, learn)


def test_what_has_no_state_gets_none() -> None:
    assert in_shards(32, 2, lambda part: (tf.constant(1.0), tf.constant(2.0), []))[2] == []
