"""Accounts, masks and contracts set up on pages: two people, rules of money, and secrets that nobody sees."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from schwifty.registry import get_banks_by_country

from data.bank.nrb import is_bank
from services.audit.models import AuditChange, AuditEntry
from services.identity.models import StaffRole
from services.payments.ledger.models import BankAccount
from services.payments.models import AccountMask, Merchant
from services.payments.paying import begin
from services.payments.setting_kinds import MASKS
from services.payments.statements.individual import individual_account
from services.setup.models import Change
from tests.conftest import person
from tests.services.payments.conftest import NRB, OTHER_NRB, VISIT
from tests.simulators.operator import PayUSimulator

pytestmark = pytest.mark.django_db
ROOT = "/urzad/ustawienia/120610"
#: a bank that there is not, whose number has a right check digit
MASK = "99900012700100000000"
Role = StaffRole.Role


def member(name: str, municipality, role: Role) -> Client:
    user = person(name, name.title(), "Testowa")
    StaffRole.objects.create(user=user, municipality=municipality, role=role, job_title="inspektor")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def treasurer(skala):
    return member("halina", skala, Role.TAX_CLERK)


def account(**said) -> dict:
    today = timezone.localdate().isoformat()
    values = {"title": "Opłata skarbowa", "nrb": f"PL{NRB}", "purpose": "stamp-duty", "valid_from": today}
    return values | {"ground": "umowa z bankiem z 1.12.2026"} | said


def contract(bank: BankAccount, **said) -> dict:
    values = {"bank_account": bank.pk, "pos_id": "999", "is_sandbox": "on", "is_active": "on"}
    return values | {"api_key": "klucz-raportow", "crc": "klucz-crc", "ground": "umowa"} | said


def proposed(client: Client, path: str, said: dict) -> Change:
    response = client.post(f"{ROOT}/{path}", said)
    assert response.status_code == 302, response.content.decode()
    return Change.objects.latest("pk")


def decided(client: Client, change: Change, choice: str = "zatwierdz") -> str:
    """What the page says afterwards."""
    response = client.post(f"/urzad/ustawienia/zmiana/{change.pk}/", {"decyzja": choice}, follow=True)
    assert response.status_code == 200
    change.refresh_from_db()
    return response.content.decode()


class TestTwoPeople:
    def test_one_proposes_and_another_approves(self, treasurer, office, skala):
        change = proposed(treasurer, "rachunki/nowe/", account(nrb="71 1020 2892 0000 5102 0000 0001"))
        assert not BankAccount.objects.exists()

        assert "inna osoba niż ta" in decided(treasurer, change)
        assert not BankAccount.objects.exists()
        page = office.get(f"/urzad/ustawienia/zmiana/{change.pk}/").content.decode()
        assert "71 1020 2892 0000 5102 0000 0001" in page
        assert "Powszechna Kasa Oszczędności" in page  # schwifty's name of bank 10202892
        decided(office, change)

        row = BankAccount.objects.get()
        assert (row.municipality, row.nrb, row.valid_to) == (skala, NRB, None)
        assert (change.state, change.row, change.decided_by.username) == ("done", row.pk, "jadwiga")
        log = AuditEntry.objects.filter(thing__startswith=f"zmiana {change.pk}, ", action="setting").order_by("pk")
        assert [(one.user.username, one.municipality, one.thing.partition(":")[0].split()[2]) for one in log] == [
            ("halina", skala, "zaproponowano"), ("jadwiga", skala, "zatwierdzono"),
        ]  # fmt: skip
        assert "już rozstrzygnięta" in decided(office, change)
        assert BankAccount.objects.count() == 1

    def test_the_database_wants_them_too(self, treasurer, office):
        change = proposed(treasurer, "rachunki/nowe/", account())
        with pytest.raises(IntegrityError), transaction.atomic():
            Change.objects.filter(pk=change.pk).update(decided_by=change.asked_by)

    def test_what_is_not_approved_leaves_nothing(self, treasurer, office):
        refused, withdrawn = (proposed(treasurer, "rachunki/nowe/", account()) for _ in range(2))
        decided(office, withdrawn, "wycofaj")  # not the one who asked
        assert withdrawn.state == "asked"

        decided(office, refused, "odrzuc")
        decided(treasurer, withdrawn, "wycofaj")

        assert (refused.state, withdrawn.state, BankAccount.objects.count()) == ("refused", "withdrawn", 0)

    def test_a_row_that_has_changed_meanwhile_is_proposed_again(self, treasurer, office, stamp_account):
        change = proposed(
            treasurer, f"rachunki/{stamp_account.pk}/", account(title="Skarbówka", valid_from="2020-01-01")
        )
        BankAccount.objects.update(title="Inna")

        assert "zmieniło się od czasu propozycji" in decided(office, change)
        assert BankAccount.objects.get().title == "Inna"

    def test_rules_are_asked_again_at_the_approval(self, treasurer, office):
        first, second = (proposed(treasurer, "rachunki/nowe/", account(nrb=nrb)) for nrb in (NRB, OTHER_NRB))
        decided(office, first)

        assert "inny rachunek o tym przeznaczeniu" in decided(office, second)
        assert (second.state, BankAccount.objects.get().nrb) == ("asked", NRB)

    def test_one_change_of_a_row_at_a_time(self, treasurer, stamp_account):
        said = account(title="Skarbówka", valid_from="2020-01-01")
        proposed(treasurer, f"rachunki/{stamp_account.pk}/", said)

        again = treasurer.post(f"{ROOT}/rachunki/{stamp_account.pk}/", said)

        assert (again.status_code, Change.objects.count()) == (422, 1)

    def test_without_a_difference_there_is_no_change(self, treasurer, stamp_account):
        same = account(valid_from="2020-01-01")
        assert treasurer.post(f"{ROOT}/rachunki/{stamp_account.pk}/", same).status_code == 422

    def test_others_see_nothing(self, treasurer, office, suloszowa, client, anna, stamp_account):
        change = proposed(treasurer, "rachunki/nowe/", account(purpose="waste"))
        elsewhere = member("obca", suloszowa, Role.TAX_CLERK)
        paths = [
            f"{ROOT}/rachunki/nowe/",
            f"{ROOT}/rachunki/{stamp_account.pk}/",
            f"/urzad/ustawienia/zmiana/{change.pk}/",
        ]
        client.force_login(anna)

        assert [elsewhere.get(path).status_code for path in paths] == [404] * 3
        assert [elsewhere.post(path, account()).status_code for path in paths] == [404] * 3
        assert [client.get(path).status_code for path in [*paths, "/urzad/ustawienia/"]] == [403] * 4
        assert [Client().get(path).status_code for path in paths] == [302] * 3
        assert office.get(f"{ROOT}/rachunki/nowe/").status_code == 404  # approves, does not propose
        assert elsewhere.get("/urzad/ustawienia/?gmina=120610").status_code == 404
        assert treasurer.get("/urzad/ustawienia/120613/rachunki/nowe/").status_code == 404


class TestAccounts:
    def test_what_is_wrong_is_said(self, treasurer):
        for wrong in (
            {"nrb": "72" + NRB[2:]}, {"nrb": "x"}, {"nrb": "1" * 41}, {"nrb": ""}, {"title": "a\0b"}, {"title": ""},
            {"purpose": "x"}, {"valid_from": "x"}, {"valid_to": "2000-01-01"}, {"ground": ""}, {"ground": "x" * 301},
            {"valid_from": "99999-01-01"},
        ):  # fmt: skip
            response = treasurer.post(f"{ROOT}/rachunki/nowe/", account(**wrong))
            assert response.status_code == 422, wrong
            assert 'role="alert"' in response.content.decode()
        assert not Change.objects.exists()

    def test_moved_before_its_day_the_one_before_goes_on(self, treasurer, office, stamp_account, make_charge):
        """A typing error in the day of a new account is mended; nobody is left without a number to pay to."""
        charge, today = make_charge(), timezone.localdate()
        early, late = ((today + timedelta(days=days)).isoformat() for days in (1, 30))
        decided(office, proposed(treasurer, "rachunki/nowe/", account(nrb=OTHER_NRB, valid_from=early)))
        at = f"rachunki/{BankAccount.objects.latest('pk').pk}/"

        change = proposed(treasurer, at, account(nrb=OTHER_NRB, valid_from=late))
        assert "przyjmuje wpłaty dłużej" in office.get(f"/urzad/ustawienia/zmiana/{change.pk}/").content.decode()
        decided(office, change)
        assert charge.account_on(today + timedelta(days=29)) == stamp_account
        assert charge.account_on(today + timedelta(days=30)).nrb == OTHER_NRB

        decided(office, proposed(treasurer, at, account(nrb=OTHER_NRB, valid_from=late, purpose="waste")))
        assert charge.account_on(today + timedelta(days=30)) == stamp_account

    def test_days_after_which_nobody_takes_payments_are_told(self, treasurer, office, stamp_account):
        """Also where the account before would have gone on."""
        since, until = ((timezone.localdate() + timedelta(days=days)).isoformat() for days in (1, 30))
        for path, said in (
            ("rachunki/nowe/", account(nrb=OTHER_NRB, valid_from=since, valid_to=until)),
            (f"rachunki/{stamp_account.pk}/", account(valid_from="2020-01-01", valid_to=until)),
        ):
            change = proposed(treasurer, path, said)
            assert "żaden rachunek nie" in office.get(f"/urzad/ustawienia/zmiana/{change.pk}/").content.decode()

    def test_moved_into_the_past_is_refused(self, treasurer, office, stamp_account, make_charge):
        day = (timezone.localdate() + timedelta(days=30)).isoformat()
        decided(office, proposed(treasurer, "rachunki/nowe/", account(nrb=OTHER_NRB, valid_from=day)))
        at = f"{ROOT}/rachunki/{BankAccount.objects.latest('pk').pk}/"

        answer = treasurer.post(at, account(nrb=OTHER_NRB, valid_from="2021-01-01"))

        assert (answer.status_code, Change.objects.count()) == (422, 1)

    def test_a_new_one_takes_over_on_its_day(self, treasurer, office, stamp_account, make_charge):
        charge, day = make_charge(), timezone.localdate() + timedelta(days=30)
        change = proposed(treasurer, "rachunki/nowe/", account(nrb=OTHER_NRB, valid_from=day.isoformat()))
        assert "nie przyjmuje wpłat" in office.get(f"/urzad/ustawienia/zmiana/{change.pk}/").content.decode()

        decided(office, change)

        assert charge.account_on(day - timedelta(days=1)) == stamp_account
        assert charge.account_on(day).nrb == OTHER_NRB
        stamp_account.refresh_from_db()
        assert stamp_account.valid_to == day

    def test_nobody_takes_over_in_the_past(self, treasurer, stamp_account):
        yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
        said = account(nrb=OTHER_NRB, valid_from=yesterday)
        assert treasurer.post(f"{ROOT}/rachunki/nowe/", said).status_code == 422

    def test_a_used_one_is_only_ended(self, treasurer, office, stamp_account, make_charge):
        make_charge(bank_account=stamp_account)
        path, since = f"rachunki/{stamp_account.pk}/", {"valid_from": "2020-01-01"}
        for said in (
            {"nrb": OTHER_NRB},
            {"purpose": "waste"},
            {"valid_from": "2021-01-01"},
            {"valid_to": "2026-01-01"},
        ):
            assert treasurer.post(f"{ROOT}/{path}", account(**since | said)).status_code == 422, said

        today = timezone.localdate()
        decided(office, proposed(treasurer, path, account(**since, valid_to=today.isoformat())))

        stamp_account.refresh_from_db()
        assert (stamp_account.nrb, stamp_account.valid_to) == (NRB, today)

    def test_two_that_overlapped_before_are_set_right(self, treasurer, office, stamp_account, make_charge):
        make_charge(bank_account=stamp_account)
        BankAccount.objects.create(
            municipality=stamp_account.municipality, nrb=OTHER_NRB, title="Nowy", purpose="stamp-duty",
            valid_from="2022-01-01",
        )  # fmt: skip
        said = account(valid_from="2020-01-01", valid_to="2022-01-01")
        decided(office, proposed(treasurer, f"rachunki/{stamp_account.pk}/", said))
        assert BankAccount.objects.valid(date(2022, 1, 1)).get().nrb == OTHER_NRB

    def test_the_command_keeps_the_same_rules(self, stamp_account):
        with pytest.raises(CommandError, match="inny rachunek"):
            call_command("bank_account", "120610", OTHER_NRB, "--from", "2019-01-01")

        call_command("bank_account", "120610", OTHER_NRB, "--from", timezone.localdate().isoformat())

        change = Change.objects.get()
        assert (change.state, change.asked_by, change.new["nrb"].replace(" ", "")) == ("done", None, OTHER_NRB)
        stamp_account.refresh_from_db()
        assert stamp_account.valid_to == timezone.localdate()

    def test_a_change_past_the_pages_leaves_a_trace(self, stamp_account):
        BankAccount.objects.update(nrb=OTHER_NRB)
        change = AuditChange.objects.get(table="payments_bankaccount", action="update")
        assert (change.old, change.new) == ({"nrb": NRB}, {"nrb": OTHER_NRB})


class TestMasks:
    def test_numbers_of_banks_have_check_digits(self):
        codes = {one.bank_code for one in get_banks_by_country("PL")}
        assert len(codes) > 1000
        assert {code for code in codes if not is_bank(code)} == set()
        assert not is_bank("10202893")
        assert not is_bank("1020289")

    def test_a_mask_says_how_many_numbers_fit(self, treasurer, office, stamp_account, anna):
        said = {"bank_account": stamp_account.pk, "mask": "9990 0012 7001 0000 0000", "ground": "umowa"}
        decided(office, proposed(treasurer, "maski/nowe/", said))

        mask = AccountMask.objects.get()
        assert mask.mask == MASK
        individual_account(mask, payer=anna)
        page = treasurer.get("/urzad/ustawienia/").content.decode().replace("\xa0", " ")
        assert "mieści 9 999, nadano 1" in page  # four digits, numbered from 1

    def test_numbers_that_meet_or_are_none(self, treasurer, stamp_account, suloszowa):
        other = BankAccount.objects.create(
            municipality=suloszowa, nrb=OTHER_NRB, title="Woda", purpose="water", valid_from="2020-01-01"
        )
        AccountMask.objects.create(municipality=suloszowa, bank_account=other, mask=MASK)
        for wrong in (MASK, MASK + "0", MASK[:-1], "99900013700100", "999000127", "x", "1" * 23, ""):
            said = {"bank_account": stamp_account.pk, "mask": wrong, "ground": "umowa"}
            assert not MASKS.form(said, instance=MASKS.fresh(stamp_account.municipality)).is_valid(), wrong
        foreign = {"bank_account": other.pk, "mask": "999000128001", "ground": "umowa"}
        assert treasurer.post(f"{ROOT}/maski/nowe/", foreign).status_code == 422

    def test_a_mask_in_use_stays(self, treasurer, stamp_account, anna):
        mask = AccountMask.objects.create(
            municipality=stamp_account.municipality, bank_account=stamp_account, mask=MASK
        )
        individual_account(mask, payer=anna)
        said = {"bank_account": stamp_account.pk, "mask": MASK[:-1] + "1", "ground": "umowa"}
        assert treasurer.post(f"{ROOT}/maski/{mask.pk}/", said).status_code == 422


class TestContracts:
    def test_keys_are_tried_before_the_approval_and_seen_by_nobody(self, treasurer, office, operator, stamp_account):
        change = proposed(treasurer, "przelewy24/nowe/", contract(stamp_account))
        sealed = bytes(change.sealed_secrets).decode()

        assert "zna te klucze" in decided(treasurer, change, "sprawdz")
        pages = [decided(office, change), office.get(f"/urzad/ustawienia/zmiana/{change.pk}/").content.decode()]

        merchant = Merchant.objects.get()
        assert merchant.connect().own.secrets == {"api_key": "klucz-raportow", "crc": "klucz-crc"}
        assert merchant.merchant_id == "999"
        pages += [treasurer.get(f"{ROOT}/przelewy24/{merchant.pk}/").content.decode()]
        kept = [*pages, str(change.new), *AuditEntry.objects.values_list("thing", flat=True)]
        kept += [f"{one.old} {one.new}" for one in AuditChange.objects.all()]
        secret = ("klucz-raportow", "klucz-crc", sealed, bytes(merchant.sealed_secrets).decode())
        secret += tuple(one.encode().hex() for one in secret)  # as PostgreSQL writes bytes
        assert not [text for text in kept if any(one in text for one in secret)]
        assert (bytes(change.sealed_secrets), change.has_secrets) == (b"", True)
        assert AuditChange.objects.filter(table="setup_change", new__sealed_secrets="…").exists()

    def test_payu_is_asked_for_a_token(self, treasurer, office, settings, stamp_account):
        with PayUSimulator().running() as payu:
            settings.PAYMENT_OPERATORS = settings.PAYMENT_OPERATORS | {"payu": {"live": payu.root, "sandbox": ""}}
            said = contract(stamp_account, pos_id=payu.pos_id, client_secret="zly", second_key=payu.second_key)
            del said["is_sandbox"]
            wrong = proposed(treasurer, "payu/nowe/", said)
            right = proposed(treasurer, "payu/nowe/", said | {"client_secret": payu.client_secret, "allows_md5": "on"})

            assert "Operator płatności odmówił" in decided(office, wrong, "sprawdz")
            assert "zna te klucze" in decided(office, right, "sprawdz")
            decided(office, right)

        row = Merchant.objects.get()
        assert (row.operator, row.merchant_id, row.is_sandbox, row.allows_md5) == ("payu", "300746", False, True)

    def test_who_approves_is_told_that_nobody_really_pays(self, treasurer, office, stamp_account):
        live = {name: said for name, said in contract(stamp_account, pos_id="5").items() if name != "is_sandbox"}
        pages = [
            office.get(f"/urzad/ustawienia/zmiana/{proposed(treasurer, 'przelewy24/nowe/', said).pk}/").content.decode()
            for said in (contract(stamp_account), live)
        ]

        assert ["nikt naprawdę nie zapłaci" in page for page in pages] == [True, False]

    def test_wrong_keys_are_told(self, treasurer, operator, stamp_account):
        change = proposed(treasurer, "przelewy24/nowe/", contract(stamp_account, api_key="zly"))
        assert "Operator płatności odmówił" in decided(treasurer, change, "sprawdz")
        assert change.state == "asked"

    def test_a_key_left_empty_stays(self, treasurer, office, merchant):
        said = contract(merchant.bank_account, merchant_id="999", api_key="nowy", crc="")
        decided(office, proposed(treasurer, f"przelewy24/{merchant.pk}/", said))

        merchant.refresh_from_db()
        assert merchant.connect().own.secrets == {"api_key": "nowy", "crc": "klucz-crc"}

    def test_one_person_stops_payments_at_once(self, treasurer, merchant):
        said = contract(merchant.bank_account, merchant_id="999", api_key="", crc="") | {"ground": "wyciek kluczy"}
        change = proposed(
            treasurer, f"przelewy24/{merchant.pk}/", {key: said[key] for key in said if key != "is_active"}
        )

        merchant.refresh_from_db()
        assert (merchant.is_active, change.state, change.decided_by) == (False, "done", None)
        assert AuditEntry.objects.filter(thing__startswith=f"zmiana {change.pk}, zmieniono").count() == 1

    def test_a_proposal_does_not_hold_up_a_stop(self, treasurer, office, merchant):
        path = f"przelewy24/{merchant.pk}/"
        waiting = proposed(treasurer, path, contract(merchant.bank_account, merchant_id="999", crc="nowy"))
        said = contract(merchant.bank_account, merchant_id="999", api_key="", crc="")
        del said["is_active"]
        proposed(treasurer, path, said)

        assert "zmieniło się od czasu propozycji" in decided(office, waiting)
        merchant.refresh_from_db()
        assert (merchant.is_active, merchant.connect().own.secrets["crc"]) == (False, "klucz-crc")

    def test_a_contract_in_use_keeps_its_numbers(self, treasurer, merchant, make_charge, anna):
        begin(anna, [make_charge()], visit=VISIT, at=timezone.now())
        for said in ({"pos_id": "1"}, {"merchant_id": "1"}, {"is_sandbox": ""}):
            typed = contract(merchant.bank_account, merchant_id="999") | said
            assert treasurer.post(f"{ROOT}/przelewy24/{merchant.pk}/", typed).status_code == 422, said

    def test_what_is_wrong_is_said(self, treasurer, stamp_account):
        for wrong in ({"pos_id": "a"}, {"pos_id": "¹"}, {"crc": ""}, {"bank_account": "999999"}, {"bank_account": "x"}):
            response = treasurer.post(f"{ROOT}/przelewy24/nowe/", contract(stamp_account, **wrong))
            assert (response.status_code, Change.objects.count()) == (422, 0), wrong

    def test_a_point_and_an_account_have_one_contract(self, treasurer, merchant):
        BankAccount.objects.create(
            municipality=merchant.municipality, nrb=OTHER_NRB, title="Woda", purpose="water", valid_from="2020-01-01"
        )
        same_point = contract(BankAccount.objects.get(nrb=OTHER_NRB))
        same_account = contract(merchant.bank_account, client_secret="a", second_key="b", pos_id="300746")
        assert treasurer.post(f"{ROOT}/przelewy24/nowe/", same_point).status_code == 422
        assert treasurer.post(f"{ROOT}/payu/nowe/", same_account).status_code == 422

    def test_the_connection_of_a_contract_is_tried(self, treasurer, operator, merchant):
        path = f"{ROOT}/przelewy24/{merchant.pk}/sprawdz/"
        assert "zna te klucze" in treasurer.post(path, follow=True).content.decode()
        operator.api_key = "inny"
        assert "Operator płatności odmówił" in treasurer.post(path, follow=True).content.decode()
        assert treasurer.post(f"{ROOT}/przelewy24/{merchant.pk}/x/").status_code == 404
        assert treasurer.post(f"{ROOT}/payu/{merchant.pk}/sprawdz/").status_code == 404
        assert treasurer.get(path).status_code == 405


def test_end_of_a_period_is_exclusive(treasurer, office, stamp_account):
    """A successor may begin on the day on which the one before it ends."""
    BankAccount.objects.update(valid_to=date(2030, 1, 1))
    change = proposed(treasurer, "rachunki/nowe/", account(nrb=OTHER_NRB, valid_from="2030-01-01"))
    decided(office, change)
    assert BankAccount.objects.valid(date(2029, 12, 31)).get().nrb == NRB
    assert BankAccount.objects.valid(date(2030, 1, 1)).get().nrb == OTHER_NRB
