"""The parts of Benchmarks/cpu that compute: no rival and no tool is needed."""

import dataclasses
import sys

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
import onnx

from hewn import ROOT

sys.path.append(str(ROOT / "Benchmarks"))

from cpu import contenders, environments, layers, models, networks, results, table, turns  # noqa: E402

VERSIONS = {"hewn": "abc1234", "onnxruntime": "1.32.0", "mnn": "3.6.1"}


def cell(times, network="net", zeros=90, batch=1, threads=2, errors={}, clean={}, failed={}):
    """A cell with these times by engine."""
    return {
        "network": network, "zeros": zeros, "batch": batch, "threads": threads,
        "date": "2026-01-01", "seconds": 0.3, "versions": dict(VERSIONS), "failed": failed,
        "engines": {
            name: {
                "ms": ms, "turns_ms": [ms] * 3, "clean": clean.get(name, 3),
                "error": errors.get(name, 1e-6), "peak_mb": 10.0,
            }
            for name, ms in times.items()
        },
        "hewn": {
            "peak_gflops": 100.0, "instruction_set": "avx2", "nonzero_flops": 500_000_000,
            "dense_flops": 5_000_000_000, "zero_share": 0.87, "weight_bytes": 6_000_000,
            "dense_weight_bytes": 40_000_000, "activation_bytes": 4_000_000,
            "compile_seconds": 1.0, "compile_peak_mb": 77.0,
        },
    }  # fmt: skip


def report(*cells):
    named = {results.key(c["network"], c["zeros"], c["batch"], c["threads"]): c for c in cells}
    return {
        "command": "run --resume", "date": "2026-01-01", "settings": {},
        "machine": {"processor": "Abacus", "cores": 2, "system": "Linux"}, "cells": named,
    }  # fmt: skip


def turn(ms=10.0, foreign=0.0, wait=0.0, stolen=0.0, elapsed=0.5, own=0.9):
    return turns.Turn(ms, elapsed, own, wait * elapsed, own + foreign * elapsed, stolen * elapsed)


# Ratios.


def test_the_best_rival_is_the_fastest_that_is_right():
    times = {"hewn": 10, "onnxruntime": 30, "mnn": 12, "openvino": 20}
    assert results.best_rival(cell(times)) == "mnn"
    assert results.speedup(cell(times)) == 1.2
    wrong = cell(times, errors={"mnn": 2e-3})
    assert results.best_rival(wrong) == "openvino"
    assert results.speedup(wrong) == 2
    unchecked = cell(times, errors={"mnn": None, "openvino": None})
    assert results.speedup(unchecked) == 3
    assert results.speedup(unchecked, "onnxruntime") == 3


def test_nothing_is_counted_without_hewn_or_rivals():
    assert results.speedup(cell({"onnxruntime": 30})) is None
    assert results.speedup(cell({"hewn": 30, "hewn-dense": 20})) is None
    assert results.speedup(cell({"hewn": 3, "mnn": 30}), "onnxruntime") is None
    assert results.speedup(cell({"hewn": 3, "mnn": 30}, errors={"hewn": 1.0})) is None
    assert results.speedup(cell({"hewn": 3, "mnn": 30}, errors={"mnn": 1.0}), "mnn") is None


def test_geometric_means():
    assert results.geometric_mean([]) is None
    assert results.geometric_mean([3.0]) == pytest.approx(3)
    assert results.geometric_mean([0.5, 2.0]) == pytest.approx(1)
    assert results.geometric_mean([1.0, 2.0, 4.0]) == pytest.approx(2)


@pytest.mark.parametrize(
    "ratio, outcome", [(2, "win"), (1.04, "win"), (1.02, "tie"), (0.98, "tie"), (0.96, "loss")]
)
def test_outcomes(ratio, outcome):
    assert results.outcome(ratio) == outcome


def test_rates():
    one = cell({"hewn": 10.0})
    rate, share = results.share_of_peak(one)
    assert (rate, share) == (pytest.approx(50), pytest.approx(0.5))
    assert results.moved(one) == (pytest.approx(10), pytest.approx(1))


# Resuming.


def test_cells_of_the_same_versions_are_kept():
    old = report(cell({"hewn": 1}), cell({"hewn": 2}, zeros=None))
    assert set(results.kept(old, old["machine"], VERSIONS)) == {"net-90-b1-t2", "net-b1-t2"}
    assert results.kept(old, {**old["machine"], "cores": 4}, VERSIONS) == {}
    assert results.kept(old, old["machine"], {**VERSIONS, "hewn": "other"}) == {}
    # What is not asked for now does not count.
    assert len(results.kept(old, old["machine"], {"hewn": "abc1234"})) == 2
    assert results.kept({"cells": {}}, old["machine"], VERSIONS) == {}


def test_cells_without_an_engine_are_measured_again():
    old = cell({"hewn": 1, "onnxruntime": 2})
    assert results.is_complete(old, ["hewn", "mnn"], VERSIONS)
    assert not results.is_complete(None, ["hewn"], VERSIONS)
    more = {**VERSIONS, "openvino": "2026.4.1"}
    assert not results.is_complete(old, ["hewn", "openvino"], more)
    # It is still not to be had.
    assert results.is_complete(old, ["hewn", "openvino"], VERSIONS)


def test_disturbed_engines_are_known():
    times = {"hewn": 1, "mnn": 2, "onnxruntime": 3}
    assert results.disturbed(cell(times)) == []
    assert results.disturbed(cell(times, clean={"mnn": 1, "hewn": 2})) == ["mnn"]


def test_files_hold_a_cell_a_line(tmp_path):
    path = tmp_path / "cpu.json"
    assert results.load(path) == {"cells": {}}
    for whole in (report(), report(cell({"hewn": 1}), cell({"hewn": 2}, zeros=95))):
        results.save(path, whole)
        assert results.load(path) == whole
        lines = [line for line in path.read_text().splitlines() if '"turns_ms"' in line]
        assert len(lines) == len(whole["cells"])
    assert [file.name for file in tmp_path.iterdir()] == ["cpu.json"]


# Turns.


@pytest.mark.parametrize(
    "given, is_clean",
    [
        ({}, True),
        ({"foreign": 0.05}, True),
        ({"foreign": 0.2}, False),
        ({"stolen": 0.05}, False),
        ({"foreign": 0.05, "wait": 0.1}, False),
        # Its own threads are in each other's way.
        ({"foreign": 0.0, "wait": 0.5}, True),
        # Ticks are coarse: the engine can seem to take more than all processes did.
        ({"foreign": -0.05}, True),
    ],
)
def test_disturbed_turns_are_found(given, is_clean):
    assert turn(**given).is_clean == is_clean


def test_samples_give_a_turn():
    before, after = turns.Sample(100.0, 50.0, 1.0), turns.Sample(102.0, 53.0, 1.5)
    one = turns.Turn.between(before, after, 7.0, own=2.0, wait=0.1)
    assert (one.ms, one.foreign_cores, one.stolen_cores) == (7.0, 0.5, 0.25)
    assert one.wait_share == pytest.approx(0.05)


class Contender:
    """Answers with prepared turns, the last of them for ever, and writes down that it ran."""

    def __init__(self, name, answers, log):
        self.name, self.answers, self.log = name, list(answers), log

    def turn(self, seconds):
        self.log.append(self.name)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def interleave(answers, clock=lambda: 0.0, **settings):
    log, rests = [], []
    contenders = {name: Contender(name, each, log) for name, each in answers.items()}
    found, failed = turns.interleave(
        contenders, turns.Settings(pause=0, **settings), lambda: rests.append(len(log)), clock
    )
    return found, failed, log, len(rests)


def test_all_take_turns_and_each_begins_once():
    found, failed, log, rests = interleave({"a": [turn()], "b": [turn()], "c": [turn()]}, rounds=4)
    assert "".join(log) == "abcbcacababc"
    assert [len(each) for each in found.values()] == [4, 4, 4]
    assert (failed, rests) == ({}, 0)


def test_disturbed_turns_are_repeated_but_not_for_ever():
    dirty = turn(ms=99, foreign=1.0)
    found, _, log, rests = interleave({"a": [dirty, dirty, turn(ms=5)]}, rounds=1, repeats=3)
    assert ([each.ms for each in found["a"]], len(log), rests) == ([5], 3, 2)
    better = turn(ms=50, foreign=0.5)
    found, _, log, rests = interleave({"a": [dirty, better, dirty]}, rounds=1, repeats=3)
    assert ([each.ms for each in found["a"]], len(log), rests) == ([50], 4, 3)


def test_the_budget_ends_rounds_and_repetitions():
    ticks = iter(range(0, 1000, 10))
    dirty = turn(foreign=1.0)
    found, _, log, _ = interleave(
        {"a": [dirty]}, rounds=9, repeats=2, budget=15, clock=lambda: next(ticks)
    )
    # One round has time for repetitions; then there are three rounds, but no fourth.
    assert (len(found["a"]), len(log)) == (turns.LEAST_ROUNDS, 3 + 2)


def test_an_engine_that_fails_is_left_out():
    found, failed, log, _ = interleave(
        {"a": [turn(), turns.Failed("it crashed")], "b": [turn()]}, rounds=3
    )
    assert failed == {"a": "it crashed"}
    assert list(found) == ["b"] and len(found["b"]) == 3


def test_clean_turns_alone_are_counted_if_there_are_two():
    clean, dirty = [turn(ms=10), turn(ms=12)], [turn(ms=90, foreign=1.0)] * 3
    assert turns.summary(clean + dirty) == {
        "ms": 11.0, "turns_ms": [10.0, 12.0, 90.0, 90.0, 90.0], "clean": 2,
    }  # fmt: skip
    few = turns.summary(clean[:1] + dirty)
    assert (few["ms"], few["clean"]) == (90.0, 1)


def test_digits():
    assert turns.significant(0.123456) == 0.1235
    assert turns.significant(12345.6) == 12350


def test_the_telling_line_of_an_error_stream():
    assert contenders.complaint("hello\nAssertion at x.cpp:1\nplease write to us\n") == (
        "Assertion at x.cpp:1"
    )
    assert contenders.complaint("first\n last \n\n") == "last"
    assert contenders.complaint("") == "without a word"


# Installation.


def test_what_cannot_be_installed_is_left_out(monkeypatch, tmp_path):
    asked = []

    def environment_python(name, folder):
        asked.append(name)
        if name == "mnn":
            raise environments.Unavailable("no such version")
        return folder / "bin/python"

    monkeypatch.setattr(environments, "environment_python", environment_python)
    engines = ["onnxruntime", "mnn", "mnn-sparse"]
    pythons, versions, missing = environments.install(engines, tmp_path)
    assert pythons == {"onnxruntime": tmp_path / "onnxruntime/bin/python"}
    assert list(versions) == ["onnxruntime"]
    assert missing == {"mnn": "no such version", "mnn-sparse": "no such version"}
    assert asked == ["onnxruntime", "mnn"]


# The table.


def row(text, start):
    """The entries of the only row that starts so."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {start}")]
    return [entry.strip() for entry in line.strip("|").split("|")]


def test_the_table_shows_every_cell():
    text = table.markdown(
        report(
            cell({"hewn": 10.0, "onnxruntime": 20.0, "mnn": 15.0}, errors={"mnn": 5e-3}),
            cell(
                {"hewn": 20.0, "onnxruntime": 10.0}, "other", None, clean={"hewn": 1},
                failed={"mnn": "it crashed"},
            ),
            cell({"hewn": 4.0, "onnxruntime": 2.0, "mnn": 16.0}, batch=16, errors={"hewn": 1.0}),
        )
    )  # fmt: skip
    assert "Abacus, 2 cores, avx2, Linux. hewn abc1234, onnxruntime 1.32.0, mnn 3.6.1." in text
    one, three = (
        [entry.strip() for entry in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| net 90 %") and "." in line
    )
    assert one == ["net 90 %", "10", "20", "15~", "onnxruntime", "**2.00 ×**", "50.0", "50 %",
                   "10.0", "1.0"]  # fmt: skip
    assert three[1:6] == ["4~", "2", "16", "onnxruntime", ""]
    assert row(text, "other 87 % | 20")[1:6] == [
        r"20\*", "10", "–", "onnxruntime", r"**0.50 × \***",
    ]  # fmt: skip
    assert row(text, "other 87 % | 77")[1:] == ["77", "10", "10", ""]
    assert "- mnn: it crashed (1 cells: other-b1-t2)" in text
    assert "**Losses (1)**: other 87 % b1 t2 0.50 × \\* onnxruntime." in text
    assert "**Ties (0)**: none." in text
    assert "**Wins (1)**: net 90 % b1 t2 2.00 × onnxruntime." in text
    assert "**Not counted (1)**: net-90-b16-t2." in text
    assert "## Batch 16, 2 threads" in text


def test_means_by_zeros_batch_and_threads():
    cells = [
        cell({"hewn": 10.0, "mnn": 20.0}, zeros=80),
        cell({"hewn": 10.0, "mnn": 80.0}, zeros=90),
        cell({"hewn": 10.0, "mnn": 5.0}, zeros=90, batch=16),
    ]
    text = table.matrix(*(lambda named: (named, results.speedups(named)))(report(*cells)["cells"]))
    assert row(text, "**80 %**") == ["**80 %**", "2.00 × (1/1)", "", "2.00 × (1/1)"]
    assert row(text, "**90 %**") == ["**90 %**", "8.00 × (1/1)", "0.50 × (0/1)", "2.00 × (1/2)"]
    assert row(text, "**all**") == ["**all**", "4.00 × (2/2)", "0.50 × (0/1)", "2.00 × (2/3)"]
    assert row(text, "zeros") == ["zeros", "b1 t2", "b16 t2", "all"]


def test_a_table_without_hewn_or_cells():
    without = cell({"onnxruntime": 10.0}, zeros=None, failed={"hewn": "status 4"})
    text = table.markdown(report({**without, "hewn": None}))
    assert row(text, "net ? % | –")[1:3] == ["–", "10"]
    assert "# Hewn and its rivals" in table.markdown(report())


# Layers.


def test_layers_are_sorted_by_what_they_lose():
    def layer(name, ms, flops, **more):
        return {
            "name": name, "op": "Conv", "engine": "sparse", "ms": {"sparse": ms, "dense": 2.0},
            "dense_flops": 10 * flops, "nonzero_flops": flops, "gflops": flops / ms / 1e6,
            "share_of_peak": flops / ms / 1e8, "wrong_choice": False, **more,
        }  # fmt: skip

    text = layers.markdown(
        {
            "peak_gflops": 100.0, "engines": {"sparse": {"median_ms": 4.5}},
            "layers": [
                layer("near", 1.0, 90_000_000), layer("far", 1.0, 10_000_000, wrong_choice=True),
                layer("bound", 1.0, 10_000_000, memory_bound_ms=0.95, load_bound_ms=None),
                layer("step", 1.0, 0),
            ],
        },
        {"far": 2_000_000},
    )  # fmt: skip
    assert "the layers alone 4.000 ms, of which 1.000 ms are other steps" in text
    assert [row(text, name) is not None for name in ("near", "far", "bound")] == [True] * 3
    assert text.index("| far") < text.index("| near") < text.index("| bound")
    assert row(text, "far")[2:] == ["90", "1.000", "2.000", "**yes**", "0.100", "", "0.900", "22.5",
                                    "10.0", "10", "2.0"]  # fmt: skip
    assert row(text, "bound")[6:9] == ["0.100", "0.950", "0.050"]


# Models.


def small_model(batch):
    """A convolution, a Relu that is fused, a Reshape with a fixed batch and a product."""
    random = np.random.default_rng(0)
    constants = {
        "w": random.standard_normal((8, 3, 3, 3), np.float32),
        "v": random.standard_normal((8 * 16, 5), np.float32),
        "shape": np.array([1, 8 * 16], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], pads=[1] * 4, name="conv"),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Reshape", ["b", "shape"], ["c"]),
        helper.make_node("MatMul", ["c", "v"], ["y"]),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "small", [value("x", TensorProto.FLOAT, [batch, 3, 4, 4])],
        [value("y", TensorProto.FLOAT, [batch, 5])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def test_a_fixed_batch_is_freed_where_another_is_wanted(tmp_path):
    path = tmp_path / "small.onnx"
    onnx.save(small_model(1), path)
    same = models.interface(path, 1, tmp_path)
    assert dataclasses.astuple(same) == (path, {"x": [1, 3, 4, 4]}, ["y"], [])
    freed = models.interface(path, 6, tmp_path)
    assert freed.path == tmp_path / "small-free.onnx"
    assert (freed.inputs, freed.free) == ({"x": [6, 3, 4, 4]}, ["batch"])
    # Relu and Reshape move nothing; the product is known by its operator and place.
    assert models.activation_bytes(freed.path, 6) == {
        "conv": 4 * 6 * (3 + 8) * 16, "MatMul_3": 4 * 6 * (8 * 16 + 5),
    }  # fmt: skip


def test_free_names_of_the_batch_are_kept(tmp_path):
    path = tmp_path / "small.onnx"
    onnx.save(small_model("N"), path)
    found = models.interface(path, 6, tmp_path)
    assert (found.path, found.inputs, found.free) == (path, {"x": [6, 3, 4, 4]}, ["N"])


def test_networks_have_the_zeros_that_were_asked_for():
    net = networks.Net(90)
    networks.NETWORKS["mobilenetv1"](net)
    arrays = [numpy_helper.to_array(weight) for weight in net.weights]
    pointwise = [array for array in arrays[1:] if array.ndim == 4 and array.shape[1] > 1]
    assert all(abs(np.mean(array == 0) - 0.9) < 0.01 for array in pointwise)
    assert np.all(arrays[0] != 0)
    assert all(np.all(array != 0) for array in arrays if array.ndim == 4 and array.shape[1] == 1)
