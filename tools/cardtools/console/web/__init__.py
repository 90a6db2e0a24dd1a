"""What all pages of the console share: who may ask, languages, templates, and streams that tell a page to refresh."""
