"""One way in: all or nothing, nothing twice, and a report of what was refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.records import ParcelRecord, Problem, UnreadableFileError
from spatial.cadastre.models import CadastralDistrict, CadastralUnit, Parcel
from spatial.imports.models import Finding, Snapshot
from spatial.imports.registry import Terms, WrongUse
from spatial.imports.services import run_import, sha256_of
from spatial.municipalities.models import Municipality
from tests.factories import EAST, NORTH, TODAY
from tests.spatial.deliveries import DISTRICT, FIRST, SECOND, deliver, parcel, rules

BAD = Problem("geometry-self-intersects", "error", f"{DISTRICT}.2", "Granica przecina sama siebie.", (EAST, NORTH))


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Parcel, CadastralDistrict, CadastralUnit, Snapshot, Finding))


@pytest.mark.usefixtures("skala")
class TestRefusal:
    def test_one_error_refuses_the_file_and_leaves_no_trace(self):
        before = counts()

        report = deliver([parcel("1")], problems=[BAD])

        assert (report.outcome, report.exit_code, report.refused, report.published) == ("refused", 1, 1, 0)
        assert counts() == before

    def test_the_good_objects_are_published_when_a_person_says_so(self):
        report = deliver([parcel("1")], problems=[BAD], skip_refused=True)

        assert (report.outcome, report.refused) == ("published", 1)
        assert Parcel.objects.count() == 1
        assert Finding.objects.filter(severity="error").get().geom.coords == (EAST, NORTH)

    def test_what_we_hold_of_a_refused_object_stays(self):
        deliver([parcel("1"), parcel("2", east=200)])

        deliver([parcel("1")], problems=[BAD], skip_refused=True, state_on=SECOND)

        assert Parcel.objects.current().count() == 2

    def test_an_error_of_the_whole_file_refuses_it_in_any_case(self):
        whole = Problem("zones-gap", "error", "", "Luka.")

        report = deliver([parcel("1")], problems=[whole], skip_refused=True)

        assert report.outcome == "refused"

    def test_objects_of_another_municipality_are_not_taken(self):
        foreign = parcel("1", identifier="120613_2.0001.1")

        report = deliver([parcel("1"), foreign])

        assert rules(report) == ["other-municipality"]
        assert [problem.object for problem in report.findings if problem.severity == "error"] == ["120613_2.0001.1"]


@pytest.mark.usefixtures("skala")
class TestTransaction:
    @pytest.mark.parametrize("fault", [KeyboardInterrupt, RuntimeError, UnreadableFileError("truncated", "Ucięty.")])
    def test_a_break_in_the_middle_leaves_nothing(self, fault):
        before = counts()

        def broken() -> Iterator[ParcelRecord]:
            yield parcel("1")
            raise fault

        with pytest.raises((KeyboardInterrupt, RuntimeError, UnreadableFileError)):
            deliver_stream(broken())

        assert counts() == before

    def test_a_break_after_the_rows_are_written_leaves_nothing(self, monkeypatch):
        before = counts()
        monkeypatch.setattr("spatial.cadastre.importers.link_successors", fail)

        with pytest.raises(RuntimeError):
            deliver([parcel("1")])

        assert counts() == before

    def test_a_dry_run_does_everything_and_keeps_nothing(self):
        before = counts()

        report = deliver([parcel("1")], dry_run=True)

        assert (report.outcome, report.exit_code, report.published) == ("dry-run", 0, 0)
        assert report.counts["parcel"]["added"] == 1
        assert counts() == before


def fail(*_: object) -> None:
    raise RuntimeError


def deliver_stream(records: Iterator[ParcelRecord]) -> None:
    from data.records import Reading
    from spatial.imports import registry
    from spatial.imports.services import Origin, publish

    publish(
        source=registry.source("egib"),
        reading=Reading(records, state_on=FIRST),
        origin=Origin("test.gml", "a" * 64),
        terms=Terms(),
        today=TODAY,
    )


class TestMunicipality:
    def test_an_unknown_one_is_named(self, db):
        with pytest.raises(WrongUse, match=r"Nie znamy gminy 120610"):
            deliver([parcel("1")])

    def test_may_be_created_by_name(self, db):
        deliver([parcel("1")], create_municipality="Skała")

        created = Municipality.objects.get()
        assert (created.teryt, created.name) == ("120610", "Skała")
        assert created.boundary.area == pytest.approx(10_000)
        assert Parcel.objects.count() == 1

    def test_must_be_said_when_the_file_does_not(self, skala):
        with pytest.raises(WrongUse, match="--municipality"):
            deliver([])


@pytest.mark.usefixtures("skala")
class TestFiles:
    def test_an_unknown_source_lists_the_known_ones(self, tmp_path):
        with pytest.raises(WrongUse, match="egib"):
            run_import(source="shp", paths=[tmp_path], terms=Terms(), today=TODAY)

    def test_a_missing_file_is_wrong_use(self, tmp_path):
        with pytest.raises(WrongUse, match="Nie ma pliku"):
            run_import(source="egib", paths=[tmp_path / "brak.gml"], terms=Terms(), today=TODAY)

    def test_an_option_of_another_source_is_wrong_use(self, tmp_path):
        file = tmp_path / "a.gml"
        file.write_text("<a/>")

        with pytest.raises(WrongUse, match="--mapping"):
            run_import(source="egib", paths=[file], terms=Terms(options={"mapping": "uldk"}), today=TODAY)

    def test_the_hash_of_one_file_is_its_own(self, tmp_path):
        import hashlib

        one = file_with(tmp_path / "a", "a")
        two = file_with(tmp_path / "b", "b")

        assert sha256_of([one]) == hashlib.sha256(b"a").hexdigest()
        assert sha256_of([one, two]) != sha256_of([two, one])


def file_with(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
