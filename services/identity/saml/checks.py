"""Every check of an answer (saml-profiles 4.1.4.3, saml-core 2.5): each one refuses with a reason of its own.

Only elements that ``signing.covered`` returned, or that were decrypted inside of one, come here.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lxml.etree import _Element as Element

from services.identity.news import NaturalPerson
from services.identity.saml.errors import NotProved, Reason
from services.identity.saml.request import ATTRIBUTES, LEVELS, SUBSTANTIAL
from services.identity.saml.xml import BEARER, NAMES, SUCCESS, only, text_at

SKEW = timedelta(seconds=60)  #: by which clocks may differ
#: a PESEL, or what eIDAS gives somebody from another country: theirs, ours, their own number there
IDENTIFIER = re.compile(r"[0-9]{11}|[A-Z]{2}/PL/[!-~]{1,256}")
#: xs:date, with its zone or without
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
LATIN = "{http://eidas.europa.eu/attributes/naturalperson}LatinScript"
CONFIRMED = "saml:Subject/saml:SubjectConfirmation"
STATED = "saml:AuthnStatement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an honest answer says of itself."""

    issuer: str
    audience: str  #: entity of ours
    recipient: str  #: address of ours that it came to
    request_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an assertion that passed says."""

    person: NaturalPerson
    assertion_id: str
    until: datetime  #: ``SKEW`` later no copy of it passes
    means: str  #: who has identified the person, "pz.gov.pl"
    name_id: str
    session_index: str


def refuse_other_issuer(element: Element, issuer: str) -> None:
    """Raises NotProved."""
    if text_at(element, "saml:Issuer", reason=Reason.ISSUER) != issuer:
        raise NotProved(Reason.ISSUER)


def refuse_misled(element: Element, *, destination: str, in_response_to: str) -> None:
    """Raises NotProved for an answer to another place or to another question; the place may be left out."""
    if element.get("Destination", destination) != destination:
        raise NotProved(Reason.DESTINATION)
    if element.get("InResponseTo") != in_response_to:
        raise NotProved(Reason.REQUEST)


def refuse_no_success(element: Element) -> None:
    """Raises NotProved."""
    if only(element, "samlp:Status/samlp:StatusCode", reason=Reason.STATUS).get("Value") != SUCCESS:
        raise NotProved(Reason.STATUS)


def refuse_response(response: Element, expected: Expected) -> None:
    """What stands around the assertion. Raises NotProved."""
    refuse_other_issuer(response, expected.issuer)
    refuse_misled(response, destination=expected.recipient, in_response_to=expected.request_id)
    refuse_no_success(response)


def told_by(assertion: Element, expected: Expected) -> Told:
    """What the assertion says, once nothing speaks against it. Raises NotProved."""
    refuse_other_issuer(assertion, expected.issuer)
    until = refuse_unconfirmed(assertion, expected)
    refuse_conditions(assertion, expected)
    refuse_weak(assertion)
    return Told(
        person=person_in(assertion), assertion_id=id_of(assertion), until=until,
        means=(assertion.findtext(f"{STATED}/saml:AuthnContext/saml:AuthenticatingAuthority", "", NAMES)).strip()[:100],
        name_id=text_at(assertion, "saml:Subject/saml:NameID"),
        session_index=only(assertion, STATED).get("SessionIndex", ""),
    )  # fmt: skip


def id_of(element: Element) -> str:
    """Raises NotProved where it has none."""
    if found := element.get("ID"):
        return found
    raise NotProved(Reason.UNREADABLE)


def refuse_unconfirmed(assertion: Element, expected: Expected) -> datetime:
    """Until when the assertion may be delivered. Raises NotProved."""
    confirmation = only(assertion, CONFIRMED)
    data = only(confirmation, "saml:SubjectConfirmationData")
    if confirmation.get("Method") != BEARER or data.get("Recipient") != expected.recipient:
        raise NotProved(Reason.RECIPIENT)
    if data.get("InResponseTo") != expected.request_id:
        raise NotProved(Reason.REQUEST)
    refuse_out_of_time(data, at=expected.at)
    return moment(data.get("NotOnOrAfter", ""))


def refuse_conditions(assertion: Element, expected: Expected) -> None:
    """Raises NotProved."""
    conditions = only(assertion, "saml:Conditions")
    refuse_out_of_time(conditions, at=expected.at)
    for restriction in conditions.findall("saml:AudienceRestriction", NAMES) or [conditions]:
        if expected.audience not in [one.text for one in restriction.findall("saml:Audience", NAMES)]:
            raise NotProved(Reason.AUDIENCE)


def refuse_out_of_time(element: Element, *, at: datetime) -> None:
    """From NotBefore, which may be left out, to before NotOnOrAfter, each with the skew. Raises NotProved."""
    if (begin := element.get("NotBefore")) and at + SKEW < moment(begin):
        raise NotProved(Reason.EARLY)
    if at - SKEW >= moment(element.get("NotOnOrAfter", "")):
        raise NotProved(Reason.EXPIRED)


def refuse_weak(assertion: Element) -> None:
    """Raises NotProved for a level below the one that was asked for, and for one that nobody knows."""
    level = text_at(assertion, f"{STATED}/saml:AuthnContext/saml:AuthnContextClassRef", reason=Reason.LEVEL)
    if level not in LEVELS[LEVELS.index(SUBSTANTIAL) :]:
        raise NotProved(Reason.LEVEL)


def person_in(assertion: Element) -> NaturalPerson:
    """All four attributes, each with one value. Raises NotProved."""
    told = {name: attribute(assertion, name) for name in ATTRIBUTES}
    if not IDENTIFIER.fullmatch(told["PersonIdentifier"]):
        raise NotProved(Reason.PERSON)
    return NaturalPerson(
        identifier=told["PersonIdentifier"], first_name=told["FirstName"][:150], last_name=told["FamilyName"][:150],
        born_on=day(told["DateOfBirth"]),
    )  # fmt: skip


def attribute(assertion: Element, name: str) -> str:
    """The value in Latin letters: eIDAS adds a second one as written in Greek or Bulgarian. Raises NotProved."""
    path = f"saml:AttributeStatement/saml:Attribute[@Name='{ATTRIBUTES[name]}']/saml:AttributeValue"
    values = [one.text for one in assertion.findall(path, NAMES) if one.get(LATIN) != "false"]
    match values:
        case [str(value)] if value.strip():
            return value.strip()
    raise NotProved(Reason.PERSON)


def day(text: str) -> date:
    """Of an xs:date; its zone says nothing of a birthday. Raises NotProved."""
    found = DAY.fullmatch(text)
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise NotProved(Reason.PERSON) from None


def moment(text: str) -> datetime:
    """An xs:dateTime, in UTC where it names no zone (saml-core 1.3.3). Raises NotProved."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NotProved(Reason.UNREADABLE) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
