"""Somebody asked the impossible. The message is for that person, the code is for programs.

Services and pages speak the visitor's language; messages that quote registers or the law are Polish.

A ServiceError is no fault of ours and is not logged as one; ``status`` is its answer over HTTP.
"""

from typing import ClassVar


class ServiceError(Exception):
    """Base of everything a person can mend: what happened, what it means, what to do."""

    code: ClassVar[str] = "service-error"
    status: ClassVar[int] = 400
    type: ClassVar[str] = ""  #: URI of the kind, where a standard names one

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(ServiceError):
    """The thing asked for is not in our registers."""

    code = "not-found"
    status = 404


class Retired(ServiceError):
    """The thing was here once and has successors or an end date."""

    code = "retired"
    status = 410


class Malformed(ServiceError):
    """The words of the question cannot be read."""

    code = "malformed"
    status = 400


class Conflict(ServiceError):
    """The state of the thing does not allow what was asked."""

    code = "conflict"
    status = 409


class Refused(ServiceError):
    """This person may not do or see that."""

    code = "refused"
    status = 403
