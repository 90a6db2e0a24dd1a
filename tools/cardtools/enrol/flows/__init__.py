"""What the enrolment client does, step by step: requests, renewals, installing, cleaning."""
