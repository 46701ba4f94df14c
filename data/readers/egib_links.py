"""Single objects about owners in EGiB GML: links, fractions, addresses, parties. Both schemas differ in names only."""

from lxml import etree

from data.personal_numbers import digits_of
from data.readers.egib_index import link_key, local_id
from data.readers.egib_parties import Party
from data.readers.xml import XLINK_HREF, child, child_text, children, local_name
from data.records import Problem
from data.records.owners import PartyKind

#: tags of members; any link inside them counts
MEMBERS = {
    "marriage": ("osobaFizyczna2", "osobaFizyczna3"),
    "institution": ("czlonekZarzaduWspolnoty",),
    "group": ("instytucja", "osobaFizyczna4", "malzenstwo3", "osobaFizyczna", "malzenstwo", "instytucja2"),
    "community": ("spolkaZarzadajaca", "podmiotUprawniony", "malzenstwoUprawnione", "osobaFizycznaUprawniona"),
}
ADDRESS_TAGS = (
    "adresStalegoPobytu",
    "adresZameldowania",
    "adresSiedziby",
    "adresOsobyFizycznej",
    "adresInstytucji",
    "adres",
)
LARGEST = 2**62  #: fits the column


def link_in(element: etree._Element, tag: str, inner: str | None = None) -> str | None:
    """Where the first such child points, itself or something inside it (a choice of kinds: JRG, osobaFizyczna5 ...)."""
    holder = child(element, tag)
    if holder is None:
        return None
    for node in holder.iter():
        if (href := node.get(XLINK_HREF)) and inner in (None, local_name(node)):
            return link_key(href)
    return None


def fraction_of(
    element: etree._Element, name: str, problems: list[Problem], *, is_required: bool
) -> tuple[int | None, int | None]:
    """Numerator and denominator as written, or nothing where they are no fraction between 0 and 1."""
    texts = [child_text(element, f"{part}UlamkaOkreslajacegoWartoscUdzialu") for part in ("licznik", "mianownik")]
    if texts == [None, None] and not is_required:
        return None, None
    try:
        numerator, denominator = (int(text or "") for text in texts)
    except ValueError:
        numerator = denominator = 0
    if 0 < numerator <= denominator < LARGEST:
        return numerator, denominator
    message = "Udział nie jest ułamkiem większym od zera i nie większym niż 1; zapisano go bez wielkości."
    problems.append(Problem("share-unreadable", "warning", name, message))
    return None, None


def address_of(element: etree._Element) -> tuple[str | None, str | None, str | None]:
    """Two lines of a letter, and the country where it is not Poland."""
    place, street, number = (child_text(element, tag) for tag in ("miejscowosc", "ulica", "numerPorzadkowy"))
    flat = child_text(element, "numerLokalu") or child_text(element, "nrLokalu")
    house = f"{number}/{flat}" if number and flat else number
    first = " ".join(part for part in (street or place, house) if part) or None
    second = " ".join(part for part in (child_text(element, "kodPocztowy"), place) if part) or None
    country = child_text(element, "kraj")
    return (
        _cut(first, 200),
        _cut(second, 120),
        None if (country or "").lower() in {"", "polska", "pl"} else _cut(country, 60),
    )


def party_of(element: etree._Element, kind: PartyKind) -> Party:
    def said(tag: str, most: int = 100) -> str | None:
        return _cut(child_text(element, tag), most)

    return Party(
        local=local_id(element),
        kind=kind,
        names=(said("pierwszeImie"), said("drugieImie"), said("pierwszyCzlonNazwiska"), said("drugiCzlonNazwiska")),
        parents=(said("imieOjca"), said("imieMatki")),
        name=said("nazwaPelna", 500) or said("nazwa", 500) or said("nazwaSkrocona", 500),
        status=said("status", 3),
        is_dead=child_text(element, "informacjaOSmierci") is not None,
        numbers=(_digits(said("pesel")), _digits(said("nip")), _digits(said("regon"))),
        address=next((link for tag in ADDRESS_TAGS if (link := link_in(element, tag))), None),
        members=tuple(
            link_key(href)
            for tag in MEMBERS.get(kind, ())
            for holder in children(element, tag)
            for node in holder.iter()
            if (href := node.get(XLINK_HREF))
        ),
    )


def _digits(text: str | None) -> str | None:
    return digits_of(text) if text else None


def _cut(text: str | None, most: int) -> str | None:
    return text[:most] if text else None
