"""The case (sprawa): one number, one municipality, one applicant, one course of events."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.identity.models import User
from services.parties.models import Party, PartyLink
from spatial import crs
from spatial.municipalities.models import Municipality


class CaseClass(models.Model):
    """Which unit and JRWA class an e-service files under in a municipality, from a day on; edited by the office."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="+")
    service = models.CharField("usługa", max_length=40)
    unit_symbol = models.CharField("komórka", max_length=12)  # "GP"
    jrwa = models.CharField("klasa JRWA", max_length=4)  # "6727"
    #: "A" for ever, "B5" five years after closing, "BE5" then an expert looks, "Bc" short
    archive_category = models.CharField("kategoria archiwalna", max_length=5, default="B5")
    valid_from = models.DateField("od")
    source = models.CharField("podstawa", max_length=200)

    objects: ClassVar[models.Manager["CaseClass"]] = models.Manager()

    class Meta:
        verbose_name = "klasa sprawy"
        verbose_name_plural = "klasy spraw"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "service", "valid_from"], name="case_class_dated")
        ]

    def __str__(self) -> str:
        return f"{self.unit_symbol}.{self.jrwa}"


class TermRule(models.Model):
    """Within what time a municipality settles cases of an e-service, from a day on; without one, as declared."""

    class Unit(models.TextChoices):
        DAYS = "days", _("dni")
        WEEKS = "weeks", _("tygodnie")
        MONTHS = "months", _("miesiące")

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="+")
    service = models.CharField("usługa", max_length=40)
    count = models.PositiveSmallIntegerField("ile")
    unit = models.CharField("czego", max_length=6, choices=Unit)
    basis = models.CharField("podstawa prawna", max_length=100)
    valid_from = models.DateField("od")
    source = models.CharField("podstawa", max_length=200)

    objects: ClassVar[models.Manager["TermRule"]] = models.Manager()

    class Meta:
        verbose_name = "termin załatwienia"
        verbose_name_plural = "terminy załatwienia"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "service", "valid_from"], name="term_rule_dated")
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.unit}"


class CaseSeries(models.Model):
    """Last number given out for (unit, class, year); the row lock makes the sequence gapless.

    ``jrwa`` is a class of cases, or the register of letters: ``RPW`` in, ``ROK`` out.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    unit_symbol = models.CharField("komórka", max_length=12)
    jrwa = models.CharField("klasa JRWA", max_length=4)
    year = models.PositiveSmallIntegerField("rok")
    last = models.PositiveIntegerField("ostatni numer", default=0)

    objects: ClassVar[models.Manager["CaseSeries"]] = models.Manager()

    class Meta:
        verbose_name = "spis spraw"
        verbose_name_plural = "spisy spraw"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "unit_symbol", "jrwa", "year"], name="one_series_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.unit_symbol}.{self.jrwa}.{self.year}: {self.last}"


class CaseQuerySet(models.QuerySet["Case"]):
    def of(self, municipality: Municipality | str) -> Self:
        return self.filter(municipality=municipality)

    def of_person(self, user: AbstractBaseUser) -> Self:
        """Cases that the person filed for themselves, signed with another, or may see for a party today."""
        parties = CaseParty.objects.filter(user=user.pk).values("case")
        own = models.Q(applicant=user.pk, on_behalf_of=None) | models.Q(pk__in=parties)
        return self.filter(own | models.Q(pk__in=Case.objects.of_parties(user).values("pk")))

    def of_parties(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Cases of a party that the person is or acts for, as far as the link reaches today."""
        links = PartyLink.objects.in_force(timezone.localdate()).filter(user=user.pk)
        covering = links.covering(service=models.OuterRef("service"), municipality=models.OuterRef("municipality"))
        covered = models.Exists(covering.filter(party=models.OuterRef("on_behalf_of")))
        return self.filter(covered, on_behalf_of__in=links.values("party"))

    def not_touching(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Cases that the person neither filed nor signed, and of no party that they act for (KPA art. 24 § 1)."""
        links = PartyLink.objects.in_force(timezone.localdate()).filter(user=user.pk)
        signed = CaseParty.objects.filter(user=user.pk).values("case")
        rows = self.exclude(applicant=user.pk).exclude(pk__in=signed)
        return rows.exclude(on_behalf_of__in=links.values("party"))

    def open(self) -> Self:
        """Cases that are not ended."""
        return self.filter(closed_at=None)


class Case(models.Model):
    """Sprawa administracyjna."""

    class Status(models.TextChoices):
        FILED = "filed", _("złożona")
        IN_REVIEW = "in-review", _("w trakcie sprawdzania")
        AWAITING = "awaiting", _("do uzupełnienia")
        SUSPENDED = "suspended", _("zawieszona")
        ISSUED = "issued", _("załatwiona")
        REFUSED = "refused", _("odmowa")
        WITHDRAWN = "withdrawn", _("wycofana")
        LEFT = "left", _("pozostawiona bez rozpoznania")

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="cases")
    number = models.CharField("znak sprawy", max_length=60)  # "GP.6727.45.2026"
    service = models.CharField("usługa", max_length=40)
    title = models.CharField("tytuł", max_length=250)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="wnioskodawca", related_name="cases"
    )
    #: whose case it is, where the applicant acts for another
    on_behalf_of = models.ForeignKey(Party, models.PROTECT, verbose_name="w imieniu", null=True, related_name="cases")
    representation = models.ForeignKey(
        PartyLink, models.PROTECT, verbose_name="umocowanie", null=True, related_name="cases"
    )  #: by which the applicant acts
    status = models.CharField("stan", max_length=20, choices=Status, default=Status.FILED)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="prowadzi", related_name="+", null=True
    )
    filed_at = models.DateTimeField("złożono")
    due_on = models.DateField("termin załatwienia", null=True)  #: inclusive; None: no term is known
    term_basis = models.CharField("podstawa terminu", max_length=100, blank=True)
    awaits_until = models.DateField("termin uzupełnienia", null=True)  #: while the applicant must mend something
    paused_on = models.DateField("bieg terminu wstrzymano", null=True)
    closed_at = models.DateTimeField("zakończono", null=True)
    archive_category = models.CharField("kategoria archiwalna", max_length=5, blank=True)  #: of the class on filing
    kept_until = models.DateField("akta zachować do", null=True)  #: exclusive, set on closing; None: always
    disposal_on = models.DateField("przeznaczono do brakowania", null=True)
    place = models.PointField("miejsce", srid=crs.PL_1992, null=True)  #: on the first parcel of the filing

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "sprawa"
        verbose_name_plural = "sprawy"
        constraints = [models.UniqueConstraint(fields=["municipality", "number"], name="case_number_once")]
        indexes = [
            models.Index(
                fields=["municipality", "due_on", "id"], condition=models.Q(closed_at=None), name="case_work_list"
            ),
            models.Index(fields=["applicant", "-filed_at"], name="case_of_applicant"),
            models.Index(fields=["on_behalf_of"], condition=models.Q(on_behalf_of__isnull=False), name="case_of_party"),
            models.Index(
                fields=["municipality", "kept_until"],
                condition=models.Q(kept_until__isnull=False, disposal_on=None),
                name="case_to_dispose",
            ),
            GinIndex(OpClass(Upper("title"), "gin_trgm_ops"), name="case_title_words"),
            GinIndex(OpClass(Upper("number"), "gin_trgm_ops"), name="case_number_words"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def unit_symbol(self) -> str:
        """The unit that its number begins with."""
        return self.number.rsplit(".", 3)[0]

    @property
    def is_represented(self) -> bool:
        """Whether the applicant may still act for the party today."""
        return self.representation is not None and self.representation.is_in_force(timezone.localdate())

    @property
    def addressee(self) -> str:
        """To whom the office writes: a party by its representative while there is one (KPA art. 40 § 1-2)."""
        applicant, party = self.applicant.display_name, self.on_behalf_of
        if party is None:
            return applicant
        return f"{party.name}, {applicant}" if self.is_represented else party.name

    @property
    def recipient(self) -> User | Party:
        """Whose letters they are: of the applicant, after the mandate has ended of the party's own account, or of the
        party itself where it has none.
        """
        if self.on_behalf_of is None or self.is_represented:
            return self.applicant
        links = PartyLink.objects.of_principal(timezone.localdate()).filter(party=self.on_behalf_of)
        own = links.covering(service=models.Value(self.service), municipality=self.municipality_id)
        link = own.select_related("user").surest_first().first()
        return link.user if link else self.on_behalf_of


class CaseParty(models.Model):
    """Another person of a case beside the applicant: sees it and its letters."""

    class Role(models.TextChoices):
        COSIGNER = "cosigner", _("współwnioskodawca")

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto", related_name="+")
    role = models.CharField("rola", max_length=20, choices=Role)

    objects: ClassVar[models.Manager["CaseParty"]] = models.Manager()

    class Meta:
        verbose_name = "strona sprawy"
        verbose_name_plural = "strony spraw"
        constraints = [models.UniqueConstraint(fields=["case", "user", "role"], name="case_party_once")]

    def __str__(self) -> str:
        return f"{self.case}: {self.user}"


class CaseProperty(models.Model):
    """What a service notes for one of its cases while it is handled; ``name`` is the service's own."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="properties")
    name = models.CharField("nazwa", max_length=40)
    value = models.JSONField("wartość")

    objects: ClassVar[models.Manager["CaseProperty"]] = models.Manager()

    class Meta:
        verbose_name = "cecha sprawy"
        verbose_name_plural = "cechy spraw"
        constraints = [models.UniqueConstraint(fields=["case", "name"], name="case_property_once")]

    def __str__(self) -> str:
        return f"{self.case}: {self.name}"


class CaseEvent(models.Model):
    """One step of a case: what happened, who did it; never changed afterwards."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="events")
    kind = models.CharField("zdarzenie", max_length=30)
    text = models.TextField("opis")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_public = models.BooleanField("widoczne dla wnioskodawcy", default=True)
    at = models.DateTimeField("kiedy")

    objects: ClassVar[models.Manager["CaseEvent"]] = models.Manager()

    class Meta:
        verbose_name = "zdarzenie w sprawie"
        verbose_name_plural = "zdarzenia w sprawach"

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
