"""Writes the inputs that fuzzing begins with: seeds.py FOLDER

FOLDER/model gets the small models of Tests/Python/test_operators.py, and those of ONNX's own node
tests that the Python package `onnx` brings. FOLDER/plan gets the plans that the tool compiles the
former to.
"""

import json
import pathlib
import sys
import zlib

import onnx

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/Python"))

import test_operators  # noqa: E402
from hewn import hewn  # noqa: E402

BYTE_LIMIT = 4096


def models():
    """Names and bytes of the models of Hewn's own tests."""
    for value in vars(test_operators).values():
        if isinstance(value, list):
            for case in value:
                if isinstance(case, test_operators.Case):
                    yield f"{case.op}-{case.id}", case.model().SerializeToString()


def node_tests():
    """Names and bytes of the models of ONNX's own tests."""
    data = pathlib.Path(onnx.__file__).parent / "backend/test/data/node"
    for path in sorted(data.glob("*/model.onnx")):
        yield f"node-{path.parent.name}", path.read_bytes()


def without_reports(plan):
    """The same plan without the reports of passes, which most of a small one is."""
    end = 8 + int.from_bytes(plan[:8], "little")
    header = json.loads(plan[8:end])
    metadata = header["__metadata__"]
    document = json.loads(metadata["plan"]) | {"passes": []}
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    metadata |= {"plan": text, "plan_crc32": str(zlib.crc32(text.encode()))}
    text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-(8 + len(text)) % 64)
    return len(text).to_bytes(8, "little") + text + plan[end:]


def main():
    folder = pathlib.Path(sys.argv[1])
    for kind in ("model", "plan"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for name, model in node_tests():
        if len(model) <= BYTE_LIMIT // 4:
            (folder / "model" / name).write_bytes(model)
    for name, model in models():
        if len(model) > BYTE_LIMIT:
            continue
        path = folder / "model" / name
        path.write_bytes(model)
        for device in ("cpu", "emulator"):
            plan = folder / "plan" / f"{name}-{device}.hewn"
            options = ["--threads", "2", "--device", device]
            # What has no GPU kernel is the host's.
            hewn("compile", path, *options, "--cpu-fallback", "--output", plan)
            small = without_reports(plan.read_bytes())
            plan.unlink()
            if len(small) <= BYTE_LIMIT:
                plan.write_bytes(small)


if __name__ == "__main__":
    main()
