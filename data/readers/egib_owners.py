"""Owners from an EGiB delivery in GML (schemas of 2021 and 2013): read only when somebody asked, in a pass of its own.

Parties without a share are left out: what nobody needs is not kept. Findings name technical identifiers only.
"""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from data.readers.egib_index import end_of, is_egib, local_id, name_of, own_links, register_group
from data.readers.egib_links import address_of, fraction_of, link_in, party_of
from data.readers.egib_owners_join import Held, Share, Unit, joined
from data.readers.xml import DEFAULT_LIMITS, Limits, child_text, local_name, read_objects
from data.records import Problem, Reading
from data.records.owners import OwnersRecord, PartyKind, RightFamily

PARTIES: dict[str, PartyKind] = {
    "EGB_OsobaFizyczna": "person",
    "EGB_Malzenstwo": "marriage",
    "EGB_Instytucja": "institution",
    "EGB_PodmiotGrupowy": "group",
    "EGB_WspolnotaGruntowa": "community",
}
ADDRESSES = frozenset({"EGB_AdresPodmiotu", "EGB_Adres"})
OTHER_UNITS = frozenset({"EGB_JednostkaRejestrowaBudynkow", "EGB_JednostkaRejestrowaLokali"})
#: class, family, tag of the right, tag of the party, tag of the unit
SHARES: dict[str, tuple[RightFamily, str, str, str]] = {
    "EGB_UdzialWeWlasnosci": ("own", "rodzajPrawa", "podmiotUdzialuWlasnosci", "przedmiotUdzialuWlasnosci"),
    "EGB_UdzialWlasnosci": ("own", "rodzajPrawa", "podmiotUdzialuWlasnosci", "przedmiotUdzialuWlasnosci"),
    "EGB_UdzialWeWladaniu": ("hold", "rodzajWladania", "podmiotUdzialuWeWladaniu", "przedmiotUdzialuWladania"),
    "EGB_UdzialWeWladaniuNieruchomosciaSPLubJST": (
        "hold", "rodzajWladania", "podmiotUdzialuWeWladaniu", "przedmiotUdzialuWladania",
    ),
}  # fmt: skip
#: words that some exports of 2013 write in place of the code
RIGHT_CODES = {
    "own": {"wlasnosc": "1", "wladanieSamoistne": "2"},
    "hold": {
        "uzytkowanieWieczyste": "1", "trwalyZarzad": "2", "zarzad": "3", "uzytkowanie": "4", "innyRodzajWladania": "5",
    },
}  # fmt: skip


def read_owners(path: str | Path, *, limits: Limits = DEFAULT_LIMITS) -> Reading[OwnersRecord]:
    """Register units, parcels' units, shares, parties and their numbers; only the versions that live.

    Raises UnreadableFileError while the records are read.
    """
    reading: Reading[OwnersRecord] = Reading(iter(()))
    reading.records = _records(Path(path), limits, reading)
    return reading


def _records(file: Path, limits: Limits, reading: Reading[OwnersRecord]) -> Iterator[OwnersRecord]:
    held = Held(problems=reading.problems)
    for element in read_objects(file, limits=limits):
        if is_egib(element) and not end_of(element):
            _keep(held, element, local_name(element))
    reading.read = held.taken
    yield from joined(held)


def _keep(held: Held, element: etree._Element, kind: str) -> None:
    match kind:
        case "EGB_ObrebEwidencyjny":
            _note(held.districts, element, name_of(element))
        case "EGB_DzialkaEwidencyjna":
            if unit := link_in(element, "JRG2"):
                held.parcels.append((name_of(element), unit))
        case "EGB_JednostkaRejestrowaGruntow":
            _note(held.units, element, _unit(element))
        case _ if kind in OTHER_UNITS:
            held.other_units |= own_links(element)
        case _ if kind in SHARES | PARTIES or kind in ADDRESSES:
            held.taken += 1
            _keep_of_people(held, element, kind)


def _keep_of_people(held: Held, element: etree._Element, kind: str) -> None:
    if kind in SHARES:
        _keep_share(held, element, kind)
    elif kind in PARTIES:
        _note(held.parties, element, party_of(element, PARTIES[kind]))
    else:
        _note(held.addresses, element, address_of(element))


def _note[Value](target: dict[str, Value], element: etree._Element, value: Value) -> None:
    for form in own_links(element):
        target[form] = value


def _unit(element: etree._Element) -> Unit:
    number = child_text(element, "idJednostkiRejestrowej") or local_id(element)
    group = register_group(child_text(element, "grupaRejestrowa"))
    return Unit(local_id(element), number, group, link_in(element, "lokalizacjaJRG"))


def _keep_share(held: Held, element: etree._Element, kind: str) -> None:
    family, right_tag, party_tag, unit_tag = SHARES[kind]
    local = local_id(element)
    if link_in(element, unit_tag, "JRB") or link_in(element, unit_tag, "JRL"):
        held.of_buildings += 1
        return
    if local in held.shares:
        message = "Udział o tym identyfikatorze występuje w pliku więcej niż raz; przyjęto pierwszy."
        held.problems.append(Problem("share-repeated", "warning", local, message))
        return
    right = child_text(element, right_tag) or ""
    numerator, denominator = fraction_of(element, local, held.problems, is_required=family == "own")
    held.shares[local] = Share(
        local,
        family,
        RIGHT_CODES[family].get(right, right)[:2],
        link_in(element, party_tag),
        link_in(element, unit_tag),
        numerator,
        denominator,
    )
