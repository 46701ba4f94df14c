"""Registers of land as open collections. Object data are public (art. 24 ust. 4 Prawa geodezyjnego); who owns and
which land book is not, and stands in no field here.
"""

from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Concat

from spatial.cadastre.models import AddressPoint, Building, CadastralDistrict, Parcel, Street
from spatial.ogc.drawing import Label, Look, plain
from spatial.ogc.registry import Collection, FieldSpec, TimeSpan, collections
from spatial.ogc.text import Text

IDENTIFIER = Text("Identyfikator", "Identifier")
VALIDITY = {
    "valid_from": FieldSpec("valid_from", Text("W rejestrze od", "In the register from"), "date"),
    "valid_to": FieldSpec(
        "valid_to", Text("W rejestrze do (bez tego dnia)", "In the register until (exclusive)"), "date"
    ),
}
MUNICIPALITY = FieldSpec("municipality_id", Text("Gmina (TERYT)", "Municipality (TERYT)"))


def current_parcels() -> QuerySet[Any]:
    return Parcel.objects.current()


def current_buildings() -> QuerySet[Any]:
    return Building.objects.current()


def current_addresses() -> QuerySet[Any]:
    return AddressPoint.objects.current()


def parcels_of_all_days() -> QuerySet[Any]:
    """Every version that stands, as the register tells its own past now."""
    return Parcel.objects.known()


def buildings_of_all_days() -> QuerySet[Any]:
    return Building.objects.known()


def addresses_of_all_days() -> QuerySet[Any]:
    return AddressPoint.objects.known()


def districts_with_boundary() -> QuerySet[Any]:
    return CadastralDistrict.objects.filter(geom__isnull=False)


def streets_with_shape() -> QuerySet[Any]:
    """Streets known only by name (from ULIC) have no place on a map."""
    return Street.objects.filter(geom__isnull=False)


collections.register(
    Collection(
        id="parcels",
        title=Text("Działki ewidencyjne", "Cadastral parcels"),
        description=Text(
            "Działki ewidencyjne z EGiB w stanie bieżącym, bez danych o właścicielach i księgach wieczystych.",
            "Current cadastral parcels of the land register, without owners and land books.",
        ),
        keywords=("działki", "EGiB", "parcels", "cadastre"),
        public=current_parcels,
        fields={
            "identifier": FieldSpec("identifier", IDENTIFIER),
            "number": FieldSpec("number", Text("Numer działki", "Parcel number")),
            "district": FieldSpec("district_id", Text("Obręb", "Cadastral district")),
            "district_name": FieldSpec("district__name", Text("Nazwa obrębu", "District name")),
            "municipality": MUNICIPALITY,
            "registered_area_m2": FieldSpec(
                "registered_area_m2", Text("Pole ewidencyjne [m²]", "Registered area [m²]"), "integer"
            ),
            **VALIDITY,
            "register_group": FieldSpec("register_group", Text("Grupa rejestrowa", "Register group")),
        },
        id_field="identifier",
        time=TimeSpan("valid_from", "valid_to", parcels_of_all_days),
        tile_fields=("identifier", "number"),
        min_zoom=13,
        inspire="cp",
        drawing=plain(
            Text("działka", "parcel"),
            Look(stroke="#4a5563", width=0.7),
            Label(field="number", from_zoom=16, size=9, colour="#1d3b72"),
        ),
    )
)

collections.register(
    Collection(
        id="districts",
        title=Text("Obręby ewidencyjne", "Cadastral districts"),
        description=Text("Obręby ewidencyjne z granicami.", "Cadastral districts with boundaries."),
        keywords=("obręby", "EGiB", "districts"),
        public=districts_with_boundary,
        fields={
            "id": FieldSpec("identifier", IDENTIFIER),
            "name": FieldSpec("name", Text("Nazwa", "Name")),
            "unit": FieldSpec("unit_id", Text("Jednostka ewidencyjna", "Cadastral unit")),
            "unit_name": FieldSpec("unit__name", Text("Nazwa jednostki", "Unit name")),
            "municipality": MUNICIPALITY,
        },
        id_field="id",
        tile_fields=("id", "name"),
        min_zoom=8,
        inspire="cp",
        drawing=plain(
            Text("obręb", "cadastral district"),
            Look(stroke="#4a5563", width=1.5, dash=(10, 4, 2, 4)),
            Label(field="name", from_zoom=11, to_zoom=16, size=13, bold=True),
        ),
    )
)

collections.register(
    Collection(
        id="buildings",
        title=Text("Budynki", "Buildings"),
        description=Text("Obrysy budynków z EGiB w stanie bieżącym.", "Current building outlines of the register."),
        keywords=("budynki", "EGiB", "buildings"),
        public=current_buildings,
        fields={
            "identifier": FieldSpec("identifier", IDENTIFIER),
            "kind": FieldSpec("kind", Text("Rodzaj wg KŚT", "Kind (fixed assets class)")),
            "floors_above": FieldSpec("floors_above", Text("Kondygnacje nadziemne", "Floors above ground"), "integer"),
            "floors_below": FieldSpec("floors_below", Text("Kondygnacje podziemne", "Floors below ground"), "integer"),
            **VALIDITY,
            "municipality": MUNICIPALITY,
        },
        id_field="identifier",
        time=TimeSpan("valid_from", "valid_to", buildings_of_all_days),
        tile_fields=("identifier", "kind"),
        min_zoom=14,
        inspire="bu",
        drawing=plain(Text("budynek", "building"), Look(fill="#8a8f98", opacity=0.5, stroke="#4a5563", width=0.8)),
    )
)

collections.register(
    Collection(
        id="addresses",
        title=Text("Punkty adresowe", "Address points"),
        description=Text("Punkty adresowe w stanie bieżącym.", "Current address points."),
        keywords=("adresy", "EMUiA", "addresses"),
        public=current_addresses,
        fields={
            "identifier": FieldSpec("identifier", IDENTIFIER),
            "number": FieldSpec("number", Text("Numer porządkowy", "House number")),
            "label": FieldSpec("label", Text("Adres", "Address")),
            "locality": FieldSpec("locality__name", Text("Miejscowość", "Locality")),
            "street": FieldSpec("street__name", Text("Ulica", "Street")),
            "postcode": FieldSpec("postcode", Text("Kod pocztowy", "Postcode")),
            **VALIDITY,
            "municipality": MUNICIPALITY,
        },
        id_field="identifier",
        time=TimeSpan("valid_from", "valid_to", addresses_of_all_days),
        geometry_type="Point",
        tile_fields=("number", "label"),
        min_zoom=15,
        inspire="ad",
        drawing=plain(
            Text("punkt adresowy", "address point"),
            Look(fill="#2b3440", stroke="#ffffff", radius=2.5),
            Label(field="number", from_zoom=16, size=10, bold=True),
        ),
    )
)

collections.register(
    Collection(
        id="streets",
        title=Text("Ulice i place", "Streets and squares"),
        description=Text(
            "Ulice z osią, place z obrysem. Nazwy jak w TERYT. Ulic bez geometrii tu nie ma.",
            "Streets with their axis, squares with their outline. Names as in TERYT. Streets without a shape are left "
            "out.",
        ),
        keywords=("ulice", "EMUiA", "PRG", "streets"),
        public=streets_with_shape,
        fields={
            "id": FieldSpec(
                Concat("locality_id", Value("-"), "ulic", output_field=CharField()),
                Text("Identyfikator (SIMC-ULIC)", "Identifier (SIMC-ULIC)"),
            ),
            "name": FieldSpec("name", Text("Nazwa", "Name")),
            "ulic": FieldSpec("ulic", Text("ULIC", "ULIC code")),
            "simc": FieldSpec("locality_id", Text("SIMC", "SIMC code")),
            "locality": FieldSpec("locality__name", Text("Miejscowość", "Locality")),
            "municipality": MUNICIPALITY,
        },
        id_field="id",
        geometry_type="MultiLineString",
        tile_fields=("id", "name"),
        min_zoom=13,
        inspire="ad",
        drawing=plain(
            Text("ulica, plac", "street, square"),
            Look(stroke="#b0894e", width=2, opacity=0),
            Label(field="name", from_zoom=15, size=11, colour="#6d4f1d"),
        ),
    )
)
