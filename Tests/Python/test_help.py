"""What the documents say of the tool, against the tool's own help."""

import json
import re

import pytest

from hewn import ROOT, hewn

OPTION = re.compile(r"(?<![\w-])-{1,2}[a-z][\w-]*")
# What a synopsis stands for by a placeholder, and where that is described.
PLACEHOLDERS = {
    "[common options]": ["Common options"],
    "[output options]": [],
    "[input options]": ["Inputs", "Images"],
    "[image options]": ["Images"],
}
OUTPUT_OPTIONS = {"--json", "--color", "-q", "--quiet"}


@pytest.fixture(scope="module")
def commands():
    """Every command with the names of its options, but for those that all have."""
    root = json.loads(hewn("--experimental-dump-help").stdout)["command"]
    return {
        command["commandName"]: {
            ("-" if name["kind"] == "short" else "--") + name["name"]
            for argument in command["arguments"]
            for name in argument.get("names", [])
        }
        - {"-h", "--help", "--version"}
        for command in root["subcommands"]
        if command["commandName"] != "help"
    }


@pytest.fixture(scope="module")
def sections():
    """The sections of cli.md by their titles."""
    text = (ROOT / "Docs/cli.md").read_text()
    titles = re.split(r"^##+ (.*)\n", text, flags=re.MULTILINE)
    return dict(zip(titles[1::2], titles[2::2]))


def rows(section):
    """The first and the second cell of each row of the section's tables, titles included."""
    return re.findall(r"^\| (.*?) \| (.*?) \|", section.replace("\\|", "/"), re.MULTILINE)


def options(section):
    """The options that have a row."""
    return {option for cell, _ in rows(section) for option in OPTION.findall(cell)}


def test_every_option_is_described(commands, sections):
    assert {f"hewn {name}" for name in commands} <= set(sections)
    for name, taken in commands.items():
        section = sections[f"hewn {name}"]
        synopsis = re.search(rf"^    hewn {name} .*\[.*", section, re.MULTILINE)[0]
        described = options(section) | OUTPUT_OPTIONS
        for placeholder, titles in PLACEHOLDERS.items():
            if placeholder in synopsis:
                for title in titles:
                    described |= options(sections[title])
        assert described == taken, name
        assert set(OPTION.findall(synopsis)) <= taken, name


def test_common_options_end_with_those_of_every_command(sections):
    assert OUTPUT_OPTIONS <= options(sections["Common options"])


def test_exit_statuses(sections):
    told = rows(sections["Exit status"])[1:]
    help_text = hewn("help").stdout.split("EXIT STATUS\n")[1].split("\n\n")[0]
    assert told == [tuple(line.split(maxsplit=1)) for line in help_text.splitlines()]


def test_presets(sections):
    told = [cell.strip("`") for cell, _ in rows(sections["Images"])]
    help_text = hewn("help", "run").stdout.split("PRESETS\n")[1].split("\n\n")[0]
    presets = [line.split()[0] for line in help_text.splitlines()]
    assert told[told.index("preset") + 1 :][: len(presets)] == presets


def test_the_readme_shows_every_command(commands):
    readme = (ROOT / "README.md").read_text()
    assert not [name for name in commands if f"hewn {name} " not in readme]


def test_modules_are_those_of_the_package():
    """ARCHITECTURE.md names each module; libraries of the system are none."""
    table = (ROOT / "ARCHITECTURE.md").read_text().split("| module |")[1].split("\n\n")[0]
    named = re.findall(r"^\| `(\w+)(\*?)` ", table, re.MULTILINE)
    folders = {path.name for path in (ROOT / "Sources").iterdir()}
    system = {path.parent.name for path in (ROOT / "Sources").glob("*/module.modulemap")}
    missing = {
        folder
        for folder in folders - system
        if not any(folder.startswith(name) if star else folder == name for name, star in named)
    }
    assert not missing
    assert not [name for name, star in named if not star and name not in folders]


def test_every_script_is_named():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    scripts = sorted(path.name for path in (ROOT / "Scripts").iterdir())
    assert not [name for name in scripts if not re.search(rf"Scripts/{name}[` ]", text)]
    text = (ROOT / "Benchmarks/README.md").read_text()
    benchmarks = {path.name for path in (ROOT / "Benchmarks").glob("*.py")} - {"common.py"}
    benchmarks.add("cpu/run")
    assert not [name for name in sorted(benchmarks) if f"`{name}`" not in text]
