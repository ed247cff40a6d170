"""The results: which cells are still valid, what they say, and how they are kept in a file."""

import json
import math

from .environments import REFERENCE

# Of the greatest output; an engine that is further off is shown, but not counted.
TOLERANCE = 1e-3
# Ratios closer to one than this are ties.
TIE = 0.03


def key(network, zeros, batch, threads):
    share = "" if zeros is None else f"-{zeros}"
    return f"{network}{share}-b{batch}-t{threads}"


def load(path):
    return json.loads(path.read_text()) if path.exists() else {"cells": {}}


def save(path, report):
    """Writes a report with each cell in a line of its own."""
    head = {name: value for name, value in report.items() if name != "cells"}
    lines = [
        f"    {json.dumps(name)}: {json.dumps(cell, separators=(',', ':'))}"
        for name, cell in sorted(report["cells"].items())
    ]
    text = json.dumps(head, indent=2).removesuffix("\n}")
    part = path.with_suffix(".part")
    part.write_text(text + ',\n  "cells": {\n' + ",\n".join(lines) + "\n  }\n}\n")
    part.rename(path)


def kept(report, machine, versions):
    """The cells of an earlier report that may stand beside new ones.

    They are of the same machine, and no engine of theirs is known by another version now.
    """
    if report.get("machine") != machine:
        return {}
    return {
        name: cell
        for name, cell in report["cells"].items()
        if all(versions.get(engine, had) == had for engine, had in cell["versions"].items())
    }


def is_complete(cell, engines, versions):
    """Whether a cell has every engine that would be measured now; None stands for no such cell."""
    return cell is not None and all(
        cell["versions"].get(engine) == versions.get(engine) for engine in engines
    )


def is_right(cell, engine):
    error = cell["engines"][engine]["error"]
    return error is not None and error <= TOLERANCE


def is_clean(cell, engine):
    return cell["engines"][engine]["clean"] >= 2


def disturbed(cell):
    """The engines whose times are not clean."""
    return [engine for engine in cell["engines"] if not is_clean(cell, engine)]


def is_own(engine):
    return engine.startswith("hewn")


def best_rival(cell):
    """The fastest rival whose outputs are right, or None."""
    rivals = [name for name in cell["engines"] if not is_own(name) and is_right(cell, name)]
    return min(rivals, key=lambda name: cell["engines"][name]["ms"], default=None)


def speedup(cell, over=None):
    """A rival's time over Hewn's, by default the best one's; None where either does not count."""
    over = over or best_rival(cell)
    if not {"hewn", over} <= set(cell["engines"]) or not is_right(cell, "hewn"):
        return None
    if not is_right(cell, over):
        return None
    return cell["engines"][over]["ms"] / cell["engines"]["hewn"]["ms"]


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def outcome(ratio):
    """`win`, `tie` or `loss`."""
    if ratio >= 1 + TIE:
        return "win"
    return "tie" if ratio * (1 + TIE) > 1 else "loss"


def speedups(cells, over=None):
    """The speed-ups that there are, by the cells' keys."""
    found = {name: speedup(cell, over) for name, cell in cells.items()}
    return {name: ratio for name, ratio in found.items() if ratio is not None}


def over_reference(cells):
    return speedups(cells, REFERENCE)


def share_of_peak(cell):
    """Hewn's rate on non-zero weights over the machine's greatest rate; GFLOP/s and a share."""
    hewn = cell["hewn"]
    rate = hewn["nonzero_flops"] / cell["engines"]["hewn"]["ms"] / 1e6
    return rate, rate / hewn["peak_gflops"]


def moved(cell):
    """Megabytes that Hewn's layers read and write at least, and the rate in GB/s."""
    size = (cell["hewn"]["weight_bytes"] + cell["hewn"]["activation_bytes"]) / 1e6
    return size, size / cell["engines"]["hewn"]["ms"]
