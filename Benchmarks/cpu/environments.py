"""The rivals, and their installation into environments of their own."""

import dataclasses
import pathlib
import shutil
import subprocess
import sys

REFERENCE = "onnxruntime"


@dataclasses.dataclass(frozen=True)
class Environment:
    """What pip installs; the first requirement is the engine, with its exact version."""

    requirements: tuple
    newest_python: tuple = (99, 0)

    @property
    def package(self):
        return self.requirements[0].split("==")[0]

    @property
    def version(self):
        return self.requirements[0].split("==")[1]


ENVIRONMENTS = {
    # The comparison itself runs here too, and makes its networks with onnx.
    "onnxruntime": Environment(("onnxruntime==1.32.0", "onnx==1.22.*", "numpy>=2")),
    "openvino": Environment(("openvino==2026.4.1", "numpy")),
    "mnn": Environment(("MNN==3.6.1", "numpy")),
    # The last version that installs; it needs an old Python and old libraries.
    "deepsparse": Environment(
        ("deepsparse==1.8.0", "numpy<2", "protobuf<4", "setuptools<80"), newest_python=(3, 11)
    ),
}
# Each engine's environment.
RIVALS = {
    "onnxruntime": "onnxruntime",
    "openvino": "openvino",
    "mnn": "mnn",
    "mnn-sparse": "mnn",
    "deepsparse": "deepsparse",
}
# Without zeros it would be the same engine as another one.
SPARSE_ONLY = {"mnn-sparse"}


class Unavailable(Exception):
    """An engine could not be installed."""


def install(engines, folder):
    """Installs what the engines need below a folder.

    Returns the Python of each engine, the version of each engine, and why others are missing.
    """
    pythons, versions, missing = {}, {}, {}
    reached = {}
    for engine in engines:
        name = RIVALS[engine]
        if name not in reached:
            try:
                reached[name] = environment_python(name, pathlib.Path(folder, name))
            except Unavailable as reason:
                reached[name] = None
                missing[engine] = str(reason)
                continue
        if reached[name] is None:
            missing[engine] = next(missing[e] for e in missing if RIVALS[e] == name)
        else:
            pythons[engine], versions[engine] = reached[name], ENVIRONMENTS[name].version
    return pythons, versions, missing


def environment_python(name, folder):
    """The Python of an environment, which is made unless it is there with the right version."""
    environment = ENVIRONMENTS[name]
    python = folder / "bin/python"
    if installed_version(python, environment.package) == environment.version:
        return python
    print(f"installing {environment.requirements[0]} into {folder}", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    command([fitting_python(environment), "-m", "venv", folder], name)
    command([python, "-m", "pip", "install", "--quiet", *environment.requirements], name)
    version = installed_version(python, environment.package)
    if version != environment.version:
        raise Unavailable(f"version {version} was installed, not {environment.version}")
    return python


def installed_version(python, package):
    code = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
    try:
        done = subprocess.run([python, "-c", code, package], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() or None


def fitting_python(environment):
    """This Python, or an older one of the system's where it is too new."""
    if sys.version_info[:2] <= environment.newest_python:
        return sys.executable
    major, newest = environment.newest_python
    for minor in range(newest, 7, -1):
        found = shutil.which(f"python{major}.{minor}")
        # A shim may be there without the version that it stands for.
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    raise Unavailable(f"no Python {major}.8 to {major}.{newest} was found")


def command(words, name):
    try:
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
    except OSError as error:
        raise Unavailable(str(error)) from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason is given"]
        raise Unavailable(f"pip or venv failed for {name}: {lines[-1]}")
