"""hewn_finetune: weights from ONNX and back, and zeros that stay while PyTorch trains."""

import copy
import math
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hewn import EXAMPLE, ROOT, expected_outputs, relative_error, save

WANTED = "is not installed: pip install -r Tests/Python/requirements-torch.txt"
torch = pytest.importorskip("torch", reason=f"PyTorch {WANTED}")
pytest.importorskip("safetensors", reason=f"safetensors {WANTED}")

from safetensors.torch import save_file  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

sys.path.insert(0, str(ROOT / "Python"))

from hewn_finetune import (  # noqa: E402
    Initializer, KeepMasks, Mask, load_masks, load_weights, match_by_order, save_weights,
)  # fmt: skip

METADATA = {"format": "hewn-masks", "version": "1", "model": "net.onnx"}


@pytest.fixture(autouse=True)
def one_thread():
    """Small nets: threads cost more than they bring."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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


def random_masks(path, seed=0, share=0.4):
    """A mask for each weight of a file, of seeded random bits."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: Mask(torch.rand(array.shape, generator=generator) < share)
        for name, array in initializers(path).items()
        if array.ndim > 1
    }


def pruned(folder, gemm="transB", rename=lambda name: name):
    """A net with zeros, its file, its masks and the names of its initializers."""
    net = Net(1)
    path = save(graph_of(net, gemm=gemm, rename=rename), folder / "net.onnx")
    masks = random_masks(path)
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.name in masks:
            array = numpy_helper.to_array(tensor) * masks[tensor.name].keep.numpy()
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    save(model, path)
    names = load_weights(net, path, {name: rename(name) for name in values(net)})
    return net, path, masks, names


def values(net):
    return [name for name, value in net.state_dict().items() if value.is_floating_point()]


def train(net, optimizer, steps=4, after_step=lambda: None):
    generator = torch.Generator().manual_seed(3)
    net.train()
    for step in range(steps):
        labels = torch.randint(0, 5, (16,), generator=generator)
        loss = F.cross_entropy(net(images(step, 16)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        after_step()
    net.eval()


def dropped(net, masks, names):
    """The parameters that have masks, with where they have to be zero, as the module has them."""
    found = {}
    for name, parameter in net.named_parameters():
        initializer, transposed = names[name]
        if initializer in masks:
            keep = masks[initializer].keep
            found[name] = parameter, ~(keep.T if transposed else keep)
    assert found
    return found


def assert_zeros(net, masks, names):
    for name, (parameter, zeros) in dropped(net, masks, names).items():
        bad = parameter[zeros] != 0
        assert not bad.any(), f"{name}: {int(bad.sum())} of {int(zeros.sum())} are not zero"
        assert (parameter[~zeros] != 0).any(), f"{name}: all is zero"


# Weights


@pytest.mark.parametrize("gemm", ["transB", "plain", "MatMul"])
def test_loaded_weights_give_the_outputs_of_the_file(tmp_path, gemm):
    path = save(graph_of(Net(1), gemm=gemm), tmp_path / "net.onnx")
    net = Net(2)
    names = load_weights(net, path)
    check_outputs(net, path)
    assert set(names) == set(values(net))
    assert names["f.weight"] == Initializer("f.weight", gemm != "transB")
    assert names["c2.weight"] == Initializer("c2.weight")


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


def without(model, name):
    for tensor in list(model.graph.initializer):
        if tensor.name == name:
            model.graph.initializer.remove(tensor)
    for node in model.graph.node:
        if name in node.input:
            node.input.remove(name)
    return model


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


def net_without_layer():
    net = Net(2)
    net.f = nn.Identity()
    return net


def net_with(name, module):
    net = Net(2)
    setattr(net, name, module)
    return net


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


def test_garbage_is_no_model(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(b"\xff" * 100)
    with pytest.raises(ValueError, match="is no ONNX file"):
        load_weights(Net(1), path)
    with pytest.raises(FileNotFoundError):
        load_weights(Net(1), tmp_path / "other.onnx")


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


# Order


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


# Masks


OPTIMIZERS = {
    "SGD": lambda it: torch.optim.SGD(it, 0.1, 0.9, weight_decay=0.01, nesterov=True),
    "Adam": lambda it: torch.optim.Adam(it, 0.01, weight_decay=0.1, amsgrad=True),
    "AdamW": lambda it: torch.optim.AdamW(it, 0.01, weight_decay=0.1),
    "RMSprop": lambda it: torch.optim.RMSprop(it, 0.01, momentum=0.9, weight_decay=0.1),
}


@pytest.mark.parametrize("gemm", ["transB", "plain"])
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_zeros_stay(tmp_path, make, gemm):
    """Also where the optimizer comes with momentum for dropped weights."""
    net, path, masks, names = pruned(tmp_path, gemm)
    optimizer = make(net.parameters())
    train(net, optimizer, 3)
    with pytest.warns(UserWarning, match="weights that the masks drop were not zero"):
        keep = KeepMasks(net, optimizer, masks, names)
    assert_zeros(net, masks, names)
    before = copy.deepcopy(net)

    def check():
        assert_zeros(net, masks, names)
        for name, (parameter, zeros) in dropped(net, masks, names).items():
            assert not parameter.grad[zeros].any(), f"{name}: a gradient of a dropped weight"
            assert parameter.grad[~zeros].any(), f"{name}: no gradient"

    train(net, optimizer, after_step=check)
    for name, (parameter, zeros) in dropped(net, masks, names).items():
        assert not torch.signbit(parameter[zeros]).any(), f"{name} has −0"
        changed = parameter[~zeros] != before.get_parameter(name)[~zeros]
        assert changed.all(), f"{name}: kept weights do not train"
    keep.check()
    keep.remove()
    keep.remove()
    train(net, optimizer, 1)
    with pytest.raises(RuntimeError, match=r"not zero: \d+ in c1.weight, \d+ in c2.weight"):
        keep.check()


def test_state_of_the_optimizer_is_clean(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    optimizer = OPTIMIZERS["AdamW"](net.parameters())
    with KeepMasks(net, optimizer, masks, names):
        train(net, optimizer)
    for name, (parameter, zeros) in dropped(net, masks, names).items():
        for key in ("exp_avg", "exp_avg_sq"):
            state = optimizer.state[parameter][key]
            assert not state[zeros].any() and state[~zeros].any(), f"{name}: {key}"


def test_norms_of_gradients_are_of_kept_weights(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    squares = []
    for _ in range(2):
        net.zero_grad()
        F.cross_entropy(net(images(5)), torch.arange(4)).backward()
        squares.append(nn.utils.clip_grad_norm_(net.parameters(), 1e9) ** 2)
        found = dropped(net, masks, names).values()
        lost = sum(parameter.grad[zeros].square().sum() for parameter, zeros in found)
        if len(squares) == 1:
            want = squares[0] - lost
            assert lost > 0.01 * squares[0]
            KeepMasks(net, optimizer, masks, names)
    assert abs(squares[1] - want) < 1e-4 * want


def test_masks_hold_after_a_state_is_loaded(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    dense = Net(9).state_dict()
    keep = KeepMasks(net, optimizer, masks, names)
    net.load_state_dict(dense)
    assert_zeros(net, masks, names)
    for name, (parameter, zeros) in dropped(net, masks, names).items():
        assert torch.equal(parameter[~zeros], dense[name][~zeros]), name
    with pytest.raises(RuntimeError, match=r"load_state_dict\(assign=True\)"):
        net.load_state_dict(dense, assign=True)
    keep.remove()
    net.load_state_dict(dense)


def test_with_checks_at_its_end(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    count = int((~masks["f.weight"].keep).sum())
    with pytest.raises(RuntimeError, match=rf"not zero: {count} in f.weight\. "):
        with KeepMasks(net, optimizer, masks, names), torch.no_grad():
            net.f.weight.fill_(1)
    with pytest.raises(KeyError):
        with KeepMasks(net, optimizer, {"c1.weight": masks["c1.weight"]}, names), torch.no_grad():
            net.c1.weight.fill_(1)
            raise KeyError
    train(net, optimizer, 1)
    assert net.c1.weight.all(), "the hooks are still there"


def test_frozen_layers_need_no_optimizer(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    net.c1.weight.requires_grad_(False)
    before = net.c1.weight.clone()
    optimizer = OPTIMIZERS["SGD"]([it for it in net.parameters() if it.requires_grad])
    with KeepMasks(net, optimizer, masks, names):
        train(net, optimizer)
        assert_zeros(net, masks, names)
    assert torch.equal(net.c1.weight, before)


@pytest.mark.parametrize("gemm", ["transB", "plain", "MatMul"])
def test_zeros_of_the_file_are_those_of_the_masks(tmp_path, gemm):
    net, path, masks, names = pruned(tmp_path, gemm, opaque)
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    with KeepMasks(net, optimizer, masks, names):
        train(net, optimizer)
    save_weights(net, path, tmp_path / "tuned.onnx", names)
    check_outputs(net, tmp_path / "tuned.onnx")
    before, after = initializers(path), initializers(tmp_path / "tuned.onnx")
    assert len(masks) == 4
    for name, mask in masks.items():
        keep = mask.keep.numpy()
        assert not after[name][~keep].any() and after[name][keep].all(), name
    assert not any(np.array_equal(before[name], after[name]) for name in before)


def test_minus_zero_is_written_as_zero(tmp_path):
    path = save(graph_of(Net(1)), tmp_path / "net.onnx")
    net = Net(2)
    with torch.no_grad():
        net.c1.weight[0] = -0.0
    save_weights(net, path, path)
    written = initializers(path)["c1.weight"][0]
    assert not written.any() and not np.signbit(written).any()


def test_refusals_of_masks(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    weight = Mask(torch.ones(8, 3, 3, 3, dtype=torch.bool))
    square = Mask(torch.ones(8, 8, dtype=torch.bool))
    cases = [
        ({}, names, "there are no masks"),
        ({"onnx::1": weight}, None, "mask 'onnx::1' is of no parameter.*candidates: c1.weight"),
        ({"c2.weight": weight}, None, r"c2.weight is \[8, 4, 3, 3\], its mask \[8, 3, 3, 3\]"),
        ({"g.weight": square}, names, r"g.weight is \[5, 8\], its mask \[8, 8\]"),
        ({"b1.running_mean": Mask(torch.ones(8) > 0)}, names, "'b1.running_mean' is of no param"),
        (masks, {**names, "c2.weight": Initializer("c2.weight", True)}, "only matrices can lie"),
        ({"f.weight": square}, None, "f.weight is square.*names that load_weights has returned"),
        (masks, {**names, "f": "f.weight"}, "the module has no value 'f'; candidates"),
    ]
    for given, mapping, message in cases:
        with pytest.raises(ValueError, match=message):
            KeepMasks(net, optimizer, given, mapping)
    other = OPTIMIZERS["SGD"](Net(1).parameters())
    with pytest.raises(ValueError, match="the optimizer is not one of this module"):
        KeepMasks(net, other, masks, names)
    before = copy.deepcopy(net)
    train(net, optimizer, 1)
    for name, (parameter, zeros) in dropped(net, masks, names).items():
        assert parameter[zeros].any(), f"{name}: a refused mask has set hooks"
        assert not torch.equal(parameter, before.get_parameter(name))


def test_matrices_that_are_not_square_need_no_names(tmp_path):
    """The shape of the mask tells how they lie."""
    for gemm in ("transB", "plain"):
        net, path, masks, names = pruned(tmp_path, gemm)
        given = {name: mask for name, mask in masks.items() if name != "f.weight"}
        optimizer = OPTIMIZERS["SGD"](net.parameters())
        with KeepMasks(net, optimizer, given):
            train(net, optimizer)
            assert_zeros(net, given, names)


def boolean(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(1)) < 0.5


def order(*rows):
    return torch.tensor(rows, dtype=torch.int32)


def test_masks_are_read(tmp_path):
    tensors = {
        "mask:a.weight": boolean(6, 2, 3, 3), "order:a.weight": order([2, 0, 1], [1, 0, 2]),
        "mask:onnx::Gemm_1": boolean(5, 4), "order:onnx::Gemm_1": order([3, 1, 0, 2]),
        "mask:v": boolean(7), "order:v": order([0]), "mask:w": boolean(3, 3),
    }  # fmt: skip
    save_file(tensors, tmp_path / "masks", METADATA)
    masks = load_masks(tmp_path / "masks")
    assert sorted(masks) == ["a.weight", "onnx::Gemm_1", "v", "w"]
    for name, mask in masks.items():
        assert torch.equal(mask.keep, tensors[f"mask:{name}"]), name
        if name == "w":
            assert mask.order is None
        else:
            assert torch.equal(mask.order, tensors[f"order:{name}"]), name


BAD_MASKS = {
    "format": ({"mask:w": boolean(2, 2)}, {"format": None}, "holds no masks of"),
    "version": ({"mask:w": boolean(2, 2)}, {"version": "2"}, "version 2 of the masks' format"),
    "no version": ({"mask:w": boolean(2, 2)}, {"version": None}, "version None"),
    "model": ({"mask:w": boolean(2, 2)}, {"model": None}, "which model"),
    "type": ({"mask:w": boolean(2, 2).byte()}, {}, "mask:w is torch.uint8, want bool"),
    "scalar": ({"mask:w": torch.tensor(True)}, {}, "has no axes"),
    "other tensor": ({"mask:w": boolean(2, 2), "w": boolean(2)}, {}, "'w' is neither a mask"),
    "nameless": ({"mask:": boolean(2, 2)}, {}, "'mask:' is neither a mask"),
    "order alone": ({"order:w": order([0])}, {}, "'order:w' is neither a mask"),
    "empty": ({}, {}, "holds no mask"),
    "order type": (
        {"mask:w": boolean(2, 2), "order:w": order([0, 1]).long()}, {}, "is torch.int64",
    ),
    "order axes": ({"mask:w": boolean(2, 2), "order:w": order(0, 1)}, {}, r"int32 \[2\]"),
    "order rows": (
        {"mask:w": boolean(4, 2, 1, 3), "order:w": order([0, 1])}, {}, r"\[1, 2\] does not fit",
    ),
    "order twice": (
        {"mask:w": boolean(4, 2, 1, 1), "order:w": order([0, 1], [1, 1])}, {}, "no permutation",
    ),
    "order beyond": (
        {"mask:w": boolean(4, 2, 1, 1), "order:w": order([0, 1], [2, 3])}, {}, "no permutation",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_MASKS)
def test_refusals_of_masks_files(tmp_path, case):
    tensors, changes, message = BAD_MASKS[case]
    metadata = {key: value for key, value in {**METADATA, **changes}.items() if value is not None}
    save_file(tensors, tmp_path / "masks", metadata)
    with pytest.raises(ValueError, match=message):
        load_masks(tmp_path / "masks")


def test_damaged_masks_files(tmp_path):
    path = tmp_path / "masks"
    save_file({"mask:w": boolean(2, 2)}, path, METADATA)
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(ValueError, match="is no safetensors file"):
        load_masks(path)
    path.write_bytes(content[:-1] + b"\2")
    with pytest.raises(ValueError, match="bytes other than 0 and 1"):
        load_masks(path)
    with pytest.raises(FileNotFoundError):
        load_masks(tmp_path / "other")


# The example


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Two seeded pictures of each class."""
    image = pytest.importorskip("PIL.Image", reason=f"Pillow {WANTED}")
    folder = tmp_path_factory.mktemp("pictures")
    generator = np.random.default_rng(0)
    for name in (ROOT / "Examples/labels-cifar10.txt").read_text().split():
        (folder / name).mkdir()
        for index in range(2):
            pixels = generator.integers(0, 256, (32, 32, 3), np.uint8)
            image.fromarray(pixels).save(folder / name / f"{index:04}.png")
    return folder


def finetune(*arguments, status=0):
    command = [sys.executable, ROOT / "Examples/finetuning/finetune.py", *arguments]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
    assert done.returncode == status, f"{done.stdout}{done.stderr}"
    return done


def test_the_example_keeps_zeros_and_repeats(tmp_path, pictures):
    before = initializers(EXAMPLE)
    keep = {name: array != 0 for name, array in before.items() if array.ndim == 4}
    tensors = {f"mask:{name}": torch.from_numpy(mask) for name, mask in keep.items()}
    save_file(tensors, tmp_path / "masks", METADATA)
    outputs = [tmp_path / "1.onnx", tmp_path / "2.onnx"]
    for output in outputs:
        done = finetune(
            EXAMPLE, "--masks", tmp_path / "masks", "--images", pictures, "--validation", pictures,
            "-o", output, "--epochs", 2, "--batch", 16, "--limit", 18, "--threads", 1,
        )  # fmt: skip
        assert "epoch 2: loss" in done.stdout and "validation accuracy" in done.stdout
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    after = initializers(outputs[0])
    for name, mask in keep.items():
        assert np.array_equal(after[name] != 0, mask), name
    assert not np.array_equal(after["l.4.b1.running_mean"], before["l.4.b1.running_mean"])


def test_the_example_refuses_what_are_no_images(tmp_path, pictures):
    model = [EXAMPLE, "--masks", EXAMPLE, "-o", tmp_path / "out.onnx", "--images"]
    (tmp_path / "empty").mkdir()
    assert "there are no images" in finetune(*model, tmp_path / "empty", status=1).stderr
    assert "neither a folder nor a ZIP" in finetune(*model, EXAMPLE, status=1).stderr
    assert not (tmp_path / "out.onnx").exists()
