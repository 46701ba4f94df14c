"""Places and trails of the demo: names are real, positions are those of public lists or plausible, texts are our own.

Trails follow the roads of the demo, so that on the map they run where the demo has a way.
"""

from collections.abc import Iterator
from functools import cache

import shapely
from pyproj import Transformer
from shapely import LineString, Point

from data.demo.blocks import route_line
from data.demo.ground import bend_line
from data.demo.places import ROADS
from data.records.tourism import PlaceRecord, TrailRecord
from data.tracks import is_loop, joined, simplified

SOURCE = "dane przykładowe"

#: slug, kind, longitude, latitude, how sure, name, English name, description, English description
type Row = tuple[str, str, float, float, str, str, str, str, str]

# ruff: noqa: E501 - one place on one line
PLACES: dict[str, tuple[Row, ...]] = {
    "120610": (
        ("rynek-w-skale", "square", 19.8532, 50.2304, "medium", "Rynek w Skale", "Market Square, Skała", "Rynek miasta założonego w 1267 roku.", "The square of a town founded in 1267."),
        ("urzad-miasta-i-gminy", "office", 19.85283, 50.23025, "high", "Urząd Miasta i Gminy Skała", "Town and Commune Office", "Siedziba gminy, Rynek 29.", "Seat of the commune, Rynek 29."),
        ("zamek-w-ojcowie", "castle", 19.83, 50.2119, "medium", "Zamek w Ojcowie", "Ojców Castle", "Ruiny królewskiego zamku nad Doliną Prądnika.", "Ruins of a royal castle above the Prądnik Valley."),
        ("kaplica-na-wodzie", "church", 19.8305, 50.21442, "high", "Kaplica „Na Wodzie”", "Chapel on the Water", "Drewniana kaplica postawiona nad potokiem.", "A wooden chapel built over the stream."),
        ("jaskinia-ciemna", "cave", 19.8318, 50.19656, "high", "Jaskinia Ciemna", "Ciemna Cave", "Duża komora i ślady neandertalczyków; zwiedza się z przewodnikiem.", "A large chamber with traces of Neanderthals; visited with a guide."),
        ("brama-krakowska", "rock", 19.8266, 50.1973, "medium", "Brama Krakowska", "Kraków Gate", "Dwie skały jak słupy bramy u wylotu wąwozu.", "Two rocks like gate posts at the mouth of a gorge."),
        ("zrodlo-milosci", "spring", 19.8278, 50.1976, "medium", "Źródło Miłości", "Spring of Love", "Źródło pod Bramą Krakowską.", "A spring below Kraków Gate."),
        ("grodzisko-pustelnia", "church", 19.8245, 50.22947, "high", "Pustelnia bł. Salomei na Grodzisku", "Hermitage of Blessed Salomea", "Kościół i groty na skale nad Prądnikiem.", "A church and grottoes on a rock above the Prądnik."),
        ("park-zdrojowy", "park", 19.8303, 50.2116, "medium", "Park Zdrojowy w Ojcowie", "Spa Park, Ojców", "Dawny park uzdrowiska, dziś węzeł szlaków.", "Once the park of a spa, today where trails meet."),
        ("punkt-widokowy-zlota-gora", "viewpoint", 19.8243, 50.2136, "medium", "Złota Góra", "Złota Góra", "Wzniesienie nad Ojcowem z widokiem na zamek.", "A hill above Ojców with a view of the castle."),
        ("parking-pod-zamkiem", "parking", 19.8308, 50.2117, "medium", "Parking pod zamkiem w Ojcowie", "Car park below the castle", "W weekendy zapełnia się przed południem.", "At weekends it fills before noon."),
        ("przystanek-skala-rynek", "transport", 19.8526, 50.2301, "medium", "Przystanek Skała Rynek", "Skała Rynek bus stop", "Autobus 267 z Krakowa.", "Bus 267 from Kraków."),
        ("wies-minoga", "village", 19.895, 50.2443, "low", "Minoga", "Minoga", "Wieś w gminie Skała.", "A village in the commune of Skała."),
        ("wies-cianowice", "village", 19.8868, 50.1937, "low", "Cianowice", "Cianowice", "Wieś w gminie Skała.", "A village in the commune of Skała."),
    ),
    "120613": (
        ("zamek-pieskowa-skala", "castle", 19.78004, 50.24421, "high", "Zamek w Pieskowej Skale", "Pieskowa Skała Castle", "Renesansowy zamek z arkadowym dziedzińcem; leży w gminie Sułoszowa.", "A Renaissance castle with an arcaded courtyard; it stands in the commune of Sułoszowa."),
        ("maczuga-herkulesa", "rock", 19.78294, 50.24292, "high", "Maczuga Herkulesa", "Hercules' Club", "Wapienny ostaniec o wysokości około 25 metrów; wspinać się nie wolno.", "A limestone stack some 25 metres high; climbing is forbidden."),
        ("stawy-pod-zamkiem", "water", 19.7785, 50.2425, "medium", "Stawy pod Pieskową Skałą", "Ponds below the castle", "Dawne stawy rybne, dziś ostoja płazów.", "Old fish ponds, today a refuge of amphibians."),
        ("parking-pieskowa-skala", "parking", 19.7812, 50.2447, "medium", "Parking Pieskowa Skała", "Pieskowa Skała car park", "Przy drodze 773.", "On road 773."),
        ("urzad-gminy-suloszowa", "office", 19.744, 50.262, "low", "Urząd Gminy Sułoszowa", "Sułoszowa Commune Office", "Siedziba gminy.", "Seat of the commune."),
        ("kosciol-w-suloszowej", "church", 19.7472, 50.2606, "medium", "Kościół w Sułoszowej", "Sułoszowa Church", "Kościół z lat trzydziestych XX wieku; obok wypływa Prądnik.", "A church of the 1930s; the Prądnik springs beside it."),
        ("zrodla-pradnika", "spring", 19.7466, 50.2612, "medium", "Źródła Prądnika", "Springs of the Prądnik", "Tu zaczyna się Prądnik, w górze zwany Sułoszówką.", "Here the Prądnik begins, called Sułoszówka in its upper course."),
        ("widok-na-pasy-pol", "viewpoint", 19.735, 50.269, "low", "Widok na pasy pól", "View of the strip fields", "Długie pasy pól za domami jednej ulicy.", "Long strips of fields behind the houses of one street."),
        ("centrum-kultury", "culture", 19.745, 50.2615, "low", "Centrum Kultury w Sułoszowej", "Sułoszowa Culture Centre", "Dom kultury z orkiestrą dętą.", "A culture centre with a brass band."),
        ("wies-wielmoza", "village", 19.81639, 50.26056, "high", "Wielmoża", "Wielmoża", "Wieś w gminie Sułoszowa.", "A village in the commune of Sułoszowa."),
        ("wies-wola-kalinowska", "village", 19.799, 50.231, "low", "Wola Kalinowska", "Wola Kalinowska", "Wieś w gminie Sułoszowa.", "A village in the commune of Sułoszowa."),
    ),
}  # fmt: skip

#: slug, kind, colour, roads it follows, difficulty, surfaces, name, English name
type Way = tuple[str, str, str, tuple[str, ...], str, tuple[str, ...], str, str]

TRAILS: dict[str, tuple[Way, ...]] = {
    "120610": (
        ("dnem-doliny-pradnika", "piesza", "czerwony", ("Dolina Prądnika",), "łatwa", ("asfalt", "szuter"), "Dnem Doliny Prądnika (przykład)", "Along the Prądnik Valley (sample)"),
        ("ze-skaly-do-ojcowa", "piesza", "niebieski", ("Ojcowska",), "średnia", ("leśna",), "Ze Skały do Ojcowa (przykład)", "From Skała to Ojców (sample)"),
        ("rowerem-do-minogi", "rowerowa", "zielony", ("DW773 wschód",), "łatwa", ("asfalt",), "Rowerem do Minogi (przykład)", "By bicycle to Minoga (sample)"),
    ),
    "120613": (
        ("dluga-wsia", "piesza", "brak", ("Sułoszowska",), "łatwa", ("asfalt",), "Długą wsią przez Sułoszową (przykład)", "Through the long village (sample)"),
        ("spod-zamku-do-woli", "rowerowa", "niebieski", ("Zamkowa",), "średnia", ("asfalt", "leśna"), "Spod zamku do Woli Kalinowskiej (przykład)", "From the castle to Wola Kalinowska (sample)"),
        ("kijki-w-wielmozy", "nordic walking", "żółty", ("Wielmoża główna",), "łatwa", ("ścieżka",), "Z kijkami przez Wielmożę (przykład)", "Nordic walking through Wielmoża (sample)"),
    ),
}  # fmt: skip


@cache
def _to_metres() -> Transformer:
    return Transformer.from_crs(4326, 2178, always_xy=True)


def places(teryt: str) -> Iterator[PlaceRecord]:
    """Places of a municipality, EPSG:2178 to the decimetre."""
    for slug, kind, lon, lat, confidence, name, name_en, text, text_en in PLACES[teryt]:
        east, north = _to_metres().transform(lon, lat)
        yield PlaceRecord(
            identifier=slug,
            name=name,
            kind=kind,
            geometry=Point(round(east, 1), round(north, 1)),
            located_in=(teryt,),
            name_en=name_en,
            description=text,
            description_en=text_en,
            confidence=confidence,
            source=SOURCE,
        )


def trails(teryt: str) -> Iterator[TrailRecord]:
    """Trails along the roads of the demo."""
    for slug, kind, colour, roads, difficulty, surfaces, name, name_en in TRAILS[teryt]:
        line = joined([_road(teryt, road) for road in roads])
        yield TrailRecord(
            identifier=slug,
            name=name,
            kind=kind,
            geometry=simplified(line),
            measured_m=round(line.length),
            colour=colour,
            name_en=name_en,
            difficulty=difficulty,
            surfaces=surfaces,
            is_loop=is_loop(line),
            confidence="low",
            source=SOURCE,
        )


def _road(teryt: str, name: str) -> LineString:
    route = next(one for one in ROADS[teryt] if one.name == name)
    bent = bend_line(route_line(route, teryt))
    return LineString(shapely.get_coordinates(bent).round(2))
