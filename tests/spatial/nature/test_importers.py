"""Protected areas: kinds told by codes, layers or people; whole areas, near ones only, each served once."""

import json
from datetime import date
from zipfile import ZipFile

import geopandas
import pytest
import shapely

from data.readers.protected_areas import kind_of
from spatial.imports.registry import Terms, WrongUse
from spatial.imports.services import run_import
from spatial.nature.collections import areas_of_all_days, current_areas
from spatial.nature.models import ProtectedArea
from tests.factories import EAST, NORTH, TODAY, rectangle
from tests.spatial.deliveries import rules

pytestmark = pytest.mark.django_db


def area(code, name, *, east=0.0, side=1000.0, **fields):
    shape = shapely.box(EAST + east, NORTH, EAST + east + side, NORTH + side)
    return {"kodinspire": code, "nazwa": name, "geometry": shape, **fields}


PARK = area("PL.ZIPOP.1393.PN.99", "Przykładowy Park Narodowy", east=-30_000, side=31_000)
BUFFER = area("PL.ZIPOP.1393.PN.99", "Przykładowy Park Narodowy - otulina", east=1000)
FAR = area("PL.ZIPOP.1393.PN.98", "Daleki Park Narodowy", east=300_000)


@pytest.fixture
def bring(tmp_path, skala):
    """Write areas as a zipped shapefile in cp1250 without .cpg, as GDOŚ sends them."""

    def bring(*areas, layer="ParkiNarodowe", municipality="120610", **terms):
        frame = geopandas.GeoDataFrame(list(areas), crs=2178).to_crs(2180)
        folder = tmp_path / f"{layer}-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        frame.to_file(folder / f"{layer}.shp", encoding="cp1250", engine="pyogrio")
        path = folder / f"{layer}.zip"
        with ZipFile(path, "w") as archive:
            for part in folder.glob(f"{layer}.*"):
                if part.suffix not in {".cpg", ".zip"}:
                    archive.write(part, part.name)
        asked = Terms(municipality=municipality, **{"state_on": date(2026, 1, 1)} | terms)
        return run_import(source="protected-areas", paths=[path], terms=asked, today=TODAY)

    return bring


@pytest.mark.parametrize(
    ("values", "layer", "kind"),
    [
        ({"identifier": "PL.ZIPOP.1393.PN.17"}, "", "national-park"),
        ({"identifier": "PL.ZIPOP.1393.RP.12"}, "", "nature-reserve"),
        ({"identifier": "PL.ZIPOP.1393.N2K.PLH120004.H"}, "", "natura-2000-habitats"),
        ({"identifier": "PL.ZIPOP.1393.N2K.PLB120004.B"}, "", "natura-2000-birds"),
        ({"code": "PLH120004"}, "", "natura-2000-habitats"),
        ({}, "ObszaryChronionegoKrajobrazu", "protected-landscape"),
        ({}, "GDOS_Specjalne_Obszary_Ochrony_Polygon", "natura-2000-habitats"),
        ({}, "ObszarySpecjalnejOchronyPolygon", "natura-2000-birds"),
        ({"kind": "Rezerwat przyrody"}, "", "nature-reserve"),
        ({}, "dane", None),
    ],
)
def test_the_form_of_protection_is_told_by_code_layer_or_word(values, layer, kind):
    assert kind_of(values, layer) == kind


class TestImport:
    def test_keeps_areas_whole_and_buffer_zones_apart(self, bring):
        report = bring(PARK, BUFFER, FAR)

        park = ProtectedArea.objects.get(is_buffer=False)
        assert report.outcome == "published"
        assert (park.name, park.kind) == ("Przykładowy Park Narodowy", "national-park")
        assert park.geom.area / 1e6 == pytest.approx(31 * 31, rel=0.001)
        assert park.link.endswith("fop=PL.ZIPOP.1393.PN.99")
        assert ProtectedArea.objects.get(is_buffer=True).identifier == "PL.ZIPOP.1393.PN.99.otulina"
        assert rules(report, "info") == ["others-skipped"]

    def test_are_asked_about_by_place(self, bring):
        bring(PARK, BUFFER)
        here = rectangle(east=1200, north=200, width=50, height=50)

        assert [one.is_buffer for one in ProtectedArea.objects.current().touching(here)] == [True]
        assert not ProtectedArea.objects.current().forms().touching(here).exists()

    def test_a_file_of_one_kind_says_nothing_about_another(self, bring):
        bring(PARK)
        bring(area("PL.ZIPOP.1393.RP.1", "Rezerwat Dolina"), layer="Rezerwaty")

        report = bring(area("PL.ZIPOP.1393.RP.2", "Rezerwat Inny"), layer="Rezerwaty", state_on=date(2026, 6, 1))

        assert report.counts["protectedarea"]["removed"] == 1
        assert set(ProtectedArea.objects.current().values_list("kind", flat=True)) == {
            "national-park",
            "nature-reserve",
        }

    def test_a_broken_area_elsewhere_does_not_refuse_the_file(self, bring):
        twisted = shapely.Polygon([(0, 0), (900, 900), (900, 0), (0, 900)])
        far = FAR | {"geometry": shapely.affinity.translate(twisted, EAST + 300_000, NORTH)}
        near = FAR | {"geometry": shapely.affinity.translate(twisted, EAST, NORTH)}

        assert bring(PARK, far).outcome == "published"
        report = bring(PARK, near, state_on=date(2026, 6, 1))

        assert (report.outcome, rules(report)) == ("refused", ["geometry-self-intersects"])

    def test_an_unknown_form_must_be_said(self, bring):
        unknown = area("X.1", "Dolina")

        assert rules(bring(unknown, layer="dane")) == ["protected-kind-unknown"]
        report = bring(unknown, layer="dane", options={"form": "landscape-park"})

        assert report.outcome == "published"
        with pytest.raises(WrongUse, match="national-park"):
            bring(unknown, options={"form": "zoo"})

    def test_points_are_no_areas(self, bring):
        monument = area("PL.ZIPOP.1393.PP.1", "Dąb") | {"geometry": shapely.Point(EAST, NORTH)}

        assert rules(bring(monument, layer="PomnikiPrzyrody")) == ["geometry-wrong-type"]


class TestCollection:
    def test_an_area_of_two_municipalities_is_served_once(self, bring, suloszowa, client):
        for municipality in ("120610", "120613"):
            bring(PARK, municipality=municipality)

        assert ProtectedArea.objects.current().count() == 2
        assert current_areas().count() == 1
        assert areas_of_all_days().count() == 1
        answer = json.loads(client.get("/ogc/collections/protected-areas/items").content)
        (feature,) = answer["features"]
        assert feature["id"] == "PL.ZIPOP.1393.PN.99"
        assert feature["properties"]["kind_name"] == "park narodowy"
        assert client.get("/ogc/collections/protected-areas/items/PL.ZIPOP.1393.PN.99").status_code == 200
