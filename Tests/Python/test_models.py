"""Real networks against ONNX Runtime: both engines, batches 1 and 8, one and two threads."""

import os
import pathlib

import numpy as np
import onnx
import pytest

from hewn import EXAMPLE, expected_outputs, hewn_outputs, relative_error

TOLERANCE = 1e-4

# Ranges of inputs where the network does not take about −2…2: (least, greatest).
RANGES = {
    "squeezenet-v1.0-pruned": (-120, 150),
    "alexnet-convs-pruned": (-120, 150),
    "hand-landmark-pruned": (0, 1),
    "lenet5-pruned": (0, 1),
    "dncnn-gray25": (0, 1),
}

# Extents that a file leaves free, after the batch.
FREE_EXTENT = 64


def models():
    data = os.environ.get("HEWN_DATA")
    if not data:
        reason = "HEWN_DATA is not set; it names the folder that holds models/"
        return [EXAMPLE, pytest.param(pathlib.Path("others"), marks=pytest.mark.skip(reason))]
    found = sorted(pathlib.Path(data, "models").glob("*.onnx"))
    assert found, f"HEWN_DATA is {data}, but there are no models in it"
    return [EXAMPLE, *(path for path in found if path.name != EXAMPLE.name)]


def input_ports(path):
    graph = onnx.load(path).graph
    constants = {constant.name for constant in graph.initializer}
    return [port for port in graph.input if port.name not in constants]


def extents(port):
    return [dimension.dim_value for dimension in port.type.tensor_type.shape.dim]


def random_inputs(path, batch):
    low, high = RANGES.get(path.stem, (-2, 2))
    generator = np.random.default_rng(batch)
    shapes = {
        port.name: [batch, *(extent or FREE_EXTENT for extent in extents(port)[1:])]
        for port in input_ports(path)
    }
    return {
        name: generator.uniform(low, high, shape).astype(np.float32)
        for name, shape in shapes.items()
    }


def expected_items(path, inputs):
    """What ONNX Runtime gives; where the file fixes the batch at one, item by item."""
    batch = len(next(iter(inputs.values())))
    if batch == 1 or all(extents(port)[0] != 1 for port in input_ports(path)):
        return expected_outputs(path, inputs)
    items = [
        expected_outputs(path, {name: array[i : i + 1] for name, array in inputs.items()})
        for i in range(batch)
    ]
    return {name: np.concatenate([item[name] for item in items]) for name in items[0]}


@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize("path", models(), ids=lambda path: path.stem)
def test_model(path, batch, tmp_path):
    inputs = random_inputs(path, batch)
    want = expected_items(path, inputs)
    failures = []
    for engine in ["sparse", "dense"]:
        runs = [
            hewn_outputs(
                path, inputs, tmp_path / f"{engine}{threads}", "--engine", engine,
                "--threads", threads, "--batch", batch,
            )
            for threads in [1, 2]
        ]  # fmt: skip
        for name, expected in want.items():
            error = relative_error(runs[0][name], expected)
            if error > TOLERANCE:
                failures.append(f"{engine}, output {name}: relative error {error:.2e}")
            if runs[0][name].tobytes() != runs[1][name].tobytes():
                failures.append(f"{engine}, output {name}: one thread and two differ")
    assert not failures, "\n".join(failures)
