"""Wypis i wyrys z planu miejscowego: art. 30 of the act on planning."""

from datetime import date

from django.utils.translation import gettext as _

from services.cases.terms import MONTH
from services.catalogue.declaration import Bench, Card, EService, Faults, Letters, Papers, eservices
from services.extracts import bench, papers
from services.extracts.wanted import SERVICE, named_land
from services.forms.definition import Form, Step
from services.forms.questions import Choice, Day, Line, Option, Parcels
from services.forms.reading import Answers
from services.identity.models import StaffRole
from spatial.ogc.text import Text

FORM = Form(
    version="1",
    steps=(
        Step(
            "dzialki",
            Text("Której działki dotyczy?", "Which parcel is it about?"),
            (
                Parcels(
                    name="parcels",
                    label=Text("Działki", "Parcels"),
                    hint=Text(
                        "Pełne identyfikatory, każdy w osobnym wierszu, na przykład 120610_5.0007.123/4.",
                        "Full identifiers, each on its own line, for example 120610_5.0007.123/4.",
                    ),
                ),
                Choice(
                    name="scope",
                    label=Text("Co ma zawierać dokument?", "What should the document hold?"),
                    options=(
                        Option("both", Text("wypis i wyrys", "text and drawing")),
                        Option("text", Text("tylko wypis (tekst)", "text only")),
                        Option("drawing", Text("tylko wyrys (rysunek)", "drawing only")),
                    ),
                    initial="both",
                ),
                Day(
                    name="as_of",
                    label=Text("Stan prawny na dzień", "The law as on"),
                    hint=Text(
                        "Zwykle dzisiaj. Wcześniejszy dzień wybierz, gdy potrzebujesz planu, który obowiązywał wtedy.",
                        "Usually today. Choose an earlier day when you need the plan that was in force then.",
                    ),
                    first=date(1990, 1, 1),
                    prefill="today",
                ),
                Line(
                    name="purpose",
                    label=Text("Do czego potrzebujesz dokumentu?", "What do you need the document for?"),
                    hint=Text(
                        "Na przykład: sprzedaż działki, kredyt, pozwolenie na budowę.",
                        "For example: sale of the parcel, a loan, a building permit.",
                    ),
                    is_required=False,
                ),
            ),
        ),
    ),
)


def check(answers: Answers, today: date) -> Faults:
    day = answers["as_of"]
    if isinstance(day, date) and day > today:
        return {
            "as_of": _("Wybierz dzień dzisiejszy albo wcześniejszy: nie wiemy, jaki plan będzie obowiązywał później.")
        }
    return {}


def land_day(answers: Answers, today: date) -> date:
    day = answers["as_of"]
    return day if isinstance(day, date) else today


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
                "Opłata skarbowa zależy od liczby stron i części rysunku. Policzymy ją, gdy dokument będzie gotowy, "
                "i pokażemy każdą pozycję.",
                "Stamp duty depends on the number of pages and of parts of the drawing. We work it out when the "
                "document is ready and show every item.",
            ),
            steps=(
                Text("Dostaniesz znak sprawy i poświadczenie odbioru.", "You get a case number and a receipt."),
                Text("Planista sprawdzi działkę i plan.", "The planner checks the parcel and the plan."),
                Text(
                    "Pobierzesz PDF z kodem, którym każdy sprawdzi, że wydał go urząd.",
                    "You download the PDF, with a code that lets anybody check it.",
                ),
            ),
            legal_basis="art. 30 ustawy o planowaniu i zagospodarowaniu przestrzennym",
        ),
        role=StaffRole.Role.PLANNER,
        term=MONTH,
        form=FORM,
        letters=Letters(
            answer="Wypis i wyrys z planu miejscowego",
            refusal="Odmowa wydania wypisu i wyrysu",
            papers=Papers(make=papers.make, preview=papers.preview, are_charged=True),
            waits_for_payment=True,
        ),
        case_title=lambda answers: f"Wypis i wyrys z planu: {named_land(answers)}",
        check=check,
        land_day=land_day,
        bench=Bench(template="extracts/bench.html", context=bench.context, steps={"fragmenty": bench.confirm_slivers}),
    )
)
