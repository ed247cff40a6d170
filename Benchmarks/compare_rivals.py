#!/usr/bin/env python3
"""Measures Hewn against the fastest engines for pruned networks on CPUs, in turns.

    Benchmarks/setup_rivals rivals
    python3 Benchmarks/compare_rivals.py --rivals rivals --batch 1 --threads 2

The networks are those of networks.py. Every engine has a process of its own and, in each round, one
turn of the same length on the same input; a time is the median over the rounds of the turns' medians.
Outputs are compared with ONNX Runtime's first, and an engine that is wrong by more than 1e-3 of the
largest output is shown but not counted as the best. Results:
results/rivals-b<batch>-t<threads>.json. Needs numpy, onnx and onnxruntime.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import networks
from common import HEWN, circumstances, hewn, write

REFERENCE = "onnxruntime"
ENVIRONMENTS = {"mnn": "mnn", "mnn-sparse": "mnn", "deepsparse": "deepsparse"}
TOLERANCE = 1e-3


class Rival:
    """A process of rival.py."""

    def __init__(self, engine, model, given, folder, options):
        python = sys.executable
        if engine in ENVIRONMENTS:
            python = pathlib.Path(options.rivals, ENVIRONMENTS[engine], "bin/python")
        script = pathlib.Path(__file__).with_name("rival.py")
        self.output_file = pathlib.Path(folder, f"{engine}.npy")
        self.process = subprocess.Popen(
            [python, script, engine, model, given, self.output_file, str(options.threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        words = self.process.stdout.readline().split()
        self.version = words[1] if words[:1] == ["ready"] else None

    def output(self):
        return np.load(self.output_file)

    def turn(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return statistics.median(json.loads(self.process.stdout.readline()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Hewn:
    """The command-line tool on a plan that it compiled."""

    def __init__(self, model, given, folder, options):
        self.plan = pathlib.Path(folder, "model.hewn")
        self.given = ["--input", f"x={given}"]
        self.threads = ["--threads", options.threads]
        start = time.perf_counter()
        subprocess.run(
            [HEWN, "compile", model, "-o", self.plan, "--batch", str(options.batch), "--threads",
             str(options.threads), "--quiet"], check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self.compile_seconds = time.perf_counter() - start
        self.folder = pathlib.Path(folder, "hewn")

    def output(self):
        report = hewn("run", self.plan, *self.given, *self.threads, "--output", self.folder)
        (output,) = report["outputs"].values()
        return np.load(output["file"])

    def turn(self, seconds):
        report = hewn(
            "bench", self.plan, *self.given, *self.threads, "--duration", seconds, "--warmup", 0.05
        )
        return report["engines"]["sparse"]["median_ms"]

    def close(self):
        pass


def measure(model, options):
    x = np.random.default_rng(0).standard_normal((options.batch, 3, 224, 224), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        given = pathlib.Path(folder, "x.npy")
        np.save(given, x)
        ours = Hewn(model, given, folder, options)
        contenders = {"hewn": ours}
        for engine in options.engines:
            rival = Rival(engine, model, given, folder, options)
            if rival.version is None:
                print(f"{model}: {engine} does not run", file=sys.stderr)
                rival.close()
            else:
                contenders[engine] = rival
        try:
            return turns(contenders, ours, options)
        finally:
            for contender in contenders.values():
                contender.close()


def turns(contenders, ours, options):
    want = contenders[REFERENCE].output()
    errors = {
        name: float(np.abs(contender.output().reshape(want.shape) - want).max() / np.abs(want).max())
        for name, contender in contenders.items()
    }
    if not errors["hewn"] <= TOLERANCE:
        sys.exit(f"Hewn is wrong by {errors['hewn']:.1e}")
    rounds = {name: [] for name in contenders}
    for _ in range(options.rounds):
        for name, contender in contenders.items():
            rounds[name].append(contender.turn(options.duration))
            time.sleep(options.pause)
    medians = {name: statistics.median(values) for name, values in rounds.items()}
    best = min(
        (name for name in medians if name != "hewn" and errors[name] <= TOLERANCE),
        key=medians.__getitem__,
    )
    return {
        "median_ms": {name: round(ms, 4) for name, ms in medians.items()},
        "rounds_ms": {name: [round(ms, 4) for ms in values] for name, values in rounds.items()},
        "relative_error": errors,
        "compile_seconds": round(ours.compile_seconds, 2),
        "best_rival": best,
        "hewn_over_best": round(medians["hewn"] / medians[best], 4),
        "versions": {
            name: contender.version
            for name, contender in contenders.items()
            if isinstance(contender, Rival)
        },
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="*", help="of networks.py; all without any")
    parser.add_argument("--zeros", type=int, nargs="+", default=[90], help="per cent")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--duration", type=float, default=0.5, help="seconds of each turn")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds after each turn")
    parser.add_argument("--rivals", default="rivals", help="the folder made by setup_rivals")
    parser.add_argument("--folder", default="networks", help="where the networks are, or go")
    parser.add_argument("--engines", nargs="+", default=[REFERENCE, *ENVIRONMENTS])
    parser.add_argument("--name", help="of the result file")
    options = parser.parse_args()
    if REFERENCE not in options.engines:
        parser.error(f"{REFERENCE} must be among the engines: outputs are compared with its own")

    cells = {}
    print(f"{'network':16} {'hewn':>9}" + "".join(f"{name:>13}" for name in options.engines))
    for name in options.networks or networks.NETWORKS:
        for zeros in options.zeros:
            model = networks.make(name, zeros, options.folder)
            cell = cells[model.stem] = measure(model, options)
            times = cell["median_ms"]
            print(
                f"{model.stem:16} {times['hewn']:9.2f}"
                + "".join(
                    f"{times.get(name, float('nan')):12.2f}"
                    + ("*" if cell["relative_error"].get(name, 0) > TOLERANCE else " ")
                    for name in options.engines
                )
                + f"{cell['hewn_over_best']:7.2f} × {cell['best_rival']}",
                flush=True,
            )
    default = f"rivals-b{options.batch}-t{options.threads}"
    write(options.name or default, {**circumstances(numpy=np.__version__), "cells": cells})


if __name__ == "__main__":
    main()
