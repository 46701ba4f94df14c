"""How zones of plans are drawn: pale fills and hatches, so that a print without colour tells them apart."""

from dataclasses import dataclass

from spatial.ogc.drawing import Case, Drawing, Hatch, Label, Look
from spatial.ogc.text import Text

ZONE_EDGE = "#6b2f86"
OPACITY = 0.5


@dataclass(frozen=True, slots=True)
class Group:
    """Zones that are drawn alike; ``letters`` is a regular expression over those of a symbol, "" takes the rest."""

    name: str
    title: Text
    colour: str
    hatch: Hatch
    letters: str


#: the first that fits
GROUPS = (
    Group("mixed", Text("zabudowa mieszkaniowo-usługowa", "housing, services"), "#f0aa78", Hatch.RISING, "/U|^(MU|UM)"),
    Group("housing", Text("zabudowa mieszkaniowa, zagrodowa", "housing, farmsteads"), "#f3c484", Hatch.NONE, "^(M|RM)"),
    Group("production", Text("produkcja i składy", "production and storage"), "#b08ec4", Hatch.GRID, "^(P|UP)"),
    Group("services", Text("usługi", "services"), "#ec887e", Hatch.CROSS, "^U"),
    Group("farming", Text("rolnictwo", "farming"), "#eedc78", Hatch.FLAT, "^R"),
    Group("forest", Text("las", "forest"), "#68ac64", Hatch.DOTS, "^(L|ZL)"),
    Group("greenery", Text("zieleń i cmentarze", "greenery and cemeteries"), "#a0d074", Hatch.UPRIGHT, "^(Z|C)"),
    Group("water", Text("wody", "water"), "#6eb0e4", Hatch.WAVES, "^W"),
    Group("transport", Text("komunikacja", "transport"), "#b0b0b0", Hatch.NONE, "^K"),
    Group("other", Text("inne", "other"), "#c4c4ce", Hatch.FALLING, ""),
)  # fmt: skip

ZONES = Drawing(
    field="group",
    cases=tuple(
        Case(
            one.title,
            Look(fill=one.colour, opacity=OPACITY, hatch=one.hatch, stroke=ZONE_EDGE, width=0.75),
            (one.name,) if one.letters else (),
        )
        for one in GROUPS
    ),
    labels=(Label(field="symbol", from_zoom=14, size=12, colour=ZONE_EDGE, bold=True),),
)

#: symbol of a planning zone: name, colour, hatch. The colours of the regulation on general plans are not at hand; these
#: keep to the families of the local plans.
STRATA = {
    "SW": ("strefa wielofunkcyjna z zabudową wielorodzinną", "multi-family housing", "#e08a5a", Hatch.RISING),
    "SJ": ("strefa wielofunkcyjna z zabudową jednorodzinną", "single-family housing", "#f3c484", Hatch.NONE),
    "SZ": ("strefa wielofunkcyjna z zabudową zagrodową", "farmsteads", "#e6b96a", Hatch.FLAT),
    "SU": ("strefa usługowa", "services", "#ec887e", Hatch.CROSS),
    "SH": ("strefa handlu wielkopowierzchniowego", "large-scale retail", "#d8606a", Hatch.GRID),
    "SP": ("strefa gospodarcza", "production", "#b08ec4", Hatch.GRID),
    "SR": ("strefa produkcji rolniczej", "farm production", "#cfc05a", Hatch.UPRIGHT),
    "SI": ("strefa infrastrukturalna", "infrastructure", "#9aa7b5", Hatch.RISING),
    "SN": ("strefa zieleni i rekreacji", "greenery and recreation", "#a0d074", Hatch.UPRIGHT),
    "SC": ("strefa cmentarzy", "cemeteries", "#8fae7a", Hatch.CROSS),
    "SG": ("strefa górnictwa", "mining", "#8d8172", Hatch.FALLING),
    "SO": ("strefa otwarta", "open land", "#eef0c0", Hatch.NONE),
    "SK": ("strefa komunikacyjna", "transport", "#b0b0b0", Hatch.NONE),
}

GENERAL_PLAN = Drawing(
    field="symbol",
    cases=(
        *(
            Case(
                Text(f"{symbol}: {pl}", f"{symbol}: {en}"),
                Look(fill=colour, opacity=OPACITY, hatch=hatch, stroke="#5a5a5a", width=1.2),
                (symbol,),
            )
            for symbol, (pl, en, colour, hatch) in STRATA.items()
        ),
        Case(Text("inna strefa", "other zone"), Look(fill="#c4c4ce", opacity=OPACITY, stroke="#5a5a5a", width=1.2)),
    ),
    labels=(Label(field="label", from_zoom=12, size=12, bold=True),),
)
