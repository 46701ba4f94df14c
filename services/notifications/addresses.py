"""Addresses of a person: added, confirmed by a code that was sent to them, taken away.

A code is six digits, lives ten minutes and may be tried five times. Five codes a day, one a minute, for each person and
channel: an SMS costs money, and the phone may be somebody else's.
"""

import json
from datetime import datetime, timedelta
from secrets import randbelow
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Sum
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from services.identity.models import User
from services.identity.protected import fingerprint, sealed
from services.notifications.audience import absolute
from services.notifications.channels import mail, push, sms
from services.notifications.channels.base import Fate, Letter
from services.notifications.models import Channel, ChannelAddress, SmsAccount
from spatial.errors import Conflict, Malformed, NotFound
from spatial.municipalities.models import Municipality

CODE_LIVES, PAUSE, DAY = timedelta(minutes=10), timedelta(minutes=1), timedelta(days=1)
TRIES, CODES_A_DAY = 5, 5
MOST_BROWSERS = 10
BY_PERSON = "zmiana na stronie powiadomień"


def read(channel: str, text: str) -> str:
    """An e-mail as it is written, a Polish phone as +48600100200. Raises Malformed."""
    text = text.strip()
    if channel == Channel.SMS:
        digits = "".join(sign for sign in text if sign not in " -()").removeprefix("+48").removeprefix("0048")
        if not sms.PHONE.fullmatch(f"+48{digits}"):
            raise Malformed(_("Podaj polski numer telefonu, dziewięć cyfr."))
        return f"+48{digits}"
    try:
        validate_email(text)
    except ValidationError:
        raise Malformed(_("Podaj adres e-mail, na przykład anna@example.pl.")) from None
    return text


def add(user: User, channel: str, text: str, *, municipality: Municipality, at: datetime) -> ChannelAddress:
    """The address with a code on its way to it. Raises Malformed, Conflict."""
    if channel not in {Channel.EMAIL, Channel.SMS}:
        raise Malformed(_("Nie ma takiej drogi."))
    value = read(channel, text)
    code = f"{randbelow(10**6):06d}"
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        check_pace(user, channel, at=at)
        asked = {
            "language": language(), "code": fingerprint(code), "code_at": at, "code_tries": 0, "revoked_at": None,
            "revoked_why": "", "confirmed_at": None,
        }  # fmt: skip
        row, _is_new = ChannelAddress.objects.update_or_create(
            user=user, channel=channel, fingerprint=fingerprint(value), defaults={**asked, "codes": F("codes") + 1},
            create_defaults={**asked, "codes": 1, "sealed": sealed(value), "added_at": at},
        )  # fmt: skip
    send_code(row, value, code, municipality=municipality)
    return row


def language() -> str:
    """In which letters are written; those of the office have no Ukrainian."""
    return "en" if get_language() == "en" else "pl"


def check_pace(user: User, channel: str, *, at: datetime) -> None:
    """Raises Conflict. Codes of addresses that were taken away count too."""
    rows = ChannelAddress.objects.filter(user=user, channel=channel)
    rows.filter(code_at__lte=at - DAY).update(codes=0)
    if rows.filter(code_at__gt=at - PAUSE).exists():
        raise Conflict(_("Kod wysłaliśmy przed chwilą. Następny możesz zamówić za minutę."))
    if (rows.aggregate(all=Sum("codes"))["all"] or 0) >= CODES_A_DAY:
        raise Conflict(_("Dziś wysłaliśmy już kilka kodów. Spróbuj jutro."))


def send_code(row: ChannelAddress, value: str, code: str, *, municipality: Municipality) -> None:
    """Raises Conflict where the operator does not take it."""
    page = absolute("/moje/powiadomienia/")
    letter = Letter(
        key=uuid4(), to=value, title=_("Kod do powiadomień: %(code)s") % {"code": code},
        body=_("Kod jest ważny 10 minut. Jeśli to nie Ty go zamawiasz, nic nie rób."), language=row.language,
        address=page, unsubscribe=page, tag="code", is_danger=False, lives_s=600,
    )  # fmt: skip
    if row.channel == Channel.SMS:
        account = SmsAccount.objects.filter(municipality=municipality).first()
        if account is None:
            raise Conflict(_("Ten urząd nie wysyła SMS. Wybierz e-mail."))
        with sms.opened_for(account, receipts="") as phone:
            outcome = phone.send(letter)
    else:
        with mail.opened_for_run() as post:
            outcome = post.send(letter)
    if outcome.fate not in {Fate.ACCEPTED, Fate.UNSURE}:
        raise Conflict(_("Nie udało się wysłać kodu. Sprawdź adres albo spróbuj później."))


@transaction.atomic
def confirm(user: User, pk: int, code: str, *, at: datetime) -> bool:
    """Whether the code is right; then it is the person's one address of the channel. Raises NotFound, Conflict."""
    row = (
        ChannelAddress.objects.select_for_update()
        .filter(user=user, pk=pk, confirmed_at=None, revoked_at=None)
        .exclude(code="")
        .first()
    )
    if row is None or row.code_at is None:
        raise NotFound(_("Nie ma czego potwierdzać. Dodaj adres jeszcze raz."))
    if row.code_at + CODE_LIVES <= at or row.code_tries >= TRIES:
        raise Conflict(_("Ten kod stracił ważność. Zamów nowy."))
    if not constant_time_compare(fingerprint(code.strip()), row.code):
        ChannelAddress.objects.filter(pk=row.pk).update(code_tries=F("code_tries") + 1)
        return False
    others = ChannelAddress.objects.kept().filter(user=user, channel=row.channel).exclude(pk=row.pk)
    others.update(revoked_at=at, revoked_why=BY_PERSON)
    row.confirmed_at, row.code = at, ""
    row.save(update_fields=["confirmed_at", "code"])
    return True


def take_away(user: User, pk: int, *, at: datetime) -> None:
    """Raises NotFound for another's."""
    rows = ChannelAddress.objects.kept().filter(user=user, pk=pk)
    if not rows.update(revoked_at=at, revoked_why=BY_PERSON, code=""):
        raise NotFound(_("Tego adresu już nie ma."))


@transaction.atomic
def add_browser(user: User, content: bytes, *, at: datetime, is_by_itself: bool = False) -> ChannelAddress:
    """The subscription of a browser, which belongs to whoever used it last. Raises Malformed, Conflict.

    is_by_itself: the page says so at each visit; what the person has disconnected stays so
    """
    subscription = push.subscription_of(content)
    User.objects.select_for_update().get(pk=user.pk)
    mark = fingerprint(subscription["endpoint"])
    same = ChannelAddress.objects.filter(user=user, channel=Channel.PUSH, fingerprint=mark)
    if is_by_itself and (left := same.filter(revoked_why=BY_PERSON).first()):
        return left
    others = ChannelAddress.objects.usable().filter(channel=Channel.PUSH, fingerprint=mark).exclude(user=user)
    others.update(revoked_at=at, revoked_why="ktoś inny używa tej przeglądarki")
    mine = ChannelAddress.objects.usable().filter(user=user, channel=Channel.PUSH)
    if mine.exclude(fingerprint=mark).count() >= MOST_BROWSERS:
        raise Conflict(_("Masz już dużo przeglądarek. Odłącz te, których nie używasz."))
    fresh = {
        "sealed": sealed(json.dumps(subscription)), "language": language(), "confirmed_at": at, "revoked_at": None,
        "revoked_why": "", "refusals": 0,
    }  # fmt: skip
    row, _is_new = ChannelAddress.objects.update_or_create(
        user=user, channel=Channel.PUSH, fingerprint=mark, defaults=fresh, create_defaults={**fresh, "added_at": at}
    )
    return row
