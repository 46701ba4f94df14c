"""How every service is asked: only when it is on and not resting, again where that may help, and written down."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from django.utils import timezone
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from spatial.remote.base import Answer, Body, Failed, Found, NothingFound
from spatial.remote.endpoints import Endpoint
from spatial.remote.models import RemoteCall, ServiceHealth
from spatial.remote.reasons import TRANSIENT, Reason, ServiceFailed
from spatial.remote.transport import fetch

LOGGER = logging.getLogger(__name__)
LONGEST_WAIT_S = 30


@dataclass(slots=True)
class _Course:
    """What one question took."""

    attempts: int = 0
    size: int = 0


def ask[Value](
    endpoint: Endpoint, operation: str, params: Mapping[str, str], read: Callable[[Body], Value | None]
) -> Answer[Value]:
    """Ask and read; ``read`` returns None for "found nothing" and raises ServiceFailed for what is no answer.

    operation: name of the question in the log; nothing of ``params`` gets there.
    """
    course, began = _Course(), monotonic()
    answer = _asked(endpoint, params, read, course)
    outcome = {Found: "found", NothingFound: "nothing"}.get(type(answer), "failed")
    RemoteCall.objects.create(
        code=endpoint.code,
        operation=operation[:60],
        outcome=outcome,
        reason=answer.reason if isinstance(answer, Failed) else "",
        attempts=course.attempts,
        duration_ms=round(1000 * (monotonic() - began)),
        size_bytes=course.size,
    )
    return answer


def _asked[Value](
    endpoint: Endpoint, params: Mapping[str, str], read: Callable[[Body], Value | None], course: _Course
) -> Answer[Value]:
    if not endpoint.is_enabled:
        return failed(ServiceFailed(Reason.OFF))
    now = timezone.now()
    longest = timedelta(seconds=endpoint.attempts * (endpoint.timeout_s + LONGEST_WAIT_S))
    if not ServiceHealth.may_be_asked(endpoint.code, at=now, probe_until=now + longest):
        return failed(ServiceFailed(Reason.RESTING))
    try:
        value = _patiently(endpoint, params, read, course)
    except ServiceFailed as fault:
        LOGGER.warning("Service %s: %s", endpoint.code, fault.reason)
        _note(endpoint, fault.reason)
        return failed(fault)
    ServiceHealth.note_success(endpoint.code)
    return NothingFound() if value is None else Found(value)


def _patiently[Value](
    endpoint: Endpoint, params: Mapping[str, str], read: Callable[[Body], Value | None], course: _Course
) -> Value | None:
    """Attempts with growing waits. Raises ServiceFailed of the last one."""

    def attempt() -> Value | None:
        course.attempts += 1
        body = fetch(endpoint, params)
        course.size = len(body.content)
        if not body.content.strip():
            raise ServiceFailed(Reason.EMPTY)
        if body.is_page:
            raise ServiceFailed(Reason.PAGE)
        return read(body)

    retrying = Retrying(
        retry=retry_if_exception(lambda fault: isinstance(fault, ServiceFailed) and fault.is_transient),
        stop=stop_after_attempt(endpoint.attempts),
        wait=_waiting(endpoint),
        reraise=True,
    )
    return retrying(attempt)


def _waiting(endpoint: Endpoint) -> Callable[[RetryCallState], float]:
    grows = wait_random_exponential(multiplier=endpoint.first_wait_s, max=LONGEST_WAIT_S)
    return lambda state: endpoint.first_wait_s / 2 + grows(state)


def _note(endpoint: Endpoint, reason: Reason) -> None:
    """Only what may pass by itself makes a service rest; a refused question says that it is there."""
    if reason in TRANSIENT:
        rests_until = timezone.now() + timedelta(seconds=endpoint.rest_s)
        ServiceHealth.note_failure(endpoint.code, limit=endpoint.failures_to_rest, rests_until=rests_until)
    else:
        ServiceHealth.note_success(endpoint.code)


def failed(fault: ServiceFailed) -> Failed:
    return Failed(fault.reason, fault.message)
