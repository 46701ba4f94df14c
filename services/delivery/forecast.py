"""When a letter under way will count as delivered, as far as it can be said; never a day of delivery itself."""

from datetime import date

from django.utils import timezone

from services.cases.terms import moved
from services.correspondence.models import Correspondence
from services.delivery.account import deemed_on
from services.delivery.course import State
from services.delivery.models import DeliveryRule, Shipment


def latest_on(shipment: Shipment) -> date | None:
    """The day at the latest; None where nothing is known yet or the letter has arrived.

    An ADE: days from the inflow (D.1), past Saturdays and holidays (rule R13 of COI; UDE art. 42 counts a day more).
    """
    if shipment.state != State.WAITING:
        return None
    if shipment.channel == Correspondence.Channel.PORTAL:
        return deemed_on(shipment)
    inflow = shipment.evidence.filter(code="D.1").order_by("at").first()
    if inflow is None:
        return None
    day = timezone.localdate(inflow.at)
    days = DeliveryRule.objects.days(DeliveryRule.Code.ADE_DEEMED, shipment.letter.municipality_id, day)
    return moved(day + days) if days else None
