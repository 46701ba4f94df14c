"""What evidence says of a shipment: its state and the day of delivery, by the whole set and so in any order.

Codes of e-Doręczenia are those of the UA API (dossier 4.2). Ours speak the same way of the two other channels: ``K`` of
the account in the portal, ``P`` of paper.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WRITTEN = re.compile(r"(BP|[A-Z])\.?([A-Z0-9]+)")


class State(models.TextChoices):
    """Where a shipment is; the words of e-Doręczenia are fixed, so all channels use them."""

    QUEUED = "queued", _("Czeka na wysłanie")
    VERIFIED = "verified", _("W trakcie weryfikacji")
    PASSED = "passed", _("Przekazana do realizacji")
    REJECTED = "rejected", _("Odrzucona")
    POSTED = "posted", _("Nadana")
    SENT = "sent", _("Wysłana")
    WAITING = "waiting", _("Czeka na doręczenie")
    UNCLEAR = "unclear", _("Do sprawdzenia")
    UNDELIVERED = "undelivered", _("Niedoręczona")
    DEEMED = "deemed", _("Uznana za doręczoną")
    DELIVERED = "delivered", _("Doręczona")
    FAILED = "failed", _("Nie udało się wysłać")


#: nothing more is awaited
ENDS = frozenset({State.REJECTED, State.UNDELIVERED, State.DEEMED, State.DELIVERED})
ARRIVED = frozenset({State.DEEMED, State.DELIVERED})

#: from the weakest: what a stronger one says counts, however late or early the weaker one comes
STRENGTH: tuple[tuple[State, frozenset[str]], ...] = (
    (State.POSTED, frozenset({"A.1", "H.PN", "P.N", "P.S", "BP.WX", "BP.WP"})),
    (State.SENT, frozenset({"B.1"})),
    (State.WAITING, frozenset({"D.1", "K.1", "K.2"})),
    (State.UNCLEAR, frozenset({"H.ZW"})),
    (State.REJECTED, frozenset({"A.2", "H.DW"})),
    (State.UNDELIVERED, frozenset({"B.2", "B.3", "D.2", "E.2", "P.Z"})),
    (State.DEEMED, frozenset({"BP.OX", "BP.OP", "K.U", "P.U"})),
    (State.DELIVERED, frozenset({"E.1", "H.EPO", "K.OX", "K.OP", "P.O", "P.A"})),
)
#: whose day is the day of delivery, from the strongest: the business proof goes before the mark of collecting
DATING = (("BP.OX", "BP.OP"), ("E.1",), ("H.EPO",), ("P.O", "P.A"), ("P.U",), ("K.OX", "K.OP"), ("K.U",))
WORDS = {
    "A.1": _("Nadanie"), "A.2": _("Odmowa nadania"), "B.1": _("Przekazanie do skrzynki adresata"),
    "B.2": _("Skrzynka adresata nie przyjęła przesyłki"), "B.3": _("Nie można przekazać przesyłki"),
    "D.1": _("Udostępnienie adresatowi"), "D.2": _("Nie można udostępnić adresatowi"), "E.1": _("Odbiór"),
    "E.2": _("Brak odbioru"), "BP.WX": _("Dowód wysłania (XML)"), "BP.WP": _("Dowód wysłania (PDF)"),
    "BP.OX": _("Dowód otrzymania (XML)"), "BP.OP": _("Dowód otrzymania (PDF)"), "H.PN": _("Nadanie listu"),
    "H.DW": _("Odmowa wydruku"), "H.EPO": _("Elektroniczne potwierdzenie odbioru"),
    "K.1": _("Pismo na koncie, pierwsze zawiadomienie"), "K.2": _("Drugie zawiadomienie"),
    "K.OX": _("Poświadczenie doręczenia (XML)"), "K.OP": _("Poświadczenie doręczenia (PDF)"),
    "K.U": _("Upłynął czas na odbiór"), "P.N": _("Nadanie na poczcie"),
    "P.S": _("Sprostowany dzień nadania na poczcie"), "P.R": _("Numer nadawczy"), "P.O": _("Zwrotka: doręczono"),
    "P.A": _("Zwrotka: doręczono po zawiadomieniu"), "P.U": _("Zwrotka: zwrot po dwóch zawiadomieniach"),
    "P.Z": _("Zwrotka: zwrot z innej przyczyny"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence as far as the course needs it."""

    code: str
    at: datetime
    reason: str = ""  #: why the letter came back

    @property
    def says(self) -> str:
        """A confirmation of the carrier with a reason is a return, of which a person judges (KPA art. 44)."""
        return "H.ZW" if self.code == "H.EPO" and self.reason else self.code


@dataclass(frozen=True, slots=True)
class Course:
    """Where the shipment is; ``delivered_on`` only where it has arrived."""

    state: State
    delivered_on: date | None


def normal_code(written: str) -> str:
    """``"A1"`` and ``"A.1"`` -> ``"A.1"``, ``"BPOX"`` -> ``"BP.OX"``; what has another form stays as it is."""
    found = WRITTEN.fullmatch(written.strip().upper())
    return (f"{found[1]}.{found[2]}" if found else written.strip())[:20]


def words_of(code: str) -> str:
    return str(WORDS.get(code, _("Inny dowód")))


def course_of(proofs: Iterable[Proof], *, begun: State) -> Course:
    """begun: the state that the sending itself has reached; unknown codes change nothing."""
    said = [(one.says, one.at) for one in proofs]
    codes = {code for code, _at in said}
    state = next((state for state, of in reversed(STRENGTH) if of & codes), begun)
    return Course(state, day_of(said) if state in ARRIVED else None)


def day_of(said: Iterable[tuple[str, datetime]]) -> date | None:
    """Of the strongest proof; two of one strength that differ: the earlier."""
    said = list(said)
    for codes in DATING:
        if moments := [at for code, at in said if code in codes]:
            return timezone.localdate(min(moments))
    return None
