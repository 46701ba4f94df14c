"""What people may be told of. A topic is declared here and nowhere else.

Outside the portal a message to one person says only the topic's sentence and where to read the rest: the office does
not know who holds the phone.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from spatial.ogc.text import Text

#: of the words that stand beside the boxes of consents
TEXT_VERSION = "2026-11-29"


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of news."""

    code: str
    title: str | Promise
    hint: str | Promise
    outward: Text  #: all that leaves the office about one person's affair
    transactional: bool  #: follows from the person's own affairs by itself; nobody composes it, nobody approves it


DOCUMENT = Topic(
    "document.issued", _("Nowe dokumenty"), _("Faktura, nota, wezwanie albo decyzja czeka na koncie."),
    Text("Masz nowy dokument w e-urzędzie.", "You have a new document in the e-office."), transactional=True,
)  # fmt: skip
DUE = Topic(
    "due", _("Terminy płatności"), _("Zbliża się termin płatności albo już minął."),
    Text("Masz wiadomość o terminie płatności.", "You have a message about a payment date."), transactional=True,
)  # fmt: skip
SERVICE = Topic(
    "service.planned", _("Odczyty, wywozy i inne usługi"), _("Kiedy przyjdziemy odczytać licznik albo coś odebrać."),
    Text("Masz wiadomość o usłudze gminy.", "You have a message about a municipal service."), transactional=False,
)  # fmt: skip
WARNING = Topic(
    "warning", _("Ostrzeżenia"), _("Awarie, przerwy w dostawie wody, zagrożenia w okolicy."),
    Text("Masz ostrzeżenie z urzędu gminy.", "You have a warning from the municipal office."), transactional=False,
)  # fmt: skip
CASE = Topic(
    "application.status", _("Moje sprawy"), _("Coś nowego dzieje się w sprawie, którą prowadzi urząd."),
    Text("W Twojej sprawie jest coś nowego.", "There is news in your case."), transactional=True,
)  # fmt: skip

#: those that people choose
TOPICS: dict[str, Topic] = {one.code: one for one in (CASE, DOCUMENT, DUE, SERVICE, WARNING)}
#: of which everybody is told in the portal without being asked
ADDRESS = Topic(
    "address", _("Adresy do powiadomień"), _("Na podany adres nic nie dochodzi."),
    Text("Sprawdź adresy do powiadomień.", "Check your addresses for messages."), transactional=True,
)  # fmt: skip
KINDS = TOPICS | {ADDRESS.code: ADDRESS}
#: what messages of a topic that is declared no more are shown as
WITHDRAWN = Topic(
    "", _("temat wycofany"), "",
    Text("Masz wiadomość z urzędu gminy.", "You have a message from the municipal office."), transactional=False,
)  # fmt: skip
#: topics that a clerk may write about
COMPOSED = [one for one in TOPICS.values() if not one.transactional]


def is_composed(code: str) -> bool:
    """Whether a clerk may write about it today."""
    return code in TOPICS and not TOPICS[code].transactional
