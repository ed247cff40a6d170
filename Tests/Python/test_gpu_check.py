"""Scripts/gpu-check and Benchmarks/gpu/cublas.py, without a GPU: programs that pretend take the parts."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from hewn import ROOT

sys.path.append(str(ROOT / "Benchmarks/gpu"))

import cublas  # noqa: E402

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
            [ROOT / "Scripts/gpu-check", *(arguments or [output, binary])],
            capture_output=True, text=True, env=environment, timeout=120,
        )  # fmt: skip
        return done, output, calls.read_text().splitlines()

    return run


def rows(output):
    """Outcomes by step, of the table."""
    lines = (output / "summary.txt").read_text().splitlines()
    named = {line.split()[0]: line[11:].strip() for line in lines if " s  " in line}
    return {name: line[:10].strip() for name, line in named.items()}


def test_all_steps_run(run):
    done, output, calls = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(output) == {
        "test": "passed", "golden": "passed", "bench": "passed", "cublas": "skipped",
        "memcheck": "skipped", "racecheck": "skipped",
    }  # fmt: skip
    assert [call.split()[0] for call in calls] == ["test", "golden", "bench", "python3"]
    assert all("--device cuda" in call for call in calls[:3])
    assert sorted(path.name for path in output.iterdir()) == [
        "bench.json", "golden.json", "log.txt", "summary.txt", "test.json",
    ]  # fmt: skip
    assert "a pretended GPU" in (output / "log.txt").read_text()
    assert done.stdout.splitlines()[-1] == f"0 steps failed; all is in {output}"


def test_nothing_stops_at_a_failure(run):
    done, output, calls = run(failing="test golden bench", sanitizer=True, torch=True)
    assert done.returncode == 5
    assert rows(output) == {
        "test": "failed 7", "golden": "failed 7", "bench": "failed 7", "cublas": "passed",
        "memcheck": "failed 7", "racecheck": "failed 7",
    }  # fmt: skip
    assert "failed: test check" in (output / "summary.txt").read_text()
    assert sum("--in-process" in call for call in calls) == 2


def test_a_step_that_hangs_is_ended(run):
    done, output, _ = run(hanging="golden")
    assert done.returncode == 1
    assert rows(output)["golden"] == "timed out"
    assert rows(output)["bench"] == "passed"


def test_use(run, tmp_path):
    done, _, _ = run(arguments=[tmp_path / "output", tmp_path / "nothing"])
    assert done.returncode == 66 and "nothing is no program" in done.stderr
    done, _, _ = run(arguments=["a", "b", "c"])
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
