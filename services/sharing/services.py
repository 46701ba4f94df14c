"""Keeping and finding shared views. Everything that is kept was read and checked first."""

import json
import math
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.sharing.models import LONGEST_VIEW, Drawing, ShortView, expiry
from spatial.errors import Malformed, NotFound

#: what a view of the map may say (services/portal/map/src/address.ts)
NAMES = frozenset({"v", "x", "y", "z", "lon", "lat", "dzialka", "warstwy", "tlo", "dzien", "rysunek", "osadzona"})
MOST_FEATURES, MOST_BYTES, MOST_POINTS = 2_000, 1_000_000, 50_000
LONGEST_WORDS = 500
#: depth of arrays round a position
DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
COLOUR = re.compile(r"#[0-9a-f]{6}")

type Json = dict[str, Any]


def view_of(query: str) -> str:
    """The query, whose every part the map knows; of a drawing it holds the secret for looking. Raises Malformed."""
    try:
        parts = parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=30)
    except ValueError:  # too many
        parts = []
    parts = [(name, for_looking(value) if name == "rysunek" else value) for name, value in parts]
    written = urlencode(parts, safe=",~/:")
    if not parts or len(written) > LONGEST_VIEW or any(name not in NAMES or "\0" in value for name, value in parts):
        raise Malformed(_("Tego adresu nie da się skrócić: nie jest widokiem naszej mapy."))
    return written


def for_looking(secret: str) -> str:
    """A view that is given away never lets change a drawing."""
    row = Drawing.objects.filter(edit_secret=secret).first() if "\0" not in secret else None
    return row.view_secret if row else secret


def shorten(query: str) -> ShortView:
    """The same view has one code. Raises Malformed."""
    row, _is_new = ShortView.objects.get_or_create(query=view_of(query))
    return row


def view_at(code: str) -> str:
    """Raises NotFound."""
    row = ShortView.objects.filter(pk=code).first() if code.isprintable() else None
    if row is None:
        raise NotFound(_("Nie znamy takiego skróconego adresu. Sprawdź, czy został skopiowany w całości."))
    return row.query


def save_drawing(content: bytes, *, edit_secret: str | None = None) -> Drawing:
    """A new drawing, or the one of the secret in a new form; kept for a year from now. Raises Malformed, NotFound."""
    read = features_of(content)
    if edit_secret is None:
        return Drawing.objects.create(content=read)
    with transaction.atomic():
        row = Drawing.objects.select_for_update().filter(edit_secret=edit_secret, expires_at__gt=timezone.now()).first()
        if row is None:
            raise missing()
        row.content, row.expires_at = read, expiry()
        row.save(update_fields=["content", "expires_at"])
    return row


def drawing_at(secret: str) -> tuple[Drawing, bool]:
    """The drawing, and whether the secret lets change it. Raises NotFound."""
    rows = Drawing.objects.filter(expires_at__gt=timezone.now())
    if row := rows.filter(edit_secret=secret).first():
        return row, True
    if row := rows.filter(view_secret=secret).first():
        return row, False
    raise missing()


def missing() -> NotFound:
    return NotFound(_("Nie ma takiego rysunku. Adres mógł wygasnąć: rysunki trzymamy 12 miesięcy od ostatniej zmiany."))


def forget() -> int:
    """Delete what has expired; how many."""
    gone, _of_what = Drawing.objects.filter(expires_at__lte=timezone.now()).delete()
    return gone


def features_of(content: bytes) -> Json:
    """The FeatureCollection with nothing in it but shapes, words and looks. Raises Malformed."""
    if len(content) > MOST_BYTES:
        raise Malformed(_("Rysunek jest za duży. Zapisz najwyżej 1 MB albo wyeksportuj go do pliku."))
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise unreadable() from None
    features = said.get("features") if isinstance(said, dict) else None
    if not isinstance(features, list) or len(features) > MOST_FEATURES:
        raise unreadable()
    read = [feature_of(one) for one in features]
    if sum(points_in(one["geometry"]["coordinates"]) for one in read) > MOST_POINTS:
        raise Malformed(_("Rysunek ma za dużo punktów."))
    return {"type": "FeatureCollection", "features": read}


def feature_of(said: Any) -> Json:
    geometry = said.get("geometry") if isinstance(said, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") not in DEPTHS:
        raise unreadable()
    check(geometry.get("coordinates"), DEPTHS[geometry["type"]])
    told = said.get("properties") or {}
    words = str(told.get("text") or "")[:LONGEST_WORDS] if isinstance(told, dict) else ""
    colour = str(told.get("colour") or "") if isinstance(told, dict) else ""
    properties = {"text": words.replace("\0", ""), "colour": colour if COLOUR.fullmatch(colour) else "#b42318"}
    shape = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    return {"type": "Feature", "geometry": shape, "properties": properties}


def check(coordinates: Any, depth: int) -> None:
    """Raises Malformed unless these are positions on the globe within so many arrays."""
    if not isinstance(coordinates, list):
        raise unreadable()
    if depth:
        for part in coordinates:
            check(part, depth - 1)
        return
    if not 2 <= len(coordinates) <= 3 or not all(is_number(one) for one in coordinates):
        raise unreadable()
    if abs(coordinates[0]) > 180 or abs(coordinates[1]) > 90:
        raise unreadable()


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def points_in(coordinates: Any) -> int:
    if not isinstance(coordinates[0] if coordinates else 0, list):
        return 1
    return sum(points_in(part) for part in coordinates)


def unreadable() -> Malformed:
    return Malformed(_("Nie umiemy odczytać rysunku. Zapisz go jeszcze raz albo wyeksportuj do pliku."))
