"""A change of a setting from the form to the row: at once, or when another person has approved it.

Each step is a line of the audit: who, when, which fields of what; never a value of a secret.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import translation
from django.utils.translation import gettext as _

from services.audit import grounds
from services.audit.services import Action, write
from services.identity.models import StaffRole, User
from services.identity.protected import opened, sealed
from services.setup.forms import SettingForm, Values
from services.setup.kinds import Kind, Text, kind_of
from services.setup.models import Change
from spatial.errors import Conflict, Malformed, Refused
from spatial.municipalities.models import Municipality
from spatial.words import polish_date

State = Change.State
#: who may be the second person in an office, as with refunds
APPROVERS = (StaffRole.Role.TAX_CLERK, StaffRole.Role.CLERK)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change, in words."""

    label: Text
    before: str
    after: str


def filled(kind: Kind, row: Model, values: Values) -> SettingForm:
    """A valid form as a command fills it. Raises Malformed."""
    form = kind.form(values, instance=row, by_shell=True)
    if not form.is_valid():
        raise Malformed(said(form))
    return form


def put(kind: Kind, form: SettingForm, *, at: datetime) -> Model:
    """A form of a command: whoever has the shell of the server needs nobody's approval. Raises Malformed, Conflict."""
    with one_at_a_time(municipality_of(form)):
        form.full_clean()  # again: it was filled before others were kept out
        if form.errors:
            raise Malformed(said(form))
        change = change_of(kind, form, by=None, at=at)
        return enter(change, form)


def ask(kind: Kind, form: SettingForm, *, by: User, at: datetime) -> Change:
    """A valid form of a page: done at once where one person is enough, otherwise it waits.

    What one person may do, such as stopping a contract, no proposal holds up; the proposal is then out of date.
    Raises Malformed where nothing would change, Conflict where another change of the row waits or was quicker.
    """
    if not form.changes:
        raise Malformed(_("Nic się nie zmieniło."))
    with one_at_a_time(municipality_of(form)):
        change = change_of(kind, form, by=by, at=at)
        if change.row and form.changes <= kind.alone:
            enter(change, ready(change))
            note(change, "zmieniono", by=by)
            return change
        if change.row and waiting_for(change):
            raise Conflict(_("Zmiana tego ustawienia już czeka na drugą osobę."))
        change.sealed_secrets = sealed(json.dumps(form.given_secrets)) if form.given_secrets else b""
        change.save()
        note(change, "zaproponowano", by=by)
    return change


def decide(change: Change, *, is_approved: bool, by: User, at: datetime) -> Change:
    """The second person's word. The rules are asked again: days have passed and other rows may have come.

    Raises Refused for the one who asked, Conflict where it has been decided or cannot be done any more.
    """
    with one_at_a_time(change.municipality):
        change = locked(change)
        if change.asked_by_id == by.pk:
            raise Refused(_("Zmianę zatwierdza inna osoba niż ta, która ją zaproponowała."))
        change.decided_by, change.decided_at = by, at
        if is_approved:
            enter(change, ready(change))
        else:
            close(change, State.REFUSED)
        note(change, "zatwierdzono" if is_approved else "odrzucono", by=by)
    return change


def withdraw(change: Change, *, by: User, at: datetime) -> Change:
    """Raises Refused for anybody but the one who asked, Conflict where it has been decided."""
    with one_at_a_time(change.municipality):
        change = locked(change)
        if change.asked_by_id != by.pk:
            raise Refused(_("Propozycję wycofuje osoba, która ją złożyła."))
        change.decided_at = at
        close(change, State.WITHDRAWN)
        note(change, "wycofano", by=by)
    return change


def form_of(change: Change) -> SettingForm:
    """The form as it was filled. Raises Conflict where the row is not any more as it was then."""
    kind = kind_of(change.kind)
    row = kind.rows(change.municipality).filter(pk=change.row).first() if change.row else None
    secrets = json.loads(opened(bytes(change.sealed_secrets))) if change.sealed_secrets else {}
    told = change.new | secrets | {"ground": change.ground}
    form = kind.form(told, instance=row or kind.fresh(change.municipality))
    if change.row and (row is None or form.before != change.old):
        raise Conflict(_("Ustawienie zmieniło się od czasu propozycji. Złóż ją jeszcze raz."))
    return form


def ready(change: Change) -> SettingForm:
    """The form, valid today. Raises Conflict."""
    form = form_of(change)
    if not form.is_valid():
        raise Conflict(said(form))
    return form


def differences(change: Change) -> list[Difference]:
    """What changes, as a person reads it; of a new row all that it has."""
    kind = kind_of(change.kind)
    form = kind.form(instance=kind.fresh(change.municipality))
    old = change.old or {}
    found = [
        Difference(field.label or name, in_words(field, old.get(name)), in_words(field, change.new.get(name)))
        for name, field in form.shown
        if change.old is None or old.get(name) != change.new.get(name)
    ]
    secrets = [Difference(_("Klucze"), _("ukryte") if change.old else "", _("nowe, ukryte"))]
    return found + (secrets if change.has_secrets else [])


def facts_of(kind: Kind, row: Any) -> list[tuple[Text, str]]:
    """A row as a page shows it: its fields, then what the kind adds."""
    form = kind.form(instance=row)
    return [
        *((field.label or name, in_words(field, form.before[name])) for name, field in form.shown),
        *kind.facts(row),
    ]


def in_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return _("tak") if value else _("nie")
    if value in (None, ""):
        return ""
    if isinstance(field, forms.ModelChoiceField):
        return str(field.queryset.filter(pk=value).first() or value) if field.queryset is not None else str(value)
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return polish_date(date.fromisoformat(value)) if isinstance(field, forms.DateField) else str(value)


# --- inside -----------------------------------------------------------------------------------------------------------


@contextmanager
def one_at_a_time(municipality: Municipality) -> Iterator[None]:
    """One transaction; nobody else changes settings of the office meanwhile. Raises Conflict for a doubled row."""
    try:
        with transaction.atomic():
            Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
            yield
    except IntegrityError:
        raise Conflict(_("Takie ustawienie już jest.")) from None


def municipality_of(form: SettingForm) -> Municipality:
    found: Municipality = form.instance.municipality
    return found


def change_of(kind: Kind, form: SettingForm, *, by: User | None, at: datetime) -> Change:
    return Change(
        municipality=municipality_of(form), kind=kind.code, row=form.instance.pk,
        old=form.before if form.instance.pk else None, new=form.values, has_secrets=bool(form.given_secrets),
        ground=form.cleaned_data.get("ground", "manage.py"), asked_by=by, asked_at=at,
    )  # fmt: skip


def enter(change: Change, form: SettingForm) -> Model:
    """The row is as the form says."""
    row: Model = form.save()
    change.row = row.pk
    close(change, State.DONE)
    return row


def close(change: Change, state: Change.State) -> None:
    change.state, change.sealed_secrets = state, b""
    change.save()


def waiting_for(change: Change) -> bool:
    rows = Change.objects.filter(municipality=change.municipality, kind=change.kind, row=change.row)
    return rows.filter(state=State.ASKED).exists()


def locked(change: Change) -> Change:
    """Raises Conflict where it has been decided."""
    found = Change.objects.select_for_update(of=["self"]).select_related("municipality").get(pk=change.pk)
    if not found.is_waiting:
        raise Conflict(_("Ta zmiana jest już rozstrzygnięta."))
    return found


def note(change: Change, what: str, *, by: User) -> None:
    with translation.override("pl"):
        names = ", ".join(str(one.label) for one in differences(change))
        thing = f"zmiana {change.pk}, {what}: {kind_of(change.kind).title} ({names})"
    write(
        user=by, action=Action.SETTING, municipality=change.municipality, subject=None, ground=grounds.SETTINGS,
        thing=thing,
    )  # fmt: skip


def said(form: SettingForm) -> str:
    """All errors of a form in one text."""
    lines = []
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label}: " if name in form.fields else ""
        lines += [f"{label}{error}" for error in errors]
    return " ".join(lines)
