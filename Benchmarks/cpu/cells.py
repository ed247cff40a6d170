"""One cell of the table: all engines on one model at one batch and number of threads."""

import dataclasses
import datetime
import pathlib
import sys
import tempfile

import numpy as np

from .contenders import Hewn, Job, Rival
from .environments import REFERENCE, RIVALS
from .models import activation_bytes, interface, random_inputs
from .turns import Failed, cleanest, interleave, significant, summary, wait_until_quiet

HEWN_ENGINES = {"hewn": "sparse", "hewn-dense": "dense"}
# Turns that measure the peak.
PEAK_TURNS = 3


@dataclasses.dataclass(frozen=True)
class Engines:
    """Those that are selected: their versions, the rivals' Pythons, and why some are missing."""

    versions: dict
    pythons: dict
    missing: dict


def measure(model, batch, threads, engines, settings, cache):
    """Measures a cell; `cache` is the folder for copies of models in other formats."""
    with tempfile.TemporaryDirectory() as folder:
        port = interface(model.path, batch, cache)
        given = pathlib.Path(folder, "given.npz")
        np.savez(given, **random_inputs(port.inputs))
        job = Job(port, given, threads, batch, cache, folder)
        contenders, failed = {}, dict(engines.missing)
        try:
            start(contenders, failed, engines, job)
            turns, failures = interleave(contenders, settings)
            failed.update(failures)
            errors = relative_errors(contenders)
            measured = {
                name: {
                    **summary(turns[name]),
                    "error": errors.get(name),
                    "peak_mb": round(contenders[name].peak_bytes() / 1e6, 1),
                }
                for name in turns
            }
            hewn = None
            if "hewn" in measured:
                try:
                    hewn = details(contenders["hewn"], job, settings)
                except Failed as reason:
                    failed["hewn"] = str(reason)
                    del measured["hewn"]
        finally:
            for contender in contenders.values():
                contender.close()
    for name, reason in failed.items():
        print(f"{model.label}: {name} DOES NOT RUN: {reason}", file=sys.stderr, flush=True)
    return {
        "network": model.name, "zeros": model.zeros, "batch": batch, "threads": threads,
        "date": datetime.date.today().isoformat(), "seconds": settings.seconds,
        "versions": engines.versions, "engines": measured, "failed": failed, "hewn": hewn,
    }  # fmt: skip


def start(contenders, failed, engines, job):
    """Starts all engines at once, and waits for them one by one; adds to the first two."""
    for name in engines.versions:
        try:
            if name in RIVALS:
                contenders[name] = Rival(name, engines.pythons[name], job)
            else:
                contenders[name] = Hewn(HEWN_ENGINES[name], job)
        except Failed as reason:
            failed[name] = str(reason)
    for name in list(contenders):
        try:
            contenders[name].start()
        except Failed as reason:
            failed[name] = str(reason)
            contenders.pop(name).close()


def relative_errors(contenders):
    """The greatest difference from the reference's outputs, over the greatest of their values.

    None where there is no reference; numbers that are not finite count as very wrong.
    """
    if REFERENCE not in contenders:
        return {}
    want = contenders[REFERENCE].outputs()
    return {
        name: significant(
            max(relative_error(*pair) for pair in zip(contender.outputs(), want, strict=True)), 2
        )
        for name, contender in contenders.items()
    }


def relative_error(got, want, worst=1e9):
    if got.size != want.size:
        return worst
    difference = np.abs(got.reshape(want.shape).astype(np.float64) - want).max()
    error = float(difference / (np.abs(want).max() or 1))
    return error if error < worst else worst


def details(hewn, job, settings):
    """What Hewn reports of its plan and of the machine's peak, and the bytes that layers move."""
    inspected = hewn.inspect()
    peaks = []

    def profile():
        turn, report = hewn.bench(0, "--profile")
        peaks.append(report["peak_gflops"])
        return turn

    for _ in range(PEAK_TURNS):
        cleanest(profile, settings.repeats, wait_until_quiet)
    totals, plan = inspected["totals"], inspected["plan"]
    return {
        "peak_gflops": significant(max(peaks)),
        "instruction_set": plan["instruction_set"],
        "nonzero_flops": totals["nonzero_flops"],
        "dense_flops": totals["dense_flops"],
        "zero_share": significant(totals["zeros"] / max(1, totals["weights"]), 3),
        "weight_bytes": plan["weight_bytes"],
        "dense_weight_bytes": 4 * totals["weights"],
        "activation_bytes": sum(activation_bytes(job.interface.path, job.batch).values()),
        "compile_seconds": significant(hewn.compiled.seconds, 3),
        "compile_peak_mb": round(hewn.compiled.peak / 1e6, 1),
    }
