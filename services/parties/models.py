"""Who a person or a firm is, and who acts for whom. Identifiers of people lie under a key (``identity.protected``)."""

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact, IsNull
from django.utils.translation import gettext_lazy as _

from services.identity.base import Acting, Level
from spatial.municipalities.models import Municipality


class Person(models.Model):
    """A human being. Who has no PESEL known to us has no fingerprint, and is matched with nobody."""

    #: of the PESEL, or of the eIDAS identifier of somebody from abroad
    fingerprint = models.CharField("odcisk", max_length=64, unique=True, null=True)
    pesel_sealed = models.BinaryField("PESEL pod kluczem", null=True)  #: read by ``people.read_pesel`` only
    first_name = models.CharField("imię", max_length=100)
    last_name = models.CharField("nazwisko", max_length=150)
    born_on = models.DateField("data urodzenia", null=True)

    objects: ClassVar[models.Manager["Person"]] = models.Manager()

    class Meta:
        verbose_name = "osoba"
        verbose_name_plural = "osoby"

    def __str__(self) -> str:
        return f"osoba {self.pk}"


class Organisation(models.Model):
    """A firm or an institution; its numbers are public."""

    nip = models.CharField("NIP", max_length=10, unique=True, null=True)
    regon = models.CharField("REGON", max_length=14, blank=True)
    krs = models.CharField("KRS", max_length=10, blank=True)
    name = models.CharField("nazwa", max_length=300)
    address = models.CharField("adres", max_length=300, blank=True)

    objects: ClassVar[models.Manager["Organisation"]] = models.Manager()

    class Meta:
        verbose_name = "organizacja"
        verbose_name_plural = "organizacje"

    def __str__(self) -> str:
        return f"organizacja {self.pk}"


class PartyQuerySet(models.QuerySet["Party"]):
    def named(self) -> Self:
        """With what their names are read from."""
        return self.select_related("person", "organisation")


class Party(models.Model):
    """A person or an organisation, as a side of cases and of registers."""

    person = models.OneToOneField(Person, models.PROTECT, null=True, related_name="party")
    organisation = models.OneToOneField(Organisation, models.PROTECT, null=True, related_name="party")
    is_confirmed = models.BooleanField("dane potwierdzone", default=False)  #: by the office or by the national node

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = "strona"
        verbose_name_plural = "strony"
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None, organisation__isnull=False) | Q(person__isnull=False, organisation=None),
                name="party_is_one_of_two",
            )
        ]

    def __str__(self) -> str:
        return f"strona {self.pk}"

    @property
    def name(self) -> str:
        if self.organisation:
            return self.organisation.name
        return f"{self.person.first_name} {self.person.last_name}" if self.person else ""

    @property
    def kind(self) -> Acting:
        return Acting.ORGANISATION if self.organisation_id else Acting.PERSON


class PartyLinkQuerySet(models.QuerySet["PartyLink"]):
    def in_force(self, on: date) -> Self:
        """Approved and not ended on the day."""
        return self.filter(
            Q(valid_to=None) | Q(valid_to__gte=on), state=PartyLink.State.APPROVED, valid_from__lte=on
        )  # fmt: skip

    def covering(self, *, service: Any, municipality: Any) -> Self:
        """Of the service's code (a ``Value``) and the municipality, or of references to them in an outer query."""
        place = models.Func(F("scope"), service, function="array_position", output_field=models.IntegerField())
        in_scope = Q(scope=[]) | Q(IsNull(place, False))
        return self.filter(in_scope, Q(municipality=None) | Q(municipality=municipality))

    def of_principal(self, on: date) -> Self:
        """Those by which somebody is the party, or speaks for all of it."""
        return self.in_force(on).filter(basis__in=PartyLink.PRINCIPAL, scope=[])

    def surest_first(self) -> Self:
        """Who has proved by the national node to be the person, then the oldest."""
        return self.order_by(Exact(F("level"), Level.TRUSTED).desc(), "pk")

    def named(self) -> Self:
        return self.select_related("party__person", "party__organisation", "user", "municipality")


class PartyLink(models.Model):
    """That a user is a party or acts for it: in what, from when to when, and which office has said so."""

    class Basis(models.TextChoices):
        SELF = "self", _("we własnym imieniu")
        REPRESENTATION = "representation", _("reprezentacja według KRS")
        MANDATE = "mandate", _("pełnomocnictwo")
        GUARDIAN = "guardian", _("opieka albo kuratela")

    class State(models.TextChoices):
        ASKED = "asked", _("czeka na urząd")
        APPROVED = "approved", _("zatwierdzone")
        REFUSED = "refused", _("odmowa")
        REVOKED = "revoked", _("odwołane")

    class DutyFree(models.TextChoices):
        """Why the document of a mandate bears no stamp duty (act of 16.11.2006, annex part IV and art. 7)."""

        SPOUSE = "spouse", _("pełnomocnik jest małżonkiem mocodawcy")
        ASCENDANT = "ascendant", _("pełnomocnik jest rodzicem, dziadkiem albo babcią mocodawcy")
        DESCENDANT = "descendant", _("pełnomocnik jest dzieckiem, wnukiem albo wnuczką mocodawcy")
        SIBLING = "sibling", _("pełnomocnik jest bratem albo siostrą mocodawcy")
        FAMILY = "family", _("pełnomocnik jest z najbliższej rodziny mocodawcy")  #: as it was asked at first
        RECEIPT = "receipt", _("poświadczone notarialnie lub przez urząd, tylko do odbioru dokumentów")
        FOREIGN = "foreign", _("mocodawcą jest państwo obce albo organizacja międzynarodowa")
        BUDGET = "budget", _("mocodawcą jest jednostka budżetowa")
        LOCAL = "local", _("mocodawcą jest gmina, powiat albo województwo")
        CHARITY = "charity", _("mocodawcą jest organizacja pożytku publicznego, w nieodpłatnej działalności")
        POVERTY = "poverty", _("mocodawca korzysta z pomocy społecznej z powodu ubóstwa")

    #: of a person as the grantor, and of an organisation; the rest is of both
    DUTY_FREE_PERSON = (
        DutyFree.SPOUSE, DutyFree.ASCENDANT, DutyFree.DESCENDANT, DutyFree.SIBLING, DutyFree.FAMILY, DutyFree.POVERTY,
    )  # fmt: skip
    DUTY_FREE_ORGANISATION = (DutyFree.FOREIGN, DutyFree.BUDGET, DutyFree.LOCAL, DutyFree.CHARITY)
    #: who may also end what others hold
    PRINCIPAL = (Basis.SELF, Basis.REPRESENTATION)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto", related_name="party_links")
    party = models.ForeignKey(Party, models.PROTECT, verbose_name="strona", related_name="links")
    basis = models.CharField("podstawa", max_length=20, choices=Basis)
    scope = ArrayField(models.CharField(max_length=40), verbose_name="usługi", default=list, blank=True)  #: empty: all
    #: of the office that decides, and only before it; None: told by the national node, before every office
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", null=True, related_name="+")
    valid_from = models.DateField("od")
    valid_to = models.DateField("do", null=True)  #: inclusive, as mandates say it; None: until it is revoked
    level = models.PositiveSmallIntegerField("poziom", default=Level.ACCOUNT)  #: how the party was made sure of
    #: as the mandatary says
    duty_free = models.CharField("zwolnienie z opłaty skarbowej", max_length=10, choices=DutyFree, blank=True)
    asked_first_name = models.CharField("podane imię", max_length=100, blank=True)
    asked_name = models.CharField("podane nazwisko albo nazwa", max_length=300, blank=True)
    asked_at = models.DateTimeField("złożono")
    document_name = models.CharField("dokument", max_length=120, blank=True)
    document_sha256 = models.CharField("SHA-256 dokumentu", max_length=64, blank=True)
    state = models.CharField("stan", max_length=10, choices=State, default=State.ASKED)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="zatwierdził", null=True, related_name="+"
    )
    approved_at = models.DateTimeField("zatwierdzono", null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="odmówił albo odwołał", null=True, related_name="+"
    )
    ended_at = models.DateTimeField("zakończono", null=True)
    reason = models.CharField("przyczyna", max_length=500, blank=True)

    objects = PartyLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "powiązanie ze stroną"
        verbose_name_plural = "powiązania ze stronami"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "party", "basis", "municipality"],
                condition=Q(state="asked") | Q(state="approved", basis="self"),
                nulls_distinct=False,
                name="party_link_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="party_link_days_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_at__isnull=False), name="party_link_approved_when"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "asked_at"], condition=Q(state="asked"), name="party_links_asked")
        ]

    def __str__(self) -> str:
        return f"powiązanie {self.pk}"

    @property
    def asked_as(self) -> str:
        """The party's name as the asking person wrote it: all that person may see before the office says yes."""
        return f"{self.asked_first_name} {self.asked_name}".strip()

    @property
    def shown_name(self) -> str:
        """For the one who asked."""
        return self.party.name if self.approved_at else self.asked_as

    @property
    def document_path(self) -> str:
        """Below the storage's root."""
        return f"mandates/{self.document_sha256[:2]}/{self.document_sha256}"

    def is_in_force(self, on: date) -> bool:
        """As ``PartyLinkQuerySet.in_force``."""
        has_begun, has_ended = self.valid_from <= on, self.valid_to is not None and self.valid_to < on
        return self.state == self.State.APPROVED and has_begun and not has_ended

    def covers(self, *, service: str, municipality: str) -> bool:
        """As ``PartyLinkQuerySet.covering``; municipality: TERYT."""
        return self.municipality_id in {None, municipality} and (not self.scope or service in self.scope)


class ExternalRef(models.Model):
    """Under which key a register of a municipality knows the party."""

    class Register(models.TextChoices):
        TAX = "tax", _("konto podatkowe")
        WATER = "water", _("odbiorca wody")
        WASTE = "waste", _("opłata za odpady")
        CADASTRE = "cadastre", _("podmiot w ewidencji gruntów")
        PERMIT = "permit", _("zezwolenie")

    party = models.ForeignKey(Party, models.PROTECT, verbose_name="strona", related_name="refs")
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    register = models.CharField("rejestr", max_length=10, choices=Register)
    key = models.CharField("klucz", max_length=60)

    objects: ClassVar[models.Manager["ExternalRef"]] = models.Manager()

    class Meta:
        verbose_name = "klucz w rejestrze"
        verbose_name_plural = "klucze w rejestrach"
        constraints = [models.UniqueConstraint(fields=["municipality", "register", "key"], name="external_ref_once")]

    def __str__(self) -> str:
        return f"{self.register} {self.pk}"


class ActivationCode(models.Model):
    """A code that links an account with the party of a register. Its first four characters find it, the hash of all
    twelve proves it; the code itself is kept nowhere.
    """

    ref = models.ForeignKey(ExternalRef, models.CASCADE, related_name="codes")
    handle = models.CharField("początek kodu", max_length=4)
    code_hash = models.CharField("odcisk kodu", max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto wydał", related_name="+")
    made_at = models.DateTimeField("wydano")
    expires_at = models.DateTimeField("ważny do")
    tries = models.PositiveSmallIntegerField("błędne próby", default=0)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto użył", null=True, related_name="+"
    )
    used_at = models.DateTimeField("użyto", null=True)

    objects: ClassVar[models.Manager["ActivationCode"]] = models.Manager()

    class Meta:
        verbose_name = "kod aktywacyjny"
        verbose_name_plural = "kody aktywacyjne"
        constraints = [
            models.UniqueConstraint(fields=["handle"], condition=Q(used_at=None), name="activation_handle_once")
        ]

    def __str__(self) -> str:
        return f"kod {self.pk}"


class CodeTry(models.Model):
    """A wrong code that an account has typed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField("kiedy")

    objects: ClassVar[models.Manager["CodeTry"]] = models.Manager()

    class Meta:
        verbose_name = "błędna próba kodu"
        verbose_name_plural = "błędne próby kodów"
        indexes = [models.Index(fields=["user", "-at"], name="code_tries_of_user")]

    def __str__(self) -> str:
        return f"próba {self.pk}"
