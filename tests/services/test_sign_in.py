"""How sure the office is of who files; ways of signing in and of delivering are contracts with one keeper each."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import Client

from services.cases.models import Case
from services.catalogue.declaration import eservices
from services.catalogue.models import Draft
from services.correspondence import services as letters
from services.correspondence.base import PORTAL
from services.correspondence.models import Correspondence
from services.identity import access, base
from services.identity.base import Acting, Level, Proof
from services.identity.models import User
from spatial.ogc.text import Text
from tests import office

pytestmark = pytest.mark.django_db

LETTER = {"office": "120610", "kind": "question", "subject": "Lampa", "text": "Kiedy?", "signing": "alone"}
JSON = {"Accept": "application/json"}


class Node:
    """A stronger way, of this test only."""

    code = "node"
    title = Text("Węzeł", "Node")
    level = Level.TRUSTED

    def start(self, request: HttpRequest, *, back: str) -> HttpResponse:
        return redirect(f"https://node.test/?back={back}")

    def finish(self, request: HttpRequest) -> Proof | None:
        return Proof(User.objects.get(username="anna"), {"pesel": "44051401359"})


@pytest.fixture
def node() -> Iterator[Node]:
    way = Node()
    base.PROVIDERS.append(way)
    yield way
    base.PROVIDERS.remove(way)


@pytest.fixture
def declared(monkeypatch, filing):
    """The letter to the office, asking for more."""

    def change(**asked: object) -> None:
        monkeypatch.setitem(eservices.held, "pismo-ogolne", replace(eservices.held["pismo-ogolne"], **asked))

    return change


def raised(client: Client, node: Node) -> None:
    """As the page that the node returns to will do."""
    request = HttpRequest()
    request.session = client.session
    proof = node.finish(request)
    assert proof is not None
    access.enter(request, proof, provider=node)
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key


def signed_in(client: Client, password: str = "miedza-demo", **more: str) -> HttpResponse:
    return client.post("/logowanie/", {"username": "anna", "password": password} | more)


class TestLevel:
    def test_a_password_is_not_enough_to_begin(self, client, anna, declared):
        declared(level=Level.TRUSTED)
        signed_in(client)

        answer = client.post("/uslugi/pismo-ogolne/wniosek/")

        assert answer.status_code == 403
        assert "wymaga potwierdzenia tożsamości" in answer.content.decode()
        assert "Co możesz zrobić?" in answer.content.decode()
        assert not Draft.objects.exists()

    def test_nor_to_file_what_was_begun_before(self, client, anna, declared):
        signed_in(client)
        first = client.post("/uslugi/pismo-ogolne/wniosek/")["Location"]
        summary = client.post(client.post(first, LETTER)["Location"], {"signing": "alone"})["Location"]
        declared(level=Level.TRUSTED)

        assert client.post(summary).status_code == 403
        assert client.post(summary, {"popros": "1"}).status_code == 403
        sent = client.post(
            "/uslugi/pismo-ogolne/zloz", {"answers": LETTER}, content_type="application/json", headers=JSON
        )
        assert (sent.status_code, sent.json()["code"]) == (403, "not-admitted")
        assert not Case.objects.exists()

    def test_a_stronger_way_is_offered_and_is_enough(self, client, anna, declared, node):
        declared(level=Level.TRUSTED)
        signed_in(client)
        assert "Zaloguj się inaczej: Węzeł" in client.get("/uslugi/pismo-ogolne/wniosek/").content.decode()
        start = client.get("/logowanie/node/?next=/uslugi/pismo-ogolne/wniosek/")
        assert start["Location"] == "https://node.test/?back=/uslugi/pismo-ogolne/wniosek/"
        raised(client, node)

        assert client.post("/uslugi/pismo-ogolne/wniosek/").status_code == 302

        client.post("/wyloguj/")
        signed_in(client)  # the level went with its session
        assert client.post("/uslugi/pismo-ogolne/wniosek/").status_code == 403

    def test_a_password_typed_later_lowers_it(self, client, anna):
        raised(client, Node())
        request = HttpRequest()
        request.session = client.session

        access.enter(request, Proof(anna, {"login": "anna"}), provider=base.PASSWORDS)

        assert access.level_of(request) is Level.ACCOUNT

    def test_for_whom_one_acts_counts(self, client, anna, declared):
        declared(who_may=frozenset({Acting.ORGANISATION}))
        signed_in(client)

        answer = client.post("/uslugi/pismo-ogolne/wniosek/")

        assert answer.status_code == 403
        assert "umocowanie" in answer.content.decode()


class TestPasswords:
    def test_sign_in_and_lead_back(self, client, anna):
        answer = signed_in(client, next="/moje/dane/")

        assert answer["Location"] == "/moje/dane/"
        assert client.session[access.LEVEL] == Level.ACCOUNT
        assert client.get("/moje/").status_code == 200

    @pytest.mark.parametrize(
        "wrong",
        [{"password": "x"}, {"username": ""}, {"username": "a\x00b"}, {"username": "x" * 400}, {"password": ""}],
    )
    def test_wrong_ones_do_not(self, client, anna, wrong):
        answer = client.post("/logowanie/", {"username": "anna", "password": "miedza-demo"} | wrong)

        assert answer.status_code == 200
        assert "Login albo hasło jest błędne" in answer.content.decode()
        assert client.get("/moje/").status_code == 302

    def test_a_closed_account_does_not(self, client, anna):
        User.objects.update(is_active=False)

        assert signed_in(client).status_code == 200

    def test_start_never_leads_away(self, client, db):
        answer = client.get("/logowanie/password/?next=https://evil.test/")

        assert answer["Location"] == "/logowanie/?next=%2Fmoje%2F"
        assert client.get("/logowanie/nic/").status_code == 404


class TestDelivery:
    def test_the_register_says_by_which_channel(self, anna, jadwiga, filing, monkeypatch):
        case = office.filed("pismo-ogolne", anna, **LETTER)
        sent: list[Correspondence] = []

        class Ade:
            code = Correspondence.Channel.ADE

            def takes(self, *_, **__) -> bool:
                return True

            def send(self, letter: Correspondence) -> str:
                sent.append(letter)
                return "task-1"

            def status(self, letter: Correspondence) -> Correspondence.Status:
                return Correspondence.Status.SENT

        monkeypatch.setattr(letters, "channel_for", lambda *_, **__: Ade())
        office.decided(case, jadwiga, text="Lampa będzie w piątek.")

        [letter] = sent
        assert (letter.channel, letter.number[:4]) == ("ade", "ROK/")

    def test_today_it_is_the_account(self, anna, jadwiga, filing):
        case = office.filed("pismo-ogolne", anna, **LETTER)
        office.decided(case, jadwiga, text="Lampa będzie w piątek.")

        letter = Correspondence.objects.get(direction="out")
        assert letter.channel == "portal"
        assert PORTAL.send(letter) == f"OR {letter.number}"
        assert PORTAL.status(letter) is Correspondence.Status.SENT
