"""Connections go where they are meant to, end when they should, and say why they failed."""

import gzip
import ssl
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from trustme import CA

from spatial.remote.asking import ask
from spatial.remote.base import Failed, Found
from spatial.remote.endpoints import Endpoint, UnknownService
from spatial.remote.models import RemoteCall, ServiceHealth
from spatial.remote.network import is_public
from spatial.remote.reasons import SENTENCES, Reason
from spatial.remote.transport import tls
from tests.simulators.base import (
    EMPTY,
    GATEWAY_PAGE,
    REDIRECT,
    UNAVAILABLE,
    CutsOff,
    Drips,
    Floods,
    Resets,
    Says,
    Waits,
)
from tests.spatial.remote.conftest import Recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    with Recorded(body=b"good").running() as simulator:
        yield simulator


def question(endpoint: Endpoint):
    return ask(endpoint, "Test", {"id": "120610_5.0007.1"}, lambda body: body.content)


class TestLies:
    @pytest.mark.parametrize(
        ("lie", "reason"),
        [
            (Resets(), Reason.BROKEN),
            (UNAVAILABLE, Reason.FAULT),
            (Says(b"slow down", 429), Reason.FAULT),
            (EMPTY, Reason.EMPTY),
            (Says(b" \r\n"), Reason.EMPTY),
            (GATEWAY_PAGE, Reason.PAGE),
            (CutsOff(), Reason.BROKEN),
        ],
    )
    def test_what_may_pass_is_tried_again(self, service, point_to, lie, reason):
        endpoint = point_to("uldk", service)
        service.lie(lie)

        assert question(endpoint) == Found(b"good")

        service.lie(lie, lie)
        assert question(endpoint) == Failed(reason, SENTENCES[reason])
        assert len(service.questions) == 4

    @pytest.mark.parametrize(
        ("lie", "reason"),
        [
            (Says(b"no such id", 404), Reason.REFUSED),
            (REDIRECT, Reason.REDIRECTED),
            (Floods(300_000), Reason.TOO_LARGE),
            (Says(gzip.compress(bytes(300_000)), headers=(("Content-Encoding", "gzip"),)), Reason.TOO_LARGE),
            (Says(b"\x1b", headers=(("Content-Encoding", "br"),)), Reason.MALFORMED),
            (Says(b"\x1f\x8b", headers=(("Content-Encoding", "gzip, gzip"),)), Reason.MALFORMED),
        ],
    )
    def test_what_will_not_pass_is_asked_once(self, service, point_to, lie, reason):
        endpoint = point_to("uldk", service, max_bytes=100_000)
        service.lie(lie)

        assert question(endpoint) == Failed(reason, SENTENCES[reason])
        assert len(service.questions) == 1

    @pytest.mark.parametrize("lie", [Waits(3), Drips(pause_s=0.1), Drips(pause_s=0.1, in_head=True)])
    def test_a_slow_answer_ends_with_its_time(self, service, point_to, lie):
        service.body = b"x" * 100
        endpoint = point_to("uldk", service, timeout_s=0.5, attempts=1)
        service.lie(lie)
        began = time.monotonic()

        answer = question(endpoint)

        assert answer == Failed(Reason.TIMEOUT, SENTENCES[Reason.TIMEOUT])
        assert time.monotonic() - began < 2

    def test_nobody_listens(self, service, point_to):
        endpoint = replace(point_to("uldk", service, attempts=1), url="http://127.0.0.1:9/")

        assert isinstance(question(endpoint), Failed)
        assert RemoteCall.objects.get().reason == Reason.UNREACHABLE

    def test_a_certificate_of_nobody_is_not_believed(self, point_to):
        """A server whose certificate nobody known has signed, as a stranger between us and the service would have."""
        stranger = Recorded(body=b"good")

        with stranger.running(certificate=CA().issue_cert("127.0.0.1")):
            endpoint = point_to("uldk", stranger, attempts=1)
            assert question(endpoint) == Failed(Reason.CERTIFICATE, SENTENCES[Reason.CERTIFICATE])
        assert stranger.questions == []


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1",
         "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "224.0.0.1", "255.255.255.255"],
    )  # fmt: skip
    def test_inner_addresses_are_not_public(self, address):
        assert not is_public(address)

    @pytest.mark.parametrize("address", ["91.223.135.1", "2a00:1450:4001::1"])
    def test_addresses_of_the_internet_are(self, address):
        assert is_public(address)

    @pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/"])
    def test_a_service_may_not_lie_inside_unless_it_is_meant(self, service, point_to, url):
        endpoint = point_to("uldk", service, private_network=False)
        port = service.url.split(":")[2].partition("/")[0]

        answer = question(replace(endpoint, url=url.format(port=port)))

        assert isinstance(answer, Failed)
        assert answer.reason in {Reason.FORBIDDEN, Reason.UNREACHABLE}
        assert service.questions == []

    def test_a_name_that_also_means_an_inner_address_is_refused(self, service, point_to, monkeypatch):
        both = [(2, 1, 6, "", ("91.223.135.1", 80)), (2, 1, 6, "", ("127.0.0.1", 80))]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: both)
        endpoint = replace(point_to("uldk", service, private_network=False), url="http://uldk.example.pl/")

        assert question(endpoint) == Failed(Reason.FORBIDDEN, SENTENCES[Reason.FORBIDDEN])

    @pytest.mark.parametrize(
        "url", ["file:///etc/passwd", "ftp://a.pl/", "https://user:word@a.pl/", "gopher://a", "https://"]
    )
    def test_other_addresses_are_no_services(self, url):
        with pytest.raises(UnknownService):
            Endpoint(code="uldk", kind="uldk", title="", url=url)

    def test_a_parameter_cannot_lead_elsewhere(self, service, point_to):
        endpoint = point_to("uldk", service)

        ask(endpoint, "Test", {"id": "x&request=Other#@evil.example/"}, lambda body: body.content)

        assert service.questions == [{"id": "x&request=Other#@evil.example/"}]

    def test_old_encryption_is_for_those_who_know_no_better(self):
        assert tls(legacy=False).minimum_version >= ssl.TLSVersion.TLSv1_2
        legacy = tls(legacy=True)
        assert legacy.minimum_version == ssl.TLSVersion.TLSv1
        assert legacy.verify_mode == ssl.CERT_REQUIRED
        assert legacy.check_hostname


class TestRest:
    def test_a_service_that_fails_again_and_again_is_left_alone(self, service, point_to):
        endpoint = point_to("uldk", service, attempts=1, failures_to_rest=3)
        service.always = UNAVAILABLE
        for _ in range(3):
            question(endpoint)

        assert question(endpoint) == Failed(Reason.RESTING, SENTENCES[Reason.RESTING])
        assert len(service.questions) == 3

    def test_after_its_rest_one_worker_tries(self, service, point_to):
        endpoint = point_to("uldk", service, attempts=1, failures_to_rest=1)
        service.lie(UNAVAILABLE)
        question(endpoint)
        now = timezone.now()
        ServiceHealth.objects.update(rests_until=now - timedelta(seconds=1))

        first = ServiceHealth.may_be_asked("uldk", at=now, probe_until=now + timedelta(seconds=30))
        second = ServiceHealth.may_be_asked("uldk", at=now, probe_until=now + timedelta(seconds=30))
        assert (first, second) == (True, False)

        ServiceHealth.objects.update(probed_until=None)
        assert question(endpoint) == Found(b"good")
        assert ServiceHealth.objects.get().failures == 0
        assert question(endpoint) == Found(b"good")

    def test_a_refused_question_says_nothing_against_the_service(self, service, point_to):
        endpoint = point_to("uldk", service, attempts=1, failures_to_rest=1)
        service.lie(Says(b"bad", 400))
        question(endpoint)

        assert question(endpoint) == Found(b"good")

    def test_a_service_that_is_off_is_not_asked(self, service, point_to):
        endpoint = replace(point_to("uldk", service), is_enabled=False)

        assert question(endpoint) == Failed(Reason.OFF, SENTENCES[Reason.OFF])
        assert service.questions == []


class TestLog:
    def test_tells_how_it_went_and_not_what_was_asked(self, service, point_to, caplog):
        endpoint = point_to("uldk", service)
        service.lie(UNAVAILABLE)

        question(endpoint)

        row = RemoteCall.objects.get()
        assert (row.code, row.operation, row.outcome, row.attempts, row.size_bytes) == ("uldk", "Test", "found", 2, 4)
        assert "0007" not in str(RemoteCall.objects.values().get()) + caplog.text

    def test_a_failure_has_its_reason(self, service, point_to):
        service.always = GATEWAY_PAGE

        question(point_to("uldk", service))

        assert RemoteCall.objects.values_list("outcome", "reason").get() == ("failed", "answer-html")

    def test_says_who_asks(self, service, point_to):
        question(point_to("uldk", service))

        assert RemoteCall.objects.count() == 1
