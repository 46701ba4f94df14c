"""Protected areas of the register of GDOŚ: shapefile (zipped, cp1250), GML, GeoJSON or GeoPackage.

Buffer zones (otuliny) stand in the layers of their areas, told only by the name. The kind comes from the INSPIRE
code, else from the name of the layer or file, else the person says it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.geometry import Box, GeometryRefusedError, refused, stored_surface, to_storage
from data.readers.amounts import decimal_of
from data.readers.columns import Columns
from data.readers.simple_features import Feature, open_features
from data.readers.teryt import day_of
from data.records import Problem, Reading
from data.records.candidates import Candidate
from data.records.nature import KIND_NAMES, KIND_OF_CODE, KIND_OF_LAYER, ProtectedAreaRecord

COLUMNS = Columns(
    {
        "identifier": ("kodinspire", "kod_inspire", "inspire_id", "identifier", "gml_id"),
        "name": ("nazwa", "name", "nazwaformy"),
        "code": ("kod", "sitecode", "code"),
        "kind": ("kind", "forma", "rodzaj", "typ"),
        "area": ("pow", "powierzchnia", "pow_ha", "area_ha"),
        "established": ("dataust", "data_utw", "datautw", "dataWyzn", "established_on"),
        "act": ("aktprawny", "akt_prawny", "legal_act"),
    },
    required=("name",),
)
_BUFFER = re.compile(r"\s*[-\u2013(]?\s*otulina\)?\s*$", re.IGNORECASE)
_KIND_BY_NAME = {name: kind for kind, name in KIND_NAMES.items()} | {kind: kind for kind in KIND_NAMES}


@dataclass(frozen=True, slots=True)
class FoundArea:
    """An area and where it is, also when its geometry was refused: that of another region is nobody's business."""

    area: Candidate[ProtectedAreaRecord]
    kind: str | None
    extent: Box | None  #: EPSG:2178; None: nowhere

    @property
    def name(self) -> str:
        return self.area.name


def read_protected_areas(path: str | Path, *, kind: str | None = None) -> Reading[FoundArea]:
    """Areas of one layer. kind: for a file whose layer and codes do not tell it.

    Raises UnreadableFileError: missing-column and those of vector files and GML.
    """
    opened = open_features(path, COLUMNS)
    reading: Reading[FoundArea] = Reading(iter(()))
    if opened.remark:
        reading.problems.append(Problem("encoding-guessed", "warning", "", opened.remark))
    reading.records = _areas(opened.features, kind, reading)
    return reading


def _areas(features: Iterator[Feature], said: str | None, reading: Reading[FoundArea]) -> Iterator[FoundArea]:
    for feature in features:
        reading.read += 1
        name = " ".join((feature.values.get("name") or "").split())
        identifier = _identifier(feature, name)
        kind = said or kind_of(feature.values, feature.layer)
        problems: list[Problem] = []
        surface = None
        if feature.geometry is not None:
            surface = stored_surface(feature.geometry, epsg=feature.epsg, name=identifier, problems=problems)
        elif feature.fault is not None:
            problems.append(refused(feature.fault, identifier))
        if kind is None:
            problems.append(_kind_unknown(identifier, name))
        extent = surface.bounds if surface is not None else _extent(feature)
        if surface is None or kind is None:
            yield FoundArea(Candidate(identifier, None, None, tuple(problems)), kind, extent)
            continue
        record = ProtectedAreaRecord(
            identifier=identifier,
            name=name,
            kind=kind,
            geometry=surface,
            is_buffer=bool(_BUFFER.search(name)),
            code=feature.values.get("code") or "",
            established_on=day_of(feature.values.get("established") or ""),
            legal_act=feature.values.get("act") or "",
            area_ha=_hectares(feature.values.get("area")),
            link=link_to(identifier),
        )
        yield FoundArea(Candidate(identifier, record, None, tuple(problems)), kind, extent)


def kind_of(values: dict[str, str | None], layer: str) -> str | None:
    """Key of KIND_NAMES, None where nothing tells it."""
    said = (values.get("kind") or "").strip().lower()
    if said in _KIND_BY_NAME:
        return _KIND_BY_NAME[said]
    code = (values.get("identifier") or "").upper().split(".")
    sites = (*code, (values.get("code") or "").upper())
    site = next((part[:3] for part in sites if re.fullmatch(r"PL[BCH]\d+", part)), "")
    for part in (site, *code):
        if part in KIND_OF_CODE:
            return KIND_OF_CODE[part]
    words = re.sub(r"[^a-z]", "", layer.lower().translate(str.maketrans("ąćęłńóśźż", "acelnoszz")))
    return next((kind for name, kind in KIND_OF_LAYER.items() if name in words), None)


def _identifier(feature: Feature, name: str) -> str:
    """The INSPIRE code; an area and its buffer zone may share one, so the buffer zone gets a suffix."""
    code = feature.values.get("identifier") or feature.values.get("code") or name or "obszar bez nazwy"
    is_marked = code.lower().endswith("otulina")
    return f"{code}.otulina"[:80] if _BUFFER.search(name) and not is_marked else code[:80]


def link_to(identifier: str) -> str:
    """The area's card in the central register of nature protection forms."""
    code = identifier.removesuffix(".otulina")
    return f"https://crfop.gdos.gov.pl/CRFOP/widok/viewfop.jsf?fop={code}" if code.startswith("PL.ZIPOP.") else ""


def _extent(feature: Feature) -> Box | None:
    if feature.geometry is None:
        return None
    try:
        return to_storage(feature.geometry, epsg=feature.epsg).bounds
    except GeometryRefusedError:
        return None


def _hectares(text: str | None) -> float | None:
    number = decimal_of(text) if text else None
    return float(number) if number is not None and number > 0 else None


def _kind_unknown(identifier: str, name: str) -> Problem:
    return Problem(
        "protected-kind-unknown",
        "error",
        identifier,
        f"Nie wiadomo, jaką formą ochrony przyrody jest „{name[:80]}”. Podaj ją opcją --form: {', '.join(KIND_NAMES)}.",
    )
