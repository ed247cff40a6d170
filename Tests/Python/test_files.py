"""Model files in every form: read as ONNX Runtime reads them, and written for it."""

import os
import resource
import signal
import subprocess

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hewn import (
    EXAMPLE,
    HEWN,
    expected_outputs,
    hewn,
    hewn_json,
    hewn_outputs,
    relative_error,
    save,
)

X = np.random.default_rng(1).standard_normal((1, 3, 8, 8)).astype(np.float32)


def weights(seed, *shape, zeros=0.8):
    generator = np.random.default_rng(seed)
    values = generator.standard_normal(shape).astype(np.float32)
    values[generator.random(shape) < zeros] = 0
    return values


def sparse(name, values, coordinates):
    flat = values.ravel()
    places = np.flatnonzero(flat)
    indices = np.stack(np.unravel_index(places, values.shape), 1) if coordinates else places
    return helper.make_sparse_tensor(
        numpy_helper.from_array(flat[places], name),
        numpy_helper.from_array(indices.astype(np.int64), f"{name}_indices"),
        values.shape,
    )


def model(nodes, initializers=(), sparse_initializers=(), functions=(), opset=17):
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", "C", "H", "W"])],
        initializers,
        sparse_initializer=sparse_initializers,
        doc_string="a graph",
    )
    result = helper.make_model(
        graph,
        functions=functions,
        opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("local", 1)],
        ir_version=8,
        producer_name="tests",
    )
    helper.set_model_props(result, {"author": "somebody"})
    return result


def conv(weight, **attributes):
    return helper.make_node("Conv", ["x", weight], ["y"], name="conv", **attributes)


def sparse_initializers(folder, coordinates):
    tensor = sparse("w", weights(2, 4, 3, 3, 3), coordinates)
    return save(model([conv("w")], sparse_initializers=[tensor]), folder / "model.onnx")


def sparse_constant(folder):
    tensor = sparse("w", weights(3, 4, 3, 3, 3), False)
    constant = helper.make_node("Constant", [], ["w"], sparse_value=tensor)
    return save(model([constant, conv("w")]), folder / "model.onnx")


def external(folder):
    tensors = [numpy_helper.from_array(weights(4, 64, 3, 3, 3), "w")]
    path = folder / "model.onnx"
    onnx.save(model([conv("w")], tensors), path, save_as_external_data=True, location="w.bin")
    assert (folder / "w.bin").stat().st_size >= 64 * 27 * 4
    return path


def external_constant(folder):
    tensor = numpy_helper.from_array(weights(5, 64, 3, 3, 3), "inner")
    constant = helper.make_node("Constant", [], ["w"], value=tensor)
    path = folder / "model.onnx"
    onnx.save(
        model([constant, conv("w")]),
        path,
        save_as_external_data=True,
        location="w.bin",
        convert_attribute=True,
    )
    return path


def lists(folder):
    values = weights(6, 16, 3, 3, 3)
    tensor = helper.make_tensor("w", TensorProto.FLOAT, values.shape, values.ravel())
    return save(model([conv("w")], [tensor]), folder / "model.onnx")


def functions(folder):
    """A block with an attribute, a default and an operator set of its own, called twice."""
    slope = onnx.AttributeProto(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT)
    leaky = helper.make_node("LeakyRelu", ["b"], ["c"])
    leaky.attribute.append(slope)
    block = helper.make_function(
        "local",
        "Block",
        ["a", "w"],
        ["c", "mean"],
        [
            helper.make_node("Conv", ["a", "w"], ["b"], pads=[1, 1, 1, 1]),
            leaky,
            helper.make_node("ReduceMean", ["c"], ["mean"], axes=[2, 3]),
        ],
        [helper.make_opsetid("", 17)],
        attribute_protos=[helper.make_attribute("slope", 0.25)],
    )
    nodes = [
        helper.make_node("Block", ["x", "w"], ["p", ""], domain="local", name="one"),
        helper.make_node("Block", ["p", "w"], ["q", "m"], domain="local", slope=0.5),
        helper.make_node("Add", ["q", "m"], ["y"]),
    ]
    tensor = numpy_helper.from_array(weights(7, 3, 3, 3, 3), "w")
    return save(model(nodes, [tensor], functions=[block]), folder / "model.onnx")


FORMS = {
    "sparse-positions": lambda folder: sparse_initializers(folder, False),
    "sparse-coordinates": lambda folder: sparse_initializers(folder, True),
    "sparse-constant": sparse_constant,
    "external": external,
    "external-constant": external_constant,
    "lists": lists,
    "functions": functions,
}


@pytest.mark.parametrize("form", FORMS)
def test_reads(form, tmp_path):
    path = FORMS[form](tmp_path)
    want = expected_outputs(path, {"x": X})["y"]
    got = hewn_outputs(path, {"x": X}, tmp_path / "run")["y"]
    assert relative_error(got, want) <= 1e-5


@pytest.mark.parametrize("form", FORMS)
def test_exports(form, tmp_path):
    path = FORMS[form](tmp_path)
    before = onnx.load(path)
    want = expected_outputs(path, {"x": X})["y"]
    exported = tmp_path / "elsewhere" / "dense.onnx"
    exported.parent.mkdir()
    report = hewn_json("export", path, "--output", exported)
    assert report["bytes"] == exported.stat().st_size and report["file"] == str(exported)

    after = onnx.load(exported, load_external_data=False)
    onnx.checker.check_model(after, full_check=True)
    assert not after.graph.sparse_initializer
    assert all(t.data_location == TensorProto.DEFAULT for t in after.graph.initializer)
    for field in ["opset_import", "ir_version", "producer_name", "metadata_props"]:
        assert getattr(after, field) == getattr(before, field), field
    assert after.graph.doc_string == before.graph.doc_string == "a graph"
    assert [n.name for n in after.graph.node] == [n.name for n in before.graph.node]
    np.testing.assert_array_equal(expected_outputs(exported, {"x": X})["y"], want)


def test_exports_the_example_unchanged(tmp_path):
    """A file that is plain and dense already is copied byte for byte."""
    hewn("export", EXAMPLE, "--output", tmp_path / "copy.onnx")
    assert (tmp_path / "copy.onnx").read_bytes() == EXAMPLE.read_bytes()


def test_export_replaces_a_file_but_not_the_model(tmp_path):
    path = FORMS["external"](tmp_path)
    target = tmp_path / "target.onnx"
    target.write_text("old")
    done = hewn("export", path, "--output", path, status=2)
    assert "the model itself" in done.stderr
    done = hewn("export", path, "--output", tmp_path / "w.bin", status=2)
    assert "holds data of the model" in done.stderr
    hewn("export", path, "--output", target)
    onnx.checker.check_model(str(target))


def test_export_to_where_nothing_can_be_written(tmp_path):
    done = hewn("export", EXAMPLE, "--output", tmp_path / "missing/out.onnx", status=5)
    assert "missing/out.onnx" in done.stderr
    if os.geteuid():
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o500)
        assert "denied" in hewn("export", EXAMPLE, "-o", folder / "out.onnx", status=5).stderr


def test_export_to_a_full_disk(tmp_path):
    """A limit on the size of files stands for a full disk: the old file survives."""
    target = tmp_path / "target.onnx"
    target.write_text("old")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))

    done = subprocess.run(
        [HEWN, "export", str(EXAMPLE), "--output", str(target)],
        preexec_fn=limit,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 5 and "target.onnx" in done.stderr, done.stderr
    assert target.read_text() == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["target.onnx"]


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(EXAMPLE.read_bytes()[:5000])
    assert f"{path}: not an ONNX model" in hewn("inspect", path, status=3).stderr
    bad = model([helper.make_node("Conv", ["x", "w"], ["y"], name="c")])
    bad.graph.initializer.append(numpy_helper.from_array(np.zeros((4, 5, 3, 3), np.float32), "w"))
    save(bad, tmp_path / "bad.onnx")
    done = hewn("inspect", tmp_path / "bad.onnx", status=3)
    assert 'bad.onnx: Conv "c": ' in done.stderr
