"""How a request stands, or why that can't be told."""

from __future__ import annotations

from dataclasses import dataclass

from cardtools.common.protocol import Problem, RequestState, RequestStatus
from cardtools.enrol.ca_client import CaRefusedError
from cardtools.enrol.errors import EnrolError
from cardtools.enrol.files.pending import PendingRequest
from cardtools.enrol.flows.installing import ca_of
from cardtools.enrol.flows.session import Session


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request, with what its CA says of it or why nothing is known."""

    id: str
    pending: PendingRequest | None = None
    status: RequestStatus | None = None
    failure: EnrolError | None = None

    @property
    def issued(self) -> bool:
        """Whether there is a certificate to be had."""
        return self.status is not None and self.status.state is RequestState.ISSUED


def check_request(session: Session, request_id: str) -> CheckedRequest:
    """Asks the CA that has the request; never raises for what one request alone may have."""
    pending = None
    try:
        pending = session.pending.find(request_id)
        ca = ca_of(session, pending)
        try:
            return CheckedRequest(request_id, pending, ca.status(request_id))
        except CaRefusedError as error:
            if error.problem is not Problem.NOT_FOUND:
                raise
            raise EnrolError("check-lost", id=request_id, url=ca.url) from error
    except EnrolError as error:
        return CheckedRequest(request_id, pending, failure=error)
