"""One trail from what a file and a person say of it: kind, colour and published length checked, the line measured."""

from collections.abc import Mapping
from pathlib import Path

from shapely import LineString, MultiLineString

from data.readers.amounts import decimal_of, polish
from data.readers.teryt import day_of
from data.readers.words import clean, formulas, identifier_of, short, yes_or_no
from data.records import Problem
from data.records.tourism import CONFIDENCES, TRAIL_COLOURS, TRAIL_KINDS, TrailRecord
from data.tracks import is_loop, simplified

LONGER, SHORTER = 1.15, 0.6  #: of the published length: beyond these one of the two is wrong
ENGLISH_KINDS = {
    "hiking": "piesza",
    "foot": "piesza",
    "walking": "piesza",
    "bicycle": "rowerowa",
    "cycling": "rowerowa",
}


def trail_record(
    values: Mapping[str, str], line: LineString | MultiLineString, *, raw: Path, problems: list[Problem]
) -> TrailRecord | None:
    """The record, or None after the reason was written to ``problems``; the line is in EPSG:2178."""
    name = values["name"]
    identifier = identifier_of(values.get("id", ""), name)
    if not name or not identifier:
        message = "Trasa nie ma nazwy ani identyfikatora. Uzupełnij je w źródle."
        problems.append(Problem("trail-incomplete", "error", identifier or "trasa bez nazwy", message))
        return None
    kind = ENGLISH_KINDS.get(values["kind"].lower(), values["kind"].lower())
    if kind not in TRAIL_KINDS:
        message = f"Rodzaj trasy „{kind[:40]}” jest nieznany. Podaj jeden z: {', '.join(TRAIL_KINDS)}."
        problems.append(Problem("trail-kind-unknown", "error", identifier, message))
        return None
    published, source = _published(values, identifier, problems)
    measured = round(line.length)
    _compare(identifier, measured, published, problems)
    problems.extend(formulas((name, values.get("name_en", ""), values.get("description", "")), identifier))
    loop = yes_or_no(values.get("loop", ""))
    return TrailRecord(
        identifier=identifier,
        name=short(name, 200, identifier, problems),
        kind=kind,
        geometry=simplified(line),
        measured_m=measured,
        published_m=published,
        published_source=source,
        colour=_colour(values.get("colour", ""), identifier, problems),
        symbol=short(values.get("symbol", ""), 100, identifier, problems),
        name_en=short(values.get("name_en", ""), 200, identifier, problems),
        description=clean(values.get("description", "")),
        description_en=clean(values.get("description_en", "")),
        difficulty=short(values.get("difficulty", ""), 40, identifier, problems),
        surfaces=tuple(filter(None, (word.strip()[:60] for word in values.get("surface", "").split("/")))),
        is_loop=is_loop(line) if loop is None else loop,
        walk_time_min=_whole(values.get("walk_time_min", "")),
        stroller=yes_or_no(values.get("stroller", "")),
        wheelchair=yes_or_no(values.get("wheelchair", "")),
        manager=short(values.get("manager", ""), 100, identifier, problems),
        confidence=values.get("confidence", "") if values.get("confidence") in CONFIDENCES else "",
        source=short(values.get("source", ""), 300, identifier, problems),
        verified_on=day_of(values.get("verified_on", "")),
        raw=raw,
    )


def _published(values: Mapping[str, str], identifier: str, problems: list[Problem]) -> tuple[int | None, str]:
    """Length the keeper publishes; one reckoned from the line is no publication."""
    source = values.get("length_source", "")
    number = decimal_of(values.get("length_km", "")) if values.get("length_km") else None
    if number is None or number <= 0:
        return None, ""
    if source.lower().startswith(("estim", "szac", "oblicz")):
        message = "Długość w pliku jest oszacowana z rysunku, a nie ogłoszona; pokażemy długość linii."
        problems.append(Problem("trail-length-estimated", "info", identifier, message))
        return None, ""
    return round(number * 1000), source[:200]


def _compare(identifier: str, measured: int, published: int | None, problems: list[Problem]) -> None:
    if published and not SHORTER <= measured / published <= LONGER:
        message = (
            f"Linia ma {polish(measured / 1000, 1)} km, a ogłoszona długość {polish(published / 1000, 1)} km. "
            "Pokażemy ogłoszoną; sprawdź, czy linia to cała trasa."
        )
        problems.append(Problem("trail-length-differs", "warning", identifier, message))


def _colour(said: str, identifier: str, problems: list[Problem]) -> str:
    colour = said.strip().lower()
    if not colour or colour in TRAIL_COLOURS:
        return colour or "brak"
    message = f"Kolor „{said[:30]}” jest nieznany; przyjęto „brak”. Podaj jeden z: {', '.join(TRAIL_COLOURS)}."
    problems.append(Problem("trail-colour-unknown", "warning", identifier, message))
    return "brak"


def _whole(text: str) -> int | None:
    number = decimal_of(text) if text else None
    return int(number) if number is not None and 0 < number < 100_000 else None
