"""PayU, REST API 2.1 (developers.payu.com). A message is signed over its raw bytes with the second key.

The point of sale is the OAuth client as well. MD5 is believed only where the municipality allows it: PayU still signs
so for many points of sale.

When the payer paid is said by ``localReceiptDateTime`` of the notification of COMPLETED; an order that is asked about
says only when it was made.
"""

import hmac
from collections.abc import Mapping
from dataclasses import replace
from hashlib import md5, sha256
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from services.payments.base import CURRENCY, Credentials, OperatorRefused, Order, Said, Started, State
from services.payments.operators.asking import ask, message, moment, text, whole
from spatial.errors import Malformed

STATES = {
    "NEW": State.STARTED,
    "PENDING": State.STARTED,
    "WAITING_FOR_CONFIRMATION": State.PAID,
    "COMPLETED": State.PAID,
    "CANCELED": State.CANCELLED,
}
REFUND_STATES = {"FINALIZED": State.REFUNDED, "CANCELED": State.FAILED}
LONGEST_URL = 2000
WAITS = "WAITING_FOR_CONFIRMATION"
DIGESTS = {"MD5": md5, "SHA-256": sha256, "SHA256": sha256}


def signature(body: bytes, *, key: str, algorithm: str) -> str:
    """Hex digest of the body as it came and the key. Raises KeyError for an unknown algorithm."""
    return DIGESTS[algorithm](body + key.encode()).hexdigest()


class PayU:
    code = "payu"
    title = "PayU"
    secrets: tuple[str, ...] = ("client_secret", "second_key")

    def __init__(self, credentials: Credentials) -> None:
        self.own = credentials

    @staticmethod
    def addressed(body: bytes) -> tuple[str, str]:
        said = message(body)
        order = said.get("order", said)
        if not isinstance(order, dict):
            raise Malformed("order is missing")
        return (text(order, "merchantPosId") if "merchantPosId" in order else "", text(order, "extOrderId"))

    def check(self) -> None:
        self._token()

    def start(self, order: Order) -> Started:
        amount = str(order.amount_gr)
        status, answer = self._answer("POST", "orders", json={
            "notifyUrl": order.notify_url, "continueUrl": order.return_url, "customerIp": order.ip,
            "merchantPosId": self.own.pos_id, "description": order.title[:250], "currencyCode": CURRENCY,
            "totalAmount": amount, "extOrderId": order.session, "validityTime": str(60 * order.minutes),
            "buyer": {"email": order.email, "language": order.language},
            "products": [{"name": order.title[:250], "unitPrice": amount, "quantity": "1"}],
        })  # fmt: skip
        url, order_id = answer.get("redirectUri"), answer.get("orderId")
        if status not in {200, 201, 302} or not isinstance(url, str) or not isinstance(order_id, str):
            raise refused()
        if not url.startswith(("https://", f"{self.own.url}/")) or len(url) > LONGEST_URL:
            raise refused()
        return Started(url=url, order_id=order_id)

    def read(self, body: bytes, headers: Mapping[str, str]) -> Said:
        self._refuse_forged(body, headers.get("openpayu-signature", ""))
        said = message(body)
        if "refund" in said:
            return self._refund_said(said)
        order = said.get("order")
        if not isinstance(order, dict):
            raise Malformed("order is missing")
        return replace(self._said(order), paid_at=moment(said, "localReceiptDateTime"))

    def _said(self, order: Mapping[str, Any]) -> Said:
        """Raises Malformed."""
        state = STATES.get(text(order, "status"))
        if state is None:
            raise Malformed("unknown status")
        return Said(
            session=text(order, "extOrderId"), state=state, amount_gr=whole(order, "totalAmount"),
            currency=text(order, "currencyCode"), order_id=text(order, "orderId"),
            is_confirmed=order["status"] != WAITS,
        )  # fmt: skip

    def _refund_said(self, said: Mapping[str, Any]) -> Said:
        refund = said["refund"]
        if not isinstance(refund, dict) or text(refund, "status") not in REFUND_STATES:
            raise Malformed("unknown refund")
        session, order_id, state = text(said, "extOrderId"), text(said, "orderId"), REFUND_STATES[refund["status"]]
        if not refund.get("extRefundId"):  # made in the operator's panel: PayU names it, and no sum
            return Said(
                session=session, state=state, amount_gr=0, currency=CURRENCY, order_id=order_id,
                refund=text(refund, "refundId"),
            )  # fmt: skip
        return Said(
            session=session, state=state, amount_gr=whole(refund, "amount"), currency=text(refund, "currencyCode"),
            order_id=order_id, refund=text(refund, "extRefundId"),
        )  # fmt: skip

    def _refuse_forged(self, body: bytes, header: str) -> None:
        """Raises Malformed."""
        parts = dict(part.strip().partition("=")[::2] for part in header.split(";"))
        algorithm = parts.get("algorithm", "").upper()
        if algorithm not in DIGESTS or (algorithm == "MD5" and not self.own.allows_md5):
            raise Malformed("algorithm is not allowed")
        expected = signature(body, key=self.own.secrets["second_key"], algorithm=algorithm)
        if not hmac.compare_digest(expected.encode(), parts.get("signature", "").lower().encode(errors="replace")):
            raise Malformed("wrong signature")

    def confirm(self, said: Said) -> None:
        status, answer = self._answer("POST", f"orders/{quote(said.order_id, safe='')}/captures", json={})
        refuse_failure(status, answer)

    def status(self, session: str, *, order_id: str) -> Said | None:
        if not order_id:
            return None
        status, answer = self._answer("GET", f"orders/{quote(order_id, safe='')}")
        if status == 404:
            return None
        refuse_failure(status, answer)
        orders = answer.get("orders")
        try:
            return self._said(orders[0]) if isinstance(orders, list) and isinstance(orders[0], dict) else None
        except (Malformed, IndexError):
            raise refused() from None

    def refund(self, said: Said, *, description: str, notify_url: str) -> State:
        status, answer = self._answer("POST", f"orders/{quote(said.order_id, safe='')}/refunds", json={
            "refund": {
                "description": description[:250], "amount": str(said.amount_gr), "currencyCode": CURRENCY,
                "extRefundId": said.refund,
            },
        })  # fmt: skip
        refuse_failure(status, answer)
        told = answer.get("refund")
        if not isinstance(told, dict) or told.get("extRefundId") != said.refund:
            return State.REFUND_STARTED
        return REFUND_STATES.get(str(told.get("status")), State.REFUND_STARTED)

    def _token(self) -> str:
        status, answer = ask("POST", f"{self.own.url}/pl/standard/user/oauth/authorize", data={
            "grant_type": "client_credentials", "client_id": self.own.pos_id,
            "client_secret": self.own.secrets["client_secret"],
        })  # fmt: skip
        token = answer.get("access_token")
        if status != 200 or not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise refused()
        return token

    def _answer(self, method: str, path: str, **sent: Any) -> tuple[int, dict[str, Any]]:
        """The answer of 302 to an order is read, not followed."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        return ask(method, f"{self.own.url}/api/v2_1/{path}", headers=headers, **sent)


def refuse_failure(status: int, answer: Mapping[str, Any]) -> None:
    """Raises OperatorRefused."""
    said = answer.get("status")
    if status >= 300 or (isinstance(said, dict) and said.get("statusCode", "SUCCESS") != "SUCCESS"):
        raise refused()


def refused() -> OperatorRefused:
    return OperatorRefused(_("Operator płatności odmówił. Spróbuj jeszcze raz albo zapłać przelewem."))
