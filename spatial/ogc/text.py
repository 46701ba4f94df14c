"""Words in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One thing said in both languages."""

    pl: str
    en: str

    def as_dict(self) -> dict[str, str]:
        return {"pl": self.pl, "en": self.en}

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.pl


#: of the whole API
TITLE = Text("Miedza: dane przestrzenne gminy", "Miedza: spatial data of the municipality")
DESCRIPTION = Text(
    "Otwarte dane przestrzenne gminy: działki, obręby, budynki, adresy i plany miejscowe.",
    "Open spatial data of the municipality: parcels, districts, buildings, addresses and local plans.",
)
