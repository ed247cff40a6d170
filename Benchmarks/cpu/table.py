"""The results as Markdown."""

from . import results
from .environments import REFERENCE
from .results import geometric_mean, is_clean, is_right, outcome

ENGINES = [
    "hewn", "hewn-dense", "onnxruntime", "openvino", "mnn", "mnn-sparse", "deepsparse",
]  # fmt: skip
LEGEND = """\
Times are medians in milliseconds of a whole batch. A speed-up is the time of the best rival with
right outputs over Hewn's: above 1, Hewn is faster; within 3 % it is a tie. `~`: wrong by more than
1e-3 of the largest output, not counted. `*`: fewer than two turns without disturbance by other
processes, or a speed-up with such a time in it. `–`: does not run, see the end. `nz GFLOP/s`
counts the non-zero weights only; the peak is that of FMA with as many threads, measured beside
each cell. `MB moved` is the weights as Hewn packs them and the inputs and outputs of all layers,
each once; it is a bound only where no layer is fused with the next. Memory is VmHWM: that of a
rival has Python's in it, and the loading of the ONNX file; Hewn's is that of running a plan that
was compiled before."""


def markdown(report):
    cells = dict(sorted(report["cells"].items(), key=lambda item: order(item[1])))
    parts = ["# Hewn and its rivals on CPUs", heading(report), LEGEND]
    parts += ["## Geometric means", "Speed-up over the best rival of each cell, and cells won:"]
    parts.append(matrix(cells, results.speedups(cells)))
    parts += [f"Speed-up over {REFERENCE}:", matrix(cells, results.over_reference(cells))]
    parts += ["## Wins and losses", outcomes(cells)]
    for place in places(cells):
        here = {name: cell for name, cell in cells.items() if at(cell) == place}
        parts += [f"## Batch {place[0]}, {place[1]} thread{'s' * (place[1] > 1)}", times(here)]
        parts += ["Peak resident memory of each engine's process, in MB:", memory(here)]
    parts += failures(cells)
    return "\n\n".join(parts) + "\n"


def at(cell):
    return cell["batch"], cell["threads"]


def places(cells):
    return sorted({at(cell) for cell in cells.values()})


def order(cell):
    return at(cell), cell["zeros"] is None, cell["network"], cell["zeros"] or 0


def kind(cell):
    return "pruned" if cell["zeros"] is None else f"{cell['zeros']} %"


def label(cell):
    """The network with its zeros; for a really pruned one these are measured."""
    share = cell["zeros"]
    if share is None:
        share = f"{100 * cell['hewn']['zero_share']:.0f}" if cell["hewn"] else "?"
    return f"{cell['network']} {share} %"


def heading(report):
    machine = report["machine"]
    sets = {cell["hewn"]["instruction_set"] for cell in report["cells"].values() if cell["hewn"]}
    known = {}
    for cell in report["cells"].values():
        known.update(cell["versions"])
    versions = ", ".join(f"{name} {known[name]}" for name in ENGINES if name in known)
    return (
        f"{machine['processor']}, {machine['cores']} cores, {', '.join(sorted(sets)) or '?'},"
        f" {machine['system']}. {versions}. `{report['command']}`, {report['date']}."
    )


def rows(head, body):
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def matrix(cells, ratios):
    """Geometric means by zeros (rows) and by batch and threads (columns)."""
    columns = [*places(cells), None]
    kinds = list(dict.fromkeys(kind(cell) for cell in cells.values()))
    body = []
    for row in [*kinds, None]:
        line = [f"**{row or 'all'}**"]
        for column in columns:
            found = [
                ratio
                for name, ratio in ratios.items()
                if row in (None, kind(cells[name])) and column in (None, at(cells[name]))
            ]
            line.append(mean_and_wins(found))
        body.append(line)
    titles = ["all" if place is None else f"b{place[0]} t{place[1]}" for place in columns]
    return rows(["zeros", *titles], body)


def mean_and_wins(ratios):
    if not ratios:
        return ""
    wins = sum(outcome(ratio) == "win" for ratio in ratios)
    return f"{geometric_mean(ratios):.2f} × ({wins}/{len(ratios)})"


def compared(cell, ratio):
    """A speed-up, marked where one of the two times is not clean."""
    doubtful = {"hewn", results.best_rival(cell)} & set(results.disturbed(cell))
    return f"{ratio:.2f} ×" + r" \*" * bool(doubtful)


def outcomes(cells):
    ratios = sorted(results.speedups(cells).items(), key=lambda item: item[1])
    paragraphs = []
    for title, word in (("Losses", "loss"), ("Ties", "tie"), ("Wins", "win")):
        named = [
            f"{label(cells[name])} b{cells[name]['batch']} t{cells[name]['threads']}"
            f" {compared(cells[name], ratio)} {results.best_rival(cells[name])}"
            for name, ratio in ratios
            if outcome(ratio) == word
        ]
        paragraphs.append(f"**{title} ({len(named)})**: {'; '.join(named) or 'none'}.")
    uncounted = [name for name in cells if name not in dict(ratios)]
    if uncounted:
        paragraphs.append(f"**Not counted ({len(uncounted)})**: {', '.join(uncounted)}.")
    return "\n\n".join(paragraphs)


def present(cells):
    """The engines that any cell tried, in their usual order."""
    found = {name for cell in cells.values() for name in [*cell["engines"], *cell["failed"]]}
    return [name for name in ENGINES if name in found]


def times(cells):
    engines = present(cells)
    body = []
    for cell in cells.values():
        line = [label(cell), *(time(cell, engine) for engine in engines)]
        ratio = results.speedup(cell)
        line.append(results.best_rival(cell) or "")
        line.append("" if ratio is None else f"**{compared(cell, ratio)}**")
        if cell["hewn"]:
            rate, share = results.share_of_peak(cell)
            size, flow = results.moved(cell)
            line += [f"{rate:.1f}", f"{100 * share:.0f} %", f"{size:.1f}", f"{flow:.1f}"]
        else:
            line += [""] * 4
        body.append(line)
    head = ["network, zeros", *engines, "best rival", "speed-up", "nz GFLOP/s", "of peak"]
    return rows([*head, "MB moved", "GB/s"], body)


def time(cell, engine):
    if engine in cell["failed"]:
        return "–"
    if engine not in cell["engines"]:
        return ""
    marks = "~" * (not is_right(cell, engine)) + r"\*" * (not is_clean(cell, engine))
    return f"{cell['engines'][engine]['ms']:.4g}{marks}"


def memory(cells):
    engines = present(cells)
    body = [
        [
            label(cell),
            f"{cell['hewn']['compile_peak_mb']:.0f}" if cell["hewn"] else "",
            *(
                f"{cell['engines'][engine]['peak_mb']:.0f}" if engine in cell["engines"] else ""
                for engine in engines
            ),
        ]
        for cell in cells.values()
    ]
    return rows(["network, zeros", "hewn compile", *engines], body)


def failures(cells):
    """What did not run, each reason once."""
    reasons = {}
    for name, cell in cells.items():
        for engine, reason in cell["failed"].items():
            reasons.setdefault((engine, reason), []).append(name)
    if not reasons:
        return []
    lines = [
        f"- {engine}: {reason} ({len(names)} cells: {', '.join(names[:4])}"
        f"{', …' if len(names) > 4 else ''})"
        for (engine, reason), names in sorted(reasons.items())
    ]
    return ["## What did not run", "\n".join(lines)]
