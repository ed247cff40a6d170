"""hewn_finetune: weights from ONNX and back."""

import math

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from finetuning import Net, check_outputs, graph_of, initializers, net_with, opaque, values
from hewn import save
from hewn_finetune import Initializer, load_weights, match_by_order, save_weights
import torch
from torch import nn


@pytest.mark.parametrize("gemm", ["transB", "plain", "MatMul"])
def test_loaded_weights_give_the_outputs_of_the_file(tmp_path, gemm):
    path = save(graph_of(Net(1), gemm=gemm), tmp_path / "net.onnx")
    net = Net(2)
    names = load_weights(net, path)
    check_outputs(net, path)
    assert set(names) == set(values(net))
    assert names["f.weight"] == Initializer("f.weight", gemm != "transB")
    assert names["c2.weight"] == Initializer("c2.weight")


def test_exported_weights_give_the_outputs_of_the_module(tmp_path):
    source = save(graph_of(Net(1), opaque, "plain"), tmp_path / "net.onnx")
    net = Net(2)
    save_weights(net, source, tmp_path / "out.onnx", match_by_order(net, source))
    check_outputs(net, tmp_path / "out.onnx")
    read = Net(3)
    load_weights(read, tmp_path / "out.onnx", match_by_order(read, source))
    for name in values(net):
        assert torch.equal(read.state_dict()[name], net.state_dict()[name]), name


def test_an_export_changes_values_only(tmp_path):
    source = graph_of(Net(1))
    source.metadata_props.add(key="author", value="somebody")
    source.graph.initializer[0].doc_string = "the first"
    path = save(source, tmp_path / "net.onnx")
    save_weights(Net(2), path, path)
    got = onnx.load(path)
    changed = 0
    for mine, theirs in zip(got.graph.initializer, source.graph.initializer, strict=True):
        changed += mine.raw_data != theirs.raw_data
        mine.raw_data = theirs.raw_data
    assert got == source
    assert changed == len(source.graph.initializer)


def test_tensors_beside_the_file_and_in_constant_nodes(tmp_path):
    model = graph_of(Net(1))
    moved = [it for it in model.graph.initializer if it.name.startswith("f.")]
    for tensor in moved:
        model.graph.node.insert(0, helper.make_node("Constant", [], [tensor.name], value=tensor))
        model.graph.initializer.remove(tensor)
    path = tmp_path / "net.onnx"
    onnx.save(model, path, save_as_external_data=True, location="net.bin", size_threshold=0)
    net = Net(2)
    load_weights(net, path)
    check_outputs(net, path)
    net = Net(3)
    (tmp_path / "alone").mkdir()
    save_weights(net, path, tmp_path / "alone/net.onnx")
    check_outputs(net, tmp_path / "alone/net.onnx")


@pytest.mark.parametrize("kind", ["FLOAT16", "BFLOAT16", "DOUBLE"])
def test_other_types_of_floating_point(tmp_path, kind):
    kind = TensorProto.DataType.Value(kind)
    path = save(graph_of(Net(1), kind=kind), tmp_path / "net.onnx")
    net, want = Net(2), Net(1)
    load_weights(net, path)
    for name in values(net):
        got, exact = net.state_dict()[name], want.state_dict()[name]
        assert torch.allclose(got, exact, rtol=2**-8, atol=0), name
        if kind == TensorProto.DOUBLE:
            assert torch.equal(got, exact), name
    save_weights(net, path, tmp_path / "out.onnx")
    assert onnx.load(tmp_path / "out.onnx") == onnx.load(path)
    if kind == TensorProto.FLOAT16:
        with torch.no_grad():
            net.c1.weight[0, 0, 0, 0] = 70000
        with pytest.raises(ValueError, match="c1.weight: 1 of 216 .* not finite as FLOAT16"):
            save_weights(net, path, tmp_path / "out.onnx")


@pytest.mark.parametrize("kind", ["FLOAT", "FLOAT16", "DOUBLE"])
def test_tensors_as_lists_of_numbers(tmp_path, kind):
    kind = TensorProto.DataType.Value(kind)
    model = graph_of(Net(1), kind=kind)
    for tensor in model.graph.initializer:
        numbers = numpy_helper.to_array(tensor).ravel()
        tensor.CopyFrom(helper.make_tensor(tensor.name, kind, tensor.dims, numbers))
        assert not tensor.raw_data
    path = save(model, tmp_path / "net.onnx")
    net, want = Net(2), Net(1)
    load_weights(net, path)
    for name in values(net):
        assert torch.allclose(net.state_dict()[name], want.state_dict()[name], rtol=1e-3), name
    save_weights(Net(2), path, path)
    onnx.checker.check_model(path)
    assert onnx.load(path) == graph_of(Net(2), kind=kind)


def test_merged_initializers_are_one_value(tmp_path):
    net = Net(1)
    with torch.no_grad():
        net.b2.weight.copy_(net.b1.weight)
    model = graph_of(net)
    for tensor in list(model.graph.initializer):
        if tensor.name == "b2.weight":
            model.graph.initializer.remove(tensor)
    model.graph.node.insert(0, helper.make_node("Identity", ["b1.weight"], ["b2.weight"]))
    path = save(model, tmp_path / "net.onnx")
    read = Net(2)
    for names in (None, match_by_order(read, path)):
        assert load_weights(read, path, names)["b2.weight"] == Initializer("b1.weight")
    check_outputs(read, path)
    save_weights(read, path, tmp_path / "out.onnx")
    with torch.no_grad():
        read.b2.weight[3] += 1
    with pytest.raises(ValueError, match="share the initializer 'b1.weight', but now differ"):
        save_weights(read, path, tmp_path / "out.onnx")


def test_batch_normalization_without_parameters(tmp_path):
    """Exporters write ones and zeros for them, which no value of the module is."""
    want = Net(1)
    nn.init.ones_(want.b1.weight)
    nn.init.zeros_(want.b1.bias)
    path = save(graph_of(want), tmp_path / "net.onnx")
    net = net_with("b1", nn.BatchNorm2d(8, affine=False))
    names = load_weights(net.eval(), path)
    assert "b1.weight" not in names and "b1.running_mean" in names
    check_outputs(net, path)
    nn.init.constant_(want.b1.bias, 0.5)
    save(graph_of(want), path)
    with pytest.raises(ValueError, match="'b1.y' has the bias 'b1.bias', which is of no value"):
        load_weights(net, path)


class Matrix(nn.Module):
    """x·W with a matrix that is no nn.Linear."""

    def __init__(self, rows, columns):
        super().__init__()
        self.w = nn.Parameter(torch.randn(rows, columns))


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("columns", [3, 4])
def test_matrices_of_other_modules(tmp_path, transposed, columns):
    """The shape tells how they lie; where it is square, names have to."""
    want = Matrix(4, columns)
    array = want.w.detach().numpy()
    extents = array.T.shape if transposed else array.shape
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["y"])], "net",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, extents[0]])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, extents[1]])],
            [numpy_helper.from_array(np.ascontiguousarray(array.T if transposed else array), "w")],
        )
    )  # fmt: skip
    path = save(model, tmp_path / "net.onnx")
    net = Matrix(4, columns)
    names = None
    if columns == 4:
        with pytest.raises(ValueError, match=r"square.*Initializer\('w', transposed=…\)"):
            load_weights(net, path)
        names = {"w": Initializer("w", transposed)}
    assert load_weights(net, path, names) == {"w": Initializer("w", transposed)}
    assert torch.equal(net.w, want.w)


def test_minus_zero_is_written_as_zero(tmp_path):
    path = save(graph_of(Net(1)), tmp_path / "net.onnx")
    net = Net(2)
    with torch.no_grad():
        net.c1.weight[0] = -0.0
    save_weights(net, path, path)
    written = initializers(path)["c1.weight"][0]
    assert not written.any() and not np.signbit(written).any()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_values_that_are_not_finite_are_not_written(tmp_path, bad):
    path = save(graph_of(Net(1)), tmp_path / "net.onnx")
    content = path.read_bytes()
    net = Net(2)
    with torch.no_grad():
        net.g.bias[2] = bad
    with pytest.raises(ValueError, match="g.bias: 1 of 5 values are not finite as FLOAT"):
        save_weights(net, path, path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    path = save(graph_of(Net(1)), tmp_path / "net.onnx")
    content = path.read_bytes()
    # Who has the file open goes on reading the former one.
    with open(path, "rb") as reader:
        save_weights(Net(3), path, path)
        assert reader.read() == content
    content = path.read_bytes()

    def fail(_):
        raise OSError("the disk is full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="full"):
        save_weights(Net(2), path, path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]
