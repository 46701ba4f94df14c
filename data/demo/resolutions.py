"""The text of a plan as a tree of units, made from the words in ``resolution_text``."""

# ruff: noqa: E501 - sentences of law stay on one line

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from data.demo.outlines import MUNICIPALITIES
from data.demo.plan_list import OJCOW, PlanSpec
from data.demo.resolution_text import FINAL, GENERAL, HOUSING, PLAIN, ROADS
from data.demo.zone_classes import CLASSES
from data.demo.zone_classes import ROADS as ROAD_CLASSES
from data.demo.zoning import class_of
from data.records import OverlayRecord, ProvisionRecord, ZoneRecord

type Kind = Literal["chapter", "paragraph", "section", "point", "letter", "indent"]

ANNULLED_ON = date(2019, 3, 14)
ANNULLED_BY = "wyrok Wojewódzkiego Sądu Administracyjnego w Krakowie (dane przykładowe)"
RANKS: dict[Kind, int] = {"chapter": 0, "paragraph": 1, "section": 2, "point": 3, "letter": 4, "indent": 5}
_UNIT = re.compile(r"^(?:(#)|(§)|(\d+)\.|(\d+)\)|([a-z])\)|(-))\s*(.*)$")
_KINDS: tuple[Kind, ...] = ("chapter", "paragraph", "section", "point", "letter", "indent")
_SIGNS = {"chapter": "r", "paragraph": "p", "section": "u", "point": "p", "letter": "", "indent": "t"}

MONTHS = ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września",
          "października", "listopada", "grudnia")  # fmt: skip


def in_words(day: date) -> str:
    """26 września 2012 r."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year} r."


@dataclass(slots=True)
class Writer:
    """Numbers units as they come and remembers under which they stand."""

    units: list[ProvisionRecord] = field(default_factory=list)
    chapters: int = 0
    paragraphs: int = 0
    above: list[tuple[Kind, str]] = field(default_factory=list)

    def write(
        self,
        text: str,
        *,
        general: bool = False,
        zones: tuple[str, ...] = (),
        overlays: dict[str, tuple[str, ...]] | None = None,
        annulled: bool = False,
    ) -> None:
        """Add units, one per line. Zones bind each unit; overlays the units that hold the phrase."""
        for line in filter(None, map(str.strip, text.splitlines())):
            kind, number, words = self._read(line)
            found = tuple(k for phrase, keys in (overlays or {}).items() if phrase in words for k in keys)
            key, parent = self._place(kind, number)
            self.units.append(
                ProvisionRecord(
                    key=key,
                    parent=parent,
                    kind=kind,
                    number=number,
                    text="" if kind == "chapter" else words,
                    heading=words if kind == "chapter" else None,
                    binds_whole_plan=general and not found,
                    zones=zones,
                    overlays=found,
                    annulled_on=ANNULLED_ON if annulled else None,
                    annulled_by=ANNULLED_BY if annulled else None,
                )
            )

    def _read(self, line: str) -> tuple[Kind, str, str]:
        found = _UNIT.match(line)
        if found is None:
            raise ValueError(f"not a unit of a resolution: {line!r}")
        place = next(i for i in range(6) if found[i + 1] is not None)
        kind = _KINDS[place]
        if kind == "chapter":
            self.chapters += 1
            return kind, str(self.chapters), found[7]
        if kind == "paragraph":
            self.paragraphs += 1
            return kind, str(self.paragraphs), found[7]
        return kind, found[place + 1], found[7]

    def _place(self, kind: Kind, number: str) -> tuple[str, str | None]:
        while self.above and RANKS[self.above[-1][0]] >= RANKS[kind]:
            self.above.pop()
        parent = self.above[-1][1] if self.above else None
        own = f"{_SIGNS[kind]}{number}"
        key = own if kind in ("chapter", "paragraph") else f"{parent}.{own}"
        self.above.append((kind, key))
        return key, parent


def provisions(spec: PlanSpec, zones: list[ZoneRecord], overlays: list[OverlayRecord]) -> tuple[ProvisionRecord, ...]:
    """The whole resolution of a plan."""
    writer = Writer()
    words = _words(spec, overlays)
    phrases: dict[str, tuple[str, ...]] = {}
    phrases |= {words[k]: keys for k in _PHRASES if (keys := _keys(overlays, k))}
    writer.write(GENERAL.format(**words), general=True, overlays=phrases)
    writer.write("# Ustalenia szczegółowe dla terenów")
    for name, own in _by_class(zones):
        _write_class(writer, spec, name, own)
    writer.write("# Stawki procentowe")
    _write_rates(writer, zones)
    writer.write(FINAL.format(**words), general=False)
    return tuple(writer.units)


_PHRASES = {
    "heritage": ("protection",), "archaeology": ("archaeology",), "nature": ("landscape",), "flood": ("flood",),
    "landscape": ("landscape",), "lines": ("building-line",),
}  # fmt: skip


def _keys(overlays: list[OverlayRecord], word: str) -> tuple[str, ...]:
    keys = [o.key for o in overlays if o.kind in _PHRASES[word]]
    if word == "nature":
        return tuple(k for k in keys if k == "park-narodowy")
    return tuple(k for k in keys if k != "park-narodowy")


def _by_class(zones: list[ZoneRecord]) -> Iterator[tuple[str, tuple[str, ...]]]:
    groups: dict[str, list[str]] = {}
    for zone in zones:
        groups.setdefault(class_of(zone), []).append(zone.symbol)
    for name in CLASSES:
        if name in groups:
            yield name, tuple(sorted(set(groups[name]), key=lambda s: [int(n) for n in re.findall(r"\d+", s)]))


def _write_class(writer: Writer, spec: PlanSpec, name: str, symbols: tuple[str, ...]) -> None:
    if spec.code == OJCOW and name == "UT":  # the last zone has a paragraph of its own, struck out by the court
        _write_zone_paragraph(writer, spec, name, symbols[:-1], annulled=False)
        _write_zone_paragraph(writer, spec, name, symbols[-1:], annulled=True)
    else:
        _write_zone_paragraph(writer, spec, name, symbols, annulled=False)


def _write_zone_paragraph(
    writer: Writer, spec: PlanSpec, name: str, symbols: tuple[str, ...], *, annulled: bool
) -> None:
    kind = CLASSES[name].name
    word = "symbolem" if len(symbols) == 1 else "symbolami"
    opening = f"§ Wyznacza się {kind}, oznaczone na rysunku planu {word}: {', '.join(symbols)}, dla których ustala się:"
    writer.write(opening + "\n" + _class_text(spec, name), zones=symbols, annulled=annulled)


def _class_text(spec: PlanSpec, name: str) -> str:
    if name in PLAIN:
        return PLAIN[name]
    if name in ROAD_CLASSES:
        return ROADS.format(**_ROAD_WORDS[name])
    return HOUSING.format(plot_area=_plot_area(spec), **_BUILDING_WORDS[name])


def _plot_area(spec: PlanSpec) -> int:
    return 600 if spec.scale == 1000 else 900


_GABLED = "dachy dwuspadowe lub wielospadowe o nachyleniu połaci od 35° do 45°, symetryczne, z okapem; kalenica główna równoległa do dłuższego boku budynku"
_FARM = "1) zabudowa zagrodowa w gospodarstwach istniejących;\n2) usługi nieuciążliwe wbudowane, do 30% powierzchni całkowitej budynku;\n3) budynki gospodarcze i garaże;\n4) dojścia, dojazdy i miejsca do parkowania."
_TOWN = "1) usługi handlu, gastronomii i rzemiosła w parterach;\n2) budynki gospodarcze i garaże;\n3) zieleń urządzona;\n4) dojścia, dojazdy i miejsca do parkowania."

_BUILDING_WORDS: dict[str, dict[str, str]] = {
    "MN": {"basic": "zabudowa mieszkaniowa jednorodzinna wolno stojąca lub bliźniacza", "additional": _FARM,
           "intensity": "0,6", "coverage": "30", "green": "50", "main_kind": "mieszkalnych", "height": "9,5",
           "floors": "2 kondygnacje nadziemne, w tym poddasze użytkowe", "roof": _GABLED},
    "MNR": {"basic": "zabudowa mieszkaniowa jednorodzinna oraz zabudowa zagrodowa", "additional": _FARM,
            "intensity": "0,5", "coverage": "30", "green": "50", "main_kind": "mieszkalnych", "height": "10",
            "floors": "2 kondygnacje nadziemne", "roof": _GABLED},
    "MN/U": {"basic": "zabudowa mieszkaniowa jednorodzinna oraz usługi nieuciążliwe, łącznie lub zamiennie",
             "additional": _TOWN, "intensity": "1,2", "coverage": "55", "green": "20",
             "main_kind": "mieszkalnych i usługowych", "height": "11",
             "floors": "3 kondygnacje nadziemne, w tym poddasze użytkowe", "roof": _GABLED},
    "U": {"basic": "zabudowa usługowa", "additional": _TOWN, "intensity": "1,0", "coverage": "50", "green": "25",
          "main_kind": "usługowych", "height": "11", "floors": "2 kondygnacje nadziemne", "roof": _GABLED},
    "UE": {"basic": "usługi edukacji – szkoła, przedszkole, żłobek", "additional":
           "1) usługi sportu i kultury;\n2) mieszkania służbowe;\n3) zieleń urządzona, place zabaw;\n4) miejsca do parkowania.",
           "intensity": "1,2", "coverage": "40", "green": "30", "main_kind": "oświatowych", "height": "13",
           "floors": "3 kondygnacje nadziemne", "roof": "dachy o nachyleniu do 45°"},
    "UT": {"basic": "usługi turystyki – pensjonaty, schroniska, obsługa ruchu turystycznego", "additional":
           "1) gastronomia;\n2) usługi sportu i rekreacji;\n3) jeden lokal mieszkalny w budynku usługowym;\n4) zieleń i miejsca do parkowania.",
           "intensity": "0,5", "coverage": "25", "green": "60", "main_kind": "usługowych", "height": "9",
           "floors": "2 kondygnacje nadziemne, w tym poddasze użytkowe", "roof": _GABLED},
    "UP": {"basic": "zabudowa usługowo-produkcyjna, składy i magazyny", "additional":
           "1) biura i zaplecze socjalne;\n2) urządzenia obsługi pojazdów;\n3) zieleń izolacyjna o szerokości co najmniej 5 m.",
           "intensity": "1,0", "coverage": "55", "green": "20", "main_kind": "usługowych i produkcyjnych",
           "height": "12", "floors": "2 kondygnacje nadziemne", "roof": "dachy o nachyleniu do 30°"},
}  # fmt: skip

_ROAD_WORDS: dict[str, dict[str, str]] = {
    "KDG": {"road_kind": "droga publiczna klasy głównej (droga wojewódzka)", "road_width": "nie mniej niż 14 m",
            "road_note": "Zakazuje się nowych zjazdów, jeżeli działka ma dostęp do drogi niższej klasy."},
    "KDZ": {"road_kind": "droga publiczna klasy zbiorczej (droga powiatowa)", "road_width": "nie mniej niż 10 m",
            "road_note": "Nakazuje się realizację chodnika co najmniej po jednej stronie jezdni."},
    "KDL": {"road_kind": "droga publiczna klasy lokalnej", "road_width": "nie mniej niż 8 m",
            "road_note": "Dopuszcza się chodnik jednostronny oraz uspokojenie ruchu."},
    "KDD": {"road_kind": "droga publiczna klasy dojazdowej", "road_width": "nie mniej niż 7 m",
            "road_note": "Dopuszcza się realizację w formie ciągu pieszo-jezdnego."},
    "KDW": {"road_kind": "droga wewnętrzna, w tym dojazd do gruntów rolnych i leśnych",
            "road_width": "nie mniej niż 4 m", "road_note": "Nakazuje się zachowanie przejazdu ciągłego."},
}  # fmt: skip


def _write_rates(writer: Writer, zones: list[ZoneRecord]) -> None:
    writer.write("§ Ustala się stawki procentowe służące naliczeniu opłaty, o której mowa w art. 36 ust. 4 ustawy:")
    number = 0
    for name, own in _by_class(zones):
        rate = CLASSES[name].fee_percent
        if rate is not None:
            number += 1
            text = f"{number}) dla terenów oznaczonych symbolami {', '.join(own)} – {rate}%;"
            writer.write(text, zones=own)
    writer.write(
        f"{number + 1}) dla pozostałych terenów stawki nie ustala się, gdyż nie przewiduje się wzrostu wartości nieruchomości."
    )


def title(spec: PlanSpec) -> str:
    """Full title, with the mark of sample data."""
    council = MUNICIPALITIES[spec.teryt].council
    issuer = council.replace("Rada Miejska", "Rady Miejskiej").replace("Rada Gminy", "Rady Gminy")
    matter = f"w sprawie miejscowego planu zagospodarowania przestrzennego „{spec.name}”"
    if spec.name.startswith("zmiana"):
        matter = "w sprawie zmiany miejscowego planu zagospodarowania przestrzennego „Cianowice”"
    return f"Uchwała Nr {spec.number} {issuer} z dnia {in_words(spec.adopted_on)} {matter} (dane przykładowe)"


def _words(spec: PlanSpec, overlays: list[OverlayRecord]) -> dict[str, str]:
    kinds = {o.kind for o in overlays}
    has_park = any(o.key == "park-narodowy" for o in overlays)
    home = MUNICIPALITIES[spec.teryt]
    subject = f"Uchwala się miejscowy plan zagospodarowania przestrzennego „{spec.name}”, zwany dalej planem, obejmujący obszar, którego granice określa rysunek planu."
    return {
        "subject": subject,
        "scale": str(spec.scale),
        "plot_area": str(_plot_area(spec)),
        "plot_half": str(_plot_area(spec) * 2 // 3),
        "heritage": _either("protection" in kinds, _HERITAGE, "Na obszarze planu nie wyznacza się stref ochrony konserwatorskiej."),
        "archaeology": _either("archaeology" in kinds, _ARCHAEOLOGY, "Na obszarze planu nie występują stanowiska archeologiczne wpisane do rejestru zabytków."),
        "nature": _either(has_park, _PARK, "otulina Ojcowskiego Parku Narodowego, obejmująca cały obszar planu, w której obowiązują przepisy o ochronie przyrody;"),
        "flood": _either("flood" in kinds, _FLOOD, "obszary szczególnego zagrożenia powodzią – nie występują."),
        "main_road": "drogę wojewódzką oznaczoną symbolem KDG" if spec.scale == 2000 else "ulice oznaczone symbolami KDG, KDZ i KDL",
        "landscape": _either("landscape" in kinds, _LANDSCAPE, "nakaz zachowania otwarć widokowych z dróg publicznych na doliny;"),
        "lines": _either("building-line" in kinds, _LINES, "na obszarze planu nie wyznacza się linii zabudowy;"),
        "head": home.head_title.replace("Burmistrz ", "Burmistrzowi ").replace("Wójt ", "Wójtowi "),
        "force": f"Uchwała wchodzi w życie po upływie 30 dni od dnia ogłoszenia w Dzienniku Urzędowym Województwa Małopolskiego (Dz. Urz. Woj. Małop. z {spec.journal[0]} r. poz. {spec.journal[1]} – dane przykładowe).",
    }  # fmt: skip


def _either(condition: bool, there: str, absent: str) -> str:
    return there if condition else absent


_HERITAGE = "W strefie ochrony konserwatorskiej, oznaczonej na rysunku planu, ustala się nakaz zachowania historycznego układu ulic i działek, gabarytów zabudowy oraz uzgadniania robót zgodnie z przepisami o ochronie zabytków."
_ARCHAEOLOGY = "W granicach stanowiska archeologicznego, oznaczonego na rysunku planu, roboty ziemne wymagają badań archeologicznych na zasadach określonych w przepisach odrębnych."
_PARK = "Ojcowski Park Narodowy, którego granicę oznaczono na rysunku planu; obowiązują zakazy i ograniczenia określone w przepisach o ochronie przyrody;"
_FLOOD = "obszar szczególnego zagrożenia powodzią, oznaczony na rysunku planu, na którym zakazuje się lokalizacji nowych budynków i obowiązują ograniczenia ustawy – Prawo wodne."
_LANDSCAPE = "w strefie ochrony krajobrazu, oznaczonej na rysunku planu – zakaz lokalizacji budynków wyższych niż 8 m, masztów oraz ogrodzeń pełnych, a także nakaz zachowania widoku na dolinę;"
_LINES = "nieprzekraczalne linie zabudowy, oznaczone na rysunku planu, wiążą niezależnie od granic działek;"
