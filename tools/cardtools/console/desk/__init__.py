"""The trainee's desk: a card manager on a page, after the vendors' manner, beside the exercise."""
