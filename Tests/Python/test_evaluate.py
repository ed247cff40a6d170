"""`hewn evaluate` on sets that Python's own tools write, and on a real network."""

import os
import pathlib
import random
import subprocess
import zipfile

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from hewn import EXAMPLE, HEWN, ROOT, hewn, hewn_json, png, save

CLASSES = 7


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return linear_model(tmp_path_factory.mktemp("model") / "linear.onnx")


def linear_model(path, noise=0.0, softmax=False):
    """Seven scores, linear in the values of 4 × 4 RGB pictures; the batch is free."""
    generator = np.random.default_rng(1)
    weights = generator.normal(size=(48, CLASSES))
    weights = (weights + noise * generator.normal(size=(48, CLASSES))).astype(np.float32)
    nodes = [
        helper.make_node("Flatten", ["x"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits" if softmax else "scores"]),
    ]
    if softmax:
        nodes.append(helper.make_node("Softmax", ["logits"], ["scores"]))
    graph = helper.make_graph(
        nodes, "linear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 4, 4])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", CLASSES])],
        [onnx.numpy_helper.from_array(weights, "weights")],
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 8
    return save(made, path)


def images(count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, 4, 4, 3), np.uint8)


def expected_counts(model, inputs, labels):
    """Top-1 and top-5 counts by ONNX Runtime, in batches."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    batch = session.get_inputs()[0].shape[0]
    step = batch if isinstance(batch, int) else 50
    scores = [session.run(None, {name: inputs[i : i + step]})[0] for i in range(0, len(inputs), step)]
    scores = np.concatenate(scores).reshape(len(inputs), -1)
    order = np.argsort(-scores, axis=1, kind="stable")
    right = order == np.asarray(labels)[:, None]
    return int(right[:, 0].sum()), int(right[:, :5].sum())


def counts(report):
    return report["top1"]["count"], report["top5"]["count"]


def normalised(pixels, scale=1 / 255, mean=0.0, std=1.0):
    """N×H×W×C bytes to N×C×H×W floats, in single precision like the tool."""
    x = pixels.astype(np.float32) * np.float32(scale)
    x = (x - np.asarray(mean, np.float32)) / np.asarray(std, np.float32)
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("save_arrays", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("batch", [1, 8, 64])
def test_arrays(model, save_arrays, batch, tmp_path):
    x = images(101)
    y = np.random.default_rng(2).integers(0, CLASSES, 101)
    save_arrays(tmp_path / "set.npz", x=x, y=y, names=np.array(["extra"]))
    report = hewn_json(
        "evaluate", model, "--images", tmp_path / "set.npz", "--preprocess", "unit",
        "--batch", batch,
    )  # fmt: skip
    assert counts(report) == expected_counts(model, normalised(x), y)
    assert report["images"] == {"source": "set.npz", "count": 101, "skipped": 0, "non_finite": 0}
    assert report["plan"]["batch"] == batch and report["classes"] == CLASSES
    assert report["ms_per_image"] > 0 and report["seconds"] > 0


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("large", [False, True])
def test_archives(model, compression, large, tmp_path):
    x = images(60, seed=3)
    y = np.arange(60) % CLASSES
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.mkdir("set")
        for index in random.Random(0).sample(range(60), 60):
            name = f"set/class{y[index]}/{index:03}.png"
            with archive.open(name, "w", force_zip64=large) as file:
                file.write(png(x[index]))
    report = hewn_json("evaluate", model, "--images", path, "--preprocess", "unit")
    assert counts(report) == expected_counts(model, normalised(x), y)
    assert report["plan"]["batch"] == 16

    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "folder")
    folder = hewn_json("evaluate", model, "--images", tmp_path / "folder", "--preprocess", "unit")
    assert counts(folder) == counts(report)


def test_labels_in_the_set(model, tmp_path):
    x = images(20, seed=4)
    y = np.random.default_rng(5).integers(0, CLASSES, 20)
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("labels.txt", "".join(f"{y[i]} {i}.png\n" for i in range(20)))
        for index in range(20):
            archive.writestr(f"{index}.png", png(x[index]))
    report = hewn_json("evaluate", model, "--images", tmp_path / "set.zip", "--preprocess", "unit")
    assert counts(report) == expected_counts(model, normalised(x), y)


def test_unlabelled_set(model, tmp_path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("a.png", png(images(1)[0]))
    done = hewn("evaluate", model, "--images", tmp_path / "set.zip", status=2)
    assert "--labels FILE" in done.stderr and "a.png" in done.stderr


def test_damaged_archives(model, tmp_path):
    """Each in a process of its own, whose death would fail the test."""
    with zipfile.ZipFile(tmp_path / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for index, picture in enumerate(images(4)):
            archive.writestr(f"{index % 2}/{index}.png", png(picture))
    sound = (tmp_path / "set.zip").read_bytes()
    for seed in range(40):
        generator = random.Random(seed)
        damaged = bytearray(sound)
        for _ in range(3):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        if seed % 4 == 0:
            del damaged[generator.randrange(len(damaged)) :]
        path = tmp_path / "damaged.zip"
        path.write_bytes(damaged)
        command = [HEWN, "evaluate", model, "--images", path, "--preprocess", "unit"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 2, 3, 4), f"seed {seed}: {done}"


@pytest.mark.parametrize("softmax", [False, True])
@pytest.mark.parametrize("labelled", [False, True])
def test_two_models(model, softmax, labelled, tmp_path):
    """Counts, divergences and errors of two networks, against those that NumPy finds."""
    other = linear_model(tmp_path / "other.onnx", noise=0.3, softmax=softmax)
    x = images(201)
    y = np.random.default_rng(2).integers(0, CLASSES, 201)
    np.savez(tmp_path / "set.npz", x=x, **({"y": y} if labelled else {}))
    arguments = (
        "evaluate", model, "--against", other, "--images", tmp_path / "set.npz",
        "--preprocess", "unit",
    )  # fmt: skip
    report = hewn_json(*arguments)

    got, want = [
        onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        .run(None, {"x": normalised(x)})[0]
        .astype(np.float64)
        for path in (model, other)
    ]
    if labelled:
        right, other_right = got.argmax(1) == y, want.argmax(1) == y
        top1 = report["accuracy"]["top1"]
        assert top1["both"] == (right & other_right).sum()
        assert top1["model_only"] == (right & ~other_right).sum()
        assert top1["other_only"] == (~right & other_right).sum()
        assert top1["neither"] == (~right & ~other_right).sum()
        difference = 100 * (right.astype(float) - other_right)
        assert top1["difference_points"]["mean"] == pytest.approx(difference.mean(), rel=1e-5)
        # The normal distribution's interval, which is near for so many images.
        radius = 1.96 * difference.std() / np.sqrt(len(x))
        for end, expected in (("lower", -radius), ("upper", radius)):
            end = top1["difference_points"][end]
            assert end == pytest.approx(difference.mean() + expected, abs=0.15 * radius)
    else:
        assert report["accuracy"] is None and "no array of labels" in report["no_accuracy_reason"]

    output = report["outputs"]["scores"]
    agreement = (got.argmax(1) == want.argmax(1)).mean()
    assert 0 < agreement < 1
    assert output["top1_agreement"]["mean"] == pytest.approx(agreement, rel=1e-5)
    q = np.exp(got) / np.exp(got).sum(1, keepdims=True)
    p = want if softmax else np.exp(want) / np.exp(want).sum(1, keepdims=True)
    divergence = output["kl_divergence"]
    assert divergence["model_softmax"] and divergence["other_softmax"] != softmax
    nats = (p * np.log(p / q)).sum(1).mean()
    assert divergence["nats"]["mean"] == pytest.approx(nats, rel=1e-4)
    errors = np.abs(got - want).max(1) / np.abs(want).max(1)
    assert output["max_rel"] == pytest.approx(errors.max(), rel=1e-4)
    assert output["mean_rel"]["mean"] == pytest.approx(errors.mean(), rel=1e-4)
    assert output["psnr"] is None and output["relative_squares"] is None

    report = hewn_json(*arguments, "--loss", "squares")
    assert report["accuracy"] is None and "by squares" in report["no_accuracy_reason"]
    output = report["outputs"]["scores"]
    assert output["kl_divergence"] is None and output["top1_agreement"] is None
    squares = ((got - want) ** 2).sum() / (want**2).sum()
    assert output["relative_squares"] == pytest.approx(squares, rel=1e-4)


def test_folders_and_classes(tmp_path):
    """The example network and its picture, in folders that are named and in ones that are listed."""
    picture = (ROOT / "Examples/ship.png").read_bytes()
    labels = ROOT / "Examples/labels-cifar10.txt"
    names = labels.read_text().split()
    for name in names:
        (tmp_path / "set" / name).mkdir(parents=True)
    (tmp_path / "set" / "ship" / "0.png").write_bytes(picture)
    arguments = ["evaluate", EXAMPLE, "--images", tmp_path / "set", "--preprocess", "cifar10-hewn"]
    done = hewn(*arguments, status=2)
    assert "one folder" in done.stderr
    report = hewn_json(*arguments, "--classes", labels)
    assert counts(report) == (1, 1) and report["images"]["count"] == 1


def data():
    folder = os.environ.get("HEWN_DATA")
    if not folder:
        pytest.skip("HEWN_DATA is not set; it names the folder that holds models/ and images/")
    return pathlib.Path(folder)


@pytest.mark.parametrize("engine", ["sparse", "dense"])
@pytest.mark.parametrize("batch", [1, 16])
def test_real_network(engine, batch):
    images_path = data() / "images/cifar10_lossless_test314.npz"
    model_path = data() / "models/resnet56-cifar10-pruned.onnx"
    arrays = np.load(images_path)
    x = normalised(
        arrays["x"], mean=[0.4914, 0.4822, 0.4465], std=[0.2023, 0.1994, 0.2010]
    )
    report = hewn_json(
        "evaluate", model_path, "--images", images_path, "--preprocess", "cifar10",
        "--engine", engine, "--batch", batch,
    )  # fmt: skip
    assert counts(report) == expected_counts(model_path, x, arrays["y"])
    assert report["images"]["count"] == 314
