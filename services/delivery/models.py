"""Mailboxes of offices, addresses of people, shipments with their evidence, letters that came."""

from datetime import date, timedelta
from typing import ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File as DjangoFile
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from services.correspondence.models import Correspondence
from services.correspondence.posting_numbers import readable
from services.delivery.course import ENDS, State, words_of
from services.identity.protected import opened, sealed
from services.parties.models import Party
from spatial.municipalities.models import Municipality


class RuleQuerySet(models.QuerySet["DeliveryRule"]):
    def days(self, code: str, municipality: Municipality | str, on: date) -> timedelta | None:
        """The municipality's own number on the day, otherwise the one of the country; None: nothing is counted."""
        rows = self.filter(Q(municipality=municipality) | Q(municipality=None), code=code, valid_from__lte=on)
        found = rows.order_by(F("municipality").asc(nulls_last=True), "-valid_from").first()
        return timedelta(days=found.days_count) if found else None


class DeliveryRule(models.Model):
    """A number of days that the law gives, from a day on; editable, because sources differ."""

    class Code(models.TextChoices):
        ACCOUNT_SECOND = "account-second", _("drugie zawiadomienie o piśmie na koncie")
        ACCOUNT_DEEMED = "account-deemed", _("doręczenie zastępcze na koncie")
        ADE_DEEMED = "ade-deemed", _("doręczenie zastępcze na adres do doręczeń elektronicznych")
        PAPER_SECOND = "paper-second", _("drugie zawiadomienie o liście")
        PAPER_DEEMED = "paper-deemed", _("doręczenie zastępcze listu")

    municipality = models.ForeignKey(Municipality, models.CASCADE, verbose_name="gmina", null=True, related_name="+")
    code = models.CharField("kod", max_length=20, choices=Code)
    days_count = models.PositiveSmallIntegerField("dni")
    valid_from = models.DateField("od")
    source = models.CharField("podstawa", max_length=200)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = "termin doręczenia"
        verbose_name_plural = "terminy doręczeń"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "code", "valid_from"], nulls_distinct=False, name="delivery_rule_dated"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.days_count}"


class Mailbox(models.Model):
    """The office's own address for electronic delivery, and how its system signs in there (UA API, OIDC)."""

    class SignIn(models.TextChoices):
        SECRET = "secret", "client_secret"
        KEY = "key", "private_key_jwt"

    municipality = models.OneToOneField(Municipality, models.CASCADE, verbose_name="gmina", related_name="mailbox")
    address = models.CharField("adres do doręczeń", max_length=30, unique=True)
    api_url = models.URLField("adres API")  #: "https://…/api/v1"
    token_url = models.URLField("adres logowania")
    client_id = models.CharField("identyfikator systemu", max_length=100)
    sign_in = models.CharField("logowanie", max_length=10, choices=SignIn)
    sealed_secret = models.BinaryField("sekret albo klucz")  #: ``protected.sealed``: a password, or a key as PEM
    unit_symbol = models.CharField("komórka pism bez sprawy", max_length=12)
    has_hybrid = models.BooleanField("listy hybrydowe", default=False)
    is_active = models.BooleanField("czynna", default=True)
    private_network = models.BooleanField("w sieci urzędu", default=False)
    read_until = models.DateTimeField("odebrano do", null=True)

    objects: ClassVar[models.Manager["Mailbox"]] = models.Manager()

    class Meta:
        verbose_name = "skrzynka do doręczeń"
        verbose_name_plural = "skrzynki do doręczeń"

    def __str__(self) -> str:
        return f"mailbox {self.municipality_id}"

    @property
    def secret(self) -> str:
        return opened(bytes(self.sealed_secret))

    @secret.setter
    def secret(self, text: str) -> None:
        self.sealed_secret = sealed(text)


class Address(models.Model):
    """Where letters go: electronically, or on paper."""

    ade = models.CharField("adres do doręczeń elektronicznych", max_length=30, blank=True)
    street = models.CharField("ulica i numer", max_length=100, blank=True)
    postal_code = models.CharField("kod pocztowy", max_length=10, blank=True)
    city = models.CharField("miejscowość", max_length=60, blank=True)
    changed_at = models.DateTimeField("zmieniono", auto_now=True)

    class Meta:
        abstract = True


class Addressee(Address):
    """How a person wants letters of offices; without a row they lie in the account."""

    class Way(models.TextChoices):
        ACCOUNT = "account", _("na konto w portalu")
        ADE = "ade", _("na adres do doręczeń elektronicznych")
        PAPER = "paper", _("listem na adres pocztowy")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="delivery")
    way = models.CharField("sposób", max_length=10, choices=Way, default=Way.ACCOUNT)

    objects: ClassVar[models.Manager["Addressee"]] = models.Manager()

    class Meta:
        verbose_name = "adres do doręczeń osoby"
        verbose_name_plural = "adresy do doręczeń osób"

    def __str__(self) -> str:
        return f"{self.way} {self.user_id}"


class PartyAddress(Address):
    """Where one office writes to a party that has no account, as its clerk has found it (BAE, the case, a register)."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, verbose_name="strona", related_name="addresses")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="wpisał", related_name="+")

    objects: ClassVar[models.Manager["PartyAddress"]] = models.Manager()

    class Meta:
        verbose_name = "adres strony bez konta"
        verbose_name_plural = "adresy stron bez konta"
        constraints = [models.UniqueConstraint(fields=["municipality", "party"], name="delivery_address_of_party_once")]

    def __str__(self) -> str:
        return f"adres {self.pk}"


class PaperBatch(models.Model):
    """Letters that were printed and taken to the post office together."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    made_at = models.DateTimeField("przygotowano")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto", related_name="+")

    objects: ClassVar[models.Manager["PaperBatch"]] = models.Manager()

    class Meta:
        verbose_name = "paczka listów"
        verbose_name_plural = "paczki listów"

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.made_at:%Y-%m-%d}"


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    def of(self, municipalities: "models.QuerySet[Municipality]") -> Self:
        return self.filter(letter__municipality__in=municipalities)

    def current(self) -> Self:
        """Those that carry their letters: one for each."""
        return self.filter(is_superseded=False)

    def without_address(self) -> Self:
        """Letters on paper to parties whose address nobody has entered."""
        return self.current().filter(channel=Correspondence.Channel.POST, state=State.QUEUED, address__street="")

    def waiting_in_account(self) -> Self:
        """Letters that lie in an account and were not opened."""
        return self.current().filter(channel=Correspondence.Channel.PORTAL, state=State.WAITING)


class Shipment(models.Model):
    """One sending of one letter. A letter that was rejected may be sent again: then it has another shipment."""

    letter = models.ForeignKey(Correspondence, models.PROTECT, verbose_name="pismo", related_name="shipments")
    key = models.UUIDField("klucz", default=uuid4, unique=True, editable=False)  #: stands in the message
    channel = models.CharField("sposób", max_length=10, choices=Correspondence.Channel)
    #: as it was on the day: {"name", "ade"} or {"name", "street", "postal_code", "city"}
    address = models.JSONField("adres", default=dict)
    state = models.CharField("stan", max_length=12, choices=State, default=State.QUEUED)
    #: what the sending itself has reached; evidence goes further
    begun = models.CharField("nadanie", max_length=12, choices=State, default=State.QUEUED)
    task_id = models.CharField("zadanie", max_length=100, blank=True)
    message_id = models.CharField("wiadomość", max_length=100, blank=True, db_index=True)
    thread_id = models.CharField("wątek", max_length=100, blank=True, db_index=True)
    attempts = models.PositiveSmallIntegerField("próby", default=0)
    tried_at = models.DateTimeField("pierwsza próba", null=True)
    next_try = models.DateTimeField("następna próba", null=True)  #: None: nothing is to be asked
    fault = models.CharField("przeszkoda", max_length=300, blank=True)
    posting_number = models.CharField("numer nadawczy", max_length=40, blank=True)  #: ``posting_numbers.normal``
    batch = models.ForeignKey(PaperBatch, models.PROTECT, verbose_name="paczka", null=True, related_name="shipments")
    created_at = models.DateTimeField("utworzono")
    is_superseded = models.BooleanField("wysłano ponownie", default=False)  #: another one carries the letter now

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        verbose_name = "przesyłka"
        verbose_name_plural = "przesyłki"
        constraints = [
            models.UniqueConstraint(
                fields=["letter"], condition=Q(is_superseded=False), name="delivery_one_shipment_of_letter"
            )
        ]
        indexes = [
            models.Index(fields=["next_try"], condition=Q(next_try__isnull=False), name="delivery_to_ask"),
            models.Index(fields=["channel", "state"], name="delivery_by_state"),
            models.Index(fields=["posting_number"], condition=~Q(posting_number=""), name="delivery_by_label"),
        ]

    def __str__(self) -> str:
        return f"{self.letter}: {self.channel}"

    @property
    def is_ended(self) -> bool:
        return self.state in ENDS

    @property
    def label(self) -> str:
        """The posting number as people read it."""
        return readable(self.posting_number)


class Evidence(models.Model):
    """One proof of what happened to a shipment; ``key`` names it there, so that it is kept once."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, verbose_name="przesyłka", related_name="evidence")
    code = models.CharField("kod", max_length=20)  # "A.1"
    key = models.CharField("identyfikator", max_length=100)
    at = models.DateTimeField("kiedy")
    reason = models.CharField("przyczyna", max_length=300, blank=True)
    received_by = models.CharField("kto odebrał", max_length=200, blank=True)
    file = models.FileField("plik", upload_to="delivery/%Y/%m", max_length=255, blank=True)
    media_type = models.CharField("rodzaj", max_length=100, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto", null=True, related_name="+")
    added_at = models.DateTimeField("zapisano")

    objects: ClassVar[models.Manager["Evidence"]] = models.Manager()

    class Meta:
        verbose_name = "dowód doręczenia"
        verbose_name_plural = "dowody doręczeń"
        constraints = [models.UniqueConstraint(fields=["shipment", "key"], name="delivery_evidence_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.at:%Y-%m-%d}"

    @property
    def words(self) -> str:
        return words_of(self.code)


class Incoming(models.Model):
    """A letter that came to a mailbox; one that could not be taken says why and is asked for again."""

    mailbox = models.ForeignKey(Mailbox, models.PROTECT, verbose_name="skrzynka", related_name="incoming")
    message_id = models.CharField("wiadomość", max_length=100)
    thread_id = models.CharField("wątek", max_length=100, blank=True)
    sender = models.CharField("adres nadawcy", max_length=30, blank=True)
    said_case = models.CharField("znak sprawy podany przez nadawcę", max_length=60, blank=True)
    letter = models.OneToOneField(
        Correspondence, models.PROTECT, verbose_name="pismo", null=True, related_name="incoming"
    )
    fault = models.CharField("przeszkoda", max_length=300, blank=True)
    seen_at = models.DateTimeField("zauważono")

    objects: ClassVar[models.Manager["Incoming"]] = models.Manager()

    class Meta:
        verbose_name = "pismo z e-Doręczeń"
        verbose_name_plural = "pisma z e-Doręczeń"
        constraints = [models.UniqueConstraint(fields=["mailbox", "message_id"], name="delivery_incoming_once")]

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.seen_at:%Y-%m-%d}"


class IncomingFile(models.Model):
    """An attachment of a letter that came; one that may not be kept says why and stays in the mailbox."""

    incoming = models.ForeignKey(Incoming, models.CASCADE, related_name="files")
    name = models.CharField("nazwa", max_length=120)
    media_type = models.CharField("rodzaj", max_length=100, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    fault = models.CharField("dlaczego go nie ma", max_length=300, blank=True)

    objects: ClassVar[models.Manager["IncomingFile"]] = models.Manager()

    class Meta:
        verbose_name = "załącznik z e-Doręczeń"
        verbose_name_plural = "załączniki z e-Doręczeń"

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Below the storage's root."""
        return f"delivery/in/{self.sha256[:2]}/{self.sha256}"

    def opened(self) -> "DjangoFile[bytes]":
        return default_storage.open(self.path)
