"""The enrolment client: asks a CA for certificates to keys made on the card, and puts them there."""
