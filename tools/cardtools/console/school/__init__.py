"""What the console decides: classes and their trainees, which exercise is next, who is called, and how it went."""
