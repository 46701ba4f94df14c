"""On which ground the office's people see data of those who filed; each from a day on. Words of the law are Polish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RODO = date(2018, 5, 25)
CONTROL = date(2010, 1, 1)  #: the act on public finance

#: codes, as they stand in the log
CASE, DOCUMENTS, SUPERVISION, OWN_REQUEST, SETTINGS = "case", "documents", "supervision", "own-request", "settings"


@dataclass(frozen=True, slots=True)
class Ground:
    code: str
    title: str | Promise
    basis: str  #: Polish
    valid_from: date


GROUNDS: Sequence[Ground] = (
    Ground(CASE, _("prowadzenie sprawy"), "art. 6 ust. 1 lit. c RODO", RODO),
    Ground(DOCUMENTS, _("korzystanie z dokumentów urzędu"), "art. 6 ust. 1 lit. e RODO", RODO),
    Ground(SUPERVISION, _("kontrola dostępu do danych"), "art. 39 ust. 1 lit. b RODO", RODO),
    Ground(OWN_REQUEST, _("żądanie osoby, której dane dotyczą"), "art. 17 RODO", RODO),
    Ground(SETTINGS, _("kontrola zarządcza"), "art. 68 ust. 2 pkt 4 ustawy o finansach publicznych", CONTROL),
)


def ground_on(code: str, day: date) -> Ground:
    """The ground as it stood on the day. Raises KeyError for a code that was none of the list then."""
    for ground in sorted(GROUNDS, key=lambda one: one.valid_from, reverse=True):
        if ground.code == code and ground.valid_from <= day:
            return ground
    raise KeyError(code)
