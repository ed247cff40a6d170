"""The measurements of one call of the command."""

import datetime
import hashlib
import os
import pathlib
import sys
import time

import common

from . import cells, layers, models, networks, results, table
from .environments import SPARSE_ONLY
from .turns import Settings


def hewn_version():
    """The last commit that changed the sources; with a digest of the tool where they differ."""
    sources = ["--", "Sources", "Package.swift"]
    commit = common.git("log", "-1", "--format=%h", *sources)
    if common.git("status", "--porcelain", *sources):
        digest = hashlib.sha256(pathlib.Path(common.HEWN).read_bytes()).hexdigest()
        commit += f"-dirty-{digest[:8]}"
    return commit


def selected(options):
    """Each cell to measure: name, zeros, batch, threads, and what gives the model's path."""
    names = options.networks or list(networks.NETWORKS)
    if not options.networks and "HEWN_DATA" in os.environ:
        names += models.PRUNED
    elif not options.networks:
        say("HEWN_DATA IS NOT SET: the networks that were really pruned are left out")
    for name, zeros, path in models.select(names, options.zeros, options.folder / "networks"):
        for batch in options.batches:
            for threads in options.threads:
                yield name, zeros, batch, threads, path


def run(options, versions, pythons, missing):
    own = dict.fromkeys(cells.HEWN_ENGINES, hewn_version())
    # In the order that was asked for; it is that of the turns.
    versions = {name: {**own, **versions}[name] for name in options.engines if name not in missing}
    settings = Settings(
        options.rounds, options.seconds, options.pause, options.repeats, options.budget
    )
    path = common.RESULTS / f"{options.name}.json"
    path.parent.mkdir(exist_ok=True)
    now = common.circumstances()
    earlier = results.load(path)
    report = {
        "command": now["command"], "date": now["date"], "machine": now["machine"],
        "settings": vars(settings), "cells": results.kept(earlier, now["machine"], versions),
    }  # fmt: skip
    dropped = len(earlier["cells"]) - len(report["cells"])
    if dropped:
        say(f"{dropped} cells of another machine or other versions are DROPPED from {path.name}")
    todo = []
    for place in selected(options):
        name, zeros, batch, threads, _ = place
        had = report["cells"].get(results.key(name, zeros, batch, threads))
        complete = results.is_complete(had, tried(options, zeros), versions)
        is_kept = complete and (options.resume or options.mend and not results.disturbed(had))
        if not is_kept:
            todo.append(place)
    say(f"{len(todo)} cells to measure, {len(report['cells'])} are there")
    for name, zeros, batch, threads, model_path in todo:
        start = time.monotonic()
        engines = tried(options, zeros)
        chosen = cells.Engines(
            {engine: versions[engine] for engine in engines if engine in versions}, pythons,
            {engine: missing[engine] for engine in engines if engine in missing},
        )  # fmt: skip
        model = models.Model(name, zeros, model_path())
        cell = cells.measure(model, batch, threads, chosen, settings, options.folder / "networks")
        key = results.key(name, zeros, batch, threads)
        report["cells"][key] = cell
        save(path, report)
        print(line(key, cell, time.monotonic() - start), flush=True)
    save(path, report)
    say(f"written to {path} and {path.with_suffix('.md').name}")


def tried(options, zeros):
    """The engines of a cell."""
    return [engine for engine in options.engines if zeros != 0 or engine not in SPARSE_ONLY]


def say(text):
    print(text, file=sys.stderr, flush=True)


def save(path, report):
    report["date"] = datetime.date.today().isoformat()
    results.save(path, report)
    path.with_suffix(".md").write_text(table.markdown(report))


def line(key, cell, seconds):
    """A cell in a line, while it is measured."""
    shown = "".join(f" {name} {table.time(cell, name)}" for name in cell["engines"])
    ratio = results.speedup(cell)
    verdict = "not counted" if ratio is None else f"{ratio:.2f} × {results.best_rival(cell)}"
    return f"{key}:{shown}  {verdict}  ({seconds:.0f} s)"


def show_layers(options):
    for name, zeros, batch, threads, path in selected(options):
        model = models.Model(name, zeros, path())
        print(f"## {model.label}, batch {batch}, {threads} thread{'s' * (threads > 1)}\n")
        print(layers.measure(model, batch, threads, options.seconds), flush=True)
