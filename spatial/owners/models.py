"""Owners, shares and land books: tables of the schema ``private`` behind row-level security.

No row is seen or written outside ``spatial.owners.access``, whoever asks and however. Nothing public may import
these models; no field of theirs has a reverse name on a public model, so no path of the ORM leads here.
"""

from contextlib import AbstractContextManager
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models

from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality
from spatial.owners.opening import reopened
from spatial.versions import Versioned, VersionedQuerySet


class PrivateVersioned(Versioned):
    """Base of the private registers. Identifiers begin with the district whose delivery speaks of the row."""

    # No constraint crosses the schemas: the private one can be kept, backed up and emptied by itself.
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, verbose_name="gmina", related_name="+", db_constraint=False
    )
    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, verbose_name="dostawa danych", related_name="+", db_constraint=False
    )
    closed_by = models.ForeignKey(
        Snapshot,
        models.PROTECT,
        verbose_name="zamknięta przez",
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )

    class Meta(Versioned.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} •••"

    @classmethod
    def writable(cls, snapshot: Snapshot, by: AbstractBaseUser | None) -> AbstractContextManager[None]:
        """Open to the delivery where it has spoken of these registers, and to nobody else."""
        return reopened(snapshot, table=str(cls._meta.model_name), by=by)


class RegisterUnitQuerySet(VersionedQuerySet["RegisterUnit"]):
    pass


class RegisterUnit(PrivateVersioned):
    """Jednostka rejestrowa gruntów: parcels of a district that have the same owners."""

    number = models.CharField(
        "numer jednostki", max_length=40, db_comment="EGB_JednostkaRejestrowaGruntow.idJednostkiRejestrowej"
    )  # "120610_5.0007.G12"
    group = models.CharField(
        "grupa rejestrowa", max_length=10, blank=True, db_comment="EGB_JednostkaRejestrowaGruntow.grupaRejestrowa"
    )

    objects = RegisterUnitQuerySet.as_manager()

    class Meta(PrivateVersioned.Meta):
        db_table = '"private"."register_unit"'
        verbose_name = "jednostka rejestrowa"
        verbose_name_plural = "jednostki rejestrowe"


class ParcelUnitQuerySet(VersionedQuerySet["ParcelUnit"]):
    pass


class ParcelUnit(PrivateVersioned):
    """In which register unit a parcel stands; ``identifier`` is the parcel's."""

    unit = models.CharField("jednostka rejestrowa", max_length=80, db_comment="EGB_DzialkaEwidencyjna.JRG2")

    objects = ParcelUnitQuerySet.as_manager()

    class Meta(PrivateVersioned.Meta):
        db_table = '"private"."parcel_unit"'
        verbose_name = "jednostka działki"
        verbose_name_plural = "jednostki działek"
        indexes = [*PrivateVersioned.Meta.indexes, models.Index(fields=["unit"], name="parcelunit_unit")]


class ShareQuerySet(VersionedQuerySet["Share"]):
    pass


class Share(PrivateVersioned):
    """Udział in the ownership or holding of a unit; without a fraction where the source gives none."""

    class Family(models.TextChoices):
        OWN = "own", "własność lub władanie samoistne"
        HOLD = "hold", "władanie"

    unit = models.CharField("jednostka rejestrowa", max_length=80, db_comment="przedmiotUdzialu")
    party = models.CharField("podmiot", max_length=80, db_comment="podmiotUdzialu")
    family = models.CharField("rodzaj udziału", max_length=4, choices=Family, db_comment="klasa obiektu")
    right = models.CharField("prawo", max_length=2, db_comment="rodzajPrawa albo rodzajWladania")
    numerator = models.BigIntegerField(
        "licznik", null=True, db_comment="licznikUlamkaOkreslajacegoWartoscUdzialu, nieskrócony"
    )
    denominator = models.BigIntegerField(
        "mianownik", null=True, db_comment="mianownikUlamkaOkreslajacegoWartoscUdzialu, nieskrócony"
    )
    #: the party and its members at any depth: whom this share opens to a reader
    parties = ArrayField(
        models.CharField(max_length=80), verbose_name="osoby udziału", db_comment="obliczane z podmiotu i jego członków"
    )

    objects = ShareQuerySet.as_manager()

    class Meta(PrivateVersioned.Meta):
        db_table = '"private"."share"'
        verbose_name = "udział"
        verbose_name_plural = "udziały"
        indexes = [*PrivateVersioned.Meta.indexes, models.Index(fields=["unit"], name="share_unit")]


class PartyQuerySet(VersionedQuerySet["Party"]):
    pass


class Party(PrivateVersioned):
    """Podmiot: a person, a marriage (one party of two persons), an institution, a group, a land community."""

    class Kind(models.TextChoices):
        PERSON = "person", "osoba fizyczna"
        MARRIAGE = "marriage", "małżeństwo"
        INSTITUTION = "institution", "instytucja"
        GROUP = "group", "podmiot grupowy"
        COMMUNITY = "community", "wspólnota gruntowa"

    kind = models.CharField("rodzaj", max_length=12, choices=Kind, db_comment="klasa obiektu")
    first_name = models.CharField("imię", max_length=100, blank=True, db_comment="EGB_OsobaFizyczna.pierwszeImie")
    second_name = models.CharField("drugie imię", max_length=100, blank=True, db_comment="drugieImie")
    surname = models.CharField("nazwisko", max_length=100, blank=True, db_comment="pierwszyCzlonNazwiska")
    second_surname = models.CharField("drugi człon", max_length=100, blank=True, db_comment="drugiCzlonNazwiska")
    father = models.CharField("imię ojca", max_length=100, blank=True, db_comment="imieOjca")
    mother = models.CharField("imię matki", max_length=100, blank=True, db_comment="imieMatki")
    name = models.CharField("nazwa", max_length=500, blank=True, db_comment="EGB_Instytucja.nazwaPelna")
    status = models.CharField("status", max_length=3, blank=True, db_comment="status")
    is_dead = models.BooleanField("nie żyje", default=False, db_comment="informacjaOSmierci")
    street_address = models.CharField(
        "adres", max_length=200, blank=True, db_comment="EGB_AdresPodmiotu: ulica, numerPorzadkowy, numerLokalu"
    )
    postal_address = models.CharField(
        "kod i miejscowość", max_length=120, blank=True, db_comment="EGB_AdresPodmiotu: kodPocztowy, miejscowosc"
    )
    country = models.CharField("kraj", max_length=60, blank=True, db_comment="EGB_AdresPodmiotu.kraj")
    members = ArrayField(
        models.CharField(max_length=80), verbose_name="członkowie", default=list, db_comment="osobaFizyczna2 i inne"
    )

    objects = PartyQuerySet.as_manager()

    class Meta(PrivateVersioned.Meta):
        db_table = '"private"."party"'
        verbose_name = "podmiot"
        verbose_name_plural = "podmioty"


class PersonalNumberQuerySet(VersionedQuerySet["PersonalNumber"]):
    pass


class PersonalNumber(PrivateVersioned):
    """PESEL, NIP and REGON of a party, apart: opened only by a reading that says it shows them."""

    pesel = models.CharField("PESEL", max_length=11, blank=True, db_comment="EGB_OsobaFizyczna.pesel")
    nip = models.CharField("NIP", max_length=10, blank=True, db_comment="nip (2013)")
    regon = models.CharField("REGON", max_length=14, blank=True, db_comment="EGB_Instytucja.regon")

    objects = PersonalNumberQuerySet.as_manager()

    class Meta(PrivateVersioned.Meta):
        db_table = '"private"."personal_number"'
        verbose_name = "numer podmiotu"
        verbose_name_plural = "numery podmiotów"


class LandBookQuerySet(VersionedQuerySet["LandBook"]):
    pass


class LandBook(PrivateVersioned):
    """Numer księgi wieczystej of a parcel, which leads to its owners; ``identifier`` is the parcel's."""

    number = models.CharField("numer KW", max_length=15, db_comment="EGB_DzialkaEwidencyjna.numerKW")

    objects = LandBookQuerySet.as_manager()

    class Meta(PrivateVersioned.Meta):
        db_table = '"private"."land_book"'
        verbose_name = "księga wieczysta"
        verbose_name_plural = "księgi wieczyste"


class AccessEntry(models.Model):
    """One opening of the private registers: who, when, of what, why. Rows only come; the database sees to it.

    ``at`` and ``transaction`` are stamped by the database: rows open only to the transaction of their own entry.
    """

    class Action(models.TextChoices):
        READ = "read", "odczyt"
        ATTEMPT = "attempt", "odczyt przerwany błędem"
        IMPORT = "import", "wczytanie dostawy"
        TAKE_BACK = "take-back", "cofnięcie dostawy"
        REVIEW = "review", "przegląd dziennika"
        VERIFY = "verify", "sprawdzenie łańcucha dziennika"

    at = models.DateTimeField("kiedy", editable=False, null=True)
    transaction = models.BigIntegerField("transakcja", editable=False, null=True)
    municipality = models.ForeignKey(
        Municipality, models.DO_NOTHING, verbose_name="gmina", related_name="+", db_constraint=False
    )
    action = models.CharField("czynność", max_length=10, choices=Action)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        verbose_name="kto",
        null=True,
        related_name="+",
        db_constraint=False,
    )
    user_name = models.CharField("imię i nazwisko", max_length=200)  # as it was then; accounts change and go
    role = models.CharField("rola", max_length=20, blank=True)
    ground = models.CharField("podstawa", max_length=30)
    case_number = models.CharField("znak sprawy", max_length=60, blank=True)
    #: parcels that the reading names; null: the whole municipality
    parcels = ArrayField(models.CharField(max_length=80), verbose_name="działki", null=True)
    fields = ArrayField(models.CharField(max_length=20), verbose_name="zakres danych", default=list)
    snapshot = models.ForeignKey(
        Snapshot, models.DO_NOTHING, verbose_name="dostawa", null=True, related_name="+", db_constraint=False
    )

    objects: ClassVar[models.Manager["AccessEntry"]] = models.Manager()

    class Meta:
        db_table = '"private"."access_entry"'
        verbose_name = "wpis dziennika dostępu"
        verbose_name_plural = "dziennik dostępu do danych osobowych"
        indexes = [models.Index(fields=["municipality", "at"], name="access_entry_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.ground} {self.at}"
