#!/usr/bin/env python3
"""Serves one rival to compare_rivals.py, in the environment that has it installed.

    python3 rival.py ENGINE MODEL.onnx INPUT.npy OUTPUT.npy THREADS

Runs the model once and writes its output, says "ready VERSION", then answers each line with a
number of seconds by a JSON list of run times in milliseconds.
"""

import contextlib
import json
import os
import pathlib
import sys
import time

import numpy as np


def onnxruntime(model, x, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_free_dimension_override_by_name("batch", len(x))
    # Its idle threads would take the other engines' turns.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return onnxruntime.__version__, lambda: session.run(None, {"x": x})[0]


def deepsparse(model, x, threads):
    os.environ["NM_DISABLE_ANALYTICS"] = "True"
    import deepsparse

    engine = deepsparse.compile_model(model, batch_size=len(x), num_cores=threads)
    return deepsparse.__version__, lambda: engine.run([x], val_inp=False)[0]


def mnn(model, x, threads, *flags):
    # The converter itself: its command installs a package that reports its use.
    import _tools
    import MNN
    import MNN.expr
    import MNN.nn

    converted = str(pathlib.Path(model).with_suffix(".sparse.mnn" if flags else ".mnn"))
    if not os.path.exists(converted):
        _tools.mnnconvert(["mnnconvert", "-f", "ONNX", "--modelFile", model, "--MNNModel",
                           converted, "--bizCode", "b", *flags])  # fmt: skip
    manager = MNN.nn.create_runtime_manager(
        ({"backend": "CPU", "numThread": threads, "precision": "high", "power": "high",
          "memory": "normal"},)
    )  # fmt: skip
    net = MNN.nn.load_module_from_file(
        converted, ["x"], ["y"], runtime_manager=manager, shape_mutable=False
    )
    value = MNN.expr.const(x, list(x.shape), MNN.expr.NCHW, MNN.expr.float)
    return MNN.version(), lambda: np.asarray(net.forward([value])[0].read())


def mnn_sparse(model, x, threads):
    return mnn(model, x, threads, "--detectSparseSpeedUp")


ENGINES = {
    "onnxruntime": onnxruntime,
    "mnn": mnn,
    "mnn-sparse": mnn_sparse,
    "deepsparse": deepsparse,
}


@contextlib.contextmanager
def quiet():
    """Sends what native code prints to the error stream."""
    saved = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)


def times(run, seconds):
    """Run times for at least some seconds, after a run that is not counted unless it is long."""
    result = []
    start = time.perf_counter()
    run()
    first = time.perf_counter() - start
    if first > seconds:
        return [1e3 * first]
    end = time.perf_counter() + seconds
    while not result or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        result.append(1e3 * (time.perf_counter() - start))
    return result


def main():
    engine, model, given, written, threads = sys.argv[1:]
    x = np.load(given)
    with quiet():
        version, run = ENGINES[engine](model, x, int(threads))
        np.save(written, np.asarray(run()).reshape(len(x), -1))
    print("ready", version, flush=True)
    for line in sys.stdin:
        with quiet():
            result = times(run, float(line))
        print(json.dumps(result), flush=True)
    # Some engines do not survive their own clean-up.
    os._exit(0)


if __name__ == "__main__":
    main()
