"""An office that runs with a simulated login node, and a browser that goes between them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import httpx
import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from lxml import html

from services.identity import base
from services.identity.models import User
from services.identity.saml.models import Question
from services.identity.saml.provider import ASKED, NodeProvider
from services.identity.saml.xml import new_id
from tests.simulators.node import PERSONAS, Asked, LoginNode

ENVIRONMENT = "MIEDZA_"
#: speaks HTTP only, and anew each time; reading the authorities of TLS would take long
AT_NODE = httpx.Client(verify=False, limits=httpx.Limits(max_keepalive_connections=0))


def use(settings, variables: dict[str, str]) -> None:
    """The settings that these variables of the environment would give."""
    for name, value in variables.items():
        is_path = name.endswith(("_DIR", "_CERTIFICATES"))
        setattr(settings, name.removeprefix(ENVIRONMENT), Path(value) if is_path else value)


@pytest.fixture
def offered() -> Iterator[None]:
    """The login page offers the node."""
    provider = NodeProvider()
    base.PROVIDERS.append(provider)
    yield
    base.PROVIDERS.remove(provider)


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """Keys of the office, made once."""
    return tmp_path_factory.mktemp("node")


@pytest.fixture(scope="session")
def running() -> Iterator[LoginNode]:
    with LoginNode().running() as node:
        yield node


@pytest.fixture
def node(settings, running, folder, client, skala, offered) -> LoginNode:
    """Honest again, and remembers nothing of another test."""
    use(settings, running.settings(folder))
    call_command("node_keys", stdout=StringIO())
    running.forget()
    if running.office is None:
        running.admit(client.get("/saml/metadata").content)
    return running


@dataclass
class Form:
    """The one form of a page that goes on."""

    action: str
    fields: dict[str, str]

    @classmethod
    def on(cls, content: bytes, *, id_: str | None = None) -> "Form":
        forms = html.document_fromstring(content).forms
        [form] = [one for one in forms if id_ is None or one.get("id") == id_]
        return cls(form.action, {key: value for key, value in form.fields.items() if key})


@dataclass
class Visitor:
    """A browser: its cookies go to the office, never along from another site."""

    client: Client
    brought: dict[str, str] = field(default_factory=dict)  #: what came back from the node last

    def leaves(self, back: str = "/moje/") -> Form:
        page = self.client.get("/logowanie/node/", {"next": back})
        assert page.status_code == 200, page.content
        return Form.on(page.content, id_="dalej")

    def proves(self, question: Form, who: str) -> Form:
        """At the node; the form that its page posts to the office."""
        greeting = AT_NODE.post(question.action, data=question.fields)
        assert greeting.status_code == 200, greeting.text
        choice = Form.on(greeting.content)
        chosen = AT_NODE.post(
            httpx.URL(question.action).join(choice.action), data={"key": choice.fields["key"], "who": who}
        )
        assert chosen.status_code == 200, chosen.text
        return Form.on(chosen.content)

    def returns(self, answer: Form) -> HttpResponse:
        """By a POST from another site, without cookies, then by one from ours, with them."""
        arriving = Client().post(answer.action.removeprefix("http://testserver"), answer.fields)
        assert arriving.status_code == 200
        onward = Form.on(arriving.content, id_="dalej")
        assert onward.fields == answer.fields
        return self.client.post(onward.action, onward.fields)

    def signs_in(self, who: str = "anna", back: str = "/moje/") -> HttpResponse:
        return self.returns(self.proves(self.leaves(back), who))

    def tries(self, node: LoginNode, who: str = "anna") -> HttpResponse:
        """An answer to a question that was asked, without the pages on the way."""
        question = Question.objects.create(request_id=new_id(), asked_at=timezone.now(), asked_by=self.person())
        remember(self.client, question.relay_state)
        artifact = node.artifact_for(Asked(question.request_id, question.relay_state), PERSONAS.get(who))
        self.brought = {"SAMLart": artifact, "RelayState": question.relay_state}
        return self.client.post("/saml/wejscie", self.brought)

    def person(self) -> User | None:
        return User.objects.filter(pk=self.client.session.get("_auth_user_id")).first()


def remember(client: Client, relay_state: str) -> None:
    """As if the browser had asked."""
    session = client.session
    session[ASKED] = {relay_state: "/moje/"}
    session.save()
    client.cookies["sessionid"] = session.session_key


@pytest.fixture
def visitor(client) -> Visitor:
    return Visitor(client)
