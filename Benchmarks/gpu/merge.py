#!/usr/bin/env python3
"""Sets Hewn's layers and networks beside cuDNN's, and says which goals are reached.

    merge.py LAYERS.json TORCH_LAYERS.json OUTPUT.json [--networks NETWORKS.json]

of `gpu-check layers --device cuda`, torch_layers.py and torch_networks.py, which ran on the same GPU
one after the other. `a_over_b` is the time of a over that of b; times are cold unless a name says
otherwise. The rival of a layer is the fastest of all ways in which cuDNN was timed in a precision,
those included that do less than the layer: without bias and ReLU.
"""

import argparse
import json
import pathlib
import statistics

DENSE, TALL = "0 % zeros", "segments of 64 rows, 25 %"
# By how much the dense time of a layer must be over the memory's floor for sparsity to help.
COMPUTE_BOUND = 2.0

# Goal, precision, weights, figure of a ratio, least value, which layers.
GOALS = [
    ("exact covers at 90 % zeros against cuDNN", "f16", "90 % zeros", "cudnn_over_hewn", 1.0,
     "compute"),
    ("exact covers at 95 % zeros against cuDNN", "f16", "95 % zeros", "cudnn_over_hewn", 1.5,
     "compute"),
    ("segments of 64 rows at 25 % against cuDNN", "f16", TALL, "cudnn_over_hewn", 2.5, "compute"),
    ("f32 at 90 % zeros against cuDNN without tf32", "f32", "90 % zeros", "cudnn_over_hewn", 2.5,
     "compute"),
    ("tf32 at 90 % zeros against cuDNN", "tf32", "90 % zeros", "cudnn_over_hewn", 1.5, "compute"),
    ("layers that memory limits against its bandwidth", "f16", None, "share_of_floor", 0.85,
     "memory"),
    ("every layer against its prediction", None, None, "share_of_prediction", 0.8, "all"),
]  # fmt: skip


def cold(entry):
    return ((entry.get("cold") or {}).get("seconds") or {}).get("median")


def warm(entry):
    return ((entry.get("warm") or {}).get("seconds") or {}).get("median")


def rivals(torch):
    """The fastest way of each layer and precision."""
    best = {}
    for entry in torch["layers"]:
        if "cold" not in entry:
            continue
        key = entry["layer"], entry["precision"]
        if key not in best or entry["cold"]["median"] < best[key]["cold"]["median"]:
            best[key] = entry
    return best


def ratios(layers, torch):
    """Every measured layer with what it is compared to, and the settings of both."""
    best = rivals(torch)
    entries = layers["results"]["layers"]
    dense = {
        (e["layer"], e["precision"]): cold(e) for e in entries if e["weights"] == DENSE and cold(e)
    }
    result = []
    for entry in entries:
        own = cold(entry)
        if not own or entry.get("fault"):
            continue
        key = entry["layer"], entry["precision"]
        floor = entry["memory_floor_seconds"]
        ratio = {
            "layer": entry["layer"], "precision": entry["precision"],
            "weights": entry["weights"], "batch": layers["results"]["batch"],
            "hewn_seconds": own, "hewn_warm_seconds": warm(entry) or own,
            "hewn_kernel": entry["kernel"],
            "memory_floor_seconds": floor, "share_of_floor": floor / own,
            "predicted_seconds": entry["predicted"]["seconds"],
            "share_of_prediction": entry["predicted"]["seconds"] / own,
        }  # fmt: skip
        if key in dense:
            ratio["dense_over_hewn"] = dense[key] / own
        if key in best:
            rival = best[key]
            seconds = rival["cold"]["median"]
            ratio |= {
                "cudnn_seconds": seconds,
                "cudnn_warm_seconds": rival.get("warm", rival["cold"])["median"],
                "cudnn_format": rival["format"], "cudnn_way": rival["way"],
                "cudnn_over_hewn": seconds / own, "cudnn_over_floor": seconds / floor,
            }  # fmt: skip
        result.append(ratio)
    return result


def is_compute_bound(ratio):
    """Whether the dense layer takes long enough for sparsity to help; unknown without a rival."""
    return ratio.get("cudnn_over_floor", 0) >= COMPUTE_BOUND


def chosen(found):
    """Of each layer and precision the dense or the 90 % sparse form, whichever is faster."""
    best = {}
    for ratio in found:
        if ratio["weights"] in (DENSE, "90 % zeros"):
            key = ratio["layer"], ratio["precision"]
            if key not in best or ratio["hewn_seconds"] < best[key]["hewn_seconds"]:
                best[key] = ratio
    return list(best.values())


def goals(found):
    result = []
    for goal, precision, weights, figure, least, which in GOALS:
        candidates = [
            r for r in (chosen(found) if which == "memory" else found)
            if figure in r and precision in (None, r["precision"])
            and weights in (None, r["weights"])
        ]  # fmt: skip
        if which == "compute":
            candidates = [r for r in candidates if is_compute_bound(r)]
        elif which == "memory":
            candidates = [
                r for r in candidates if "cudnn_over_floor" in r and not is_compute_bound(r)
            ]
        names = ("layer", "precision", "weights")
        values = [{**{n: r[n] for n in names}, "value": r[figure]} for r in candidates]
        reached = [v for v in values if v["value"] >= least]
        result.append({
            "goal": goal, "figure": figure, "least": least, "precision": precision,
            "weights": weights, "layers": {
                "compute": f"whose cuDNN time is {COMPUTE_BOUND} times the memory's floor or more",
                "memory": f"whose cuDNN time is less than {COMPUTE_BOUND} times the memory's floor",
                "all": "all",
            }[which],
            # None where nothing was measured.
            "reached": len(reached) == len(values) if values else None,
            "reached_count": len(reached), "count": len(values),
            "geometric_mean":
                statistics.geometric_mean(v["value"] for v in values) if values else None,
            "missed": sorted((v for v in values if v not in reached), key=lambda v: v["value"]),
        })  # fmt: skip
    return result


def network_ratios(networks):
    """The fastest way of torch over the faster engine of Hewn, by network, precision and zeros."""
    best = {}
    for entry in networks["torch"]:
        if "seconds" in entry:
            key = entry["network"], entry["precision"]
            if key not in best or entry["seconds"]["median"] < best[key]["seconds"]["median"]:
                best[key] = entry
    result = []
    for entry in networks["hewn"]:
        rival = best.get((entry["network"], entry["precision"]))
        if not rival or "milliseconds" not in entry:
            continue
        engine, milliseconds = min(entry["milliseconds"].items(), key=lambda pair: pair[1])
        result.append({
            "network": entry["network"], "precision": entry["precision"], "zeros": entry["zeros"],
            "batch": networks["settings"]["batch"], "hewn_engine": engine,
            "hewn_seconds": milliseconds / 1e3, "torch_way": rival["way"],
            "torch_seconds": rival["seconds"]["median"],
            "torch_over_hewn": rival["seconds"]["median"] * 1e3 / milliseconds,
        })  # fmt: skip
    return result


def merged(layers, torch, networks=None):
    found = ratios(layers, torch)
    report = {
        "command": layers["command"], "date": layers["date"], "versions": layers["versions"],
        "device": layers.get("device"), "settings": torch["settings"], "goals": goals(found),
        "ratios": found, "csr": torch["csr"], "torch_layers": torch["layers"],
        "layers": layers["results"],
    }  # fmt: skip
    if networks:
        report["networks"] = {**networks, "ratios": network_ratios(networks)}
    return report


def table(report):
    """What is printed: goals, then the networks."""
    lines = []
    for goal in report["goals"]:
        outcome = {True: "reached", False: "MISSED", None: "unknown"}[goal["reached"]]
        mean = goal["geometric_mean"]
        lines.append(
            f"goal {outcome:8} {goal['reached_count']:3} of {goal['count']:3}  "
            f"mean {mean:.3f}  least {goal['least']}  {goal['goal']}" if mean else
            f"goal {outcome:8} {goal['goal']}"
        )  # fmt: skip
    for ratio in report.get("networks", {}).get("ratios", []):
        lines.append(
            f"network {ratio['torch_over_hewn']:6.3f}  {ratio['network']} {ratio['precision']}"
            f" {ratio['zeros']} % zeros, {ratio['hewn_engine']}"
        )
    return lines


def main(words=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("layers", "torch", "output"):
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--networks", type=pathlib.Path)
    arguments = parser.parse_args(words)

    def read(path):
        return json.loads(path.read_text()) if path and path.is_file() else None

    report = merged(read(arguments.layers), read(arguments.torch), read(arguments.networks))
    arguments.output.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    print("\n".join(table(report)))


if __name__ == "__main__":
    main()
