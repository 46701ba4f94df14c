"""An upload is checked at once, shows what it would change, and reaches the registers only by a decision."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from services.identity.models import User
from spatial.cadastre.models import CadastralDistrict, CadastralUnit, Parcel
from spatial.errors import Refused
from spatial.imports import registry, uploads
from spatial.imports.models import Change, Finding, Replaced, Snapshot, Upload
from spatial.imports.progress import Busy, working_on
from spatial.imports.registry import Terms, WrongUse
from spatial.municipalities.models import Municipality
from tests import factories
from tests.spatial.deliveries import FIRST, SECOND, deliver, parcel

State = Upload.State
in_transaction = pytest.mark.django_db


@pytest.fixture
def feliks(skala) -> User:
    return User.objects.create_user("feliks-test")


def geojson(*parcels: tuple[str, int, int]) -> bytes:
    """A file in the form of our own export: (number, east, side), squares in EPSG:2178."""
    import json

    from tests.factories import EAST, NORTH

    features = [
        {
            "type": "Feature",
            "properties": {"identifier": f"120610_5.0007.{number}", "registered_area_m2": side * side},
            "geometry": shapely.geometry.mapping(shapely.box(EAST + east, NORTH, EAST + east + side, NORTH + side)),
        }
        for number, east, side in parcels
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2178"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}).encode()


def bringing(skala: Municipality, feliks: User) -> Callable[..., Upload]:
    def upload(content: bytes, name: str = "dzialki.geojson", **terms: object) -> Upload:
        return uploads.receive(
            source="parcels",
            files=[SimpleUploadedFile(name, content)],
            municipality=skala,
            terms=Terms(options={"mapping": "own-export"}, state_on=SECOND, **terms),
            by=feliks,
        )

    return upload


@pytest.fixture
def bring(skala, feliks):
    return bringing(skala, feliks)


@pytest.fixture
def committed(committing):
    """The worker has a connection of its own."""
    skala = factories.municipality("120610")
    feliks = User.objects.create_user("feliks-test")
    try:
        yield bringing(skala, feliks), feliks
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        for model in (Change, Finding, Upload, Parcel, CadastralDistrict, CadastralUnit, Replaced, Snapshot):
            model.objects.all().delete()
        skala.delete()
        feliks.delete()


def checked(upload: Upload) -> Upload:
    uploads.check(upload.pk)
    upload.refresh_from_db()
    return upload


def folder(upload: Upload) -> Path:
    return Path(settings.MEDIA_ROOT) / "uploads" / upload.folder


@in_transaction
class TestReceiving:
    def test_the_check_is_queued_with_the_files(self, bring):
        upload = bring(geojson(("1", 0, 100)))

        job = ProcrastinateJob.objects.get(task_name="imports.check")
        assert (upload.state, job.args) == ("queued", {"upload_id": upload.pk})
        assert [path.name for path in folder(upload).iterdir()] == ["dzialki.geojson"]

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\dane\\działki Skała.gml", "działki Skała.gml"),
            ("<script>.gml", "_script_.gml"),
            ("\x00\n", "_"),
            ("...", "plik"),
        ],
    )
    def test_names_lose_folders_and_control_characters(self, name, kept):
        assert uploads.safe_name(name) == kept

    def test_an_empty_file_is_refused_at_once(self, bring):
        with pytest.raises(Refused, match="pusty"):
            bring(b"")

        assert not Upload.objects.exists()

    def test_terms_the_source_does_not_know_leave_nothing_behind(self, skala, feliks):
        with pytest.raises(WrongUse, match="--mapping"):
            uploads.receive(
                source="egib",
                files=[SimpleUploadedFile("a.gml", b"<a/>")],
                municipality=skala,
                terms=Terms(options={"mapping": "uldk"}),
                by=feliks,
            )

        assert list((Path(settings.MEDIA_ROOT) / "uploads").iterdir()) == []

    def test_terms_survive_the_wait(self, bring):
        upload = bring(geojson(("1", 0, 100)), is_partial=True)
        upload.refresh_from_db()

        terms = uploads.terms_of(upload)

        assert (terms.state_on, terms.is_partial, terms.municipality) == (SECOND, True, "120610")


@in_transaction
class TestCheck:
    def test_shows_what_would_change_and_changes_nothing(self, bring):
        deliver([parcel("1"), parcel("2", east=200)], state_on=FIRST)

        upload = checked(bring(geojson(("1", 0, 90), ("3", 400, 50))))

        assert (upload.state, upload.taken) == (State.READY, 2)
        assert set(upload.changes.values_list("kind", "identifier")) == {
            ("added", "120610_5.0007.3"),
            ("changed", "120610_5.0007.1"),
            ("removed", "120610_5.0007.2"),
        }
        assert Parcel.objects.count() == 2
        assert Snapshot.objects.count() == 1

    def test_a_change_has_both_shapes_and_both_values(self, bring):
        deliver([parcel("1")], state_on=FIRST)

        change = Change.objects.get(upload=checked(bring(geojson(("1", 0, 90)))), kind="changed")

        assert (change.geom_before.area, change.geom_after.area) == (pytest.approx(10_000), pytest.approx(8_100))
        assert (change.before["registered_area_m2"], change.after["registered_area_m2"]) == (10_000, 8_100)

    def test_a_file_that_says_what_we_know_is_unchanged(self, bring):
        first = bring(geojson(("1", 0, 100)))
        checked(first)
        uploads.approve(upload=first, by=first.created_by)
        uploads.publish(first.pk)

        assert checked(bring(geojson(("1", 0, 100)))).state == State.UNCHANGED

    def test_a_refused_file_keeps_its_findings(self, bring):
        bow_tie = geojson(("1", 0, 100)).replace(b"Polygon", b"Polygon")
        swapped = bow_tie.replace(b"7418", b"9418")

        upload = checked(bring(swapped))

        assert upload.state in {State.REFUSED, State.UNREADABLE}
        assert upload.findings.filter(severity="error").exists()
        assert not Parcel.objects.exists()

    def test_an_unreadable_file_is_told_and_deleted(self, bring):
        upload = checked(bring(b"to nie jest plik", name="a.geojson"))

        assert upload.state == State.UNREADABLE
        assert upload.findings.get().message
        assert not folder(upload).exists()

    def test_our_own_fault_is_told_and_nothing_kept(self, bring, monkeypatch):
        monkeypatch.setattr("spatial.imports.uploads.run_import", _broken)

        upload = checked(bring(geojson(("1", 0, 100))))

        assert (upload.state, upload.fault) == (State.FAILED, uploads.OUR_FAULT)

    def test_it_may_be_checked_again_on_other_terms(self, bring, feliks):
        many = [parcel(str(number), east=200 * number) for number in range(1, 41)]
        deliver(many, state_on=FIRST)
        upload = checked(bring(geojson(("1", 200, 100))))
        assert list(upload.findings.values_list("rule", flat=True).filter(severity="error")) == ["many-removed"]

        terms = uploads.terms_of(upload)
        uploads.check_again(upload=upload, terms=type(terms)(**{**_shallow(terms), "accept_removals": True}), by=feliks)

        assert checked(upload).state == State.READY
        assert upload.report["counts"]["parcel"]["removed"] == 39


def _broken(**_: object) -> None:
    raise ZeroDivisionError


def _shallow(terms: Terms) -> dict[str, object]:
    return {name: getattr(terms, name) for name in Terms.__dataclass_fields__}


@in_transaction
class TestDecision:
    def test_publishing_brings_the_checked_state_and_forgets_the_files(self, bring, feliks):
        upload = checked(bring(geojson(("1", 0, 100))))

        uploads.approve(upload=upload, by=feliks, note="Zgodne z zamówieniem.")
        uploads.publish(upload.pk)

        upload.refresh_from_db()
        assert (upload.state, upload.snapshot.published_by, upload.note) == (
            State.PUBLISHED,
            feliks,
            "Zgodne z zamówieniem.",
        )
        assert Parcel.objects.current().count() == 1
        assert not folder(upload).exists()
        assert Finding.objects.filter(upload=upload).count() == 0

    def test_when_the_registers_moved_it_is_checked_again(self, bring, feliks):
        upload = checked(bring(geojson(("1", 0, 100), ("2", 200, 100))))
        uploads.approve(upload=upload, by=feliks)
        deliver([parcel("2", east=200), parcel("9", east=900)], state_on=FIRST)

        uploads.publish(upload.pk)

        upload.refresh_from_db()
        assert (upload.state, Parcel.objects.current().count()) == (State.QUEUED, 2)
        assert "Przejrzyj" in upload.fault
        assert checked(upload).state == State.READY

    def test_another_change_of_the_same_size_is_noticed_too(self, bring, feliks):
        deliver([parcel("1"), parcel("2", east=200)], state_on=FIRST)
        upload = checked(bring(geojson(("1", 0, 90), ("2", 200, 100))))
        uploads.approve(upload=upload, by=feliks)
        deliver([parcel("1", side=90), parcel("2", east=200, side=95)], state_on=FIRST, is_correction=True)

        uploads.publish(upload.pk)  # it would change one parcel still, but another one

        upload.refresh_from_db()
        assert upload.state == State.QUEUED

    def test_a_second_decision_is_stale(self, bring, feliks):
        upload = checked(bring(geojson(("1", 0, 100))))
        uploads.reject(upload=upload, by=feliks, note="Nie ten obręb.")

        with pytest.raises(uploads.StaleDecision):
            uploads.approve(upload=upload, by=feliks)

    def test_an_interrupted_publishing_is_finished_by_the_next_worker(self, bring, feliks):
        upload = checked(bring(geojson(("1", 0, 100))))
        uploads.approve(upload=upload, by=feliks)
        uploads.publish(upload.pk)
        Upload.objects.filter(pk=upload.pk).update(state=State.PUBLISHING, snapshot=None)  # killed before it was told
        folder(upload).mkdir(parents=True)
        (folder(upload) / "dzialki.geojson").write_bytes(geojson(("1", 0, 100)))

        uploads.publish(upload.pk)

        upload.refresh_from_db()
        assert (upload.state, upload.snapshot) == (State.PUBLISHED, Snapshot.objects.get())

    def test_what_nobody_decides_about_is_forgotten(self, bring):
        upload = checked(bring(geojson(("1", 0, 100))))
        Upload.objects.filter(pk=upload.pk).update(created_at="2026-01-01T00:00Z")

        uploads.forget_undecided()

        upload.refresh_from_db()
        assert (upload.state, folder(upload).exists()) == (State.REJECTED, False)


@in_transaction
class TestTwoWorkers:
    def test_the_second_leaves_the_upload_alone(self):
        found: list[type] = []

        with working_on(7):
            other = threading.Thread(target=lambda: found.append(_kind_of_progress(7)))
            other.start()
            other.join()

        assert found == [Busy]
        assert _kind_of_progress(7) is not Busy


def _kind_of_progress(upload_id: int) -> type:
    try:
        with working_on(upload_id) as progress:
            return type(progress)
    finally:
        connection.close() if threading.current_thread() is not threading.main_thread() else None


def work() -> None:
    """What ``manage.py procrastinate worker`` does until the queue is empty."""
    with jobs.replace_connector(jobs.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def test_the_worker_takes_the_check_and_the_publishing_from_the_queue(committed, client):
    bring, feliks = committed
    upload = bring(geojson(("1", 0, 100)))
    waiting = client.get("/healthz").json()["checks"]["jobs"]["detail"]

    work()
    upload.refresh_from_db()
    ready, heartbeat = upload.state, upload.heartbeat_at
    uploads.approve(upload=upload, by=feliks)
    work()

    upload.refresh_from_db()
    assert (waiting, ready, upload.state) == ("1 waiting", State.READY, State.PUBLISHED)
    assert heartbeat is not None
    assert Parcel.objects.current().count() == 1


def test_every_source_that_needs_an_argument_says_so_before_the_check():
    assert registry.source("parcels").arguments[0].is_required


@in_transaction
def test_a_file_in_which_everything_is_wrong_fills_no_table(bring, monkeypatch):
    monkeypatch.setattr("spatial.imports.report.KEPT_PER_RULE", 5)
    wrong = geojson(*((str(number), 200 * number, 100) for number in range(1, 31))).replace(b"120610_5.0007.", b"?")

    upload = checked(bring(wrong))

    assert upload.state == "refused"
    assert upload.report["read"] == 30
    found = upload.findings.filter(rule="parcel-id-malformed")
    assert found.count() == 6
    assert "25" in found.get(object="").message
