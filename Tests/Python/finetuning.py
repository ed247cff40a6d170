"""Nets and graphs for the tests of hewn_finetune, which are skipped where PyTorch is missing.

Test modules import this one before what needs PyTorch.
"""

import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hewn import ROOT, expected_outputs, relative_error

WANTED = "is not installed: pip install -r Tests/Python/requirements-torch.txt"
torch = pytest.importorskip("torch", reason=f"PyTorch {WANTED}")
pytest.importorskip("safetensors", reason=f"safetensors {WANTED}")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

# Small nets: threads cost more than they bring.
torch.set_num_threads(1)

sys.path.insert(0, str(ROOT / "Python"))

MASKS_METADATA = {"format": "hewn-masks", "version": "1", "model": "net.onnx"}


class Net(nn.Module):
    """Two convolutions, one of them in groups, and two matrices, one of them square."""

    def __init__(self, seed):
        torch.manual_seed(seed)
        super().__init__()
        self.c1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.b1 = nn.BatchNorm2d(8)
        self.c2 = nn.Conv2d(8, 8, 3, groups=2)
        self.b2 = nn.BatchNorm2d(8)
        self.f = nn.Linear(8, 8)
        self.g = nn.Linear(8, 5)
        for norm in (self.b1, self.b2):
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.uniform_(norm.bias, -0.5, 0.5)
            nn.init.uniform_(norm.running_mean, -0.5, 0.5)
            nn.init.uniform_(norm.running_var, 0.5, 1.5)
        self.eval()

    def forward(self, x):
        x = F.relu(self.b1(self.c1(x)))
        x = F.relu(self.b2(self.c2(x)))
        return self.g(F.relu(self.f(x.mean((2, 3)))))


def graph_of(net, rename=lambda name: name, gemm="transB", kind=TensorProto.FLOAT, drop=()):
    """The ONNX model of a `Net`, written by hand; rename: from values to initializers.

    gemm: how the matrices are multiplied with, "transB", "plain" or "MatMul". drop: biases that are
    left out.
    """
    element = helper.tensor_dtype_to_np_dtype(kind)
    nodes, constants = [], {}

    def constant(name, transposed=False):
        array = net.state_dict()[name].numpy().astype(element)
        constants[rename(name)] = np.ascontiguousarray(array.T if transposed else array)
        return rename(name)

    def node(op, inputs, output, **attributes):
        nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def batch_normalization(x, name):
        parts = ("weight", "bias", "running_mean", "running_var")
        parameters = [constant(f"{name}.{part}") for part in parts]
        return node("BatchNormalization", [x, *parameters], f"{name}.y", epsilon=1e-5)

    def linear(x, name):
        weight = constant(f"{name}.weight", gemm != "transB")
        bias = [] if f"{name}.bias" in drop else [constant(f"{name}.bias")]
        if gemm == "MatMul":
            product = node("MatMul", [x, weight], f"{name}.product")
            return node("Add", [*bias, product], f"{name}.y")
        return node("Gemm", [x, weight, *bias], f"{name}.y", transB=int(gemm == "transB"))

    x = node("Conv", ["x", constant("c1.weight")], "c1.y", pads=[1] * 4, kernel_shape=[3, 3])
    x = node("Relu", [batch_normalization(x, "b1")], "r1")
    bias = [] if "c2.bias" in drop else [constant("c2.bias")]
    x = node("Conv", [x, constant("c2.weight"), *bias], "c2.y", group=2)
    x = node("Relu", [batch_normalization(x, "b2")], "r2")
    x = node("Flatten", [node("GlobalAveragePool", [x], "pooled")], "flat")
    x = node("Relu", [linear(x, "f")], "r3")
    node("Identity", [linear(x, "g")], "scores")
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("x", kind, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("scores", kind, ["N", 5])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def renaming(name):
    """Renames one initializer."""
    return lambda other: "onnx::1" if other == name else other


def opaque(name):
    """Names of initializers as exporters make them up."""
    return f"onnx::{name[0].upper()}_{sum(map(ord, name))}"


def values(net):
    return [name for name, value in net.state_dict().items() if value.is_floating_point()]


def initializers(path):
    return {it.name: numpy_helper.to_array(it) for it in onnx.load(path).graph.initializer}


def images(seed, count=4):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, 3, 8, 8, generator=generator)


def check_outputs(net, path, bound=1e-5):
    """ONNX Runtime on the file against PyTorch on the module."""
    x = images(7)
    was_training = net.training
    net.eval()
    with torch.no_grad():
        want = net(x).numpy()
    net.train(was_training)
    got = expected_outputs(path, {"x": x.numpy()})["scores"]
    assert relative_error(got, want) < bound


def net_with(name, module):
    net = Net(2)
    setattr(net, name, module)
    return net


def net_without_layer():
    net = Net(2)
    net.f = nn.Identity()
    return net


def without(model, name):
    for tensor in list(model.graph.initializer):
        if tensor.name == name:
            model.graph.initializer.remove(tensor)
    for node in model.graph.node:
        if name in node.input:
            node.input.remove(name)
    return model


def folded(net):
    """The graph without its batch normalizations, as exporters write it for inference."""
    model = graph_of(net)
    for node in [it for it in model.graph.node if it.op_type == "BatchNormalization"]:
        for name in list(node.input)[1:]:
            without(model, name)
        for reader in model.graph.node:
            for index, name in enumerate(reader.input):
                if name == node.output[0]:
                    reader.input[index] = node.input[0]
        model.graph.node.remove(node)
    return model
