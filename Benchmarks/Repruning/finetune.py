#!/usr/bin/env python3
"""ResNet-20 from pruned to re-pruned to fine-tuned: accuracy and speed at each station.

    HEWN_DATA=data python3 Benchmarks/Repruning/finetune.py [--budget speedup=1.6] [--epochs 3]

Needs what Examples/finetuning needs. HEWN_DATA names a folder with images/cifar10-jpeg-{train,test}.zip. Writes
results/repruning-finetune.json, in which other budgets stay as they were. Times of the three networks are medians
of several rounds, in each of which they take turns.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import network_times
from networks import CIFAR_TEST, CIFAR_TRAIN, data

from common import RESULTS, ROOT, circumstances, hewn, write

MODEL = ROOT / "Examples/resnet20-cifar10-pruned.onnx"
VALUES = ["--preprocess", "cifar10-hewn"]


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def stations(models):
    """Accuracy and times of each network, by its name; the first is the one to compare with."""
    # Its layers are so small that two threads are hardly faster than one.
    times = network_times.medians(network_times.rounds(models, threads=1))
    results = []
    original = next(iter(models.values()))
    for name, model in models.items():
        against = [] if model == original else ["--against", original]
        report = hewn("evaluate", model, *against, "--images", data("images", CIFAR_TEST), *VALUES)
        result = {
            "station": name, "accuracy": report["accuracy"]["top1"] if against else report["top1"],
            **times[name],
        }  # fmt: skip
        share = result["accuracy"]["model"] if against else result["accuracy"]
        print(
            f"{name:12} top-1 {100 * share['accuracy']:.2f} %, network {result['network_ms']:.3f} ms,"
            f" layers {result['layers_ms']:.3f} ms",
            flush=True,
        )
        results.append(result)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--budget", default="zeros=95", help="an option of hewn reprune: zeros=95")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--limit", type=int, help="images of an epoch")
    parser.add_argument("--threads", type=int, help="of the training")
    options = parser.parse_args()
    kind, asked = options.budget.split("=")
    with tempfile.TemporaryDirectory() as folder:
        repruned, tuned = (pathlib.Path(folder, f"{name}.onnx") for name in ("repruned", "tuned"))
        masks = pathlib.Path(folder, "masks.safetensors")
        images = data("images", CIFAR_TRAIN)
        report = hewn(
            "reprune", MODEL, "-o", repruned, "--masks", masks, f"--{kind}", asked, "--images", images,
            "--calibrate", 512, "--evaluation", data("images", CIFAR_TEST), "--limit", 1000, *VALUES,
            "--threads", 1,
        )  # fmt: skip
        start = time.monotonic()
        limit = ["--limit", options.limit] if options.limit else []
        threads = ["--threads", options.threads] if options.threads else []
        log = run(
            sys.executable, ROOT / "Examples/finetuning/finetune.py", repruned, "--masks", masks,
            "--images", images, "-o", tuned, "--epochs", options.epochs, *limit, *threads,
        )  # fmt: skip
        seconds = time.monotonic() - start
        print(log, end="", flush=True)
        found = stations({"pruned": MODEL, "re-pruned": repruned, "fine-tuned": tuned})
    path = RESULTS / "repruning-finetune.json"
    results = json.loads(path.read_text()) if path.exists() else {"budgets": {}}
    results["budgets"][options.budget] = {
        "circumstances": circumstances(), "budget": report["budget"],
        "zeros": report["result"]["zeros"], "reprune_seconds": report["seconds"],
        "training": {
            "epochs": options.epochs, "images_of_an_epoch": options.limit,
            "seconds": round(seconds), "log": log.splitlines(),
        },
        "stations": found,
    }  # fmt: skip
    write(path.stem, results)


if __name__ == "__main__":
    main()
