"""Fields between a page and the forms: as they were posted, as errors lead to them."""

from django.http import HttpRequest

from services.forms.page import Field, Many


def posted_fields(request: HttpRequest) -> dict[str, list[str]]:
    return {name: [storable(str(value)) for value in request.POST.getlist(name)] for name in request.POST}


def storable(text: str) -> str:
    """Without what a database cannot hold: the zero and halves of letters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def names_of(fields: list[Field | Many]) -> list[str]:
    """Of all that the page shows, as errors name it."""
    found = []
    for field in fields:
        found.append(field.name)
        for thing in field.things if isinstance(field, Many) else ():
            found += [one.name for one in thing.fields]
    return found


def labelled(fields: list[Field | Many]) -> list[tuple[str, str, str]]:
    """For the summary of errors: element, label, message."""
    found: list[tuple[str, str, str]] = []
    for field in fields:
        if field.error:
            found.append((field.id, field.label, field.error))
        for thing in field.things if isinstance(field, Many) else ():
            found += [(one.id, f"{thing.title}: {one.label}", one.error) for one in thing.fields if one.error]
    return found
