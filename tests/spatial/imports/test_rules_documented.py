"""docs/data-quality.md lists every rule that readers and importers use, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [
    *(ROOT / "data/readers").rglob("*.py"),
    ROOT / "data/geometry.py",
    *(ROOT / "spatial/imports").glob("*.py"),
    ROOT / "spatial/cadastre/importers.py",
    ROOT / "planning/importers.py",
    ROOT / "planning/sheets.py",
    ROOT / "planning/topology.py",
]
#: words with dashes that are no rules: kinds of plans, encodings, axis orders, outcomes, sources, options, folders
NO_RULES = {
    "general-plan", "legacy-study", "local-plan", "iso-8859-1", "iso-8859-2", "utf-8", "east-north", "north-east",
    "dry-run", "plan-sheet", "plan-sheets", "as-adopted", "wrong-use",
}  # fmt: skip


def dashed_words(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", node.value):
            yield node.value


def documented() -> list[tuple[str, ...]]:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table(), re.MULTILINE)
    return [tuple(cell.strip() for cell in row) for row in rows]


def table() -> str:
    return (ROOT / "docs/data-quality.md").read_text()


def test_every_rule_is_documented_and_every_documented_rule_is_used():
    used = {word for path in SOURCES for word in dashed_words(path)} - NO_RULES

    assert {rule for rule, *_ in documented()} == used


def test_every_rule_stands_once_with_severity_meaning_and_remedy():
    rules = [rule for rule, *_ in documented()]
    severities = {part.strip() for _, severity, *_ in documented() for part in severity.split(",")}

    assert len(rules) == len(set(rules)) == table().count("\n| `")
    assert severities == {"file", "error", "warning", "info"}
    assert all(all(cells) for cells in documented())


def test_options_and_sources_are_described():
    from spatial.imports import registry

    text = (ROOT / "docs/importing.md").read_text()
    for source in registry.sources():
        assert f"| `{source.code}` |" in text
        for argument in source.arguments:
            assert f"--{argument.name}" in text
