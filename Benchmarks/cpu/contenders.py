"""The engines under measurement, each in a process of its own that rests outside its turns."""

import dataclasses
import json
import os
import pathlib
import re
import select
import signal
import statistics
import subprocess
import time

import numpy as np

from common import HEWN

from .models import Interface
from .turns import Failed, Sample, Turn

WORKER = pathlib.Path(__file__).with_name("worker.py")
START_SECONDS = 600
TURN_SECONDS = 120
# How often the peak memory of a process is looked up while it runs.
POLL_SECONDS = 0.002
WARM_UP_SECONDS = 0.05


@dataclasses.dataclass(frozen=True)
class Job:
    """What all engines are given: the model, the file of its inputs, and folders.

    `cache` outlives the cell; it is for copies of the model in other formats.
    """

    interface: Interface
    given: pathlib.Path
    threads: int
    batch: int
    cache: pathlib.Path
    folder: str


class Rival:
    """A process of worker.py. It is stopped between turns, so that no idle thread of it spins."""

    def __init__(self, engine, python, job):
        self.written = pathlib.Path(job.folder, f"{engine}.npz")
        self.log = self.written.with_suffix(".log")
        file = self.written.with_suffix(".json")
        file.write_text(json.dumps({
            "engine": engine, "model": str(job.interface.path), "free": job.interface.free,
            "outputs": job.interface.outputs, "given": str(job.given), "threads": job.threads,
            "batch": job.batch, "cache": str(job.cache), "written": str(self.written),
        }))  # fmt: skip
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [python, WORKER, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )

    def start(self):
        """Waits for the first run; returns the engine's version."""
        answer = self.answer(START_SECONDS)
        if "failed" in answer:
            raise Failed(answer["failed"].splitlines()[0])
        self.process.send_signal(signal.SIGSTOP)
        return answer["version"]

    def outputs(self):
        with np.load(self.written) as file:
            return [file[name] for name in file.files]

    def turn(self, seconds):
        self.process.send_signal(signal.SIGCONT)
        used, before = scheduled(self.process.pid), Sample.take()
        try:
            # Without a buffer, which could not be closed when the process has died.
            os.write(self.process.stdin.fileno(), f"{seconds} {WARM_UP_SECONDS}\n".encode())
        except OSError:
            raise Failed(self.reason()) from None
        times = self.answer(TURN_SECONDS)
        after, uses = Sample.take(), scheduled(self.process.pid)
        self.process.send_signal(signal.SIGSTOP)
        own, wait = (now - then for now, then in zip(uses, used))
        return Turn.between(before, after, statistics.median(times), own, wait)

    def answer(self, seconds):
        """A line of the process, as JSON."""
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        if not ready:
            self.process.kill()
            raise Failed(f"no answer within {seconds} s")
        line = self.process.stdout.readline()
        if not line:
            raise Failed(self.reason())
        return json.loads(line)

    def reason(self):
        status = self.process.wait()
        return f"ended with status {status} {complaint(self.log.read_text(errors='replace'))}"

    def peak_bytes(self):
        return peak_bytes(self.process.pid)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Hewn:
    """The tool on a plan that it compiled; every turn is a new process, and loads the plan."""

    def __init__(self, engine, job):
        self.engine, self.threads, self.names = engine, job.threads, job.interface.outputs
        self.folder = pathlib.Path(job.folder, f"hewn-{engine}")
        self.folder.mkdir()
        self.plan = self.folder / "plan.hewn"
        self.given = []
        for index, (name, array) in enumerate(np.load(job.given).items()):
            file = self.folder / f"input{index}.npy"
            np.save(file, array)
            self.given += ["--input", f"{name}={file}"]
        self.compiled = Tool(
            "compile", job.interface.path, "--output", self.plan, "--engine", engine, "--batch",
            job.batch, "--threads", job.threads, polls=True,
        )  # fmt: skip

    def start(self):
        """Runs once; keeps the outputs and the peak memory."""
        self.compiled.wait()
        run = Tool(
            "run", self.plan, *self.given, "--threads", self.threads, "--output", self.folder,
            polls=True,
        ).wait()  # fmt: skip
        self.peak = run.peak
        self.files = [run.report["outputs"][name]["file"] for name in self.names]

    def outputs(self):
        return [np.load(file) for file in self.files]

    def inspect(self):
        return Tool("inspect", self.plan, "--threads", self.threads).wait().report

    def turn(self, seconds):
        return self.bench(seconds)[0]

    def bench(self, seconds, *options):
        before = Sample.take()
        tool = Tool(
            "bench", self.plan, *self.given, "--threads", self.threads, "--engine", self.engine,
            "--duration", seconds, "--warmup", WARM_UP_SECONDS, "--iterations", 1, *options,
        ).wait()  # fmt: skip
        ms = tool.report["engines"][self.engine]["median_ms"]
        return Turn.between(before, Sample.take(), ms, tool.own, tool.wait_seconds), tool.report

    def peak_bytes(self):
        return self.peak

    def close(self):
        self.compiled.close()


class Tool:
    """A process of the command-line tool with --json: its report and CPU time.

    With `polls` also its peak memory, at the price of some CPU time while it is waited for.
    """

    def __init__(self, *arguments, polls=False):
        self.command = [HEWN, *map(str, arguments), "--json", "--quiet"]
        self.polls = polls
        self.peak = 0
        self.start = time.perf_counter()
        try:
            self.process = subprocess.Popen(
                self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise Failed(str(error)) from None

    def wait(self):
        pid = self.process.pid
        if self.polls:
            while not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
                self.peak = max(self.peak, peak_bytes(pid))
                time.sleep(POLL_SECONDS)
        written, errors = self.process.stdout.read(), self.process.stderr.read()
        # The main thread's time in the queue can be read until the process is waited for.
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        _, self.wait_seconds = scheduled(pid)
        _, status, usage = os.wait4(pid, 0)
        self.own = usage.ru_utime + usage.ru_stime
        self.seconds = time.perf_counter() - self.start
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.close()
        if self.process.returncode:
            raise Failed(
                f"{self.command[1]} ended with status {self.process.returncode}"
                f" {complaint(errors.decode(errors='replace'))}"
            )
        self.report = json.loads(written)
        return self

    def close(self):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def complaint(text):
    """The line of an error stream that says most about why a process ended."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search("assert|error|exception", line, re.IGNORECASE)]
    return (telling or lines[-1:] or ["without a word"])[0]


def scheduled(pid):
    """Seconds that all threads of a process had a core, and that they waited for one."""
    ran = waited = 0
    for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            fields = thread.read_text().split()
        except OSError:
            continue
        ran, waited = ran + int(fields[0]), waited + int(fields[1])
    return ran / 1e9, waited / 1e9


def peak_bytes(pid):
    """The greatest resident memory of a process so far; 0 when it has ended."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in text.splitlines() if "VmHWM" in line), 0)
