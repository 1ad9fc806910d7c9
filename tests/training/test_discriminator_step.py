import numpy as np

from textgen.config import Budget, DiscriminatorConfig, TrainingConfig
from textgen.discriminator.calibration import cross_entropy
from textgen.discriminator.matching import Examples
from textgen.inference.discriminator import KerasDiscriminator as NumpyDiscriminator
from textgen.models.discriminator import KerasDiscriminator
from textgen.training.discriminator_step import DiscriminatorStep, TextBatches
from textgen.training.initialisation import initial_weights
from textgen.training.step import exported

CONFIG = DiscriminatorConfig(30, embedding=8, widths=(1, 2), filters=8)


def examples(texts: int = 40) -> Examples:
    """Real ones have a 7 before an 8, generated ones an 8 before a 7: only spans of two tell."""
    random = np.random.default_rng(0)
    real = np.arange(texts) % 2 == 0
    found = []
    for is_real in real:
        text = random.integers(9, 30, random.integers(2, 9)).tolist()
        place = int(random.integers(len(text) + 1))
        found.append([*text[:place], *((7, 8) if is_real else (8, 7)), *text[place:]])
    return Examples(found, real)


def test_an_epoch_sees_each_text_once_in_an_order_of_its_own() -> None:
    batches = TextBatches(examples(), 8, seed=1)
    assert batches.steps_per_epoch == 5
    orders = []
    for epoch in range(2):
        seen = []
        for step in range(5 * epoch, 5 * epoch + 5):
            ids, lengths, real = batches.batch(step)
            seen += [tuple(row[:n].tolist()) for row, n in zip(ids, lengths, strict=True)]
            assert (ids.shape[1], real.dtype) == (lengths.max(), np.float32)
            for row, is_real in zip(ids.tolist(), real, strict=True):
                assert (row.index(7) < row.index(8)) == bool(is_real)
        assert sorted(seen) == sorted(map(tuple, examples().texts))
        orders.append(seen)
    assert orders[0] != orders[1]
    again = TextBatches(examples(), 8, seed=1).batch(7)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(again, batches.batch(7), strict=True))


def network() -> KerasDiscriminator:
    model = KerasDiscriminator(CONFIG)
    for name, array in initial_weights(CONFIG, 0).items():
        model.named_weights()[name].assign(array)
    return model


def test_the_loss_is_the_cross_entropy_of_the_numpy_pass() -> None:
    data, model = examples(), network()
    kernel = model.named_weights()["output/kernel"]  # zero at the beginning, when every judgement is the same
    kernel.assign(np.random.default_rng(0).normal(0, 1, kernel.shape))
    expected = cross_entropy(NumpyDiscriminator(CONFIG, exported(model)).logits(data.texts), data.real)
    step = DiscriminatorStep(model, TrainingConfig(Budget(steps=1), dropout=0.0))
    loss, state = step(TextBatches(data, 40, 0).batch(0), [], 0, 0.0)
    assert abs(loss - expected) < 1e-4
    assert state == []
    dropped, _ = DiscriminatorStep(model, TrainingConfig(Budget(steps=1), dropout=0.5))(
        TextBatches(data, 40, 0).batch(0), [], 0, 0.0
    )
    assert abs(dropped - expected) > 1e-3


def test_it_learns_what_only_the_order_tells() -> None:
    data, model = examples(), network()
    step, batches = DiscriminatorStep(model, TrainingConfig(Budget(steps=150), dropout=0.2)), TextBatches(data, 20, 0)
    for number in range(150):
        step(batches.batch(number), [], number, 0.02)
    logits = NumpyDiscriminator(CONFIG, exported(model)).logits(data.texts)
    assert ((logits > 0) == data.real).all()
