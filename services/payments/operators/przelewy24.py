"""Przelewy24, REST API 1.0.16 (developers.przelewy24.pl). Signs are SHA-384 of compact JSON in a fixed order of fields.

HTTP Basic: user is the point of sale, password the key of reports; the CRC key is for signs only.

When the payer paid is said by ``dateOfTransaction`` of GET transaction/by/sessionId ("Date of payment"; its form and
zone are not documented), never by a notification.
"""

import hmac
import json
import re
from collections.abc import Mapping
from hashlib import sha384
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from services.payments.base import (
    CURRENCY,
    Credentials,
    OperatorRefused,
    Order,
    Said,
    Started,
    State,
)
from services.payments.operators.asking import ask, message, moment, text, whole
from spatial.errors import Malformed

STATES = {0: State.STARTED, 1: State.PAID, 2: State.PAID, 3: State.REFUNDED}  #: of GET transaction/by/sessionId
REFUND_STATES = {"1": State.REFUNDED, "4": State.FAILED}  #: of GET refund/by/orderId; others wait
VERIFIED = 2
NOTIFIED = (
    "merchantId",
    "posId",
    "sessionId",
    "amount",
    "originAmount",
    "currency",
    "orderId",
    "methodId",
    "statement",
)
REFUND_NOTIFIED = ("orderId", "sessionId", "refundsUuid", "merchantId", "amount", "currency", "status")
BLIK_CODE = 6
LONGEST_EMAIL = 50
NOT_IN_LABEL = re.compile(r"[^a-zA-Z0-9ęółśążźćńĘÓŁŚĄŻŹĆŃ./\\:-]+")
LANGUAGES = ("pl", "en")  #: of our pages that the operator speaks too
#: the operator says that the request has been taken before, or is being taken at this moment
KNOWN_REQUESTS = ("already exists", "Concurrent call")


def transfer_label(title: str) -> str:
    """Up to 20 of the letters and signs that the operator takes; it refuses the order for any other."""
    return " ".join(NOT_IN_LABEL.sub(" ", title).split())[:20].strip() or "Opłata"


def sign(fields: Mapping[str, object], *, crc: str) -> str:
    """Fields in the order of the specification; Polish letters and slashes stay as they are."""
    line = json.dumps({**fields, "crc": crc}, ensure_ascii=False, separators=(",", ":"))
    return sha384(line.encode(errors="surrogatepass")).hexdigest()


class Przelewy24:
    code = "przelewy24"
    title = "Przelewy24"
    secrets: tuple[str, ...] = ("api_key", "crc")

    def __init__(self, credentials: Credentials) -> None:
        self.own = credentials

    @staticmethod
    def addressed(body: bytes) -> tuple[str, str]:
        said = message(body)
        return (text(said, "posId") if "posId" in said else "", text(said, "sessionId"))

    def check(self) -> None:
        self._ask("GET", "testAccess")

    def start(self, order: Order) -> Started:
        if not order.email:
            raise OperatorRefused(_("Operator płatności wymaga adresu e-mail. Dopisz go do swojego konta."))
        if len(order.email) > LONGEST_EMAIL:
            raise OperatorRefused(_("Operator płatności przyjmuje adres e-mail do 50 znaków. Zapłać przelewem."))
        signed = {
            "sessionId": order.session, "merchantId": self._merchant, "amount": order.amount_gr, "currency": CURRENCY,
        }  # fmt: skip
        answer = self._ask("POST", "transaction/register", json={
            **signed, "posId": int(self.own.pos_id), "description": order.title[:1024], "email": order.email,
            "country": "PL", "language": order.language if order.language in LANGUAGES else "en",
            "urlReturn": order.return_url, "urlStatus": order.notify_url, "timeLimit": order.minutes,
            "waitForResult": True, "transferLabel": transfer_label(order.title), "sign": self._sign(signed),
            "encoding": "UTF-8", "additional": {"PSU": {"IP": order.ip, "userAgent": order.agent[:255]}},
        })  # fmt: skip
        token = self._data(answer).get("token")
        if not isinstance(token, str) or not token.isascii() or not token.replace("-", "").isalnum():
            raise self._refused()
        return Started(url=f"{self.own.url}/trnRequest/{token}", token=token)

    def read(self, body: bytes, headers: Mapping[str, str]) -> Said:
        said = message(body)
        if "refundsUuid" in said:
            return self._refund_said(said)
        self._refuse_forged(said, NOTIFIED)
        return Said(
            session=text(said, "sessionId"), state=State.PAID, amount_gr=whole(said, "amount"),
            currency=text(said, "currency"), order_id=str(whole(said, "orderId")), is_confirmed=False,
        )  # fmt: skip

    def _refund_said(self, said: Mapping[str, Any]) -> Said:
        self._refuse_forged(said, REFUND_NOTIFIED)
        state = State.FAILED if whole(said, "status") else State.REFUNDED
        return Said(
            session=text(said, "sessionId"), state=state, amount_gr=whole(said, "amount"),
            currency=text(said, "currency"), order_id=text(said, "orderId"), refund=text(said, "refundsUuid"),
        )  # fmt: skip

    def _refuse_forged(self, said: Mapping[str, Any], names: tuple[str, ...]) -> None:
        """Raises Malformed."""
        expected = self._sign({name: said.get(name) for name in names})
        if not hmac.compare_digest(expected.encode(), str(said.get("sign", "")).encode(errors="replace")):
            raise Malformed("wrong sign")
        if text(said, "merchantId") != self.own.merchant_id:
            raise Malformed("another merchant")

    def confirm(self, said: Said) -> None:
        order_id = int(said.order_id)
        signed = {"sessionId": said.session, "orderId": order_id, "amount": said.amount_gr, "currency": said.currency}
        answer = self._ask("PUT", "transaction/verify", json={
            "merchantId": self._merchant, "posId": int(self.own.pos_id), **signed, "sign": self._sign(signed),
        })  # fmt: skip
        if self._data(answer).get("status") != "success":
            raise self._refused()

    def status(self, session: str, *, order_id: str) -> Said | None:
        status, answer = self._answer("GET", f"transaction/by/sessionId/{quote(session, safe='')}")
        if status == 404:
            return None
        self._refuse_failure(status)
        data = self._data(answer)
        try:
            known = whole(data, "status")
            return Said(
                session=text(data, "sessionId"), state=STATES.get(known, State.STARTED),
                amount_gr=whole(data, "amount"), currency=text(data, "currency"),
                order_id=str(whole(data, "orderId")), is_confirmed=known == VERIFIED,
                paid_at=moment(data, "dateOfTransaction"),
            )  # fmt: skip
        except Malformed:
            raise self._refused() from None

    def refund(self, said: Said, *, description: str, notify_url: str) -> State:
        one = {
            "orderId": int(said.order_id), "sessionId": said.session, "amount": said.amount_gr,
            "description": description[:35],
        }  # fmt: skip
        body: dict[str, object] = {"requestId": said.refund, "refunds": [one], "refundsUuid": said.refund}
        if notify_url:
            body["urlStatus"] = notify_url
        status, answer = self._answer("POST", "transaction/refund", json=body)
        if any(known in str(answer.get("error", "")) for known in KNOWN_REQUESTS):
            return self._refund_state(said)
        self._refuse_failure(status)
        return State.REFUND_STARTED

    def _refund_state(self, said: Said) -> State:
        """What became of a refund that was told before: its message may have been lost."""
        status, answer = self._answer("GET", f"refund/by/orderId/{quote(said.order_id, safe='')}")
        rows = self._data(answer).get("refunds") if status < 300 else None
        of_ours = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        known = next((row for row in of_ours if row.get("requestId") == said.refund), {})
        is_same = known.get("amount") == said.amount_gr
        return REFUND_STATES.get(str(known.get("status")), State.REFUND_STARTED) if is_same else State.REFUND_STARTED

    def blik(self, token: str, code: str) -> None:
        if not (code.isascii() and code.isdecimal()) or len(code) != BLIK_CODE:
            raise Malformed(_("Kod BLIK ma 6 cyfr."))
        self._ask("POST", "paymentMethod/blik/chargeByCode", json={"token": token, "blikCode": code})

    @property
    def _merchant(self) -> int:
        return int(self.own.merchant_id)

    def _sign(self, fields: Mapping[str, object]) -> str:
        return sign(fields, crc=self.own.secrets["crc"])

    def _answer(self, method: str, path: str, **sent: Any) -> tuple[int, dict[str, Any]]:
        auth = (self.own.pos_id, self.own.secrets["api_key"])
        return ask(method, f"{self.own.url}/api/v1/{path}", auth=auth, **sent)

    def _ask(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        status, answer = self._answer(method, path, **sent)
        self._refuse_failure(status)
        return answer

    def _refuse_failure(self, status: int) -> None:
        if status >= 300:
            raise self._refused()

    @staticmethod
    def _data(answer: Mapping[str, Any]) -> dict[str, Any]:
        data = answer.get("data")
        return data if isinstance(data, dict) else {}

    @staticmethod
    def _refused() -> OperatorRefused:
        return OperatorRefused(_("Operator płatności odmówił. Spróbuj jeszcze raz albo zapłać przelewem."))
