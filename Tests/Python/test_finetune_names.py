"""hewn_finetune: which initializer is which value of the module."""

import pytest
from onnx import TensorProto, helper, numpy_helper

from finetuning import (
    Net, check_outputs, folded, graph_of, images, net_with, net_without_layer, opaque, renaming,
)  # fmt: skip
from hewn import save
from hewn_finetune import Initializer, load_weights, match_by_order
import torch
from torch import nn
from torch.nn import functional as F


@pytest.mark.parametrize("gemm", ["transB", "plain", "MatMul"])
def test_renamed_initializers_are_matched_by_order(tmp_path, gemm):
    path = save(graph_of(Net(1), opaque, gemm), tmp_path / "net.onnx")
    net = Net(2)
    with pytest.raises(ValueError, match="there is no initializer 'c1.weight'; candidates: onnx::"):
        load_weights(net, path)
    for example in (None, images(0)):
        names = match_by_order(net, path, example)
        assert names == load_weights(net, path, names)
        assert names["f.weight"] == Initializer(opaque("f.weight"), gemm != "transB")
        check_outputs(net, path)
    assert not net.training


def test_values_that_are_to_stay(tmp_path):
    path = save(graph_of(Net(1), renaming("c2.bias")), tmp_path / "net.onnx")
    net = Net(2)
    net.register_buffer("scale", torch.ones(3))
    names = {"c2.bias": "onnx::1"}
    with pytest.raises(ValueError, match="scale.*there is no initializer"):
        load_weights(net, path, names)
    names["scale"] = None
    assert load_weights(net, path, names)["c2.bias"] == Initializer("onnx::1")
    check_outputs(net, path)


class Reversed(nn.Module):
    """Two layers of equal shapes that compute in another order than that of their definition."""

    def __init__(self, seed):
        torch.manual_seed(seed)
        super().__init__()
        self.second = nn.Linear(4, 4)
        self.first = nn.Linear(4, 4)

    def forward(self, x):
        return self.second(F.relu(self.first(x)))


def reversed_graph(net, rename):
    state = {rename(name): value.numpy() for name, value in net.state_dict().items()}
    layers = [(rename(f"{it}.weight"), rename(f"{it}.bias")) for it in ("first", "second")]
    nodes = [
        helper.make_node("Gemm", ["x", *layers[0]], ["a"], transB=1),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Gemm", ["b", *layers[1]], ["y"], transB=1),
    ]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy"]
    constants = [numpy_helper.from_array(array, name) for name, array in state.items()]
    return helper.make_model(helper.make_graph(nodes, "net", ports[:1], ports[1:], constants))


def test_the_order_of_execution(tmp_path):
    want = Reversed(1)
    path = save(reversed_graph(want, opaque), tmp_path / "net.onnx")
    net = Reversed(2)
    net.train()
    names = match_by_order(net, path, torch.zeros(1, 4))
    assert net.training
    assert names["first.weight"].name == opaque("first.weight")
    load_weights(net, path, names)
    for name, value in want.state_dict().items():
        assert torch.equal(net.state_dict()[name], value), name


def test_a_layer_that_runs_twice(tmp_path):
    want = nn.ModuleDict({"f": nn.Linear(4, 4), "g": nn.Linear(4, 4)})
    f, g = ([opaque(f"{it}.weight"), opaque(f"{it}.bias")] for it in "fg")
    nodes = [
        helper.make_node("Gemm", [inputs, *layer], [outputs], transB=1)
        for inputs, layer, outputs in [("x", f, "a"), ("a", f, "b"), ("b", g, "y")]
    ]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy"]
    constants = [
        numpy_helper.from_array(value.numpy(), opaque(name))
        for name, value in want.state_dict().items()
    ]
    graph = helper.make_graph(nodes, "net", ports[:1], ports[1:], constants)
    path = save(helper.make_model(graph), tmp_path / "net.onnx")
    names = match_by_order(want, path)
    assert names == {name: Initializer(opaque(name)) for name in want.state_dict()}


def test_an_order_against_the_names_is_refused(tmp_path):
    net = Reversed(1)
    path = save(reversed_graph(net, str), tmp_path / "net.onnx")
    with pytest.raises(ValueError, match="by order second.weight would be 'first.weight'"):
        match_by_order(net, path)
    assert match_by_order(net, path, torch.zeros(1, 4))["first.weight"].name == "first.weight"


def swapped():
    """Of the matrices, the second is defined first."""
    net = Net(2)
    f = net.f
    del net.f
    net.f = f
    return net


@pytest.mark.parametrize(
    ("module", "model", "message"),
    [
        (swapped, graph_of, r"number 3 .* g and Gemm 'f.y': the weight is \[8, 8\], want \[5, 8\]"),
        (net_without_layer, graph_of, r"number 3 of .* g and Gemm 'f.y'"),
        (lambda: net_with("h", nn.Linear(2, 2)), graph_of, "has 5 convolutions .*, the graph 4"),
        (lambda: net_with("f", nn.Conv2d(8, 8, 1)), graph_of, "the one is Conv2d, the other Gemm"),
        (
            lambda: net_with("c2", nn.ConvTranspose2d(8, 8, 3, groups=2)), graph_of,
            "the one is ConvTranspose2d, the other Conv",
        ),
        (lambda: Net(2), lambda net: graph_of(net, drop=["c2.bias"]), "c2.* has no constant bias"),
        (lambda: Net(2), folded, "has 2 batch normalizations, the graph 0; where the exporter"),
    ],
)  # fmt: skip
def test_orders_that_do_not_line_up(tmp_path, module, model, message):
    path = save(model(Net(1)), tmp_path / "net.onnx")
    with pytest.raises(ValueError, match=message):
        match_by_order(module(), path)
