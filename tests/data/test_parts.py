"""A large delivery read by two processes says exactly what it says to one."""

from pathlib import Path

import pytest

from data.readers.egib import read_egib
from data.readers.parts import parts_of
from data.readers.xml import read_objects
from data.records import ParcelRecord, UnreadableFileError
from tests.bench.big_egib import write_egib


@pytest.fixture
def delivery(tmp_path) -> Path:
    return write_egib(tmp_path / "egib.gml", parcels=300, per_district=100)


@pytest.fixture
def cut_small(monkeypatch):
    """Files of the tests are cut although they are small."""
    monkeypatch.setattr("data.readers.egib.parts_of", lambda path, count: parts_of(path, count=count, least_bytes=1))


class TestParts:
    @pytest.mark.parametrize("count", [2, 3, 7])
    def test_hold_every_object_once_and_in_order(self, delivery, count):
        whole = [element.get("{http://www.opengis.net/gml/3.2}id") for element in read_objects(delivery)]

        parts = parts_of(delivery, count=count, least_bytes=1)

        found = [
            element.get("{http://www.opengis.net/gml/3.2}id")
            for part in parts
            for element in read_objects(delivery, part=part)
        ]
        assert len(parts) == count
        assert found == whole

    def test_a_small_file_stays_whole(self, delivery):
        assert parts_of(delivery, count=2) == ()

    @pytest.mark.parametrize(
        "text",
        [
            "<a/>",
            f"<g:Collection xmlns:g='g'><g:featureMembers>{'<x/>' * 50}</g:featureMembers></g:Collection>",
            "not XML at all " * 20,
        ],
    )
    def test_what_cannot_be_cut_stays_whole(self, tmp_path, text):
        file = tmp_path / "a.gml"
        file.write_text(text)

        assert parts_of(file, count=2, least_bytes=1) == ()


class TestTwoProcesses:
    def test_say_what_one_says(self, delivery, cut_small):
        alone, together = read_egib(delivery, processes=1), read_egib(delivery, processes=2)

        one = {(type(record), record.identifier): record for record in alone.records}
        two = {(type(record), record.identifier): record for record in together.records}

        assert one == two
        assert alone.read == together.read
        assert sorted(alone.problems, key=str) == sorted(together.problems, key=str)
        assert sum(kind is ParcelRecord for kind, _ in one) == 300

    def test_give_the_same_order_each_time(self, delivery, cut_small):
        runs = [[record.identifier for record in read_egib(delivery, processes=2).records] for _ in range(2)]

        assert runs[0] == runs[1]

    def test_a_repeated_identifier_is_found_across_the_cut(self, tmp_path, cut_small):
        delivery = write_egib(tmp_path / "egib.gml", parcels=300, per_district=100)
        text = delivery.read_text()
        delivery.write_text(text.replace("120610_5.0003.100<", "120610_5.0001.1<"))

        reading = read_egib(delivery, processes=2)
        names = [record.identifier for record in reading.records if isinstance(record, ParcelRecord)]

        assert [problem.object for problem in reading.problems if problem.rule == "duplicate-id"] == ["120610_5.0001.1"]
        assert "120610_5.0001.1" not in names

    def test_a_truncated_file_is_told_as_by_one(self, delivery, cut_small):
        delivery.write_bytes(delivery.read_bytes()[:-5000])

        faults = []
        for processes in (1, 2):
            with pytest.raises(UnreadableFileError) as caught:
                read_egib(delivery, processes=processes)
            faults.append((caught.value.rule, caught.value.message))

        assert faults[0] == faults[1]

    def test_a_comment_that_looks_like_the_end_of_a_member_does_no_harm(self, delivery, cut_small):
        one, _, rest = delivery.read_text().partition("<egb:poleEwidencyjne")
        comment = "<!--" + "</gml:featureMember> " * 50_000 + "-->"  # the cut falls into it
        delivery.write_text(f"{one}{comment}<egb:poleEwidencyjne{rest}")

        reading = read_egib(delivery, processes=2)

        assert sum(isinstance(record, ParcelRecord) for record in reading.records) == 300

    def test_nobody_is_left_behind_when_the_records_are_not_taken(self, delivery, cut_small):
        import multiprocessing

        reading = read_egib(delivery, processes=2)
        next(iter(reading.records))
        reading.records.close()

        assert multiprocessing.active_children() == []
