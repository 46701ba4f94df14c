"""Operators of payments: Przelewy24 (REST 1.0.16) and PayU (REST 2.1), strict, with a page on which a person pays.

Signs are made here by hand, not by the code under test. What a person does on the page, ``pay`` does for a test.
"""

import hmac
import json
import re
import threading
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5, sha256, sha384
from html import escape
from itertools import count
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from tests.simulators.base import Question, Reply, Simulator

LANGUAGES = {"bg", "cs", "de", "en", "es", "fr", "hr", "hu", "it", "nl", "pl", "pt", "se", "sk", "ro"}  #: of Przelewy24
#: letters, digits and signs that the specification names
TRANSFER_LABEL = re.compile(r"[a-zA-Z0-9 ęółśążźćńĘÓŁŚĄŻŹĆŃ./\\:-]{1,20}")
JSON, HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"
WARSAW = ZoneInfo("Europe/Warsaw")
type Letter = tuple[bytes, dict[str, str]]  #: body and headers of a notification
#: what the payer may do, with the words of the buttons
CHOICES = {
    "accept": "Zapłać",
    "refuse": "Odrzuć płatność",
    "leave": "Wyjdź bez płacenia",
    "late": "Zapłać, powiadomienie za 5 sekund",
    "twice": "Zapłać, dwa powiadomienia",
    "forged": "Zapłać, zły podpis powiadomienia",
    "other": "Zapłać o 1 zł więcej",
    "silent": "Zapłać bez powiadomienia",
}


@dataclass
class Order:
    """As the operator holds it."""

    session: str
    amount: int
    currency: str
    title: str
    number: str  #: the operator's own
    token: str
    return_url: str
    notify_url: str
    has_payer: bool = False  #: address and browser of the payer were sent
    is_paid: bool = False
    is_taken: bool = False  #: the merchant has confirmed
    is_cancelled: bool = False
    paid: int = 0
    paid_at: datetime | None = None
    told_time: str | None = None  #: instead of when it was paid
    refunds: dict[str, int] = field(default_factory=dict)
    refund_states: dict[str, object] = field(default_factory=dict)  #: as the operator writes them; without one it waits


def said(code: int, /, **body: object) -> Reply:
    return Reply(json.dumps(body, ensure_ascii=False).encode(), code, JSON)


class Wrong(Exception):
    """What was sent breaks the specification; ``reply`` is the operator's answer."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply


@dataclass
class OperatorSimulator(Simulator):
    """Subclasses speak one operator's language."""

    name = ""
    orders: dict[str, Order] = field(default_factory=dict)  #: by session
    numbers: count = field(default_factory=lambda: count(3_000_001))
    heard: list[int] = field(default_factory=list)  #: statuses of answers to our notifications

    def respond(self, question: Question) -> Reply:
        if question.path.startswith(("/trnRequest/", "/pay/")):
            return self.page(question)
        try:
            return self.serve(question)
        except Wrong as wrong:
            return wrong.reply

    def serve(self, question: Question) -> Reply:
        raise NotImplementedError

    def notification(self, order: Order, **lies: object) -> Letter:
        """Body and headers; ``lies`` replace fields, ``sign`` among them."""
        raise NotImplementedError

    def order(self, session: str) -> Order:
        return self.orders[str(session)]

    def pay(self, session: str, amount: int | None = None, *, at: datetime | None = None) -> Letter:
        """The payer has paid, now or at another time; gives the notification."""
        order = self.order(session)
        order.is_paid, order.paid, order.paid_at = True, amount or order.amount, at or datetime.now(WARSAW)
        return self.notification(order)

    def page(self, question: Question) -> Reply:
        token = question.path.split("/")[2]
        order = next((one for one in self.orders.values() if one.token == token), None)
        if order is None or order.is_cancelled:
            return Reply(b"Nie ma takiej transakcji.", 404)
        if question.method == "POST":
            return self.chosen(order, dict(parse_qsl(question.body.decode())).get("wybor", ""))
        buttons = "".join(
            f'<p><button name="wybor" value="{code}">{text}</button></p>' for code, text in CHOICES.items()
        )
        body = (
            f'<!DOCTYPE html><html lang="pl"><meta charset="utf-8"><title>{self.name}</title>'
            '<meta name="viewport" content="width=device-width"><style>body{font:18px sans-serif;margin:2rem}'
            "button{font:inherit;padding:.6rem 1rem;width:100%;max-width:26rem}</style>"
            f"<h1>{self.name} (symulator)</h1><p>{escape(order.title)}</p>"
            f"<p><strong>{order.amount // 100},{order.amount % 100:02} {order.currency}</strong></p>"
            f'<form method="post">{buttons}</form></html>'
        )
        return Reply(body.encode(), 200, HTML)

    def chosen(self, order: Order, choice: str) -> Reply:
        if choice in CHOICES and choice not in {"refuse", "leave"} and not order.is_paid:
            order.is_paid, order.paid = True, order.amount + (100 if choice == "other" else 0)
            order.paid_at = datetime.now(WARSAW)
            letters = {"silent": 0, "twice": 2}.get(choice, 1)
            wait_s = 5 if choice == "late" else 0
            letter = self.notification(order, **({"sign": "0" * 96} if choice == "forged" else {}))
            threading.Thread(target=self.tell, args=(order.notify_url, letter, letters, wait_s), daemon=True).start()
        return Reply(b"", 303, headers=(("Location", order.return_url),))

    def tell(self, url: str, letter: Letter, letters: int = 1, wait_s: float = 0) -> None:
        """As the operator does: by POST, until it is answered by 200 (at most three times)."""
        self.stopping.wait(wait_s)
        body, headers = letter
        for _ in range(letters):
            for _attempt in range(3):
                try:
                    status = httpx.post(url, content=body, headers=headers, timeout=10, trust_env=False).status_code
                except httpx.HTTPError:
                    status = 0
                self.heard.append(status)
                if status == 200 or self.stopping.wait(1):
                    break


@dataclass
class Przelewy24Simulator(OperatorSimulator):
    """Basic auth, signs, schema, unique sessions; verify before the money is passed on."""

    name = "Przelewy24"
    merchant: int = 999
    api_key: str = "klucz-raportow"
    crc: str = "klucz-crc"

    def serve(self, question: Question) -> Reply:
        self._authorise(question)
        path = question.path.removeprefix("/api/v1/")
        if question.method == "GET" and path == "testAccess":
            return said(200, data=True, error="")
        if question.method == "GET" and path.startswith("transaction/by/sessionId/"):
            return self._status(path.rsplit("/", 1)[1])
        if question.method == "GET" and path.startswith("refund/by/orderId/"):
            return self._refunds(path.rsplit("/", 1)[1])
        steps: dict[tuple[str, str], Callable[[dict], Reply]] = {
            ("POST", "transaction/register"): self._register,
            ("PUT", "transaction/verify"): self._verify,
            ("POST", "transaction/refund"): self._refund,
            ("POST", "paymentMethod/blik/chargeByCode"): self._blik,
        }
        step = steps.get((question.method, path))
        if step is None or not question.headers.get("content-type", "").startswith("application/json"):
            raise Wrong(said(404, error="Not found", code=404))
        return step(json.loads(question.body))

    def _authorise(self, question: Question) -> None:
        kind, _, token = question.headers.get("authorization", "").partition(" ")
        if kind != "Basic" or b64decode(token).decode() != f"{self.merchant}:{self.api_key}":
            raise Wrong(said(401, error="Incorrect authentication", code=401))

    def _register(self, sent: dict) -> Reply:
        text = {"sessionId": 100, "currency": 3, "description": 1024, "email": 50, "country": 2, "language": 2,
                "urlReturn": 250, "urlStatus": 250, "transferLabel": 20, "sign": 96, "encoding": 15}  # fmt: skip
        expect(TRANSFER_LABEL.fullmatch(str(sent.get("transferLabel"))))
        whole = ("merchantId", "posId", "amount", "timeLimit")
        expect(all(isinstance(sent.get(name), str) and 0 < len(sent[name]) <= most for name, most in text.items()))
        expect(all(type(sent.get(name)) is int and sent[name] >= 0 for name in whole) and sent["timeLimit"] <= 99)
        expect(sent["merchantId"] == sent["posId"] == self.merchant)
        expect(sent["amount"] > 0 and sent["currency"] == "PLN" and sent["language"] in LANGUAGES)
        self._signed(sent, ("sessionId", "merchantId", "amount", "currency"))
        expect(sent["sessionId"] not in self.orders)
        payer = sent.get("additional", {}).get("PSU", {})
        order = Order(
            session=sent["sessionId"], amount=sent["amount"], currency=sent["currency"], title=sent["description"],
            number=str(next(self.numbers)), token=uuid4().hex.upper(), return_url=sent["urlReturn"],
            notify_url=sent["urlStatus"], has_payer=bool(payer.get("IP") and payer.get("userAgent")),
        )  # fmt: skip
        self.orders[order.session] = order
        return said(200, data={"token": order.token}, responseCode=0)

    def _verify(self, sent: dict) -> Reply:
        order = self.orders.get(sent.get("sessionId", ""))
        expect(order is not None and sent.get("merchantId") == sent.get("posId") == self.merchant)
        self._signed(sent, ("sessionId", "orderId", "amount", "currency"))
        same = (str(sent["orderId"]), sent["amount"], sent["currency"]) == (order.number, order.paid, order.currency)
        expect(same and order.is_paid and not order.is_taken)
        order.is_taken = True
        return said(200, data={"status": "success"}, responseCode=0)

    def _status(self, session: str) -> Reply:
        order = self.orders.get(session)
        if order is None:
            return said(404, error="Transaction not found", code=404)
        status = 3 if sum(order.refunds.values()) else 2 if order.is_taken else int(order.is_paid)
        when = f"{order.paid_at.astimezone(WARSAW):%Y%m%d%H%M}" if order.paid_at else ""
        return said(200, data={
            "statement": "p24-A12-B34-C56", "orderId": int(order.number), "sessionId": session, "status": status,
            "amount": order.paid or order.amount, "currency": order.currency, "date": "202611291200",
            "dateOfTransaction": when if order.told_time is None else order.told_time,
            "clientEmail": "a@example.pl", "accountMD5": "", "paymentMethod": 154,
            "description": order.title, "clientName": "", "clientAddress": "", "clientCity": "",
            "clientPostcode": "", "batchId": 0, "fee": "0",
        }, responseCode=0)  # fmt: skip

    def _refunds(self, number: str) -> Reply:
        order = next((one for one in self.orders.values() if one.number == number and one.refunds), None)
        if order is None:
            return said(404, error="Transaction not found", code=404)
        rows = [
            {"batchId": 1, "requestId": name, "date": "2026-11-29", "login": "api", "description": "",
             "status": order.refund_states.get(name, 2), "amount": amount}
            for name, amount in order.refunds.items()
        ]  # fmt: skip
        return said(200, data={
            "orderId": int(number), "sessionId": order.session, "amount": order.paid, "currency": "PLN",
            "refunds": rows,
        }, responseCode=0)  # fmt: skip

    def _refund(self, sent: dict) -> Reply:
        request, name = sent.get("requestId", ""), sent.get("refundsUuid", "")
        expect(0 < len(request) <= 45 and 0 < len(name) <= 35 and len(sent.get("refunds", [])) == 1)
        [one] = sent["refunds"]
        order = self.orders.get(one.get("sessionId", ""))
        expect(order is not None and str(one["orderId"]) == order.number and type(one["amount"]) is int)
        expect(len(one.get("description", "")) <= 35)
        if name in order.refunds:
            raise Wrong(said(400, error="Request already exists", code=400))
        if not order.is_taken or sum(order.refunds.values()) + one["amount"] > order.amount:
            raise Wrong(
                said(409, error=[{**one, "status": False, "message": "The amount of refund exceeds"}], code=409)
            )
        order.refunds[name] = one["amount"]
        if url := sent.get("urlStatus", ""):
            self._tell_later(url, self.refund_notification(order, name))
        return said(201, data=[{**one, "status": True, "message": "success"}], responseCode=0)

    def _blik(self, sent: dict) -> Reply:
        order = next((one for one in self.orders.values() if one.token == sent.get("token")), None)
        code = str(sent.get("blikCode", ""))
        expect(order is not None and order.has_payer and len(code) == 6 and code.isdecimal() and code != "000000")
        self._tell_later(order.notify_url, self.pay(order.session))
        return said(201, data={"orderId": int(order.number), "message": "success"}, responseCode=0)

    def _tell_later(self, url: str, letter: Letter) -> None:
        if urlsplit(url).hostname != "testserver":
            threading.Thread(target=self.tell, args=(url, letter), daemon=True).start()

    def _signed(self, sent: dict, names: tuple[str, ...]) -> None:
        expect(hmac.compare_digest(self._sign(sent, names), str(sent.get("sign", ""))))

    def _sign(self, fields: dict, names: tuple[str, ...]) -> str:
        """SHA-384 of the fields as PHP's json_encode writes them, without escapes of letters and slashes."""
        values = [(name, fields[name]) for name in names] + [("crc", self.crc)]
        line = ",".join(f'"{name}":"{one}"' if isinstance(one, str) else f'"{name}":{one}' for name, one in values)
        return sha384(f"{{{line}}}".encode()).hexdigest()

    def notification(self, order: Order, **lies: object) -> Letter:
        fields = {
            "merchantId": self.merchant, "posId": self.merchant, "sessionId": order.session, "amount": order.paid,
            "originAmount": order.paid, "currency": order.currency, "orderId": int(order.number), "methodId": 154,
            "statement": "Opłata Skała",
        } | {name: lie for name, lie in lies.items() if name != "sign"}  # fmt: skip
        sign = lies.get("sign", self._sign(fields, tuple(fields)))
        return json.dumps(fields | {"sign": sign}).encode(), {"Content-Type": "application/json"}

    def refund_notification(self, order: Order, name: str, *, status: int = 0) -> Letter:
        fields = {
            "orderId": int(order.number), "sessionId": order.session, "refundsUuid": name, "merchantId": self.merchant,
            "amount": order.refunds.get(name, 0), "currency": "PLN", "status": status,
        }  # fmt: skip
        sign = self._sign(fields, tuple(fields))
        body = fields | {"requestId": name, "timestamp": 1795910400, "sign": sign}
        return json.dumps(body).encode(), {"Content-Type": "application/json"}


@dataclass
class PayUSimulator(OperatorSimulator):
    """OAuth, orders answered by 302, messages signed over their bytes."""

    name = "PayU"
    pos_id: str = "300746"
    client_secret: str = "sekret"
    second_key: str = "second"
    algorithm: str = "SHA-256"

    def serve(self, question: Question) -> Reply:
        if question.path == "/pl/standard/user/oauth/authorize":
            return self._authorise(dict(parse_qsl(question.body.decode())))
        if question.headers.get("authorization") != "Bearer zeton-1":
            raise Wrong(said(401, status={"statusCode": "UNAUTHORIZED"}))
        return self._order_step(question)

    def _authorise(self, sent: dict) -> Reply:
        if sent != {"grant_type": "client_credentials", "client_id": self.pos_id, "client_secret": self.client_secret}:
            raise Wrong(said(401, error="invalid_client", error_description="Bad client credentials"))
        return said(200, access_token="zeton-1", token_type="bearer", expires_in=43199)

    def _order_step(self, question: Question) -> Reply:
        parts = question.path.removeprefix("/api/v2_1/orders").strip("/").split("/")
        if parts == [""] and question.method == "POST":
            return self._create(json.loads(question.body))
        order = next((one for one in self.orders.values() if one.number == parts[0]), None)
        if order is None:
            return said(404, status={"statusCode": "DATA_NOT_FOUND"})
        if question.method == "GET":
            return said(200, orders=[self._fields(order)], status={"statusCode": "SUCCESS"})
        if parts[1:] == ["captures"]:
            order.is_taken = True
            return said(200, status={"statusCode": "SUCCESS"})
        return self._refund(order, json.loads(question.body)["refund"])

    def _create(self, sent: dict) -> Reply:
        needed = ("notifyUrl", "continueUrl", "customerIp", "merchantPosId", "description", "currencyCode",
                  "totalAmount", "extOrderId")  # fmt: skip
        ok = all(isinstance(sent.get(name), str) and sent[name] for name in needed)
        total = sum(int(one["unitPrice"]) * int(one["quantity"]) for one in sent.get("products", []))
        if not ok or sent["merchantPosId"] != self.pos_id or sent["totalAmount"] != str(total):
            return said(400, status={"statusCode": "ERROR_VALUE_INVALID"})
        if sent["extOrderId"] in self.orders:
            return said(400, status={"statusCode": "ERROR_ORDER_NOT_UNIQUE"})
        number = f"{next(self.numbers)}GUEST"
        order = Order(
            session=sent["extOrderId"], amount=total, currency=sent["currencyCode"], title=sent["description"],
            number=number, token=number, return_url=sent["continueUrl"], notify_url=sent["notifyUrl"], has_payer=True,
        )  # fmt: skip
        self.orders[order.session] = order
        url = f"{self.root}/pay/{number}"
        body = {"status": {"statusCode": "SUCCESS"}, "redirectUri": url, "orderId": number, "extOrderId": order.session}
        return Reply(json.dumps(body).encode(), 302, JSON, (("Location", url),))

    def _fields(self, order: Order) -> dict[str, object]:
        status = "CANCELED" if order.is_cancelled else "COMPLETED" if order.is_paid else "PENDING"
        return {
            "orderId": order.number, "extOrderId": order.session, "merchantPosId": self.pos_id,
            "currencyCode": order.currency, "totalAmount": str(order.paid or order.amount), "status": status,
        }  # fmt: skip

    def _refund(self, order: Order, sent: dict) -> Reply:
        amount, name = int(sent.get("amount", order.amount)), sent["extRefundId"]
        if name not in order.refunds and (not order.is_paid or sum(order.refunds.values()) + amount > order.amount):
            return said(400, status={"statusCode": "ERROR_VALUE_INVALID"})
        order.refunds[name] = amount
        refund = {"refundId": "1", "extRefundId": name, "status": order.refund_states.get(name, "PENDING")}
        return said(200, orderId=order.number, refund=refund, status={"statusCode": "SUCCESS"})

    def notification(self, order: Order, **lies: object) -> Letter:
        fields = self._fields(order) | {name: lie for name, lie in lies.items() if name != "sign"}
        body: dict[str, object] = {"order": fields, "properties": [{"name": "PAYMENT_ID", "value": "5003707594"}]}
        if fields["status"] == "COMPLETED" and order.paid_at:
            when = order.paid_at.astimezone(WARSAW).isoformat(timespec="milliseconds")
            body["localReceiptDateTime"] = when if order.told_time is None else order.told_time
        return self._signed(body, lies.get("sign"))

    def refund_notification(self, order: Order, name: str, *, status: str = "FINALIZED") -> Letter:
        amount = str(order.refunds.get(name, 0))
        refund = {"refundId": "1", "extRefundId": name, "amount": amount, "currencyCode": "PLN", "status": status}
        return self._signed({"orderId": order.number, "extOrderId": order.session, "refund": refund}, None)

    def _signed(self, body: dict, sign: object) -> Letter:
        raw = json.dumps(body, ensure_ascii=False, indent=1).encode()
        digest = {"MD5": md5, "SHA-256": sha256}[self.algorithm](raw + self.second_key.encode()).hexdigest()
        header = f"sender=checkout;signature={sign or digest};algorithm={self.algorithm};content=DOCUMENT"
        return raw, {"Content-Type": "application/json", "OpenPayu-Signature": header}


def expect(is_right: object) -> None:
    """Raises Wrong: 400, as Przelewy24 answers."""
    if not is_right:
        raise Wrong(said(400, error="Invalid input data", code=400))
