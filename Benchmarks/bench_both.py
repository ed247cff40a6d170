#!/usr/bin/env python3
"""Measures Hewn's sparse engine against its dense one and keeps the reports.

    HEWN_DATA=data python3 Benchmarks/bench_both.py --threads 2

The engines take turns within `hewn bench`. Results: results/sparse-dense-b<batch>-t<threads>.json.
"""

import argparse

from common import circumstances, find_model, hewn, write

MODELS = ["hand-landmark-pruned", "resnet20-cifar10-pruned", "alexnet-convs-pruned"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", default=MODELS, help="paths, or names of models")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--duration", type=float, default=5, help="seconds for each engine")
    parser.add_argument("--name", help="of the result file")
    options = parser.parse_args()

    reports = {}
    print(f"{'model':28} {'sparse ms':>10} {'dense ms':>10} {'speed-up':>9} {'wrong':>6}")
    for name in options.models:
        path = find_model(name)
        report = hewn(
            "bench", path, "--engine", "both", "--batch", options.batch,
            "--threads", options.threads, "--duration", options.duration,
        )  # fmt: skip
        reports[path.stem] = report
        engines = report["engines"]
        wrong = sum(layer["wrong_choice"] is True for layer in report["layers"])
        print(
            f"{path.stem:28} {engines['sparse']['median_ms']:10.3f}"
            f" {engines['dense']['median_ms']:10.3f} {report['speedup']:8.2f}× {wrong:6}"
        )
    default = f"sparse-dense-b{options.batch}-t{options.threads}"
    write(options.name or default, {**circumstances(), "models": reports})


if __name__ == "__main__":
    main()
