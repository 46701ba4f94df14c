"""Wypis i wyrys in the catalogue; its form and pages are still its own."""

from services.cases.terms import MONTH
from services.catalogue.declaration import Card, EService, OwnPages, eservices
from services.extracts.services import SERVICE
from services.extracts.views import case_page, review_case
from services.identity.models import StaffRole
from spatial.ogc.text import Text

eservices.register(
    EService(
        code=SERVICE,
        order=10,
        card=Card(
            title=Text("Wypis i wyrys z planu miejscowego", "Extract from the local plan"),
            summary=Text(
                "Dokładny cytat z uchwały i fragment rysunku planu dla Twojej działki.",
                "The exact words of the resolution and the piece of the plan's drawing for your parcel.",
            ),
            cost=Text(
                "Opłata skarbowa zależy od liczby stron i części rysunku.",
                "Stamp duty depends on the number of pages and of parts of the drawing.",
            ),
            steps=(),
            legal_basis="art. 30 ustawy o planowaniu i zagospodarowaniu przestrzennym",
        ),
        role=StaffRole.Role.PLANNER,
        term=MONTH,
        pages=OwnPages(apply="extracts:apply", mine=case_page, review=review_case),
    )
)
