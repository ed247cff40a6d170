"""hewn_finetune: graphs and names that do not fit the module."""

import copy

import numpy as np
import pytest
from onnx import helper, numpy_helper

from finetuning import Net, folded, graph_of, net_with, net_without_layer, renaming, without
from hewn import save
from hewn_finetune import Initializer, load_weights, save_weights
import torch
from torch import nn


def with_attribute(model, op, **attributes):
    for node in model.graph.node:
        if node.op_type == op:
            node.attribute.extend(helper.make_attribute(*it) for it in attributes.items())
    return model


def with_type(model, name, element):
    for tensor in model.graph.initializer:
        if tensor.name == name:
            array = numpy_helper.to_array(tensor).astype(element)
            tensor.CopyFrom(numpy_helper.from_array(array, name))
    return model


def net_without_bias():
    net = Net(2)
    net.c2 = nn.Conv2d(8, 8, 3, groups=2, bias=False)
    return net


REFUSALS = {
    "no initializer": (
        lambda: Net(2), lambda: without(graph_of(Net(1), drop=["c2.bias"]), "c2.bias"), None,
        "c2.bias [8]: there is no initializer 'c2.bias'; there are no candidates",
    ),
    "renamed initializer": (
        lambda: Net(2), lambda: graph_of(Net(1), renaming("g.weight")), None,
        "g.weight [5, 8]: there is no initializer 'g.weight'; candidates: onnx::1",
    ),
    "module without the bias": (
        net_without_bias, lambda: graph_of(Net(1)), None,
        "Conv 'c2.y' has the bias 'c2.bias', which is of no value of the module: make c2 with "
        "bias=True",
    ),
    "module without a layer": (
        net_without_layer, lambda: graph_of(Net(1)), None,
        "Gemm 'f.y' has the weight 'f.weight', which is of no value of the module",
    ),
    "folded batch normalization": (
        lambda: Net(2), lambda: folded(Net(1)), None,
        "replace that module by nn.Identity() and give the convolution bias=True",
    ),
    "unknown name": (
        lambda: Net(2), lambda: graph_of(Net(1)), {"c3.weight": "c1.weight"},
        "the module has no value 'c3.weight'; candidates: c1.weight, b1.weight, c2.weight",
    ),
    "integer value": (
        lambda: Net(2), lambda: graph_of(Net(1)), {"b1.num_batches_tracked": "b1.bias"},
        "b1.num_batches_tracked is not of floating point",
    ),
    "shape": (
        lambda: net_with("c1", nn.Conv2d(3, 8, 5, bias=False)), lambda: graph_of(Net(1)), None,
        "c1.weight: it is [8, 3, 5, 5], the initializer 'c1.weight' [8, 3, 3, 3]",
    ),
    "transposed shape": (
        lambda: Net(2), lambda: graph_of(Net(1), gemm="plain"), {"g.weight": "f.weight"},
        "g.weight: it is [5, 8], the initializer 'f.weight' [8, 8], which the graph has transposed",
    ),
    "names against the graph": (
        lambda: Net(2), lambda: graph_of(Net(1)), {"f.weight": Initializer("f.weight", True)},
        "f.weight: the graph does not have 'f.weight' transposed, unlike the names",
    ),
    "transposed convolution": (
        lambda: Net(2), lambda: graph_of(Net(1)), {"c1.weight": Initializer("c1.weight", True)},
        "c1.weight: only matrices can lie transposed",
    ),
    "alpha": (
        lambda: Net(2), lambda: with_attribute(graph_of(Net(1)), "Gemm", alpha=0.5), None,
        "g.weight: Gemm 'g.y' has alpha = 0.5, which nn.Linear does not compute",
    ),
    "integers": (
        lambda: Net(2), lambda: with_type(graph_of(Net(1)), "f.bias", np.int64), None,
        "f.bias: the initializer 'f.bias' is INT64, not of floating point",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals_of_loading_and_saving(tmp_path, case):
    module, model, names, message = REFUSALS[case]
    net = module()
    path = save(model(), tmp_path / "net.onnx")
    before = copy.deepcopy(net.state_dict())
    with pytest.raises(ValueError) as error:
        load_weights(net, path, names)
    assert message in str(error.value)
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]), f"{name} has changed"
    with pytest.raises(ValueError) as error:
        save_weights(net, path, tmp_path / "out.onnx", names)
    assert message in str(error.value)
    assert list(tmp_path.iterdir()) == [path]


def test_garbage_is_no_model(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(b"\xff" * 100)
    with pytest.raises(ValueError, match="is no ONNX file"):
        load_weights(Net(1), path)
    with pytest.raises(FileNotFoundError):
        load_weights(Net(1), tmp_path / "other.onnx")
