"""The constants of an ONNX file, and the layers that compute with them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

import onnx
from google.protobuf.message import DecodeError
from onnx import NodeProto, TensorProto, helper
from torch import nn

Path = str | os.PathLike[str]


class Initializer(NamedTuple):
    """The initializer that holds a value of a module.

    transposed: whether it holds the transpose, as do weights of `MatMul` and of `Gemm` with
    transB = 0 for `nn.Linear`.
    """

    name: str
    transposed: bool = False


# From the names of a module's state_dict to initializers. A name that is missing is that of an
# initializer itself; None leaves a value as it is.
Names = Mapping[str, "str | Initializer | None"]


class Layer(NamedTuple):
    """A node with constant weights."""

    kind: str
    label: str
    # The initializers by the names that the parts have in a module: weight, bias, …
    parts: dict[str, str]
    transposed: bool = False
    # What the node computes besides, which nn.Linear does not.
    extra: str = ""


class Kinds(NamedTuple):
    """Modules and nodes that stand for each other."""

    modules: tuple[type[nn.Module], ...]
    nodes: frozenset[str]
    title: str


PRODUCTS = Kinds(
    (
        nn.Conv1d, nn.Conv2d, nn.Conv3d,
        nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d, nn.Linear,
    ),
    frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"}),
    "convolutions and nn.Linear",
)  # fmt: skip
NORMALIZATIONS = Kinds(
    (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d),
    frozenset({"BatchNormalization"}),
    "batch normalizations",
)
FOLDED = (
    "where the exporter has folded BatchNormalization into a convolution, replace that module by "
    "nn.Identity() and give the convolution bias=True, or export anew without folding "
    "(training=TrainingMode.PRESERVE, do_constant_folding=False)"
)


class Network:
    """An ONNX file in memory, with the tensors that it keeps in files beside it.

    Raises ValueError where it is no ONNX file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.model = onnx.load(path)
        except DecodeError as error:
            raise ValueError(f"{path} is no ONNX file: {error}") from error
        graph = self.model.graph
        self.tensors: dict[str, TensorProto] = {it.name: it for it in graph.initializer}
        self._aliases: dict[str, str] = {}
        for node in graph.node:
            if node.op_type == "Constant":
                for attribute in node.attribute:
                    if attribute.name == "value":
                        self.tensors[node.output[0]] = attribute.t
            elif node.op_type == "Identity":
                self._aliases[node.output[0]] = self.root(node.input[0])
        self.layers = [layer for node in graph.node if (layer := self._layer(node))]

    def root(self, name: str) -> str:
        """The constant behind a name: exporters merge equal ones and pass them on by Identity."""
        return self._aliases.get(name, name)

    def shape(self, name: str) -> list[int]:
        return list(self.tensors[name].dims)

    def readers(self, name: str) -> list[Layer]:
        """The layers whose weight an initializer is."""
        return [layer for layer in self.layers if layer.parts["weight"] == name]

    def _layer(self, node: NodeProto) -> Layer | None:
        inputs = [self.root(name) for name in node.input]
        constants = {index: name for index, name in enumerate(inputs) if name in self.tensors}
        if node.domain not in ("", "ai.onnx") or 1 not in constants:
            return None
        titles = {1: "weight", 2: "bias"}
        if node.op_type in NORMALIZATIONS.nodes:
            titles |= {3: "running_mean", 4: "running_var"}
        elif node.op_type not in PRODUCTS.nodes:
            return None
        parts = {title: constants[index] for index, title in titles.items() if index in constants}
        transposed, extra = False, ""
        if node.op_type == "MatMul":
            shape = self.shape(parts["weight"])
            if len(shape) != 2:
                return None
            transposed = True
            bias = self._bias_after(node.output[0], shape[1])
            parts |= {"bias": bias} if bias else {}
        elif node.op_type == "Gemm":
            given = {it.name: helper.get_attribute_value(it) for it in node.attribute}
            transposed = not given.get("transB", 0)
            usual = {"alpha": 1, "beta": 1, "transA": 0}
            unusual = {name: value for name, value in given.items() if value != usual.get(name)}
            extra = ", ".join(f"{name} = {unusual[name]}" for name in usual if name in unusual)
        label = f"{node.op_type} {node.name or node.output[0]!r}"
        return Layer(node.op_type, label, parts, transposed, extra)

    def _bias_after(self, product: str, count: int) -> str | None:
        """The constant of `count` numbers that an Add after a MatMul adds."""
        for node in self.model.graph.node:
            if node.op_type == "Add" and product in node.input:
                for name in map(self.root, node.input):
                    if name in self.tensors and self.shape(name) == [count]:
                        return name
        return None
