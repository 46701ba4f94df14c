"""Names and codes of streets in both models of PRG, written as TERYT writes them."""

from lxml import etree

from data.readers.xml import child, child_text
from data.teryt import STREET_KINDS, split_street, street_name


def ulic_of(element: etree._Element) -> str | None:
    """Five digits of ULIC [identyfikatorULIC; mua:idTERYT]."""
    inside = _name_2012(element)
    return child_text(inside, "idTERYT") if inside is not None else child_text(element, "identyfikatorULIC")


def name_of(element: etree._Element) -> str:
    """ "ul. gen. Józefa Bema": the cecha, NAZWA_2 and NAZWA_1; the full name where the parts are absent."""
    inside = _name_2012(element)
    if inside is not None:
        return _of_2012(inside)
    cecha = STREET_KINDS.get(child_text(element, "rodzaj") or "", "")
    name_1, name_2 = child_text(element, "TERYTNazwa1"), child_text(element, "TERYTNazwa2") or ""
    if name_1:
        return street_name(cecha, name_1, name_2)
    said, rest = split_street(child_text(element, "nazwaPelna") or "")
    return street_name(said or cecha, rest)


def _name_2012(element: etree._Element) -> etree._Element | None:
    holder = child(element, "nazwa")
    return holder[0] if holder is not None and len(holder) else None


def _of_2012(inside: etree._Element) -> str:
    """The first prefix is the cecha ("ulica", "plac"), the second a title ("gen."); a street may come without one."""
    first, second = child_text(inside, "przedrostek1Czesc") or "", child_text(inside, "przedrostek2Czesc") or ""
    part, main = child_text(inside, "nazwaCzesc") or "", child_text(inside, "nazwaGlownaCzesc") or ""
    cecha, _ = split_street(f"{first} x")
    said, rest = split_street(main)
    return street_name(cecha or first or said or "ul.", rest if said else main, f"{second} {part}".strip())
