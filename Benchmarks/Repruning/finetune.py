#!/usr/bin/env python3
"""ResNet-20 from pruned to re-pruned to fine-tuned: accuracy and speed at each station.

    HEWN_DATA=data python3 Benchmarks/Repruning/finetune.py [--budget speedup=1.6] [--epochs 3]

Needs what Examples/finetuning needs. HEWN_DATA names a folder with images/cifar10-jpeg-{train,test}.zip. Writes
results/repruning-finetune.json.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from networks import CIFAR_TEST, CIFAR_TRAIN, data

from common import HEWN, ROOT, circumstances, write

MODEL = ROOT / "Examples/resnet20-cifar10-pruned.onnx"
VALUES = ["--preprocess", "cifar10-hewn"]


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def hewn(*arguments):
    return json.loads(run(HEWN, *arguments, "--json", "--quiet"))


def station(name, model, original=None):
    against = ["--against", original] if original else []
    report = hewn("evaluate", model, *against, "--images", data("images", CIFAR_TEST), *VALUES)
    bench = hewn("bench", model, "--engine", "sparse", "--profile", "--duration", 5)
    layers = [layer for layer in bench["layers"] if layer["engine"] in ("sparse", "dense")]
    result = {
        "station": name,
        "accuracy": report["accuracy"]["top1"] if original else report["top1"],
        "network_ms": bench["engines"]["sparse"]["median_ms"],
        "layers_ms": round(sum(layer["ms"]["sparse"] for layer in layers), 6),
    }
    share = result["accuracy"]["model"] if original else result["accuracy"]
    print(
        f"{name:12} top-1 {100 * share['accuracy']:.2f} %, network {result['network_ms']:.3f} ms,"
        f" layers {result['layers_ms']:.3f} ms",
        flush=True,
    )
    return result


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
        stations = [
            station("pruned", MODEL),
            station("re-pruned", repruned, MODEL),
            station("fine-tuned", tuned, MODEL),
        ]
    write(
        "repruning-finetune",
        {
            "circumstances": circumstances(), "budget": report["budget"],
            "zeros": report["result"]["zeros"], "reprune_seconds": report["seconds"],
            "training": {
                "epochs": options.epochs, "images_of_an_epoch": options.limit,
                "seconds": round(seconds), "log": log.splitlines(),
            },
            "stations": stations,
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
