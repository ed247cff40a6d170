"""What the documents say of the sources: paths, links, code and names."""

import re

import pytest

from hewn import ROOT

DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("Docs/*.md"), ROOT / "Examples/README.md",
     ROOT / "Benchmarks/README.md", ROOT / "Fuzz/README.md"]
)  # fmt: skip
GUIDES = sorted([*ROOT.glob("Docs/adding-*.md"), ROOT / "Docs/gpu.md"])

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
PATH = re.compile(
    r"(?<![\w/])(?:Sources|Tests|Docs|Scripts|Examples|Benchmarks|Python|\.ci)/[\w./+-]*\w"
    r"|Package\.swift"
)
# The name of a function or type, as `emit(_:movingToInput:required:)` or `.noMatch`.
NAME = re.compile(r"\.?([A-Za-z_]\w*(?:\.\w+)*)(?:\((?:[\w:]*|[\w, :]*)\))?")
# What stands in backticks and is no name of the sources.
OTHER_WORDS = {"hewn", "float32"}


def by_name(path):
    return path.relative_to(ROOT).as_posix()


def prose(text):
    return FENCE.sub("", text)


@pytest.fixture(scope="module")
def words():
    """Every identifier of the sources and tests."""
    files = [ROOT / "Package.swift"]
    for folder in ("Sources", "Tests", "Benchmarks"):
        files += [*(ROOT / folder).rglob("*.swift"), *(ROOT / folder).rglob("*.py")]
    found = set()
    for file in files:
        if file.resolve() != (ROOT / "Tests/Python/test_documents.py"):
            found.update(re.findall(r"[A-Za-z_]\w*", file.read_text()))
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_links_lead_somewhere(document):
    targets = LINK.findall(prose(document.read_text()))
    local = [target for target in targets if not re.match(r"\w+:", target)]
    assert not [target for target in local if not (document.parent / target).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_paths_exist(document):
    paths = {path for code in CODE.findall(document.read_text()) for path in PATH.findall(code)}
    assert not [path for path in sorted(paths) if not (ROOT / path).exists()]


@pytest.mark.parametrize("guide", GUIDES, ids=by_name)
def test_code_is_that_of_the_sources(guide):
    """Each block stands in the file that was named last before it, but for the indentation."""
    text = guide.read_text()
    compared = 0
    for fence in FENCE.finditer(text):
        if fence[1] not in ("swift", "ptx", "txt"):
            continue
        named = re.findall(rf"`([^`\n]+\.{fence[1]})`", prose(text[: fence.start()]))
        assert named, f"no file is named before:\n{fence[2]}"
        lines = [line.strip() for line in (ROOT / named[-1]).read_text().splitlines()]
        block = [line.strip() for line in fence[2].splitlines()]
        places = range(len(lines) - len(block) + 1)
        assert any(lines[i : i + len(block)] == block for i in places), (
            f"{named[-1]} does not hold:\n{fence[2]}"
        )
        compared += 1
    assert compared > 2


@pytest.mark.parametrize("guide", GUIDES, ids=by_name)
def test_names_exist(guide, words):
    missing = []
    for code in CODE.findall(prose(guide.read_text())):
        name = NAME.fullmatch(code)
        if PATH.fullmatch(code) or name is None or name[1] in OTHER_WORDS:
            continue
        parts = re.findall(r"[A-Za-z_]\w*", code)
        missing += [f"{part} in `{code}`" for part in parts if part not in words]
    assert not missing
