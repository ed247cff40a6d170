"""What the benchmark scripts share."""

import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
HEWN = os.environ.get("HEWN_BIN", str(ROOT / ".build/release/hewn"))
RESULTS = ROOT / "Benchmarks/results"


def hewn(*arguments):
    """Runs the tool with --json and returns its report."""
    command = [HEWN, *map(str, arguments), "--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def find_model(name):
    """A path, or the name of a model of $HEWN_DATA/models or Examples."""
    candidates = [pathlib.Path(name), ROOT / f"Examples/{name}.onnx"]
    if "HEWN_DATA" in os.environ:
        candidates.append(pathlib.Path(os.environ["HEWN_DATA"], f"models/{name}.onnx"))
    for path in candidates:
        if path.is_file():
            return path
    sys.exit(f"no model {name}: give a path, or set HEWN_DATA to the folder that holds models/")


def processor():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def git(*arguments):
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def revision():
    """The commit that the tool was built from: of one elsewhere, what HEWN_REVISION says."""
    if "HEWN_REVISION" in os.environ or "HEWN_BIN" in os.environ:
        return os.environ.get("HEWN_REVISION", "unknown")
    commit = git("describe", "--always")
    if git("status", "--porcelain", "Sources", "Package.swift"):
        commit += "-dirty"
    return commit


def circumstances(**versions):
    """Where, when and with what a measurement was made."""
    # Where files lie on this machine means nothing on others.
    words = [pathlib.Path(word).name if word.startswith("/") else word for word in sys.argv]
    return {
        "command": " ".join([pathlib.Path(words[0]).name, *words[1:]]),
        "date": datetime.date.today().isoformat(),
        "machine": {"processor": processor(), "cores": os.cpu_count(), "system": platform.system()},
        "versions": {"hewn": revision(), "python": platform.python_version(), **versions},
    }


def write(name, report):
    """Writes a report to Benchmarks/results."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(report, indent=2) + "\n")
    print(f"written to {path}")
