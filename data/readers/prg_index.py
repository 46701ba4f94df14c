"""What links of a PRG file point at: localities, streets and units by identifier, with and without their version."""

import re
from dataclasses import dataclass, field

from lxml import etree

from data.readers import prg_names
from data.readers.xml import GML, XLINK_HREF, child_href, child_text, children, local_name
from data.teryt import SIMC_RE, TERYT_RE

UNIT, LOCALITY, STREET, ADDRESS = "unit", "locality", "street", "address"
CLASSES = {
    "AD_Miejscowosc": LOCALITY, "PRG_MiejscowoscNazwa": LOCALITY,
    "AD_UlicaPlac": STREET, "PRG_UlicaNazwa": STREET,
    "AD_PunktAdresowy": ADDRESS, "PRG_PunktAdresowy": ADDRESS,
    "PRG_JednostkaAdministracyjnaNazwa": UNIT,
}  # fmt: skip
#: "..._2017-04-13T15_30_15_02_00" at the end of an identifier: the version of the object
_VERSION = re.compile(r"_\d{4}-\d{2}-\d{2}T[\d_]+$")


@dataclass(frozen=True, slots=True)
class Place:
    """What an address needs of its locality."""

    simc: str
    municipality: str | None


@dataclass(slots=True)
class Index:
    """Targets of links by identifier, with and without the version at its end."""

    places: dict[str, Place] = field(default_factory=dict)
    streets: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    #: localities in which addresses name a street: the model of 2012 does not tell it otherwise
    streets_in: dict[str, set[str]] = field(default_factory=dict)
    #: locality -> links of its first address; units, which these lead to, may stand behind the addresses (2012)
    components: dict[str, tuple[str, ...]] = field(default_factory=dict)
    objects: int = 0

    def learn(self, element: etree._Element) -> None:
        kind = CLASSES.get(local_name(element))
        if kind is None:
            return
        self.objects += kind != UNIT
        name = gml_id(element)
        if kind == UNIT:
            self.units[name] = child_text(element, "idTERYT") or ""
        elif kind == LOCALITY:
            _add(self.places, name, place_of(element))
        elif kind == STREET:
            _add(self.streets, name, prg_names.ulic_of(element) or "")
        elif local_name(element) == "PRG_PunktAdresowy":
            self.learn_components(element)

    def learn_components(self, element: etree._Element) -> None:
        components = components_of(element)
        simc = next(filter(None, map(simc_in, components)), None)
        if simc:
            self.components.setdefault(simc, tuple(components))
            for name in components:
                self.streets_in.setdefault(name, set()).add(simc)

    def owner(self, simc: str) -> str | None:
        """Gmina of a locality as its addresses tell it (2012); six digits."""
        codes = (self.units.get(name, "") for name in self.components.get(simc, ()))
        return next((code[:6] for code in codes if TERYT_RE.fullmatch(code)), None)

    def place(self, link: str) -> tuple[Place | None, bool]:
        """The locality a link points at, and whether another version had to answer."""
        if (found := self.places.get(link)) is not None:
            return found, False
        if (found := self.places.get(_VERSION.sub("", link))) is not None:
            return found, True
        simc = simc_in(link)
        return (Place(simc, None), False) if simc else (None, False)

    def street(self, link: str) -> tuple[str | None, bool]:
        """ULIC of the street a link points at ("" where it has none), and whether another version answered."""
        if (found := self.streets.get(link)) is not None:
            return found, False
        return self.streets.get(_VERSION.sub("", link)), True


def _add[T](held: dict[str, T], name: str, value: T) -> None:
    held[name] = value
    held[_VERSION.sub("", name)] = value


def place_of(element: etree._Element) -> Place:
    simc = child_text(element, "identyfikatorSIMC") or child_text(element, "idTERYT") or ""
    teryt = child_text(element, "TERYTGminy") or ""
    return Place(simc, teryt[:6] if TERYT_RE.fullmatch(teryt) else None)


def gml_id(element: etree._Element) -> str:
    return element.get(f"{{{GML}}}id") or ""


def link_of(element: etree._Element, *names: str) -> str | None:
    """Identifier that the first such xlink:href names: "#X" in 2021, an address ending in "/X" in 2012."""
    href = next((href for name in names if (href := child_href(element, name))), None)
    return href.rpartition("#")[2].rpartition("/")[2] if href else None


def links_of(element: etree._Element, name: str) -> list[str]:
    """Identifiers that all such links name."""
    hrefs = (node.get(XLINK_HREF) or "" for node in children(element, name))
    return [href.rpartition("#")[2].rpartition("/")[2] for href in hrefs if href]


def components_of(element: etree._Element) -> list[str]:
    """Units, locality and street of an address of 2012."""
    return links_of(element, "komponent")


def simc_in(identifier: str) -> str | None:
    """SIMC at the end of an identifier of a locality: "PL.ZIPIN.3122.EMUiA_0182969"."""
    last = _VERSION.sub("", identifier).rpartition("_")[2]
    return last if SIMC_RE.fullmatch(last) else None
