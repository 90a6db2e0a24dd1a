"""The trainer's pages: exercises to try, classes, and the board on which a class is seen live."""
