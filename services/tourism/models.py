"""Places and trails of the tourist service. What editors add (photos, opening days, closures) comes beside, later."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField

from data.records.tourism import CONFIDENCES, PLACE_KINDS, TRAIL_COLOURS, TRAIL_KINDS
from spatial import crs
from spatial.imports.models import Snapshot
from spatial.versions import CURRENT, Versioned, VersionedQuerySet

CONFIDENCE_NAMES = dict(zip(CONFIDENCES, ("pewne (do 100 m)", "średnie (do 300 m)", "niepewne"), strict=True))


class PlaceQuerySet(VersionedQuerySet["Place"]):
    def unverified(self) -> "PlaceQuerySet":
        """Places whose position nobody has confirmed."""
        return self.filter(verified_on=None)


class Place(Versioned):
    """Miejsce warte wycieczki; it may lie in a neighbouring gmina. ``identifier`` is the stable slug."""

    name = models.CharField("nazwa", max_length=200, db_comment="name_pl, nazwa")
    name_en = models.CharField("nazwa angielska", max_length=200, blank=True, db_comment="name_en")
    name_uk = models.CharField("nazwa ukraińska", max_length=200, blank=True, db_comment="name_uk")
    kind = models.CharField("rodzaj", max_length=20, choices=PLACE_KINDS, db_comment="kind, rodzaj")
    #: six digits of TERYT of the gminas that the place belongs to; the boundary is only a hint (dossier 3)
    located_in = ArrayField(
        models.CharField(max_length=6), verbose_name="gminy", default=list, db_comment="gmina; bez niej z położenia"
    )
    description = models.TextField("opis", blank=True, db_comment="description_pl, opis")
    description_en = models.TextField("opis angielski", blank=True, db_comment="description_en")
    confidence = models.CharField(
        "pewność położenia", max_length=10, choices=CONFIDENCE_NAMES, blank=True, db_comment="source_confidence"
    )
    confidence_note = models.CharField(
        "skąd położenie", max_length=300, blank=True, db_comment="source_confidence po pierwszej kresce"
    )
    address = models.CharField("adres", max_length=200, blank=True, db_comment="address, adres")
    phone = models.CharField("telefon", max_length=60, blank=True, db_comment="phone, telefon")
    url = models.CharField("strona", max_length=500, blank=True, db_comment="url, www; tylko http i https")
    opening_hours = models.CharField(
        "godziny otwarcia", max_length=300, blank=True, db_comment="opening_hours (zapis OpenStreetMap)"
    )
    monument_number = models.CharField(
        "nr w rejestrze zabytków", max_length=60, blank=True, db_comment="monument_register_no"
    )
    osm_id = models.CharField("OpenStreetMap", max_length=40, blank=True, db_comment="osm_id")
    wikidata = models.CharField("Wikidata", max_length=20, blank=True, db_comment="wikidata")
    source = models.CharField("źródło", max_length=300, blank=True, db_comment="source, zrodlo")
    licence = models.CharField("licencja", max_length=100, blank=True, db_comment="licence, licencja")
    verified_on = models.DateField("położenie sprawdzono", null=True, db_comment="verified_on, sprawdzono")
    #: a person: in no public collection
    verified_by = models.CharField("sprawdził(a)", max_length=100, blank=True, db_comment="verified_by")
    geom = models.PointField("położenie", srid=crs.PL_2000_7, db_comment="lon, lat")

    objects = PlaceQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "miejsce"
        verbose_name_plural = "miejsca"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "identifier"], condition=CURRENT, name="place_one_current")
        ]

    def __str__(self) -> str:
        return self.name


class TrailQuerySet(VersionedQuerySet["Trail"]):
    pass


class Trail(Versioned):
    """Trasa: a marked or own route. People are shown the published length; the line serves the map and position."""

    name = models.CharField("nazwa", max_length=200, db_comment="name, nazwa; GPX: trk/name")
    name_en = models.CharField("nazwa angielska", max_length=200, blank=True, db_comment="name_en")
    kind = models.CharField(
        "rodzaj", max_length=20, choices=[(kind, kind) for kind in TRAIL_KINDS], db_comment="kind, rodzaj"
    )
    colour = models.CharField(
        "kolor znaku",
        max_length=20,
        choices=[(colour, colour) for colour in TRAIL_COLOURS],
        db_comment="colour, kolor; nie oznacza trudności",
    )
    symbol = models.CharField("znak (osmc:symbol)", max_length=100, blank=True, db_comment="symbol, osmc:symbol")
    located_in = ArrayField(
        models.CharField(max_length=6), verbose_name="gminy", default=list, db_comment="obliczany: z przebiegu"
    )
    description = models.TextField("opis", blank=True, db_comment="description, opis; GPX: trk/desc")
    description_en = models.TextField("opis angielski", blank=True, db_comment="description_en")
    length_published_m = models.PositiveIntegerField(
        "długość ogłoszona [m]", null=True, db_comment="length_km, gdy nie jest oszacowana"
    )
    length_source = models.CharField("źródło długości", max_length=200, blank=True, db_comment="length_source")
    length_measured_m = models.PositiveIntegerField(
        "długość linii [m]", db_comment="obliczana: w EPSG:2178, przed uproszczeniem"
    )
    difficulty = models.CharField("trudność", max_length=40, blank=True, db_comment="difficulty, trudnosc")
    surfaces = ArrayField(
        models.CharField(max_length=60), verbose_name="nawierzchnie", default=list, db_comment="surface, nawierzchnia"
    )
    is_loop = models.BooleanField("pętla", default=False, db_comment="loop, petla; bez niej z końców linii (30 m)")
    walk_time_min = models.PositiveIntegerField("czas przejścia [min]", null=True, db_comment="walk_time_min")
    stroller = models.BooleanField("dla wózków dziecięcych", null=True, db_comment="stroller")
    wheelchair = models.BooleanField("dla wózków inwalidzkich", null=True, db_comment="wheelchair")
    manager = models.CharField("opiekun", max_length=100, blank=True, db_comment="manager, zarzadca, operator")
    confidence = models.CharField(
        "pewność przebiegu", max_length=10, choices=CONFIDENCE_NAMES, blank=True, db_comment="confidence"
    )
    source = models.CharField("źródło", max_length=300, blank=True, db_comment="source")
    verified_on = models.DateField("przebieg sprawdzono", null=True, db_comment="verified_on")
    geom = models.MultiLineStringField("przebieg", srid=crs.PL_2000_7, db_comment="linia, uproszczona do 3 m")

    objects = TrailQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "trasa"
        verbose_name_plural = "trasy"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "identifier"], condition=CURRENT, name="trail_one_current")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def length_m(self) -> int:
        """What is shown: the published length, else that of the line."""
        return self.length_published_m or self.length_measured_m


class TrackFile(models.Model):
    """Plik trasy tak, jak przyszedł. It may hold somebody's times and heights: it is kept, never served."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, verbose_name="dostawa danych", related_name="track_files")
    sha256 = models.CharField("SHA-256", max_length=64)
    name = models.CharField("nazwa pliku", max_length=255)
    stored_name = models.CharField("plik poniżej MEDIA_ROOT", max_length=120)

    class Meta:
        verbose_name = "plik trasy"
        verbose_name_plural = "pliki tras"
        constraints = [models.UniqueConstraint(fields=["snapshot", "sha256"], name="track_file_once_in_snapshot")]

    objects: ClassVar[models.Manager["TrackFile"]] = models.Manager()

    def __str__(self) -> str:
        return self.name
