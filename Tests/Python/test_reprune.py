"""`hewn reprune` on the example network and random pictures, its files read by other tools."""

import json
import struct

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from hewn import EXAMPLE, expected_outputs, hewn, hewn_json, hewn_outputs, png, relative_error

MEAN = np.float32([125.3, 123.0, 113.9])
STD = np.float32([63.0, 62.1, 66.7])
# Sharp results would need good images; these are for what files hold.
QUICK = ["--preprocess", "cifar10-hewn", "--calibrate", "8", "--importance", "input-power"]


def pictures(count, seed):
    """Blocks of 8 × 8 pixels in random colours, so that classes differ."""
    colours = np.random.default_rng(seed).integers(0, 256, (count, 4, 4, 3), np.uint8)
    return colours.repeat(8, 1).repeat(8, 2)


def tensor(pixels):
    """What the network reads of them."""
    return np.ascontiguousarray(((pixels - MEAN) / STD).transpose(0, 3, 1, 2))


def scores(model, pixels):
    """The scores by ONNX Runtime."""
    name = onnx.load(model).graph.input[0].name
    batch = onnx.load(model).graph.input[0].type.tensor_type.shape.dim[0].dim_value or len(pixels)
    x = tensor(pixels)
    results = [
        next(iter(expected_outputs(model, {name: x[i : i + batch]}).values()))
        for i in range(0, len(x), batch)
    ]
    return np.concatenate(results).reshape(len(x), -1)


def safetensors(path):
    """The tensors and the metadata of a file, by its format's definition."""
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    metadata = header.pop("__metadata__")
    data = content[8 + size :]
    kinds = {"BOOL": np.bool_, "I32": np.int32}
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        array = np.frombuffer(data[first:last], kinds[entry["dtype"]])
        tensors[name] = array.reshape(entry["shape"])
    return tensors, metadata


def initializers(path):
    return {each.name: numpy_helper.to_array(each) for each in onnx.load(path).graph.initializer}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with sets of images, whose labels are what the example network finds."""
    path = tmp_path_factory.mktemp("reprune")
    for name, count, seed in (("train", 12, 1), ("test", 30, 2)):
        x = pictures(count, seed)
        np.savez(path / f"{name}.npz", x=x, y=scores(EXAMPLE, x).argmax(1))
    return path


def arguments(folder, *more):
    """The usual arguments; runs of one folder share what they find of layers."""
    return [
        "reprune", EXAMPLE, "--images", folder / "train.npz", "--checkpoint", folder / "found",
        *QUICK, *more,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def found(folder):
    """A report, and the files that were written with it."""
    output, masks = folder / "out.onnx", folder / "out.safetensors"
    report = hewn_json(
        *arguments(folder, "--zeros", "93", "--output", output, "--masks", masks)
    )  # fmt: skip
    return report, output, masks


def test_weights_are_those_of_the_report(found):
    report, output, _ = found
    before, after = initializers(EXAMPLE), initializers(output)
    onnx.checker.check_model(onnx.load(output), full_check=True)
    zeros = total = 0
    changed = set()
    for layer in report["layers"]:
        old, new = before[layer["weights"]], after[layer["weights"]]
        assert old.shape == new.shape and new.size == layer["filters"] * layer["taps"]
        assert (old == 0).sum() == layer["zeros"]
        assert ((old != 0) & (new == 0)).sum() == layer["dropped"]
        assert ((old == 0) & (new != 0)).sum() == layer["filled"]
        assert ((old != 0) & (new != 0) & (old != new)).sum() == layer["refitted"]
        zeros, total = zeros + (new == 0).sum(), total + new.size
        changed.add(layer["weights"])
    assert report["budget"]["met"] and zeros / total >= 0.93
    assert report["result"]["zeros"] == pytest.approx(zeros / total, abs=1e-6)
    assert report["file"] == str(output) and report["seconds"] > 0
    # Beside the weights, only vectors of their layers are others: biases, or means.
    for name in before.keys() - changed:
        assert after[name].ndim <= 1 or np.array_equal(before[name], after[name]), name


def test_masks_hold_all_weights(found):
    report, output, path = found
    tensors, metadata = safetensors(path)
    assert metadata == {"format": "hewn-masks", "version": "1", "model": "out.onnx"}
    weights = initializers(output)
    names = {layer["weights"] for layer in report["layers"]}
    assert tensors.keys() == {f"{kind}:{name}" for kind in ("mask", "order") for name in names}
    for name in names:
        mask, order = tensors[f"mask:{name}"], tensors[f"order:{name}"]
        assert mask.shape == weights[name].shape and not weights[name][~mask].any()
        assert mask.mean() < 1
        for group in order:
            assert sorted(group) == list(range(order.shape[1]))


def test_other_tools_compute_the_same(found, folder, tmp_path):
    _, output, _ = found
    x = pictures(4, seed=3)
    name = onnx.load(output).graph.input[0].name
    want = scores(output, x)
    got = hewn_outputs(output, {name: tensor(x)}, tmp_path, "--batch", "4")
    assert relative_error(next(iter(got.values())).reshape(want.shape), want) < 1e-4
    # And not what the original network does.
    assert relative_error(scores(EXAMPLE, x), want) > 1e-3


def test_accuracy_is_what_other_tools_find(folder, tmp_path):
    output = tmp_path / "out.onnx"
    report = hewn_json(
        *arguments(
            folder, "--max-accuracy-drop", "20", "--evaluation", folder / "test.npz",
            "--output", output,
        )
    )  # fmt: skip
    test = np.load(folder / "test.npz")
    accuracy = (scores(output, test["x"]).argmax(1) == test["y"]).mean()
    assert report["points"][0]["accuracy"] == 1
    assert report["result"]["accuracy"] == pytest.approx(accuracy, abs=1e-6)
    assert report["budget"]["met"] and 0.8 <= accuracy <= 1
    assert report["budget"]["reached"] == pytest.approx(100 * (1 - accuracy), abs=1e-4)
    assert report["accuracy"]["both"] == round(accuracy * 30)
    assert report["calibration"] == {"source": "train.npz", "count": 8, "labelled": True}
    assert report["evaluation"] == {"source": "test.npz", "count": 30, "labelled": True}


def test_dry_runs_write_nothing(folder):
    before = set(folder.iterdir())
    report = hewn_json(
        *arguments(
            folder, "--zeros", "95", "--dry-run", "--output", folder / "dry.onnx",
            "--masks", folder / "dry.safetensors",
        )
    )  # fmt: skip
    assert report["file"] is None and report["masks"] is None and report["budget"]["met"]
    assert set(folder.iterdir()) - before <= {folder / "found"}


def test_budgets_that_are_not_met_are_errors(folder, tmp_path):
    output = tmp_path / "out.onnx"
    done = hewn(*arguments(folder, "--speedup", "1000", "-o", output), status=1)
    assert "hewn: error: the budget is not met" in done.stderr
    assert "budget not met: a speed-up of " in done.stdout and str(output) in done.stdout
    onnx.checker.check_model(onnx.load(output), full_check=True)
    assert not np.array_equal(scores(output, pictures(1, 4)), scores(EXAMPLE, pictures(1, 4)))


def test_paths_are_refused_before_images_are_read(folder, tmp_path):
    missing = tmp_path / "missing/out.onnx"
    done = hewn("reprune", EXAMPLE, "--images", "none.zip", "--zeros", "93", "-o", missing, status=5)
    assert str(missing) in done.stderr and "none.zip" not in done.stderr
    both = tmp_path / "both"
    done = hewn(*arguments(folder, "--zeros", "93", "-o", both, "--masks", both), status=2)
    assert "both the model and the masks" in done.stderr and not both.exists()


def test_folders_that_are_no_classes_are_no_labels(folder, tmp_path):
    for index, picture in enumerate(pictures(12, seed=5)):
        path = tmp_path / f"photos/{'beach' if index % 2 else 'city'}/{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(picture))
    options = ["--images", tmp_path / "photos", *QUICK, "--dry-run"]
    done = hewn("reprune", EXAMPLE, *options, "--zeros", "93", "--json")
    assert "2 folders for the 10 classes" in done.stderr
    report = json.loads(done.stdout)
    assert not report["evaluation"]["labelled"] and report["accuracy"] is None
    assert report["result"]["measured_loss"] > 0 and report["evaluation"]["count"] == 4
    done = hewn("reprune", EXAMPLE, *options, "--max-accuracy-drop", "1", status=2)
    assert "2 folders for the 10 classes" in done.stderr


def test_limits_hold_for_images_that_both_fit_and_judge(folder):
    report = hewn_json(
        "reprune", EXAMPLE, "--images", folder / "train.npz", *QUICK, "--calibrate", "12",
        "--compensation", "none", "--zeros", "93", "--limit", "5", "--dry-run",
    )  # fmt: skip
    assert report["calibration"]["count"] == 12 and report["evaluation"]["count"] == 5


def test_one_set_both_fits_and_judges(folder):
    done = hewn(
        "reprune", EXAMPLE, "--images", folder / "train.npz", *QUICK, "--calibrate", "99",
        "--compensation", "none", "--zeros", "93", "--dry-run",
    )  # fmt: skip
    assert "judged by the images that layers are fitted to" in done.stderr
    assert "fitted to 12 images of train.npz" in done.stdout
    report = hewn_json(*arguments(folder, "--frontier", "3"))
    assert report["evaluation"]["count"] == 4 and 2 <= len(report["points"]) <= 4
    assert report["result"] is None and report["file"] is None


def test_damaged_checkpoints_are_named(folder, found):
    files = sorted((folder / "found").iterdir())
    whole = files[0].read_bytes()
    files[0].write_bytes(whole[: len(whole) // 2])
    try:
        done = hewn(*arguments(folder, "--zeros", "93", "--dry-run"), status=3)
        assert str(files[0]) in done.stderr
    finally:
        files[0].write_bytes(whole)
