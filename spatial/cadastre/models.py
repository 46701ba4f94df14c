"""EGiB and addresses: units, districts, parcels, land use, buildings, localities, streets, address points."""

from typing import ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.gis.geos import GEOSGeometry, Point
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass

from spatial import crs
from spatial.municipalities.models import Municipality
from spatial.versions import Versioned, VersionedQuerySet


class CadastralUnit(models.Model):
    """Jednostka ewidencyjna; a town-and-country gmina has two."""

    identifier = models.CharField(
        "identyfikator", max_length=8, primary_key=True, db_comment="EGB_JednostkaEwidencyjna.idJednostkiEwid"
    )  # "120610_5"
    name = models.CharField("nazwa", max_length=100, db_comment="EGB_JednostkaEwidencyjna.nazwaWlasna")
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="units")

    class Meta:
        verbose_name = "jednostka ewidencyjna"
        verbose_name_plural = "jednostki ewidencyjne"

    objects: ClassVar[models.Manager["CadastralUnit"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.identifier} {self.name}"


class CadastralDistrict(models.Model):
    """Obręb ewidencyjny."""

    identifier = models.CharField(
        "identyfikator", max_length=13, primary_key=True, db_comment="EGB_ObrebEwidencyjny.idObrebu"
    )  # "120610_5.0007"
    name = models.CharField("nazwa", max_length=100, db_comment="EGB_ObrebEwidencyjny.nazwaWlasna")
    unit = models.ForeignKey(
        CadastralUnit,
        models.PROTECT,
        verbose_name="jednostka",
        related_name="districts",
        db_comment="EGB_ObrebEwidencyjny.lokalizacjaObrebu; pierwsze 8 znaków identyfikatora",
    )
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="districts")
    geom = models.MultiPolygonField(
        "granica", srid=crs.PL_2000_7, null=True, db_comment="EGB_ObrebEwidencyjny.geometria"
    )

    class Meta:
        verbose_name = "obręb ewidencyjny"
        verbose_name_plural = "obręby ewidencyjne"

    objects: ClassVar[models.Manager["CadastralDistrict"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.identifier} {self.name}"


class ParcelQuerySet(VersionedQuerySet["Parcel"]):
    def at(self, location: Point) -> Self:
        """Parcels that hold the point, any CRS; on a shared boundary all that meet there."""
        return self.filter(geom__intersects=location.transform(crs.PL_2000_7, clone=True))

    def near(self, geometry: GEOSGeometry, *, metres: float) -> Self:
        """Parcels within a distance of a geometry in EPSG:2178."""
        return self.filter(geom__dwithin=(geometry, metres))

    def in_natural_order(self) -> Self:
        """12/9 before 12/10."""
        return self.order_by("sort_key")


class Parcel(Versioned):
    """Działka ewidencyjna, one version. By law one continuous area; a delivery in parts is kept and reported."""

    learnt_after_closing = {"successors": "{}"}

    district = models.ForeignKey(
        CadastralDistrict,
        models.PROTECT,
        verbose_name="obręb",
        related_name="parcels",
        db_comment="EGB_DzialkaEwidencyjna.lokalizacjaDzialki; część identyfikatora",
    )
    number = models.CharField("numer działki", max_length=30, db_comment="część idDzialki")  # "123/4"
    sheet = models.CharField(
        "arkusz", max_length=10, blank=True, db_comment="część idDzialki (AR_)"
    )  # AR part of the identifier
    #: unit, district, sheet and numbers padded with zeros, so that the order of text is the natural one
    sort_key = models.CharField(max_length=80, db_comment="obliczany: kolejność naturalna")
    #: pole ewidencyjne, the official area; None where the source is silent
    registered_area_m2 = models.PositiveBigIntegerField(
        "pole ewidencyjne [m²]",
        null=True,
        db_comment="EGB_DzialkaEwidencyjna.poleEwidencyjne [ha]; 2013: powierzchniaEwidencyjna",
    )
    area_precision = models.PositiveSmallIntegerField(
        "dokładność pola",
        null=True,
        db_comment="EGB_DzialkaEwidencyjna.dokladnoscReprezentacjiPola (1: do 1 m², 2: do 1 ara)",
    )
    register_group = models.CharField(
        "grupa rejestrowa", max_length=10, blank=True, db_comment="EGB_JednostkaRejestrowaGruntow.grupaRejestrowa"
    )
    #: [{"ofu": "R", "ozu": "R", "ozk": "IIIa", "area_m2": 1200}, ...] (klasoużytki)
    land_uses = models.JSONField(
        "klasoużytki", default=list, db_comment="EGB_DzialkaEwidencyjna.klasouzytek: OFU, OZU, OZK, powierzchnia"
    )
    predecessors = ArrayField(
        models.CharField(max_length=80),
        verbose_name="działki poprzednie",
        default=list,
        db_comment="działki, z których powstała (wykaz zmian dostawy)",
    )
    successors = ArrayField(
        models.CharField(max_length=80),
        verbose_name="działki powstałe",
        default=list,
        db_comment="obliczane z działek następnych",
    )
    geom = models.MultiPolygonField("granica", srid=crs.PL_2000_7, db_comment="EGB_DzialkaEwidencyjna.geometria")

    objects = ParcelQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "działka ewidencyjna"
        verbose_name_plural = "działki ewidencyjne"
        indexes = [
            *Versioned.Meta.indexes,
            models.Index(fields=["district", "number"], name="parcel_district_number"),
            models.Index(fields=["municipality", "sort_key"], name="parcel_natural_order"),
            GinIndex(fields=["predecessors"], name="parcel_by_predecessor", condition=~models.Q(predecessors=[])),
            GinIndex(fields=["successors"], name="parcel_by_successor", condition=~models.Q(successors=[])),
        ]


class LandUseQuerySet(VersionedQuerySet["LandUse"]):
    pass


class LandUse(Versioned):
    """Kontur użytku gruntowego lub klasyfikacyjnego."""

    ofu = models.CharField("OFU", max_length=5, db_comment="EGB_KonturUzytkuGruntowego.OFU")
    ozu = models.CharField("OZU", max_length=5, blank=True, db_comment="EGB_KonturKlasyfikacyjny.OZU")
    ozk = models.CharField("OZK", max_length=5, blank=True, db_comment="EGB_KonturKlasyfikacyjny.OZK")
    geom = models.MultiPolygonField(
        "granica",
        srid=crs.PL_2000_7,
        db_comment="EGB_KonturUzytkuGruntowego.geometria, EGB_KonturKlasyfikacyjny.geometria",
    )

    objects = LandUseQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "kontur użytku"
        verbose_name_plural = "kontury użytków"


class BuildingQuerySet(VersionedQuerySet["Building"]):
    pass


class Building(Versioned):
    """Budynek."""

    kind = models.CharField("rodzaj wg KŚT", max_length=10, blank=True, db_comment="EGB_Budynek.rodzajWgKST")
    floors_above = models.PositiveSmallIntegerField(
        "kondygnacje nadziemne", null=True, db_comment="EGB_Budynek.liczbaKondygnacjiNadziemnych"
    )
    floors_below = models.PositiveSmallIntegerField(
        "kondygnacje podziemne", null=True, db_comment="EGB_Budynek.liczbaKondygnacjiPodziemnych"
    )
    geom = models.MultiPolygonField("obrys", srid=crs.PL_2000_7, db_comment="EGB_Budynek.geometria")

    objects = BuildingQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "budynek"
        verbose_name_plural = "budynki"


class Locality(models.Model):
    """Miejscowość of the SIMC register; neither an obręb nor a sołectwo."""

    simc = models.CharField("SIMC", max_length=7, primary_key=True, db_comment="SIMC.SYM; AD_Miejscowosc.idTERYT")
    name = models.CharField("nazwa", max_length=100, db_comment="SIMC.NAZWA; AD_Miejscowosc.nazwa")
    kind = models.CharField("rodzaj", max_length=30, db_comment="SIMC.RM; AD_Miejscowosc.rodzaj")
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="localities")
    geom = models.MultiPolygonField("obszar", srid=crs.PL_2000_7, null=True, db_comment="AD_Miejscowosc.geometria")

    class Meta:
        verbose_name = "miejscowość"
        verbose_name_plural = "miejscowości"

    objects: ClassVar[models.Manager["Locality"]] = models.Manager()

    def __str__(self) -> str:
        return self.name


class Street(models.Model):
    """Ulica; villages may have streets too (Sułoszowa, Wielmoża)."""

    ulic = models.CharField("ULIC", max_length=5, db_comment="ULIC.SYM_UL; AD_Ulica.idTERYT")
    locality = models.ForeignKey(
        Locality, models.PROTECT, verbose_name="miejscowość", related_name="streets", db_comment="ULIC.SYM"
    )
    name = models.CharField("nazwa", max_length=150, db_comment="ULIC.CECHA, NAZWA_2, NAZWA_1")
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="streets")
    geom = models.MultiLineStringField("oś", srid=crs.PL_2000_7, null=True, db_comment="AD_Ulica.geometria")

    class Meta:
        verbose_name = "ulica"
        verbose_name_plural = "ulice"
        constraints = [models.UniqueConstraint(fields=["locality", "ulic"], name="street_unique_in_locality")]

    objects: ClassVar[models.Manager["Street"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.name}, {self.locality.name}"


class AddressPointQuerySet(VersionedQuerySet["AddressPoint"]):
    pass


class AddressPoint(Versioned):
    """Punkt adresowy."""

    locality = models.ForeignKey(
        Locality,
        models.PROTECT,
        verbose_name="miejscowość",
        related_name="addresses",
        db_comment="AD_PunktAdresowy.miejscowosc; EGB_AdresNieruchomosci.idMiejscowosci",
    )
    street = models.ForeignKey(
        Street,
        models.PROTECT,
        verbose_name="ulica",
        null=True,
        related_name="addresses",
        db_comment="AD_PunktAdresowy.ulica; EGB_AdresNieruchomosci.idNazwyUlicy",
    )
    number = models.CharField(
        "numer porządkowy",
        max_length=20,
        db_comment="AD_PunktAdresowy.numerPorzadkowy; EGB_AdresNieruchomosci.numerPorzadkowy",
    )
    postcode = models.CharField("kod pocztowy", max_length=6, blank=True, db_comment="AD_PunktAdresowy.kodPocztowy")
    #: "ul. Krakowska 12, Skała" or "Cianowice 12": what people type, kept for the search
    label = models.CharField("adres", max_length=250, db_comment="obliczany: adres, jak się go pisze")
    #: the label without case, accents and punctuation (spatial.words.search_key)
    search_key = models.CharField(max_length=250, db_comment="obliczany: do wyszukiwania")
    geom = models.PointField("położenie", srid=crs.PL_2000_7, db_comment="AD_PunktAdresowy.georeferencja")

    objects = AddressPointQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "punkt adresowy"
        verbose_name_plural = "punkty adresowe"
        indexes = [
            *Versioned.Meta.indexes,
            GinIndex(OpClass("search_key", "gin_trgm_ops"), name="address_search_trigrams"),
        ]
