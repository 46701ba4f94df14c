"""EGiB in GML, schema of 2021, from the public attributes of the register: no land books, no owners, no shares.

Coordinates stand north first, as in every delivery of a county, to a tenth of a millimetre. What the schema demands and
we do not hold (boundary points, the register unit of a building) is an empty property; register units carry the group
only and their numbers are ours. ``lokalnyId`` is computed from the identifier, in a namespace of our own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TextIO
from uuid import UUID, uuid5
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon

from data.identifiers import DISTRICT_RE
from data.readers.egib_build import PREDECESSORS
from data.readers.egib_index import (
    BUILDING,
    CLASS_CONTOUR,
    DISTRICT,
    PARCEL,
    REGISTER_UNIT,
    UNIT,
    USE_CONTOUR,
)
from data.records import BuildingRecord, DistrictRecord, LandUseRecord, ParcelRecord, Surface, UnitRecord

SYSTEM = "urn:ogc:def:crs:EPSG::2178"
_NAMES = UUID("5b0c6f0e-5f6b-5d7e-9a34-120610120613")

type PublicRecord = UnitRecord | DistrictRecord | ParcelRecord | LandUseRecord | BuildingRecord

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!--Stan na dzień {state_on}. Dane publiczne EGiB z systemu Miedza: bez podmiotów, udziałów i ksiąg wieczystych.
Jednostki rejestrowe podają tylko grupę i mają numery nadane przy eksporcie; powZabudowy obliczono z obrysu.-->
<gml:FeatureCollection gml:id="Miedza" xmlns:gml="http://www.opengis.net/gml/3.2" \
xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xmlns:egb="ewidencjaGruntowIBudynkow:1.0" \
xsi:schemaLocation="http://www.opengis.net/gml/3.2 http://schemas.opengis.net/gml/3.2.1/gml.xsd \
ewidencjaGruntowIBudynkow:1.0 EGIB.XSD">
"""
_POINTS = 3  #: least number of boundary points that the schema demands


@dataclass(frozen=True, slots=True)
class Dated:
    """A record with its days: since when this version is valid, and since when there is the object."""

    record: PublicRecord
    valid_from: date
    begun_on: date


def write_egib(stream: TextIO, objects: Iterable[Dated], *, state_on: date) -> int:
    """Writes the objects in their order and returns how many."""
    writer = _Writer()
    stream.write(_HEAD.format(state_on=state_on))
    count = 0
    for dated in objects:
        stream.writelines(writer.member(dated))
        count += 1
    stream.writelines(writer.register_units())
    stream.write("</gml:FeatureCollection>\n")
    return count


@dataclass(slots=True)
class _Writer:
    groups: dict[tuple[str, str], date] = field(default_factory=dict)  #: district, group -> first day seen
    shapes: int = 0  #: geometries so far; each has an identifier of its own

    def member(self, dated: Dated) -> Iterator[str]:
        match dated.record:
            case UnitRecord():
                return self._wrapped(UNIT, dated, self._unit(dated.record))
            case DistrictRecord():
                return self._wrapped(DISTRICT, dated, self._district(dated.record))
            case ParcelRecord():
                return self._wrapped(PARCEL, dated, self._parcel(dated.record, dated.valid_from))
            case LandUseRecord():
                return self._contours(dated, dated.record)
            case BuildingRecord():
                return self._wrapped(BUILDING, dated, self._building(dated.record))

    def register_units(self) -> Iterator[str]:
        """The units that parcels pointed at; one for each group of a district."""
        for (district, group), day in sorted(self.groups.items()):
            unit = register_unit(district, group)
            fields = [text("idJednostkiRejestrowej", unit), text("grupaRejestrowa", group)]
            fields.append(link("lokalizacjaJRG", DISTRICT, district))
            yield from _object(REGISTER_UNIT, unit, day, day, fields)

    # --- classes ---

    def _wrapped(self, kind: str, dated: Dated, fields: Iterable[str]) -> Iterator[str]:
        return _object(kind, dated.record.identifier, dated.valid_from, dated.begun_on, fields)

    def _unit(self, unit: UnitRecord) -> Iterator[str]:
        if unit.geometry is not None:
            yield self.many(unit.geometry)
        yield text("idJednostkiEwid", unit.identifier)
        yield text("nazwaWlasna", unit.name)
        yield _nil("punktGranicyJednEwid") * _POINTS

    def _district(self, district: DistrictRecord) -> Iterator[str]:
        if district.geometry is not None:
            yield self.many(district.geometry)
        yield text("idObrebu", district.identifier)
        yield text("nazwaWlasna", district.name)
        yield _nil("punktGranicyObrebu") * _POINTS
        unit = district.identifier[:8]
        yield link("lokalizacjaObrebu", UNIT, unit)

    def _parcel(self, parcel: ParcelRecord, valid_from: date) -> Iterator[str]:
        district = parcel.identifier[:13]
        yield text("idDzialki", parcel.identifier)
        yield self.one(parcel.geometry)
        if parcel.registered_area_m2 is not None:
            yield hectares("poleEwidencyjne", parcel.registered_area_m2)
        if parcel.area_precision is not None:
            yield text("dokladnoscReprezentacjiPola", str(parcel.area_precision))
        for use in parcel.land_uses:
            yield "<egb:klasouzytek><egb:EGB_Klasouzytek>"
            yield from _codes(use.ofu, use.ozu, use.ozk)
            if use.area_m2 is not None:
                yield hectares("powierzchnia", use.area_m2)
            yield "</egb:EGB_Klasouzytek></egb:klasouzytek>"
        if parcel.predecessors:
            yield text("dodatkoweInformacje", PREDECESSORS + "; ".join(parcel.predecessors))
        yield self._group(district, parcel.register_group, valid_from)
        yield _nil("punktGranicyDzialki") * _POINTS
        yield link("lokalizacjaDzialki", DISTRICT, district)

    def _group(self, district: str, group: str | None, day: date) -> str:
        if group is None:
            return _nil("JRG2")
        self.groups[district, group] = min(day, self.groups.get((district, group), day))
        unit = register_unit(district, group)
        return link("JRG2", REGISTER_UNIT, unit)

    def _contours(self, dated: Dated, contour: LandUseRecord) -> Iterator[str]:
        """A contour of use, of classification, or both: the schema knows no object that says both at once."""
        place = contour.identifier[:13]
        if contour.ozu is None or contour.ofu != contour.ozu:
            use = [self.one(contour.geometry), text("idUzytku", contour.identifier), text("OFU", contour.ofu)]
            use.append(_located("lokalizacjaUzytku", place))
            yield from self._wrapped(USE_CONTOUR, dated, use)
        if contour.ozu is not None:
            name = contour.identifier if contour.ofu == contour.ozu else f"{contour.identifier}.K"
            fields = [self.one(contour.geometry), text("idKonturu", name), *_codes(None, contour.ozu, contour.ozk)]
            fields.append(_located("lokalizacjaKonturu", place))
            yield from _object(CLASS_CONTOUR, name, dated.valid_from, dated.begun_on, fields)

    def _building(self, building: BuildingRecord) -> Iterator[str]:
        yield text("idBudynku", building.identifier)
        yield self.many(building.geometry)
        if building.kind is not None:
            yield text("rodzajWgKST", building.kind)
        if building.floors_above is not None:
            yield text("liczbaKondygnacjiNadziemnych", str(building.floors_above))
        if building.floors_below is not None:
            yield text("liczbaKondygnacjiPodziemnych", str(building.floors_below))
        yield f'<egb:powZabudowy uom="m2">{building.geometry.area:.2f}</egb:powZabudowy>'
        yield _nil("dzialkaZabudowana")

    # --- shapes ---

    def one(self, geometry: Surface) -> str:
        """gml:Polygon, or a gml:Surface with a patch for each part."""
        if isinstance(geometry, Polygon) or len(geometry.geoms) == 1:
            polygon = geometry if isinstance(geometry, Polygon) else geometry.geoms[0]
            return f"<egb:geometria>{self._polygon(polygon)}</egb:geometria>"
        patches = "".join(f"<gml:PolygonPatch>{_rings(part)}</gml:PolygonPatch>" for part in geometry.geoms)
        head = f"<gml:Surface {self._head()}><gml:patches>"
        return f"<egb:geometria>{head}{patches}</gml:patches></gml:Surface></egb:geometria>"

    def many(self, geometry: Surface) -> str:
        parts = geometry.geoms if isinstance(geometry, MultiPolygon) else [geometry]
        head = f"<gml:MultiSurface {self._head()}>"
        members = "".join(f"<gml:surfaceMember>{self._polygon(part)}</gml:surfaceMember>" for part in parts)
        return f"<egb:geometria>{head}{members}</gml:MultiSurface></egb:geometria>"

    def _polygon(self, polygon: Polygon) -> str:
        return f"<gml:Polygon {self._head()}>{_rings(polygon)}</gml:Polygon>"

    def _head(self) -> str:
        self.shapes += 1
        return f'gml:id="G{self.shapes}" srsName="{SYSTEM}" srsDimension="2"'


def register_unit(district: str, group: str) -> str:
    """Number of the register unit that stands for all of a group in a district."""
    return f"{district}.G{group}"


def _object(kind: str, identifier: str, valid_from: date, begun_on: date, fields: Iterable[str]) -> Iterator[str]:
    space = f"PL.Miedza.{identifier[:4] if identifier[:4].isdigit() else '0000'}.EGiB"
    version = f"{valid_from}T00:00:00"
    yield f'<gml:featureMember><egb:{kind} gml:id="{object_id(kind, identifier)}"><egb:idIIP><egb:EGB_IdentyfikatorIIP>'
    yield text("lokalnyId", local_id(kind, identifier)) + text("przestrzenNazw", space) + text("wersjaId", version)
    yield "</egb:EGB_IdentyfikatorIIP></egb:idIIP>"
    yield text("startObiekt", f"{begun_on}T00:00:00") + text("startWersjaObiekt", version)
    yield from fields
    yield f"</egb:{kind}></gml:featureMember>\n"


def local_id(kind: str, identifier: str) -> str:
    """UUID of an object, the same in every export."""
    return str(uuid5(_NAMES, f"{kind}:{identifier}"))


def object_id(kind: str, identifier: str) -> str:
    """gml:id, which must not begin with a digit."""
    return f"ID_{local_id(kind, identifier)}"


@lru_cache(maxsize=4096)
def link(tag: str, kind: str, identifier: str) -> str:
    """Relation to another object."""
    return f'<egb:{tag} xlink:href="#{object_id(kind, identifier)}"/>'


def _located(tag: str, place: str) -> str:
    return link(tag, DISTRICT, place) if DISTRICT_RE.fullmatch(place) else _nil(tag)


def text(tag: str, value: str) -> str:
    return f"<egb:{tag}>{escape(value)}</egb:{tag}>"


def hectares(tag: str, area_m2: int) -> str:
    return f'<egb:{tag} uom="ha">{area_m2 // 10_000}.{area_m2 % 10_000:04d}</egb:{tag}>'


def _nil(tag: str) -> str:
    return f'<egb:{tag} nilReason="missing"/>'


def _codes(ofu: str | None, ozu: str | None, ozk: str | None) -> list[str]:
    return [text(tag, value) for tag, value in (("OFU", ofu), ("OZU", ozu), ("OZK", ozk)) if value is not None]


def _rings(polygon: Polygon) -> str:
    shell = f"<gml:exterior>{_ring(polygon.exterior)}</gml:exterior>"
    return shell + "".join(f"<gml:interior>{_ring(hole)}</gml:interior>" for hole in polygon.interiors)


def _ring(ring: shapely.LinearRing) -> str:
    return f"<gml:LinearRing><gml:posList>{north_east(shapely.get_coordinates(ring))}</gml:posList></gml:LinearRing>"


def north_east(pairs: npt.NDArray[np.float64]) -> str:
    """Coordinates as text, north first: centimetres where that is all there is, else tenths of a millimetre."""
    rounded = np.round(pairs, 4)
    decimals = 2 if (np.round(rounded, 2) == rounded).all() else 4
    return " ".join(f"{north:.{decimals}f} {east:.{decimals}f}" for east, north in rounded.tolist())
