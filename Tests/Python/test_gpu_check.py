"""Scripts/gpu-check and what merges its records, without a GPU: programs that pretend take the parts."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from hewn import ROOT

sys.path.append(str(ROOT / "Benchmarks/gpu"))

import cublas  # noqa: E402
import merge  # noqa: E402
import timing  # noqa: E402
import torch_layers  # noqa: E402

# What gpu-check does, by command: prints, leaves a file, and ends with a status.
PRETENDER = """#!/usr/bin/env bash
echo "$*" >>"$CALLS"
for word; do [[ $word == *.json ]] && echo '{}' >"$word"; done
echo "$1 of $3"
case " $FAILING " in *" $1 "*) echo "failed: $1 check"; exit 7 ;; esac
case " $HANGING " in *" $1 "*) sleep 60 ;; esac
"""


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "programs"
    folder.mkdir()

    def program(name, text):
        path = folder / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def run(failing="", hanging="", sanitizer=False, torch=False, arguments=None):
        binary = program("gpu-check", PRETENDER)
        # Limits of a second instead of minutes.
        program("timeout", f'#!/bin/bash\nexec {shutil.which("timeout")} "$1" 1 "${{@:3}}"\n')
        program("nvidia-smi", "#!/bin/bash\necho a pretended GPU\n")
        python = "exit 0" if torch else "exit 1"
        program("python3", f'#!/bin/bash\necho "python3 $1" >>"$CALLS"\n{python}\n')
        if sanitizer:
            program("compute-sanitizer", '#!/bin/bash\n"${@:7}"\n')
        output = tmp_path / "output"
        calls = tmp_path / "calls"
        calls.write_text("")
        environment = {
            **os.environ, "PATH": f"{folder}:/usr/bin:/bin", "FAILING": failing,
            "HANGING": hanging, "CALLS": str(calls),
        }  # fmt: skip
        done = subprocess.run(
            [ROOT / "Scripts/gpu-check", *([output, binary] if arguments is None else arguments)],
            capture_output=True, text=True, env=environment, timeout=120,
        )  # fmt: skip
        return done, output, calls.read_text().splitlines()

    return run


def rows(output):
    """Outcomes by step, of the table."""
    lines = (output / "summary.txt").read_text().splitlines()
    named = {line.split()[0]: line[13:].strip() for line in lines if " s  " in line}
    return {name: line[:10].strip() for name, line in named.items()}


def test_all_steps_run(run):
    done, output, calls = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(output) == {
        "test": "passed", "golden": "passed", "bench": "passed", "cublas": "skipped",
        "layers": "passed", "torch-layers": "skipped", "networks": "skipped", "merge": "skipped",
    }  # fmt: skip
    # torch is looked for once.
    assert [call.split()[0] for call in calls] == ["test", "golden", "bench", "python3", "layers"]
    assert all("--device cuda" in call for call in calls if not call.startswith("python3"))
    assert sorted(path.name for path in output.iterdir()) == [
        "bench.json", "golden.json", "layers.json", "log.txt", "summary.txt", "test.json",
    ]  # fmt: skip
    assert "a pretended GPU" in (output / "log.txt").read_text()
    assert done.stdout.splitlines()[-1] == f"0 steps failed; all is in {output}"


def test_nothing_stops_at_a_failure(run):
    done, output, calls = run(failing="test golden bench layers", torch=True)
    assert done.returncode == 4
    assert rows(output) == {
        "test": "failed 7", "golden": "failed 7", "bench": "failed 7", "cublas": "passed",
        "layers": "failed 7", "torch-layers": "passed", "networks": "passed", "merge": "skipped",
    }  # fmt: skip
    assert "failed: test check" in (output / "summary.txt").read_text()
    assert "there is no torch-layers.json" in (output / "summary.txt").read_text()
    assert [call.split("/")[-1] for call in calls if call.startswith("python3 B")] == [
        "cublas.py", "torch_layers.py", "torch_networks.py",
    ]  # fmt: skip


def test_some_steps(run, tmp_path):
    output, binary = tmp_path / "output", tmp_path / "programs/gpu-check"
    steps = [output, binary, "memcheck", "bench", "racecheck"]
    done, _, calls = run(failing="test", sanitizer=True, arguments=steps)
    assert done.returncode == 2
    assert rows(output) == {"memcheck": "failed 7", "bench": "passed", "racecheck": "failed 7"}
    assert sum("--in-process" in call for call in calls) == 2
    (tmp_path / "programs/compute-sanitizer").unlink()
    done, _, _ = run(arguments=[output, binary, "memcheck", "nothing"])
    assert done.returncode == 1 and "there is no step nothing" in done.stderr
    assert rows(output) == {"memcheck": "skipped"}


def test_a_step_that_hangs_is_ended(run):
    done, output, _ = run(hanging="golden")
    assert done.returncode == 1
    assert rows(output)["golden"] == "timed out"
    assert rows(output)["bench"] == "passed"


def test_use(run, tmp_path):
    done, _, _ = run(arguments=[tmp_path / "output", tmp_path / "nothing"])
    assert done.returncode == 66 and "nothing is no program" in done.stderr
    done, _, _ = run(arguments=[])
    assert done.returncode == 64
    assert done.stderr.startswith("Tests and measures on a machine with a GPU")


# Merging.


def kernel(name, product, seconds):
    return {
        "kernel": name, "shape": "x", "product": product,
        "measurement": {"seconds": {"median": seconds}} if seconds else None,
    }  # fmt: skip


def product(format, m=1, layout="rowMajor"):
    return {"format": format, "layout_of_b": layout, "m": m, "n": 2, "k": 3}


def timed(product, seconds, allow_tf32=None):
    return {"product": product, "allow_tf32": allow_tf32, "seconds": {"median": seconds}}


RECORD = {
    "command": "bench",
    "results": {
        "kernels": [
            {"kernel": "relu", "shape": "y", "measurement": {"seconds": {"median": 1.0}}},
            kernel("a", product("f16"), 2.0), kernel("b", product("f16"), 4.0),
            kernel("c", product("tf32"), 5.0), kernel("wrong", product("tf32", 9), None),
            kernel("d", product("f16", layout="columnMajor"), 1.0),
        ]
    },
}  # fmt: skip


def test_each_product_is_timed_once():
    assert cublas.products(RECORD) == [
        product("f16"), product("tf32"), product("tf32", 9), product("f16", layout="columnMajor"),
    ]  # fmt: skip


def test_kernels_are_compared_with_cublas():
    record = cublas.merged(
        RECORD,
        [
            timed(product("f16"), 3.0), timed(product("tf32"), 4.0, True),
            timed(product("tf32"), 40.0, False), timed(product("tf32", 9), 1.0, True),
        ],
        {"torch": "9"},
    )  # fmt: skip
    ratios = {ratio["kernel"]: ratio["cublas_over_hewn"] for ratio in record["ratios"]}
    assert ratios == {"a": 1.5, "b": 0.75, "c": 0.8}
    assert record["command"] == "bench" and record["results"] == RECORD["results"]
    assert len(record["cublas"]["products"]) == 4
    assert json.loads(json.dumps(record)) == record
    assert [line.split()[0] for line in cublas.table(record)] == ["1.500", "0.800", "0.750"]


# Layers and goals.


def planned(weights, cold, precision="f16", layer="l", floor=1.0, predicted=8.0, fault=None):
    return {
        "layer": layer, "precision": precision, "weights": weights, "kernel": "k",
        "shape": {"size": 7, "padding": 1, "kernel": 3, "stride": 2},
        "memory_floor_seconds": floor, "predicted": {"seconds": predicted}, "fault": fault,
        "cold": {"seconds": {"median": cold}} if cold else None,
    }  # fmt: skip


def cudnn(cold, precision="f16", layer="l", way="fused"):
    return {
        "layer": layer, "precision": precision, "format": "channels_last", "way": way,
        "cold": {"median": cold}, "warm": {"median": cold / 2},
    }  # fmt: skip


def report(layers, rivals, networks=None):
    return merge.merged(
        {
            "command": "layers", "date": "2026-01-01", "versions": {}, "device": {"name": "gpu"},
            "results": {"batch": 32, "layers": layers},
        }, {"settings": {"torch": "9"}, "layers": rivals, "csr": []}, networks,
    )  # fmt: skip


def test_layers_are_compared_with_the_fastest_rival():
    layers = [
        planned("0 % zeros", 8.0), planned("90 % zeros", 5.0), planned("95 % zeros", None),
        planned("90 % zeros", 2.0, layer="alone"), planned("80 % zeros", 2.0, fault="wrong"),
    ]  # fmt: skip
    rivals = [cudnn(12.0, way="convolution"), cudnn(10.0), cudnn(1.0, precision="f32")]
    rivals.append({"layer": "l", "precision": "f16", "way": "compiled", "error": "none"})
    found = report(layers, rivals)["ratios"]
    assert [(r["layer"], r["weights"]) for r in found] == [
        ("l", "0 % zeros"), ("l", "90 % zeros"), ("alone", "90 % zeros"),
    ]  # fmt: skip
    assert [r.get("cudnn_over_hewn") for r in found] == [1.25, 2.0, None]
    assert [r.get("dense_over_hewn") for r in found] == [1.0, 1.6, None]
    assert found[1]["cudnn_way"] == "fused" and found[1]["cudnn_warm_seconds"] == 5.0
    # Without a time of its own, the cold one is the warm one too.
    assert found[1]["hewn_warm_seconds"] == 5.0
    assert found[1]["share_of_floor"] == 0.2 and found[1]["share_of_prediction"] == 1.6
    assert found[1]["batch"] == 32


def outcome(report, goal):
    found = [g for g in report["goals"] if goal in g["goal"]]
    assert len(found) == 1
    return [found[0][name] for name in ("reached", "reached_count", "count")]


def test_goals():
    layers = [
        # cuDNN takes ten times the floor, and in the second layer only 1.9 times.
        planned("0 % zeros", 9.0), planned("90 % zeros", 10.0), planned("95 % zeros", 7.0),
        planned(merge.TALL, 4.0, predicted=3.0),
        planned("0 % zeros", 1.5, layer="bound", predicted=1.4),
        planned("90 % zeros", 1.125, layer="bound", predicted=1.0),
        planned("90 % zeros", 10.0, precision="f32"),
    ]  # fmt: skip
    rivals = [cudnn(10.0), cudnn(1.9, layer="bound"), cudnn(30.0, precision="f32")]
    merged = report(layers, rivals)
    by_goal = {g["goal"]: g for g in merged["goals"]}
    exact = by_goal["exact covers at 90 % zeros against cuDNN"]
    assert (exact["reached"], exact["count"], exact["geometric_mean"]) == (True, 1, 1.0)
    assert outcome(merged, "95 %") == [False, 0, 1]
    missed = by_goal["exact covers at 95 % zeros against cuDNN"]["missed"]
    assert [(m["layer"], round(m["value"], 3)) for m in missed] == [("l", 1.429)]
    assert outcome(merged, "64 rows") == [True, 1, 1]
    assert outcome(merged, "without tf32") == [True, 1, 1]
    assert outcome(merged, "tf32 at 90 %")[0] is None
    # The sparse form is the faster one, at 0.89 of the floor.
    assert outcome(merged, "memory limits") == [True, 1, 1]
    # The segments are at 0.75 of their prediction.
    assert outcome(merged, "prediction") == [False, 6, 7]
    lines = merge.table(merged)
    assert len(lines) == 7 and lines[0].startswith("goal reached    1 of   1  mean 1.000")
    assert sum("MISSED" in line for line in lines) == 2
    assert sum("unknown" in line for line in lines) == 1
    assert json.loads(json.dumps(merged)) == merged


def test_networks_are_compared():
    networks = {
        "settings": {"batch": 32},
        "torch": [
            {"network": "n", "precision": "f16", "way": "eager", "seconds": {"median": 0.004}},
            {"network": "n", "precision": "f16", "way": "compiled", "seconds": {"median": 0.003}},
            {"network": "m", "precision": "f16", "way": "eager", "error": "no memory"},
        ],
        "hewn": [
            {"network": "n", "precision": "f16", "zeros": 90,
             "milliseconds": {"sparse": 2.0, "dense": 4.0}},
            {"network": "n", "precision": "bf16", "zeros": 90, "milliseconds": {"sparse": 2.0}},
            {"network": "m", "precision": "f16", "zeros": 90, "error": "status 1"},
        ],
    }  # fmt: skip
    merged = report([], [], networks)
    (ratio,) = merged["networks"]["ratios"]
    assert ratio["torch_over_hewn"] == 1.5 and ratio["torch_way"] == "compiled"
    assert ratio["hewn_engine"] == "sparse" and ratio["batch"] == 32
    assert merge.table(merged)[-1] == "network  1.500  n f16 90 % zeros, sparse"


def test_files_are_merged(tmp_path):
    def file(name, content):
        (tmp_path / name).write_text(json.dumps(content))
        return str(tmp_path / name)

    layers = {"command": "c", "date": "d", "versions": {}, "results": {"batch": 1, "layers": []}}
    torch = {"settings": {}, "layers": [], "csr": []}
    output = tmp_path / "report.json"
    missing = str(tmp_path / "networks.json")
    merge.main([file("l.json", layers), file("t.json", torch), str(output), "--networks", missing])
    assert len(json.loads(output.read_text())["goals"]) == 7


def test_what_is_timed():
    record = {"results": {"layers": [planned("0 % zeros", 1.0), planned("90 % zeros", 1.0)]}}
    (shape,) = torch_layers.shapes(record).values()
    assert torch_layers.output_size(shape) == 4
    assert torch_layers.variants("f16", False) == [
        ("channels_last", "convolution"), ("channels_last", "fused"),
    ]  # fmt: skip
    assert len(torch_layers.variants("f32", True)) == 6
    assert [timing.set_count(n, 100) for n in (1, 100, 399, 400, 1000)] == [64, 4, 2, 1, 1]
    assert timing.spread([3, 1, 2]) == {"median": 2, "least": 1, "greatest": 3}
