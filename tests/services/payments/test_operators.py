"""Signs and messages of operators against vectors that other tools computed (dossier, section 8; real samples)."""

import json
from dataclasses import replace

import pytest

from services.payments.base import Credentials, OperatorFailed, OperatorRefused, Order, Said, State, TakesBlik
from services.payments.operators import asking
from services.payments.operators.payu import PayU, signature
from services.payments.operators.przelewy24 import Przelewy24, sign
from spatial.errors import Malformed
from tests.simulators.base import EMPTY, GATEWAY_PAGE, REDIRECT, UNAVAILABLE, CutsOff, Drips, Floods, Resets, Says
from tests.simulators.operator import PayUSimulator, Przelewy24Simulator

ORDER = Order(
    session="11111111-1111-4111-8111-111111111111", amount_gr=17_00, title="Opłata skarbowa za zaświadczenie",
    email="anna@example.pl", language="pl", return_url="http://testserver/p/", notify_url="http://testserver/n",
    minutes=20, ip="192.0.2.7", agent="Firefox",
)  # fmt: skip


class TestSignsOfPrzelewy24:
    def test_register(self):
        fields = {"sessionId": "sessionId", "merchantId": 999999, "amount": 1000, "currency": "PLN"}
        assert sign(fields, crc="crc") == (
            "a34cf822f00b51d8d75e2d21334d6ffb5f2fac8408574f4cd7d4897f07ed61312244f9875e18ce63a4fbe2668d7ffc30"
        )

    def test_verify(self):
        fields = {"sessionId": "sessionId", "orderId": 999999, "amount": 1000, "currency": "PLN"}
        assert sign(fields, crc="crc") == (
            "3edcfa853ade37780fdcd00541b2c266117a7d35fab662ddc26498495c09b048e736f28424b616d2f1fbd882f6a47f0c"
        )

    def test_notification_with_polish_letters(self):
        fields = {
            "merchantId": 999999, "posId": 999999, "sessionId": "tax-1", "amount": 12300, "originAmount": 12300,
            "currency": "PLN", "orderId": 555, "methodId": 154, "statement": "Opłata Skała",
        }  # fmt: skip
        assert sign(fields, crc="crc") == (
            "480408578b45a0dc5fac1bfad9d31bc2f70d453676ffba03331f5fa16bcbe1f13387cd0fb10c414eed367085f71165ee"
        )

    @pytest.mark.parametrize(
        ("name", "is_believed"), [("notif_ok", True), ("notif_tampered_amount", False), ("notif_wrong_crc", False)]
    )
    def test_recorded_notifications(self, shared_data, name, is_believed):
        folder = shared_data / "payments/przelewy24"
        crc = (folder / "CRC.txt").read_text().strip()
        operator = Przelewy24(
            Credentials(url="", merchant_id="12345", pos_id="12345", secrets={"api_key": "x", "crc": crc})
        )
        body = (folder / f"{name}.json").read_bytes()

        if not is_believed:
            with pytest.raises(Malformed):
                operator.read(body, {})
            return
        assert operator.read(body, {}) == Said(
            session="woda-2026-11-0001", state=State.PAID, amount_gr=12345, currency="PLN", order_id="3000001",
            is_confirmed=False,
        )  # fmt: skip


class TestSignaturesOfPayU:
    BODY = b'{"order":{"orderId":"X","status":"COMPLETED"}}'

    @pytest.mark.parametrize(
        ("algorithm", "digest"),
        [
            ("MD5", "e107bc80e5ed74b72996a72278e1041b"),
            ("SHA-256", "8180fa75206f14634a2a18b5235e5749261c23fcde4191fc2d7b329545e7e582"),
        ],
    )
    def test_are_over_the_bytes(self, algorithm, digest):
        assert signature(self.BODY, key="second", algorithm=algorithm) == digest

    def test_by_md5_are_believed_only_where_allowed(self, payu, simulator):
        payu.start(ORDER)
        simulator.algorithm = "MD5"
        body, headers = simulator.pay(ORDER.session)
        small = {name.lower(): value for name, value in headers.items()}
        with pytest.raises(Malformed):
            payu.read(body, small)

        allowing = PayU(Credentials(
            url=simulator.root, merchant_id="", pos_id=simulator.pos_id, allows_md5=True,
            secrets={"client_secret": simulator.client_secret, "second_key": simulator.second_key},
        ))  # fmt: skip
        assert allowing.read(body, small).state is State.PAID


@pytest.fixture
def simulator():
    with PayUSimulator().running() as running:
        yield running


@pytest.fixture
def payu(simulator) -> PayU:
    secrets = {"client_secret": simulator.client_secret, "second_key": simulator.second_key}
    return PayU(Credentials(url=simulator.root, merchant_id="", pos_id=simulator.pos_id, secrets=secrets))


class TestPayU:
    def test_from_the_order_to_the_refund(self, payu, simulator):
        payu.check()
        started = payu.start(ORDER)
        assert started.url == f"{simulator.root}/pay/{started.order_id}"
        assert payu.status(ORDER.session, order_id=started.order_id).state is State.STARTED

        body, headers = simulator.pay(ORDER.session)
        said = payu.read(body, {name.lower(): value for name, value in headers.items()})

        assert (said.session, said.state, said.amount_gr, said.is_confirmed) == (ORDER.session, State.PAID, 17_00, True)
        assert payu.addressed(body) == (simulator.pos_id, ORDER.session)
        assert payu.status(ORDER.session, order_id=started.order_id).event == said.event
        name = "22222222222242228222222222222222"
        asked = Said(
            session=said.session, state=State.REFUND_STARTED, amount_gr=17_00, currency="PLN", order_id=said.order_id,
            refund=name,
        )  # fmt: skip
        for _ in range(2):
            assert payu.refund(asked, description="Zwrot opłaty", notify_url="") is State.REFUND_STARTED
        body, headers = simulator.refund_notification(simulator.order(ORDER.session), name)
        back = payu.read(body, {name.lower(): value for name, value in headers.items()})
        assert (back.refund, back.state, back.amount_gr) == (name, State.REFUNDED, 17_00)

    def test_refuses_a_second_order_of_the_same_name(self, payu):
        payu.start(ORDER)
        with pytest.raises(OperatorRefused):
            payu.start(ORDER)

    def test_changed_by_a_byte_is_not_believed(self, payu, simulator):
        payu.start(ORDER)
        body, headers = simulator.pay(ORDER.session)
        with pytest.raises(Malformed):
            payu.read(body + b" ", {name.lower(): value for name, value in headers.items()})
        with pytest.raises(Malformed):
            payu.read(body, {})

    def test_takes_no_blik_here(self, payu):
        assert not isinstance(payu, TakesBlik)


class TestPrzelewy24:
    @pytest.fixture
    def simulator(self):
        with Przelewy24Simulator().running() as running:
            yield running

    def connected(self, simulator, **secrets) -> Przelewy24:
        values = {"api_key": simulator.api_key, "crc": simulator.crc} | secrets
        return Przelewy24(Credentials(url=simulator.root, merchant_id="999", pos_id="999", secrets=values))

    def test_wrong_keys_are_told(self, simulator):
        self.connected(simulator).check()
        with pytest.raises(OperatorRefused):
            self.connected(simulator, api_key="x").check()
        with pytest.raises(OperatorRefused):
            self.connected(simulator, crc="x").start(ORDER)

    def test_without_an_address_of_mail_is_told_so(self, simulator):
        with pytest.raises(OperatorRefused, match="e-mail"):
            self.connected(simulator).start(replace(ORDER, email=""))

    def test_speaks_english_where_the_operator_knows_no_ukrainian(self, simulator):
        assert self.connected(simulator).start(replace(ORDER, language="uk")).token

    def test_blik(self, simulator):
        operator = self.connected(simulator)
        token = operator.start(ORDER).token
        with pytest.raises(Malformed):
            operator.blik(token, "12345")
        with pytest.raises(OperatorRefused):
            operator.blik(token, "000000")

        operator.blik(token, "777123")

        assert operator.status(ORDER.session, order_id="").state is State.PAID

    @pytest.mark.parametrize(
        "lie",
        [EMPTY, GATEWAY_PAGE, UNAVAILABLE, Resets(), CutsOff(), Floods(3_000_000), Says(b"[]"), Says(b"[" * 90_000)],
    )
    def test_garbage_is_a_failure_with_a_word(self, simulator, lie):
        operator = self.connected(simulator)
        simulator.lie(lie)

        with pytest.raises(OperatorFailed):
            operator.start(ORDER)

    def test_an_answer_byte_by_byte_ends_with_its_time(self, simulator, monkeypatch):
        monkeypatch.setattr(asking, "PATIENCE_S", 0.3)
        operator = self.connected(simulator)
        simulator.lie(Drips(0.05))

        with pytest.raises(OperatorFailed):
            operator.check()

    def test_a_redirect_is_not_followed(self, simulator):
        simulator.lie(REDIRECT)
        with pytest.raises(OperatorRefused):
            self.connected(simulator).start(ORDER)

    @pytest.mark.parametrize(
        "body", [b"", b"x", b"[]", b"{}", b'{"sessionId":{}}', b'{"posId":true}', b"\xff", b"[" * 9999]
    )
    def test_messages_of_nonsense_are_malformed(self, simulator, body):
        operator = self.connected(simulator)
        with pytest.raises(Malformed):
            operator.addressed(body)
        with pytest.raises(Malformed):
            operator.read(body, {})

    def test_a_signed_message_of_another_merchant_is_not_ours(self, simulator):
        operator = self.connected(simulator)
        operator.start(ORDER)
        simulator.pay(ORDER.session)
        body, _headers = simulator.notification(simulator.order(ORDER.session), merchantId=998)
        assert json.loads(body)["merchantId"] == 998
        with pytest.raises(Malformed):
            operator.read(body, {})
