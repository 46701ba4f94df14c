"""Land-use codes of EGiB in words (regulation of 27.07.2021; OFU, OZU, OZK)."""

_NAMES = {
    "R": "grunty orne",
    "S": "sady",
    "Ł": "łąki trwałe",
    "Ps": "pastwiska trwałe",
    "Br": "grunty rolne zabudowane",
    "Wsr": "grunty pod stawami",
    "W": "grunty pod rowami",
    "Lzr": "grunty zadrzewione i zakrzewione na użytkach rolnych",
    "Ls": "lasy",
    "Lz": "grunty zadrzewione i zakrzewione",
    "B": "tereny mieszkaniowe",
    "Ba": "tereny przemysłowe",
    "Bi": "inne tereny zabudowane",
    "Bp": "zurbanizowane tereny niezabudowane lub w trakcie zabudowy",
    "Bz": "tereny rekreacyjno-wypoczynkowe",
    "K": "użytki kopalne",
    "dr": "drogi",
    "Tk": "tereny kolejowe",
    "Ti": "inne tereny komunikacyjne",
    "Tp": "grunty przeznaczone pod budowę dróg publicznych lub linii kolejowych",
    "N": "nieużytki",
    "Wp": "grunty pod wodami powierzchniowymi płynącymi",
    "Ws": "grunty pod wodami powierzchniowymi stojącymi",
    "Wm": "grunty pod morskimi wodami wewnętrznymi",
    "Tr": "tereny różne",
}


def land_use_name(ofu: str) -> str:
    """Name of an actual use; the code itself where the table does not know it."""
    return _NAMES.get(ofu, ofu)


def land_use_label(ofu: str, ozu: str | None, ozk: str | None) -> str:
    """As surveyors write it: RIIIa, S-RIIIb, W-ŁIV, dr."""
    middle = f"-{ozu}" if ozu and ozu != ofu else ""
    return f"{ofu}{middle}{ozk or ''}"
