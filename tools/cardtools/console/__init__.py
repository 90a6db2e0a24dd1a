"""The console: a trainee's desk, a class, and the trainer's board, as pages."""
