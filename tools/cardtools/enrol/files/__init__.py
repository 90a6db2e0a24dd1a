"""What the enrolment client reads and writes: settings, pending requests, certificates, reports."""
