"""docs/data-quality.md, made from the catalogue of rules."""

from data.rules import Area, areas

INTRODUCTION = """\
# Data-quality rules

Every import ends with a report. A line of it (a *finding*) has a rule, a severity, the object it names, a message in
Polish for the person who sent the file, and a place where the defect has one. Findings of deliveries are kept with
them and shown in the back office; `--report OUT.gpkg` writes all of them, with their places, for a desktop GIS.

| severity | effect |
|---|---|
| file | the file cannot be used at all; nothing is read from it (exit 2) |
| error | refuses the object it names, and the file with it unless `--skip-refused` is given; an error that names no \
object always refuses the file (exit 1) |
| warning | published as it came, or with the repair that the message describes; a person should look |
| info | what was left out or assumed, for the record |

A rule with several severities depends on the case, which the message tells. This page is made from `data/rules/*.toml`
by `manage.py handbook`; a test compares it with the rules that readers and importers use.
"""


def data_quality() -> str:
    return "\n".join([INTRODUCTION, *(_section(area) for area in areas())])


def _section(area: Area) -> str:
    rows = [
        f"| `{rule.code}` | {', '.join(rule.severity)} | {rule.meaning['en']} | {rule.remedy['en']} |"
        for rule in area.rules
    ]
    head = ["", "| rule | severity | meaning | remedy |", "|---|---|---|---|"]
    note = ["", area.note] if area.note else []
    return "\n".join([f"## {area.title['en']}", *head, *rows, *note, ""])
