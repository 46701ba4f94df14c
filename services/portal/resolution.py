"""The text of a plan's resolution as a tree, and the drawings it came with."""

from datetime import date
from typing import Any

from planning.extracts.quoting import quote
from planning.models import LocalPlan, PlanSheet, Provision


def state_on(plan: LocalPlan, on: date) -> str:
    """``pending``, ``in-force`` or ``ended``; the last day of a plan is the one before ``in_force_to``."""
    if plan.in_force_to and plan.in_force_to <= on:
        return "ended"
    return "in-force" if plan.in_force_from and plan.in_force_from <= on else "pending"


def provisions_of(plan: LocalPlan, *, as_of: date) -> list[dict[str, Any]]:
    """Units under their parents, in the order of the resolution; one query."""
    units: dict[int | None, dict[str, Any]] = {None: {"units": []}}
    for row in plan.provisions.order_by("position"):
        units[row.pk] = unit_json(row, as_of=as_of)
        units[row.parent_id]["units"].append(units[row.pk])
    roots: list[dict[str, Any]] = units[None]["units"]
    return roots


def unit_json(provision: Provision, *, as_of: date) -> dict[str, Any]:
    """A unit that a ruling struck out keeps its number; ``note`` says why it has no text."""
    words = quote(provision, as_of=as_of)
    return {
        "kind": provision.kind,
        "label": words.label,
        "heading": words.heading,
        "text": words.text,
        "note": words.note,
        "units": [],
    }


def sheets_of(plan: LocalPlan) -> list[dict[str, Any]]:
    rows = sorted(plan.sheets.all(), key=lambda sheet: (len(sheet.number), sheet.number))
    return [sheet_json(sheet) for sheet in rows]


def sheet_json(sheet: PlanSheet) -> dict[str, Any]:
    """``sha256`` lets anybody compare a copy of the drawing with the one that is printed from."""
    return {"number": sheet.number, "scale": sheet.scale, "rmse_m": sheet.rmse_m, "sha256": sheet.sha256}
