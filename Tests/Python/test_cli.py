"""The tool as scripts see it: exit statuses, JSON reports, files."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from hewn import EXAMPLE, ROOT, hewn, hewn_json, save

PICTURE = ROOT / "Examples/ship.png"


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(EXAMPLE.read_bytes()[:5000])
    return path


@pytest.fixture
def unsupported(tmp_path):
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4]) for name in "xy"]
    node = helper.make_node("Imaginary", ["x"], ["y"], name="curve")
    graph = helper.make_graph([node], "unsupported", ports[:1], ports[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return save(model, tmp_path / "unsupported.onnx")


@pytest.mark.parametrize("command", [[], ["inspect"], ["run"], ["compare"], ["bench"]])
def test_help(command):
    done = hewn(*command, "--help")
    assert "USAGE" in done.stdout and "EXAMPLES" in done.stdout
    assert not done.stderr


def test_version():
    assert hewn("--version").stdout.startswith("hewn ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["inspect"],
        ["run", EXAMPLE, "--batch", "0"],
        ["run", EXAMPLE, "--input", "nowhere=x.npy"],
        ["run", EXAMPLE, "--engine", "quick"],
        ["bench", EXAMPLE, "--threads", "0"],
    ],
)
def test_wrong_usage(arguments):
    done = hewn(*arguments, status=2)
    assert done.stderr.startswith("hewn: error: ") and not done.stdout


def test_input_of_another_shape(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((1, 3, 30, 32), np.float32))
    done = hewn("run", EXAMPLE, "--input", tmp_path / "x.npy", status=2)
    assert "1×3×30×32" in done.stderr and "input" in done.stderr


@pytest.mark.parametrize("command", ["inspect", "run", "compare", "bench"])
def test_broken_model(command, broken):
    assert "ONNX model" in hewn(command, broken, status=3).stderr


@pytest.mark.parametrize("command", ["inspect", "run", "compare", "bench"])
def test_unsupported_operator(command, unsupported):
    done = hewn(command, unsupported, status=4)
    assert "Imaginary" in done.stderr and "curve" in done.stderr


def test_missing_file(tmp_path):
    assert "nowhere.onnx" in hewn("inspect", tmp_path / "nowhere.onnx", status=5).stderr


def test_failed_comparison(tmp_path):
    np.save(tmp_path / "input.npy", np.zeros((1, 3, 32, 32), np.float32))
    np.save(tmp_path / "logits.npy", np.full((1, 10), 100, np.float32))
    report = hewn_json("compare", EXAMPLE, "--against", tmp_path, status=1)
    assert report["passed"] is False and report["outputs"]["logits"]["max_abs"] > 50


def test_inspect_report():
    report = hewn_json("inspect", EXAMPLE, "--passes", "--threads", 1)
    convolutions = [layer for layer in report["layers"] if layer["op"].startswith("Conv")]
    weights = {
        array.name: onnx.numpy_helper.to_array(array)
        for array in onnx.load(EXAMPLE).graph.initializer
        if len(array.dims) == 4
    }
    assert sum(layer["weights"] or 0 for layer in convolutions) == sum(
        array.size for array in weights.values()
    )
    assert sum(layer["zeros"] or 0 for layer in convolutions) == sum(
        int((array == 0).sum()) for array in weights.values()
    )
    for layer in convolutions:
        if layer["rows"] is None:
            continue
        assert layer["rows"] * layer["taps"] == layer["weights"]
        assert layer["engine"] in ("sparse", "dense") and layer["reason"]
        assert 0 <= layer["leaves"] <= layer["weights"] - layer["zeros"]
    assert report["totals"]["layers"] == len(report["layers"])
    assert {"name", "applied", "blocked"} <= report["passes"][0].keys()


def test_run_report(tmp_path):
    report = hewn_json(
        "run", EXAMPLE, "--image", PICTURE, "--preprocess", "cifar10-hewn", "--output", tmp_path,
        "--labels", ROOT / "Examples/labels-cifar10.txt", "--top", 3,
    )  # fmt: skip
    logits = np.load(report["outputs"]["logits"]["file"])
    assert logits.shape == (1, 10) and logits.dtype == np.float32
    (item,) = report["top"]
    assert [c["index"] for c in item["classes"]] == list(np.argsort(-logits[0])[:3])
    assert item["classes"][0]["label"] == "ship"
    exponentials = np.exp(logits[0] - logits[0].max())
    probability = exponentials.max() / exponentials.sum()
    assert item["softmax"] and abs(item["classes"][0]["probability"] - probability) < 1e-5


@pytest.mark.parametrize("against", ["reference", "dense"])
def test_compare_report(against):
    report = hewn_json("compare", EXAMPLE, "--against", against, "--batch", 3)
    assert report["passed"] is True and report["outputs"]["logits"]["max_rel"] < 1e-4
    assert report["top1_agreement"] == 1 and report["outputs"]["logits"]["shape"] == [3, 10]


def test_bench_report():
    report = hewn_json(
        "bench", EXAMPLE, "--duration", 0.05, "--warmup", 0, "--iterations", 3, "--threads", 1
    )
    assert report["engines"].keys() == {"sparse", "dense"}
    for engine in report["engines"].values():
        assert 0 < engine["min_ms"] <= engine["median_ms"] <= engine["p99_ms"] <= engine["max_ms"]
        assert engine["iterations"] >= 3 and engine["items_per_second"] > 0
    ratio = report["engines"]["dense"]["median_ms"] / report["engines"]["sparse"]["median_ms"]
    assert abs(report["speedup"] - ratio) < 1e-3 * ratio
    assert any(layer["engine"] == "sparse" for layer in report["layers"])


def test_same_seed_same_outputs(tmp_path):
    files = []
    for name in ["a", "b"]:
        report = hewn_json("run", EXAMPLE, "--seed", 5, "--output", tmp_path / name)
        files.append(np.load(report["outputs"]["logits"]["file"]))
    assert files[0].tobytes() == files[1].tobytes()
