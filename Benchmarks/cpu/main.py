"""The command: installs the rivals, measures the cells that are missing, writes the table."""

import argparse
import os
import pathlib
import sys

from common import HEWN, ROOT

from . import environments
from .environments import REFERENCE, RIVALS

DESCRIPTION = """Measures Hewn and its rivals on CPUs.

Installs the rivals into environments of their own, makes the networks, and gives all engines turns
on the same inputs. Writes Benchmarks/results/NAME.json and the table NAME.md beside it.
"""
EXAMPLES = """examples:
  Benchmarks/cpu/run --resume
  Benchmarks/cpu/run --resume --networks resnet50 --zeros 90 --batches 1 --threads 2
  Benchmarks/cpu/run --layers --networks resnet50 --zeros 90 --batches 1 --threads 2
"""


def parse():
    parser = argparse.ArgumentParser(
        description=DESCRIPTION, epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--networks", nargs="+", help="of networks.py, models of $HEWN_DATA, paths")
    parser.add_argument("--zeros", type=int, nargs="+", default=[0, 80, 90, 95], help="per cent")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument(
        "--engines", nargs="+", choices=["hewn", "hewn-dense", *RIVALS], default=["hewn", *RIVALS]
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each turn")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds after each turn")
    parser.add_argument("--repeats", type=int, default=3, help="of a turn that others disturb")
    parser.add_argument(
        "--budget", type=float, default=20, help="seconds of a cell's rounds, three at least"
    )
    parser.add_argument("--resume", action="store_true", help="leave out cells that are there")
    parser.add_argument(
        "--mend", action="store_true", help="the same, but not cells that others disturbed"
    )
    parser.add_argument("--layers", action="store_true", help="show Hewn's layers instead")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / ".build/benchmarks",
                        help="where networks/ and rivals/ are, or go")  # fmt: skip
    parser.add_argument("--name", default="cpu", help="of the result files")
    return parser.parse_args()


def main():
    options = parse()
    rivals = options.folder.resolve() / "rivals"
    wanted = [engine for engine in options.engines if engine in RIVALS and not options.layers]
    pythons, versions, missing = environments.install(dict.fromkeys([REFERENCE, *wanted]), rivals)
    for engine, reason in missing.items():
        print(f"{engine} CANNOT BE INSTALLED: {reason}", file=sys.stderr, flush=True)
    if not pathlib.Path(HEWN).is_file():
        sys.exit(f"{HEWN} is not there: run swift build -c release, or set HEWN_BIN")
    if REFERENCE in missing:
        sys.exit(f"nothing can be measured without {REFERENCE}")
    if pathlib.Path(sys.prefix).resolve() != rivals / RIVALS[REFERENCE]:
        # The reference's environment has what the rest imports.
        os.execv(pythons[REFERENCE], [str(pythons[REFERENCE]), *sys.argv])

    from . import session

    if options.layers:
        session.show_layers(options)
    else:
        engines = {name: versions[name] for name in options.engines if name in versions}
        session.run(options, engines, pythons, missing)
