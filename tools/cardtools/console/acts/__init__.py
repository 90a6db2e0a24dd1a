"""What a trainee does with the card, in a process that serves this one act: cardmanager's and enrol's own ways."""
