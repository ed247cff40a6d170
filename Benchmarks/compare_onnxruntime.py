#!/usr/bin/env python3
"""Measures Hewn, sparse and dense, against ONNX Runtime, in turns.

    HEWN_DATA=data python3 Benchmarks/compare_onnxruntime.py --threads 2

Each round gives Hewn sparse, ONNX Runtime and Hewn dense one turn of the same length on the same
inputs; a time is the median over the rounds of the turns' medians. ONNX Runtime has its usual
settings; its threads spin for some 50 ms after a run, and have gone to sleep when Hewn's turn begins.
Outputs are compared first. Results:
results/onnxruntime-b<batch>-t<threads>.json. Needs numpy, onnx and onnxruntime.
"""

import argparse
import pathlib
import statistics
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime

from common import circumstances, find_model, hewn, write

MODELS = ["mobilenet-v2", "resnet56-cifar10", "dncnn-gray25"]
ENGINES = ["sparse", "dense"]
TOLERANCE = 1e-4
# Extents that a file leaves free, after the batch.
FREE_EXTENT = 64
# Until ONNX Runtime's idle threads sleep, with some reserve.
SPIN_SECONDS = 0.2


class Runtime:
    """ONNX Runtime on one model. Its file's fixed batch is made free first."""

    def __init__(self, path, threads):
        model = onnx.load(path)
        constants = {constant.name for constant in model.graph.initializer}
        self.ports = [port for port in model.graph.input if port.name not in constants]
        for port in [*self.ports, *model.graph.output]:
            port.type.tensor_type.shape.dim[0].dim_param = "batch"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def random_inputs(self, batch):
        generator = np.random.default_rng(0)
        shapes = {
            port.name: [batch, *(d.dim_value or FREE_EXTENT for d in dimensions(port)[1:])]
            for port in self.ports
        }
        return {
            name: generator.uniform(-1, 1, shape).astype(np.float32)
            for name, shape in shapes.items()
        }

    def outputs(self, inputs):
        names = [port.name for port in self.session.get_outputs()]
        return dict(zip(names, self.session.run(names, inputs)))

    def turn(self, inputs, duration):
        """Times of runs, in milliseconds, for at least `duration` seconds after a few unmeasured."""
        for _ in range(3):
            self.session.run(None, inputs)
        times = []
        end = time.perf_counter() + duration
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            self.session.run(None, inputs)
            times.append(1e3 * (time.perf_counter() - start))
        time.sleep(SPIN_SECONDS)
        return times


def dimensions(port):
    return port.type.tensor_type.shape.dim


def relative_errors(want, path, given, threads, folder):
    """The largest error of each engine, relative to the largest output."""
    errors = {}
    for engine in ENGINES:
        report = hewn(
            "run", path, *given, "--engine", engine, "--threads", threads,
            "--output", pathlib.Path(folder, engine),
        )  # fmt: skip
        errors[engine] = max(
            float(np.abs(np.load(report["outputs"][name]["file"]) - array).max())
            / float(np.abs(array).max() or 1)
            for name, array in want.items()
        )
        if not errors[engine] <= TOLERANCE:
            sys.exit(f"{path}: {engine} is wrong by {errors[engine]:.1e}")
    return errors


def measure(path, options):
    runtime = Runtime(path, options.threads)
    inputs = runtime.random_inputs(options.batch)
    with tempfile.TemporaryDirectory() as folder:
        given = []
        for index, (name, array) in enumerate(inputs.items()):
            file = pathlib.Path(folder, f"input{index}.npy")
            np.save(file, array)
            given += ["--input", f"{name}={file}"]
        errors = relative_errors(runtime.outputs(inputs), path, given, options.threads, folder)

        rounds = {"sparse": [], "onnxruntime": [], "dense": []}
        for _ in range(options.rounds):
            for contender, medians in rounds.items():
                if contender == "onnxruntime":
                    medians.append(statistics.median(runtime.turn(inputs, options.duration)))
                else:
                    report = hewn(
                        "bench", path, *given, "--engine", contender, "--threads",
                        options.threads, "--duration", options.duration, "--warmup", 0.1,
                    )  # fmt: skip
                    medians.append(report["engines"][contender]["median_ms"])
    medians = {name: statistics.median(values) for name, values in rounds.items()}
    return {
        "shapes": {name: list(array.shape) for name, array in inputs.items()},
        "relative_error": errors,
        "median_ms": {name: round(ms, 5) for name, ms in medians.items()},
        "rounds_ms": {name: [round(ms, 5) for ms in values] for name, values in rounds.items()},
        "sparse_over_onnxruntime": medians["sparse"] / medians["onnxruntime"],
        "dense_over_onnxruntime": medians["dense"] / medians["onnxruntime"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", default=MODELS, help="paths, or names of models")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--duration", type=float, default=0.5, help="seconds of each turn")
    parser.add_argument("--name", help="of the result file")
    options = parser.parse_args()

    reports = {}
    print(f"{'model':28} {'sparse':>9} {'dense':>9} {'ONNX Runtime':>13} {'ratios':>13}")
    for name in options.models:
        path = find_model(name)
        report = reports[path.stem] = measure(path, options)
        times = report["median_ms"]
        print(
            f"{path.stem:28} {times['sparse']:9.3f} {times['dense']:9.3f}"
            f" {times['onnxruntime']:13.3f} {report['sparse_over_onnxruntime']:6.2f}"
            f" {report['dense_over_onnxruntime']:6.2f}  (ms)"
        )
    default = f"onnxruntime-b{options.batch}-t{options.threads}"
    versions = circumstances(onnxruntime=onnxruntime.__version__, numpy=np.__version__)
    write(options.name or default, {**versions, "models": reports})


if __name__ == "__main__":
    main()
