"""Trails from GPX, KML and GeoJSON: cleaned of spikes and doubled points, measured, simplified to 3 m.

Lines of one name (or of none) in a GPX or KML are one trail; lines of different names are several. The published
length comes from the person or the file, never from the line: a line drawn by hand is shorter than the way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shapely import LineString, MultiLineString

from data.geometry import GeometryRefusedError, refused, to_storage
from data.readers.archives import Unpacked
from data.readers.geojson import WGS84, Feature, read_collection
from data.readers.tracks import MAX_BYTES, MAX_POINTS, Line, read_tracks
from data.readers.trail_record import ENGLISH_KINDS, trail_record
from data.readers.words import clean, identifier_of, slug
from data.records import Problem, Reading, UnreadableFileError
from data.records.tourism import TRAIL_KINDS, TrailRecord
from data.tracks import cut_ends, is_ride, joined, spikes, without_doubled

SUFFIXES = (".gpx", ".kml", ".geojson", ".json")
_WORDS = {
    "name": ("name", "name_pl", "nazwa"),
    "kind": ("kind", "rodzaj"),
    "colour": ("colour", "color", "kolor"),
    "length_km": ("length_km", "dlugosc_km", "długość_km"),
    "surface": ("surface", "nawierzchnia"),
    "difficulty": ("difficulty", "trudnosc", "trudność"),
    "description": ("description", "description_pl", "opis"),
    "manager": ("manager", "zarzadca", "zarządca", "operator"),
    "symbol": ("symbol", "osmc:symbol"),
    "loop": ("loop", "petla", "pętla"),
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person says of a GPX or KML, which says little of itself."""

    identifier: str = ""
    name: str = ""
    kind: str = ""
    colour: str = ""
    length_km: float | None = None
    cut_m: float = 0  #: taken off both ends: a walker's track begins at the walker's home


NO_WISHES = Wishes()


def read_trails(path: str | Path, wishes: Wishes = NO_WISHES) -> Reading[TrailRecord]:
    """Trails of one file, also zipped (KMZ). Raises UnreadableFileError: those of tracks, GeoJSON and archives."""
    source = Unpacked.of(path, suffixes=SUFFIXES, max_bytes=MAX_BYTES)
    reading: Reading[TrailRecord] = Reading(iter(()))
    with source.path.open("rb") as stream:
        is_json = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    build = _Builder(reading.problems, wishes, Path(path))
    reading.records = iter(list(build.of_geojson(source.path) if is_json else build.of_tracks(source.path)))
    reading.read = build.read
    if source.folder is not None:
        source.folder.cleanup()
    return reading


class _Builder:
    def __init__(self, problems: list[Problem], wishes: Wishes, raw: Path) -> None:
        self.problems = problems
        self.wishes = wishes
        self.raw = raw
        self.read = 0

    # --- GPX and KML ---

    def of_tracks(self, path: Path) -> Iterator[TrailRecord]:
        found = read_tracks(path)
        if found.remark:
            self.problems.append(Problem("encoding-guessed", "warning", "", found.remark))
        groups = _grouped(self.without_routes([line for line in found.lines if any(line.parts)]))
        if not groups:
            raise UnreadableFileError(
                "no-objects", "W pliku nie ma żadnej linii (śladu ani trasy). Wyeksportuj ślad, nie same punkty."
            )
        if len(groups) > 1 and (self.wishes.identifier or self.wishes.name):
            message = f"Plik zawiera {len(groups)} tras o różnych nazwach; podanej nazwy i identyfikatora nie użyto."
            self.problems.append(Problem("trail-several", "warning", "", message))
        for lines in groups:
            self.read += 1
            record = self.of_lines(lines, is_only=len(groups) == 1)
            if record is not None:
                yield record

    def without_routes(self, lines: list[Line]) -> list[Line]:
        """Tracks where there are any: a route beside them is usually the plan of the same way."""
        tracks = [line for line in lines if not line.is_route]
        if lines and not tracks:
            message = "Plik zawiera trasę narysowaną z punktów drogi, a nie ślad z terenu; może być uproszczona."
            self.problems.append(Problem("trail-from-route", "info", "", message))
        elif len(tracks) < len(lines):
            message = f"Obok śladów są w pliku trasy z punktów drogi ({len(lines) - len(tracks)}); wczytano ślady."
            self.problems.append(Problem("trail-from-route", "info", "", message))
        return tracks or lines

    def of_lines(self, lines: Sequence[Line], *, is_only: bool) -> TrailRecord | None:
        wished = self.wishes if is_only else NO_WISHES
        name = clean(wished.name or lines[0].name or self.raw.stem)
        identifier = identifier_of(wished.identifier, name) or "trasa"
        values = {
            "id": identifier,
            "name": name,
            "description": lines[0].description,
            "kind": self.wishes.kind or ENGLISH_KINDS.get(lines[0].kind.lower(), lines[0].kind.lower()),
            "colour": self.wishes.colour,
            "length_km": str(wished.length_km or ""),
        }
        if values["kind"] not in TRAIL_KINDS:
            values["kind"] = TRAIL_KINDS[0]
            message = f"Plik nie mówi, dla kogo jest trasa; przyjęto, że {TRAIL_KINDS[0]}. Inną podaj opcją --kind."
            self.problems.append(Problem("trail-kind-assumed", "info", identifier, message))
        try:
            line = self.cleaned(lines, identifier)
        except GeometryRefusedError as fault:
            self.problems.append(refused(fault, identifier))
            return None
        return trail_record(values, line, raw=self.raw, problems=self.problems)

    def cleaned(self, lines: Sequence[Line], identifier: str) -> LineString | MultiLineString:
        """One line in EPSG:2178. Raises GeometryRefusedError."""
        parts, dropped, doubled, fast = [], 0, 0, False
        for part in (part for line in lines for part in line.parts):
            wrong = set(spikes(part))
            ride = is_ride(part)
            fast, wrong = fast or ride, set() if ride else wrong
            kept = [fix for number, fix in enumerate(part) if number not in wrong]
            different = without_doubled(kept)
            dropped, doubled = dropped + len(wrong), doubled + len(kept) - len(different)
            if len(different) > 1:
                line = to_storage(LineString([(fix.lon, fix.lat) for fix in different]), epsg=WGS84)
                parts.append(LineString(line.coords))
        unreadable = sum(line.unreadable for line in lines)
        self.tell(identifier, spikes=dropped, doubled=doubled, unreadable=unreadable, is_ride=fast)
        if not parts:
            raise GeometryRefusedError("geometry-empty", "Ślad nie ma dwóch różnych punktów. Wyeksportuj go ponownie.")
        if not self.wishes.cut_m and any(fix.moment for line in lines for part in line.parts for fix in part):
            self.problems.append(_from_receiver(identifier))
        whole = joined(parts)
        rest = cut_ends(whole, self.wishes.cut_m) if self.wishes.cut_m else whole
        if rest is None:
            raise GeometryRefusedError(
                "geometry-empty", "Po ucięciu końców nic ze śladu nie zostało. Podaj mniej metrów."
            )
        return rest

    def tell(self, identifier: str, *, spikes: int, doubled: int, unreadable: int, is_ride: bool) -> None:
        if is_ride:
            message = "Duża część śladu jest szybsza niż 90 km/h: to zapewne przejazd samochodem. Nic nie usunięto."
            self.problems.append(Problem("trail-too-fast", "warning", identifier, message))
        if spikes:
            message = f"Usunięto skoki odbiornika GPS (ponad 90 km/h): punktów {spikes}. Sprawdź przebieg na mapie."
            self.problems.append(Problem("trail-spike", "warning", identifier, message))
        if doubled:
            message = f"Usunięto powtórzone punkty: {doubled}. Przebieg się nie zmienił."
            self.problems.append(Problem("repeated-vertices", "warning", identifier, message))
        if unreadable:
            message = f"Pominięto punkty bez poprawnych współrzędnych: {unreadable}. Sprawdź przebieg na mapie."
            self.problems.append(Problem("trail-point-unreadable", "warning", identifier, message))

    # --- GeoJSON ---

    def of_geojson(self, path: Path) -> Iterator[TrailRecord]:
        collection = read_collection(path, max_bytes=MAX_BYTES)
        points = 0
        for feature in collection.features:
            self.read += 1
            identifier = feature.values.get("id") or slug(_first(feature.values, "name")) or f"trasa {self.read}"
            try:
                line = _line_of(feature, collection.epsg)
            except GeometryRefusedError as fault:
                self.problems.append(refused(fault, identifier[:80]))
                continue
            points += len(line.coords) if isinstance(line, LineString) else sum(len(part.coords) for part in line.geoms)
            if points > MAX_POINTS:
                raise UnreadableFileError(
                    "too-many-points", f"Plik ma ponad {MAX_POINTS} punktów. Podziel go albo zapisz rzadziej."
                )
            values = dict(feature.values) | {name: _first(feature.values, name) for name in _WORDS}
            record = trail_record(values, line, raw=self.raw, problems=self.problems)
            if record is not None:
                yield record


def _grouped(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines of one name together; those without a name go with the first."""
    named = {line.name for line in lines if line.name}
    if len(named) < 2:
        return [list(lines)] if lines else []
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.name or next(iter(groups), ""), []).append(line)
    return list(groups.values())


def _first(values: Mapping[str, str], field: str) -> str:
    return next((values[name] for name in _WORDS[field] if values.get(name)), "")


def _line_of(feature: Feature, epsg: int) -> LineString | MultiLineString:
    """Raises GeometryRefusedError for anything but a line."""
    geometry = to_storage(feature.geometry(), epsg=epsg)
    if not isinstance(geometry, LineString | MultiLineString):
        raise GeometryRefusedError(
            "geometry-wrong-type", f"Trasa ma być linią, a plik zawiera geometrię {geometry.geom_type}."
        )
    if geometry.length == 0:
        raise GeometryRefusedError("geometry-empty", "Linia trasy nie ma długości. Popraw ją w źródle.")
    return joined(list(geometry.geoms)) if isinstance(geometry, MultiLineString) else geometry


def _from_receiver(identifier: str) -> Problem:
    return Problem(
        "trail-from-receiver",
        "warning",
        identifier,
        "Ślad ma godziny, więc pochodzi z czyjegoś odbiornika; jego początek i koniec mogą wskazywać dom tej osoby. "
        "Jeśli tak jest, utnij je opcją --cut.",
    )
