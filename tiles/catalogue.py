"""Styles that are served: of each drawn collection, of each theme, and of the whole map."""

from dataclasses import dataclass

from spatial.errors import NotFound
from spatial.ogc.registry import THEMES, Collection, Theme, collections
from spatial.ogc.text import TITLE, Text

WHOLE = "all"
#: areas below lines below spots, as pictures have them
RANK = {"MultiPolygon": 0, "MultiLineString": 1, "Point": 2}


@dataclass(frozen=True, slots=True)
class Style:
    id: str
    title: Text
    collections: tuple[Collection, ...]  #: the first at the bottom


def drawn(theme: Theme) -> list[Collection]:
    """Collections of a theme that have a drawing, in the order in which they lie on each other."""
    found = [one for one in collections if one.theme == theme and one.drawing]
    return sorted(found, key=lambda one: (RANK[one.geometry_type], one.min_zoom))


def styles() -> dict[str, Style]:
    themes = {theme: drawn(theme) for theme in Theme}
    whole = tuple(one for held in themes.values() for one in held)
    found = [Style(WHOLE, TITLE, whole)]
    found += [Style(str(theme), THEMES[theme], tuple(held)) for theme, held in themes.items() if held]
    found += [Style(one.id, one.title, (one,)) for one in whole]
    return {style.id: style for style in found}


def style_of(name: str) -> Style:
    """Raises NotFound."""
    found = styles().get(name)
    if found is None:
        raise NotFound(f"Nie ma stylu {name[:60]!r} / no such style.")
    return found
