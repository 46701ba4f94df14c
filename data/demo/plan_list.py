"""The local plans of the demo: where they lie, when they bind. All are sample data and say so in their titles."""

from dataclasses import dataclass, field
from datetime import date

from shapely import Polygon

from data.demo.outlines import Pair, at


@dataclass(frozen=True, slots=True)
class PlanSpec:
    """What is decided about a plan before its zones are drawn."""

    code: str
    teryt: str
    name: str  #: "Skała - Centrum"
    number: str  #: of the resolution
    adopted_on: date
    in_force_from: date
    journal: tuple[int, int]  #: year, position
    scale: int
    frame: tuple[Pair, ...]  #: short coordinates; the boundary follows parcel edges near it
    base_map_on: date
    in_force_to: date | None = None
    symbol_form: str = "{cls}.{n}"
    housing_depth: float = 75.0  #: housing reaches as far from the axis of a street, metres
    wide_roads: dict[str, float] = field(default_factory=dict)  #: street group of a road: metres wider than its parcel
    centres: tuple[tuple[Pair, float], ...] = ()  #: round these, housing with services
    overrides: tuple[tuple[str, tuple[Pair, ...]], ...] = ()  #: class and area drawn by hand
    initiated: str = "II/9/2010"
    whole_below_m2: float = 4500  #: a smaller parcel is taken whole or not at all

    @property
    def area(self) -> Polygon:
        """Frame in EPSG:2178."""
        return Polygon(at(self.frame))


def _box(west: float, south: float, east: float, north: float) -> tuple[Pair, ...]:
    return ((west, south), (east, south), (east, north), (west, north))


CENTRE, SOUTH, CIANOWICE, CHANGE, OLD, OJCOW = (
    "XXII-151-2016", "XXX-214-2017", "XXIV-186-2012", "XLI-305-2022", "XV-92-2004", "XVIII-122-2016",
)  # fmt: skip
PIESKOWA, WIELMOZA, WIELMOZA_CENTRE = "XXI-160-2013", "XXVII-201-2014", "XII-88-2020"

PLANS: tuple[PlanSpec, ...] = (
    PlanSpec(OLD, "120610", "Cianowice - Zagaje", "XV/92/2004", date(2004, 3, 30), date(2004, 6, 12), (2004, 1482),
             2000, _box(20950, 62350, 21500, 62980), date(2003, 5, 20), in_force_to=date(2012, 11, 24),
             symbol_form="{n}{cls}", initiated="V/31/2003"),
    PlanSpec(CIANOWICE, "120610", "Cianowice", "XXIV/186/2012", date(2012, 9, 26), date(2012, 11, 24), (2012, 5321),
             2000, _box(19900, 62700, 21300, 63880), date(2011, 3, 15), housing_depth=110,
             wide_roads={"11": 1.6, "local": 0.4}, centres=(((20600, 63350), 190),),
             overrides=(("UT", _box(19900, 63000, 20090, 63120)), ("ZP", _box(20240, 62950, 20420, 63130)),
                        ("MNR", _box(20950, 62900, 21200, 63150)))),
    PlanSpec(OJCOW, "120610", "Ojców", "XVIII/122/2016", date(2016, 2, 24), date(2016, 4, 9), (2016, 2107),
             2000, _box(15850, 63950, 17050, 65100), date(2014, 9, 1), housing_depth=62,
             overrides=(("UT", _box(16560, 64700, 16780, 64880)), ("UT", _box(16380, 64480, 16470, 64580)),
                        ("KS", _box(16800, 64900, 16930, 65010)))),
    PlanSpec(CENTRE, "120610", "Skała - Centrum", "XXII/151/2016", date(2016, 6, 29), date(2016, 8, 13),
             (2016, 4590), 1000, _box(17770, 66330, 18650, 67090), date(2015, 2, 10), housing_depth=130,
             centres=(((18209, 66697), 178),)),
    PlanSpec(SOUTH, "120610", "Skała - Południe", "XXX/214/2017", date(2017, 3, 29), date(2017, 5, 6), (2017, 2833),
             1000, _box(18020, 65980, 18640, 66330), date(2016, 4, 1), housing_depth=80, symbol_form="{n}{cls}"),
    PlanSpec(CHANGE, "120610", "zmiana planu Cianowice", "XLI/305/2022", date(2022, 4, 27), date(2022, 6, 11),
             (2022, 3977), 2000, _box(20640, 62790, 20960, 63090), date(2021, 10, 5), housing_depth=160,
             centres=(((20830, 63000), 150),), symbol_form="{cls}.{n}z", initiated="XXVI/190/2020"),
    PlanSpec(PIESKOWA, "120613", "Sułoszowa - Pieskowa Skała", "XXI/160/2013", date(2013, 5, 22),
             date(2013, 7, 6), (2013, 3655), 2000,
             ((10950, 69560), (11778, 70690), (12228, 70360), (11790, 69640), (12440, 69060), (13080, 68600),
              (13330, 68120), (13000, 67900), (12700, 68220), (12200, 68640)),
             date(2012, 1, 31), housing_depth=120, wide_roads={"13": 1.2}, whole_below_m2=1500),
    PlanSpec(WIELMOZA, "120613", "Wielmoża", "XXVII/201/2014", date(2014, 1, 29), date(2014, 3, 15), (2014, 1066),
             2000, _box(12420, 70180, 13500, 70930), date(2012, 11, 20), housing_depth=95,
             centres=(((12760, 70450), 160),), symbol_form="{n}{cls}"),
    PlanSpec(WIELMOZA_CENTRE, "120613", "Wielmoża - Centrum", "XII/88/2020", date(2020, 1, 29),
             date(2020, 3, 7), (2020, 1512), 1000, _box(12640, 70340, 12900, 70560), date(2018, 6, 30),
             centres=(((12760, 70450), 300),), initiated="XXXVIII/250/2018"),
)  # fmt: skip

SPECS: dict[str, PlanSpec] = {spec.code: spec for spec in PLANS}
