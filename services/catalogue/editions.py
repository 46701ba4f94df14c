"""Forms as an office has edited them: the declared form, its own words over it, its own questions in it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.catalogue.declaration import EService
from services.catalogue.models import FormEdition
from services.forms.definition import Form, Step
from services.forms.questions import (
    Asked,
    Choice,
    Day,
    Email,
    Line,
    Lines,
    Number,
    Option,
    Question,
    Statement,
)
from services.identity.models import User
from spatial.errors import Conflict, Malformed
from spatial.municipalities.models import Municipality
from spatial.ogc.text import Text

#: of one form
MOST_ADDED = 20
MOST_OPTIONS = 30
LONGEST = {"label": 200, "hint": 500}

#: what an office may ask by itself: kind to its name and to its question
KINDS: Mapping[str, tuple[Any, Callable[..., Question]]] = {
    "line": (gettext_lazy("wiersz tekstu"), Line),
    "lines": (gettext_lazy("dłuższy tekst"), Lines),
    "number": (gettext_lazy("liczba"), lambda **said: Number(places=2, **said)),
    "day": (gettext_lazy("dzień"), Day),
    "email": (gettext_lazy("adres e-mail"), Email),
    "choice": (gettext_lazy("wybór jednej z odpowiedzi"), Choice),
    "statement": (gettext_lazy("oświadczenie"), Statement),
}


def form_for(service: EService, municipality: str | None) -> Form:
    """The form of today: of the municipality where that is known, otherwise as declared."""
    edition = current(service, municipality) if municipality else None
    return edited(service.form, edition) if edition else service.form


def current(service: EService, municipality: str) -> FormEdition | None:
    """The newest published one that was not withdrawn."""
    rows = FormEdition.objects.filter(municipality=municipality, service=service.code, withdrawn_at=None)
    return rows.exclude(published_at=None).order_by("-number").first()


def edited(form: Form, edition: FormEdition) -> Form:
    """Words of a question that is no longer declared are left out; a question for a step that is gone comes last."""
    names = [step.name for step in form.steps]
    own: dict[str, list[Mapping[str, Any]]] = {}
    for one in edition.added:
        own.setdefault(one["step"] if one["step"] in names else names[-1], []).append(one)
    steps = []
    for step in form.steps:
        declared = [reworded(one, edition.words.get(one.name)) for one in step.questions]
        steps.append(Step(step.name, step.title, (*declared, *map(question_of, own.get(step.name, [])))))
    return Form(f"{form.version}.{edition.number}", tuple(steps))


def reworded(one: Asked, words: Mapping[str, Any] | None) -> Asked:
    said = {part: Text(**text) for part, text in (words or {}).items()}
    return replace(one, label=said.get("label", one.label), hint=said.get("hint", one.hint))


def question_of(said: Mapping[str, Any]) -> Question:
    """Of an entry of ``FormEdition.added``."""
    make = KINDS[said["kind"]][1]
    more: dict[str, Any] = {}
    if said["kind"] == "choice":
        more["options"] = tuple(Option(str(number), Text(one, one)) for number, one in enumerate(said["options"], 1))
    label, hint = Text(**said["label"]), Text(**said["hint"])
    return make(name=said["name"], label=label, hint=hint, is_required=said["is_required"], **more)


# --- editing ------------------------------------------------------------------------------------------------------


@transaction.atomic
def working(service: EService, municipality: Municipality) -> FormEdition:
    """The edition that is being worked on, locked; at first it is as the one in use."""
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    rows = FormEdition.objects.filter(municipality=municipality, service=service.code)
    held = rows.filter(published_at=None).first()
    if held is not None:
        return held
    base = current(service, municipality.pk)
    return FormEdition.objects.create(
        municipality=municipality, service=service.code, number=(rows.aggregate(most=Max("number"))["most"] or 0) + 1,
        words=base.words if base else {}, added=base.added if base else [],
    )  # fmt: skip


@transaction.atomic
def reword(service: EService, municipality: Municipality, said: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
    """said: {question: {"label": {"pl", "en"}, "hint": …}}; words equal to the declared ones are not kept.

    Raises Malformed for an empty label and for words that are too long.
    """
    edition = working(service, municipality)
    words: dict[str, dict[str, dict[str, str]]] = {}
    for one in service.form.questions():
        for part, text in said.get(one.name, {}).items():
            declared: Text = getattr(one, part)
            if part == "label" and not text["pl"].strip():
                raise Malformed(_("Pytanie „%(label)s” musi mieć treść.") % {"label": declared.pl})
            if text != declared.as_dict():
                words.setdefault(one.name, {})[part] = bilingual(part, text)
    edition.words = words
    edition.save(update_fields=["words"])


def bilingual(part: str, text: Mapping[str, str]) -> dict[str, str]:
    """Without English the Polish words stand in both. Raises Malformed."""
    told = {"pl": text.get("pl", "").strip(), "en": text.get("en", "").strip()}
    told["en"] = told["en"] or told["pl"]
    if max(map(len, told.values())) > LONGEST[part]:
        raise Malformed(_("Skróć tekst do %(most)d znaków.") % {"most": LONGEST[part]})
    return told


@transaction.atomic
def add(
    service: EService, municipality: Municipality, *, step: str, kind: str, label: Mapping[str, str],
    hint: Mapping[str, str], is_required: bool, options: list[str],
) -> None:  # fmt: skip
    """A question of the office's own at the end of the step. Raises Malformed."""
    edition = working(service, municipality)
    if kind not in KINDS or service.form.step(step) is None:
        raise Malformed(_("Wybierz rodzaj pytania i krok formularza."))
    if not label.get("pl", "").strip():
        raise Malformed(_("Napisz treść pytania."))
    options = list(dict.fromkeys(one.strip()[:150] for one in options if one.strip()))
    if kind == "choice" and not 2 <= len(options) <= MOST_OPTIONS:
        raise Malformed(_("Podaj od 2 do %(most)d odpowiedzi, każdą w osobnym wierszu.") % {"most": MOST_OPTIONS})
    if len(edition.added) >= MOST_ADDED:
        raise Malformed(_("Formularz może mieć najwyżej %(most)d własnych pytań urzędu.") % {"most": MOST_ADDED})
    entry: dict[str, Any] = {
        "name": f"own_{edition.number}_{1 + len(edition.added)}", "step": step, "kind": kind,
        "label": bilingual("label", label), "hint": bilingual("hint", hint), "is_required": is_required,
        "options": options if kind == "choice" else [],
    }  # fmt: skip
    taken = {one["name"] for one in edition.added}
    while entry["name"] in taken:
        entry["name"] += "x"
    edition.added = [*edition.added, entry]
    edited(service.form, edition)  # what cannot be a form raises here, before it is kept
    edition.save(update_fields=["added"])


@transaction.atomic
def drop(service: EService, municipality: Municipality, name: str) -> None:
    edition = working(service, municipality)
    edition.added = [one for one in edition.added if one["name"] != name]
    edition.save(update_fields=["added"])


@transaction.atomic
def publish(service: EService, municipality: Municipality, *, reason: str, by: User, at: datetime) -> FormEdition:
    """From now on new filings are of this edition. Raises Malformed without a reason, Conflict without a change."""
    edition = working(service, municipality)
    if not reason.strip():
        raise Malformed(_("Napisz, z czego wynika zmiana formularza, na przykład z zarządzenia."))
    base = current(service, municipality.pk)
    if (edition.words, edition.added) == ((base.words, base.added) if base else ({}, [])):
        raise Conflict(_("Ten formularz nie różni się od obowiązującego."))
    edition.reason, edition.published_at, edition.published_by = reason.strip()[:300], at, by
    edition.save(update_fields=["reason", "published_at", "published_by"])
    return edition


@transaction.atomic
def withdraw(service: EService, municipality: Municipality, number: int, *, at: datetime) -> None:
    """The one before it is in force again; drafts of the withdrawn one keep what was typed. Raises Conflict."""
    rows = FormEdition.objects.filter(municipality=municipality, service=service.code, number=number, withdrawn_at=None)
    if not rows.exclude(published_at=None).update(withdrawn_at=at):
        raise Conflict(_("Tej wersji formularza nie można wycofać."))
