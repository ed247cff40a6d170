#!/usr/bin/env python3
"""ONNX's own test cases, run by the command-line tool.

    python3 Tests/Python/conformance.py --hewn .build/release/hewn --filter resize -v

The cases come with the Python package onnx. Each is a model with inputs and expected outputs; each
run is a process of its own, so that a crash fails one case. What is left out, and why, is in
conformance_exclusions.py; a case that is left out but passes is a failure too.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from conformance_exclusions import CNN_OPERATORS, CNN_TYPES, EXCLUSIONS

DATA = pathlib.Path(onnx.__file__).parent / "backend/test/data"
SUITES = ("node", "pytorch-converted", "pytorch-operator", "simple", "light")
DEVICES = ("reference", "cpu")
SECONDS = 120

# The inputs that Hewn needs at compile time, by position. "*" stands for every input.
CONSTANT_INPUTS = {
    "AffineGrid": {1},
    "CenterCropPad": {1},
    "Col2Im": {1, 2},
    "Compress": {1},
    "ConstantOfShape": {0},
    "CumProd": {1},
    "CumSum": {1},
    "Dropout": {1, 2},
    "Expand": {1},
    "MaxUnpool": {2},
    "NonMaxSuppression": {2, 3, 4},
    "NonZero": {0},
    "OneHot": {1},
    "Pad": {1, 2, 3},
    "Range": {0, 1, 2},
    "Reshape": {1},
    "Resize": {1, 2, 3},
    "Slice": {1, 2, 3, 4},
    "Split": {1},
    "Squeeze": {1},
    "Tile": {1},
    "TopK": {1},
    "Trilu": {1},
    "Unique": {0},
    "Unsqueeze": {1},
    "Upsample": {1},
    **{
        f"Reduce{kind}": {1}
        for kind in "L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare".split()
    },
}

# What these give depends on the types of their inputs only.
TYPE_ONLY = {"Shape", "Size", "ConstantOfShape", "EyeLike"}


@dataclasses.dataclass(frozen=True)
class Case:
    """One model with its data."""

    suite: str
    name: str
    model_file: pathlib.Path
    rtol: float
    atol: float

    @property
    def id(self):
        return f"{self.suite}/{self.name}"

    def model(self):
        return onnx.load(self.model_file)

    def data(self, model):
        """Inputs and expected outputs, as messages by name."""
        names = [port.name for port in model.graph.input]
        if self.suite == "light":
            return self._light_data(model)
        folder = self.model_file.parent / "test_data_set_0"
        inputs = {
            name: load(file, port)
            for name, port in zip(names, model.graph.input)
            if (file := folder / f"input_{names.index(name)}.pb").exists()
        }
        outputs = {
            port.name: load(folder / f"output_{index}.pb", port)
            for index, port in enumerate(model.graph.output)
        }
        return inputs, outputs

    def _light_data(self, model):
        """The inputs that onnx's own runner makes for these networks."""
        constants = {tensor.name for tensor in model.graph.initializer}
        inputs = {}
        for port in model.graph.input:
            if port.name in constants:
                continue
            shape = [extent.dim_value for extent in port.type.tensor_type.shape.dim]
            count = np.prod(shape)
            ramp = (np.arange(count).reshape(shape) / count).astype(np.float32)
            inputs[port.name] = numpy_helper.from_array(ramp)
        (port,) = model.graph.output
        file = self.model_file.with_name(f"{self.model_file.stem}_output_0.pb")
        return inputs, {port.name: load(file, port)}


def load(file, port):
    """Reads a tensor, or nothing where the port holds something else."""
    if port.type.WhichOneof("value") != "tensor_type":
        return None
    tensor = TensorProto()
    tensor.ParseFromString(file.read_bytes())
    return tensor


def cases():
    """All cases, sorted by name."""
    found = []
    for suite in SUITES[:-1]:
        for folder in sorted((DATA / suite).glob("test_*")):
            found.append(case(suite, folder.name, folder / "model.onnx", folder / "data.json"))
    for file in sorted((DATA / "light").glob("*.onnx")):
        name = file.stem.removeprefix("light_")
        found.append(case("light", name, file, DATA / "real" / f"test_{name}" / "data.json"))
    return found


def case(suite, name, model, settings):
    given = json.loads(settings.read_text()) if settings.exists() else {}
    # onnx.backend.test.loader has these values where a case states none.
    return Case(suite, name, model, given.get("rtol", 1e-3), given.get("atol", 1e-7))


@dataclasses.dataclass(frozen=True)
class Traits:
    """What decides whether a case is left out."""

    operators: frozenset
    types: frozenset
    opset: int

    @staticmethod
    def of(model):
        operators, types = set(), set()
        collect(model.graph, operators, types)
        opsets = [entry.version for entry in model.opset_import if is_standard(entry.domain)]
        return Traits(frozenset(operators), frozenset(types), max(opsets, default=0))

    @property
    def makes_sense_in_a_cnn(self):
        return self.operators <= CNN_OPERATORS and self.types <= CNN_TYPES


def is_standard(domain):
    return domain in ("", "ai.onnx")


def collect(graph, operators, types):
    for port in [*graph.input, *graph.output, *graph.value_info]:
        kind = port.type.WhichOneof("value")
        number = port.type.tensor_type.elem_type
        types.add(
            TensorProto.DataType.Name(number).lower() if kind == "tensor_type" else kind or "none"
        )
    for node in graph.node:
        operators.add(node.op_type if is_standard(node.domain) else f"{node.domain}.{node.op_type}")
        for attribute in node.attribute:
            for body in [attribute.g, *attribute.graphs]:
                collect(body, operators, types)


def exclusion(case, traits):
    """The first reason to leave a case out, or nothing."""
    for entry in EXCLUSIONS:
        if entry.matches(case.id, traits):
            return entry
    return None


def constant_names(graph):
    """The graph inputs that must be known when the model is compiled."""
    makers = {output: node for node in graph.node for output in node.output}
    wanted = [
        name
        for node in graph.node
        for index, name in enumerate(node.input)
        if index in CONSTANT_INPUTS.get(node.op_type, ())
    ]
    seen = set()
    while wanted:
        name = wanted.pop()
        if not name or name in seen:
            continue
        seen.add(name)
        maker = makers.get(name)
        if maker is not None and (maker.op_type not in TYPE_ONLY or "Constant" in maker.op_type):
            wanted += maker.input
    return seen & {port.name for port in graph.input}


def with_constants(model, inputs):
    """Turns what must be constant from inputs into initializers; returns the others."""
    constants = constant_names(model.graph)
    for name in constants & inputs.keys():
        tensor = TensorProto()
        tensor.CopyFrom(inputs[name])
        tensor.name = name
        model.graph.initializer.append(tensor)
    kept = [port for port in model.graph.input if port.name not in constants]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    return {name: tensor for name, tensor in inputs.items() if name not in constants}


def type_name(tensor):
    """Hewn's name of a message's element type."""
    name = TensorProto.DataType.Name(tensor.data_type).lower()
    return {"float": "float32", "double": "float64"}.get(name, name)


def array(tensor):
    """The elements. NumPy has no bfloat16: float32 holds them exactly."""
    values = numpy_helper.to_array(tensor)
    return values.astype(np.float32) if tensor.data_type == TensorProto.BFLOAT16 else values


def run(case, hewn, devices):
    """Runs a case; returns for each device what is wrong, or an empty string."""
    model = case.model()
    try:
        inputs, outputs = case.data(model)
    except (OSError, ValueError) as error:
        return {device: f"cannot read the case: {error}" for device in devices}
    if None in [*inputs.values(), *outputs.values()]:
        return {device: "not only tensors" for device in devices}
    given = with_constants(model, inputs)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model.onnx")
        path.write_bytes(model.SerializeToString())
        arguments = []
        for index, (name, tensor) in enumerate(given.items()):
            file = f"{folder}/input{index}.npy"
            np.save(file, array(tensor))
            arguments += ["--input", f"{name}={file}"]
        return {
            device: run_on(case, hewn, device, [path, *arguments], outputs, folder)
            for device in devices
        }


def run_on(case, hewn, device, arguments, want, folder):
    results = f"{folder}/{device}"
    command = [hewn, "run", *arguments, "--device", device, "--output", results, "--json"]
    if case.suite != "light":
        command += ["--threads", "1"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"took more than {SECONDS} s"
    if done.returncode < 0:
        return f"CRASHED with signal {-done.returncode}: {done.stderr[-300:]}"
    if done.returncode:
        return done.stderr.strip().removeprefix("hewn: error: ")
    got = json.loads(done.stdout)["outputs"]
    for name, tensor in want.items():
        if name not in got:
            return f"output {name} is missing"
        if problem := difference(got[name], tensor, case):
            return f"output {name}: {problem}"
    return ""


def difference(got, tensor, case):
    """What distinguishes an output from the expected tensor."""
    want = array(tensor)
    if got["type"] != type_name(tensor):
        return f"got {got['type']}, want {type_name(tensor)}"
    elements = np.load(got["file"])
    if elements.shape != want.shape:
        return f"got shape {elements.shape}, want {want.shape}"
    if elements.dtype != want.dtype:
        return f"the file holds {elements.dtype}, want {want.dtype}"
    if want.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            close = np.isclose(elements, want, case.rtol, case.atol, equal_nan=True)
    else:
        close = elements == want
    if close.all():
        return ""
    index = tuple(map(int, np.argwhere(~close)[0]))
    return (
        f"{(~close).sum()} of {close.size} elements differ, the first at {index}:"
        f" got {elements[index]}, want {want[index]}"
    )


@dataclasses.dataclass
class Outcome:
    """What became of one case on one device."""

    case: Case
    device: str
    exclusion: object
    problem: str
    makes_sense_in_a_cnn: bool
    was_run: bool = True

    @property
    def status(self):
        if self.exclusion is None:
            return "FAIL" if self.problem else "pass"
        return "STALE" if self.was_run and not self.problem else "excluded"

    @property
    def is_failure(self):
        return self.status in ("FAIL", "STALE")

    def __str__(self):
        detail = self.problem if self.exclusion is None else self.exclusion.reason
        return f"{self.status:8} {self.device:9} {self.case.id}" + (f": {detail}" if detail else "")


def outcomes_of(case, hewn, devices):
    traits = Traits.of(case.model())
    reasons = {}
    for device in devices:
        entry = exclusion(case, traits)
        reasons[device] = entry if entry and device in entry.devices else None
    runs = [d for d in devices if reasons[d] is None or not reasons[d].is_too_slow]
    problems = run(case, hewn, runs)
    return [
        Outcome(case, device, reasons[device], problems.get(device, ""),
                traits.makes_sense_in_a_cnn, device in runs)
        for device in devices
    ]  # fmt: skip


def run_all(chosen, hewn, devices=DEVICES, report=lambda outcome: None):
    """Runs cases, as many at once as there are processor cores."""
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        # The networks take longest, so they start first.
        ordered = sorted(chosen, key=lambda case: case.suite != "light")
        for group in pool.map(lambda case: outcomes_of(case, str(hewn), devices), ordered):
            for outcome in group:
                report(outcome)
                outcomes.append(outcome)
    return outcomes


@dataclasses.dataclass
class Summary:
    """Counts of cases; a case counts as passed where it passes on every device."""

    total: int
    passed: int
    failed: int
    excluded: collections.Counter
    cnn_total: int
    cnn_excluded: int

    @staticmethod
    def of(outcomes):
        by_case = collections.defaultdict(list)
        for outcome in outcomes:
            by_case[outcome.case.id].append(outcome)
        summary = Summary(len(by_case), 0, 0, collections.Counter(), 0, 0)
        for group in by_case.values():
            left_out = all(outcome.exclusion for outcome in group)
            if any(outcome.is_failure for outcome in group):
                summary.failed += 1
            elif left_out:
                summary.excluded[group[0].exclusion.reason] += 1
            else:
                summary.passed += 1
            if group[0].makes_sense_in_a_cnn:
                summary.cnn_total += 1
                summary.cnn_excluded += left_out
        return summary

    @property
    def cnn_share_left_out(self):
        return self.cnn_excluded / max(self.cnn_total, 1)

    def __str__(self):
        lines = [
            f"{self.total} cases: {self.passed} passed, {self.failed} failed,"
            f" {self.excluded.total()} left out",
            *(f"{count:6} {reason}" for reason, count in self.excluded.most_common()),
            f"{self.cnn_excluded} of {self.cnn_total} cases that make sense in a CNN are left out:"
            f" {self.cnn_share_left_out:.1%}",
        ]
        return "\n".join(lines)


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--hewn", default=os.environ.get("HEWN_BIN", root / ".build/release/hewn"))
    parser.add_argument("--filter", default="", help="a regular expression, of SUITE/NAME")
    parser.add_argument("--device", choices=DEVICES, help="one device (default: both)")
    parser.add_argument("-v", "--verbose", action="store_true", help="print every case")
    options = parser.parse_args()
    if not os.access(options.hewn, os.X_OK):
        parser.error(f"{options.hewn} is no executable")

    def report(outcome):
        if options.verbose or outcome.is_failure:
            print(outcome, flush=True)

    chosen = [case for case in cases() if re.search(options.filter, case.id)]
    devices = (options.device,) if options.device else DEVICES
    outcomes = run_all(chosen, options.hewn, devices, report)
    print(Summary.of(outcomes))
    return any(outcome.is_failure for outcome in outcomes)


if __name__ == "__main__":
    sys.exit(main())
