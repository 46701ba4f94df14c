"""Places as answers: what people and maps write of them, and what anybody else may send."""

import json
from functools import cache

import jsonschema
import pytest
from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.catalogue.declaration import eservices
from services.catalogue.land import faults_of, municipality_of
from services.catalogue.place import drawing, place_of
from services.forms.definition import Form, Step
from services.forms.places import Area, Point
from services.forms.questions import Parcels, object_schema
from services.forms.reading import as_json, as_typed, read, told
from spatial import crs
from spatial.municipalities.models import Municipality
from spatial.ogc.text import Text
from tests.factories import EAST, NORTH, TODAY, rectangle
from tests.services.catalogue.test_filing import LETTER, begun, filed

pytestmark = pytest.mark.django_db

PARCEL = "120610_5.0007.123/4"
WORDS = Text("Gdzie?", "Where?")
SPOT = Point(name="spot", label=WORDS)
AREA = Area(name="area", label=WORDS, most=2, largest_m2=20_000)


@pytest.fixture(autouse=True)
def parcel(make_parcel):
    return make_parcel(east=0, north=0, side=100, number="123/4")


def answer(question, text):
    found = read([question], {question.name: [text]})
    assert found.errors == {}
    return found.answers[question.name]


def fault(question, text) -> str:
    return read([question], {question.name: [text]}).errors.get(question.name, "")


@cache
def in_degrees(east: float, north: float) -> list[float]:
    """Metres from the corner of the parcel, by PostGIS."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p), ST_Y(p) FROM ST_Transform(ST_Point(%s, %s, 2178), 4326) p", [EAST + east, NORTH + north]
        )
        return list(cursor.fetchone())


def ring(*corners) -> list[list[float]]:
    return [in_degrees(*corner) for corner in (*corners, corners[0])]


def square(east=0, north=0, side=100) -> list[list[float]]:
    return ring((east, north), (east + side, north), (east + side, north + side), (east, north + side))


def polygon(*rings) -> str:
    return json.dumps({"type": "Polygon", "coordinates": rings})


def many(*rings) -> str:
    return json.dumps({"type": "MultiPolygon", "coordinates": [[one] for one in rings]})


class TestPoint:
    def test_is_read_as_the_map_and_as_people_write_it(self):
        lon, lat = in_degrees(50, 50)

        for text in (
            f"{lon:.7f}, {lat:.7f}", f"{lat:.7f} N {lon:.7f} E", f"{EAST + 50:.2f} {NORTH + 50:.2f}",
            json.dumps({"type": "Point", "coordinates": [lon, lat]}),
        ):  # fmt: skip
            assert answer(SPOT, text)["coordinates"] == pytest.approx([lon, lat], abs=2e-7), text

    def test_of_a_parcel_lies_inside_it(self, parcel):
        found = GEOSGeometry(json.dumps(answer(SPOT, PARCEL)), srid=crs.WGS84)

        assert parcel.geom.contains(found.transform(crs.PL_2000_7, clone=True))

    def test_is_told_in_degrees_and_metres(self):
        lon, lat = in_degrees(50, 50)
        words = SPOT.told(answer(SPOT, f"{lon:.7f}, {lat:.7f}")).replace("\u00a0", " ")

        assert f"{lat:.6f}".replace(".", ",") in words
        assert "X 5 566 05" in words
        assert "Y 7 418 05" in words or "Y 7 418 04" in words

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("ala", "jednostk"), ("120610_5.0007.999", "Nie ma u nas działki"), ("21.01, 52.23", "poza gminami"),
            ("999.5, 50.1", "poza gminami"), ("9" * 99, "jednostk"), ("1 " * 5000, "jednostk"),
            ('{"type": "Point", "coordinates": [NaN, 50.2]}', "poza gminami"),
            ('{"type": "Point", "coordinates": [1e999, 50.2]}', "poza gminami"),
            ('{"type": "Point", "coordinates": [' + "9" * 4000 + ", 50.2]}", "poza gminami"),
            ('{"type": "Point", "coordinates": [' + "9" * 9000 + ", 50.2]}", "nie da się odczytać"),
            ('{"type": "Point", "coordinates": ["a", 50.2]}', "nie da się odczytać"),
            ('{"type": "Point", "coordinates": []}', "nie da się odczytać"),
            ('{"type": "LineString", "coordinates": [[19.8, 50.2]]}', "nie da się odczytać"),
            ('{"type": "Point"}', "nie da się odczytać"), ("{", "nie da się odczytać"),
            ('{"a":' * 50_000, "nie da się odczytać"),
        ],
    )  # fmt: skip
    def test_that_is_none_is_refused_in_words(self, text, words):
        assert words in fault(SPOT, text)


class TestArea:
    def test_keeps_what_was_drawn(self):
        found = answer(AREA, polygon(square()))
        outline = GEOSGeometry(json.dumps(found), srid=crs.WGS84).transform(crs.PL_2000_7, clone=True)

        assert outline.area == pytest.approx(10_000, abs=5)
        assert outline.sym_difference(rectangle(east=0, north=0, width=100, height=100)).area < 5
        assert AREA.told(found).replace("\u00a0", " ") == "10 000 m² (narożników: 4)"

    def test_of_a_parcel_is_its_outline(self, parcel):
        found = GEOSGeometry(json.dumps(answer(AREA, PARCEL)), srid=crs.WGS84)

        assert found.transform(crs.PL_2000_7, clone=True).sym_difference(parcel.geom).area < 5

    def test_with_a_hole_is_smaller_by_it(self):
        assert AREA.told(answer(AREA, polygon(square(), square(40, 40, 20)))).startswith("9\u00a0600")

    def test_of_parts_that_meet_is_one(self):
        together = answer(AREA, many(square(), square(east=50)))

        assert len(together["coordinates"]) == 1
        assert AREA.told(together).startswith("15\u00a0000")
        assert AREA.told(answer(AREA, many(square(side=50), square(east=90, side=50)))).endswith(
            "(obszarów: 2, narożników: 8)"
        )

    def test_turns_its_outer_ring_against_the_clock_whoever_drew_it(self):
        clockwise = list(reversed(square()))

        outer = answer(AREA, polygon(clockwise))["coordinates"][0][0]
        assert Polygon(outer).exterior_ring.is_counterclockwise

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (lambda: polygon(ring((0, 0), (100, 100), (100, 0), (0, 100))), "przecina samą siebie"),
            (lambda: polygon(square(side=0.2)), "za mały"), (lambda: polygon(square(side=200)), "za duży"),
            (lambda: polygon(ring((0, 0), (50, 0))), "przecina samą siebie|nie da się"),
            (lambda: many(square(side=20), square(40, side=20), square(80, side=20)), "najwyżej tyle obszarów: 2"),
            (lambda: polygon(square(east=30_000)), "poza gminami"),
            (lambda: polygon([*square(), [1e308, -1e308]]), "poza gminami"),
            (lambda: polygon([*square()[:3], [True, False]]), "poza gminami"),
            (lambda: polygon([[19.85, 50.22]] * 3000), "za dużo narożników"),
            (polygon, "nie da się odczytać"), (many, "za mały"),
            (lambda: polygon([]), "za mały|nie da się"), (lambda: polygon([[19.85, 50.22]]), "nie da się odczytać"),
            (lambda: json.dumps({"type": "Polygon", "coordinates": 7}), "nie da się odczytać"),
            (lambda: json.dumps({"type": "Polygon", "coordinates": [[7]]}), "nie da się odczytać"),
            (lambda: '{"type": "Polygon", "coordinates": ' + "[" * 100_000, "nie da się odczytać"),
            (lambda: "120610_5.0007.999", "Nie ma u nas działki"), (lambda: "pole za domem", "jednostk"),
        ],
    )  # fmt: skip
    def test_that_is_none_is_refused_in_words(self, text, words):
        said = fault(AREA, text())

        assert any(one in said for one in words.split("|")), said


class TestBoth:
    def test_are_as_their_schema_says_and_read_the_same_again(self):
        typed = {"spot": [PARCEL], "area": [many(square(), square(north=120, side=50))]}
        answers = as_json(read([SPOT, AREA], typed).answers)

        jsonschema.validate(answers, object_schema([SPOT, AREA]))
        again = read([SPOT, AREA], as_typed([SPOT, AREA], json.loads(json.dumps(answers)))).answers
        assert as_json(again) == answers
        assert dict(told([SPOT, AREA], again))["Gdzie?"]

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers(-(10**400), 10**400) | st.text(max_size=5),
            lambda inside: st.lists(inside, max_size=5) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
            max_leaves=30,
        ),
        st.sampled_from(["Point", "Polygon", "MultiPolygon", "GeometryCollection", "x"]),
    )
    def test_answer_rubbish_with_words(self, said, kind):
        for text in (json.dumps({"type": kind, "coordinates": said}), json.dumps(said), f"{said}"):
            for question in (SPOT, AREA):
                found = read([question], {question.name: [text]})
                assert found.is_good is (question.name in found.answers)

    @settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.integers(197_000_000, 199_900_000), st.integers(501_000_000, 503_500_000))
    def test_a_point_that_is_changed_later_is_where_it_was(self, lon, lat):
        kept = {"spot": {"type": "Point", "coordinates": [lon / 1e7, lat / 1e7]}}

        assert as_json(read([SPOT], as_typed([SPOT], kept)).answers) == kept

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), min_size=3, max_size=8))
    def test_any_ring_is_read_the_same_again_or_refused(self, corners):
        found = read([AREA], {"area": [polygon(ring(*corners))]})

        if found.is_good:
            assert read([AREA], as_typed([AREA], as_json(found.answers))).answers == found.answers


class TestOfficeAndPlace:
    @pytest.fixture
    def service(self, skala, suloszowa):
        """Skała in the west, Sułoszowa east of it."""
        for row, east in ((skala, -1000), (suloszowa, 1000)):
            Municipality.objects.filter(pk=row.pk).update(
                boundary=rectangle(east=east, north=-1000, width=2000, height=2000)
            )
        form = Form("1", (Step("a", WORDS, (SPOT, AREA, Parcels(name="parcels", label=WORDS))),))
        declared = eservices.get("pismo-ogolne")
        return type("Service", (), {"form": form, "land_day": staticmethod(declared.land_day)})()

    def test_a_place_tells_the_municipality_by_its_boundary(self, service):
        here = answer(SPOT, "{:.7f}, {:.7f}".format(*in_degrees(500, 0)))
        there = answer(AREA, polygon(square(east=1500)))

        assert municipality_of(service, {"spot": here}).name == "Skała"
        assert municipality_of(service, {"area": there}).name == "Sułoszowa"

    def test_a_place_between_is_said_to_be_in_none(self, service, suloszowa):
        Municipality.objects.filter(pk=suloszowa.pk).update(
            boundary=rectangle(east=2000, north=-1000, width=500, height=500)
        )
        between = answer(SPOT, "{:.7f}, {:.7f}".format(*in_degrees(1500, 0)))

        assert "poza gminami" in faults_of(service, {"spot": between}, today=TODAY)["spot"]

    def test_the_case_stands_at_the_first_place_of_the_form(self, service):
        answers = as_json({"parcels": [PARCEL], "spot": answer(SPOT, "{:.7f}, {:.7f}".format(*in_degrees(500, 20)))})

        place = place_of(service.form, answers).transform(crs.PL_2000_7, clone=True)
        assert place.coords == pytest.approx((EAST + 500, NORTH + 20), abs=0.02)
        assert [one["type"] for one in drawing(service.form, answers)["geometries"]] == ["Point", "MultiPolygon"]
        assert place_of(service.form, {}) is None
        assert drawing(service.form, {}) is None


class TestLetter:
    def test_with_a_place_is_told_and_shown_to_the_clerk(self, resident, office):
        case = filed(resident, LETTER | {"place": PARCEL})
        page = office.get(f"/urzad/sprawy/{case.pk}/").content.decode()

        assert case.place is not None
        assert "PL-2000, strefa 7" in page
        assert "data-shapes" in page

    def test_without_one_shows_no_map(self, resident, office):
        case = filed(resident)

        assert "data-shapes" not in office.get(f"/urzad/sprawy/{case.pk}/").content.decode()

    @pytest.mark.parametrize("text", ["{", '{"type":"Point","coordinates":[NaN,1]}', "0", "\x00", "[" * 9000])
    def test_with_rubbish_comes_back_with_the_words_and_what_was_typed(self, resident, text):
        response = resident.post(begun(resident), LETTER | {"place": text})

        assert response.status_code == (302 if text == "\x00" else 422)

    def test_of_a_program_carries_the_geometry(self, resident):
        lon, lat = in_degrees(10, 10)
        place = {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]}

        def send(place):
            answers = LETTER | {"signing": "alone", "place": place}
            return resident.post("/uslugi/pismo-ogolne/zloz", {"answers": answers}, content_type="application/json")

        sent, wrong = send(place), send({"type": [[[]]]})

        assert sent.status_code == 201
        assert wrong.status_code == 422
        assert "place" in wrong.json()["faults"]
