"""The customer's portal: pages, sessions and routes."""
