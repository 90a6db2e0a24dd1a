"""The enrolment client's commands, and how their failures are told."""
