#!/usr/bin/env python3
"""What re-pruning gains, and what it costs.

    HEWN_DATA=data python3 Benchmarks/Repruning/reprune.py PART [NETWORK …]

HEWN_DATA names a folder with models/ and images/; TreeStudy must be built. Each part writes results/repruning-PART.json, in which
networks that are not named stay as they were.

frontiers  for each method some networks from the one that is to the fastest: predicted and measured time,
           and what answers lose
targets    how much faster each network becomes within half a point of accuracy, or within an error
budgets    for a grid of budgets what was asked for, what the tool reports, and what images say that it has
           not seen
gpu        what each network is predicted to gain on a GPU in f16, by segments of 16, 32 and 64 rows, within
           one point of accuracy
patterns   times alone, of large networks with random weights: some networks from one of 90 % zeros to the
           fastest, on the processor and as predicted on a GPU in f16
"""

import argparse
import importlib.util
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import zipfile

import network_times
from networks import CIFAR_TEST, NETWORKS, data

from common import HEWN, RESULTS, circumstances, hewn, write

# Options of each line of a frontier. Importances of the first two assume that nothing makes up for what is
# dropped.
METHODS = {
    "magnitude": ["--importance", "magnitude", "--compensation", "none", "--independent"],
    "none": ["--importance", "input-power", "--compensation", "none", "--independent"],
    "bias": ["--importance", "input-power", "--compensation", "bias"],
    "refit": ["--compensation", "refit"],
    "refit-slots": ["--compensation", "refit-slots"],
}
# What a run of the tool keeps of its report.
KEPT = ("budget", "result", "accuracy", "points", "seconds")
TREE_STUDY = pathlib.Path(HEWN).with_name("TreeStudy")


def reprune(network, *options, limit=None):
    """The report of hewn reprune, whether the budget is met or not."""
    return run_reprune(network.model, *network.arguments(limit), *options)


def run_reprune(model, *options):
    command = [HEWN, "reprune", model, *options, "--json", "--quiet"]
    command = [*map(str, command)]
    print("  " + " ".join(word for word in command[3:] if not word.startswith("/")), flush=True)
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def kept(report):
    result = {key: report[key] for key in KEPT}
    result["form"] = {}
    for layer in report["layers"]:
        result["form"][layer["form"]] = result["form"].get(layer["form"], 0) + 1
    return result


def ratio(report, key):
    """The original network's time over that of the one that was found."""
    before, after = report["points"][0][key], report["result"][key]
    return round(before / after, 3) if before and after else None


def gains(report):
    return {
        "predicted_speedup_of_layers": ratio(report, "predicted_ms"),
        "measured_speedup_of_network": ratio(report, "network_ms"),
        "difference_points": report["accuracy"] and report["accuracy"]["difference_points"],
        "error": report["result"]["measured_loss"],
    }


def frontiers(network, options):
    lines = {}
    for method, arguments in METHODS.items():
        report = reprune(network, "--frontier", options.points, *arguments, limit=options.limit)
        lines[method] = {"points": report["points"], "seconds": report["seconds"]}
        for point in report["points"]:
            accuracy = point["accuracy"]
            print(
                f"    {method:12} zeros {100 * point['zeros']:5.1f} %"
                f"  predicted {point['predicted_ms']:8.4f} ms  measured {point['measured_ms'] or 0:8.4f}"
                f"  loss {point['measured_loss']:9.5f}"
                + (f"  top-1 {100 * accuracy:5.2f} %" if accuracy is not None else ""),
                flush=True,
            )
    # The rule is for networks that were pruned, and prunes nothing else.
    if "--from-dense" not in network.options:
        lines["published"] = published(network)
    return lines


def published(network):
    """Networks as the published rule prunes them, with its 8 groups of rows and with groups of 32.

    Where no other set judges, all images do: nothing is fitted to any.
    """
    points = []
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder, "out.onnx")
        for groups in ("8", "M/32"):
            command = [TREE_STUDY, "--blocks", groups, network.model, output]
            subprocess.run([*map(str, command)], check=True, capture_output=True)
            set_ = network.evaluation or network.images
            report = evaluate(output, network, data("images", set_))
            accuracy = report["accuracy"]
            point = {
                "groups": groups,
                "accuracy": accuracy and accuracy["top1"]["model"]["accuracy"],
                "difference_points": accuracy and accuracy["top1"]["difference_points"],
                "measured_loss": loss(report),
                "network_ms": bench(output, "sparse", network.threads),
                "original_network_ms": bench(network.model, "sparse", network.threads),
            }  # fmt: skip
            points.append(point)
            print(
                f"    published, {groups:4} groups  {point['network_ms']:.4f} ms of"
                f" {point['original_network_ms']:.4f} ms  loss {point['measured_loss']:9.5f}"
                f"  top-1 {point['accuracy']}",
                flush=True,
            )
    return {"points": points}


def bench(model, engine, threads=None):
    usual = ["--threads", threads] if threads else []
    return hewn("bench", model, "--engine", engine, *usual)["engines"][engine]["median_ms"]


def budget_of(network):
    return ["--max-accuracy-drop", 0.5] if network.measure == "accuracy" else ["--max-error", 0.01]


def targets(network, options):
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder, "out.onnx")
        asked = budget_of(network)
        if options.zeros:
            asked = ["--zeros", options.zeros, "--least-height", options.least_height]
        report = reprune(network, "-o", output, *asked, limit=options.limit)
        entry = kept(report) | gains(report)
        if network.second:
            entry["second"] = compare(output, network, data("images", network.second))
        turns = network_times.rounds({"before": network.model, "after": output}, network.threads)
        entry |= {
            "turns": turns, "measured_speedup": network_times.speedups(turns["before"], turns["after"])
        }  # fmt: skip
    speedup = entry["measured_speedup"]
    print(
        f"    layers {speedup['layers']} (predicted {entry['predicted_speedup_of_layers']} ×),"
        f" network {speedup['network']},"
        f" {entry['difference_points'] or entry['error']}, {entry['seconds']:.0f} s",
        flush=True,
    )
    return entry


def evaluate(model, network, images):
    """hewn evaluate against the original network."""
    against = ["--against", network.model, "--images", images]
    return hewn("evaluate", model, *against, *network.preprocessing, *network.comparison)


def loss(report):
    """How far outputs are from the original network's: what hewn reprune calls the loss."""
    total = 0
    for output in report["outputs"].values():
        divergence = output["kl_divergence"]
        # Outputs of whole numbers have neither.
        total += divergence["nats"]["mean"] if divergence else output["relative_squares"] or 0
    return total


def compare(model, network, images):
    """The paired difference of accuracy, or the loss where that judges."""
    report = evaluate(model, network, images)
    if network.measure == "error":
        return {"measured_loss": loss(report)}
    return report["accuracy"]["top1"]


def split_archive(source, folder, count):
    """Two archives: count files of a ZIP archive drawn at random, and the others."""
    with zipfile.ZipFile(source) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        drawn = set(random.Random(0).sample(names, count))
        paths = [pathlib.Path(folder, "judging.zip"), pathlib.Path(folder, "unseen.zip")]
        with zipfile.ZipFile(paths[0], "w") as judging, zipfile.ZipFile(paths[1], "w") as unseen:
            for name in names:
                (judging if name in drawn else unseen).writestr(name, archive.read(name))
    return paths


def budgets(network, options):
    if network.evaluation != CIFAR_TEST:
        sys.exit("budgets are tried on networks that the CIFAR-10 test set judges")
    entries = []
    with tempfile.TemporaryDirectory() as folder:
        judging, unseen = split_archive(data("images", CIFAR_TEST), folder, 2000)
        checkpoint = pathlib.Path(folder, "checkpoint")
        output = pathlib.Path(folder, "out.onnx")
        network.evaluation = judging
        grid = [["--max-accuracy-drop", points] for points in (0.5, 1, 2)]
        grid += [["--speedup", factor] for factor in (1.1, 1.3, 4)]
        for asked in grid:
            report = reprune(network, "-o", output, *asked, "--checkpoint", checkpoint)
            entry = kept(report) | gains(report) | {"unseen": compare(output, network, unseen)}
            entries.append(entry)
            budget, difference = entry["budget"], entry["unseen"]["difference_points"]
            print(
                f"    {budget['kind']} {budget['asked']}: {budget['reached']:.3f},"
                f" {'met' if budget['met'] else 'NOT met'}; unseen images"
                f" {difference['mean']:+.2f} ({difference['lower']:+.2f} … {difference['upper']:+.2f})",
                flush=True,
            )
    return entries


def gpu(network, options):
    device = ["--device", "emulator", "--precision", "f16", "--batch", 32, "--dry-run"]
    asked = ["--max-accuracy-drop", 1] if network.measure == "accuracy" else ["--max-error", 0.02]
    report = reprune(network, *device, *asked, limit=options.limit)
    dense = sum(layer["dense_ms"] for layer in report["layers"])
    entry = kept(report) | gains(report)
    entry["predicted_speedup_over_dense"] = round(dense / report["result"]["predicted_ms"], 3)
    print(
        f"    predicted {entry['predicted_speedup_of_layers']} × the faster of exact and dense,"
        f" {entry['predicted_speedup_over_dense']} × dense;"
        f" {entry['difference_points'] or entry['error']}",
        flush=True,
    )
    return entry


def patterns(name, options):
    """Weights go by their squares: nothing is known of what that costs in accuracy."""
    path = pathlib.Path(__file__).resolve().parents[1] / "cpu/networks.py"
    spec = importlib.util.spec_from_file_location("made_networks", path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    model = made.make(name, PATTERN_ZEROS, pathlib.Path(tempfile.gettempdir(), "hewn-patterns"))
    lines = {}
    for device, arguments in {
        "cpu": [], "gpu": ["--device", "emulator", "--precision", "f16", "--batch", 32],
    }.items():  # fmt: skip
        report = run_reprune(model, "--frontier", options.points, *arguments)
        names = ("zeros", "predicted_ms", "measured_ms", "network_ms", "predicted_loss")
        lines[device] = {
            "points": [{name: point[name] for name in names} for point in report["points"]],
            "seconds": report["seconds"],
        }  # fmt: skip
        for point in lines[device]["points"]:
            print(
                f"    {device} zeros {100 * point['zeros']:5.1f} %  predicted {point['predicted_ms']:8.3f} ms"
                f"  measured {point['measured_ms'] or 0:8.3f}",
                flush=True,
            )
    lines["dense_network_ms"] = bench(model, "dense")
    return lines


PARTS = {
    "frontiers": frontiers, "targets": targets, "budgets": budgets, "gpu": gpu, "patterns": patterns,
}  # fmt: skip
PATTERNS = ["resnet50", "vgg16"]
# Percent.
PATTERN_ZEROS = 90
# The networks of each part where none is named.
USUAL = {
    "frontiers": list(NETWORKS),
    "targets": list(NETWORKS),
    "budgets": ["resnet20-cifar10-pruned"],
    "gpu": list(NETWORKS),
    "patterns": PATTERNS,
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("networks", nargs="*", choices=[[], *NETWORKS, *PATTERNS])
    parser.add_argument("--points", type=int, default=6, help="networks of a frontier")
    parser.add_argument("--limit", type=int, help="images that judge")
    parser.add_argument("--zeros", type=float, help="targets: the share of zeros in percent")
    parser.add_argument("--least-height", type=int, default=4, help="with --zeros")
    options = parser.parse_args()
    path = RESULTS / f"repruning-{options.part}.json"
    report = json.loads(path.read_text()) if path.exists() else {"networks": {}}
    costs = os.environ.get("HEWN_COSTS", "automatic")
    names = options.networks or USUAL[options.part]
    for name in names:
        if (name in PATTERNS) != (options.part == "patterns"):
            parser.error(f"{options.part}: not {name}")
    if options.zeros and options.part != "targets":
        parser.error("--zeros: only with targets")
    if options.limit and options.part == "patterns":
        parser.error("--limit: no image judges patterns")
    for name in names:
        print(name, flush=True)
        key = f"{name}, {options.zeros:g} % zeros" if options.zeros else name
        found = PARTS[options.part](NETWORKS.get(name, name), options)
        report["networks"][key] = {
            "circumstances": circumstances(costs=pathlib.Path(costs).name), "found": found,
        }
        write(path.stem, report)


if __name__ == "__main__":
    main()
