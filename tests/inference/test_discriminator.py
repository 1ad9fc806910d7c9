from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from textgen.config import DiscriminatorConfig
from textgen.errors import ModelError
from textgen.inference import discriminator as module
from textgen.inference.discriminator import Discriminator
from textgen.inference.weights import weight_shapes


def by_hand(speakers: int = 0) -> tuple[DiscriminatorConfig, dict[str, Any]]:
    """Token k has the vector (k,); one pattern of width two: twice the first and once the second."""
    config = DiscriminatorConfig(10, embedding=1, widths=(2,), filters=1, speakers=speakers)
    weights: dict[str, Any] = {
        "embedding": np.arange(10.0)[:, None],
        "convolution_2/kernel": [[2.0], [1.0]],
        "convolution_2/bias": [-3.0],
        "output/kernel": [[0.5]],
        "output/bias": [1.0],
    }
    weights |= {"speakers": [[0.0], [0.25]]} if speakers else {}
    return config, {name: np.array(numbers, np.float32) for name, numbers in weights.items()}


def test_logits_by_hand() -> None:
    # Spans of (1, 4, 2): 2+4 = 6 and 8+2 = 10; the best is 10, its feature 7. A lone 5 is filled up: 10 again.
    # (0, 1) has the span 1, below the bias, and so no feature at all.
    assert Discriminator(*by_hand()).logits([[1, 4, 2], [5], [0, 1], []]).tolist() == [4.5, 4.5, 1.0, 1.0]


def test_a_last_token_begins_no_span_of_a_longer_text() -> None:
    # Of (1, 9) only 2+9 = 11 counts, not 18 of the nine and the padding after it.
    assert Discriminator(*by_hand()).logits([[1, 9], [1, 1, 1, 1]]).tolist() == [5.0, 1.0]


def test_a_speaker_adds_their_product_with_the_features() -> None:
    found = Discriminator(*by_hand(speakers=2)).logits([[1, 4, 2], [1, 4, 2]], speakers=[0, 1])
    assert found.tolist() == [4.5, 4.5 + 0.25 * 7]


def test_the_logit_of_real_is_that_of_any_of_its_classes_by_hand() -> None:
    config, weights = by_hand()
    # The feature of (1, 4, 2) is 7: the classes' logits are log 2 and log 6, so that "real" is log 8.
    weights |= {"output/kernel": np.array([[0.0, np.log(2.0) / 7]], np.float32)}
    weights |= {"output/bias": np.log([2.0, 3.0]).astype(np.float32)}
    model = Discriminator(replace(config, voices=2), weights)
    assert model.class_logits([[1, 4, 2], [0, 1]]) == pytest.approx(np.log([[2.0, 6.0], [2.0, 3.0]]))
    assert model.logits([[1, 4, 2], [0, 1]]) == pytest.approx(np.log([8.0, 5.0]))


def matching() -> Discriminator:
    """Messages and replies have the direction (1,), or (-1,) where their ids add up to more than 10."""
    config = DiscriminatorConfig(10, embedding=1, widths=(1,), filters=1, matching=1)
    weights: dict[str, Any] = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
    weights["embedding"] = np.arange(10.0, dtype=np.float32)[:, None]
    for side in ("message", "reply"):
        weights[f"{side}/hidden/kernel"][:] = [[0.0, 1.0]]
        weights[f"{side}/hidden/bias"][:] = [10.0, 0.0]
        weights[f"{side}/kernel"][:] = [[1.0], [-1.0]]
    weights |= {"match/log_scale": np.log([3.0]), "match/bias": np.array([0.5]), "match/shared": np.arange(10.0) / 2}
    return Discriminator(config, weights | {name: weights[name].astype(np.float32) for name in weights})


def test_what_a_message_adds_by_hand() -> None:
    model = matching()
    # One token, so its sum is divided by one. 4 is on the side of 3; 3 * 1 for that, and 0.5.
    assert model.matches([[3]], [[4]]) == pytest.approx([3.5])
    # Shared: 3, which weighs 1.5, by the root of the reply's four tokens; (1 + 2 + 3 + 6) / 2 is still below 10.
    assert model.matches([[3]], [[1, 2, 3, 6]]) == pytest.approx([3.5 + 1.5 / 2])
    # A token said twice is shared once; 18 / sqrt(2) is above 10, so that the directions are opposite.
    assert model.matches([[9]], [[9, 9]]) == pytest.approx([-3 + 0.5 + 4.5 / 2**0.5], rel=1e-4)
    assert model.matches([[], [3]], [[4], [4]]) == pytest.approx([0.0, 3.5])
    alone = model.logits([[4], [4]])
    assert model.logits([[4], [4]], messages=[[], [3]]) == pytest.approx(alone + np.array([0.0, 3.5]))
    assert model.matches([], []).tolist() == []


def test_pairs_are_matched_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    model, messages, replies = matching(), [[k % 9] for k in range(20)], [[k % 7, 1] for k in range(20)]
    whole = model.matches(messages, replies)
    monkeypatch.setattr(module, "_PAIRS", 6)
    assert model.matches(messages, replies).tolist() == whole.tolist()


def test_batches_keep_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [[k % 7] * (9 - k % 4) for k in range(20)]
    model = Discriminator(*by_hand())
    alone = [float(model.logits([text])[0]) for text in texts]
    monkeypatch.setattr(module, "_BATCH", 6)
    assert model.logits(texts).tolist() == alone
    assert model.logits([]).tolist() == []


def test_one_long_text_does_not_widen_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TOKENS", 24)
    lengths = [3, 50, 3, 4, 3, 3, 3, 5, 30]
    found = list(module._batches(lengths))
    assert found == [[0, 2, 4, 5, 6, 3], [7], [8], [1]]  # 6 texts of 4; one more of 5 would be 35 tokens
    monkeypatch.setattr(module, "_BATCH", 2)
    assert [len(batch) for batch in module._batches(lengths)] == [2, 2, 2, 1, 1, 1]
    assert list(module._batches([])) == []


def test_weights_that_do_not_fit_are_refused() -> None:
    config, weights = by_hand()
    with pytest.raises(ModelError, match=r"convolution_2/kernel has shape \(3, 1\), but the architecture needs"):
        Discriminator(config, {**weights, "convolution_2/kernel": np.zeros((3, 1), np.float32)})
    with pytest.raises(ModelError, match="output/bias holds numbers that are not finite"):
        Discriminator(config, {**weights, "output/bias": np.array([np.nan], np.float32)})


def test_shapes() -> None:
    assert weight_shapes(DiscriminatorConfig(50, embedding=4, widths=(1, 3), filters=5, speakers=2, matching=3)) == {
        "embedding": (50, 4),
        "convolution_1/kernel": (4, 5),
        "convolution_1/bias": (5,),
        "convolution_3/kernel": (12, 5),
        "convolution_3/bias": (5,),
        "speakers": (2, 10),
        "message/hidden/kernel": (4, 6),
        "message/hidden/bias": (6,),
        "message/kernel": (6, 3),
        "reply/hidden/kernel": (4, 6),
        "reply/hidden/bias": (6,),
        "reply/kernel": (6, 3),
        "match/shared": (50,),
        "match/log_scale": (1,),
        "match/bias": (1,),
        "output/kernel": (10, 1),
        "output/bias": (1,),
    }
