#!/usr/bin/env python3
"""Measures how soon a model has run once: from its ONNX file, and from its plan file.

    HEWN_DATA=data python3 Benchmarks/load_time.py --threads 2
    HEWN_DATA=data python3 Benchmarks/load_time.py --device emulator --precision f16 --batch 32

A time is that of a whole process of `hewn run`, from its start to its end: loading, one inference of
random inputs, the report. The two files take turns. Beside them, the time of a process that does
nothing (`hewn --version`) and that of `hewn compile`. Results: results/load-time-t<threads>.json.

With `--device emulator`, whose inferences would be most of the time, it is that of `hewn inspect`, which
lowers the model to kernels and runs none. Results: results/load-time-gpu-<precision>.json.
"""

import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

from common import HEWN, circumstances, find_model, hewn, write

MODELS = [
    "squeezenet-v1.0-pruned", "mobilenet-v2", "alexnet-convs-pruned", "resnet56-cifar10-pruned",
    "resnet20-cifar10-pruned",
]  # fmt: skip


def milliseconds(*arguments):
    """The wall time of a process of the tool."""
    command = [HEWN, *map(str, arguments)]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return 1e3 * (time.perf_counter() - start)


def measure(path, plan, options):
    compiled = [
        hewn("compile", path, "--output", plan, *settings(options))
        for _ in range(options.compilations)
    ]
    command = "run" if options.device == "cpu" else "inspect"
    commands = {
        "onnx": [command, path, "--quiet", *settings(options)],
        "plan": [command, plan, "--quiet", "--threads", options.threads],
        "nothing": ["--version"],
    }
    times = {name: [] for name in commands}
    for round in range(options.rounds + 1):
        for name, command in commands.items():
            elapsed = milliseconds(*command)
            # The first round fills the system's cache of files.
            if round > 0:
                times[name].append(microseconds(elapsed))
    report = {
        "onnx_bytes": path.stat().st_size,
        "plan_bytes": plan.stat().st_size,
        "compile_ms": microseconds(statistics.median(report["compile_ms"] for report in compiled)),
        "median_ms": {name: microseconds(statistics.median(all)) for name, all in times.items()},
        "rounds_ms": times,
    }
    if command == "run":
        report["first_run_ms"] = hewn("run", plan, "--threads", options.threads)["run_ms"]
    return report


def settings(options):
    """The options of a compilation."""
    device = ["--device", options.device, "--precision", options.precision]
    batch = ["--batch", options.batch] if options.batch else []
    return ["--threads", options.threads, *device, *batch]


def microseconds(value):
    """Milliseconds without digits that mean nothing."""
    return round(value, 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", default=MODELS, help="paths, or names of models")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=["cpu", "emulator"], default="cpu")
    parser.add_argument("--precision", default="f32", help="of the emulator's kernels")
    parser.add_argument("--batch", type=int, help="by default that of the model")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--compilations", type=int, default=3)
    options = parser.parse_args()

    reports = {}
    print(f"{'model':28} {'onnx ms':>10} {'plan ms':>10} {'nothing ms':>10} {'compile ms':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.models:
            path = find_model(name)
            report = measure(path, pathlib.Path(folder, "plan.hewn"), options)
            reports[path.stem] = report
            times = report["median_ms"]
            print(
                f"{path.stem:28} {times['onnx']:10.1f} {times['plan']:10.1f}"
                f" {times['nothing']:10.1f} {report['compile_ms']:10.1f}"
            )
    kind = f"t{options.threads}" if options.device == "cpu" else f"gpu-{options.precision}"
    write(f"load-time-{kind}", {**circumstances(), "models": reports})


if __name__ == "__main__":
    main()
