"""Times of networks that take turns."""

import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from common import hewn  # noqa: E402

ROUNDS = 7
SECONDS = 2


def turn(model, threads=None):
    """Milliseconds of a network, and of its layers with weights."""
    once = ["--engine", "sparse", "--duration", SECONDS, *(["--threads", threads] if threads else [])]
    bench = hewn("bench", model, "--profile", *once)
    layers = [layer for layer in bench["layers"] if layer["engine"] in ("sparse", "dense")]
    return {
        "network_ms": bench["engines"]["sparse"]["median_ms"],
        "layers_ms": sum(layer["ms"]["sparse"] for layer in layers),
    }


def rounds(models, threads=None):
    """Of each network, by its name, one turn a round."""
    turns = {name: [] for name in models}
    for _ in range(ROUNDS):
        for name, model in models.items():
            turns[name].append(turn(model, threads))
    return turns


def medians(turns):
    """Of each network."""
    return {
        name: {key: round(statistics.median(turn[key] for turn in its), 6) for key in its[0]}
        for name, its in turns.items()
    }


def speedups(before, after):
    """The median, least and greatest of all rounds' ratios, of the network and of its layers."""
    result = {"rounds": len(before)}
    for key in before[0]:
        ratios = sorted(a[key] / b[key] for a, b in zip(before, after, strict=True))
        result[key.removesuffix("_ms")] = {
            "median": round(statistics.median(ratios), 3),
            "least": round(ratios[0], 3), "greatest": round(ratios[-1], 3),
        }  # fmt: skip
    return result
