"""Opłata skarbowa: act of 16 November 2006. The duty arises at filing (art. 6); housing is outside of it (art. 2)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from services.cases.terms import CERTIFICATE
from services.catalogue.declaration import Card, EService, Faults, Letters, eservices
from services.catalogue.models import Filing
from services.fees.charges import Charge
from services.fees.models import Due
from services.forms.definition import Form, Step
from services.forms.questions import Choice, Line, Number, OfficeChoice, Option, When
from services.forms.reading import Answers
from services.identity.models import StaffRole
from spatial.ogc.text import Text
from spatial.words import polish_date

MANDATE = "pelnomocnictwo"
#: what one may pay for by itself, by the codes of rates; documents that we make ourselves ask for their duty there
ACTS = {
    "zaswiadczenie": Text("zaświadczenie", "a certificate"),
    "niezaleganie": Text("zaświadczenie o niezaleganiu w podatkach", "a certificate of no tax arrears"),
    MANDATE: Text("pełnomocnictwo", "a mandate"),
    "warunki-zabudowy": Text("decyzja o warunkach zabudowy", "a decision on building conditions"),
    "przeniesienie-warunkow": Text("przeniesienie decyzji o warunkach zabudowy", "passing on such a decision"),
    "uwarunkowania": Text("decyzja o środowiskowych uwarunkowaniach", "a decision on environmental conditions"),
    "odpis": Text("odpis lub kopia dokumentu", "a copy of a document"),
}
#: why nothing is to be paid: the act's articles and remarks of its annex
EXEMPTIONS = {
    "housing": "sprawa budownictwa mieszkaniowego (art. 2 ust. 1 pkt 2 ustawy o opłacie skarbowej)",
    "social": "alimenty, opieka, ubezpieczenie społeczne lub pomoc społeczna (art. 2 ust. 1 pkt 1)",
    "family": "pełnomocnictwo dla małżonka, wstępnego, zstępnego lub rodzeństwa (załącznik, część IV)",
    "owner": "wniosek właściciela lub użytkownika wieczystego terenu (załącznik, część I)",
    "public": "państwo obce, jednostka budżetowa, samorząd albo organizacja pożytku publicznego (art. 7 pkt 1-4)",
    "poverty": "pomoc społeczna z powodu ubóstwa (art. 7 pkt 5)",
}
#: those that the mandate in the same matter has too; housing is not: art. 2 takes out only what the office does there
OF_MANDATE = {"social", "public", "poverty"}
#: which of them an act may have
ALLOWED = {
    "housing": set(ACTS) - {"warunki-zabudowy", "przeniesienie-warunkow", MANDATE},
    "social": set(ACTS),
    "family": {MANDATE},
    "owner": {"warunki-zabudowy"},
    "public": set(ACTS),
    "poverty": set(ACTS),
}
WHAT = Step(
    "za_co",
    Text("Za co płacisz?", "What do you pay for?"),
    (
        OfficeChoice(name="office", label=Text("Który urząd załatwia sprawę?", "Which office handles the matter?")),
        Choice(
            name="act",
            label=Text("Za co jest opłata?", "What is the duty for?"),
            options=tuple(Option(code, title) for code, title in ACTS.items()),
        ),
        Number(
            name="pages",
            label=Text("Ile stron?", "How many pages?"),
            least=Decimal(1),
            most=Decimal(1000),
            when=When("act", ("odpis",)),
        ),
        Number(
            name="relations",
            label=Text("Ile stosunków pełnomocnictwa?", "How many relations of mandate?"),
            hint=Text(
                "Opłata jest od każdego: dwie osoby, które umocowały jedną, to dwa.",
                "Each is charged: two people who appointed one are two.",
            ),
            least=Decimal(1),
            most=Decimal(100),
            when=When("act", (MANDATE,)),
        ),
        Line(
            name="mark",
            label=Text("Znak sprawy, jeżeli go znasz", "Case number, if you know it"),
            longest=60,
            is_required=False,
        ),
    ),
)
WHO = Step(
    "zwolnienie",
    Text("Zwolnienie i pełnomocnik", "Exemption and representative"),
    (
        Choice(
            name="exemption",
            label=Text("Czy jesteś zwolniony z tej opłaty?", "Are you exempt from this duty?"),
            options=(
                Option("none", Text("nie, zapłacę", "no, I will pay")),
                Option("housing", Text("tak, sprawa mieszkaniowa", "yes, a housing matter")),
                Option("social", Text("tak, sprawa socjalna", "yes, a social matter")),
                Option("family", Text("tak, pełnomocnictwo w rodzinie", "yes, a mandate within the family")),
                Option("owner", Text("tak, jestem właścicielem terenu", "yes, I own the land")),
                Option(
                    "public",
                    Text(
                        "tak, płaciłby urząd, samorząd albo organizacja pożytku publicznego",
                        "yes, an office, a local government or a public benefit organisation would pay",
                    ),
                ),
                Option(
                    "poverty",
                    Text(
                        "tak, korzystam z pomocy społecznej z powodu ubóstwa",
                        "yes, I receive social assistance because of poverty",
                    ),
                ),
            ),
            initial="none",
        ),
        Choice(
            name="represented",
            label=Text("Czy w sprawie działa pełnomocnik?", "Does a representative act in the matter?"),
            options=(
                Option("no", Text("nie", "no")),
                Option("paid", Text("tak, zapłacę za pełnomocnictwo", "yes, I will pay for the mandate")),
                Option("family", Text("tak, z najbliższej rodziny", "yes, of the closest family")),
            ),
            initial="no",
            when=When("act", tuple(code for code in ACTS if code != MANDATE)),
        ),
    ),
)
FORM = Form(version="2", steps=(WHAT, WHO))


def check(answers: Answers, _day: date) -> Faults:
    exemption = str(answers.get("exemption", "none"))
    if exemption != "none" and answers["act"] not in ALLOWED[exemption]:
        return {"exemption": _("To zwolnienie nie dotyczy tej czynności.")}
    return {}


def fees(answers: Answers, _day: date) -> tuple[Charge, ...]:
    """The act as many times as it has pages or relations, and the mandate of a representative."""
    act = str(answers["act"])
    count = int(Decimal(str(answers.get("pages") or answers.get("relations") or 1)))  # "2,0" is a whole number too
    charges = [Charge(act, count, EXEMPTIONS.get(str(answers.get("exemption")), ""))]
    if answers.get("represented") in {"paid", "family"}:
        free = EXEMPTIONS["family"] if answers["represented"] == "family" else mandate_outside(answers)
        charges.append(Charge(MANDATE, exemption=free))
    mark = str(answers.get("mark") or "").strip()
    return tuple(replace(one, case_number=mark) for one in charges)


def mandate_outside(answers: Answers) -> str:
    """Why the mandate is not taxed either; "" where it is."""
    exemption = str(answers.get("exemption"))
    return EXEMPTIONS[exemption] if exemption in OF_MANDATE else ""


def draft(filing: Filing, on: date) -> str:
    """What was paid for the act, line by line."""
    said = filing.newest.answers
    mark = f", sprawa {said['mark']}" if said.get("mark") else ""
    lines = [told(due) for due in filing.case.dues.order_by("pk")]
    subject = f"opłaty skarbowej za: {ACTS[said['act']].pl}{mark}"
    return "\n\n".join([f"Potwierdza się stan {subject}, na dzień {polish_date(on)}:", *lines])


def told(due: Due) -> str:
    if due.exemption:
        return f"{due.title}: zwolnienie, {due.exemption}."
    if due.paid_on:
        back = f", zwrócono {due.refunded}" if due.refunded_gr else ""
        return f"{due.title}: {due.amount}, zapłacono {polish_date(due.paid_on)}, dowód {due.number}{back}."
    return f"{due.title}: {due.amount}, nie zapłacono."


eservices.register(
    EService(
        code="oplata-skarbowa",
        order=60,
        card=Card(
            title=Text("Opłata skarbowa", "Stamp duty"),
            summary=Text(
                "Zapłać opłatę skarbową albo wykaż zwolnienie i dostań potwierdzenie do akt sprawy.",
                "Pay stamp duty or show an exemption, and get the proof for the file of your matter.",
            ),
            cost=Text("Tyle, ile wynosi opłata.", "The duty itself."),
            steps=(
                Text("Wyliczymy opłatę według stawek z dnia wniosku.", "We count the duty by the rates of the day."),
                Text("Zapłacisz w internecie, przelewem albo w kasie.", "You pay online, by transfer or in cash."),
                Text("Dostaniesz potwierdzenie z kodem do sprawdzenia.", "You get a proof with a code to check it."),
            ),
            legal_basis="ustawa z dnia 16 listopada 2006 r. o opłacie skarbowej",
        ),
        role=StaffRole.Role.TAX_CLERK,
        term=CERTIFICATE,
        form=FORM,
        letters=Letters(
            answer="Potwierdzenie opłaty skarbowej",
            refusal="Odmowa potwierdzenia opłaty skarbowej",
            draft=draft,
            waits_for_payment=True,
        ),
        case_title=lambda answers: f"Opłata skarbowa: {ACTS[str(answers['act'])].pl}",
        check=check,
        rates=tuple(ACTS),
        fees=fees,
        mandate_outside=mandate_outside,
        asks_mandate="represented",
    )
)
