"""Keys, certificates and statements, as X.509 and its neighbours have them; knows no customer."""
