"""Findings of an upload or a delivery as people read them: by rule with its remedy, one by one, and as files."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db.models import Count, QuerySet

from data.records import Problem
from data.rules import Rule, rules
from data.writers.cells import harmless
from spatial.imports.models import Finding
from spatial.imports.report import Report, finding_as_json

_ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule was broken, and what the catalogue says of it."""

    code: str
    severity: str
    number: int
    meaning: str
    remedy: str


def by_rule(findings: QuerySet[Finding], *, language: str) -> list[RuleCount]:
    """Errors first; then the most frequent."""
    rows = findings.values_list("rule", "severity").annotate(number=Count("pk"))
    counted = [_count(rule, severity, number, language) for rule, severity, number in rows]
    return sorted(counted, key=lambda row: (_ORDER[row.severity], -row.number, row.code))


def _count(code: str, severity: str, number: int, language: str) -> RuleCount:
    known: Rule | None = rules().get(code)
    spoken = "en" if language == "en" else "pl"
    return RuleCount(
        code, severity, number, known.meaning[spoken] if known else code, known.remedy[spoken] if known else ""
    )


def problems(findings: QuerySet[Finding]) -> Iterator[Problem]:
    for row in findings.order_by("pk").iterator():
        place = (row.geom.x, row.geom.y) if row.geom else None
        severity = row.severity
        yield Problem(row.rule, severity, row.object, row.message, place)  # type: ignore[arg-type]  # one of the choices


def as_csv(findings: QuerySet[Finding]) -> bytes:
    """Semicolons and a byte-order mark, as the office's spreadsheet wants them; no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["rule", "severity", "object", "message", "east_2178", "north_2178"])
    for problem in problems(findings):
        east, north = (f"{side:.2f}" for side in problem.point) if problem.point else ("", "")
        said = [problem.rule, problem.severity, problem.object, problem.message]
        writer.writerow([*(harmless(cell) for cell in said), east, north])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_json(findings: QuerySet[Finding], said: dict[str, object]) -> bytes:
    """The report object of ``manage.py import --json``."""
    listed = [finding_as_json(problem) for problem in problems(findings)]
    kept = {name: value for name, value in said.items() if name != "mark"}
    return json.dumps(kept | {"findings": listed}, ensure_ascii=False, indent=1).encode()


def as_geopackage(findings: QuerySet[Finding]) -> bytes:
    """One layer in EPSG:2178 for a desktop GIS."""
    report = Report("", "", "", "dry-run", findings=tuple(problems(findings)))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "findings.gpkg"
        report.write_geopackage(path)
        return path.read_bytes()
