"""The manual pages that are made from the tool's help."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from hewn import HEWN, ROOT, hewn

TITLES = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES"]
# Programs that read manual pages, and how they are asked for warnings alone.
READERS = {
    "groff": ["groff", "-man", "-Tutf8", "-ww", "-z"],
    "mandoc": ["mandoc", "-T", "lint", "-W", "warning"],
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Paths of the pages by name."""
    folder = tmp_path_factory.mktemp("man")
    subprocess.run([sys.executable, ROOT / "Scripts/man", folder, HEWN], check=True)
    return {path.stem: path for path in folder.iterdir()}


@pytest.fixture(scope="module")
def commands():
    """The tool and its commands, as the tool describes them, by the name of their page."""
    root = json.loads(hewn("--experimental-dump-help").stdout)["command"]
    below = [each for each in root["subcommands"] if each["commandName"] != "help"]
    return {"hewn": root, **{f"hewn-{each['commandName']}": each for each in below}}


def plain(page):
    """The text of a page without what troff adds."""
    text = re.sub(r"\\f[BIR]", "", page.read_text())
    return text.replace("\\-", "-").replace("\\(aq", "'")


def test_every_command_has_a_page(pages, commands):
    assert set(pages) == set(commands)
    for name in commands:
        assert f"{name}(1)" in plain(pages["hewn" if name != "hewn" else "hewn-run"])


def test_pages_hold_what_the_help_says(pages, commands):
    for name, command in commands.items():
        text = plain(pages[name])
        titles = re.findall(r"^\.SH (.*)", text, re.MULTILINE)
        assert [title for title in titles if title in TITLES] == TITLES, name
        assert f"\n{name.replace('-', ' ')} " in text.split(".SH EXAMPLES")[1], name
        for argument in command["arguments"]:
            assert argument["abstract"] in text, f"{name}: {argument['valueName']}"
            for option in argument.get("names", []):
                dashes = "-" if option["kind"] == "short" else "--"
                assert re.search(rf"(^|, ){dashes}{option['name']}\b", text, re.MULTILINE), (
                    f"{name}: {option['name']}"
                )


def test_the_date_can_be_set(tmp_path):
    command = [sys.executable, ROOT / "Scripts/man", tmp_path, HEWN]
    subprocess.run(command, check=True, env={"SOURCE_DATE_EPOCH": "86400"})
    assert '"1970-01-02"' in (tmp_path / "hewn.1").read_text()


@pytest.mark.parametrize("reader", READERS)
def test_readers_accept_them(pages, reader):
    if shutil.which(reader) is None:
        pytest.skip(f"{reader} is not installed")
    for name, page in pages.items():
        done = subprocess.run([*READERS[reader], page], capture_output=True, text=True)
        assert (done.returncode, done.stdout + done.stderr) == (0, ""), name
