"""The CA over HTTP: routes for programs, what guards them, and serving them."""
