"""``docs/services.md``: what the e-services declare."""

from collections.abc import Iterator

from services.catalogue.declaration import EService, eservices
from services.catalogue.prefill import SOURCES
from services.forms.questions import Asked, Choice, Group, When, is_needed
from services.identity.base import Level

LEVELS = {Level.ACCOUNT: "an account", Level.LINKED: "an account linked by a code", Level.TRUSTED: "the national node"}


def services_page() -> str:
    """Markdown, made from the declarations alone."""
    lines = [
        "# E-services",
        "",
        "Made from the declarations by `manage.py handbook`; how to add one: [add-a-service.md](add-a-service.md).",
        "Classes, own terms and own questions of a municipality are dated rows, edited at `/urzad/uslugi/`.",
        "",
        "| service | code | handled by | term | legal basis |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(cells(one))} |" for one in eservices]
    for one in eservices:
        lines += ["", *told(one)]
    return "\n".join(lines) + "\n"


def cells(one: EService) -> tuple[str, ...]:
    unit = one.term.unit if one.term.count > 1 else one.term.unit.removesuffix("s")
    term = f"{one.term.count} {unit}, {one.term.basis}"
    title = f"{one.card.title.pl} ({one.card.title.en})"
    return title, f"`{one.code}`", str(one.role.label), term, one.card.legal_basis


def told(service: EService) -> Iterator[str]:
    yield f"## {service.card.title.pl}"
    yield ""
    yield f"{service.card.summary.en} {service.card.cost.en}"
    yield ""
    rates = ", ".join(f"`{code}`" for code in service.rates) or "none"
    yield f"Signed in by: {LEVELS[service.level]}. Fees by the rates: {rates}."
    yield ""
    yield f"Letters: {service.letters.answer}; {service.letters.refusal}. Form of version {service.form.version}:"
    yield ""
    yield "| step | question | kind | needed | asked when |"
    yield "|---|---|---|---|---|"
    for step in service.form.steps:
        for one in step.questions:
            yield row(step.title.en, one.name, one)
            if isinstance(one, Group):
                yield from (row(step.title.en, f"{one.name}.{part.name}", part) for part in one.questions)


def row(step: str, name: str, one: Asked) -> str:
    needed = "yes" if is_needed(one) else "no"
    return f"| {step} | `{name}`: {one.label.en} | {kind(one)} | {needed} | {condition(one.when)} |"


def kind(one: Asked) -> str:
    said = one.kind
    if isinstance(one, Choice) and one.options:
        said += ": " + ", ".join(f"`{option.value}`" for option in one.options)
    source = "" if isinstance(one, Group) else one.prefill
    return f"{said}, filled in: {source}" if source in SOURCES else said


def condition(when: When | None) -> str:
    return f"`{when.question}` is {', '.join(f'`{value}`' for value in when.values)}" if when else ""
