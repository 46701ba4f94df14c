"""Klauzula informacyjna (RODO art. 13), made from what the service and the municipality say about themselves.

The words that were shown are stored with the filing: later changes do not change what the person was told.
"""

from services.catalogue.declaration import EService
from spatial.municipalities.models import Municipality

WORDS = """
Administratorem Twoich danych jest {head}, {office}.

W sprawach ochrony danych napisz do inspektora ochrony danych pod adresem urzędu.

Przetwarzamy dane, które podajesz we wniosku, żeby załatwić sprawę: obowiązek prawny i zadanie publiczne
(art. 6 ust. 1 lit. c i e RODO; {basis}). Bez nich nie załatwimy wniosku.

Dane zobaczą pracownicy, którzy prowadzą sprawę, a jeśli wymaga tego prawo, także organy odwoławcze i sądy.
Kto i po co je oglądał, przeczytasz na stronie „Kto oglądał moje dane”.

{kept} Nie podejmujemy decyzji automatycznie i nie przekazujemy danych poza Unię.

Masz prawo do wglądu w dane, ich sprostowania, ograniczenia przetwarzania i sprzeciwu, a także do skargi do
Prezesa Urzędu Ochrony Danych Osobowych.
"""
PARTS = tuple(" ".join(part.split()) for part in WORDS.split("\n\n"))


def clause(service: EService, municipality: Municipality, *, category: str) -> str:
    """Paragraphs divided by empty lines, Polish."""
    office = f"{municipality.office_name}, {municipality.street_address}, {municipality.postal_address}"
    told = "\n\n".join(PARTS)
    return told.format(
        head=municipality.head_title, office=office, basis=service.card.legal_basis, kept=kept(category)
    )  # fmt: skip


def kept(category: str) -> str:
    """How long, by the archive category."""
    if category == "A":
        return "Akta sprawy są materiałem archiwalnym i zachowujemy je wieczyście (kategoria A)."
    years = category.removeprefix("BE").removeprefix("B")
    if years.isdecimal():
        return f"Akta sprawy przechowujemy {years} lat od końca roku, w którym ją zakończono (kategoria {category})."
    return f"Akta sprawy przechowujemy, dopóki są potrzebne (kategoria {category})."
