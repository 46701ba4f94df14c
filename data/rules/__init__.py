"""The catalogue of data-quality rules: one TOML file for each area, read by pages, reports and the documentation.

A reader or importer names a rule in its findings; what the rule means and how the defect is mended stands here, in
both languages, once.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SEVERITIES = ("file", "error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Rule:
    """severity: every severity the rule may have; which one, depends on the case and the message tells it."""

    code: str
    severity: tuple[str, ...]
    meaning: Mapping[str, str]  #: {"pl": ..., "en": ...}
    remedy: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Area:
    """Rules about one kind of thing, in the order of the documentation."""

    code: str
    order: int
    title: Mapping[str, str]
    rules: tuple[Rule, ...]
    note: str = ""  #: English, for the documentation


@cache
def areas() -> tuple[Area, ...]:
    found = [_area(path) for path in Path(__file__).parent.glob("*.toml")]
    return tuple(sorted(found, key=lambda area: (area.order, area.code)))


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its code. Raises ValueError when two areas claim one."""
    found: dict[str, Rule] = {}
    for area in areas():
        for rule in area.rules:
            if rule.code in found:
                raise ValueError(f"Rule {rule.code} stands in two areas.")
            found[rule.code] = rule
    return found


def _area(path: Path) -> Area:
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    listed = tuple(
        Rule(code, tuple(rule["severity"]), rule["meaning"], rule["remedy"]) for code, rule in said["rules"].items()
    )
    return Area(path.stem, said["order"], said["title"], listed, said.get("note", ""))
