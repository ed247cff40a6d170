"""Real networks on the emulator of a GPU against ONNX Runtime, in every precision."""

import os
import pathlib

import numpy as np
import pytest

from hewn import EXAMPLE, hewn, hewn_outputs, relative_error
from test_models import expected_items, random_inputs

# The greatest relative errors, as `hewn compare` takes them for usual.
TOLERANCES = {"f32": 1e-4, "tf32": 2e-2, "f16": 2e-2, "bf16": 1e-1}


def model(name):
    """A model of $HEWN_DATA; skips loudly without."""
    if "HEWN_DATA" not in os.environ:
        pytest.skip("HEWN_DATA is not set; it names the folder that holds models/")
    return pathlib.Path(os.environ["HEWN_DATA"], "models", f"{name}.onnx")


def check(path, folder, batch, precision, *options):
    inputs = random_inputs(path, batch)
    want = expected_items(path, inputs)
    got = hewn_outputs(
        path, inputs, folder, "--device", "emulator", "--precision", precision, *options
    )
    assert got.keys() == want.keys()
    for name, array in got.items():
        assert array.dtype == want[name].dtype and array.shape == want[name].shape
        assert np.isfinite(array).all()
        assert relative_error(array, want[name]) <= TOLERANCES[precision], name
        # A class may change where two scores are closer than the error.
        if precision == "f32" and array.ndim == 2:
            assert (array.argmax(axis=1) == want[name].argmax(axis=1)).all()


@pytest.mark.parametrize("batch", [1, 9])
@pytest.mark.parametrize("engine", ["sparse", "dense"])
@pytest.mark.parametrize("precision", TOLERANCES)
def test_example(precision, engine, batch, tmp_path):
    check(EXAMPLE, tmp_path, batch, precision, "--engine", engine)


@pytest.mark.parametrize("name", ["lenet5-pruned", "resnet20-cifar10"])
@pytest.mark.parametrize("precision", TOLERANCES)
def test_small_networks(name, precision, tmp_path):
    check(model(name), tmp_path, 3, precision)


def test_squeezenet(tmp_path):
    check(model("squeezenet-v1.0-pruned"), tmp_path, 8, "f16")


def test_fallback_is_shown():
    """A network without nodes that need it has no layer of the reference."""
    report = hewn("inspect", EXAMPLE, "--device", "emulator", "--cpu-fallback").stdout
    assert "reference" not in report and "NVIDIA H200" in report
