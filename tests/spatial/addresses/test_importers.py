"""Addresses of a voivodeship, TERYT of the country: ours go into the registers, others are counted."""

import json
from datetime import date

import pytest

from spatial.cadastre.models import AddressPoint, Locality, Street
from spatial.imports.models import Snapshot
from spatial.imports.registry import Terms, WrongUse
from spatial.imports.services import run_import
from tests.data import addressing_samples as made
from tests.factories import TODAY
from tests.spatial.deliveries import rules

pytestmark = pytest.mark.usefixtures("skala")

SKALA = made.locality("9900001", "Skała", teryt="1206104", kind="96")
OJCOW = made.locality("9900009", "Ojców")
KRAKOWSKA = made.street(
    "91000", "9900001", "<prgad:rodzaj>1</prgad:rodzaj><prgad:TERYTNazwa1>Krakowska</prgad:TERYTNazwa1>",
    shape='<gml:LineString srsName="EPSG:2180"><gml:posList>560800 262900 560900 262900</gml:posList></gml:LineString>',
)  # fmt: skip


@pytest.fixture
def bring(tmp_path):
    """Import a text as a file of one source for Skała."""

    def bring(text, source="addresses", name="a.gml", municipality="120610", state_on=date(2026, 1, 1), **terms):
        path = tmp_path / name
        path.write_text(text)
        asked = Terms(municipality=municipality, state_on=state_on, **terms)
        return run_import(source=source, paths=[path], terms=asked, today=TODAY)

    return bring


def labels():
    return sorted(AddressPoint.objects.current().values_list("label", flat=True))


class TestPrg:
    def test_brings_localities_streets_and_addresses_together(self, bring):
        report = bring(
            made.prg_2021(
                made.address("a1", "12a", "9900001", ulic="91000"), SKALA, OJCOW, KRAKOWSKA,
                made.address("a2", "7", "9900009"),
            )
        )  # fmt: skip

        assert (report.outcome, report.findings) == ("published", ())
        assert labels() == ["Ojców 7", "ul. Krakowska 12A, Skała"]
        assert dict(Locality.objects.values_list("simc", "kind")) == {"9900001": "miasto", "9900009": "wieś"}
        assert Street.objects.get().geom.length == pytest.approx(100, abs=0.1)
        assert report.counts["addresspoint"]["added"] == 2

    def test_others_are_counted_and_their_defects_are_not_ours(self, bring):
        foreign = made.locality("9900050", "Iwanowice", teryt="1206032")
        report = bring(
            made.prg_2021(
                foreign, made.address("f1", "", "9900050"), made.address("f2", "5", "9900050", ulic="99999"), OJCOW,
                made.address("a2", "7", "9900009"),
            )
        )  # fmt: skip

        assert report.outcome == "published"
        assert rules(report, "info") == ["others-skipped"]
        assert "3 (gmin: 1)" in report.findings[0].message
        assert labels() == ["Ojców 7"]

    def test_a_missing_address_is_closed_only_in_localities_that_the_file_has(self, bring):
        both = (
            SKALA,
            KRAKOWSKA,
            OJCOW,
            made.address("a1", "1", "9900001", ulic="91000"),
            made.address("a2", "7", "9900009"),
        )
        bring(made.prg_2021(*both))

        report = bring(made.prg_2021(OJCOW, made.address("a3", "8", "9900009")), state_on=date(2026, 6, 1))

        assert report.counts["addresspoint"] == {"added": 1, "changed": 0, "removed": 1, "unchanged": 0}
        assert labels() == ["Ojców 8", "ul. Krakowska 1, Skała"]

    def test_the_same_content_again_changes_nothing(self, bring):
        text = made.prg_2021(OJCOW, made.address("a2", "7", "9900009"))
        bring(text)

        report = bring(f"{text}\n<!-- other bytes -->")

        assert report.outcome == "unchanged"
        assert Snapshot.objects.count() == 1

    def test_of_two_versions_the_newer_counts(self, bring):
        report = bring(
            made.prg_2021(
                OJCOW,
                made.address("a2", "8", "9900009", version="2026-01-02T00:00:00"),
                made.address("a2", "7", "9900009", version="2025-01-02T00:00:00"),
            )
        )

        assert labels() == ["Ojców 8"]
        assert rules(report, "info") == ["older-version"]

    def test_one_version_twice_refuses_the_address(self, bring):
        report = bring(made.prg_2021(OJCOW, made.address("a2", "7", "9900009"), made.address("a2", "9", "9900009")))

        assert (report.outcome, rules(report)) == ("refused", ["duplicate-id"])

    def test_axes_the_wrong_way_round_are_told_from_another_place(self, bring):
        north_first = made.RYNEK[::-1]
        report = bring(made.prg_2021(OJCOW, made.address("a2", "7", "9900009", place=north_first)))

        assert (report.outcome, rules(report)) == ("refused", ["axes-swapped"])

    def test_an_address_beyond_the_boundary_is_told(self, bring, skala):
        _, north, east_to, north_to = skala.boundary.extent
        from pyproj import Transformer

        outside = Transformer.from_crs(2178, 2180, always_xy=True).transform(east_to + 900, (north + north_to) / 2)
        report = bring(made.prg_2021(OJCOW, made.address("a2", "7", "9900009", place=outside)))

        assert report.outcome == "published"
        assert rules(report, "warning") == ["address-outside-boundary"]

    def test_a_dangling_street_refuses_the_address_and_keeps_the_one_we_hold(self, bring):
        bring(made.prg_2021(SKALA, KRAKOWSKA, made.address("a1", "1", "9900001", ulic="91000")))
        broken = made.prg_2021(SKALA, made.address("a1", "1", "9900001", ulic="95555"))

        report = bring(broken, state_on=date(2026, 6, 1))
        again = bring(broken, state_on=date(2026, 6, 1), skip_refused=True)

        assert (report.outcome, rules(report)) == ("refused", ["street-link-dangling"])
        assert again.outcome in {"published", "unchanged"}
        assert labels() == ["ul. Krakowska 1, Skała"]

    def test_a_locality_of_the_other_municipality_is_refused(self, bring, suloszowa):
        Locality.objects.create(simc="9900009", name="Ojców", kind="wieś", municipality=suloszowa)

        report = bring(made.prg_2021(OJCOW, made.address("a2", "7", "9900009")))

        assert set(rules(report)) == {"other-municipality", "address-locality-unknown"}

    def test_the_older_model_says_the_same(self, bring):
        report = bring(made.prg_2012())

        assert report.outcome == "published"
        assert labels() == ["ul. gen. Józefa Bema 2, Cianowice"]
        assert Locality.objects.get().kind == "miejscowość"

    def test_whose_file_it_is_must_be_said(self, bring):
        with pytest.raises(WrongUse, match="--municipality"):
            bring(made.prg_2021(OJCOW), municipality=None)

    def test_a_new_municipality_gets_the_ground_of_its_own_objects(self, bring):
        foreign = made.address("f1", "1", "9900050", place=(650_000, 480_000))
        text = made.prg_2021(
            made.locality("9900050", "Obca", teryt="1206032"), foreign, OJCOW, made.address("a2", "7", "9900009")
        )

        report = bring(text, municipality="120610", create_municipality="Skała")

        assert report.outcome == "published"


class TestFlatFiles:
    def test_need_the_registers_first(self, bring):
        text = "simc;numer;lon;lat;teryt\n9900009;7;19.8297;50.2098;1206105\n"

        before = bring(text, name="a.csv")
        bring(made.table(made.SIMC_HEAD, ["12;06;10;5;01;1;Ojców;9900009;9900009;2026-01-01"]), "simc", "s.csv")
        after = bring(text, name="a.csv")

        assert rules(before) == ["address-locality-unknown"]
        assert after.outcome == "published"
        assert labels() == ["Ojców 7"]

    def test_without_a_gmina_ours_are_those_of_our_localities(self, bring):
        bring(made.table(made.SIMC_HEAD, ["12;06;10;5;01;1;Ojców;9900009;9900009;2026-01-01"]), "simc", "s.csv")

        report = bring("simc;numer;lon;lat\n9900009;7;19.8297;50.2098\n9900088;1;21;52\n", name="a.csv")

        assert labels() == ["Ojców 7"]
        assert rules(report, "info") == ["others-skipped"]


class TestTeryt:
    ROWS = ("12;06;10;4;96;1;Skała;9900001;9900001;2026-01-01", "12;06;13;2;01;1;Sułoszowa;0337231;0337231;2026-01-01")

    def test_an_older_list_is_refused(self, bring):
        bring(made.table(made.SIMC_HEAD, self.ROWS), "simc", "s.csv", state_on=date(2026, 6, 1))

        older = made.table(made.SIMC_HEAD, [row.replace("Skała", "Skala") for row in self.ROWS])
        report = bring(older, "simc", "s.csv", state_on=date(2026, 1, 1))

        assert "older-state" in {finding.rule for finding in report.findings}
        assert not Locality.objects.filter(name="Skala").exists()

    def test_localities_of_the_country(self, bring):
        report = bring(made.table(made.SIMC_HEAD, self.ROWS), "simc", "s.csv", state_on=None)

        assert (report.outcome, report.state_on) == ("published", date(2026, 1, 1))
        assert list(Locality.objects.values_list("simc", "name", "kind")) == [("9900001", "Skała", "miasto")]

    def test_those_that_the_register_no_longer_has_stay_and_are_told(self, bring, skala):
        Locality.objects.create(simc="9900077", name="Stara", kind="wieś", municipality=skala)

        report = bring(made.table(made.SIMC_HEAD, self.ROWS), "simc", "s.csv")

        assert rules(report, "warning") == ["locality-not-in-register"]
        assert Locality.objects.filter(pk="9900077").exists()

    def test_streets_come_by_name_and_prg_adds_the_shape(self, bring):
        bring(made.table(made.SIMC_HEAD, self.ROWS), "simc", "s.csv")
        ulic = ["12;06;10;4;9900001;91000;ul.;Krakowska;;2026-01-02", "12;06;10;4;9900066;91001;ul.;Polna;;2026-01-02"]
        report = bring(made.table(made.ULIC_HEAD, ulic), "ulic", "u.csv", state_on=None)

        other = "<prgad:rodzaj>1</prgad:rodzaj><prgad:TERYTNazwa1>KRAKOWSKA</prgad:TERYTNazwa1>"
        bring(
            made.prg_2021(
                SKALA,
                made.street(
                    "91000", "9900001", other, shape=KRAKOWSKA.partition("geometria>")[2].partition("</prgad")[0]
                ),
            )
        )

        assert rules(report, "warning") == ["locality-missing"]
        street = Street.objects.get()
        assert (street.name, round(street.geom.length)) == ("ul. Krakowska", 100)


class TestStreetsCollection:
    def test_serves_streets_that_have_a_shape(self, bring, client):
        bring(
            made.prg_2021(
                SKALA, KRAKOWSKA, made.street("91009", "9900001", "<prgad:nazwaPelna>ulica Nowa</prgad:nazwaPelna>")
            )
        )

        (feature,) = json.loads(client.get("/ogc/collections/streets/items").content)["features"]

        assert Street.objects.count() == 2
        assert (feature["id"], feature["properties"]["name"]) == ("9900001-91000", "ul. Krakowska")
        assert feature["geometry"]["type"] == "MultiLineString"
        assert client.get("/ogc/collections/streets/items/9900001-91000").status_code == 200
        assert client.get("/ogc/collections/streets/items/9900001-91009").status_code == 404


class TestUnfitFiles:
    @pytest.mark.parametrize(
        "source", ["addresses", "terc", "simc", "ulic", "boundaries", "protected-areas", "places", "trails"]
    )
    @pytest.mark.parametrize(
        "content", [b"", b"\x00\x01\x02", b"PK\x03\x04zip?", b"<a", b"{", b"\xff\xfe", b";;;\n;;;\n", b"%PDF-1.7"]
    )
    def test_are_reported_and_leave_nothing(self, tmp_path, source, content):
        path = tmp_path / "plik.csv"
        path.write_bytes(content)

        report = run_import(source=source, paths=[path], terms=Terms(municipality="120610"), today=TODAY)

        assert (report.outcome, report.exit_code, len(report.findings)) == ("unreadable", 2, 1)
        assert report.findings[0].message.endswith(".")
        assert not Snapshot.objects.exists()

    @pytest.mark.parametrize("source", ["addresses", "terc", "simc", "ulic", "boundaries", "protected-areas"])
    def test_of_the_hostile_kind_are_refused(self, shared_data, source):
        for path in sorted((shared_data / "hostile").iterdir()):
            report = run_import(source=source, paths=[path], terms=Terms(municipality="120610"), today=TODAY)

            assert report.outcome in {"unreadable", "refused"}, (path.name, report.findings)
        assert not Snapshot.objects.exists()
