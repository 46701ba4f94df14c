"""Kinds of zones: how a plan calls them, what a planner maps them to, how they are drawn, what they cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ZoneClass:
    """One row of a plan's legend."""

    symbol: str  #: as written in the plan, without the number
    name: str
    class_2021: str | None
    fee_percent: int | None
    colour: tuple[int, int, int]
    pattern: str  #: blank, dots, cross, rising, falling, flat, upright, trees, waves, brick, grid


CLASSES: dict[str, ZoneClass] = {
    c.symbol: c
    for c in (
        ZoneClass("MN", "tereny zabudowy mieszkaniowej jednorodzinnej", "MN", 20, (244, 208, 160), "blank"),
        ZoneClass("MNR", "tereny zabudowy mieszkaniowej jednorodzinnej i zagrodowej", None, 20, (238, 206, 170),
                  "dots"),
        ZoneClass("MN/U", "tereny zabudowy mieszkaniowej jednorodzinnej z usługami", None, 25, (240, 178, 140),
                  "rising"),
        ZoneClass("U", "tereny zabudowy usługowej", "U", 30, (240, 150, 140), "cross"),
        ZoneClass("UR", "tereny usług kultu religijnego", "UR", None, (226, 150, 190), "grid"),
        ZoneClass("UE", "tereny usług edukacji", "UE", None, (240, 160, 120), "falling"),
        ZoneClass("UK", "tereny usług kultury - zespół zamkowy", "UK", None, (222, 140, 170), "brick"),
        ZoneClass("UT", "tereny usług turystyki", "UT", 30, (248, 190, 110), "brick"),
        ZoneClass("US", "tereny sportu i rekreacji", "US", None, (206, 222, 130), "upright"),
        ZoneClass("UP", "tereny zabudowy usługowo-produkcyjnej", None, 30, (200, 178, 200), "cross"),
        ZoneClass("R", "tereny rolnicze", "R", 1, (254, 248, 200), "flat"),
        ZoneClass("ZN", "tereny zieleni naturalnej - łąki w dolinach", "ZN", 1, (214, 236, 178), "dots"),
        ZoneClass("ZP", "tereny zieleni urządzonej", "ZP", None, (176, 220, 150), "upright"),
        ZoneClass("ZL", "tereny lasów", "L", 1, (140, 196, 132), "trees"),
        ZoneClass("ZC", "tereny cmentarzy", "C", None, (168, 190, 150), "grid"),
        ZoneClass("WS", "tereny wód powierzchniowych śródlądowych", "WS", None, (160, 206, 236), "waves"),
        ZoneClass("KP", "tereny placów publicznych - Rynek", "KP", None, (236, 226, 226), "brick"),
        ZoneClass("KS", "tereny obsługi komunikacji - parkingi", "KO", None, (216, 208, 204), "dots"),
        ZoneClass("KDG", "tereny dróg publicznych klasy głównej", "KDG", None, (224, 224, 224), "blank"),
        ZoneClass("KDZ", "tereny dróg publicznych klasy zbiorczej", "KDZ", None, (232, 232, 232), "blank"),
        ZoneClass("KDL", "tereny dróg publicznych klasy lokalnej", "KDL", None, (240, 240, 240), "blank"),
        ZoneClass("KDD", "tereny dróg publicznych klasy dojazdowej", "KDD", None, (248, 248, 248), "blank"),
        ZoneClass("KDW", "tereny dróg wewnętrznych", "KR", None, (244, 238, 228), "blank"),
    )
}  # fmt: skip

ROADS = ("KDG", "KDZ", "KDL", "KDD", "KDW")

OF_PLOT = {
    "stream": "WS", "square": "KP", "church": "UR", "school": "UE", "castle": "UK", "cemetery": "ZC", "sport": "US",
    "works": "UP", "forest": "ZL", "meadow": "ZN", "field-road": "KDW",
}  # fmt: skip
