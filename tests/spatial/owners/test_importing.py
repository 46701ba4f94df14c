"""Owners come in only when asked for, with the delivery, version by version, and go back with it."""

import json
from contextlib import suppress
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from spatial.cadastre.models import Parcel
from spatial.imports.models import Finding, Snapshot
from spatial.imports.rollback import roll_back
from spatial.owners import access
from spatial.owners.models import AccessEntry, LandBook, ParcelUnit, Party, PersonalNumber, RegisterUnit, Share
from tests.data import owners_samples as samples
from tests.data.gml_samples import collection, egb, link, parcel, write
from tests.spatial.owners.private import age_log, seen

PLACE = "120610_5.0007"
FIRST, SECOND = "2026-01-01", "2026-06-01"

pytestmark = pytest.mark.usefixtures("skala")


def members(**changed: str) -> list[str]:
    """One parcel, owned by halves by Anna and by the marriage of Bogdan and Celina."""
    made = {
        "parcel": parcel(f"{PLACE}.1", more=link("JRG2", 10)),
        "unit": samples.unit(10, f"{PLACE}.G1"),
        "first": samples.share(20, unit=10, party=30, fraction=("1", "2")),
        "second": samples.share(21, unit=10, party=33, fraction=("1", "2")),
        "marriage": samples.marriage(33, 31, 32),
        "anna": samples.person(30, address=40),
        "bogdan": samples.person(31, "Bogdan", "Kanarek", samples.PESEL_BOGDAN),
        "celina": samples.person(32, "Celina", "Kanarek", samples.PESEL_CELINA),
        "address": samples.address(40),
    }
    return list((made | changed).values())


@pytest.fixture
def bring(tmp_path, capsys):
    def bring(*parts: str, on: str = FIRST, owners: str | None = "tax", **more):
        file = write(tmp_path, collection(*parts), f"dane-{on}.gml")
        options = ["--state-on", on, *(["--owners", owners] if owners else []), "--municipality", "120610"]
        options += [f"--{name}" for name, wanted in more.items() if wanted]
        with suppress(SystemExit):
            call_command("import", "egib", str(file), *options, "--json")
        return json.loads(capsys.readouterr().out)

    return bring


def surnames(skala, *, on: date | None = None) -> list[str]:
    with seen(skala):
        rows = Party.objects.current() if on is None else Party.objects.on(on)
        return sorted(row.surname for row in rows if row.surname)


class TestOnlyWhenAsked:
    def test_an_import_without_a_ground_brings_no_people(self, bring, skala):
        assert bring(*members(), owners=None)["outcome"] == "published"

        assert Parcel.objects.count() == 1
        with seen(skala):
            assert not any(model.objects.exists() for model in (Party, Share, RegisterUnit, ParcelUnit, PersonalNumber))

    def test_with_a_ground_it_brings_all_of_them(self, bring, skala):
        report = bring(*members())

        assert report["outcome"] == "published"
        added = {name: counts["added"] for name, counts in report["counts"].items()}
        assert {name: added[name] for name in ("registerunit", "parcelunit", "share", "party", "personalnumber")} == {
            "registerunit": 1, "parcelunit": 1, "share": 2, "party": 4, "personalnumber": 3,
        }  # fmt: skip
        assert surnames(skala) == ["Kanarek", "Kanarek", "Nowak"]
        with seen(skala):
            assert sorted(PersonalNumber.objects.values_list("pesel", flat=True)) == sorted(
                [samples.PESEL_ANNA, samples.PESEL_BOGDAN, samples.PESEL_CELINA]
            )
            [pair] = Share.objects.filter(party__endswith="33")
            assert len(pair.parties) == 3

    def test_another_ground_than_those_of_the_list_is_refused(self, tmp_path):
        file = write(tmp_path, collection(*members()))

        with pytest.raises(CommandError, match="register-keeping"):
            call_command("import", "egib", str(file), "--owners", "bo tak", "--municipality", "120610")

    def test_the_delivery_is_in_the_log_once(self, bring, skala, celina):
        bring(*members())

        with access.reviewing(user=celina, municipality=skala):
            [entry] = AccessEntry.objects.filter(action="import")
        assert (entry.ground, entry.snapshot_id, entry.parcels) == ("register-keeping", Snapshot.objects.get().pk, None)

    def test_a_dry_run_keeps_nothing(self, bring, skala):
        assert bring(*members(), **{"dry-run": True})["outcome"] == "dry-run"

        assert surnames(skala) == []


class TestVersions:
    def test_the_same_again_changes_nothing(self, bring, skala):
        bring(*members())

        report = bring(*members(), on=FIRST)

        assert report["outcome"] == "unchanged"
        with seen(skala):
            assert Party.objects.count() == 4

    def test_the_same_owners_on_a_later_day_stay_the_same_versions(self, bring, skala):
        bring(*members())

        bring(*members(), on=SECOND)

        with seen(skala):
            assert set(Party.objects.values_list("valid_from", "valid_to")) == {(date(2026, 1, 1), None)}

    def test_a_new_owner_follows_the_old_one(self, bring, skala):
        bring(*members())

        bring(*members(anna=samples.person(30, "Anna", "Nowak-Zielona", address=40)), on=SECOND)

        assert surnames(skala) == ["Kanarek", "Kanarek", "Nowak-Zielona"]
        assert surnames(skala, on=date(2026, 3, 1)) == ["Kanarek", "Kanarek", "Nowak"]

    def test_who_has_sold_is_closed(self, bring, skala):
        bring(*members())

        bring(*members(second=samples.share(21, unit=10, party=30, fraction=("1", "2"))), on=SECOND)

        assert surnames(skala) == ["Nowak"]

    def test_a_later_delivery_without_owners_leaves_them(self, bring, skala):
        bring(*members())

        bring(*members(parcel=parcel(f"{PLACE}.1", geometry=None, area="1.0001", more=link("JRG2", 10))),
              on=SECOND, owners=None)  # fmt: skip

        assert len(surnames(skala)) == 3

    def test_other_districts_keep_their_people(self, bring, skala):
        bring(*members())
        elsewhere = [part.replace("0007", "0008") for part in members(second="", marriage="", bogdan="", celina="")]

        bring(*elsewhere, on=SECOND)

        assert surnames(skala) == ["Kanarek", "Kanarek", "Nowak", "Nowak"]

    def test_a_refused_parcel_keeps_its_unit_and_its_land_book(self, bring, skala):
        book = egb("numerKW", "KR1P/00012345/2")
        bring(*members(parcel=parcel(f"{PLACE}.1", more=book + link("JRG2", 10))))
        twice = [
            parcel(f"{PLACE}.1", number=number, more=egb("numerKW", "KR1P/00000001/2") + link("JRG2", 10))
            for number in (1, 2)
        ]

        report = bring(*members(parcel="".join(twice)), on=SECOND, **{"skip-refused": True})

        assert report["outcome"] == "published"
        with seen(skala):
            assert [row.identifier for row in ParcelUnit.objects.current()] == [f"{PLACE}.1"]
            assert [row.number for row in LandBook.objects.current()] == ["KR1P/00012345/2"]

    def test_an_excerpt_closes_nobody(self, bring, skala):
        bring(*members())

        bring(*members(second="", marriage="", bogdan="", celina=""), on=SECOND, partial=True)

        assert len(surnames(skala)) == 3

    def test_a_delivery_taken_back_takes_its_owners_with_it(self, bring, skala, danuta):
        bring(*members())
        bring(*members(anna=samples.person(30, "Anna", "Inna", address=40), second="", marriage="", bogdan="",
                       celina=""), on=SECOND)  # fmt: skip
        assert surnames(skala) == ["Inna"]
        age_log()

        report = roll_back(snapshot=Snapshot.objects.latest("pk"), by=danuta, note="błąd", now=timezone.now())

        assert report.counts["party"] == {"withdrawn": 1, "restored": 4}
        assert surnames(skala) == ["Kanarek", "Kanarek", "Nowak"]
        with access.reviewing(user=danuta, municipality=skala):
            entries = AccessEntry.objects.filter(action="take-back")
            assert {entry.user_name for entry in entries} == {"Danuta Zielińska"}

    def test_taking_back_a_delivery_without_owners_touches_none(self, bring, skala, danuta):
        bring(*members())
        bring(*members(parcel=parcel(f"{PLACE}.1", area="1.0001", more=link("JRG2", 10))), on=SECOND, owners=None)
        age_log()

        report = roll_back(snapshot=Snapshot.objects.latest("pk"), by=danuta, note="", now=timezone.now())

        assert "party" not in report.counts
        with access.reviewing(user=danuta, municipality=skala):
            assert not AccessEntry.objects.filter(action="take-back").exists()


class TestNothingLeaks:
    def test_findings_and_reports_name_nobody(self, bring, skala):
        report = bring(
            *members(
                first=samples.share(20, unit=10, party=30, fraction=("1", "3")),
                anna=samples.person(30, "Kanarek", "Sekretny", "12345678901"),
                marriage=samples.marriage(33, 31),
            )
        )

        kept = list(Finding.objects.values_list("rule", "object", "message"))
        told = json.dumps(report, ensure_ascii=False) + str(kept)
        assert {rule for rule, *_ in kept} >= {"shares-not-one", "pesel-invalid", "marriage-members"}
        assert not any(secret in told for secret in ("Kanarek", "Sekretny", "12345678901", samples.PESEL_BOGDAN))
        assert "5/6" in told

    def test_a_value_that_fits_no_column_is_not_quoted(self, bring, skala, monkeypatch, caplog):
        from spatial.owners import publishing

        monkeypatch.setattr(publishing, "_stored", lambda name, value: "Kanarek" * 300)

        with pytest.raises(access.PrivateDataFault) as fault:
            bring(*members())

        assert "Kanarek" not in f"{fault.value!r} {caplog.text}"
        assert Parcel.objects.count() == 0
