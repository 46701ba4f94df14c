"""Words and codes of TERYT (GUS): kinds of units and localities, and names of streets as the register writes them."""

import re

#: RODZ of TERC: what the seventh digit says
UNIT_KINDS = {
    "1": "gmina miejska",
    "2": "gmina wiejska",
    "3": "gmina miejsko-wiejska",
    "4": "miasto w gminie miejsko-wiejskiej",
    "5": "obszar wiejski w gminie miejsko-wiejskiej",
    "8": "dzielnica Warszawy",
    "9": "delegatura",
}
WHOLE_UNITS = frozenset("123")  #: a gmina as such, not its town, rural part or quarter

#: RM of SIMC, rodzaj of AD_Miejscowosc. A sołectwo is none of these: it is a unit of self-government, not a place.
LOCALITY_KINDS = {
    "00": "część miejscowości",
    "01": "wieś",
    "02": "kolonia",
    "03": "przysiółek",
    "04": "osada",
    "05": "osada leśna",
    "06": "osiedle",
    "07": "schronisko turystyczne",
    "95": "dzielnica Warszawy",
    "96": "miasto",
    "98": "delegatura",
    "99": "część miasta",
}

#: rodzaj of AD_UlicaPlac; 15 and 16 are lines and areas of other kinds
STREET_KINDS = {
    "1": "ul.", "2": "al.", "3": "pl.", "4": "skwer", "5": "bulw.", "6": "rondo", "7": "park", "8": "rynek",
    "9": "szosa", "10": "droga", "11": "os.", "12": "ogród", "13": "wyspa", "14": "wyb.", "15": "", "16": "",
}  # fmt: skip

#: words that a cecha abbreviates; a name that begins with one needs no cecha before it
_IN_FULL = {
    "ul.": ("ulica", "ul."),
    "al.": ("aleja", "aleje", "al."),
    "pl.": ("plac", "pl."),
    "os.": ("osiedle", "os."),
    "bulw.": ("bulwar", "bulwary", "bulw."),
    "wyb.": ("wybrzeże", "wyb."),
}
_SHORT = {word: short for short, words in _IN_FULL.items() for word in words}

TERYT_RE = re.compile(r"(?:0[2468]|[12][02468]|3[02])(?:[0-9]{2}){2}[1-589]")
SIMC_RE = re.compile(r"[0-9]{7}")
ULIC_RE = re.compile(r"[0-9]{5}")


def terc(voivodeship: str, county: str = "", commune: str = "", kind: str = "") -> str:
    """Code of a unit from its columns: "12", "1206" or "1206103"; what spreadsheets cut to "6" gets its zero back."""
    parts = (part.strip().zfill(2) for part in (voivodeship, county, commune) if part.strip())
    return "".join(parts) + kind.strip()


def street_name(cecha: str, name_1: str, name_2: str = "") -> str:
    """Cecha, NAZWA_2, NAZWA_1: "ul. gen. Józefa Bema", "pl. Wolności", "Rynek"; no word stands twice."""
    name = " ".join(f"{name_2} {name_1}".split())
    short = _SHORT.get(cecha.strip().lower(), cecha.strip())
    if not short or short == "inne":
        return name
    first = name.partition(" ")[0].lower()
    if first in _IN_FULL.get(short, (short.lower(),)):
        return name
    return f"{short} {name}"


def split_street(name: str) -> tuple[str, str]:
    """Cecha and the rest of a name written in one: "ulica Krakowska" gives ("ul.", "Krakowska")."""
    first, _, rest = " ".join(name.split()).partition(" ")
    short = _SHORT.get(first.lower())
    return (short, rest) if short and rest else ("", " ".join(name.split()))
