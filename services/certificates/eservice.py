"""Zaświadczenie o przeznaczeniu działki w miejscowym planie: KPA art. 217 § 2 pkt 2, 218."""

from datetime import date

from planning.extracts.analysis import analyse, find_parcels
from planning.extracts.shares import Share
from services.cases.terms import CERTIFICATE
from services.catalogue.declaration import Card, EService, Letters, eservices
from services.catalogue.models import Filing
from services.fees.charges import Charge
from services.forms.definition import Form, Step
from services.forms.questions import Choice, Line, Option, Parcels
from services.forms.reading import Answers
from services.identity.models import StaffRole
from spatial.ogc.text import Text
from spatial.words import polish_date, polish_number

#: outside the stamp duty: art. 2 of its act
EXEMPTIONS = {"housing": "sprawa budownictwa mieszkaniowego (art. 2 ustawy o opłacie skarbowej)"}
FORM = Form(
    version="2",
    steps=(
        Step(
            "dzialki",
            Text("Której działki dotyczy?", "Which parcel is it about?"),
            (
                Parcels(
                    name="parcels",
                    label=Text("Działki", "Parcels"),
                    hint=Text(
                        "Pełne identyfikatory, na przykład 120610_5.0007.123/4.",
                        "Full identifiers, for example 120610_5.0007.123/4.",
                    ),
                ),
                Choice(
                    name="purpose",
                    label=Text("Do czego potrzebujesz zaświadczenia?", "What do you need the certificate for?"),
                    options=(
                        Option("notary", Text("do notariusza", "for a notary")),
                        Option("bank", Text("do banku", "for a bank")),
                        Option("subsidy", Text("do dopłat lub dotacji", "for subsidies")),
                        Option("other", Text("w innym celu", "for something else")),
                    ),
                ),
                Choice(
                    name="exemption",
                    label=Text("Czy ta sprawa jest wolna od opłaty skarbowej?", "Is this free of stamp duty?"),
                    options=(
                        Option("none", Text("nie, zapłacę opłatę", "no, I will pay it")),
                        Option("housing", Text("tak, dotyczy budownictwa mieszkaniowego", "yes, it is about housing")),
                    ),
                    initial="none",
                    is_required=False,
                ),
                Line(name="note", label=Text("Uwagi", "Remarks"), is_required=False),
            ),
        ),
    ),
)


def title(answers: Answers) -> str:
    named = answers["parcels"]
    assert isinstance(named, list)
    return f"Zaświadczenie o przeznaczeniu w planie: {', '.join(map(str, named))}"


def fees(answers: Answers, _day: date) -> tuple[Charge, ...]:
    return (Charge("zaswiadczenie", exemption=EXEMPTIONS.get(str(answers.get("exemption")), "")),)


def draft(filing: Filing, on: date) -> str:
    """A paragraph for each parcel: zones of the plan in force on the day, with areas; or that no plan is in force."""
    parcels, _missing = find_parcels(filing.newest.answers["parcels"], as_of=on)
    analysis = analyse(parcels=parcels, as_of=on)
    told = [f"Zaświadcza się, że według stanu na dzień {polish_date(on)}:"]
    for answer in analysis.answers:
        parcel = answer.parcel
        rows = [row for row in answer.shares if row.plan]
        name = f"działka nr {parcel.number} w obrębie {parcel.district.name} ({parcel.identifier})"
        if not rows:
            told.append(f"{name} nie jest objęta obowiązującym miejscowym planem zagospodarowania przestrzennego.")
            continue
        told.append(f"{name} jest przeznaczona: {'; '.join(map(row_told, rows))}.")
        if outside := [row for row in answer.shares if not row.plan]:
            area = sum(row.area_m2 for row in outside)
            told.append(f"Część działki nr {parcel.number} o powierzchni {polish_number(area)} m² leży poza planem.")
    return "\n\n".join(told)


def row_told(row: Share) -> str:
    assert row.plan is not None
    share = f"{polish_number(row.area_m2)} m² ({polish_number(row.percent.quantize(row.percent.__class__('0.1')))}%)"
    if row.zone is None:
        return f"{share} bez oznaczenia na rysunku planu „{row.plan.title}”"
    return f"{share} pod symbolem {row.symbol} w planie „{row.plan.title}”"


eservices.register(
    EService(
        code="zaswiadczenie-o-przeznaczeniu",
        order=30,
        card=Card(
            title=Text("Zaświadczenie o przeznaczeniu działki w planie", "Certificate of a parcel's land use"),
            summary=Text(
                "Potwierdzenie, na co plan miejscowy przeznacza działkę, na przykład dla notariusza albo banku.",
                "A confirmation of what the local plan provides for a parcel, for a notary or a bank.",
            ),
            cost=Text(
                "Opłatę skarbową zapłacisz w internecie, przelewem albo w kasie. Sprawy mieszkaniowe są od niej wolne.",
                "Stamp duty is paid online, by transfer or in cash. Housing matters are free of it.",
            ),
            steps=(
                Text("Dostaniesz znak sprawy i poświadczenie odbioru.", "You get a case number and a receipt."),
                Text("Planista sprawdzi działkę i plan.", "The planner checks the parcel and the plan."),
                Text(
                    "Pobierzesz zaświadczenie z kodem, którym każdy sprawdzi, że wydał je urząd.",
                    "You download the certificate, with a code that lets anybody check it.",
                ),
            ),
            legal_basis="art. 217 § 2 pkt 2 i art. 218 Kodeksu postępowania administracyjnego",
        ),
        role=StaffRole.Role.PLANNER,
        term=CERTIFICATE,
        form=FORM,
        letters=Letters(
            answer="Zaświadczenie",
            refusal="Postanowienie o odmowie wydania zaświadczenia",
            draft=draft,
            waits_for_payment=True,
        ),
        case_title=title,
        rates=("zaswiadczenie",),
        fees=fees,
    )
)
