"""A network as ONNX graphs that read one token at a time; made from the weights alone, without TensorFlow."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from textgen.config import DIRECTIONS, EncoderDecoderConfig, ModelConfig
from textgen.exporting.page_model import rounded
from textgen.tokenizers.base import FIRST_LABEL, TURN

WEIGHTS = "weights.bin"
"""The file with the arrays that the graphs share; it lies beside them."""

_OPSET, _IR = 17, 9
_ALIGNMENT = 4096  # bytes, so that the file can be mapped into memory
_GATES = (0, 3, 1, 2)
"""ONNX's gates i, o, f, c by their places among i, f, g, o."""

_NOTHING = -1e9
"""The score of what is not to be copied."""

Array = NDArray[np.floating]
Shape = Sequence[str | int]
"""Sizes; one that may vary has a name."""


class SharedArrays:
    """The bytes of all arrays, each stored once, whichever graph uses it.

    Args:
        weights: arrays under their names in the model folder.
        int8: store matrices in 8 bits, a scale for each row; a row makes one result.
    """

    def __init__(self, weights: Mapping[str, Array], int8: bool) -> None:
        self.weights, self.int8 = weights, int8
        self.content = bytearray()
        self._stored: dict[str, TensorProto] = {}

    def stored(self, name: str, array: NDArray[Any]) -> TensorProto:
        """The array as an initializer that points into the file."""
        if name not in self._stored:
            self.content += bytes(-len(self.content) % _ALIGNMENT)
            tensor = numpy_helper.from_array(np.ascontiguousarray(array), name)
            place = {"location": WEIGHTS, "offset": len(self.content), "length": len(tensor.raw_data)}
            self.content += tensor.raw_data
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in place.items():
                tensor.external_data.add(key=key, value=str(value))
            self._stored[name] = tensor
        return self._stored[name]


class _Graph:
    """A graph that grows node by node."""

    def __init__(self, arrays: SharedArrays) -> None:
        self._arrays = arrays
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, TensorProto] = {}
        self._widened: dict[str, str] = {}

    def node(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Adds a node; the name of its output, or of each of several."""
        names = [f"{kind}_{len(self._nodes)}_{k}" for k in range(outputs)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value: Any, dtype: Any) -> str:
        """A small array that lies in the graph itself."""
        name = f"constant_{len(self._constants)}"
        self._constants[name] = numpy_helper.from_array(np.array(value, dtype), name)
        return name

    def ints(self, *values: int) -> str:
        """A constant list of whole numbers."""
        return self.constant(values, np.int64)

    def rows(self, name: str) -> str:
        """A matrix whose rows are looked up, or a vector, in float32."""
        return self.widened(name, self._arrays.weights[name])

    def turned(self, name: str) -> str:
        """A matrix with a row for each result, in float32."""
        return self.widened(name, self._arrays.weights[name].T)

    def widened(self, name: str, array: Array) -> str:
        """An array of the file, in float32."""
        if name not in self._widened:
            self._widened[name] = self._widen(name, array)
        return self._widened[name]

    def _widen(self, name: str, array: Array) -> str:
        if self._arrays.int8 and array.ndim == 2:
            scales, whole = rounded(array)
            self._keep(f"{name}/scales", scales)
            self._keep(name, whole)
            return str(self.node("DequantizeLinear", name, f"{name}/scales", axis=0))
        self._keep(name, array)
        return name if array.dtype == np.float32 else str(self.node("Cast", name, to=TensorProto.FLOAT))

    def _keep(self, name: str, array: NDArray[Any]) -> None:
        self._constants[name] = self._arrays.stored(name, array)

    def dense(self, x: str, name: str, *bias: str) -> str:
        """The product of rows with a matrix of the model, and a vector added to it."""
        return str(self.node("Gemm", x, self.turned(name), *bias, transB=1))

    def lstm(self, names: Sequence[str], x: str, *state: str) -> list[str]:
        """An LSTM layer over (time, batch, inputs), of one direction or of two: its outputs, h and c."""
        weights = self._arrays.weights
        units = weights[f"{names[0]}/recurrent_kernel"].shape[0]

        def gates(array: Array) -> Array:
            return np.concatenate([np.split(array, 4, axis=-1)[gate] for gate in _GATES], axis=-1)

        def together(part: str, turned: bool) -> str:
            each = []
            for name in names:
                array = gates(weights[f"{name}/{part}"])
                each.append(self.widened(f"{name}/{part}", array.T if turned else array))
            lifted = [self.node("Unsqueeze", one, self.ints(0)) for one in each]
            return str(self.node("Concat", *lifted, axis=0))

        zeros = self.constant(np.zeros((len(names), 4 * units)), np.float32)
        bias = self.node("Concat", together("bias", False), zeros, axis=1)
        direction = "bidirectional" if len(names) == 2 else "forward"
        parts = [x, together("kernel", True), together("recurrent_kernel", True), bias, "", *state]
        found: list[str] = self.node("LSTM", *parts, outputs=3, hidden_size=units, direction=direction)
        return found

    def with_copies(self, logits: str, scores: str, context: str, vocabulary_size: int) -> str:
        """The logits with the score of each token of the context added to its id's, as exponentials."""
        n = self.node
        copied = n("GreaterOrEqual", context, self.constant(FIRST_LABEL, np.int64))
        scores = n("Where", copied, scores, self.constant(_NOTHING, np.float32))
        top = n("ReduceMax", scores, axes=[-1], keepdims=1)
        spots = n("OneHot", context, self.ints(vocabulary_size), self.constant([0, 1], np.float32))
        shares = n("MatMul", n("Exp", n("Sub", scores, top)), spots)
        copies = n("Add", n("Log", n("Add", shares, self.constant(1e-37, np.float32))), top)
        less = n("Exp", n("Neg", n("Abs", n("Sub", logits, copies))))
        more = n("Log", n("Add", less, self.constant(1.0, np.float32)))
        return str(n("Add", n("Max", logits, copies), more))

    def finished(
        self, name: str, inputs: Mapping[str, tuple[int, Shape]], outputs: Mapping[str, tuple[str, Shape]]
    ) -> bytes:
        """The file of the graph.

        Args:
            name: of the graph.
            inputs: their types and shapes.
            outputs: the names that they have so far, and their shapes.
        """
        renamed = [helper.make_node("Identity", [old], [new]) for new, (old, _) in outputs.items()]
        graph = helper.make_graph(
            [*self._nodes, *renamed],
            name,
            [helper.make_tensor_value_info(key, *value) for key, value in inputs.items()],
            [helper.make_tensor_value_info(key, TensorProto.FLOAT, shape) for key, (_, shape) in outputs.items()],
            list(self._constants.values()),
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
        content: bytes = model.SerializeToString()
        return content


def onnx_files(
    config: ModelConfig | EncoderDecoderConfig, weights: Mapping[str, Array], int8: bool = False
) -> dict[str, bytes]:
    """Gives the graphs of a network.

    Args:
        config: the architecture.
        weights: arrays under their names in the model folder; stored in their dtype, computed in float32.
        int8: store matrices in 8 bits, a scale for each row.

    Returns:
        The content of each file by its name: `step.onnx`, for an encoder-decoder also `read.onnx`, and the arrays.
    """
    arrays = SharedArrays(weights, int8)
    if isinstance(config, ModelConfig):
        files = {"step.onnx": _language_model_step(config, arrays)}
    else:
        files = {"read.onnx": _read(config, arrays), "step.onnx": _reply_step(config, arrays)}
    return {**files, WEIGHTS: bytes(arrays.content)}


_BATCH = "batch"


def _step_inputs(config: ModelConfig | EncoderDecoderConfig) -> dict[str, tuple[int, Shape]]:
    state = (2 * config.layers, _BATCH, config.hidden)
    return {"ids": (TensorProto.INT64, [_BATCH]), "state": (TensorProto.FLOAT, state)}


def _step_outputs(config: ModelConfig | EncoderDecoderConfig, logits: str, after: str) -> dict[str, tuple[str, Shape]]:
    return {
        "logits": (logits, [_BATCH, config.vocabulary_size]),
        "next_state": (after, [2 * config.layers, _BATCH, config.hidden]),
    }


def _layers(graph: _Graph, prefix: str, layers: int) -> tuple[str, str]:
    """The output (batch, hidden) of the last layer for one token, and the state after it."""
    x = graph.node("Unsqueeze", graph.node("Gather", graph.rows("embedding"), "ids"), graph.ints(0))
    after: list[str] = []
    for k in range(layers):
        h, c = (
            graph.node("Slice", "state", graph.ints(place), graph.ints(place + 1), graph.ints(0))
            for place in (2 * k, 2 * k + 1)
        )
        _, x, c = graph.lstm([f"{prefix}_{k}"], x, h, c)
        after += [x, c]
    return graph.node("Squeeze", x, graph.ints(0)), graph.node("Concat", *after, axis=0)


def _language_model_step(config: ModelConfig, arrays: SharedArrays) -> bytes:
    graph = _Graph(arrays)
    x, after = _layers(graph, "lstm", config.layers)
    bias = graph.rows("output/bias")
    if config.tied:
        logits = graph.node("Gemm", graph.dense(x, "output/kernel"), graph.rows("embedding"), bias, transB=1)
    else:
        logits = graph.dense(x, "output/kernel", bias)
    outputs = _step_outputs(config, logits, after)
    return graph.finished("step", _step_inputs(config), outputs)


def _memory(config: EncoderDecoderConfig) -> dict[str, Shape]:
    """The shapes of what `read` gives besides the state, and each step looks at."""
    shapes: dict[str, Shape] = {}
    if config.attention:
        shapes |= {"keys": ["seen", config.hidden], "values": ["seen", config.embedding]}
    if config.copying:
        shapes["copy_keys"] = ["time", config.embedding]
    return shapes


def _read(config: EncoderDecoderConfig, arrays: SharedArrays) -> bytes:
    graph = _Graph(arrays)
    n, ints, u = graph.node, graph.ints, config.hidden
    tokens = read = n("Gather", graph.rows("embedding"), "context")
    if config.told_whose:
        ends = n("Cast", n("Equal", "context", graph.constant(TURN, np.int64)), to=TensorProto.INT64)
        from_here = n("CumSum", ends, graph.constant(0, np.int64), reverse=1)
        whose = n("Mod", n("Add", from_here, graph.constant(1, np.int64)), graph.constant(2, np.int64))
        read = n("Add", read, n("Gather", graph.rows("whose"), whose))
    x, state = n("Unsqueeze", read, ints(1)), list[str]()
    for k in range(config.layers):
        both, *finals = graph.lstm([f"encoder_{k}/{way}" for way in DIRECTIONS], x)
        x = n("Reshape", n("Transpose", both, perm=[0, 2, 1, 3]), ints(-1, 1, u))
        state += [n("Reshape", n("Transpose", one, perm=[1, 0, 2]), ints(1, 1, u)) for one in finals]
    x = n("Reshape", x, ints(-1, u))
    found: dict[str, tuple[str, Shape]] = {"state": (n("Concat", *state, axis=0), [2 * config.layers, 1, u])}
    memory = _memory(config)
    if config.attention:
        seen = x
        if config.scaled:  # START is looked at only where nothing follows it
            last = n("Sub", n("Shape", "context"), ints(1))
            seen = n("Slice", x, n("Min", last, ints(1)), ints(2**31), ints(0))
        scale = graph.constant(u**-0.5 if config.scaled else 1.0, np.float32)
        found["keys"] = (n("Mul", graph.dense(seen, "attention/key"), scale), memory["keys"])
        found["values"] = (graph.dense(seen, "attention/value"), memory["values"])
    if config.copying:
        zeros = graph.constant(np.zeros((1, config.embedding)), np.float32)
        before = n("Concat", zeros, n("Slice", tokens, ints(0), ints(-1), ints(0)), axis=0)
        both = n("Add", graph.dense(x, "copy/key"), graph.dense(before, "copy/previous"))
        scale = graph.constant(config.embedding**-0.5, np.float32)
        found["copy_keys"] = (n("Mul", n("Tanh", both), scale), memory["copy_keys"])
    return graph.finished("read", {"context": (TensorProto.INT64, ["time"])}, found)


def _reply_step(config: EncoderDecoderConfig, arrays: SharedArrays) -> bytes:
    graph = _Graph(arrays)
    n = graph.node
    x, after = _layers(graph, "decoder", config.layers)
    vectors = graph.dense(x, "output/kernel")
    if config.attention:
        weights = n("Softmax", n("Gemm", x, "keys", transB=1), axis=-1)
        vectors = n("Add", vectors, n("MatMul", weights, "values"))
    logits = n("Gemm", n("Tanh", vectors), graph.rows("embedding"), graph.rows("output/bias"), transB=1)
    inputs = _step_inputs(config) | {name: (TensorProto.FLOAT, shape) for name, shape in _memory(config).items()}
    if config.copying:
        gate = graph.dense(x, "copy/gate", graph.rows("copy/bias"))
        scores = n("Add", n("Gemm", graph.dense(x, "copy/query"), "copy_keys", transB=1), gate)
        logits = graph.with_copies(logits, scores, "context", config.vocabulary_size)
        inputs["context"] = (TensorProto.INT64, ["time"])
    outputs = _step_outputs(config, logits, after)
    return graph.finished("step", inputs, outputs)
