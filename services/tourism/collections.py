"""Places and trails as open collections. Who confirmed a place, and files of tracks, are in no field here."""

from typing import Any

from django.db.models import Case, CharField, F, Func, QuerySet, Value, When
from django.db.models.functions import Coalesce, Concat

from data.records.tourism import PLACE_KINDS
from services.tourism.editing import PLACES
from services.tourism.models import Place, Trail
from spatial.ogc.drawing import Case as LookCase
from spatial.ogc.drawing import Drawing, Label, Look, plain
from spatial.ogc.registry import Collection, FieldSpec, Searching, Theme, TimeSpan, collections
from spatial.ogc.text import Text

NAME, NAME_EN = Text("Nazwa", "Name (Polish)"), Text("Nazwa angielska", "Name (English)")
VALIDITY = {
    "valid_from": FieldSpec("valid_from", Text("W rejestrze od", "In the register from"), "date"),
    "valid_to": FieldSpec(
        "valid_to", Text("W rejestrze do (bez tego dnia)", "In the register until (exclusive)"), "date"
    ),
}
MUNICIPALITY = FieldSpec("municipality_id", Text("Gmina, która podaje dane (TERYT)", "Publishing municipality (TERYT)"))


#: as the marks are painted; a route without marks is grey and dashed
TRAIL_MARKS = Drawing(
    field="colour",
    cases=(
        LookCase(Text("szlak czerwony", "red trail"), Look(stroke="#d21f1f", width=3), ("czerwony",)),
        LookCase(Text("szlak niebieski", "blue trail"), Look(stroke="#1f5fd2", width=3), ("niebieski",)),
        LookCase(Text("szlak zielony", "green trail"), Look(stroke="#1f8a3d", width=3), ("zielony",)),
        LookCase(Text("szlak żółty", "yellow trail"), Look(stroke="#e0b400", width=3), ("żółty",)),
        LookCase(Text("szlak czarny", "black trail"), Look(stroke="#1a1a1a", width=3), ("czarny",)),
        LookCase(Text("trasa bez znaków albo o innych znakach", "other route"), Look(
            stroke="#6b6b6b", width=2.5, dash=(6, 4))),
    ),
    labels=(Label(field="name", from_zoom=13, size=11, bold=True),),
)  # fmt: skip


def public_id() -> Concat:
    """Two municipalities may describe one place each in their own words."""
    return Concat("municipality_id", Value("-"), "identifier", output_field=CharField())


def listed(column: str) -> Func:
    """An array as one text, parts separated by semicolons."""
    return Func(F(column), Value(";"), function="array_to_string", output_field=CharField())


def kind_name() -> Case:
    names = [When(kind=kind, then=Value(name)) for kind, name in PLACE_KINDS.items()]
    return Case(*names, default=F("kind"), output_field=CharField())


def is_loop() -> Case:
    return Case(When(is_loop=True, then=Value("tak")), default=Value("nie"), output_field=CharField())


def current_places() -> QuerySet[Any]:
    return Place.objects.current()


def places_of_all_days() -> QuerySet[Any]:
    return Place.objects.known()


def current_trails() -> QuerySet[Any]:
    return Trail.objects.current()


def trails_of_all_days() -> QuerySet[Any]:
    return Trail.objects.known()


collections.register(
    Collection(
        id="places",
        title=Text("Miejsca", "Places"),
        description=Text(
            "Miejsca warte wycieczki, także w gminach sąsiednich. Pole confidence mówi, jak pewne jest położenie.",
            "Places worth a trip, also in neighbouring municipalities. The field confidence tells how sure the "
            "position is.",
        ),
        keywords=("turystyka", "miejsca", "zabytki", "tourism", "places"),
        public=current_places,
        fields={
            "id": FieldSpec(public_id(), Text("Identyfikator", "Identifier")),
            "slug": FieldSpec("identifier", Text("Identyfikator miejsca", "Identifier of the place")),
            "name": FieldSpec("name", NAME),
            "name_en": FieldSpec("name_en", NAME_EN),
            "name_uk": FieldSpec("name_uk", Text("Nazwa ukraińska", "Name (Ukrainian)")),
            "kind": FieldSpec("kind", Text("Rodzaj (kod)", "Kind (code)")),
            "kind_name": FieldSpec(kind_name(), Text("Rodzaj", "Kind (Polish)")),
            "description": FieldSpec("description", Text("Opis", "Description (Polish)")),
            "description_en": FieldSpec("description_en", Text("Opis angielski", "Description (English)")),
            "located_in": FieldSpec(listed("located_in"), Text("Gminy (TERYT)", "Located in (TERYT)")),
            "confidence": FieldSpec(
                "confidence", Text("Pewność położenia: high, medium, low", "How sure the position is")
            ),
            "address": FieldSpec("address", Text("Adres", "Address")),
            "phone": FieldSpec("phone", Text("Telefon", "Telephone")),
            "url": FieldSpec("url", Text("Strona", "Web page")),
            "opening_hours": FieldSpec("opening_hours", Text("Godziny otwarcia", "Opening hours (OSM syntax)")),
            "monument_number": FieldSpec(
                "monument_number", Text("Nr w rejestrze zabytków", "Number in the register of monuments")
            ),
            "wikidata": FieldSpec("wikidata", Text("Wikidata", "Wikidata")),
            "source": FieldSpec("source", Text("Źródło", "Source")),
            "licence": FieldSpec("licence", Text("Licencja", "Licence")),
            "verified_on": FieldSpec("verified_on", Text("Położenie sprawdzono", "Position verified on"), "date"),
            **VALIDITY,
            "municipality": MUNICIPALITY,
        },
        id_field="id",
        geometry_type="Point",
        time=TimeSpan("valid_from", "valid_to", places_of_all_days),
        tile_fields=("id", "name", "kind"),
        min_zoom=9,
        theme=Theme.TOURISM,
        drawing=plain(
            Text("miejsce", "place"),
            Look(fill="#8a2f6b", stroke="#ffffff", width=1.5, radius=5),
            Label(field="name", from_zoom=12, size=11, colour="#5c1f47", bold=True),
        ),
        editing=PLACES,
        search=Searching(kind="place", words=("name", "name_en", "name_uk"), label="{name}", detail="{kind_name}"),
    )
)

collections.register(
    Collection(
        id="trails",
        title=Text("Trasy", "Trails"),
        description=Text(
            "Trasy piesze, rowerowe i inne. length_m to długość ogłoszona przez opiekuna trasy, a gdy jej nie ma, "
            "długość linii; linia jest uproszczona do 3 m.",
            "Walking, cycling and other routes. length_m is the length published by the trail's keeper, else that of "
            "the line; the line is simplified to 3 m.",
        ),
        keywords=("turystyka", "szlaki", "trasy", "trails", "hiking", "cycling"),
        public=current_trails,
        fields={
            "id": FieldSpec(public_id(), Text("Identyfikator", "Identifier")),
            "slug": FieldSpec("identifier", Text("Identyfikator trasy", "Identifier of the trail")),
            "name": FieldSpec("name", NAME),
            "name_en": FieldSpec("name_en", NAME_EN),
            "kind": FieldSpec("kind", Text("Rodzaj", "Kind (Polish)")),
            "colour": FieldSpec("colour", Text("Kolor znaku", "Colour of the marks (Polish)")),
            "symbol": FieldSpec("symbol", Text("Znak (osmc:symbol)", "Symbol (osmc:symbol)")),
            "description": FieldSpec("description", Text("Opis", "Description (Polish)")),
            "description_en": FieldSpec("description_en", Text("Opis angielski", "Description (English)")),
            "length_m": FieldSpec(
                Coalesce("length_published_m", "length_measured_m"), Text("Długość [m]", "Length [m]"), "integer"
            ),
            "length_published_m": FieldSpec(
                "length_published_m", Text("Długość ogłoszona [m]", "Published length [m]"), "integer"
            ),
            "length_measured_m": FieldSpec(
                "length_measured_m", Text("Długość linii [m]", "Length of the line [m]"), "integer"
            ),
            "difficulty": FieldSpec("difficulty", Text("Trudność", "Difficulty (Polish)")),
            "surfaces": FieldSpec(listed("surfaces"), Text("Nawierzchnie", "Surfaces (Polish)")),
            "loop": FieldSpec(is_loop(), Text("Pętla (tak/nie)", "Loop (tak/nie)")),
            "walk_time_min": FieldSpec("walk_time_min", Text("Czas przejścia [min]", "Walking time [min]"), "integer"),
            "located_in": FieldSpec(listed("located_in"), Text("Gminy (TERYT)", "Runs through (TERYT)")),
            "manager": FieldSpec("manager", Text("Opiekun", "Keeper")),
            "confidence": FieldSpec(
                "confidence", Text("Pewność przebiegu: high, medium, low", "How sure the course is")
            ),
            "source": FieldSpec("source", Text("Źródło", "Source")),
            "verified_on": FieldSpec("verified_on", Text("Przebieg sprawdzono", "Course verified on"), "date"),
            **VALIDITY,
            "municipality": MUNICIPALITY,
        },
        id_field="id",
        geometry_type="MultiLineString",
        time=TimeSpan("valid_from", "valid_to", trails_of_all_days),
        tile_fields=("id", "name", "kind", "colour"),
        min_zoom=9,
        theme=Theme.TOURISM,
        drawing=TRAIL_MARKS,
        search=Searching(kind="trail", words=("name", "name_en"), label="{name}", detail="{kind}"),
    )
)
