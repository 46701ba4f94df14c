"""Places and trails of the tourist service (dossier tourism 3.1 and 4.1), as far as sources say."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shapely import LineString, MultiLineString, Point

PLACE_KINDS = {
    "castle": "zamek",
    "rock": "skała",
    "cave": "jaskinia",
    "church": "kościół lub kaplica",
    "monument": "pomnik lub zabytek",
    "museum": "muzeum",
    "spring": "źródło",
    "water": "woda",
    "valley": "dolina",
    "viewpoint": "punkt widokowy",
    "summit": "szczyt",
    "archaeology": "stanowisko archeologiczne",
    "manor": "dwór lub pałac",
    "square": "rynek lub plac",
    "park": "park",
    "culture": "dom kultury",
    "office": "urząd",
    "lodging": "nocleg",
    "food": "jedzenie",
    "parking": "parking",
    "transport": "przystanek",
    "village": "wieś",
}
TRAIL_KINDS = ("piesza", "rowerowa", "nordic walking", "konna", "edukacyjna")
#: colours of marks; "brak" is a route without marks, "muszla" the Way of St James
TRAIL_COLOURS = ("czerwony", "niebieski", "zielony", "żółty", "czarny", "fioletowy", "brązowy", "muszla", "brak")
CONFIDENCES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRecord:
    """Miejsce. A text that the source does not give is ""."""

    identifier: str  #: slug, stable once published: "zamek-ojcow" [id]
    name: str  #: [name_pl, nazwa]
    kind: str  #: key of PLACE_KINDS
    geometry: Point
    located_in: tuple[str, ...] = ()  #: six digits of TERYT, as the source says; empty: found by the boundary
    name_en: str = ""
    name_uk: str = ""
    description: str = ""
    description_en: str = ""
    confidence: str = ""  #: how sure the position is: high (100 m), medium (300 m), low
    confidence_note: str = ""
    address: str = ""
    phone: str = ""
    url: str = ""
    opening_hours: str = ""  #: syntax of OpenStreetMap
    monument_number: str = ""  #: numer w rejestrze zabytków
    osm_id: str = ""
    wikidata: str = ""
    source: str = ""
    licence: str = ""
    verified_on: date | None = None  #: day somebody confirmed the position on the ground or the orthophoto
    verified_by: str = ""  #: a person: never public


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRecord:
    """Trasa: a marked or own route. Lengths in metres."""

    identifier: str
    name: str
    kind: str  #: one of TRAIL_KINDS
    geometry: LineString | MultiLineString  #: simplified to 3 m; heights stay in the raw file
    measured_m: int  #: along the line as delivered, before it was simplified, after spikes were dropped
    published_m: int | None = None  #: what the keeper of the trail says; shown first
    published_source: str = ""
    colour: str = "brak"
    symbol: str = ""  #: osmc:symbol
    name_en: str = ""
    description: str = ""
    description_en: str = ""
    difficulty: str = ""  #: łatwa, średnia, trudna
    surfaces: tuple[str, ...] = ()
    is_loop: bool = False
    walk_time_min: int | None = None
    stroller: bool | None = None
    wheelchair: bool | None = None
    manager: str = ""  #: PTTK, OPN, gmina
    confidence: str = ""
    source: str = ""
    verified_on: date | None = None
    raw: Path | None = None  #: the file as it came, kept by its hash
