#!/usr/bin/env python3
"""Serves one rival on one model, in the environment that has it installed.

    python3 worker.py JOB.json

Runs the model once and writes its outputs, says so in a line of JSON, `{"version": …}` or
`{"failed": …}`, then answers each line with a number of seconds by a list of run times in
milliseconds. It needs nothing but the rival and numpy. A line is "SECONDS WARM_UP_SECONDS".
"""

import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np


def onnxruntime(job, given):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job["threads"]
    options.log_severity_level = 3
    for name in job["free"]:
        options.add_free_dimension_override_by_name(name, job["batch"])
    # Its idle threads would take the other engines' turns.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(
        job["model"], options, providers=["CPUExecutionProvider"]
    )
    return onnxruntime.__version__, lambda: session.run(job["outputs"], given)


def openvino(job, given):
    import openvino

    core = openvino.Core()
    model = core.read_model(job["model"])
    model.reshape({name: list(array.shape) for name, array in given.items()})
    compiled = core.compile_model(
        model, "CPU",
        {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32",
         "INFERENCE_NUM_THREADS": job["threads"]},
    )  # fmt: skip
    request = compiled.create_infer_request()
    for name, array in given.items():
        request.set_tensor(name, openvino.Tensor(array, shared_memory=True))
    # Optimised models keep the outputs' names, but not their order.
    outputs = [compiled.output(name) for name in job["outputs"]]

    def run():
        request.infer()
        return [request.get_tensor(output).data for output in outputs]

    return openvino.__version__.split("-")[0], run


def deepsparse(job, given):
    os.environ["NM_DISABLE_ANALYTICS"] = "True"
    import deepsparse

    engine = deepsparse.compile_model(
        job["model"], batch_size=job["batch"], num_cores=job["threads"]
    )
    arrays = [given[name] for name in engine.input_names]
    order = [engine.output_names.index(name) for name in job["outputs"]]

    def run():
        outputs = engine.run(arrays, val_inp=False)
        return [outputs[index] for index in order]

    return deepsparse.__version__, run


def mnn(job, given, *flags):
    converted = pathlib.Path(job["cache"], pathlib.Path(job["model"]).stem)
    converted = converted.with_name(converted.name + (".sparse.mnn" if flags else ".mnn"))
    # One that is older than the model is another model's.
    if not converted.exists() or converted.stat().st_mtime < os.stat(job["model"]).st_mtime:
        convert(job["model"], converted, flags)
    import MNN
    import MNN.expr
    import MNN.nn

    manager = MNN.nn.create_runtime_manager(
        ({"backend": "CPU", "numThread": job["threads"], "precision": "high", "power": "high",
          "memory": "normal"},)
    )  # fmt: skip
    net = MNN.nn.load_module_from_file(
        str(converted), list(given), job["outputs"], runtime_manager=manager, shape_mutable=False
    )
    values = [
        MNN.expr.const(array, list(array.shape), MNN.expr.NCHW, MNN.expr.float)
        for array in given.values()
    ]
    return MNN.version(), lambda: [np.asarray(output.read()) for output in net.forward(values)]


def convert(model, converted, flags):
    """Converts a model in a process of its own, whose memory is not that of inference."""
    # The converter itself: its command installs a package that reports its use.
    code = "import _tools, sys; _tools.mnnconvert(sys.argv)"
    part = converted.with_suffix(".part")
    with converted.with_name("conversion.lock").open("w") as lock:
        # One at a time, for they take several times the memory of the model.
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(
            [sys.executable, "-c", code, "-f", "ONNX", "--modelFile", model, "--MNNModel",
             str(part), "--bizCode", "b", *flags], check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    part.rename(converted)


def mnn_sparse(job, given):
    return mnn(job, given, "--detectSparseSpeedUp")


ENGINES = {
    "onnxruntime": onnxruntime,
    "openvino": openvino,
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
    """Times of runs for at least some seconds, and of one at least, in milliseconds."""
    result = []
    end = time.perf_counter() + seconds
    while not result or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        result.append(1e3 * (time.perf_counter() - start))
    return result


def turn(run, seconds, warm_up_seconds):
    """Times after a warm-up, which counts itself where a run takes longer than the turn."""
    cold = times(run, warm_up_seconds)
    return cold if cold[0] > 1e3 * seconds else times(run, seconds)


def end_with_parent():
    """A stopped process would outlive a driver that is killed."""
    set_death_signal, kill = 1, 9
    ctypes.CDLL(None).prctl(set_death_signal, kill)


def main():
    end_with_parent()
    job = json.loads(pathlib.Path(sys.argv[1]).read_text())
    given = dict(np.load(job["given"]))
    with quiet():
        try:
            version, run = ENGINES[job["engine"]](job, given)
            np.savez(job["written"], *[np.asarray(array) for array in run()])
            answer = {"version": version}
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
    if "failed" not in answer:
        for line in sys.stdin:
            with quiet():
                result = turn(run, *map(float, line.split()))
            print(json.dumps(result), flush=True)
    # Some engines do not survive their own clean-up.
    os._exit(0)


if __name__ == "__main__":
    main()
