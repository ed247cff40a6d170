#!/usr/bin/env python3
"""Times cuBLAS, through torch.matmul, at the sizes of a record of `gpu-check bench`, and merges both.

    cublas.py BENCH.json OUTPUT.json

Run it right after the bench, on the same GPU. Times are medians between events, with random numbers
in matrices that rotate over more than the second-level cache, as the bench measures. tf32 products
are timed with allow_tf32 (to which Hewn's are compared) and without, which multiplies in f32.
`cublas_over_hewn` is the time of cuBLAS over that of Hewn: 1 is as fast, more is faster.
"""

import functools
import json
import pathlib
import sys

import timing


def products(record):
    """The products that a record of the bench has, each once, in its order."""
    found = {}
    for kernel in record["results"]["kernels"]:
        if kernel.get("product"):
            found.setdefault(key(kernel["product"]), kernel["product"])
    return list(found.values())


def key(product):
    return tuple(product[name] for name in ("format", "layout_of_b", "m", "n", "k"))


def merged(record, timed, versions):
    """The record with the times of cuBLAS, and the ratios of its kernels.

    `timed` has a dictionary for each product and setting, with its `product`, `allow_tf32` (None
    where it does not matter), `seconds` and `error`.
    """
    # With tf32 cuBLAS does what Hewn does; without it, it multiplies f32.
    rivals = {key(entry["product"]): entry for entry in timed if entry["allow_tf32"] is not False}
    ratios = []
    for kernel in record["results"]["kernels"]:
        product, measurement = kernel.get("product"), kernel.get("measurement")
        if not product or key(product) not in rivals or not (measurement or {}).get("seconds"):
            continue
        own = measurement["seconds"]["median"]
        rival = rivals[key(product)]["seconds"]["median"]
        ratios.append(
            {
                "kernel": kernel["kernel"], "shape": kernel["shape"],
                "hewn_seconds": own, "cublas_seconds": rival, "cublas_over_hewn": rival / own,
            }
        )  # fmt: skip
    cublas = {"versions": versions, "products": timed}
    return {**record, "cublas": cublas, "ratios": ratios}


def table(record):
    """The ratios as lines, the best kernel of each shape and format first."""
    lines = []
    for ratio in sorted(record["ratios"], key=lambda r: (r["shape"], -r["cublas_over_hewn"])):
        lines.append(
            f"{ratio['cublas_over_hewn']:6.3f}  {ratio['hewn_seconds'] * 1e6:9.1f} µs"
            f"  cuBLAS {ratio['cublas_seconds'] * 1e6:9.1f} µs  {ratio['shape']}  {ratio['kernel']}"
        )
    return lines


# On the GPU.


def matrices(torch, product, count):
    """Sets of A and B, with rows as the bench has them."""
    dtype = torch.float16 if product["format"] == "f16" else torch.float32
    m, n, k = product["m"], product["n"], product["k"]

    def random(rows, columns):
        # Numbers of f16 from −1 to 1, in both formats.
        numbers = torch.rand(rows, columns, device="cuda") * 2 - 1
        return numbers.to(torch.float16).to(dtype)

    transposed = product["layout_of_b"] == "columnMajor"
    return [
        (random(m, k), random(n, k).t() if transposed else random(k, n)) for _ in range(count)
    ]


def time_product(torch, product, allow_tf32, cache):
    torch.backends.cuda.matmul.allow_tf32 = bool(allow_tf32)
    m, n, k = product["m"], product["n"], product["k"]
    size = 2 if product["format"] == "f16" else 4
    sets = matrices(torch, product, timing.set_count(size * (m * k + k * n + m * n), cache))
    a, b = sets[0]
    output = torch.empty(m, n, dtype=a.dtype, device="cuda")
    torch.matmul(a, b, out=output)
    reference = a.double() @ b.double()
    error = ((output.double() - reference).norm() / reference.norm()).item()
    del reference
    steps = [functools.partial(torch.matmul, *matrices, out=output) for matrices in sets]
    return {
        "product": product, "allow_tf32": allow_tf32, "error": error,
        "seconds": timing.spread(timing.seconds(torch, steps, "cuda")),
    }  # fmt: skip


def main(bench, output):
    import torch

    record = json.loads(pathlib.Path(bench).read_text())
    properties = torch.cuda.get_device_properties(0)
    cache = timing.cache_size(torch, "cuda")
    timed = []
    for product in products(record):
        settings = [None] if product["format"] == "f16" else [True, False]
        timed += [time_product(torch, product, setting, cache) for setting in settings]
    versions = {
        "torch": torch.__version__, "cuda": torch.version.cuda, "device": properties.name,
        "allow_fp16_reduced_precision_reduction":
            str(torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction),
    }  # fmt: skip
    record = merged(record, timed, versions)
    pathlib.Path(output).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    print("\n".join(table(record)))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
