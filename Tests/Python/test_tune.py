"""`hewn tune`: the costs that it keeps, and which of them other commands decide by."""

import pytest

from hewn import EXAMPLE, hewn, hewn_json

SHORT = ["--duration", "0.2"]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty folder of caches."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("HEWN_COSTS", raising=False)
    monkeypatch.delenv("HEWN_CACHE", raising=False)
    return tmp_path / "hewn"


def costs_of(*arguments):
    return hewn_json("inspect", EXAMPLE, *arguments)["plan"]["costs"]


def test_commands_decide_by_what_is_kept(cache, monkeypatch):
    assert costs_of()["source"] == "built-in"
    report = hewn_json("tune", *SHORT)
    assert [str(path) for path in cache.iterdir()] == [report["file"]]
    tuned = costs_of()
    assert (tuned["source"], tuned["date"]) == ("tuned", report["date"])
    assert costs_of("--costs", "built-in")["source"] == "built-in"
    monkeypatch.setenv("HEWN_COSTS", "built-in")
    assert costs_of()["source"] == "built-in"
    assert costs_of("--costs", report["file"]) == tuned


def test_dry_runs_write_nothing(cache):
    report = hewn_json("tune", EXAMPLE, "--dry-run", "--threads", "1", *SHORT)
    assert report["file"] is None and not cache.exists()
    comparison = report["comparison"]
    measured = [layer for layer in comparison["layers"] if layer["ratio"] is not None]
    assert len(measured) == comparison["errors"]["layers"] > 10
    assert {"tap", "block", "part", "winograd.product"} <= {e["name"] for e in report["costs"]}


def test_plans_keep_their_costs(cache, tmp_path):
    plan = tmp_path / "model.hewn"
    hewn("compile", EXAMPLE, "-o", plan)
    hewn("tune", *SHORT)
    assert hewn_json("inspect", plan)["plan"]["costs"]["source"] == "built-in"
    assert costs_of()["source"] == "tuned"


@pytest.mark.parametrize("content", [b"", b"nonsense", b"{}", b"\xff" * 5000, None])
def test_damaged_caches_are_passed_over(cache, content):
    file = hewn_json("tune", *SHORT)["file"]
    with open(file, "rb") as costs:
        whole = costs.read()
    with open(file, "wb") as costs:
        costs.write(whole[: len(whole) // 2] if content is None else content)
    done = hewn("inspect", EXAMPLE)
    assert "costs built-in" in done.stdout
    assert "hewn: note: " in done.stderr and file in done.stderr
    # A file that was asked for must be good.
    assert file in hewn("inspect", EXAMPLE, "--costs", file, status=3).stderr


def test_what_cannot_be_kept_is_shown(cache, tmp_path):
    (tmp_path / "file").write_text("")
    done = hewn("tune", *SHORT, "--costs", tmp_path / "file" / "costs.json", status=5)
    assert "nothing was written" in done.stdout and "costs.json" in done.stderr
    cache.write_text("")
    assert str(cache) in hewn("tune", *SHORT, status=5).stderr


def test_plans_predict_by_their_costs(cache, tmp_path):
    hewn("tune", *SHORT)
    plan = tmp_path / "model.hewn"
    hewn("compile", EXAMPLE, "-o", plan)
    got, want = hewn_json("inspect", plan), hewn_json("inspect", EXAMPLE)
    assert got["plan"] == want["plan"] and got["layers"] == want["layers"]
