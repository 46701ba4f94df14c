"""Why a service gave no answer; each is a rule of ``data/rules/remote.toml`` and has a Polish sentence."""

from enum import StrEnum
from typing import Self

from data.records import UnreadableFileError


class Reason(StrEnum):
    OFF = "service-off"
    RESTING = "service-resting"
    UNREACHABLE = "service-unreachable"
    TIMEOUT = "service-timeout"
    BROKEN = "connection-broken"
    FAULT = "service-fault"
    REFUSED = "request-refused"
    FORBIDDEN = "address-forbidden"
    REDIRECTED = "redirect-refused"
    CERTIFICATE = "certificate-refused"
    TOO_LARGE = "answer-too-large"
    EMPTY = "answer-empty"
    PAGE = "answer-html"
    EXCEPTION = "answer-exception"
    CUT_OFF = "answer-cut-off"
    MALFORMED = "answer-malformed"
    INCOMPLETE = "answer-incomplete"
    ELSEWHERE = "answer-elsewhere"
    NO_PAGING = "paging-ignored"
    NOTHING_HERE = "nothing-in-municipality"
    NO_TYPE = "type-missing"


SENTENCES: dict[Reason, str] = {
    Reason.OFF: "Usługa jest wyłączona w tym systemie.",
    Reason.RESTING: "Usługa ostatnio nie odpowiadała; pytamy ją znowu po krótkiej przerwie.",
    Reason.UNREACHABLE: "Nie udało się połączyć z usługą.",
    Reason.TIMEOUT: "Usługa nie odpowiedziała w wyznaczonym czasie.",
    Reason.BROKEN: "Połączenie z usługą zostało przerwane.",
    Reason.FAULT: "Usługa zgłosiła własny błąd.",
    Reason.REFUSED: "Usługa odrzuciła zapytanie.",
    Reason.FORBIDDEN: "Adres usługi prowadzi do sieci, z którą system nie może się łączyć.",
    Reason.REDIRECTED: "Usługa odesłała pod inny adres. Sprawdź i popraw adres usługi.",
    Reason.CERTIFICATE: "Certyfikat usługi jest nieprawidłowy, więc nie wiadomo, kto odpowiada.",
    Reason.TOO_LARGE: "Odpowiedź jest większa, niż przyjmujemy.",
    Reason.EMPTY: "Usługa odpowiedziała pustą treścią.",
    Reason.PAGE: "Zamiast danych przyszła strona internetowa.",
    Reason.EXCEPTION: "Usługa odpowiedziała komunikatem o błędzie.",
    Reason.CUT_OFF: "Odpowiedź urywa się w połowie.",
    Reason.MALFORMED: "Odpowiedź ma inną postać, niż mówi opis usługi.",
    Reason.INCOMPLETE: "Usługa podała mniej obiektów, niż zapowiedziała.",
    Reason.ELSEWHERE: "Dane z odpowiedzi leżą nie tam, gdzie pytano; pewnie zamienione są osie współrzędnych.",
    Reason.NO_PAGING: "Usługa nie dzieli odpowiedzi na strony, choć tak mówi jej opis.",
    Reason.NOTHING_HERE: "Usługa nie podała żadnego obiektu gminy. Sprawdź usługę i kolejność osi w zapytaniu.",
    Reason.NO_TYPE: "Usługa nie ma potrzebnej klasy obiektów.",
}

#: another attempt may help, and many in a row mean that the service is down
TRANSIENT = frozenset(
    {Reason.UNREACHABLE, Reason.TIMEOUT, Reason.BROKEN, Reason.FAULT, Reason.EMPTY, Reason.PAGE, Reason.CUT_OFF}
)

_OF_FILES = {
    "empty-file": Reason.EMPTY,
    "html-page": Reason.PAGE,
    "not-well-formed": Reason.CUT_OFF,
    "file-too-large": Reason.TOO_LARGE,
    "too-many-elements": Reason.TOO_LARGE,
}


class ServiceFailed(Exception):
    """No answer that can be used. ``detail`` is what the service said, for the log of the server, never for a page."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = " ".join(detail.split())[:300]

    @property
    def is_transient(self) -> bool:
        return self.reason in TRANSIENT

    @property
    def message(self) -> str:
        """Polish sentence for people."""
        return SENTENCES[self.reason]

    @classmethod
    def of_file(cls, fault: UnreadableFileError) -> Self:
        """What a reader says of an answer kept as a file."""
        return cls(_OF_FILES.get(fault.rule, Reason.MALFORMED), fault.message)
