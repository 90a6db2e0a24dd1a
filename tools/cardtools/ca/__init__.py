"""The training CA: a small, real certification authority for the enrolment client to talk to."""
