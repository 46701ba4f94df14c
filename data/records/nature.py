"""Forms of nature protection (ustawa o ochronie przyrody, art. 6), as the central register of GDOŚ has them."""

from dataclasses import dataclass
from datetime import date

from data.records import Surface

NATIONAL_PARK = "national-park"
NATURE_RESERVE = "nature-reserve"
LANDSCAPE_PARK = "landscape-park"
PROTECTED_LANDSCAPE = "protected-landscape"
NATURA_BIRDS = "natura-2000-birds"
NATURA_HABITATS = "natura-2000-habitats"
NATURA_BOTH = "natura-2000-both"
DOCUMENTATION_SITE = "documentation-site"
ECOLOGICAL_SITE = "ecological-site"
LANDSCAPE_COMPLEX = "landscape-complex"
NATURAL_MONUMENT = "natural-monument"

KIND_NAMES = {
    NATIONAL_PARK: "park narodowy",
    NATURE_RESERVE: "rezerwat przyrody",
    LANDSCAPE_PARK: "park krajobrazowy",
    PROTECTED_LANDSCAPE: "obszar chronionego krajobrazu",
    NATURA_BIRDS: "obszar Natura 2000 (ptaki)",
    NATURA_HABITATS: "obszar Natura 2000 (siedliska)",
    NATURA_BOTH: "obszar Natura 2000 (ptaki i siedliska)",
    DOCUMENTATION_SITE: "stanowisko dokumentacyjne",
    ECOLOGICAL_SITE: "użytek ekologiczny",
    LANDSCAPE_COMPLEX: "zespół przyrodniczo-krajobrazowy",
    NATURAL_MONUMENT: "pomnik przyrody",
}

#: the part of an INSPIRE code (PL.ZIPOP.1393.PN.17) that tells the kind; of Natura 2000 the site code tells it
KIND_OF_CODE = {
    "PN": NATIONAL_PARK,
    "RP": NATURE_RESERVE,
    "PK": LANDSCAPE_PARK,
    "OCHK": PROTECTED_LANDSCAPE,
    "SD": DOCUMENTATION_SITE,
    "UE": ECOLOGICAL_SITE,
    "ZPK": LANDSCAPE_COMPLEX,
    "PP": NATURAL_MONUMENT,
    "PLB": NATURA_BIRDS,
    "PLH": NATURA_HABITATS,
    "PLC": NATURA_BOTH,
}

#: layers of the register of GDOŚ, small letters
KIND_OF_LAYER = {
    "parkinarodowe": NATIONAL_PARK,
    "rezerwaty": NATURE_RESERVE,
    "parkikrajobrazowe": LANDSCAPE_PARK,
    "obszarychronionegokrajobrazu": PROTECTED_LANDSCAPE,
    "obszaryspecjalnejochrony": NATURA_BIRDS,
    "specjalneobszaryochrony": NATURA_HABITATS,
    "stanowiskadokumentacyjne": DOCUMENTATION_SITE,
    "uzytkiekologiczne": ECOLOGICAL_SITE,
    "zespolyprzyrodniczokrajobrazowe": LANDSCAPE_COMPLEX,
    "pomnikiprzyrody": NATURAL_MONUMENT,
}


@dataclass(frozen=True, slots=True)
class ProtectedAreaRecord:
    """One area, whole: it is not cut at the municipality's boundary."""

    identifier: str  #: [kodinspire], with ".otulina" for a buffer zone that shares the code of its area
    name: str  #: [nazwa]
    kind: str  #: key of KIND_NAMES
    geometry: Surface
    is_buffer: bool = False  #: otulina: no form of protection itself, but plans there are agreed with the park
    code: str = ""  #: site code of Natura 2000, "PLH120004" [kod]
    established_on: date | None = None  #: [data utworzenia]
    legal_act: str = ""
    area_ha: float | None = None  #: as the register says, not measured [pow]
    link: str = ""
