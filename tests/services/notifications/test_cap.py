"""Our alerts as others read them: the schema of OASIS, and what CAP 1.2 says beside it."""

import re
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone
from lxml import etree

from services.notifications import endings
from services.notifications.messages import approve
from services.notifications.models import Message
from services.notifications.queueing import queue
from services.notifications.warnings import as_cap
from spatial import crs
from tests import factories

pytestmark = pytest.mark.django_db

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "CAP-v1.2.xsd"))
HOUR = timedelta(hours=1)
#: signs that identifiers must not hold (CAP 1.2, 3.2.1), and times with the offset of Poland, never "Z"
NAME = re.compile(r"[^\s,<&]+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00")


def texts(element: etree._Element, name: str) -> list[str]:
    return [one.text for one in element.findall(f"{{*}}{name}")]


def said(element: etree._Element, name: str) -> str:
    [text] = texts(element, name)
    return text


def name_of(alert: etree._Element) -> str:
    return ",".join(said(alert, one) for one in ("sender", "identifier", "sent"))


def checked(client, message: Message) -> etree._Element:
    """The newest alert at the address of the warning, valid and keeping the rules that no schema can hold."""
    answer = client.get(f"/ostrzezenia/{message.public_id}.cap.xml", follow=True)
    alert = etree.fromstring(answer.content)
    SCHEMA.assertValid(alert)
    assert answer["Content-Type"] == "application/cap+xml; charset=utf-8"
    assert not [one for one in alert.iter() if len(one) == 0 and not (one.text or "").strip()]  # nothing says nothing
    assert all(map(NAME.fullmatch, [said(alert, "identifier"), said(alert, "sender")]))
    assert bool(texts(alert, "references")) == (said(alert, "msgType") in {"Update", "Cancel"})
    moments = [said(alert, "sent"), *(said(info, "expires") for info in alert.findall("{*}info"))]
    assert all(map(MOMENT.fullmatch, moments))
    sent, *expires = map(datetime.fromisoformat, moments)
    assert all(one > sent for one in expires)
    for ring in alert.iterfind(".//{*}polygon"):
        pairs = [tuple(map(float, pair.split(","))) for pair in ring.text.split(" ")]
        assert len(pairs) >= 4
        assert pairs[0] == pairs[-1]
        assert all(49 < lat < 55 and 14 < lon < 25 for lat, lon in pairs)  # Poland, latitude first
    return alert


def two_fields() -> MultiPolygon:
    """One with a hole, one far from it."""
    [first] = factories.rectangle(east=0, north=0, width=100, height=100)
    [hole] = factories.rectangle(east=40, north=40, width=20, height=20)
    [second] = factories.rectangle(east=500, north=0, width=50, height=50)
    return MultiPolygon(Polygon(*first, *hole), second, srid=crs.PL_2000_7)


@pytest.fixture
def flood(told) -> Message:
    return told(
        at=timezone.now(), channels=[], audience="area", area=two_fields(), category="Met", severity="Severe",
        title_pl="Powódź & <deszcz>", title_en="Flood", body_pl="Idź wyżej.", body_en="Go up.",
    )  # fmt: skip


def test_the_schema_refuses_what_is_wrong(client, flood):
    """Otherwise all that follows would prove nothing."""
    for broken in ("<sent>2026-11-23T16:05:00Z</sent>", "<sent>2026-11-23</sent>", ""):
        content = re.sub(rb"<sent>.*?</sent>", broken.encode(), as_cap(flood))

        assert not SCHEMA.validate(etree.fromstring(content)), broken


@pytest.mark.parametrize(("category", "severity"), list(zip(Message.Category.values, cycle(Message.Severity.values))))
def test_an_alert_of_each_kind(category, severity, client, told):
    warning = told(at=timezone.now(), channels=[], severity=severity, category=category)
    alert = checked(client, warning)

    assert (said(alert, "status"), said(alert, "msgType"), said(alert, "scope")) == ("Actual", "Alert", "Public")
    [info] = alert.findall("{*}info")
    assert (said(info, "severity"), said(info, "category")) == (severity, category)
    assert texts(info, "description") == []  # the warning has no more to say than its headline


def test_what_is_for_everybody_names_the_municipality_by_its_shape_and_code(client, told, skala):
    [area] = checked(client, told(at=timezone.now(), channels=[])).iterfind(".//{*}area")

    assert said(area, "areaDesc") == "Skała"
    [geocode] = area.findall("{*}geocode")
    assert (said(geocode, "valueName"), said(geocode, "value")) == ("TERYT", "120610")
    [ring] = texts(area, "polygon")
    assert len(ring.split()) == 5  # the boundary of the tests is a square


def test_an_area_is_not_the_whole_municipality(client, flood):
    """CAP 1.2, 3.2.4: polygons and codes of one area are a union."""
    for area in checked(client, flood).iterfind(".//{*}area"):
        assert texts(area, "geocode") == []
        assert len(texts(area, "polygon")) == 2
    names = [said(area, "areaDesc") for area in checked(client, flood).iterfind(".//{*}area")]
    assert names == ["Skała, obszar zaznaczony na mapie", "Skała, the area drawn on the map"]


def test_two_languages_are_two_infos_of_one_event(client, flood):
    alert = checked(client, flood)
    polish, english = alert.findall("{*}info")

    assert (said(polish, "language"), said(polish, "event")) == ("pl-PL", "Powódź & <deszcz>")
    assert (said(english, "language"), said(english, "event")) == ("en-US", "Flood")
    same = ("category", "urgency", "severity", "certainty", "expires")
    assert [said(polish, one) for one in same] == [said(english, one) for one in same]


@pytest.mark.parametrize("follow", Message.ENDS)
def test_an_end_cancels_all_that_went_before(follow, client, flood, jadwiga, karol):
    """Alert, Update, Cancel; each is named by the sender, identifier and time that stand in it."""
    now = timezone.now()
    first = checked(client, flood)
    words = endings.Correction(title_pl="Powódź w Rzeplinie", expires_at=now + HOUR)
    better = endings.correct(flood, words, by=jadwiga, at=now)
    approve(better, by=karol, version=1, at=now + timedelta(seconds=2))
    update = checked(client, flood)
    queue(better, at=now)
    better.refresh_from_db()
    end = endings.end(better, follow, by=jadwiga, at=now)
    if end.state == Message.State.DRAFT:
        approve(end, by=karol, version=1, at=now + timedelta(seconds=4))
    last = checked(client, flood)

    assert [said(one, "msgType") for one in (first, update, last)] == ["Alert", "Update", "Cancel"]
    assert len({said(one, "identifier") for one in (first, update, last)}) == 3
    assert said(update, "references").split(" ") == [name_of(first)]
    assert said(last, "references").split(" ") == [name_of(first), name_of(update)]
    assert {said(info, "responseType") for info in last.findall("{*}info")} == {"AllClear"}
    assert bool(texts(last, "note")) == (follow == "mistake")
