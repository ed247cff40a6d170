"""The models that are measured: made ones, and really pruned ones of $HEWN_DATA/models."""

import dataclasses
import math
import pathlib

import numpy as np
import onnx
from onnx import numpy_helper, shape_inference

from common import find_model

from . import networks

PRUNED = [
    "hand-landmark-pruned", "squeezenet-v1.0-pruned", "resnet56-cifar10-pruned",
    "alexnet-convs-pruned",
]  # fmt: skip
# Steps that engines fuse into others, or that move nothing.
FUSED = {
    "Relu", "Clip", "Sigmoid", "BatchNormalization", "Identity", "Flatten", "Reshape", "Squeeze",
    "Unsqueeze", "Pad", "Dropout",
}  # fmt: skip
# Weights larger than this are not needed to infer shapes.
SMALL_BYTES = 1024


@dataclasses.dataclass(frozen=True)
class Model:
    """A network; `zeros` is in per cent, and None for one that was really pruned."""

    name: str
    zeros: int | None
    path: pathlib.Path

    @property
    def label(self):
        return self.name if self.zeros is None else f"{self.name}-{self.zeros}"


def select(names, zeros, folder):
    """The models by the names of networks.py, by those of $HEWN_DATA/models, or by paths."""
    for name in names:
        if name in networks.NETWORKS:
            for share in zeros:
                yield name, share, lambda n=name, z=share: networks.make(n, z, folder)
        else:
            path = find_model(name)
            yield path.stem, None, lambda p=path: p


@dataclasses.dataclass(frozen=True)
class Interface:
    """What engines must be told of a model at one batch."""

    path: pathlib.Path
    inputs: dict
    outputs: list
    free: list


def interface(path, batch, folder):
    """A model's inputs with their shapes, outputs, and names of free extents, at one batch.

    A file whose batch is another fixed one is replaced by a copy in a folder.
    """
    path = pathlib.Path(path)
    model = onnx.load(path)
    if any(extents(port)[0] not in (batch, None) for port in ports(model)):
        free_batch(model)
        path = saved(model, pathlib.Path(folder, f"{path.stem}-free.onnx"))
    for port in ports(model):
        if None in extents(port)[1:]:
            raise ValueError(f"{path}: {port.name} has a free extent beside the batch")
    return Interface(
        path,
        {port.name: [batch, *extents(port)[1:]] for port in ports(model)},
        [port.name for port in model.graph.output],
        sorted({port.type.tensor_type.shape.dim[0].dim_param for port in ports(model)} - {""}),
    )


def ports(model):
    """The inputs that are no constants."""
    constants = {constant.name for constant in model.graph.initializer}
    return [port for port in model.graph.input if port.name not in constants]


def extents(port):
    """None stands for a free one."""
    dimensions = port.type.tensor_type.shape.dim
    return [d.dim_value if d.HasField("dim_value") else None for d in dimensions]


def free_batch(model):
    """Gives a model a free batch, in its inputs, outputs and the targets of Reshape."""
    for port in [*ports(model), *model.graph.output]:
        port.type.tensor_type.shape.dim[0].dim_param = "batch"
    targets = {node.input[1] for node in model.graph.node if node.op_type == "Reshape"}
    for constant in model.graph.initializer:
        if constant.name in targets:
            shape = numpy_helper.to_array(constant).copy()
            # 0 takes the extent from the input.
            shape[0] = 0
            constant.CopyFrom(numpy_helper.from_array(shape, constant.name))
    del model.graph.value_info[:]


def saved(model, path):
    """Writes a model unless the file holds it already, for conversions are made from it."""
    content = model.SerializeToString()
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return path


def random_inputs(shapes):
    generator = np.random.default_rng(0)
    return {name: generator.standard_normal(shape, np.float32) for name, shape in shapes.items()}


def activation_bytes(path, batch):
    """The bytes that each node reads and writes when nothing but cheap steps is fused, by name.

    Every input that is no constant counts once, every output once.
    """
    model = onnx.load(path)
    for port in ports(model):
        port.type.tensor_type.shape.dim[0].dim_value = batch
    for port in model.graph.output:
        port.type.tensor_type.shape.dim[0].dim_param = "batch"
    constants = {constant.name for constant in model.graph.initializer}
    strip_weights(model)
    graph = shape_inference.infer_shapes(model).graph
    sizes = {}
    for value in [*graph.input, *graph.value_info, *graph.output]:
        if value.name not in constants:
            sizes[value.name] = 4 * math.prod(extent or batch for extent in extents(value))
    result = {}
    for index, node in enumerate(graph.node):
        if node.op_type not in FUSED:
            moved = {*node.input, *node.output}
            # An unnamed node has this name in the reports of the tool.
            result[node.name or f"{node.op_type}_{index}"] = sum(
                sizes.get(name, 0) for name in moved
            )
    return result


def strip_weights(model):
    """Turns large constants into inputs, which have shapes too."""
    kept = []
    for constant in model.graph.initializer:
        if len(constant.raw_data) > SMALL_BYTES:
            value = onnx.helper.make_tensor_value_info(
                constant.name, constant.data_type, constant.dims
            )
            if constant.name not in {port.name for port in model.graph.input}:
                model.graph.input.append(value)
        else:
            kept.append(constant)
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
