"""Wniosek o udostępnienie informacji publicznej: act of 6.09.2001 (Dz.U. 2022 poz. 902), art. 10, 13-16."""

from services.cases.terms import Term
from services.catalogue.declaration import Card, EService, Letters, eservices
from services.forms.definition import Form, Step
from services.forms.questions import Choice, Email, Line, Lines, OfficeChoice, Option, When
from services.forms.reading import Answers
from services.identity.models import StaffRole
from spatial.ogc.text import Text

FORM = Form(
    version="1",
    steps=(
        Step(
            "informacja",
            Text("Jakiej informacji potrzebujesz?", "What information do you need?"),
            (
                OfficeChoice(name="office", label=Text("Którego urzędu pytasz?", "Which office do you ask?")),
                Lines(
                    name="question",
                    label=Text("Informacja, o którą prosisz", "The information you ask for"),
                    hint=Text("Nie musisz pisać, po co jest Ci potrzebna.", "You need not say what you want it for."),
                    longest=5000,
                ),
                Choice(
                    name="is_processed",
                    label=Text(
                        "Czy prosisz o zestawienie, które urząd musi dopiero przygotować?",
                        "Do you ask for a compilation that the office must prepare first?",
                    ),
                    options=(Option("no", Text("nie", "no")), Option("yes", Text("tak", "yes"))),
                ),
                Lines(
                    name="interest",
                    label=Text(
                        "Dlaczego jest to szczególnie ważne dla interesu publicznego?",
                        "Why is it especially important for the public interest?",
                    ),
                    hint=Text("Wymaga tego art. 3 ust. 1 pkt 1 ustawy.", "Art. 3 (1) 1 of the act asks for it."),
                    longest=5000,
                    when=When("is_processed", ("yes",)),
                ),
            ),
        ),
        Step(
            "forma",
            Text("Jak ją przekazać?", "How should we hand it over?"),
            (
                Choice(
                    name="way",
                    label=Text("Sposób udostępnienia", "Way of access"),
                    options=(
                        Option("here", Text("tutaj, w mojej sprawie", "here, in my case")),
                        Option("email", Text("pocztą elektroniczną", "by e-mail")),
                        Option("post", Text("listem", "by post")),
                        Option("look", Text("do wglądu w urzędzie", "to look at in the office")),
                    ),
                ),
                Email(
                    name="email",
                    label=Text("Adres e-mail", "E-mail address"),
                    when=When("way", ("email",)),
                    prefill="email",
                ),
                Line(
                    name="address",
                    label=Text("Adres do wysyłki", "Postal address"),
                    longest=250,
                    autocomplete="street-address",
                    prefill="before",
                    when=When("way", ("post",)),
                ),
            ),
        ),
    ),
)


def title(answers: Answers) -> str:
    return f"Informacja publiczna: {' '.join(str(answers['question']).split())[:120]}"


eservices.register(
    EService(
        code="informacja-publiczna",
        order=40,
        card=Card(
            title=Text("Informacja publiczna", "Public information"),
            summary=Text(
                "Zapytaj urząd o sprawy publiczne: decyzje, wydatki, umowy, dokumenty.",
                "Ask the office about public matters: decisions, spending, contracts, documents.",
            ),
            cost=Text(
                "Bezpłatnie; o kosztach nietypowej formy urząd uprzedzi w 14 dni (art. 15).",
                "Free of charge; the office tells within 14 days of costs of an unusual form (art. 15).",
            ),
            steps=(
                Text("Dostaniesz znak sprawy i poświadczenie odbioru.", "You get a case number and a receipt."),
                Text(
                    "Urząd odpowie w 14 dni albo poda powód i nowy termin, najwyżej 2 miesiące.",
                    "The office answers within 14 days, or gives a reason and a new day within 2 months.",
                ),
                Text("Odmowa jest decyzją: możesz się od niej odwołać.", "A refusal is a decision: you may appeal."),
            ),
            legal_basis="art. 2 i 10 ustawy z 6 września 2001 r. o dostępie do informacji publicznej",
        ),
        role=StaffRole.Role.CLERK,
        term=Term(14, "days", "art. 13 ust. 1 ustawy o dostępie do informacji publicznej"),
        form=FORM,
        letters=Letters(
            answer="Udostępnienie informacji publicznej",
            refusal="Decyzja o odmowie udostępnienia informacji publicznej",
        ),
        case_title=title,
    )
)
