"""Messages of the office, whom they may reach and by which way, and what became of each.

E-mails, phone numbers and push subscriptions lie sealed (``services.identity.protected``); a fingerprint finds them.
"""

import json
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from services.identity.protected import opened
from services.notifications.topics import KINDS, WITHDRAWN, Topic
from spatial import crs
from spatial.municipalities.models import Municipality


class Channel(models.TextChoices):
    """A way to a person. The inbox is the portal itself."""

    INBOX = "inbox", _("w portalu")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    PUSH = "push", _("w przeglądarce")


#: those that leave the office
OUTWARD = (Channel.EMAIL, Channel.SMS, Channel.PUSH)


class ConsentQuerySet(models.QuerySet["Consent"]):
    def newest(self) -> Self:
        """The last word of each person on each topic and channel."""
        kind = ("user", "municipality", "topic", "channel")
        return self.order_by(*kind, "-pk").distinct(*kind)

    def given(self, municipality: Municipality, topic: str) -> Self:
        """Those that stand now: not withdrawn, and nothing said since."""
        same = {name: OuterRef(name) for name in ("user", "channel")}
        newer = Consent.objects.filter(municipality=municipality, topic=topic, pk__gt=OuterRef("pk"), **same)
        return self.filter(~Exists(newer), municipality=municipality, topic=topic, is_given=True)


class Consent(models.Model):
    """One line of the ledger: a person gave or withdrew. The database refuses to change or delete it."""

    class Source(models.TextChoices):
        PORTAL = "portal", _("strona powiadomień")
        LINK = "link", _("odnośnik w wiadomości")
        CLOSING = "closing", _("zamknięcie konta")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto", related_name="consents")
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    topic = models.CharField("temat", max_length=30)
    channel = models.CharField("droga", max_length=10, choices=Channel)
    is_given = models.BooleanField("zgoda")
    text_version = models.CharField("wersja treści", max_length=20)
    at = models.DateTimeField("kiedy")
    source = models.CharField("skąd", max_length=10, choices=Source)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="wpisał", related_name="+")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "zgoda na powiadomienia"
        verbose_name_plural = "zgody na powiadomienia"
        indexes = [models.Index(fields=["municipality", "topic", "user", "channel", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.topic} {self.channel} {self.is_given}"


class ChannelAddressQuerySet(models.QuerySet["ChannelAddress"]):
    def usable(self) -> Self:
        return self.exclude(confirmed_at=None).filter(revoked_at=None)

    def kept(self) -> Self:
        """Their owner sees them: those that stand or wait for a code, and those where letters do not come."""
        return self.filter(Q(revoked_at=None) | Q(revoked_why=ChannelAddress.SUSPENDED))


class ChannelAddress(models.Model):
    """An e-mail, a phone or a browser of a person; used only once it is confirmed, until it is revoked."""

    SUSPENDED = "wiadomości wracają"  #: ``revoked_why`` of what its owner should mend

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="kto", related_name="ways")
    channel = models.CharField("droga", max_length=10, choices=[(one.value, one.label) for one in OUTWARD])
    sealed = models.BinaryField("adres")  #: an e-mail, +48600100200, or the JSON of a push subscription
    fingerprint = models.CharField("odcisk", max_length=64)
    language = models.CharField("język", max_length=5, default="pl")
    added_at = models.DateTimeField("dodano")
    confirmed_at = models.DateTimeField("potwierdzono", null=True)
    revoked_at = models.DateTimeField("odłączono", null=True)
    revoked_why = models.CharField("dlaczego", max_length=60, blank=True)
    refusals = models.PositiveSmallIntegerField("odmowy z rzędu", default=0)
    code = models.CharField("odcisk kodu", max_length=64, blank=True)
    code_at = models.DateTimeField("kod wysłano", null=True)
    code_tries = models.PositiveSmallIntegerField("próby kodu", default=0)
    codes = models.PositiveSmallIntegerField("wysłane kody", default=0)

    objects = ChannelAddressQuerySet.as_manager()

    class Meta:
        verbose_name = "adres do powiadomień"
        verbose_name_plural = "adresy do powiadomień"
        constraints = [models.UniqueConstraint(fields=["user", "channel", "fingerprint"], name="address_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"

    @property
    def value(self) -> str:
        return opened(bytes(self.sealed))

    @property
    def is_suspended(self) -> bool:
        return self.revoked_at is not None

    @property
    def subscription(self) -> dict[str, Any]:
        """Of a browser, as the browser gave it."""
        found: dict[str, Any] = json.loads(self.value)
        return found

    @property
    def shown(self) -> str:
        """For its owner's page; of a browser the service that carries its messages."""
        return self.subscription["endpoint"].split("/")[2] if self.channel == Channel.PUSH else self.value


class WatchedPlace(models.Model):
    """A place that a person wants to be warned about."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="kto", related_name="watched")
    municipality = models.ForeignKey(Municipality, models.CASCADE, verbose_name="gmina", related_name="+")
    label = models.CharField("nazwa", max_length=250)
    point = models.PointField("miejsce", srid=crs.PL_2000_7)

    objects: ClassVar[models.Manager["WatchedPlace"]] = models.Manager()

    class Meta:
        verbose_name = "miejsce do ostrzeżeń"
        verbose_name_plural = "miejsca do ostrzeżeń"

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.pk}"


class OwnQuiet(models.Model):
    """Hours of a person's own silence, by the clock of Poland, beside the night of everybody (``quiet``)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="kto", related_name="own_quiet")
    begin = models.PositiveSmallIntegerField("od godziny")
    end = models.PositiveSmallIntegerField("do godziny")

    objects: ClassVar[models.Manager["OwnQuiet"]] = models.Manager()

    class Meta:
        verbose_name = "własna cisza"
        verbose_name_plural = "własna cisza"
        constraints = [
            models.CheckConstraint(
                condition=Q(begin__lte=23) & Q(end__lte=23) & ~Q(begin=models.F("end")), name="hours_of_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.begin}-{self.end}"


class Group(models.Model):
    """People whom the office writes to together."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, verbose_name="gmina", related_name="+")
    name = models.CharField("nazwa", max_length=100)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name="osoby", related_name="+")

    objects: ClassVar[models.Manager["Group"]] = models.Manager()

    class Meta:
        verbose_name = "grupa odbiorców"
        verbose_name_plural = "grupy odbiorców"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="group_named_once")]

    def __str__(self) -> str:
        return self.name


def new_public_id() -> str:
    return token_urlsafe(9)


class MessageQuerySet(models.QuerySet["Message"]):
    def last_words(self) -> Self:
        """On each warning that went out, those that nothing has replaced; an end is one once it is approved."""
        told = Q(state__in=[Message.State.SENDING, Message.State.SENT])
        follows = Q(state=Message.State.APPROVED) & ~Q(follow="")
        rows = self.filter(told | follows, topic="warning", is_automatic=False, replaced_at=None)
        return rows.exclude(follow=Message.Follow.EXPIRED)

    def wide(self) -> Self:
        """For everybody to read."""
        return self.filter(audience__in=[Message.Audience.SUBSCRIBERS, Message.Audience.AREA])

    def published(self, *, at: datetime) -> Self:
        """The last word on each warning, for everybody to read until it expires."""
        return self.last_words().wide().filter(expires_at__gt=at)

    def public_warnings(self, *, at: datetime) -> Self:
        """Those that stand."""
        return self.published(at=at).exclude(follow__in=Message.ENDS)

    def ended(self, *, at: datetime) -> Self:
        """Ends of warnings, for as long as they are shown."""
        return self.published(at=at).filter(follow__in=Message.ENDS)

    def lapsed(self, *, at: datetime) -> Self:
        """Warnings that ran out in the last day and that nobody has ended."""
        rows = self.last_words().exclude(follow__in=Message.ENDS)
        return rows.filter(expires_at__lte=at, expires_at__gt=at - Message.SHOWN)


class Message(models.Model):
    """One thing told to one person or to many."""

    class State(models.TextChoices):
        DRAFT = "draft", _("szkic")
        APPROVED = "approved", _("zatwierdzona")
        SCHEDULED = "scheduled", _("czeka na swoją godzinę")
        SENDING = "sending", _("wysyłana")
        SENT = "sent", _("wysłana")
        CANCELLED = "cancelled", _("odwołana")

    class Severity(models.TextChoices):
        """Of CAP 1.2."""

        MINOR = "Minor", _("mała")
        MODERATE = "Moderate", _("umiarkowana")
        SEVERE = "Severe", _("duża")
        EXTREME = "Extreme", _("zagrożenie życia")

    class Category(models.TextChoices):
        """Of CAP 1.2, those that a municipality writes about."""

        INFRA = "Infra", _("woda, prąd, drogi")
        HEALTH = "Health", _("zdrowie")
        MET = "Met", _("pogoda")
        SAFETY = "Safety", _("bezpieczeństwo")
        ENV = "Env", _("środowisko")
        OTHER = "Other", _("inne")

    class Audience(models.TextChoices):
        SUBSCRIBERS = "subscribers", _("wszyscy, którzy chcą takich wiadomości")
        GROUP = "group", _("grupa")
        AREA = "area", _("osoby z obszaru na mapie")
        PERSON = "person", _("jedna osoba")

    class Follow(models.TextChoices):
        """What a message says of an earlier warning."""

        OVER = "over", _("koniec zagrożenia")
        MISTAKE = "mistake", _("ostrzeżenie było pomyłką")
        CORRECTION = "correction", _("poprawka ostrzeżenia")
        EXPIRED = "expired", _("koniec ważności")

    ENDS = (Follow.OVER, Follow.MISTAKE)  #: that a person says
    LATE = timedelta(days=7)
    SHOWN = timedelta(days=1)  #: how long an end is told and stands on the page of warnings

    municipality = models.ForeignKey(Municipality, models.CASCADE, verbose_name="gmina", related_name="+")
    public_id = models.CharField("skrót", max_length=12, unique=True, default=new_public_id)
    topic = models.CharField("temat", max_length=30)
    title_pl = models.CharField("tytuł", max_length=160)
    body_pl = models.TextField("treść", blank=True)
    title_en = models.CharField("tytuł po angielsku", max_length=160, blank=True)
    body_en = models.TextField("treść po angielsku", blank=True)
    link = models.CharField("adres strony", max_length=200, blank=True)  #: a path of the portal
    severity = models.CharField("waga", max_length=10, choices=Severity, default=Severity.MINOR)
    category = models.CharField("rodzaj", max_length=10, choices=Category, default=Category.INFRA)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel), verbose_name="drogi")
    audience = models.CharField("odbiorcy", max_length=15, choices=Audience)
    group = models.ForeignKey(Group, models.PROTECT, verbose_name="grupa", null=True, related_name="+")
    area = models.MultiPolygonField("obszar", srid=crs.PL_2000_7, null=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="osoba", null=True, related_name="+"
    )
    duty_reason = models.CharField("powód wysłania bez zgód", max_length=300, blank=True)
    is_automatic = models.BooleanField("automatyczna", default=False)
    origin = models.CharField("zdarzenie", max_length=80, blank=True)  #: of an automatic one: what it follows from
    follows = models.ForeignKey("self", models.CASCADE, verbose_name="po czym", null=True, related_name="followers")
    follow = models.CharField("czym jest dla poprzedniej", max_length=10, choices=Follow, blank=True)
    replaced_at = models.DateTimeField("zastąpiono", null=True)  #: a later message ended or corrected it
    state = models.CharField("stan", max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField("wersja", default=1)
    created_at = models.DateTimeField("utworzono")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="autor", null=True, related_name="+"
    )
    approved_at = models.DateTimeField("zatwierdzono", null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="zatwierdził", null=True, related_name="+"
    )
    send_at = models.DateTimeField("wyślij o", null=True)
    expires_at = models.DateTimeField("ważna do")
    tells_expiry = models.BooleanField("powiadom o końcu ważności", default=False)
    counts = models.JSONField("liczby", default=dict, encoder=DjangoJSONEncoder)  #: the audience when it was queued
    clicks = models.PositiveIntegerField("otwarcia", default=0)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "wiadomość"
        verbose_name_plural = "wiadomości"
        indexes = [models.Index(fields=["municipality", "-created_at"], name="message_of_office")]
        constraints = [
            models.UniqueConstraint(fields=["origin", "person"], condition=~Q(origin=""), name="told_once"),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | ~Q(approved_by=models.F("created_by"))
                | Q(audience="person")
                | Q(follow="mistake")
                | Q(follow="over", severity__in=["Minor", "Moderate"]),
                name="two_people_approve",
            ),
            models.CheckConstraint(
                condition=Q(follow="", follows=None) | ~Q(follow="") & ~Q(follows=None), name="follows_something"
            ),
            models.UniqueConstraint(fields=["follows"], condition=Q(follow="expired"), name="expiry_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.public_id}"

    @property
    def kind(self) -> Topic:
        return KINDS.get(self.topic, WITHDRAWN)

    @property
    def is_danger(self) -> bool:
        """Goes out at night too."""
        return self.severity in {self.Severity.SEVERE, self.Severity.EXTREME}

    @property
    def is_by_duty(self) -> bool:
        return bool(self.duty_reason)

    @property
    def is_end(self) -> bool:
        return self.follow in self.ENDS

    @property
    def has_own_words(self) -> bool:
        """Composed by a person: neither the portal's own news nor the end of a warning."""
        return not self.is_automatic and self.follow in {"", self.Follow.CORRECTION}

    @property
    def is_one_persons(self) -> bool:
        """Its author may send it: to one person, or an end in words of the portal that puts nobody in danger."""
        is_harmless_end = self.follow == self.Follow.MISTAKE or (self.follow == self.Follow.OVER and not self.is_danger)
        return self.audience == self.Audience.PERSON or is_harmless_end

    @property
    def earlier(self) -> list["Message"]:
        """What it follows, the newest first."""
        found, one = [], self.follows
        while one is not None:
            found.append(one)
            one = one.follows
        return found

    @property
    def first(self) -> "Message":
        """The warning that it speaks of."""
        return [self, *self.earlier][-1]

    @property
    def newest(self) -> "Message":
        """The last approved word on the same warning; that it ran out adds none."""
        if self.follow == self.Follow.EXPIRED and self.follows:
            return self.follows.newest
        later = self.followers.exclude(approved_at=None).exclude(follow=self.Follow.EXPIRED).first()
        return later.newest if later else self

    def stands(self, *, at: datetime) -> bool:
        """A warning that went out and may be ended or corrected, for a week after it has expired too."""
        is_told = self.state in {self.State.SENDING, self.State.SENT} and self.audience != self.Audience.PERSON
        is_last = self.has_own_words and self.replaced_at is None and self.expires_at > at - self.LATE
        return self.topic == "warning" and is_told and is_last

    def void_since(self, *, at: datetime) -> datetime | None:
        """Since when it does not hold: replaced or out of date; None while it holds, and for what tells of an end."""
        if self.replaced_at or not self.has_own_words:
            return self.replaced_at
        return self.expires_at if self.expires_at <= at else None

    def title(self, language: str) -> str:
        return self.title_en if language == "en" and self.title_en else self.title_pl

    def body(self, language: str) -> str:
        return self.body_en if language == "en" and self.title_en else self.body_pl

    def outward(self, language: str) -> tuple[str, str]:
        """Title and body that may leave the office."""
        if self.audience == self.Audience.PERSON:
            return self.kind.outward[language], ""
        return self.title(language), self.body(language)

    def get_absolute_url(self) -> str:
        return reverse("notifications:click", args=[self.public_id])


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def inbox(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        return self.filter(recipient=user.pk, channel=Channel.INBOX)

    def unread(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        return self.inbox(user).filter(read_at=None)

    def open(self) -> Self:
        """Not at an end yet."""
        return self.filter(state__in=[Delivery.State.QUEUED, Delivery.State.HANDED])


class Delivery(models.Model):
    """One message to one address of one person, or into their inbox."""

    class State(models.TextChoices):
        QUEUED = "queued", _("czeka")
        HANDED = "handed", _("w drodze do operatora")
        ACCEPTED = "accepted", _("przyjęta przez operatora")
        DELIVERED = "delivered", _("dostarczona")
        FAILED = "failed", _("nie udało się")
        BOUNCED = "bounced", _("wróciła")
        UNCERTAIN = "uncertain", _("nie wiadomo, czy wyszła")
        EXPIRED = "expired", _("straciła ważność")
        SKIPPED = "skipped", _("pominięta")
        CANCELLED = "cancelled", _("odwołana")

    message = models.ForeignKey(Message, models.CASCADE, verbose_name="wiadomość", related_name="deliveries")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="odbiorca", related_name="+")
    channel = models.CharField("droga", max_length=10, choices=Channel)
    address = models.ForeignKey(
        ChannelAddress, models.CASCADE, verbose_name="adres", null=True, related_name="deliveries"
    )
    key = models.UUIDField("klucz", unique=True, db_default=RandomUUID())  #: the provider drops a second with the same
    state = models.CharField("stan", max_length=10, choices=State)
    attempts = models.PositiveSmallIntegerField("próby", default=0, db_default=0)
    next_try = models.DateTimeField("następna próba", null=True)
    provider_id = models.CharField("numer u operatora", max_length=200, blank=True, db_default="")
    status_code = models.PositiveSmallIntegerField("kod odpowiedzi", null=True)
    error = models.CharField("błąd", max_length=200, blank=True, db_default="")  #: short and without personal data
    queued_at = models.DateTimeField("ustawiono w kolejce")
    handed_at = models.DateTimeField("przekazano", null=True)
    ended_at = models.DateTimeField("zakończono", null=True)
    read_at = models.DateTimeField("przeczytano", null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "doręczenie wiadomości"
        verbose_name_plural = "doręczenia wiadomości"
        constraints = [
            models.UniqueConstraint(
                fields=["message", "recipient", "channel", "address"], nulls_distinct=False, name="delivered_once"
            )
        ]
        indexes = [
            models.Index(fields=["channel", "next_try"], condition=Q(state="queued"), name="delivery_due"),
            models.Index(fields=["handed_at"], condition=Q(state="handed"), name="delivery_handed"),
            models.Index(fields=["recipient", "-id"], condition=Q(channel="inbox"), name="delivery_inbox"),
            models.Index(
                fields=["provider_id"], condition=Q(channel="email") & ~Q(provider_id=""), name="delivery_of_service"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


class ChannelState(models.Model):
    """How a channel of an office is: refusals in a row, and whether it was stopped by them."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, verbose_name="gmina", related_name="+")
    channel = models.CharField("droga", max_length=10, choices=Channel)
    refusals = models.PositiveIntegerField("odmowy z rzędu", default=0)
    stopped_at = models.DateTimeField("zatrzymano", null=True)

    objects: ClassVar[models.Manager["ChannelState"]] = models.Manager()

    class Meta:
        verbose_name = "stan drogi"
        verbose_name_plural = "stany dróg"
        constraints = [models.UniqueConstraint(fields=["municipality", "channel"], name="channel_state_once")]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.channel}"


class SmsAccount(models.Model):
    """The office's account with SMSAPI. The price is what the office agreed on, for showing costs."""

    municipality = models.OneToOneField(Municipality, models.CASCADE, verbose_name="gmina", related_name="+")
    token = models.BinaryField("token")  #: sealed
    sender = models.CharField("pole nadawcy", max_length=11)
    part_price_gr = models.PositiveIntegerField("cena części [gr]")
    receipts_key = models.CharField("klucz raportów", max_length=43, unique=True, default=token_urlsafe)

    objects: ClassVar[models.Manager["SmsAccount"]] = models.Manager()

    class Meta:
        verbose_name = "konto SMS"
        verbose_name_plural = "konta SMS"

    def __str__(self) -> str:
        return self.municipality_id
