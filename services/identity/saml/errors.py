"""Why an answer of the node proves nothing. The log gets the reason, the person gets what to do; neither gets more."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from spatial.errors import ServiceError


class Reason(StrEnum):
    """One for each check."""

    UNASKED = "unasked"  #: not asked by this browser, asked too long ago, or answered before
    ARTIFACT = "artifact"
    SILENT = "silent"  #: the node does not answer, or not with SAML
    UNREADABLE = "unreadable"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    DESTINATION = "destination"
    STATUS = "status"  #: the node says that nobody signed in
    ASSERTIONS = "assertions"  #: none, or several
    ENCRYPTION = "encryption"
    RECIPIENT = "recipient"
    AUDIENCE = "audience"
    REQUEST = "request"  #: answers another question
    EXPIRED = "expired"
    EARLY = "early"
    REPEATED = "repeated"
    LEVEL = "level"
    PERSON = "person"  #: an attribute is missing or is none
    CLOSED = "closed"  #: the account is closed


BEGIN_AGAIN = _("To potwierdzenie tożsamości nie jest już ważne. Zacznij logowanie jeszcze raz.")
#: what to do; an answer that was tampered with is told as one that does not fit
WORDS = {
    Reason.UNASKED: _("Tego logowania nie zaczęto w tej przeglądarce albo trwało zbyt długo. Zacznij jeszcze raz."),
    Reason.SILENT: _("Strona logowania teraz nie odpowiada. Spróbuj za kilka minut albo zaloguj się inaczej."),
    Reason.STATUS: _("Logowanie zostało przerwane, zanim potwierdzono tożsamość. Zacznij jeszcze raz."),
    Reason.EXPIRED: BEGIN_AGAIN,
    Reason.EARLY: BEGIN_AGAIN,
    Reason.REPEATED: BEGIN_AGAIN,
    Reason.LEVEL: _(
        "Ten sposób potwierdzenia tożsamości jest za słaby dla spraw urzędowych. "
        "Wybierz inny, na przykład profil zaufany, e-dowód albo bank."
    ),
    Reason.CLOSED: _("To konto jest zamknięte. Skontaktuj się z urzędem."),
}
UNFIT = _(
    "Odpowiedź strony logowania nie zgadza się z tym, o co zapytał urząd, więc jej nie przyjęliśmy. "
    "Zacznij logowanie jeszcze raz."
)


class NotProved(ServiceError):
    """The node has not proved who is there."""

    code = "sign-in-not-proved"
    status = 403

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(WORDS.get(reason, UNFIT)))
        self.reason = reason


class Silent(NotProved):
    """The node does not answer, or not in time."""

    code = "sign-in-silent"
    status = 503

    def __init__(self) -> None:
        super().__init__(Reason.SILENT)
