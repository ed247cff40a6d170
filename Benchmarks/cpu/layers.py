"""Hewn's layers, and how far each is from its bound."""

import tempfile

from common import hewn

from .models import activation_bytes, interface
from .table import rows


def measure(model, batch, threads, seconds):
    """Profiles a model and returns a table of its convolutions and matrix products."""
    with tempfile.TemporaryDirectory() as folder:
        port = interface(model.path, batch, folder)
        report = hewn(
            "bench", port.path, "--engine", "both", "--batch", batch, "--threads", threads,
            "--duration", seconds,
        )  # fmt: skip
        return markdown(report, activation_bytes(port.path, batch))


def lost(layer, peak):
    """Milliseconds beyond the greatest of a layer's bounds, which come by name in milliseconds.

    One is the time of its non-zero arithmetic at the peak; the others are what the tool reports
    under keys that end with `bound_ms`.
    """
    bounds = {"fma": layer["nonzero_flops"] / peak / 1e6}
    for name, value in layer.items():
        if name.endswith("bound_ms") and value is not None:
            bounds[name.removesuffix("_ms").removesuffix("bound").strip("_") or "tool"] = value
    return layer["ms"]["sparse"] - max(bounds.values()), bounds


def markdown(report, activations):
    peak = report["peak_gflops"]
    all_layers = report["layers"]
    total = sum(layer["ms"]["sparse"] for layer in all_layers)
    products = [layer for layer in all_layers if layer["dense_flops"]]
    judged = sorted(((*lost(layer, peak), layer) for layer in products), key=lambda it: -it[0])
    kinds = list(dict.fromkeys(name for _, bounds, _ in judged for name in bounds))
    body = []
    for loss, bounds, layer in judged:
        ms = layer["ms"]["sparse"]
        zeros = 1 - layer["nonzero_flops"] / layer["dense_flops"]
        moved = activations.get(layer["name"])
        body.append(
            [
                layer["name"], layer["engine"], f"{100 * zeros:.0f}", f"{ms:.3f}",
                f"{layer['ms']['dense']:.3f}" if "dense" in layer["ms"] else "",
                "**yes**" if layer["wrong_choice"] else "",
                *(f"{bounds[name]:.3f}" if name in bounds else "" for name in kinds),
                f"{loss:.3f}", f"{100 * loss / total:.1f}", f"{layer['gflops']:.1f}",
                f"{100 * layer['share_of_peak']:.0f}",
                "" if moved is None else f"{moved / 1e6 / ms:.1f}",
            ]
        )  # fmt: skip
    head = [
        "layer", "engine", "zeros %", "ms", "dense ms", "wrong choice",
        *(f"{name} bound ms" for name in kinds), "lost ms", "lost % of all", "nz GFLOP/s",
        "% of peak", "activations GB/s",
    ]  # fmt: skip
    rest = total - sum(layer["ms"]["sparse"] for layer in products)
    return (
        f"Median {report['engines']['sparse']['median_ms']:.3f} ms; the layers alone"
        f" {total:.3f} ms, of which {rest:.3f} ms are other steps; peak {peak:.0f} GFLOP/s.\n\n"
        + rows(head, body)
        + "\n"
    )
