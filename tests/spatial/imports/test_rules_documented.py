"""The catalogue in data/rules lists the rules that readers and importers use, and no other; docs follow it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.rules import SEVERITIES, rules
from services.portal.management.commands.handbook import pages

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [
    *(ROOT / "data/readers").rglob("*.py"),
    *(ROOT / "data/bank").glob("*.py"),
    ROOT / "data/geometry.py",
    ROOT / "data/shares.py",
    *(ROOT / "spatial/imports").glob("*.py"),
    *(path for folder in ("spatial", "planning", "services") for path in (ROOT / folder).rglob("importers.py")),
    ROOT / "spatial/addresses/publishing.py",
    ROOT / "spatial/cadastre/topology.py",
    ROOT / "planning/sheets.py",
    *(ROOT / "services/tourism").glob("*.py"),
    ROOT / "services/payments/statements/importing.py",
    ROOT / "planning/topology.py",
    ROOT / "spatial/network/topology.py",
    ROOT / "spatial/remote/reasons.py",
    ROOT / "planning/checking.py",
    ROOT / "planning/georeferencing.py",
    ROOT / "planning/drafts/checks.py",
]
#: words with dashes that are no rules: kinds of plans, encodings, axis orders, outcomes, sources, options, folders
NO_RULES = {
    "general-plan", "legacy-study", "local-plan", "iso-8859-1", "iso-8859-2", "utf-8", "east-north", "north-east",
    "dry-run", "plan-sheet", "plan-sheets", "plan-scans", "as-adopted", "wrong-use", "utf-8-sig", "utf-16",
    "protected-areas", "national-park", "treatment-plant", "septic-tank", "registers-moved",
    "stale-decision", "land-use", "elixir-o",
}  # fmt: skip


def dashed_words(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", node.value):
            yield node.value


def test_every_rule_is_in_the_catalogue_and_every_rule_there_is_used():
    used = {word for path in SOURCES for word in dashed_words(path)} - NO_RULES

    assert set(rules()) == used


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.code)
def test_every_rule_has_severity_meaning_and_remedy_in_both_languages(rule):
    assert rule.severity
    assert set(rule.severity) <= set(SEVERITIES)
    assert all([rule.meaning["pl"], rule.meaning["en"], rule.remedy["pl"], rule.remedy["en"]])


@pytest.mark.parametrize("page", ["data-quality.md", "data-dictionary.md"])
def test_the_handbook_is_made_from_the_code(page):
    assert (ROOT / "docs" / page).read_text() == pages()[page], "run manage.py handbook"


def test_options_and_sources_are_described():
    from spatial.imports import registry

    text = (ROOT / "docs/importing.md").read_text()
    for source in registry.sources():
        assert f"| `{source.code}` |" in text
        for argument in source.arguments:
            assert f"--{argument.name}" in text
