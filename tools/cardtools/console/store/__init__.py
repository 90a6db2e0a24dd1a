"""The console's one SQLite file: classes, trainees, and what became of each exercise."""
