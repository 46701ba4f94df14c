"""Contracts with operators, payments, what operators said, refunds, and what a person must decide.

Models of the books stand in ``services.payments.ledger.models``, of banks in ``services.payments.statements.models``.
"""

import json
from datetime import date
from typing import ClassVar, Self, cast
from uuid import uuid4

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.identity.protected import opened, sealed
from services.payments.base import CURRENCY, OPEN, Credentials, Operator, State
from services.payments.ledger.models import BankAccount, Charge, Entry, LedgerAccount, Operation
from services.payments.operators import OPERATORS
from services.payments.operators.asking import failed
from services.payments.statements.models import (
    AccountMask,
    BankStatement,
    IndividualAccount,
    LineCharge,
    PayoutPart,
    StatementLine,
)
from spatial.municipalities.models import Municipality
from spatial.words import polish_money

__all__ = [
    "AccountMask",
    "BankAccount",
    "BankStatement",
    "Charge",
    "Entry",
    "IndividualAccount",
    "LedgerAccount",
    "LineCharge",
    "Operation",
    "PayoutPart",
    "StatementLine",
]

#: of rows; the values are those of ``base.State``
STATES = [
    (State.NEW, _("rozpoczęta")),
    (State.PREPARED, _("przygotowana")),
    (State.STARTED, _("w toku")),
    (State.PAID, _("zapłacona")),
    (State.FAILED, _("nieudana")),
    (State.CANCELLED, _("przerwana")),
]


LONGEST_URL = 2000  #: a page of PayU carries a token of its own


class Merchant(models.Model):
    """One contract with an operator: it pays out to one bank account of a municipality."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    operator = models.CharField(
        "operator", max_length=20, choices=[(one.code, one.title) for one in OPERATORS.values()]
    )
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, verbose_name="rachunek", related_name="merchants")
    merchant_id = models.CharField("numer umowy", max_length=20)
    pos_id = models.CharField("punkt płatności", max_length=20)
    sealed_secrets = models.BinaryField("klucze")  #: JSON under the key of people (``identity.protected``)
    is_sandbox = models.BooleanField("środowisko próbne", default=False)
    allows_md5 = models.BooleanField("przyjmuje podpis MD5", default=False)
    is_active = models.BooleanField("przyjmuje płatności", default=True)

    objects: ClassVar[models.Manager["Merchant"]] = models.Manager()

    class Meta:
        verbose_name = "umowa z operatorem płatności"
        verbose_name_plural = "umowy z operatorami płatności"
        constraints = [models.UniqueConstraint(fields=["operator", "pos_id"], name="merchant_once")]

    def __str__(self) -> str:
        return f"{self.operator} {self.pos_id}"

    def seal(self, secrets: dict[str, str]) -> None:
        self.sealed_secrets = sealed(json.dumps(secrets))

    @property
    def title(self) -> str:
        return OPERATORS[self.operator].title

    def connect(self) -> Operator:
        """Raises OperatorFailed where the keys cannot be opened: the office has another MIEDZA_PERSON_KEY."""
        return OPERATORS[self.operator](
            Credentials(
                url=settings.PAYMENT_OPERATORS[self.operator]["sandbox" if self.is_sandbox else "live"],
                merchant_id=self.merchant_id,
                pos_id=self.pos_id,
                secrets=self.opened_secrets(),
                allows_md5=self.allows_md5,
            )
        )

    def opened_secrets(self) -> dict[str, str]:
        """Raises OperatorFailed."""
        try:
            return cast(dict[str, str], json.loads(opened(bytes(self.sealed_secrets))))
        except InvalidToken:
            raise failed(f"keys of contract {self.pk} cannot be opened") from None


class PaymentQuerySet(models.QuerySet["Payment"]):
    def open(self) -> Self:
        """Payments that the payer may still make."""
        return self.filter(state__in=OPEN)


class Payment(models.Model):
    """One order at an operator. Its key is what the operator knows it by."""

    key = models.UUIDField("klucz", default=uuid4, unique=True, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="payments")
    merchant = models.ForeignKey(Merchant, models.PROTECT, verbose_name="umowa", related_name="payments")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="płatnik", related_name="payments")
    amount_gr = models.PositiveIntegerField("kwota [gr]")
    currency = models.CharField("waluta", max_length=3, default=CURRENCY)
    title = models.CharField("tytuł", max_length=250)
    state = models.CharField("stan", max_length=20, choices=STATES, default=State.NEW)
    order_id = models.CharField("numer u operatora", max_length=100, blank=True)
    url = models.CharField("adres płatności", max_length=LONGEST_URL, blank=True)
    token = models.CharField("żeton", max_length=100, blank=True)
    started_at = models.DateTimeField("rozpoczęto")
    expires_at = models.DateTimeField("ważna do")
    paid_at = models.DateTimeField("zapłacono według operatora", null=True)  #: None: the operator does not say when
    heard_at = models.DateTimeField("potwierdzono", null=True)  #: when we heard that it is paid
    shown_on = models.DateField("zapłacono według dowodu", null=True)  #: the payer has shown it to the office

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "płatność"
        verbose_name_plural = "płatności"
        indexes = [
            models.Index(fields=["municipality", "-started_at"], name="payments_of_office"),
            models.Index(fields=["expires_at"], condition=Q(state__in=OPEN), name="payments_open"),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def amount(self) -> str:
        return polish_money(self.amount_gr)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def paid_on(self) -> date | None:
        """Day of payment in Warsaw (OP art. 60 § 1 pt 2), None while it is not paid."""
        moment = self.paid_at or self.heard_at
        return self.shown_on or (timezone.localdate(moment) if moment else None)

    @property
    def is_day_assumed(self) -> bool:
        """Whether the day is only that on which we heard of it, and it may have been paid on an earlier one."""
        is_known = bool(self.paid_at or self.shown_on)
        return not is_known and self.paid_on not in {None, timezone.localdate(self.started_at)}

    @property
    def booking_key(self) -> str:
        """Of its operation in the books."""
        return f"payment:{self.key}"


class PaymentItem(models.Model):
    """What a payment is for; a charge has one open payment at most."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="items")
    charge = models.ForeignKey(Charge, models.PROTECT, verbose_name="należność", related_name="payment_items")
    amount_gr = models.PositiveIntegerField("kwota [gr]")
    is_open = models.BooleanField("w toku", default=True)  #: while its payment is open

    objects: ClassVar[models.Manager["PaymentItem"]] = models.Manager()

    class Meta:
        verbose_name = "pozycja płatności"
        verbose_name_plural = "pozycje płatności"
        constraints = [
            models.UniqueConstraint(fields=["charge"], condition=Q(is_open=True), name="charge_one_open_payment")
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class PaymentMessage(models.Model):
    """What an operator said and what came of it; the same said again is the same row."""

    class Outcome(models.TextChoices):
        BOOKED = "booked", _("zaksięgowana")
        NOTED = "noted", _("przyjęta do wiadomości")
        FAULT = "fault", _("do wyjaśnienia")

    merchant = models.ForeignKey(Merchant, models.PROTECT, verbose_name="umowa", related_name="+")
    event = models.CharField("zdarzenie", max_length=500)
    digest = models.CharField("SHA-256 treści", max_length=64, blank=True)  #: "" where we asked ourselves
    outcome = models.CharField("skutek", max_length=10, choices=Outcome)
    at = models.DateTimeField("kiedy")

    objects: ClassVar[models.Manager["PaymentMessage"]] = models.Manager()

    class Meta:
        verbose_name = "komunikat operatora"
        verbose_name_plural = "komunikaty operatorów"
        constraints = [models.UniqueConstraint(fields=["merchant", "event"], name="message_once")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.pk}"


class PaymentFault(models.Model):
    """Something about money that a person must decide ("do wyjaśnienia")."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("inna kwota albo waluta")
        UNKNOWN = "unknown", _("nieznana płatność")
        SURPLUS = "surplus", _("nadpłata")
        REFUSED = "refused", _("operator odmówił przyjęcia")
        REFUND = "refund", _("nieudany zwrot")

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    kind = models.CharField("rodzaj", max_length=10, choices=Kind)
    text = models.CharField("opis", max_length=300)
    payment = models.ForeignKey(Payment, models.PROTECT, verbose_name="płatność", null=True, related_name="faults")
    left_gr = models.PositiveIntegerField("do wyjaśnienia [gr]", default=0)  #: money that lies on UNEXPLAINED for it
    at = models.DateTimeField("kiedy")
    resolved_at = models.DateTimeField("wyjaśniono", null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto", null=True, related_name="+"
    )
    decision = models.CharField("rozstrzygnięcie", max_length=300, blank=True)

    objects: ClassVar[models.Manager["PaymentFault"]] = models.Manager()

    class Meta:
        verbose_name = "wpłata do wyjaśnienia"
        verbose_name_plural = "wpłaty do wyjaśnienia"
        indexes = [
            models.Index(fields=["municipality", "at"], condition=Q(resolved_at=None), name="faults_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Refund(models.Model):
    """Money to be given back: one person of the office asks, another approves.

    All or a part of what was paid for a charge, what is left of a surplus, or the rest of a line of the bank.
    """

    class Ground(models.TextChoices):
        NOT_MADE = "not-made", _("urząd nie wykonał czynności")
        OVERPAID = "overpaid", _("nadpłata")
        UNEXPLAINED = "unexplained", _("wpłata, która niczego nie opłaca")

    class Status(models.TextChoices):
        ASKED = "asked", _("czeka na zatwierdzenie")
        REFUSED = "refused", _("odrzucony")
        SENT = "sent", _("zlecony operatorowi")
        DONE = "done", _("wykonany")
        FAILED = "failed", _("nieudany")

    key = models.UUIDField("klucz", default=uuid4, unique=True, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="refunds")
    charge = models.ForeignKey(Charge, models.PROTECT, verbose_name="należność", null=True, related_name="refunds")
    payment = models.ForeignKey(Payment, models.PROTECT, verbose_name="płatność", null=True, related_name="refunds")
    fault = models.ForeignKey(PaymentFault, models.PROTECT, verbose_name="nadpłata", null=True, related_name="refunds")
    line = models.ForeignKey(
        StatementLine, models.PROTECT, verbose_name="pozycja wyciągu", null=True, related_name="refunds"
    )
    amount_gr = models.PositiveIntegerField("kwota [gr]")
    ground = models.CharField("podstawa", max_length=12, choices=Ground)
    reason = models.CharField("powód", max_length=300)
    status = models.CharField("stan", max_length=10, choices=Status, default=Status.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="wnioskuje", related_name="+")
    asked_at = models.DateTimeField("kiedy")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="zatwierdza", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("zatwierdzono", null=True)
    done_on = models.DateField("zwrócono", null=True)

    objects: ClassVar[models.Manager["Refund"]] = models.Manager()

    class Meta:
        verbose_name = "zwrot"
        verbose_name_plural = "zwroty"
        constraints = [
            models.UniqueConstraint(
                fields=["charge"], condition=Q(status__in=["asked", "sent"]), name="charge_one_open_refund"
            ),
            models.UniqueConstraint(
                fields=["line"], condition=Q(status__in=["asked", "done"]), name="line_goes_back_once"
            ),
            models.CheckConstraint(
                condition=Q(charge__isnull=False, fault=None, line=None)
                | Q(charge=None, fault__isnull=False, line=None)
                | Q(charge=None, fault=None, line__isnull=False),
                name="refund_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("asked_by")), name="refund_two_people"
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def amount(self) -> str:
        return polish_money(self.amount_gr)

    @property
    def session(self) -> str:
        """Its name at the operator: at most 35 characters."""
        return self.key.hex
