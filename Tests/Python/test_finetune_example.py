"""The example of fine-tuning."""

import subprocess
import sys

import numpy as np
import pytest

from finetuning import MASKS_METADATA, WANTED, initializers
from hewn import EXAMPLE, ROOT
from safetensors.torch import save_file
import torch


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
    save_file(tensors, tmp_path / "masks", MASKS_METADATA)
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
