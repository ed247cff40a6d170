#!/usr/bin/env python3
"""Measures the accuracies of real networks and compares them with known ones.

    HEWN_DATA=data python3 Benchmarks/accuracy.py

HEWN_DATA names a folder with models/ and images/. Ends with status 1 where an accuracy is off by
more than TOLERANCE. Result: results/accuracy.json.
"""

import argparse
import os
import pathlib
import shlex
import sys

from common import circumstances, hewn, write

# The greatest difference from a known accuracy that passes, in points.
TOLERANCE = 0.3

IMAGENET = "imagenet-sample-1000.zip"
CIFAR_JPEG = "cifar10-jpeg-test.zip"
CIFAR = "cifar10_lossless_test314.npz"
MNIST = "mnist_test_first3000.npz"
# ImageNet's mean and deviation, on images that have the network's size.
IMAGENET_VALUES = "--preprocess imagenet --resize none --crop none"

# Model, images, preprocessing, known top-1 and top-5 in percent, as ONNX Runtime gives them.
CASES = [
    ("squeezenet-v1.0-pruned", IMAGENET, "--preprocess caffe", 65.5, 85.9),
    ("mobilenet-v2", IMAGENET, "--preprocess imagenet", 83.8, 96.4),
    ("resnet20-cifar10-pruned", CIFAR_JPEG, "--preprocess cifar10-hewn", 84.0, None),
    ("resnet20-cifar10-pruned", CIFAR, "--preprocess cifar10-hewn", 80.9, None),
    ("resnet20-cifar10", CIFAR, IMAGENET_VALUES, 91.4, None),
    ("resnet56-cifar10", CIFAR, IMAGENET_VALUES, 93.0, None),
    ("resnet56-cifar10-pruned", CIFAR, "--preprocess cifar10", 94.3, None),
    ("lenet5-pruned", MNIST, "--preprocess mnist", 98.5, None),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", help="names of models; all by default")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--name", default="accuracy", help="of the result file")
    options = parser.parse_args()
    if "HEWN_DATA" not in os.environ:
        sys.exit("HEWN_DATA is not set; it names the folder that holds models/ and images/")
    data = pathlib.Path(os.environ["HEWN_DATA"])

    results = []
    failures = 0
    print(
        f"{'model':24} {'images':28} {'top-1 %':>8} {'95 %':>11} {'known':>6} {'top-5':>6}"
        f" {'ms':>7}"
    )
    for model, images, preprocessing, *known in CASES:
        if options.models and model not in options.models:
            continue
        arguments = [
            "evaluate", f"models/{model}.onnx", "--images", f"images/{images}",
            *shlex.split(preprocessing), "--threads", str(options.threads),
        ]  # fmt: skip
        paths = [str(data / a) if a.startswith(("models/", "images/")) else a for a in arguments]
        report = hewn(*paths)
        top1, top5 = report["top1"], report["top5"]
        is_off = any(
            want is not None and abs(100 * got["accuracy"] - want) > TOLERANCE
            for got, want in zip((top1, top5), known)
        )
        failures += is_off
        print(
            f"{model:24} {images:28} {100 * top1['accuracy']:8.2f}"
            f" {100 * top1['lower']:5.1f} - {100 * top1['upper']:5.1f} {known[0]:6.1f}"
            f" {100 * top5['accuracy']:6.2f} {report['ms_per_image']:7.3f}"
            f"{'  OFF' if is_off else ''}",
            flush=True,
        )
        results.append(
            {
                "command": shlex.join(["hewn", *arguments]),
                "known": {"top1": known[0], "top5": known[1]},
                "report": report,
            }
        )
    if not options.models:
        write(options.name, {**circumstances(), "tolerance": TOLERANCE, "results": results})
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
