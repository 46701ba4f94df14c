"""One address cannot take the maps from all; this machine and other addresses go on."""

import pytest

from services.portal.limits import BURST, REMEMBERED, Limits, address_of, counted_as


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def ask(limits: Limits, **environ: str) -> tuple[str, dict[str, str]]:
    told = []
    limits({"REMOTE_ADDR": "8.8.8.8", **environ}, lambda status, headers: told.append((status, dict(headers))))
    return told[0] if told else ("200", {})


def behind(_environ, _start):
    return (b"",)


def test_a_burst_passes_then_the_rate_holds_and_the_wait_is_told():
    clock = Clock()
    limits = Limits(behind, 10, clock)
    told = [ask(limits)[0] for _ in range(int(10 * BURST) + 5)]
    refused = ask(limits)
    clock.now += 1
    later = [ask(limits)[0] for _ in range(12)]

    assert told.count("200") == pytest.approx(10 * BURST, abs=1)
    assert refused[0].startswith("429")
    assert int(refused[1]["Retry-After"]) >= 1
    assert later.count("200") == pytest.approx(10, abs=1)


def test_others_go_on():
    limits = Limits(behind, 1, Clock())
    for _ in range(50):
        ask(limits)

    assert ask(limits, REMOTE_ADDR="9.9.9.9")[0] == "200"
    assert ask(limits, REMOTE_ADDR="127.0.0.1")[0] == "200"
    assert ask(limits)[0].startswith("429")


def test_addresses_of_one_network_of_ipv6_are_one():
    limits = Limits(behind, 1, Clock())
    told = [ask(limits, REMOTE_ADDR=f"2001:db8::{number:x}")[0] for number in range(50)]

    assert told[-1].startswith("429")
    assert ask(limits, REMOTE_ADDR="2001:db8:0:1::1")[0] == "200"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("8.8.8.8", "8.8.8.8"), ("::ffff:8.8.8.8", "8.8.8.8"), ("::2", "::/64"), ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("", ""), ("unknown", "unknown"), ("x" * 99, "x" * 99),
    ],
)  # fmt: skip
def test_what_is_counted(address, counted):
    assert counted_as(address) == counted


def test_nobody_is_limited_by_zero():
    limits = Limits(behind, 0, Clock())

    assert all(ask(limits)[0] == "200" for _ in range(1000))


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({"REMOTE_ADDR": "8.8.8.8"}, "8.8.8.8"),
        ({"REMOTE_ADDR": "8.8.8.8", "HTTP_X_FORWARDED_FOR": "1.1.1.1"}, "8.8.8.8"),  # a stranger's word counts nothing
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 2.2.2.2"}, "2.2.2.2"),
        ({"REMOTE_ADDR": "::1", "HTTP_X_FORWARDED_FOR": "2001:db8::1"}, "2001:db8::1"),
        ({"REMOTE_ADDR": "127.0.0.1"}, ""),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, ""),
        ({}, ""),
    ],
)
def test_whose_address_counts(environ, address):
    assert address_of(environ) == address


def test_memory_is_bounded():
    clock = Clock()
    limits = Limits(behind, 1, clock)
    for number in range(REMEMBERED + 10):
        limits.wait(f"a{number}")
        clock.now += 0.001

    assert len(limits._due) <= REMEMBERED + 1
