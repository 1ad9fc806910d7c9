"""The arrays of every kind of model: names and shapes, and the check that a folder holds exactly these."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from textgen.config import CELLS, DIRECTIONS, AnyArchitecture, DiscriminatorConfig, EncoderDecoderConfig, ModelConfig
from textgen.errors import ModelError

Shapes: TypeAlias = dict[str, tuple[int, ...]]

_DTYPES = (np.dtype(np.float32), np.dtype(np.float16))


def weight_shapes(config: AnyArchitecture) -> Shapes:
    """Name and shape of every array of a network."""
    if isinstance(config, ModelConfig):
        return _language_model(config)
    return _discriminator(config) if isinstance(config, DiscriminatorConfig) else _encoder_decoder(config)


def _language_model(config: ModelConfig) -> Shapes:
    v, e, u = config.vocabulary_size, config.embedding, config.hidden
    shapes: Shapes = {"embedding": (v, e)}
    for k in range(config.layers):
        shapes |= _recurrent(config.cell, f"{config.cell}_{k}", u if k else e, u)
    return {**shapes, "output/kernel": (u, e) if config.tied else (u, v), "output/bias": (v,)}


def _encoder_decoder(config: EncoderDecoderConfig) -> Shapes:
    v, e, u = config.vocabulary_size, config.embedding, config.hidden
    shapes: Shapes = {"embedding": (v, e)}
    for k in range(config.layers):
        inputs = u if k else e
        for direction in DIRECTIONS:
            shapes |= _recurrent(config.cell, f"encoder_{k}/{direction}", inputs, u // 2)
        shapes |= _recurrent(config.cell, f"decoder_{k}", inputs, u)
    if config.attention:
        shapes |= {"attention/key": (u, u), "attention/value": (u, e)}
    if config.copying:
        shapes |= {"copy/key": (u, e), "copy/previous": (e, e), "copy/query": (u, e)}
        shapes |= {"copy/gate": (u, 1), "copy/bias": (1,)}
    if config.told_whose:
        shapes["whose"] = (2, e)
    return {**shapes, "output/kernel": (u, e), "output/bias": (v,)}


def _discriminator(config: DiscriminatorConfig) -> Shapes:
    e, f = config.embedding, config.filters
    shapes: Shapes = {"embedding": (config.vocabulary_size, e)}
    for width in config.widths:
        shapes |= {f"convolution_{width}/kernel": (width * e, f), f"convolution_{width}/bias": (f,)}
    if config.speakers:
        shapes["speakers"] = (config.speakers, config.features)
    if m := config.matching:
        for side in ("message", "reply"):
            shapes |= {
                f"{side}/hidden/kernel": (e, 2 * m),
                f"{side}/hidden/bias": (2 * m,),
                f"{side}/kernel": (2 * m, m),
            }
        shapes |= {"match/shared": (config.vocabulary_size,), "match/log_scale": (1,), "match/bias": (1,)}
    return {**shapes, "output/kernel": (config.features, config.classes), "output/bias": (config.classes,)}


def _recurrent(cell: str, name: str, inputs: int, units: int) -> Shapes:
    width = CELLS[cell].gates * units
    return {f"{name}/kernel": (inputs, width), f"{name}/recurrent_kernel": (units, width), f"{name}/bias": (width,)}


def check_weights(config: AnyArchitecture, weights: Mapping[str, NDArray[np.floating]]) -> None:
    """Refuses weights that do not fit the architecture.

    Raises:
        ModelError: names the array and what is wrong with it.
    """
    expected = weight_shapes(config)
    if set(weights) != set(expected):
        missing, extra = sorted(set(expected) - set(weights)), sorted(set(weights) - set(expected))
        raise ModelError(
            f"The weights lack {missing or 'nothing'} and hold {extra or 'nothing'} that the architecture does not "
            "know: the model folder is incomplete or mixed from two models; copy or train it again."
        )
    for name, shape in expected.items():
        if weights[name].shape != shape:
            raise ModelError(
                f"The array {name} has shape {weights[name].shape}, but the architecture needs {shape}: "
                "the model folder is mixed from two models; copy or train it again."
            )
        if weights[name].dtype not in _DTYPES:
            raise ModelError(
                f"The array {name} holds {weights[name].dtype}, but an array of weights holds float32 or float16: "
                "the file was edited; copy or train the model again."
            )
        if not np.isfinite(weights[name]).all():
            raise ModelError(
                f"The array {name} holds numbers that are not finite: the file is damaged or the training diverged; "
                "copy the folder again or train with a lower learning rate."
            )
