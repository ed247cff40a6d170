#!/usr/bin/env python3
"""Times cuDNN, through torch, on the layers of a record of `gpu-check layers`.

    torch_layers.py LAYERS.json OUTPUT.json [--precisions f16 f32 tf32 bf16] [--compile] …

Run it right after `gpu-check layers`, on the same GPU; gpu/merge.py sets both side by side.
Weights are dense: cuDNN has no use for zeros. Each layer is timed

- as a convolution alone, and as cuDNN fuses it with bias and ReLU, which Hewn's layers include;
- in channels_last, and in f32 without tf32 in NCHW too;
- with cudnn.benchmark over all of its algorithms, in CUDA graphs;
- cold, with inputs and outputs that rotate over four times the second-level cache, and warm.

`--compile` adds torch.compile with max-autotune. `csr` are products of cuSPARSE, with a share of
the weights zero, of the layer as a matrix: what makes that matrix is not timed.
"""

import argparse
import functools
import json
import pathlib
import time

import timing

# The columns of a csr product, at most, in bytes.
CSR_BYTES = 1 << 30


def shapes(record):
    """The layers that a record has, each once, in its order."""
    return {entry["layer"]: entry["shape"] for entry in record["results"]["layers"]}


def output_size(shape):
    return (shape["size"] + 2 * shape["padding"] - shape["kernel"]) // shape["stride"] + 1


def variants(precision, compiles):
    """The memory formats and ways in which a layer is timed."""
    formats = ["channels_last"] + (["contiguous_format"] if precision == "f32" else [])
    ways = ["convolution", "fused"] + (["compiled"] if compiles else [])
    return [(format, way) for format in formats for way in ways]


# With torch.


class Timer:
    def __init__(self, torch, device, batch):
        self.torch, self.device, self.batch = torch, device, batch
        self.cache = timing.cache_size(torch, device)

    def dtype(self, precision):
        names = {"f16": "float16", "bf16": "bfloat16", "f32": "float32", "tf32": "float32"}
        return getattr(self.torch, names[precision])

    def use(self, precision):
        cudnn = self.torch.backends.cudnn
        cudnn.allow_tf32 = self.torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
        cudnn.benchmark, cudnn.benchmark_limit = True, 0

    def random(self, dtype, *extents):
        return (self.torch.rand(*extents, device=self.device) * 2 - 1).to(dtype)

    def inputs(self, shape, dtype, memory_format):
        """So many that with their outputs they are more than the cache."""
        extent = output_size(shape)
        count = shape["channels"] * shape["size"] ** 2 + shape["filters"] * extent**2
        byte_count = self.batch * count * dtype.itemsize
        return [
            self.random(dtype, self.batch, shape["channels"], shape["size"], shape["size"]).to(
                memory_format=memory_format
            )
            for _ in range(timing.set_count(byte_count, self.cache))
        ]

    def layer(self, shape, precision, format, way):
        """The times of a layer, or why there are none."""
        torch = self.torch
        self.use(precision)
        dtype = self.dtype(precision)
        memory_format = getattr(torch, format)
        extents = shape["channels"] // shape["groups"], shape["kernel"], shape["kernel"]
        weights = self.random(dtype, shape["filters"], *extents).to(memory_format=memory_format)
        bias = self.random(dtype, shape["filters"])
        inputs = self.inputs(shape, dtype, memory_format)
        function = self.function(shape, weights, bias, way)
        outputs = [None] * len(inputs)

        def step(index):
            # Kept, or all steps of a graph would write to the same memory.
            outputs[index] = function(inputs[index])

        steps = [functools.partial(step, index) for index in range(len(inputs))]
        result = {"cold": timing.spread(timing.seconds(torch, steps, self.device, graph=True))}
        result["sets"] = len(steps)
        if len(steps) > 1:
            result["warm"] = timing.spread(
                timing.seconds(torch, steps[:1], self.device, graph=True)
            )
        return result

    def function(self, shape, weights, bias, way):
        torch = self.torch
        stride, padding, groups = shape["stride"], shape["padding"], shape["groups"]
        if way == "convolution":
            return lambda x: torch.conv2d(x, weights, None, stride, padding, 1, groups)

        def whole(x):
            return torch.relu(torch.conv2d(x, weights, bias, stride, padding, 1, groups))

        if way == "compiled":
            return torch.compile(whole, mode="max-autotune-no-cudagraphs")
        if self.device == "cpu":
            return whole
        pairs = [stride] * 2, [padding] * 2, [1] * 2
        return lambda x: torch.cudnn_convolution_relu(x, weights, bias, *pairs, groups)

    def csr(self, shape, precision, zeros):
        """The times of a sparse matrix times what a layer's pixels read, or why there are none."""
        torch = self.torch
        self.use(precision)
        dtype = self.dtype(precision)
        if shape["groups"] > 1:
            return {"error": "a layer of groups is more than one product"}
        rows, taps = shape["filters"], shape["channels"] * shape["kernel"] ** 2
        columns = self.batch * output_size(shape) ** 2
        if taps * columns * dtype.itemsize > CSR_BYTES:
            return {"error": f"{taps} x {columns} columns take over {CSR_BYTES >> 20} MiB"}
        weights = self.random(dtype, rows, taps)
        weights[torch.rand(rows, taps, device=self.device) < zeros / 100] = 0
        matrix = weights.to_sparse_csr()
        # The columns alone are mostly greater than the cache.
        count = timing.set_count((taps + rows) * columns * dtype.itemsize, self.cache)
        sets = [self.random(dtype, taps, columns) for _ in range(min(count, 4))]
        steps = [functools.partial(torch.matmul, matrix, x) for x in sets]
        return {"cold": timing.spread(timing.seconds(torch, steps, self.device))}


def attempt(measure):
    """What is measured; an error is a result too, as none must end the others."""
    try:
        return measure()
    except Exception as error:  # noqa: BLE001
        return {"error": f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"}


def settings(arguments, record, torch):
    properties = torch.cuda.get_device_properties(0) if arguments.device == "cuda" else None
    return {
        "device": properties.name if properties else "cpu", "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version() if arguments.device == "cuda" else None,
        "batch": arguments.batch or record["results"]["batch"],
        "cudnn_benchmark": True, "cuda_graphs": arguments.device == "cuda",
        "compile": "max-autotune" if arguments.compile else None,
        "fp32": "f32 without tf32 (allow_tf32 False), tf32 with it",
        "cold": f"inputs and outputs rotate over {timing.CACHES} times the second-level cache",
        "warm": "the same input each time",
    }  # fmt: skip


def parse(words=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("layers")
    parser.add_argument("output")
    parser.add_argument("--precisions", nargs="+", default=["f16", "f32", "tf32", "bf16"])
    parser.add_argument("--filter", action="append", help="only layers whose names contain this")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--csr", nargs="*", type=int, default=[90], help="zeros in percent")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing later")
    parser.add_argument("--batch", type=int, help="as in the record, unless given")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--greatest", type=int, help="the most rows of a map, to try this")
    return parser.parse_args(words)


def main(arguments):
    import torch

    record = json.loads(pathlib.Path(arguments.layers).read_text())
    layers = {
        name: shape for name, shape in shapes(record).items()
        if not arguments.filter or any(text in name for text in arguments.filter)
    }  # fmt: skip
    if arguments.greatest:
        for shape in layers.values():
            shape["size"] = min(shape["size"], arguments.greatest)
    chosen = settings(arguments, record, torch)
    timer = Timer(torch, arguments.device, chosen["batch"])
    report = {"settings": chosen, "layers": [], "csr": [], "omitted": 0}
    start = time.monotonic()

    def take(kind, entry, measure):
        if time.monotonic() - start > arguments.seconds:
            report["omitted"] += 1
            return
        report[kind].append(entry | attempt(measure))
        text = report[kind][-1].get("cold", {}).get("median")
        text = f"{text * 1e6:9.1f} µs" if text else report[kind][-1].get("error")
        print(*entry.values(), text, flush=True)

    for precision in arguments.precisions:
        for name, shape in layers.items():
            for format, way in variants(precision, arguments.compile):
                entry = {"layer": name, "precision": precision, "format": format, "way": way}
                take("layers", entry, lambda: timer.layer(shape, precision, format, way))
        pathlib.Path(arguments.output).write_text(json.dumps(report, indent=2) + "\n")
    for zeros in arguments.csr:
        for precision in [p for p in arguments.precisions if p in ("f16", "f32")]:
            for name, shape in layers.items():
                entry = {"layer": name, "precision": precision, "zeros": zeros}
                take("csr", entry, lambda: timer.csr(shape, precision, zeros))
    pathlib.Path(arguments.output).write_text(json.dumps(report, indent=2) + "\n")
    if report["omitted"]:
        print(f"no time was left for {report['omitted']} measurements")


if __name__ == "__main__":
    main(parse())
