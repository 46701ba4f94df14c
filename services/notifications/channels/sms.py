"""SMS through SMSAPI (https://www.smsapi.pl/docs): sending, and its reports of delivery.

``idx`` is the letter's key and ``check_idx`` forbids a second with the same: a letter whose answer was lost is sent
again, and error 53 says that the first one had gone through.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from django.conf import settings

from services.identity.protected import opened
from services.notifications.channels.base import Fate, Letter, Outcome
from services.notifications.channels.gsm import folded
from services.notifications.models import SmsAccount

TIMEOUT_S = 15
MOST_PARTS = 6
PHONE = re.compile(r"\+48[1-9][0-9]{8}")

NOT_UNIQUE = 53  #: a message with this idx has been taken before
WRONG_NUMBER = 13
#: sender name, restricted account, sign-in, points, address filter, right to the action
OF_ACCOUNT = frozenset({14, 98, 101, 102, 103, 105, 110})
#: not handed over, error of the system, too many at once, unknown
OF_MOMENT = frozenset({200, 201, 202, 203, 999})


@dataclass(frozen=True, slots=True)
class SmsApi:
    """One office's account, for a run of letters."""

    client: httpx.Client
    sender: str
    token: str = field(repr=False)
    receipts: str = field(repr=False)  #: address that reports come to; "" wants none

    def send(self, letter: Letter) -> Outcome:
        words = {
            "to": letter.to.removeprefix("+"), "message": text_of(letter.title, letter.body, letter.address),
            "from": self.sender, "format": "json", "encoding": "utf-8", "idx": str(letter.key), "check_idx": "1",
            "max_parts": str(MOST_PARTS),
        }  # fmt: skip
        if self.receipts:
            words["notify_url"] = self.receipts
        try:
            answer = self.client.post("/sms.do", data=words, headers={"Authorization": f"Bearer {self.token}"})
        except httpx.HTTPError as error:
            return Outcome(Fate.LATER, error=type(error).__name__)
        return read(answer)


def text_of(title: str, body: str, address: str) -> str:
    """As it is sent: Polish letters would halve what a part holds."""
    return folded("\n".join(filter(None, (title, body, address))))


def read(answer: httpx.Response) -> Outcome:
    """SMSAPI tells errors with the status 200 too."""
    status = answer.status_code
    if status in {401, 403}:
        return Outcome(Fate.REFUSED, status, error="odmowa dostępu")
    if status == 429 or status >= 500:
        return Outcome(Fate.LATER, status, retry_after_s=seconds(answer))
    try:
        said = answer.json()
        if "error" in said:
            return of_error(int(said["error"]), status)
        return Outcome(Fate.ACCEPTED, status, provider_id=number_in(str(said["list"][0]["id"])))
    except (ValueError, TypeError, LookupError, RecursionError):
        return Outcome(Fate.LATER, status, error="niezrozumiała odpowiedź")


def number_in(text: str) -> str:
    """The operator's, of letters and digits."""
    return "".join(filter(str.isalnum, text))[:60]


def of_error(code: int, status: int) -> Outcome:
    said = f"SMSAPI {code}"
    if code == NOT_UNIQUE:
        return Outcome(Fate.ACCEPTED, status)
    if code == WRONG_NUMBER:
        return Outcome(Fate.GONE, status, error=said)
    fate = Fate.REFUSED if code in OF_ACCOUNT else Fate.LATER if code in OF_MOMENT else Fate.WRONG
    return Outcome(fate, status, error=said)


def seconds(answer: httpx.Response) -> int:
    """Of Retry-After; 0 where it is a date or nothing."""
    text = answer.headers.get("Retry-After", "")
    return min(int(text), 86_400) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


@contextmanager
def opened_for(account: SmsAccount, *, receipts: str) -> Iterator[SmsApi]:
    with httpx.Client(base_url=settings.SMS_URL, timeout=TIMEOUT_S) as client:
        yield SmsApi(client, account.sender, token=opened(bytes(account.token)), receipts=receipts)
