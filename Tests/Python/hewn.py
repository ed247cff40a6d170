"""Runs the command-line tool, and ONNX Runtime beside it."""

import json
import os
import pathlib
import struct
import subprocess
import zlib

import numpy as np
import onnx
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEWN = os.environ.get("HEWN_BIN", str(ROOT / ".build/release/hewn"))
EXAMPLE = ROOT / "Examples/resnet20-cifar10-pruned.onnx"


def hewn(*arguments, status=0):
    """Runs the tool, expects an exit status, returns the finished process."""
    command = [HEWN, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == status, (
        f"{' '.join(command)}\nstatus {done.returncode}, want {status}\n{done.stdout}{done.stderr}"
    )
    return done


def hewn_json(*arguments, status=0):
    """Runs the tool with --json and returns the report."""

    def reject(constant):
        raise ValueError(f"{constant} is no JSON")

    return json.loads(hewn(*arguments, "--json", status=status).stdout, parse_constant=reject)


def hewn_outputs(model, inputs, folder, *options):
    """Runs a model on arrays by input name; returns arrays by output name."""
    folder.mkdir(parents=True, exist_ok=True)
    given = []
    for index, (name, array) in enumerate(inputs.items()):
        file = folder / f"input{index}.npy"
        np.save(file, array)
        given += ["--input", f"{name}={file}"]
    report = hewn_json("run", model, *given, "--output", folder / "outputs", *options)
    return {name: np.load(output["file"]) for name, output in report["outputs"].items()}


def expected_outputs(model, inputs):
    """Runs a model file with ONNX Runtime; returns arrays by output name."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(model), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def relative_error(got, want):
    """max |got − want| / max |want|; the numerator alone where all of want is zero."""
    assert got.shape == want.shape, f"shape {got.shape}, want {want.shape}"
    if want.size == 0:
        return 0.0
    difference = np.abs(got.astype(np.float64) - want.astype(np.float64)).max()
    assert not np.isnan(difference), "an output is not a number"
    return difference / (np.abs(want).max() or 1)


def save(model, path):
    onnx.save(model, path)
    return path


def png(pixels):
    """A PNG by hand: no image library is needed for it."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind, content):
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )  # fmt: skip
