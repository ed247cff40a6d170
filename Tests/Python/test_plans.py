"""Plan files: `hewn compile`, and every command on what it writes."""

import json
import os
import random
import resource
import signal
import subprocess
import zlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hewn import EXAMPLE, HEWN, ROOT, hewn, hewn_json, hewn_outputs, save
from test_models import input_ports, models, random_inputs

PICTURE = ROOT / "Examples/ship.png"


def weights(seed, *shape, zeros=0.8):
    generator = np.random.default_rng(seed)
    values = generator.standard_normal(shape).astype(np.float32)
    values[generator.random(shape) < zeros] = 0
    return values


def model(nodes, inputs, outputs, constants):
    def ports(types):
        return [helper.make_tensor_value_info(n, *given) for n, given in types.items()]

    graph = helper.make_graph(
        nodes, "net", ports(inputs), ports(outputs),
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def convolutions(kind=TensorProto.FLOAT):
    """Layers with packed weights of every form, and nodes that have no kernel."""
    element = helper.tensor_dtype_to_np_dtype(kind)
    constants = {
        "w1": weights(1, 16, 3, 3, 3, zeros=0.3),
        "w2": weights(2, 16, 16, 3, 3, zeros=0.9),
        "w3": weights(3, 16, 1, 3, 3),
        "w4": weights(4, 10, 16, zeros=0.95),
        "w5": weights(5, 10, 7, zeros=0),
        "b1": weights(6, 16),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["a"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "w2"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Add", ["b", "c"], ["d"]),
        helper.make_node("Conv", ["d", "w3"], ["e"], group=16),
        helper.make_node("GlobalAveragePool", ["e"], ["f"]),
        helper.make_node("Flatten", ["f"], ["g"]),
        helper.make_node("Gemm", ["g", "w4"], ["h"], transB=1),
        helper.make_node("MatMul", ["h", "w5"], ["scores"]),
        helper.make_node("ArgMax", ["scores"], ["best"], axis=1, keepdims=0),
        helper.make_node("TopK", ["scores", "k"], ["greatest", "places"]),
    ]
    constants = {name: array.astype(element) for name, array in constants.items()}
    return model(
        nodes,
        {"x": (kind, ["N", 3, 12, 10])},
        {
            "scores": (kind, ["N", 7]),
            "best": (TensorProto.INT64, ["N"]),
            "greatest": (kind, ["N", 3]),
            "places": (TensorProto.INT64, ["N", 3]),
        },
        {**constants, "k": np.array([3])},
    )


def boxes():
    """An output whose number of rows depends on the data."""
    node = helper.make_node(
        "NonMaxSuppression", ["boxes", "scores", "most", "overlap"], ["selected"], name="select"
    )
    return model(
        [node],
        {"boxes": (TensorProto.FLOAT, [1, 40, 4]), "scores": (TensorProto.FLOAT, [1, 2, 40])},
        {"selected": (TensorProto.INT64, ["rows", 3])},
        {"most": np.array([40]), "overlap": np.array(0, np.float32)},
    )


MADE = {
    "float": (convolutions, {"x": (3, 12, 10)}),
    "half": (lambda: convolutions(TensorProto.FLOAT16), {"x": (3, 12, 10)}),
    "boxes": (boxes, {"boxes": (40, 4), "scores": (2, 40)}),
}


def compiled(path, folder, *options):
    """Compiles a model; returns the plan's path."""
    folder.mkdir(parents=True, exist_ok=True)
    plan = folder / "plan.hewn"
    hewn("compile", path, "--output", plan, *options)
    return plan


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return save(convolutions(), tmp_path_factory.mktemp("network") / "network.onnx")


@pytest.fixture(scope="module")
def plan(network, tmp_path_factory):
    return compiled(network, tmp_path_factory.mktemp("plan"), "--batch", 2)


def assert_same(got, want):
    assert got.keys() == want.keys()
    for name, array in want.items():
        assert got[name].dtype == array.dtype and got[name].shape == array.shape, name
        assert got[name].tobytes() == array.tobytes(), name


@pytest.mark.parametrize("engine", ["sparse", "dense"])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("name", MADE)
def test_same_outputs(name, batch, engine, tmp_path):
    make, shapes = MADE[name]
    if name == "boxes":
        batch = 1
    path = save(make(), tmp_path / "model.onnx")
    element = np.float16 if name == "half" else np.float32
    generator = np.random.default_rng(batch)
    inputs = {
        port: generator.random((batch, *shape)).astype(element) for port, shape in shapes.items()
    }
    want = hewn_outputs(path, inputs, tmp_path / "want", "--engine", engine)
    plan = compiled(path, tmp_path, "--engine", engine, "--batch", batch)
    for threads in [1, 2]:
        got = hewn_outputs(plan, inputs, tmp_path / f"got{threads}", "--threads", threads)
        assert_same(got, want)
    if name == "boxes":
        assert 0 < len(want["selected"]) < 80 and want["selected"].min() >= 0


@pytest.mark.parametrize("path", models(), ids=lambda path: path.stem)
def test_same_outputs_of_real_networks(path, tmp_path):
    for batch, engine in [(1, "sparse"), (1, "dense"), (4, "sparse")]:
        inputs = random_inputs(path, batch)
        folder = tmp_path / f"{engine}{batch}"
        want = hewn_outputs(path, inputs, folder / "want", "--engine", engine)
        shapes = [
            f"--shape={port.name}={'x'.join(map(str, inputs[port.name].shape))}"
            for port in input_ports(path)
        ]
        plan = compiled(path, folder, "--engine", engine, *shapes)
        assert_same(hewn_outputs(plan, inputs, folder / "got"), want)


def test_same_file_from_equal_input(network, tmp_path):
    files = [compiled(network, tmp_path / name, "--threads", 2) for name in "ab"]
    assert files[0].read_bytes() == files[1].read_bytes()
    other = compiled(network, tmp_path / "c", "--threads", 2, "--batch", 2)
    assert other.read_bytes() != files[0].read_bytes()


def test_compile_report(network, tmp_path):
    report = hewn_json("compile", network, "-o", tmp_path / "a.hewn", "--batch", 2)
    assert report["file"] == str(tmp_path / "a.hewn")
    assert report["file_bytes"] == (tmp_path / "a.hewn").stat().st_size
    assert report["compile_ms"] > 0 and report["plan"]["batch"] == 2
    assert report["totals"] == hewn_json("inspect", network, "--batch", 2)["totals"]
    assert "a.hewn" in hewn("compile", network, "-o", tmp_path / "a.hewn").stdout
    assert [file.name for file in tmp_path.iterdir()] == ["a.hewn"]


def test_same_inspection(network, plan):
    options = ["--passes", "--threads", 2]
    want = hewn_json("inspect", network, "--batch", 2, *options)
    got = hewn_json("inspect", plan, *options)
    for key in ["layers", "totals", "passes", "plan"]:
        assert got[key] == want[key], key
    assert got["model"].pop("plan_file") == plan.name
    assert want["model"].pop("plan_file") is None
    assert got["model"] == want["model"]
    assert "plan.hewn" in hewn("inspect", plan).stdout


@pytest.mark.parametrize("against", ["reference", "dense"])
def test_compares(plan, against):
    report = hewn_json("compare", plan, "--against", against)
    assert report["passed"] is True and report["outputs"]["scores"]["max_rel"] < 1e-5


def test_compares_with_the_model(network, plan, tmp_path):
    x = np.random.default_rng(1).standard_normal((2, 3, 12, 10)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    hewn("run", network, "--input", tmp_path / "x.npy", "--output", tmp_path)
    report = hewn_json("compare", plan, "--against", tmp_path, "--tolerance", 0)
    assert report["passed"] is True and report["outputs"]["scores"]["max_abs"] == 0


def test_runs_on_the_reference(network, plan, tmp_path):
    outputs = []
    for path, options in [(plan, []), (network, ["--batch", 2])]:
        report = hewn_json(
            "run", path, "--device", "reference", "--output", tmp_path / path.stem, *options
        )
        assert report["plan"]["device"] == "reference"
        outputs.append(np.load(report["outputs"]["scores"]["file"]))
    np.testing.assert_allclose(*outputs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("engine", ["sparse", "both"])
def test_benches(plan, engine):
    report = hewn_json(
        "bench", plan, "--engine", engine, "--duration", 0, "--warmup", 0, "--iterations", 2
    )
    assert set(report["engines"]) == ({"sparse"} if engine == "sparse" else {"sparse", "dense"})
    assert all(times["median_ms"] > 0 for times in report["engines"].values())


@pytest.mark.parametrize("batch", [1, 4])
def test_evaluates(batch, tmp_path):
    pixels = np.random.default_rng(7).integers(0, 256, (30, 12, 10, 3), np.uint8)
    labels = np.random.default_rng(8).integers(0, 7, 30)
    np.savez(tmp_path / "set.npz", x=pixels, y=labels)
    path = convolutions()
    del path.graph.output[1:], path.graph.node[-2:]
    path = save(path, tmp_path / "model.onnx")
    plan = compiled(path, tmp_path, "--batch", batch)
    options = ["--images", tmp_path / "set.npz", "--preprocess", "unit"]
    want = hewn_json("evaluate", path, *options, "--batch", batch)
    got = hewn_json("evaluate", plan, *options)
    for key in ["top1", "top5", "images", "classes"]:
        assert got[key] == want[key], key
    assert 0 < got["top5"]["count"] < 30
    # 30 images are no multiple of 4: the last run is not full.
    assert got["plan"]["batch"] == batch and got["images"]["count"] == 30
    done = hewn("evaluate", plan, *options, "--batch", batch + 1, status=2)
    assert f'compiled for "x" of {batch}×3×12×10' in done.stderr


def test_classifies_a_picture(tmp_path):
    plan = compiled(EXAMPLE, tmp_path)
    options = ["--image", PICTURE, "--preprocess", "cifar10-hewn"]
    options += ["--labels", ROOT / "Examples/labels-cifar10.txt"]
    got, want = (hewn_json("run", path, *options)["top"] for path in (plan, EXAMPLE))
    assert got == want and got[0]["classes"][0]["label"] == "ship"


def test_reads_a_plan_of_any_name(network, plan, tmp_path):
    (tmp_path / "plan").write_bytes(plan.read_bytes())
    assert hewn_json("inspect", tmp_path / "plan")["model"]["file"] == network.name


def test_fits_one_shape_and_one_engine(plan, tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((3, 3, 12, 10), np.float32))
    refusals = {
        ("--batch", 3): "compiled for batch 2, not 3",
        ("--shape", "x=2x3x12x11"): "not 2×3×12×11",
        ("--shape", "z=2x3x12x10"): 'no input "z"',
        ("--engine", "dense"): "compiled with --engine sparse",
        ("--input", tmp_path / "x.npy"): "3×3×12×10",
    }
    for options, words in refusals.items():
        assert words in hewn("run", plan, *options, status=2).stderr, options
    for options in [("--batch", 2), ("--shape", "x=2x3x12x10"), ("--engine", "sparse")]:
        hewn("run", plan, *options)


def test_refuses_to_compile(network, plan, tmp_path):
    output = tmp_path / "out.hewn"
    for arguments, status, words in [
        ([network, "-o", tmp_path / "out.onnx"], 2, ".hewn"),
        ([network], 2, "--output"),
        ([plan, "-o", output], 2, "is a plan already"),
        ([network, "-o", output, "--device", "reference"], 2, "device reference"),
        ([network, "-o", output, "--shape", "x=1x4x12x10"], 3, "4"),
        ([network, "-o", output, "--shape", "x=1x3x12"], 2, ""),
        ([network, "-o", output, "--shape", "z=1x3x12x10"], 2, '"z"'),
        ([network, "-o", output, "--shape", "x=1xax12x10"], 2, ""),
        ([tmp_path / "none.onnx", "-o", output], 5, "none.onnx"),
        ([network, "-o", tmp_path / "none/out.hewn"], 5, "none/out.hewn"),
    ]:
        done = hewn("compile", *arguments, status=status)
        assert done.stderr.startswith("hewn: error: ") and words in done.stderr, arguments
        assert not done.stdout and not list(tmp_path.iterdir()), arguments


def test_refuses_to_export_a_plan(plan, tmp_path):
    done = hewn("export", plan, "--output", tmp_path / "out.onnx", status=2)
    assert "is a plan file" in done.stderr and not list(tmp_path.iterdir())


def test_failures_leave_no_file(tmp_path):
    unknown = model(
        [helper.make_node("Imaginary", ["x"], ["y"], name="curve")],
        {"x": (TensorProto.FLOAT, [4])}, {"y": (TensorProto.FLOAT, [4])}, {},
    )  # fmt: skip
    folder = tmp_path / "out"
    folder.mkdir()
    save(unknown, tmp_path / "unknown.onnx")
    (tmp_path / "broken.onnx").write_bytes(EXAMPLE.read_bytes()[:5000])
    for name, status in [("unknown.onnx", 4), ("broken.onnx", 3)]:
        hewn("compile", tmp_path / name, "-o", folder / "out.hewn", status=status)
        assert not list(folder.iterdir())


def test_replaces_a_file_unless_the_disk_is_full(plan, tmp_path):
    """A limit on the size of files stands for a full disk."""
    target = tmp_path / "target.hewn"
    target.write_text("old")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))

    command = [HEWN, "compile", str(EXAMPLE), "--output", str(target)]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True)
    assert done.returncode == 5 and "target.hewn" in done.stderr, done.stderr
    assert target.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["target.hewn"]
    hewn("compile", EXAMPLE, "--output", target)
    hewn("inspect", target)
    if os.geteuid():
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o500)
        assert "denied" in hewn("compile", EXAMPLE, "-o", folder / "a.hewn", status=5).stderr


def read(path):
    """The header of a plan as an object, and the bytes after it."""
    content = path.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    return json.loads(content[8:end]), content[end:]


def write(path, header, data):
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def test_is_a_safetensors_file(plan):
    header, data = read(plan)
    assert header.pop("__metadata__")["format"] == "hewn plan"
    end, constants = 0, []
    for name, tensor in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, last = tensor["data_offsets"]
        assert first == end, name
        end = last
        if name.startswith("constants/") and tensor["dtype"] == "F32":
            constants.append(np.frombuffer(data[first:last], "<f4").reshape(tensor["shape"]))
        elif name.startswith("packed/"):
            assert first % 64 == 0 and last % 64 == 0, name
    assert end == len(data)
    # The layers' weights that no pass changes are there as they were.
    want = weights(2, 16, 16, 3, 3, zeros=0.9)
    assert any(array.shape == want.shape and (array == want).all() for array in constants)


@pytest.mark.parametrize("command", ["inspect", "run", "compare", "bench"])
def test_refuses_other_versions_and_processors(command, plan, tmp_path):
    header, data = read(plan)
    metadata = header["__metadata__"]
    version = {**header, "__metadata__": {**metadata, "format_version": "0"}}
    done = hewn(command, write(tmp_path / "version.hewn", version, data), status=4)
    assert "format 0" in done.stderr and "compile the model again" in done.stderr

    document = json.loads(metadata["plan"])
    document["cpu"]["instructionSet"] = "portable"
    text = json.dumps(document)
    processor = {**metadata, "plan": text, "plan_crc32": str(zlib.crc32(text.encode()))}
    if json.loads(metadata["plan"])["cpu"]["instructionSet"] != "portable":
        path = write(tmp_path / "other.hewn", {**header, "__metadata__": processor}, data)
        done = hewn(command, path, status=4)
        assert "portable" in done.stderr and "compile the model again" in done.stderr

    document = json.loads(metadata["plan"])
    document["cpu"]["processor"] = "Imaginary 1"
    text = json.dumps(document)
    processor = {**metadata, "plan": text, "plan_crc32": str(zlib.crc32(text.encode()))}
    path = write(tmp_path / "similar.hewn", {**header, "__metadata__": processor}, data)
    options = ["--duration", 0, "--iterations", 1] if command == "bench" else []
    assert "compiled on Imaginary 1" in hewn(command, path, *options).stderr


@pytest.mark.parametrize("command", ["inspect", "run", "compare", "bench"])
def test_refuses_damaged_files(command, plan, tmp_path):
    sound = plan.read_bytes()
    path = tmp_path / "bad.hewn"
    header, data = read(plan)
    start = len(sound) - len(data)
    packed = next(n for n in header if n.startswith("packed/") and n.endswith("/weights"))
    in_packed = start + header[packed]["data_offsets"][0]
    flipped = bytearray(sound)
    flipped[in_packed] ^= 1
    document = sound.replace(b'\\"threads\\":', b'\\"threadz\\":', 1)
    cases = {
        "empty": (b"", ""),
        "cut in its length": (sound[:5], ""),
        "cut in its header": (sound[:500], ""),
        "cut in its tensors": (sound[: len(sound) // 2], ""),
        "cut at its end": (sound[:-1], ""),
        "longer": (sound + b"\0", "belong to no tensor"),
        "flipped bit": (bytes(flipped), packed),
        "other document": (document, "checksum"),
    }
    for name, (content, words) in cases.items():
        assert content != sound
        path.write_bytes(content)
        done = hewn(command, path, status=3)
        assert done.stderr.startswith("hewn: error: ") and "bad.hewn" in done.stderr, name
        assert words in done.stderr and not done.stdout, (name, done.stderr)


def test_notices_damaged_raw_weights_when_they_are_wanted(plan, tmp_path):
    damaged = bytearray(plan.read_bytes())
    damaged[damaged.rindex(weights(2, 16, 16, 3, 3, zeros=0.9).tobytes()) + 2] ^= 64
    path = tmp_path / "raw.hewn"
    path.write_bytes(damaged)
    hewn("run", path)
    for arguments in [["compare"], ["compare", "--against", "dense"], ["run", "--device", "reference"]]:
        done = hewn(arguments[0], path, *arguments[1:], status=3)
        assert "constants/" in done.stderr and "damaged" in done.stderr, arguments


def test_damage_never_kills(plan, tmp_path):
    """Each in a process of its own, whose death would fail the test."""
    sound = plan.read_bytes()
    header_end = len(sound) - len(read(plan)[1])
    path = tmp_path / "damaged.hewn"
    for seed in range(40):
        generator = random.Random(seed)
        damaged = bytearray(sound)
        for _ in range(3):
            end = header_end if generator.random() < 0.5 else len(damaged)
            damaged[generator.randrange(end)] = generator.randrange(256)
        if seed % 4 == 0:
            del damaged[generator.randrange(len(damaged)) :]
        path.write_bytes(damaged)
        command = [HEWN, "run", path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 3, 4), f"seed {seed}: {done}"
        assert done.returncode == 0 or done.stderr.startswith("hewn: error: "), f"seed {seed}"
