"""Pages are Polish and English in full; the words of the law and of the registers stay Polish and say so."""

import gettext
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation.template import templatize
from lxml import html

from planning.extracts.order import ExtractOrder
from planning.extracts.pdf.document import build_extract
from services.cases.models import Case
from services.catalogue.deciding import newest
from services.documents.models import IssuedDocument
from tests import factories, office

CATALOGUE = settings.LOCALE_PATHS[0] / "en" / "LC_MESSAGES" / "django.po"
ENGLISH = {"accept-language": "en"}

#: how texts to translate are marked in Python; templates are read as Python by Django's templatize
MARKS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}

POLISH_LETTER = re.compile("[ąćęłńóśźż]", re.IGNORECASE)
WORD = re.compile(r"\b[^\W\d_]+\b")
CODE = re.compile("[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}")  #: drawn by lot, may look like a word
SPOKEN_ATTRIBUTES = ("alt", "aria-label", "content", "data-label", "placeholder", "title")
NAMES = (
    *(words for office in factories.OFFICES.values() for words in (office[1], office[0])),
    "Cianowice", "e-Urząd Miedza", "Miedza", "Anna Nowak", "Celina Wiśniewska", "Danuta Zielińska", "EGiB", "Enter",
)  # fmt: skip

NAMED = re.compile("|".join(map(re.escape, sorted(NAMES, key=len, reverse=True))))


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file)


def texts_of_project() -> Iterator[tuple[str | tuple[str, ...], Path]]:
    """Every text that a template or a module wants translated."""
    for folder in ("services", "planning", "spatial"):
        for path in sorted((settings.ROOT / folder).rglob("*")):
            if path.suffix not in {".py", ".html"} or "node_modules" in path.parts:
                continue
            source = path.read_text()
            if path.suffix == ".html":
                source = templatize(source, origin=str(path))
            for _line, text, _comments, _context in extract("python", BytesIO(source.encode()), keywords=MARKS):
                yield text, path


UKRAINIAN = settings.LOCALE_PATHS[0] / "uk" / "LC_MESSAGES" / "django.po"
#: pages that residents see; those of the office stay Polish
RESIDENTS = (
    "services/portal/templates", "services/documents/templates", "services/extracts/eservice.py",
    "services/mapping", "services/sharing", "services/forms",
    *(f"services/catalogue/templates/catalogue/{name}.html"
      for name in ("index", "card", "term", "begin", "step", "summary", "home", "case")),
    "services/documents/uploads.py", "services/catalogue/attaching.py", "services/catalogue/views/filling.py",
    "services/catalogue/views/cards.py", "services/catalogue/views/programs.py",
    "services/catalogue/views/mine.py", "services/catalogue/filing.py", "services/catalogue/cosigning.py",
    "services/catalogue/views/cosign.py", "services/catalogue/templates/catalogue/cosign.html",
    "services/correspondence/templates/correspondence/mine.html", "services/personal",
    "services/audit/templates/audit/mine.html", "services/identity", "services/payments/views/mine.py",
    *(f"services/payments/templates/payments/{name}.html" for name in ("charge", "dues", "go", "items", "payment")),
    *(f"services/delivery/templates/delivery/{name}.html" for name in ("address", "open", "parts/unopened")),
    *(f"services/notifications/templates/notifications/{name}.html"
      for name in ("centre", "message", "unsubscribe", "warnings")),
)  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


class TestUkrainian:
    @pytest.fixture(scope="class")
    def ukrainian(self) -> Catalog:
        with UKRAINIAN.open("rb") as file:
            return read_po(file)

    def test_has_every_text_of_residents_pages(self, ukrainian):
        said = {
            text if isinstance(text, str) else text[0] for text, path in texts_of_project() if is_for_residents(path)
        }
        there = {entry.id if isinstance(entry.id, str) else entry.id[0] for entry in ukrainian if entry.id}

        assert sorted(said - there) == []

    def test_keeps_the_values(self, ukrainian):
        for entry in ukrainian:
            if entry.id and not entry.pluralizable:
                assert sorted(PLACEHOLDER.findall(entry.id)) == sorted(PLACEHOLDER.findall(entry.string)), entry.id

    def test_is_spoken_by_the_pages(self, client, skala):
        page = client.get("/", headers={"accept-language": "uk"}).content.decode()

        assert '<html lang="uk">' in page
        assert "Яку ділянку ви шукаєте?" in page


def is_for_residents(path: Path) -> bool:
    return any(path.is_relative_to(settings.ROOT / place) for place in RESIDENTS) and path.name != "patterns.html"


class TestCatalogue:
    def test_every_text_has_its_english(self, catalogue):
        assert [entry.id for entry in catalogue if entry.id and not all(as_tuple(entry.string))] == []
        assert [entry.id for entry in catalogue if entry.id and entry.fuzzy] == []

    def test_placeholders_are_kept(self, catalogue):
        for entry in catalogue:
            for polish, english in zip(as_tuple(entry.id), as_tuple(entry.string), strict=False):
                if entry.id:
                    assert set(re.findall(r"%\(\w+\)s", polish)) == set(re.findall(r"%\(\w+\)s", english)), polish

    def test_no_text_stands_twice(self, catalogue):
        entries = re.findall(r"^msgid ", CATALOGUE.read_text(), re.MULTILINE)

        assert len(entries) == len(catalogue) + 1  # the head of the file

    def test_holds_the_texts_of_the_project_and_no_others(self, catalogue):
        held = {entry.id for entry in catalogue if entry.id}
        wanted = {text: path.name for text, path in texts_of_project()}

        assert {text: path for text, path in wanted.items() if text not in held} == {}
        assert held - set(wanted) == set()

    def test_the_compiled_form_is_the_newest(self, catalogue):
        with CATALOGUE.with_suffix(".mo").open("rb") as file:
            compiled = gettext.GNUTranslations(file)

        for entry in catalogue:
            if entry.id and not entry.pluralizable:
                assert compiled.gettext(entry.id) == entry.string, "deploy/frontend.sh compiles the translations"


def as_tuple(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.fixture
def application(drawn_plan, make_parcel, rate, filing, anna) -> Case:
    """Of a parcel in two zones, with a sliver to confirm and a further provision."""
    parcel = make_parcel(east=0, north=0, width=30.1, height=80, number="123/4")
    place = factories.rectangle(east=-10, north=-10, width=30, height=30)
    factories.overlay(drawn_plan, "Strefa ochrony krajobrazu", place, kind="landscape")
    return office.extract(anna, parcel.identifier, purpose="sale")


@pytest.fixture
def issued(application, danuta) -> IssuedDocument:
    return office.decided(application, danuta)[0]


@pytest.fixture
def check(catalogue) -> Callable[..., str]:
    """Asserts that a page speaks English outside quotations and names; returns what it says."""
    polish = {word for entry in catalogue if entry.id for text in as_tuple(entry.id) for word in words(text)}
    english = {word for entry in catalogue if entry.id for text in as_tuple(entry.string) for word in words(text)}

    def check(answer, *, status: int = 200) -> str:
        assert answer.status_code == status
        said = [text for text in spoken(answer.content.decode()) if text]
        assert [
            text for text in said if POLISH_LETTER.search(text) or words(CODE.sub("", text)) & (polish - english)
        ] == []
        return " ".join(said)

    return check


def words(text: str) -> set[str]:
    return set(WORD.findall(re.sub(r"%\(\w+\)s|<[^>]*>", " ", text).lower()))


def spoken(page: str) -> Iterator[str]:
    """What a visitor reads or hears, without what is marked as Polish, what people typed, and names."""
    root = html.document_fromstring(page)
    assert root.get("lang") == "en"
    for quoted in root.xpath("//*[@lang='pl'] | //script | //style | //textarea | //svg"):
        quoted.drop_tree()
    attributes = (element.get(name, "") for element in root.iter("*") for name in SPOKEN_ATTRIBUTES)
    for text in (*root.itertext("*"), *attributes):
        yield " ".join(NAMED.sub("", text).split())


def ask_english(client: Client, user, address: str, typed: dict[str, object] | None = None):
    client.force_login(user)
    if typed is None:
        return client.get(address, headers=ENGLISH)
    return client.post(address, typed, headers=ENGLISH, follow=True)


def first_step(client: Client, user) -> str:
    client.force_login(user)
    return client.post("/uslugi/wypis-i-wyrys/wniosek/")["Location"]


class TestResident:
    def test_the_application(self, client, application, anna, check):
        assert "What does it cost?" in check(ask_english(client, anna, "/uslugi/wypis-i-wyrys/"))

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"parcels": ""}, "Answer this question."),
            ({"as_of": "2199-01-01"}, "Choose today or an earlier"),
            ({"as_of": "1900-01-01"}, "Give a day from"),
            ({"as_of": "soon"}, "Give the day as year-month-day"),
            ({"parcels": "120610_5.0007.999"}, "Correct your answers"),
        ],
    )
    def test_an_application_with_errors(self, client, application, anna, check, changes, expected):
        address = first_step(client, anna)
        typed = {"parcels": "120610_5.0007.123/4", "scope": "both", "as_of": "2026-01-02"} | changes

        assert expected in check(ask_english(client, anna, address, typed), status=422)

    def test_filing(self, client, application, anna, check):
        typed = {"parcels": "120610_5.0007.123/4", "scope": "text", "as_of": "2026-01-02", "purpose": ""}
        answer = ask_english(client, anna, first_step(client, anna), typed)
        address = answer.redirect_chain[-1][0]

        assert "Check and file" in check(answer)
        assert "Filed. Case number" in check(ask_english(client, anna, address, {}))

    def test_my_cases(self, client, application, anna, celina, check):
        assert "filed" in check(ask_english(client, anna, "/moje/"))
        assert "You have no case yet." in check(ask_english(client, celina, "/moje/"))

    def test_a_case_on_its_way(self, client, application, anna, check):
        assert "What comes next?" in check(ask_english(client, anna, f"/moje/sprawy/{application.pk}/"))

    def test_a_case_with_its_document(self, client, issued, anna, check):
        office.collected(issued.case)
        said = check(ask_english(client, anna, f"/moje/sprawy/{issued.case_id}/"))

        assert "Letters of the office" in said
        assert f"{issued.pages} pages" in said

    def test_a_refused_case(self, client, application, anna, danuta, check):
        office.decided(application, danuta, is_positive=False, text="Działka leży poza planem.")
        office.collected(application)

        said = check(ask_english(client, anna, f"/moje/sprawy/{application.pk}/"))

        assert "you may appeal" in said


class TestPlanner:
    def test_the_desk(self, client, application, danuta, check):
        assert "Cases to deal with" in check(ask_english(client, danuta, "/urzad/"))
        assert "There are no closed cases yet." in check(ask_english(client, danuta, "/urzad/?stan=zakonczone"))

    def test_the_review(self, client, application, danuta, check):
        said = check(ask_english(client, danuta, f"/urzad/sprawy/{application.pk}/"))

        assert "Slivers along zone boundaries" in said
        assert "(landscape protection)" in said
        assert "registered area 2,408 m²" in said

    def test_a_blocked_review(self, client, application, danuta, drawn_plan, check):
        drawn_plan.zones.all().delete()

        said = check(ask_english(client, danuta, f"/urzad/sprawy/{application.pk}/"))

        assert "Stops the document" in said
        typed = {"widziane": newest(application)}
        check(ask_english(client, danuta, f"/urzad/sprawy/{application.pk}/krok/odpowiedz/", typed), status=422)

    @pytest.mark.parametrize(
        ("action", "typed", "status", "expected"),
        [
            ("krok/odpowiedz", {}, 422, "First have the duty counted"),
            ("krok/odpowiedz", {"mimo": "x"}, 200, "Saved."),
            ("krok/nalicz", {}, 200, "Saved."),
            ("krok/fragmenty", {}, 200, "Saved."),
            ("krok/odmow", {}, 422, "at least one sentence"),
            ("krok/odmow", {"tekst": "Działka leży poza planem."}, 200, "Saved."),
            ("popraw", {}, 422, "Write what you are correcting"),
        ],
    )
    def test_the_actions(self, client, application, danuta, check, action, typed, status, expected):
        typed = typed | {"widziane": newest(application)}
        answer = ask_english(client, danuta, f"/urzad/sprawy/{application.pk}/{action}/", typed)

        assert expected in check(answer, status=status)

    def test_twice_is_explained(self, client, issued, danuta, check):
        typed = {"widziane": newest(issued.case)}
        answer = ask_english(client, danuta, f"/urzad/sprawy/{issued.case_id}/krok/odpowiedz/", typed)

        assert "is closed already (completed)" in check(answer, status=422)

    def test_the_document_and_the_course_stay_polish(self, client, application, danuta):
        """A planner who reads English pages issues the same bytes."""
        typed = {"widziane": newest(application), "mimo": "x"}
        ask_english(client, danuta, f"/urzad/sprawy/{application.pk}/krok/odpowiedz/", typed)

        document = IssuedDocument.objects.get()
        with translation.override("pl"):
            again = build_extract(ExtractOrder.from_json(document.inputs["order"]))
        assert document.file.read() == again.pdf
        assert application.events.last().text.startswith("Wydano: Wypis i wyrys")


class TestVerification:
    def test_asking(self, client, skala, check):
        assert "Verification code" in check(client.get("/weryfikacja/", headers=ENGLISH))

    def test_an_unknown_code(self, client, skala, check):
        answer = client.get("/weryfikacja/ABCD-EFGH-JKMN/", headers=ENGLISH)

        assert "We issued no document with the code ABCD-EFGH-JKMN" in check(answer, status=404)

    def test_a_document_and_a_file(self, client, issued, check):
        address = f"/weryfikacja/{issued.code}/"

        assert "This document was issued by" in check(client.get(address, headers=ENGLISH))
        for content, expected in ((issued.file.read(), "same to the byte"), (b"%PDF-", "differs"), (b"", "Choose")):
            answer = client.post(address, {"plik": BytesIO(content)}, headers=ENGLISH)
            assert expected in check(answer)
