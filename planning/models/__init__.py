"""Local plans (MPZP) with their acts, drawings, zones, provisions and what they do to each other.

Two times, both kept: legal time (``in_force_from``, ``in_force_to``, exclusive) says when a plan binds; record
time (``recorded_at``, ``superseded_at``) says since when and until when this text was what we knew. A corrected
plan is a new record; documents keep pointing at the one they quoted.
"""

from planning.models.drafts import PlanDraft
from planning.models.general import AccessStandard, GeneralPlanZone, Regulation
from planning.models.plans import (
    LocalPlan,
    LocalPlanQuerySet,
    PlanAct,
    PlanDrawing,
    PlanRelation,
    PlanSheet,
)
from planning.models.zones import PlanOverlay, PlanZone, Provision

__all__ = [
    "AccessStandard",
    "GeneralPlanZone",
    "LocalPlan",
    "LocalPlanQuerySet",
    "PlanAct",
    "PlanDraft",
    "PlanDrawing",
    "PlanOverlay",
    "PlanRelation",
    "PlanSheet",
    "PlanZone",
    "Provision",
    "Regulation",
]
