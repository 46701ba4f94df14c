"""Bank files: real ones of banks, our own samples with sums reckoned by hand, and what is no statement at all."""

import logging
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from schwifty import IBAN

from data.bank.lines import hundredths
from data.bank.nrb import is_nrb, nrb_of, nrbs_in, number_of, virtual_nrb, with_control
from data.bank.reading import BankFile, decoded, read_bank_file
from data.records import UnreadableFileError
from tests.data.bank_samples import MASK, OFFICE, PAYER, Said, camt, elixir, entry, money, mt940, payment

few = settings(max_examples=50, deadline=None)


@pytest.fixture
def read(tmp_path):
    def written(content: str | bytes, encoding: str = "utf-8") -> BankFile:
        path = tmp_path / "wyciag"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return read_bank_file(path)

    return written


def refusal(read, content: str | bytes) -> str:
    with pytest.raises(UnreadableFileError) as told:
        read(content)
    return told.value.rule


# --- numbers of accounts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mask", "number", "nrb"),
    [
        # dossier on water, 4.1: 4 + 12 of one bank, 8 + 8 of a co-operative one
        ("999000127001", 10_000_001_234, "53999000127001010000001234"),
        ("9990001270010000", 1_001_234, "65999000127001000001001234"),
    ],
)
def test_virtual_accounts_of_the_dossier(mask, number, nrb):
    assert virtual_nrb(mask, number) == nrb
    assert number_of(nrb, mask) == number


def test_the_control_number_is_that_of_the_dossier():
    assert with_control("102028920000510200000001") == "71102028920000510200000001"


@few
@given(
    mask=st.integers(10**7, 10**8 - 1).flatmap(
        lambda bank: st.integers(10, 10**8 - 1).map(lambda code: f"{bank:08d}{code}")
    ),
    data=st.data(),
)
def test_virtual_accounts_are_right_by_another_library(mask, data):
    number = data.draw(st.integers(0, 10 ** (24 - len(mask)) - 1))

    nrb = virtual_nrb(mask, number)

    assert IBAN(f"PL{nrb}").checksum_digits == nrb[:2]  # it refuses a wrong one
    assert number_of(nrb, mask) == number


@few
@given(place=st.integers(0, 25), digit=st.integers(1, 9))
def test_one_wrong_digit_makes_no_account(place, digit):
    wrong = f"{PAYER[:place]}{(int(PAYER[place]) + digit) % 10}{PAYER[place + 1 :]}"

    assert not is_nrb(wrong)
    assert nrb_of(f"PL {wrong}") == ""


def test_a_number_that_the_mask_has_no_room_for_is_refused():
    with pytest.raises(ValueError, match="12 for the number"):
        virtual_nrb(MASK, 10**12)


def test_accounts_are_found_in_texts_as_people_write_them():
    text = f"na konto {PAYER[:2]} {PAYER[2:6]} {PAYER[6:10]} {PAYER[10:14]} {PAYER[14:18]} {PAYER[18:22]} {PAYER[22:]}"

    assert nrbs_in(f"{text}, PL{OFFICE}; 12345678901234567890123456") == (PAYER, OFFICE)


# --- MT940 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["~", "<", "^", "?", "+"])
def test_sub_fields_of_polish_banks(read, sign):
    title = "OPLATA SKARBOWA ZA ZASWIADCZENIE OR.1510.12.2026"  # goes on after 35 letters, in the middle of a word
    statement = read(mt940([Said(1700, title, reference="2026112700001")], opening_gr=10_000, sign=sign)).statements[0]
    line = statement.lines[0]

    assert (statement.account, statement.number, statement.to_on) == (OFFICE, "228", date(2026, 11, 27))
    assert (statement.opening_gr, statement.closing_gr, statement.missing_gr) == (10_000, 11_700, 0)
    assert (line.amount_gr, line.title, line.payer, line.payer_nrb) == (1700, title, "JAN NOWAK", PAYER)
    assert (line.reference, line.booked_on) == ("2026112700001", date(2026, 11, 27))


def test_debits_and_a_taken_back_credit_leave_the_account(read):
    text = mt940([Said(5000), Said(-1200), Said(300)], opening_gr=0, closing_gr=3500)
    taken_back = text.replace("C3,00N152", "RC3,00N152")

    statement = read(taken_back).statements[0]

    assert [line.amount_gr for line in statement.lines] == [5000, -1200, -300]
    assert statement.missing_gr == 0  # 50.00 - 12.00 - 3.00 = 35.00


def test_pages_and_days_are_statements_of_their_own(read):
    text = mt940([Said(100)], number="1/1") + mt940([Said(200), Said(300)], number="1/2", opening_gr=100)

    first, second = read(text).statements

    assert (first.number, second.number, second.opening_gr, second.closing_gr) == ("1/1", "1/2", 100, 600)


def test_lines_without_a_type_are_not_written_over(read):
    text = mt940([Said(100), Said(200), Said(300)]).replace("N152NONREF//", "")

    assert [line.amount_gr for line in read(text).statements[0].lines] == [100, 200, 300]


def test_what_stands_after_the_closing_balance_belongs_to_no_line(read):
    text = mt940([Said(100, "TYTUL")]).replace("\r\n-\r\n", "\r\n:86:REKLAMA BANKU\r\n-\r\n")

    assert read(text).statements[0].lines[0].title == "TYTUL"


def test_the_place_of_an_unreadable_field_is_told_and_its_words_are_not_logged(read, caplog):
    caplog.set_level(logging.DEBUG)
    text = mt940([Said(100, "JANINA TAJNA"), Said(200)]).replace(":61:2611271127C2,00", ":61:2611271127X2,00")

    with pytest.raises(UnreadableFileError, match="wiersz 8 pliku"):
        read(text)
    assert "TAJNA" not in caplog.text
    assert "1127X2,00" not in caplog.text


@few
@given(amounts=st.lists(st.integers(-(10**11), 10**11).filter(bool), min_size=1, max_size=6), lost=st.integers(1, 999))
def test_sums_are_exact_and_what_lacks_is_told(tmp_path_factory, amounts, lost):
    path = tmp_path_factory.mktemp("mt940") / "x.sta"
    path.write_text(mt940([Said(amount) for amount in amounts], closing_gr=sum(amounts) + lost, opening_gr=0))

    statement = read_bank_file(path).statements[0]

    assert [line.amount_gr for line in statement.lines] == amounts
    assert statement.missing_gr == lost


# --- camt.053 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["02", "04", "08", "12"])
def test_batches_of_several_payments(read, version):
    to = "53999000127001010000001234"
    batch = payment("REF-1", "17.00", "OR.1510.12.2026", version=version)
    batch += payment("REF-2", "0.50", "czynsz", to=to, version=version)
    entries = entry("17.50", batch, version=version) + entry("100.00", side="DBIT", version=version)

    statement = read(camt(entries, opening="200.00", closing="117.50", version=version)).statements[0]
    first, second, third = statement.lines

    assert (statement.account, statement.number, statement.missing_gr) == (OFFICE, "228", 0)
    assert (first.amount_gr, first.title, first.reference) == (1700, "OR.1510.12.2026", "REF-1")
    assert (first.payer, first.payer_nrb, first.value_on) == ("Anna Żak", PAYER, date(2026, 11, 26))
    assert (second.amount_gr, second.credited, third.amount_gr) == (50, (to,), -10_000)


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("<DtTm>2026-11-30T23:30:00Z</DtTm>", date(2026, 12, 1)),
        ("<DtTm>2026-11-30T23:30:00+01:00</DtTm>", date(2026, 11, 30)),
        ("<DtTm>2026-11-30T23:30:00</DtTm>", date(2026, 11, 30)),
        ("<Dt>2026-11-30Z</Dt>", date(2026, 11, 30)),
    ],
)
def test_days_are_those_of_poland(read, told, day):
    said = entry("17.00").replace("<Dt>2026-11-26</Dt>", told)

    assert read(camt(said, opening="0.00", closing="17.00")).statements[0].lines[0].value_on == day


def test_a_batch_of_foreign_payments_is_one_line(read):
    part = '<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">5.00</Amt></TxAmt></AmtDtls></TxDtls>'

    (line,) = read(camt(entry("42.50", part * 2), opening="0.00", closing="42.50")).statements[0].lines

    assert (line.amount_gr, line.currency) == (4250, "PLN")


def test_a_nul_in_utf_16_is_refused(read):
    with pytest.raises(UnreadableFileError, match="binarne"):
        read(mt940([Said(17, "a\0b")]).encode("utf-16"))


def test_a_batch_that_does_not_sum_is_refused(read):
    batch = payment("REF-1", "17.00", "a") + payment("REF-2", "0.51", "b")

    assert refusal(read, camt(entry("17.50", batch), opening="0.00", closing="17.50")) == "bank-line-unreadable"


def test_what_the_bank_has_not_booked_is_left_out(read):
    statement = read(camt(entry("5.00") + entry("7.00", status="PDNG"), opening="0.00", closing="5.00")).statements[0]

    assert ([line.amount_gr for line in statement.lines], statement.skipped) == ([500], 1)


@pytest.mark.parametrize("version", ["02", "04", "08"])
def test_our_samples_are_statements_by_the_schema(shared_data, version):
    schema = etree.XMLSchema(etree.parse(shared_data / f"bank/camt/xsd/camt.053.001.{version}.xsd"))
    said = camt(entry("1.00", payment("R", "1.00", "t", version=version), version=version), opening="0.00",
                closing="1.00", version=version)  # fmt: skip

    schema.assertValid(etree.fromstring(said))


# --- Elixir-O and encodings -------------------------------------------------------------------------------------


def test_a_report_of_payments(read):
    to = "53999000127001010000001234"
    said = elixir(1700, "OR.1510.12.2026|za Jana", to=to, reference="R1") + elixir(250, "zwrot", kind="510")
    said += elixir(300, "pobranie", kind="210", to=PAYER, payer=OFFICE)  # of a direct debit the first side is paid

    statement = read(said).statements[0]
    first, second, third = statement.lines

    assert (statement.form, statement.account, statement.opening_gr) == ("elixir-o", "", None)
    assert (first.amount_gr, first.title, first.credited) == (1700, "OR.1510.12.2026 za Jana", (to,))
    assert (first.payer, first.payer_nrb, first.reference) == ("ŻANETA ŁĄCKA ul. Polna 5", PAYER, "R1")
    assert "510" in second.doubt
    assert (third.payer_nrb, third.credited, third.doubt) == (PAYER, (OFFICE,), "")


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "UTF-8"), ("cp1250", "Windows-1250"), ("iso-8859-2", "ISO-8859-2"), ("mazovia", "Mazovia"),
     ("cp852", "CP852"), ("utf-16", "UTF-16")],
)  # fmt: skip
def test_encodings_are_told_apart_by_content(read, encoding, told):
    found = read(elixir(1700, "zaświadczenie dla Żaka"), encoding)

    assert (found.encoding, found.statements[0].lines[0].title) == (told, "zaświadczenie dla Żaka")
    assert found.statements[0].lines[0].payer == "ŻANETA ŁĄCKA ul. Polna 5"


@few
@given(
    words=st.text("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ abcdefXYZ0123456789", min_size=4, max_size=60),
    encoding=st.sampled_from(["cp1250", "iso-8859-2", "mazovia", "utf-8"]),
)
def test_polish_words_survive_each_encoding(words, encoding):
    # letters that every encoding places elsewhere make the text tell them apart
    text = f"ŚŹĄśźą {words}"

    assert decoded(text.encode(encoding))[0] == text


@pytest.mark.parametrize("said", ["1,5", "1.234", "x", "NaN", "1e400", "99999999999999999"])
def test_amounts_that_are_no_grosze(said):
    with pytest.raises(UnreadableFileError):
        hundredths(said, "wiersz 1")


# --- what is no statement ---------------------------------------------------------------------------------------

BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><Document>&b;</Document>'


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty-file"),
        (b"\0" * 64, "unsupported-format"),
        (b":20:X\r\n:25:/PL1\r\n\0", "unsupported-format"),
        (b"Ala ma kota", "unsupported-format"),
        (BOMB, "doctype-forbidden"),
        (BOMB.decode().encode("utf-16"), "doctype-forbidden"),
        (b"<Document><BkToCstmrStmt>", "not-well-formed"),
        (b"<html></html>", "unsupported-format"),
        (camt("", opening="1", closing="1")[:-200], "not-well-formed"),
        (camt(entry("1,00"), opening="0", closing="1"), "bank-line-unreadable"),
        (camt(entry("1.00").replace("2026-11-26", "2026-13-26"), opening="0", closing="1"), "bank-line-unreadable"),
        (b"110,20261127,x,1,0,a,b,c,d,0,1,t\r\n", "bank-line-unreadable"),
        (b"110,20261399,1,1,0,a,b,c,d,0,1,t\r\n", "bank-line-unreadable"),
        (b'110,20261127,1,1,0,"a', "bank-line-unreadable"),
        (elixir(1, "t", to=PAYER.replace("7", "8")).encode(), "bank-line-unreadable"),
        (mt940([Said(100)]).split(":62F:")[0].encode(), "bank-statement-incomplete"),
        (mt940([Said(100)]).replace(":60F:C2611", ":60F:C2613").encode(), "bank-line-unreadable"),
    ],
)
def test_what_is_no_statement_is_refused_in_words(read, content, rule):
    assert refusal(read, content) == rule


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path):
    path = tmp_path / "big.sta"
    with path.open("wb") as stream:
        stream.truncate(50 << 20)

    with pytest.raises(UnreadableFileError, match="50 MB"):
        read_bank_file(path)


@few
@given(cut=st.integers(0, 600), junk=st.binary(max_size=20))
def test_cut_and_spoilt_files_are_read_or_refused_never_more(tmp_path_factory, cut, junk):
    whole = mt940([Said(100), Said(200, to=OFFICE)]).encode()
    path = tmp_path_factory.mktemp("cut") / "x"
    path.write_bytes(whole[:cut] + junk + whole[cut + len(junk) :])

    try:
        assert read_bank_file(path).statements
    except UnreadableFileError:
        assert path.read_bytes() != whole


# --- real files -------------------------------------------------------------------------------------------------


def test_mass_payments_of_mbank(shared_data):
    statement = read_bank_file(shared_data / "bank/mt940/mBank_mt940.sta").statements[0]

    # the file says 0.40 and 0.43 with three credits of a grosz
    assert (statement.opening_gr, statement.closing_gr, statement.missing_gr) == (40, 43, 0)
    assert statement.account == "29114010810000267002001002"
    assert [line.payer_number for line in statement.lines] == [1, 2, 3]
    assert {line.payer_nrb for line in statement.lines} == {"56114010810000267002001001"}
    assert statement.lines[0].reference == "179171073864111.010001"
    assert statement.lines[0].payer == "JAN NOWAK UL. NIJAKA 1 M 2 31-234 KRAKOW"


@pytest.mark.parametrize(
    ("name", "missing_gr"),
    [
        ("mBank_with_newline_in_tnr.sta", 77_071),  # 860.17 - 0.46 - 45.00 - 44.00
        ("jejik_ing.sta", 4906),  # 3.47 - (3.68 + 1.00 - 25.03 - 3.03 - 1.11 - 20.00 - 1.10)
        ("self-provided_february_30.sta", 0),
        ("betterplace_with_binary_character.sta", 0),
        ("cmxl_mt940.sta", 0),
    ],
)
def test_sums_of_real_files(shared_data, name, missing_gr):
    statements = read_bank_file(shared_data / "bank/mt940" / name).statements

    assert statements[0].missing_gr == missing_gr


def test_the_real_batch_of_camt(shared_data):
    statement = read_bank_file(shared_data / "bank/camt/oca_test-camt053.xml").statements[0]

    assert [line.amount_gr for line in statement.lines] == [-75_425, -56_405, -10_000, 140_531]
    assert statement.missing_gr == 1_512_112 - 1_555_528  # 15568.27 - 754.25 - 664.05 + 1405.31 = 15555.28


@pytest.mark.parametrize("name", ["self-provided_empty_non_swift.sta", "ASNB_mt940.txt", "self-provided_multiline.sta"])
def test_real_files_that_are_refused(shared_data, name):
    with pytest.raises(UnreadableFileError):
        read_bank_file(shared_data / "bank/mt940" / name)


def test_hostile_files_are_refused_in_words(shared_data):
    files: list[Path] = sorted((shared_data / "hostile").iterdir())

    assert files
    for path in files:
        with pytest.raises(UnreadableFileError) as told:
            read_bank_file(path)
        assert told.value.message.endswith((".", ")."))


def test_money_of_the_samples_is_written_as_banks_write_it():
    assert [money(5), money(-1700), money(123_456)] == ["0,05", "17,00", "1234,56"]
