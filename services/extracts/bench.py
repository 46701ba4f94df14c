"""What the planner sees and does besides the ordinary steps: findings, zones, slivers."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import QueryDict

from planning.extracts.findings import SLIVER, Severity
from services.cases.models import Case, CaseProperty
from services.cases.services import lock_open, record
from services.catalogue.models import Filing
from services.extracts.papers import obstacle
from services.extracts.wanted import SLIVERS, Wanted, analysis_of
from services.identity.models import User


def context(filing: Filing, _today: date) -> Mapping[str, Any]:
    """What stands in ``extracts/bench.html``."""
    wanted = Wanted.of(filing)
    analysis = analysis_of(wanted)
    offered = analysis_of(wanted, confirmed=()).findings
    return {
        "analysis": analysis,
        "blocking": [one for one in analysis.findings if one.severity is Severity.BLOCKING],
        "warnings": [one for one in analysis.findings if one.severity is Severity.WARNING and one.rule is not SLIVER],
        "remarks": [one for one in analysis.findings if one.severity is Severity.INFO],
        "slivers": [(one, one.key in wanted.confirmed) for one in offered if one.rule is SLIVER],
        "previews": [family.base.title for family in analysis.families],
        "obstacle": obstacle(analysis),
    }


def confirm_slivers(case: Case, posted: QueryDict, planner: User, at: datetime) -> None:
    """The step "fragmenty"."""
    confirm(case, keys=posted.getlist("fragment"), planner=planner, at=at)


@transaction.atomic
def confirm(case: Case, *, keys: Collection[str], planner: User, at: datetime) -> None:
    """Only slivers that the analysis shows can be confirmed. Raises Conflict when the case is closed."""
    case = lock_open(case)
    wanted = Wanted.of(Filing.objects.get(case=case))
    offered = {one.key for one in analysis_of(wanted, confirmed=()).findings if one.rule is SLIVER}
    chosen = sorted(offered & set(keys))
    CaseProperty.objects.update_or_create(case=case, name=SLIVERS, defaults={"value": chosen})
    text = f"Zaznaczono do druku fragmenty przy liniach: {len(chosen)}."
    record(case, kind="slivers", text=text, actor=planner, at=at, is_public=False)
