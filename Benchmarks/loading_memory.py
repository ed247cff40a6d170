#!/usr/bin/env python3
"""Measures the peak memory of loading a model of VGG-16's size, about 550 MB.

The model is made here, in a temporary folder, in several forms: its weights in the file as raw bytes
or as lists of floats, in a file next to it, or stored in sparse form. Two commands are measured:
`inspect` with the shape of an input that there is not, which is refused as soon as the file is read,
and `inspect`, which packs all weights for the kernels.
"""

import argparse
import multiprocessing
import os
import pathlib
import subprocess
import tempfile

import numpy
import onnx
from onnx import TensorProto, helper

import common

LAYERS = [64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512,
          512, "pool"]
CLASSIFIER = [(25088, 4096), (4096, 4096), (4096, 1000)]


def weights(generator, shape, zeros):
    values = generator.standard_normal(shape, dtype=numpy.float32)
    values *= numpy.float32(1 / numpy.sqrt(numpy.prod(shape[1:])))
    values[generator.random(shape, dtype=numpy.float32) < zeros] = 0
    return values


def tensor(name, values, form):
    if form == "lists":
        return helper.make_tensor(name, TensorProto.FLOAT, values.shape, values.ravel())
    return onnx.numpy_helper.from_array(values, name)


def sparse(name, values):
    flat = values.ravel()
    places = numpy.flatnonzero(flat)
    return helper.make_sparse_tensor(
        onnx.numpy_helper.from_array(flat[places], name),
        onnx.numpy_helper.from_array(places.astype(numpy.int64), name + "_indices"),
        values.shape)


def vgg16(form):
    generator = numpy.random.default_rng(0)
    nodes, dense, sparsely, value, channels = [], [], [], "x", 3

    def add(name, values):
        if form == "sparse" and values.ndim > 1:
            sparsely.append(sparse(name, values))
        else:
            dense.append(tensor(name, values, form))

    def layer(op, shape, inputs, **attributes):
        nonlocal value
        name = f"layer{len(nodes)}"
        add(name + ".weight", weights(generator, shape, 0.9 if form == "sparse" else 0.5))
        add(name + ".bias", numpy.zeros(shape[0], numpy.float32))
        nodes.append(helper.make_node(
            op, [inputs, name + ".weight", name + ".bias"], [name], name=name, **attributes))
        value = name

    for width in LAYERS:
        if width == "pool":
            name = f"pool{len(nodes)}"
            nodes.append(helper.make_node(
                "MaxPool", [value], [name], name=name, kernel_shape=[2, 2], strides=[2, 2]))
            value = name
            continue
        layer("Conv", (width, channels, 3, 3), value, pads=[1, 1, 1, 1])
        nodes.append(helper.make_node("Relu", [value], [value + ".relu"]))
        value, channels = value + ".relu", width
    nodes.append(helper.make_node("Flatten", [value], ["flat"]))
    value = "flat"
    for index, (taps, rows) in enumerate(CLASSIFIER):
        layer("Gemm", (rows, taps), value, transB=1)
        if index < 2:
            nodes.append(helper.make_node("Relu", [value], [value + ".relu"]))
            value += ".relu"
    graph = helper.make_graph(
        nodes, "vgg16", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 224, 224])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, [1, 1000])], dense,
        sparse_initializer=sparsely)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def save(form, path):
    onnx.save(vgg16(form), path, save_as_external_data=form == "external", location="weights.bin")


def peak(arguments, status):
    """Runs the tool, expects an exit status, returns its peak resident memory in bytes."""
    process = subprocess.Popen(
        [common.HEWN, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, ended, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(ended) != status:
        raise SystemExit(f"{arguments}: {ended}, want {status}\n{process.stderr.read().decode()}")
    return usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--forms", nargs="+", default=["raw", "lists", "external", "sparse"])
    arguments = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for form in arguments.forms:
            path = folder / f"{form}.onnx"
            # In a process of its own: a process that starts another one passes on its own peak.
            maker = multiprocessing.Process(target=save, args=(form, path))
            maker.start()
            maker.join()
            if maker.exitcode:
                raise SystemExit(f"{form}: the model could not be made")
            size = path.stat().st_size
            size += sum(f.stat().st_size for f in folder.glob("*.bin"))
            dense = 4 * 138_357_544
            row = {"file_bytes": size, "dense_weight_bytes": dense}
            for key, options, status in [("load", ["--shape", "nowhere=1"], 2), ("compile", [], 0)]:
                row[f"{key}_peak_bytes"] = peak(["inspect", path, "--quiet", *options], status)
                row[f"{key}_over_file"] = round(row[f"{key}_peak_bytes"] / size, 3)
                row[f"{key}_over_weights"] = round(row[f"{key}_peak_bytes"] / dense, 3)
            results[form] = row
            print(form, row, flush=True)
            for file in folder.iterdir():
                file.unlink()
    common.write("loading-memory", {
        **common.circumstances(onnx=onnx.__version__, numpy=numpy.__version__), "forms": results})


if __name__ == "__main__":
    main()
