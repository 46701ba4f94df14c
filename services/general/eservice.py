"""Wniosek ogólny (pismo): KPA art. 63."""

from services.cases.terms import MONTH
from services.catalogue.declaration import Card, EService, Letters, eservices
from services.forms.definition import Form, Step
from services.forms.places import Point
from services.forms.questions import Choice, Files, Group, Line, Lines, OfficeChoice, Option, When
from services.identity.models import StaffRole
from spatial.ogc.text import Text

FORM = Form(
    version="2",
    steps=(
        Step(
            "pismo",
            Text("Twoje pismo", "Your letter"),
            (
                OfficeChoice(name="office", label=Text("Do którego urzędu piszesz?", "Which office do you write to?")),
                Choice(
                    name="kind",
                    label=Text("Co to za pismo?", "What kind of letter is it?"),
                    options=(
                        Option("application", Text("wniosek", "application")),
                        Option("question", Text("pytanie", "question")),
                        Option("complaint", Text("skarga lub uwaga", "complaint or remark")),
                        Option("answer", Text("odpowiedź na pismo urzędu", "answer to a letter of the office")),
                    ),
                ),
                Line(
                    name="their_number",
                    label=Text("Znak pisma, na które odpowiadasz", "Number of the letter you answer"),
                    hint=Text("Na przykład GP.6727.45.2026.", "For example GP.6727.45.2026."),
                    longest=60,
                    when=When("kind", ("answer",)),
                ),
                Line(name="subject", label=Text("Czego dotyczy?", "What is it about?"), longest=150),
                Lines(
                    name="text",
                    label=Text("Treść", "Text"),
                    hint=Text("Napisz, o co prosisz i dlaczego.", "Write what you ask for and why."),
                ),
                Point(
                    name="place",
                    label=Text("Którego miejsca dotyczy pismo?", "Which place is the letter about?"),
                    is_required=False,
                ),
                Files(name="files", label=Text("Załączniki", "Attachments"), is_required=False, most=10),
            ),
        ),
        Step(
            "osoby",
            Text("Inne osoby", "Other people"),
            (
                Group(
                    name="others",
                    label=Text("Kto jeszcze wnosi to pismo?", "Who else files this letter?"),
                    one=Text("Osoba", "Person"),
                    hint=Text("Nieobowiązkowe: na przykład współwłaściciele.", "Optional: co-owners, for example."),
                    least=0,
                    most=20,
                    questions=(
                        Line(name="name", label=Text("Imię i nazwisko", "Name"), longest=150),
                        Line(name="address", label=Text("Adres", "Address"), longest=250),
                    ),
                ),
                Choice(
                    name="signing",
                    label=Text("Kto podpisuje to pismo?", "Who signs this letter?"),
                    hint=Text(
                        "Druga osoba podpisze je na swoim koncie, zanim trafi do urzędu.",
                        "The other person signs with their own account before the office gets it.",
                    ),
                    options=(
                        Option("alone", Text("tylko ja", "only I")),
                        Option("together", Text("ja i druga osoba z kontem", "I and another with an account")),
                    ),
                    initial="alone",
                    is_required=False,
                ),
            ),
        ),
    ),
)


eservices.register(
    EService(
        code="pismo-ogolne",
        order=20,
        card=Card(
            title=Text("Pismo do urzędu", "Letter to the office"),
            summary=Text(
                "Napisz do urzędu w każdej sprawie, która nie ma tu własnego wniosku.",
                "Write to the office about anything that has no form of its own here.",
            ),
            cost=Text("Bezpłatnie.", "Free of charge."),
            steps=(
                Text("Dostaniesz znak sprawy i poświadczenie odbioru.", "You get a case number and a receipt."),
                Text("Urząd przydzieli pismo pracownikowi.", "The office gives your letter to a clerk."),
                Text("Odpowiedź przeczytasz tutaj, w swojej sprawie.", "You read the answer here, in your case."),
            ),
            legal_basis="art. 63 Kodeksu postępowania administracyjnego",
        ),
        role=StaffRole.Role.CLERK,
        term=MONTH,
        form=FORM,
        letters=Letters(answer="Odpowiedź na pismo", refusal="Odmowa załatwienia wniosku"),
        case_title=lambda answers: f"Pismo: {answers['subject']}",
        needs_cosigner=lambda answers: answers.get("signing") == "together",
    )
)
