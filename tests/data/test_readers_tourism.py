"""Tracks, trails and places: clean arithmetic, tolerant reading, and nothing believed of strangers."""

import json
import math
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from data.readers.places import kind_of, read_places
from data.readers.tracks import read_tracks
from data.readers.trails import Wishes, read_trails
from data.readers.words import identifier_of, slug
from data.records import UnreadableFileError
from data.records.tourism import PLACE_KINDS
from data.tracks import Fix, cut_ends, distance_m, is_ride, joined, spikes, without_doubled
from data.writers.cells import harmless

GPX = '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{}</gpx>'
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()
#: one step of 50 m to the north of the castle in Ojców
LON, LAT, STEP = 19.83, 50.2119, 50 / 111_195


def write(tmp_path, text, name="trasa.gpx", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def points(places, *, every_s=None, tag="trkpt"):
    def moment(number):
        if every_s is None:
            return ""
        return f"<time>{datetime.fromtimestamp(NOON + number * every_s, UTC).isoformat()}</time>"

    return "".join(f'<{tag} lon="{lon}" lat="{lat}">{moment(n)}</{tag}>' for n, (lon, lat) in enumerate(places))


def track(*parts, name="", every_s=None):
    segments = "".join(f"<trkseg>{points(part, every_s=every_s)}</trkseg>" for part in parts)
    return f"<trk><name>{name}</name>{segments}</trk>"


def north(count, *, start=0):
    return [(LON, LAT + (start + number) * STEP) for number in range(count)]


def rules(reading):
    return [problem.rule for problem in reading.problems]


def fault_of(read, path):
    with pytest.raises(UnreadableFileError) as fault:
        list(read(path).records)
    return fault.value.rule


class TestArithmetic:
    def test_a_jump_of_the_receiver_is_one_point(self):
        walk = [Fix(LON, LAT + number * STEP, NOON + 40 * number) for number in range(6)]
        jump = Fix(LON + 0.1, LAT, NOON + 81)  # seven kilometres away, one second later

        assert spikes([*walk[:3], jump, *walk[3:]]) == [3]
        assert not is_ride([*walk[:3], jump, *walk[3:]])

    def test_a_wrong_first_point_is_dropped_and_not_all_that_follow(self):
        walk = [Fix(LON, LAT + number * STEP, NOON + 40 * number) for number in range(1, 6)]

        assert spikes([Fix(LON + 1, LAT, NOON), *walk]) == [0]

    def test_a_ride_by_car_is_no_series_of_spikes(self):
        drive = [Fix(LON, LAT + number * STEP, NOON + number) for number in range(20)]  # 50 m/s

        assert is_ride(drive)

    def test_a_track_without_times_has_no_spikes(self):
        assert spikes([Fix(LON, LAT), Fix(LON + 5, LAT), Fix(LON, LAT)]) == []

    def test_a_degree_of_latitude_is_111_km(self):
        assert distance_m(Fix(20, 50), Fix(20, 51)) == pytest.approx(111_195)
        assert distance_m(Fix(20, 60), Fix(21, 60)) == pytest.approx(111_195 / 2, rel=1e-6)

    def test_parts_that_meet_are_one_line_and_others_are_not(self):
        one, next_to, apart = (
            LineString([(0, 0), (10, 0)]),
            LineString([(12, 0), (20, 0)]),
            LineString([(30, 0), (40, 0)]),
        )

        assert list(joined([one, next_to]).coords) == [(0, 0), (10, 0), (12, 0), (20, 0)]
        assert len(joined([one, next_to, apart]).geoms) == 2

    @given(st.floats(0, 60), st.lists(st.floats(1, 50), min_size=1, max_size=5))
    def test_cutting_takes_the_same_length_off_both_ends(self, metres, lengths):
        east = 0.0
        parts = []
        for length in lengths:
            parts.append(LineString([(east, 0), (east + length, 0)]))
            east += length + 10
        whole = joined(parts)

        rest = cut_ends(whole, metres)

        assert (0 if rest is None else rest.length) == pytest.approx(max(0, whole.length - 2 * metres), abs=1e-6)

    @given(st.lists(st.sampled_from([Fix(1, 1), Fix(1, 2), Fix(2, 2)]), max_size=20))
    def test_no_two_points_in_a_row_are_one(self, fixes):
        kept = without_doubled(fixes)

        assert all(one != other for one, other in pairwise(kept))
        assert set(kept) == set(fixes)
        assert without_doubled(kept) == kept


class TestTracks:
    @pytest.mark.parametrize(
        ("file", "lines", "waypoints"),
        [
            ("apidae_test_trek.gpx", [(False, [13])], 0),
            ("trace_with_multiple_continuous_features.gpx", [(False, [3, 3]), (False, [2, 4, 4])], 0),
            ("trace_with_route_points.gpx", [(True, [13])], 0),
            ("trace_with_no_feature.gpx", [], 0),
            ("trace_with_no_line.kml", [], 1),
            ("trace.kml", [(False, [61])], 1),
        ],
    )
    def test_of_others_have_the_points_that_their_keeper_counts(self, shared_data, file, lines, waypoints):
        found = read_tracks(shared_data / "trails" / file)

        assert [(line.is_route, [len(part) for part in line.parts]) for line in found.lines] == lines
        assert len(found.waypoints) == waypoints

    def test_a_file_with_a_bare_ampersand_is_not_well_formed(self, shared_data):
        assert fault_of(read_trails, shared_data / "trails" / "file_good_encoding.kml") == "not-well-formed"

    @given(
        st.lists(
            st.lists(
                st.tuples(st.floats(14.2, 24, allow_nan=False), st.floats(49.1, 54.8, allow_nan=False)),
                min_size=1,
                max_size=6,
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_every_point_of_a_gpx_is_read_as_it_was_written(self, tmp_path_factory, parts):
        path = write(tmp_path_factory.mktemp("gpx"), GPX.format(track(*parts)))

        (line,) = read_tracks(path).lines

        assert [[(fix.lon, fix.lat) for fix in part] for part in line.parts] == parts

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused_with_words(self, tmp_path_factory, content):
        path = tmp_path_factory.mktemp("any") / "x.gpx"
        path.write_bytes(content)

        for read in (read_tracks, read_trails, read_places):
            with suppress(UnreadableFileError):
                list(getattr(read(path), "records", ()))

    def test_points_that_are_no_places_are_counted(self, tmp_path):
        bad = '<trkpt lon="x" lat="50"/><trkpt lon="nan" lat="50"/><trkpt lon="0" lat="0"/><trkpt lon="200" lat="50"/>'

        (line,) = read_tracks(write(tmp_path, GPX.format(f"<trk><trkseg>{bad}{points(north(2))}</trkseg></trk>"))).lines

        assert (line.unreadable, len(line.parts[0])) == (4, 2)

    def test_a_kml_in_a_polish_encoding_that_it_does_not_declare(self, tmp_path):
        text = (
            '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>Żółta ścieżka</name><LineString><coordinates>'
            "19.83,50.21,300 19.84,50.22,310</coordinates></LineString></Placemark></kml>"
        )

        reading = read_trails(write(tmp_path, text, "a.kml", "cp1250"))

        assert [record.name for record in reading.records] == ["Żółta ścieżka"]
        assert "encoding-guessed" in rules(reading)

    def test_too_many_points_are_refused(self, tmp_path):
        assert fault_of(read_trails, write(tmp_path, GPX.format(track([(LON, LAT)] * 100_001)))) == "too-many-points"

    def test_a_large_file_is_refused_unread(self, tmp_path):
        path = tmp_path / "a.gpx"
        with path.open("wb") as stream:
            stream.write(b"<gpx>")
            stream.truncate((20 << 20) + 1)

        assert fault_of(read_trails, path) == "file-too-large"


class TestTrails:
    def test_a_track_is_measured_and_simplified(self, tmp_path):
        (record,) = read_trails(write(tmp_path, GPX.format(track(north(21), name="Dolina")))).records

        assert record.measured_m == pytest.approx(1000, abs=2)
        assert len(record.geometry.coords) == 2  # nineteen points of a straight line say nothing
        assert (record.identifier, record.name, record.kind, record.is_loop) == ("dolina", "Dolina", "piesza", False)

    def test_what_the_person_says_counts_for_a_file_with_one_trail(self, tmp_path):
        wishes = Wishes("dp", "Dolina Prądnika", "rowerowa", "zielony", 1.2)

        (record,) = read_trails(write(tmp_path, GPX.format(track(north(21)))), wishes).records

        assert (record.identifier, record.name, record.kind, record.colour, record.published_m) == (
            "dp", "Dolina Prądnika", "rowerowa", "zielony", 1200,
        )  # fmt: skip

    def test_spikes_and_doubled_points_are_dropped_and_told(self, tmp_path):
        places = [*north(3), (LON + 0.1, LAT), *north(3, start=2)]
        reading = read_trails(write(tmp_path, GPX.format(track(places, every_s=40))))

        (record,) = reading.records

        assert record.measured_m == pytest.approx(200, abs=1)
        assert {"trail-spike", "repeated-vertices", "trail-from-receiver"} <= set(rules(reading))

    def test_the_ends_of_a_walkers_track_can_be_cut(self, tmp_path):
        reading = read_trails(write(tmp_path, GPX.format(track(north(21), every_s=40))), Wishes(cut_m=200))

        (record,) = reading.records

        assert record.measured_m == pytest.approx(600, abs=2)
        assert "trail-from-receiver" not in rules(reading)

    def test_tracks_of_two_names_are_two_trails(self, tmp_path):
        text = GPX.format(track(north(3), name="Zielona") + track(north(3, start=9), name="Czarna"))
        reading = read_trails(write(tmp_path, text), Wishes(name="Moja"))

        assert [record.identifier for record in reading.records] == ["zielona", "czarna"]
        assert "trail-several" in rules(reading)

    def test_tracks_that_continue_one_another_are_one_line(self, tmp_path):
        (record,) = read_trails(
            write(tmp_path, GPX.format(track(north(3), north(3, start=2)) + track(north(2, start=4))))
        ).records

        assert isinstance(record.geometry, LineString)
        assert record.measured_m == pytest.approx(250, abs=1)

    def test_a_route_serves_where_there_is_no_track(self, tmp_path):
        route = f"<rte>{points(north(5), tag='rtept')}</rte>"
        alone, beside = (
            write(tmp_path, GPX.format(route), "a.gpx"),
            write(tmp_path, GPX.format(route + track(north(3))), "b.gpx"),
        )

        (record,) = read_trails(alone).records
        (other,) = read_trails(beside).records

        assert (record.measured_m, other.measured_m) == (pytest.approx(200, abs=1), pytest.approx(100, abs=1))

    def test_a_loop_ends_where_it_began(self, tmp_path):
        ring = [(LON + 0.01 * math.cos(angle / 8), LAT + 0.01 * math.sin(angle / 8)) for angle in range(51)]

        (record,) = read_trails(write(tmp_path, GPX.format(track([*ring, ring[0]])))).records

        assert record.is_loop

    def test_a_zipped_track_is_unpacked_under_a_name_of_ours(self, tmp_path):
        path = tmp_path / "trasa.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("../../../evil.gpx", GPX.format(track(north(3), name="Dobra")))

        assert [record.name for record in read_trails(path).records] == ["Dobra"]
        assert not (tmp_path.parent / "evil.gpx").exists()

    def test_geojson_of_a_list(self, tmp_path):
        line = {"type": "LineString", "coordinates": north(21)}
        said = {"id": "H01", "name": "Szlak", "kind": "piesza", "colour": "Czerwony", "length_km": 1.1, "loop": False}
        estimated = said | {"id": "H02", "length_source": "estimated (geometry x 1.15)"}
        short = said | {"id": "H03", "length_km": 5}
        features = [{"type": "Feature", "properties": one, "geometry": line} for one in (said, estimated, short)]
        text = json.dumps({"type": "FeatureCollection", "features": features})

        reading = read_trails(write(tmp_path, text, "a.geojson"))
        records = list(reading.records)

        assert [(one.identifier, one.published_m, one.colour) for one in records] == [
            ("H01", 1100, "czerwony"), ("H02", None, "czerwony"), ("H03", 5000, "czerwony"),
        ]  # fmt: skip
        assert rules(reading) == ["trail-length-estimated", "trail-length-differs"]

    @pytest.mark.parametrize(
        ("said", "rule"),
        [
            ({"id": "a", "kind": "piesza"}, "trail-incomplete"),
            ({"id": "a", "name": "A", "kind": "lotnicza"}, "trail-kind-unknown"),
            ({"id": "a", "name": "A", "kind": "konna", "colour": "beż"}, "trail-colour-unknown"),
            ({"id": "a", "name": "=1+1", "kind": "konna"}, "formula-like-text"),
        ],
    )
    def test_defects_of_a_list_are_named(self, tmp_path, said, rule):
        feature = {"type": "Feature", "properties": said, "geometry": {"type": "LineString", "coordinates": north(3)}}

        reading = read_trails(write(tmp_path, json.dumps(feature), "a.geojson"))

        assert rules(reading) == [rule]

    def test_the_trails_of_the_dossier_are_read_whole(self, shared_data):
        reading = read_trails(shared_data.parent / "trails.geojson")
        records = {record.identifier: record for record in reading.records}

        assert len(records) == 23
        assert {name: records[name].published_m for name in ("H01", "H03", "H05", "H06", "H07")} == {
            "H01": 13_600, "H03": 9_000, "H05": 9_500, "H06": 5_300, "H07": 9_200,
        }  # fmt: skip
        with (shared_data.parent / "trails.geojson").open() as stream:
            drawn = {
                one["properties"]["id"]: one["properties"]["geom_length_km"] for one in json.load(stream)["features"]
            }
        assert {name: record.measured_m / 1000 for name, record in records.items()} == pytest.approx(drawn, rel=0.01)


CSV_HEAD = "id,name_pl,kind,lon,lat,description_pl,source_confidence"


class TestPlaces:
    def test_the_places_of_the_dossier(self, shared_data):
        reading = read_places(shared_data.parent / "places.csv")
        records = {record.identifier: record for record in reading.records}

        assert len(records) == 103
        assert reading.problems == []
        levels = [record.confidence for record in records.values()]
        assert (levels.count("high"), levels.count("medium"), levels.count("low")) == (14, 32, 57)
        assert {record.kind for record in records.values()} == PLACE_KINDS.keys()
        castle = records["zamek-pieskowa-skala"]
        assert castle.name == "Zamek w Pieskowej Skale"
        assert castle.confidence_note == "S, two public lists agree within 60 m"

    def test_castles_of_the_eagles_nests_have_no_kind_and_say_so(self, shared_data):
        reading = read_places(shared_data / "poi" / "orle_gniazda_zamki.geojson")

        assert (list(reading.records), reading.read) == ([], 17)
        assert set(rules(reading)) == {"place-kind-unknown"}

    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            ("id;nazwa;rodzaj;lon;lat\nz;Źródło;źródło;19,83;50,2119\n", "cp1250"),
            ("id\tnazwa\trodzaj\tlon\tlat\nz\tŹródło\tspring\t19.83\t50.2119\n", "utf-8-sig"),
            ('id,nazwa,rodzaj,lon,lat\nz,"Źródło",spring,"19,83","50,2119"\n', "utf-16"),
        ],
    )
    def test_tables_as_offices_write_them(self, tmp_path, text, encoding):
        (record,) = read_places(write(tmp_path, text, "m.csv", encoding)).records

        assert (record.identifier, record.name, record.kind) == ("z", "Źródło", "spring")
        assert (record.geometry.x, record.geometry.y) == (
            pytest.approx(7416492.7, abs=0.1), pytest.approx(5564643.7, abs=0.1),
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ("a,,castle,19.8,50.2,,", ["place-incomplete"]),
            ("a,A,zamczysko,19.8,50.2,,", ["place-kind-unknown"]),
            ("a,A,castle,wschód,50.2,,", ["geometry-empty"]),
            ("a,A,castle,50.2,19.8,,", ["axes-swapped"]),
            ("a,A,castle,2.3,48.8,,", ["outside-poland"]),
            ("a,=cmd(),castle,19.8,50.2,,", ["formula-like-text"]),
            ("a,A,castle,19.8,50.2", ["table-row-length"]),
        ],
    )
    def test_defects_of_a_row_are_named(self, tmp_path, row, expected):
        reading = read_places(write(tmp_path, f"{CSV_HEAD}\n{row}\n", "m.csv"))
        list(reading.records)

        assert rules(reading) == expected

    def test_waypoints_of_a_gpx(self, tmp_path):
        text = GPX.format('<wpt lon="19.83" lat="50.2119"><name>Zamek</name><type>zamek</type><desc>Ruiny</desc></wpt>')

        (record,) = read_places(write(tmp_path, text)).records

        assert (record.identifier, record.kind, record.description) == ("zamek", "castle", "Ruiny")

    def test_only_pages_are_links(self, tmp_path):
        text = "nazwa;rodzaj;lon;lat;www;gmina\nA;park;19.83;50.21;javascript:alert(1);1206103;\n"
        reading = read_places(write(tmp_path, text, "m.csv"))

        (record,) = reading.records

        assert (record.url, record.located_in) == ("", ("120610",))
        assert "place-link-refused" in rules(reading)

    def test_kinds_have_polish_words(self):
        assert [kind_of(word) for word in ("Zamek", "kaplica", "punkt widokowy", "cave", "")] == [
            "castle", "church", "viewpoint", "cave", None,
        ]  # fmt: skip


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("file", "rule"),
        [
            ("csv_formula.csv", "missing-column"),
            ("clean.pdf", "unsupported-format"),
            ("entity_bomb_small.gml", "doctype-forbidden"),
            ("xxe_external_entity.gml", "doctype-forbidden"),
            ("gzip_bomb_20MB.json.gz", "unsupported-format"),
            ("zip_bomb_20MB.zip", "unsupported-format"),
            ("zip_slip.zip", "unsupported-format"),
            ("decompression_bomb_16000x16000.png", "unsupported-format"),
            ("html_named.jpg", "html-page"),
            ("script.svg", "unknown-namespace"),
        ],
    )
    def test_are_refused_as_a_whole(self, shared_data, file, rule):
        assert fault_of(read_places, shared_data / "hostile" / file) == rule

    @pytest.mark.parametrize(
        ("file", "rule"),
        [
            ("nan_coords.geojson", "not-finite"),
            ("swapped_axes.geojson", "axes-swapped"),
            ("bowtie.geojson", "geometry-wrong-type"),
        ],
    )
    def test_or_their_object_is(self, shared_data, file, rule):
        for read in (read_places, read_trails):
            reading = read(shared_data / "hostile" / file)

            assert list(reading.records) == []
            assert rule in rules(reading)

    def test_a_deeply_nested_document_is_refused(self, tmp_path):
        path = write(tmp_path, '{"type":"FeatureCollection","features":' + "[" * 100_000, "a.geojson")

        assert fault_of(read_places, path) == "not-json"


class TestWords:
    @given(st.text(max_size=60))
    def test_an_identifier_is_fit_for_an_address_or_empty(self, text):
        made = identifier_of(text, text)

        assert made == "" or (made.isascii() and " " not in made and "/" not in made and len(made) <= 80)
        assert slug(slug(text)) == slug(text)

    @given(st.text(max_size=20))
    def test_no_cell_of_a_spreadsheet_begins_a_formula(self, text):
        assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))
        assert harmless(text).removeprefix("'") == text or harmless(text) == text
