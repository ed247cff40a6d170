"""The parts of Benchmarks/Repruning that compute: no tool is needed."""

import os
import subprocess
import sys

import pytest

from hewn import ROOT

sys.path.append(str(ROOT / "Benchmarks"))
sys.path.append(str(ROOT / "Benchmarks/Repruning"))

import common  # noqa: E402
import network_times  # noqa: E402


def turns(*milliseconds):
    return [{"network_ms": network, "layers_ms": layers} for network, layers in milliseconds]


@pytest.mark.parametrize("name", ["reprune", "finetune"])
def test_scripts_start(name):
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, ROOT / f"Benchmarks/Repruning/{name}.py", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, env=variables)
    assert done.returncode == 0 and "usage:" in done.stdout, done.stderr


def test_speedups_compare_turns_of_the_same_round():
    # Of layers, the medians of all turns would say 1.
    before, after = turns((2, 1), (4, 2), (3, 1)), turns((1, 0.5), (4, 1), (3, 2))
    assert network_times.speedups(before, after) == {
        "rounds": 3,
        "network": {"median": 1.0, "least": 1.0, "greatest": 2.0},
        "layers": {"median": 2.0, "least": 0.5, "greatest": 2.0},
    }


def test_rounds_of_other_numbers_do_not_compare():
    with pytest.raises(ValueError):
        network_times.speedups(turns((1, 1)), turns((1, 1), (1, 1)))


def test_medians_are_of_each_network():
    found = network_times.medians({"a": turns((3, 1), (1, 2), (2, 9)), "b": turns((5, 4))})
    assert found == {
        "a": {"network_ms": 2, "layers_ms": 2}, "b": {"network_ms": 5, "layers_ms": 4}
    }  # fmt: skip


def test_networks_take_turns(monkeypatch):
    order = []

    def hewn(command, model, *options):
        order.append((model, *options[options.index("--threads"):]))
        return {
            "engines": {"sparse": {"median_ms": 3}},
            "layers": [
                {"engine": "sparse", "ms": {"sparse": 1}}, {"engine": "dense", "ms": {"sparse": 0.5}},
                {"engine": "other", "ms": {"sparse": 7}},
            ],
        }  # fmt: skip

    monkeypatch.setattr(network_times, "hewn", hewn)
    monkeypatch.setattr(network_times, "ROUNDS", 2)
    found = network_times.rounds({"before": "a", "after": "b"}, threads=1)
    assert [model for model, *_ in order] == ["a", "b", "a", "b"]
    assert all(options == ["--threads", 1] for _, *options in order)
    assert found == {"before": turns((3, 1.5), (3, 1.5)), "after": turns((3, 1.5), (3, 1.5))}


def test_results_name_the_commit_of_the_tool(monkeypatch):
    monkeypatch.setenv("HEWN_BIN", "/elsewhere/hewn")
    monkeypatch.delenv("HEWN_REVISION", raising=False)
    assert common.revision() == "unknown"
    monkeypatch.setenv("HEWN_REVISION", "abc1234")
    assert common.revision() == "abc1234"
