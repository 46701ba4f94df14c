from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone
from shapely.geometry import shape

from planning.models import PlanRelation
from spatial.ogc.provider import OpenProvider
from tests import factories
from tests.spatial.deliveries import FIRST, SECOND, deliver, parcel
from tests.spatial.ogc.conftest import EPSG, ids

PARCEL = "120610_5.0007.123/4"


class TestDocument:
    def test_parcel_as_expected(self, land, items):
        document = items("parcels")

        [feature] = document["features"]
        ring = feature.pop("geometry")["coordinates"][0][0]
        assert feature == {
            "type": "Feature",
            "id": PARCEL,
            "properties": {
                "identifier": PARCEL,
                "number": "123/4",
                "district": "120610_5.0007",
                "district_name": "Cianowice",
                "municipality": "120610",
                "registered_area_m2": 10000,
                "register_group": "",
                "valid_from": "2010-01-01",
                "valid_to": None,
            },
        }
        assert len(ring) == 5
        assert all(19.85 < east < 19.853 and 50.224 < north < 50.226 for east, north in ring)
        assert (document["numberMatched"], document["numberReturned"]) == (1, 1)
        assert {link["rel"] for link in document["links"]} == {"self", "alternate", "collection"}

    def test_coordinates_equal_those_of_proj(self, land, items):
        from pyproj import Transformer

        to_degrees = Transformer.from_crs(2178, 4326, always_xy=True)

        [feature] = items("parcels")["features"]

        corners = [(0, 0), (100, 0), (100, 100), (0, 100)]
        expected = [to_degrees.transform(factories.EAST + e, factories.NORTH + n) for e, n in corners]
        ring = feature["geometry"]["coordinates"][0][0][:-1]
        assert sorted(ring) == [pytest.approx(place, abs=1e-7) for place in sorted(map(list, expected))]

    def test_zone_as_expected(self, land, items):
        [feature] = items("plan-zones", skipGeometry="true")["features"]

        assert feature == {
            "type": "Feature",
            "id": "120610-XI-85-15:1MN:1",
            "geometry": None,
            "properties": {
                "id": "120610-XI-85-15:1MN:1",
                "symbol": "1MN",
                "name": "tereny zabudowy mieszkaniowej jednorodzinnej",
                "class_2021": "",
                "group": "housing",
                "plan": "120610-XI-85-15",
                "plan_title": "Miejscowy plan zagospodarowania przestrzennego XI-85-15",
                "resolution": "XI/85/15",
                "in_force_from": "2015-09-01",
                "in_force_to": None,
                "municipality": "120610",
            },
        }

    def test_address_as_expected(self, land, items):
        [feature] = items("addresses", properties="number,label")["features"]

        assert feature["geometry"]["type"] == "Point"
        assert feature["properties"] == {"number": "12", "label": "Cianowice 12"}

    @pytest.mark.parametrize("collection", ["plans", "districts", "buildings"])
    def test_the_other_collections_answer(self, land, items, collection):
        assert items(collection)["numberMatched"] == 1


class TestCoordinateSystems:
    @pytest.mark.parametrize("code", [2178, 2180, 4326, 3857])
    def test_axes_stand_in_the_order_of_the_authority(self, land, client, code):
        from pyproj import Transformer

        response = client.get("/ogc/collections/parcels/items", {"crs": f"{EPSG}/{code}"})

        [feature] = response.json()["features"]
        ring = feature["geometry"]["coordinates"][0][0]
        corner = Transformer.from_crs(2178, code).transform(5566000, 7418000)  # north, east, as EPSG says
        assert response["Content-Crs"] == f"<{EPSG}/{code}>"
        assert any(place == pytest.approx(corner, abs=1e-7 if code == 4326 else 0.01) for place in ring)

    def test_the_same_box_in_every_system_finds_the_same(self, make_parcel, items):
        from pyproj import Transformer

        inside = make_parcel(east=0, north=0, side=10)
        make_parcel(east=200, north=0, side=10)
        for code in (2178, 2180, 4326, 3857):
            there = Transformer.from_crs(2178, code)
            corners = [there.transform(5566000 + n, 7418000 + e) for n, e in ((-50, -50), (50, 50))]
            low, high = (sorted(values) for values in zip(*corners, strict=True))
            box = f"{low[0]},{high[0]},{low[1]},{high[1]}"

            found = items("parcels", bbox=box, bbox_crs=f"{EPSG}/{code}")

            assert ids(found) == [inside.identifier], code

    def test_a_wide_box_keeps_its_southern_edge_straight_on_the_parallel(self, make_parcel, items):
        """Two corners turned into EPSG:2178 would move the edge by metres and lose the parcel."""
        from pyproj import Transformer

        east, north = Transformer.from_crs(4326, 2178, always_xy=True).transform(20.0, 50.25)
        parcel = make_parcel(east=east - factories.EAST, north=north - factories.NORTH + 0.5, side=1)

        assert ids(items("parcels", bbox="19.5,50.25,20.5,50.26")) == [parcel.identifier]
        assert ids(items("parcels", bbox="19.5,50.24,20.5,50.25")) == []


class TestBox:
    def test_the_world_and_a_box_over_the_date_line_hold_everything(self, land, items):
        assert items("parcels", bbox="-180,-90,180,90")["numberMatched"] == 1
        assert items("parcels", bbox="10,-90,-170,90")["numberMatched"] == 1

    def test_a_box_elsewhere_holds_nothing(self, land, items):
        assert items("parcels", bbox="-80,10,-70,20")["numberMatched"] == 0

    def test_heights_are_passed_over(self, land, items):
        assert items("parcels", bbox="19,50,0,20,51,100")["numberMatched"] == 1

    def test_a_parcel_that_only_touches_counts(self, land, items):
        box = "5565900,7417900,5566000,7418000"

        assert items("parcels", bbox=box, bbox_crs=f"{EPSG}/2178")["numberMatched"] == 1


class TestPaging:
    def test_links_lead_through_all_pages_once(self, make_parcel, client):
        for number in range(1, 8):
            make_parcel(east=number * 10, north=0, side=10, number=str(number))
        url, seen = "/ogc/collections/parcels/items?limit=3&municipality=120610", []
        while url:
            document = client.get(url).json()
            seen += [feature["properties"]["number"] for feature in document["features"]]
            url = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)

        assert seen == ["1", "2", "3", "4", "5", "6", "7"]
        assert document["numberMatched"] == 7

    def test_in_any_order_on_demand(self, make_parcel, items):
        for number in ("12/10", "12/9", "2"):
            make_parcel(number=number)

        assert [one[14:] for one in ids(items("parcels", sortby="-number"))] == ["2", "12/9", "12/10"]
        assert [one[14:] for one in ids(items("parcels", sortby="number"))] == ["12/10", "12/9", "2"]

    @pytest.mark.parametrize("place", [{}, {"bbox": "19.8,50.2,19.9,50.3"}])
    def test_nothing_is_told_twice_or_left_out_while_others_write(self, make_parcel, client, items, place):
        parcels = [make_parcel(number=str(number), east=number * 50, side=40) for number in range(1, 6)]
        first = items("parcels", limit=2, **place)
        assert (ids(first), first.get("numberMatched", 5)) == ([one.identifier for one in parcels[:2]], 5)
        parcels[0].delete()  # an offset would now leave one out

        seen, document = [], first
        while following := next((one["href"] for one in document["links"] if one["rel"] == "next"), None):
            document = client.get(following).json()
            seen += ids(document)

        assert seen == [one.identifier for one in parcels[2:]]

    @pytest.mark.parametrize("more", ["after=x", "after=1&offset=1", "after=1&sortby=number", "after=" + "9" * 30])
    def test_a_mark_of_a_page_that_is_none_is_refused(self, db, client, more):
        assert client.get(f"/ogc/collections/parcels/items?{more}").status_code == 400

    def test_beyond_what_is_counted_the_number_is_an_estimate_and_says_so(self, make_parcel, items, monkeypatch):
        monkeypatch.setattr("spatial.ogc.pages.COUNTED", 1)
        make_parcel(number="1")
        make_parcel(number="2", east=200)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE open.parcels")

        document = items("parcels", limit=1)
        assert "numberMatched" not in document
        assert document["numberMatchedEstimate"] == 2
        assert "numberMatchedEstimate" not in items("parcels", limit=1, filter="number <> 'x'")
        assert items("parcels", resulttype="hits")["numberMatched"] == 2

    def test_a_later_page_keeps_order_filter_and_time(self, make_plan, items):
        for year in (2001, 2002, 2003, 2004):
            make_plan(code=f"P{year}", in_force_from=date(year, 1, 1), in_force_to=date(2010, 1, 1))

        document = items(
            "plans", datetime="2005-01-01", sortby="-in_force_from", filter="title <> 'x'", offset=1, limit=2
        )

        assert ids(document) == ["120610-P2003", "120610-P2002"]
        assert document["numberMatched"] == 4

    def test_hits_are_only_counted(self, land, items):
        document = items("parcels", resulttype="hits")

        assert (document["numberMatched"], document["features"]) == (1, [])

    def test_a_page_beyond_the_end_still_knows_how_many(self, land, items):
        assert items("parcels", offset=50)["numberMatched"] == 1


class TestQueries:
    @pytest.mark.parametrize("collection", ["parcels", "plans", "plan-zones", "districts", "buildings", "addresses"])
    def test_a_page_costs_two_queries_at_most(self, land, client, collection, django_assert_max_num_queries):
        with django_assert_max_num_queries(2):
            client.get(f"/ogc/collections/{collection}/items")

    def test_a_last_page_needs_no_count(self, land, items, django_assert_num_queries):
        with django_assert_num_queries(1):
            items("parcels")

    def test_a_full_page_needs_one(self, make_parcel, items, django_assert_num_queries):
        make_parcel()
        make_parcel(east=200)
        with django_assert_num_queries(2):
            assert items("parcels", limit=1)["numberMatched"] == 2

    def test_one_item_is_one_query(self, land, client, django_assert_num_queries):
        with django_assert_num_queries(1):
            client.get(f"/ogc/collections/parcels/items/{PARCEL}")


class TestSeenBefore:
    """A client that has the answer is told so."""

    @pytest.mark.parametrize("path", ["items", "items?bbox=19,50,20,51&limit=1", f"items/{quote(PARCEL, safe='')}"])
    def test_is_not_sent_again(self, land, client, path):
        address = f"/ogc/collections/parcels/{path}"
        tag = client.get(address).headers["ETag"]

        again = client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")

        land.number = "124"
        land.save()
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


class TestSingleItem:
    @pytest.mark.parametrize("identifier", [PARCEL, quote(PARCEL, safe="")])
    def test_a_slash_may_come_raw_or_escaped(self, land, client, identifier):
        response = client.get(f"/ogc/collections/parcels/items/{identifier}")

        assert response.status_code == 200
        assert response.json()["id"] == PARCEL
        [own] = [link["href"] for link in response.json()["links"] if link["rel"] == "self"]
        assert own == "http://testserver/ogc/collections/parcels/items/120610_5.0007.123%2F4?f=json"
        assert client.get(own).json()["id"] == PARCEL

    @pytest.mark.parametrize("identifier", ["nic", "a%00b", "x" * 2000, "120610", "%F0%9F%8C%8D", "../../x"])
    def test_an_unknown_one_is_404(self, land, client, identifier):
        for collection in ("parcels", "plans", "plan-zones"):
            response = client.get(f"/ogc/collections/{collection}/items/{identifier}")

            assert response.status_code == 404
            assert response.json()["code"] == "NotFound"

    def test_every_listed_id_opens(self, land, items, client):
        for collection in ("parcels", "plans", "plan-zones", "districts", "buildings", "addresses"):
            [identifier] = ids(items(collection))

            one = client.get(f"/ogc/collections/{collection}/items/{quote(identifier, safe='')}").json()

            assert one["id"] == identifier

    def test_a_zone_keeps_its_id_when_the_plan_is_recorded_anew(self, make_plan, items):
        first = make_plan()
        for east in (0, 100):
            factories.zone(first, "1MN", east=east, north=0)
        before = ids(items("plan-zones"))
        first.superseded_at = timezone.now()
        first.save()
        again = make_plan()
        for east in (0, 100):
            factories.zone(again, "1MN", east=east, north=0)

        assert before == ids(items("plan-zones")) == ["120610-XI-85-15:1MN:1", "120610-XI-85-15:1MN:2"]


class TestTime:
    def test_a_closed_version_of_a_parcel_is_not_served(self, make_parcel, items):
        make_parcel(valid_to=date(2020, 1, 1))

        assert items("parcels")["numberMatched"] == 0

    def test_plans_of_today_and_of_another_day(self, make_plan, items):
        make_plan(code="OLD", in_force_from=date(2005, 1, 1), in_force_to=date(2015, 1, 1))
        make_plan(code="NEW", in_force_from=date(2015, 1, 1))
        make_plan(code="NEXT", in_force_from=timezone.localdate() + timedelta(days=30))

        assert ids(items("plans")) == ["120610-NEW"]
        assert ids(items("plans", datetime="2010-06-01")) == ["120610-OLD"]
        assert ids(items("plans", datetime="2015-01-01T00:00:00Z")) == ["120610-NEW"]
        assert ids(items("plans", datetime="2010-01-01/2016-01-01")) == ["120610-OLD", "120610-NEW"]
        assert ids(items("plans", datetime="../2004-12-31")) == []

    def test_zones_follow_their_plan(self, make_plan, items):
        factories.zone(make_plan(in_force_to=date(2020, 1, 1)), "1MN", east=0, north=0)

        assert ids(items("plan-zones")) == []
        assert ids(items("plan-zones", datetime="2019-12-31")) == ["120610-XI-85-15:1MN:1"]
        assert ids(items("plan-zones", datetime="2020-01-01")) == []


class TestProvider:
    """The same answers in the form that pygeoapi's own views ask for."""

    @pytest.fixture
    def provider(self):
        definition = {"name": "spatial.ogc.provider.OpenProvider", "type": "feature", "data": "parcels"}
        return OpenProvider(definition)

    def test_page_and_item(self, provider, land):
        found = provider.query(
            bbox=[19.8, 50.2, 19.9, 50.3],
            properties=[("number", "123/4")],
            sortby=[{"property": "number", "order": "-"}],
            select_properties=["number"],
        )

        assert found["numberMatched"] == 1
        assert found["features"][0]["properties"] == {"number": "123/4"}
        assert provider.get(PARCEL)["id"] == PARCEL

    @pytest.mark.parametrize(
        "asked",
        [
            {"q": "x"},
            {"datetime_": "2020-01-01"},
            {"crs_transform_spec": object()},
            {"properties": [("fingerprint", "x")]},
            {"select_properties": ["fingerprint"]},
            {"sortby": [{"property": "fingerprint", "order": "+"}]},
        ],
    )
    def test_what_it_does_not_understand_it_refuses(self, provider, db, asked):
        from pygeoapi.provider.base import ProviderInvalidQueryError

        with pytest.raises(ProviderInvalidQueryError):
            provider.query(**asked)


@pytest.mark.django_db
def test_a_zone_is_served_without_what_a_later_plan_took_over(client, skala):
    """100 m x 100 m adopted in 2010; a change of 2020 took the eastern 40 m."""
    later = date(2020, 5, 1)
    base = factories.plan(skala, code="I-1-10", in_force_from=date(2010, 5, 1))
    change = factories.plan(skala, code="IX-9-20", in_force_from=later, east=60, north=0, width=40, height=100)
    factories.zone(base, "R.1", east=0, north=0, side=100)
    factories.zone(change, "MN.1", east=60, north=0, width=40, height=100)
    PlanRelation.objects.create(plan=change, kind="changes", target_code="I-1-10", effective_on=later)

    def areas(**asked):
        page = client.get("/ogc/collections/plan-zones/items", {"crs": f"{EPSG}/2178"} | asked).json()
        return {row["properties"]["symbol"]: round(shape(row["geometry"]).area) for row in page["features"]}

    assert areas() == {"R.1": 6000, "MN.1": 4000}
    assert areas(datetime="2015-01-01") == {"R.1": 10000}


class TestRegisterTime:
    def test_a_parcel_is_served_as_it_was_on_the_day(self, items, skala):
        deliver([parcel("1")], state_on=FIRST)
        deliver([parcel("1", side=90)], state_on=SECOND)

        assert areas_of(items("parcels")) == [8_100]
        assert areas_of(items("parcels", datetime=FIRST.isoformat())) == [10_000]
        assert areas_of(items("parcels", datetime="2025-12-31")) == []

    def test_a_version_that_was_wrong_is_never_served(self, items, skala):
        deliver([parcel("1")], state_on=FIRST)
        deliver([parcel("1", side=90)], state_on=FIRST, is_correction=True)

        assert areas_of(items("parcels", datetime=FIRST.isoformat())) == [8_100]


def areas_of(page) -> list[int]:
    return [feature["properties"]["registered_area_m2"] for feature in page["features"]]
